"""For those who change the series: executing and storing, pages and slides, planted faults."""
