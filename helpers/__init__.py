"""What the notebooks share: symbols, activations, the long way, comparisons, data, drawing."""
