"""The network's gradients against numerical ones; the symmetries it must keep; its training."""

import numpy as np
import pytest

from helpers.activations import ACTIVATIONS, identity, relu, sigmoid, tanh
from helpers.network import (
    Affine,
    Signals,
    accuracy,
    backward,
    forward,
    initial_layers,
    logistic_loss,
    loss_and_gradients,
    predict,
    train,
)
from helpers.numerical import central_difference, complex_step, largest_difference

SIZES = [(4, 1), (4, 3, 1), (2, 5, 3, 1), (3, 2, 4, 5, 1)]


def network(sizes, B=6, seed=0):
    """Draw layers with biases that are not zero, a batch and its labels."""
    rng = np.random.default_rng(seed)
    layers = [
        Affine(W, rng.standard_normal(b.shape))
        for W, b in initial_layers(sizes, scale=1.5, seed=seed)
    ]
    X = rng.standard_normal((sizes[0], B))
    return layers, X, rng.integers(0, 2, size=(1, B))


def loss_with(layers, k, part, value, X, y, activation):
    """Compute the loss with one W or b replaced."""
    moved = list(layers)
    moved[k] = layers[k]._replace(**{part: value})
    return logistic_loss(forward(moved, X, activation).z[-1], y)


@pytest.mark.parametrize("sizes", SIZES, ids=str)
@pytest.mark.parametrize("activation", [*ACTIVATIONS, identity], ids=repr)
def test_every_gradient_is_the_numerical_one(sizes, activation):
    derivative = complex_step if activation.takes_complex else central_difference
    bound = 1e-13 if activation.takes_complex else 1e-8
    layers, X, y = network(sizes, seed=len(sizes))
    loss, gradients = loss_and_gradients(layers, X, y, activation)
    assert loss == logistic_loss(forward(layers, X, activation).z[-1], y)
    for k, layer in enumerate(layers):
        for part in ("W", "b"):
            moved = lambda value, k=k, part=part: loss_with(  # noqa: E731
                layers, k, part, value, X, y, activation
            )
            numerical = derivative(moved, getattr(layer, part))
            ours = getattr(gradients[k], part)
            assert ours.shape == getattr(layer, part).shape
            assert largest_difference(ours=ours, numerical=numerical) < bound


@pytest.mark.parametrize("sizes", [(4, 1), (4, 3, 2, 1)])
def test_backward_takes_any_delta_at_the_score(sizes):
    layers, X, _ = network(sizes)
    gradients = backward(layers, forward(layers, X, tanh), np.ones((1, 6)), tanh)
    numerical = complex_step(
        lambda W: forward([layers[0]._replace(W=W), *layers[1:]], X, tanh).z[-1].sum(),
        layers[0].W,
    )
    assert largest_difference(ours=gradients[0].W, numerical=numerical) < 1e-13


def test_the_signals_are_what_each_layer_takes_and_makes():
    layers, X, _ = network((4, 3, 2, 1))
    h, z = forward(layers, X, tanh)
    assert [part.shape for part in h] == [(4, 6), (3, 6), (2, 6)]
    assert [part.shape for part in z] == [(3, 6), (2, 6), (1, 6)]
    assert np.array_equal(h[1], np.tanh(layers[0].W @ X + layers[0].b))
    assert np.array_equal(z[-1], layers[2].W @ h[2] + layers[2].b)


def test_the_loss_is_its_definition_and_stays_finite_far_out():
    s = np.array([[-3.0, -0.5, 0.0, 2.0]])
    y = np.array([[0, 1, 1, 0]])
    p = sigmoid.f(s)
    by_definition = -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean()
    assert logistic_loss(s, y) == pytest.approx(by_definition, rel=1e-14)
    with np.errstate(all="raise", under="ignore"):
        far = np.array([[-2000.0, 2000.0]])
        assert logistic_loss(far, np.array([[1, 0]])) == 2000
        assert logistic_loss(far, np.array([[0, 1]])) == 0
    assert logistic_loss(np.array([[200]], np.uint8), np.array([[1]])) == np.log1p(np.exp(-200))


def test_training_lowers_the_loss_the_same_way_again():
    rng = np.random.default_rng(1)
    X = rng.standard_normal((2, 60))
    y = (X[:1] * X[1:] > 0).astype(int)
    start = initial_layers((2, 8, 1), scale=np.sqrt(2), seed=3)
    layers, losses = train(start, X, y, relu, steps=200)
    assert losses.shape == (201,)
    assert losses[-1] < 0.2 < 0.5 < losses[0]
    assert losses[-1] == loss_and_gradients(layers, X, y, relu)[0]
    assert accuracy(layers, X, y, relu) > 0.95
    p = predict(layers, X, relu)
    assert p.shape == (1, 60) and ((p >= 0) & (p <= 1)).all()
    again = train(start, X, y, relu, steps=200)
    assert np.array_equal(losses, again.losses)


def test_training_is_adam_written_out_entry_by_entry():
    layers, X, y = network((4, 3, 1))
    layers = [Affine(W * 1e-3, b * 0) for W, b in layers]  # where the 1e-8 counts
    trained, _ = train(layers, X, y, tanh, steps=20)
    numbers = [float(v) for layer in layers for part in layer for v in part.flat]
    mean, square = [0.0] * len(numbers), [0.0] * len(numbers)

    def shaped():
        left = iter(numbers)
        entries = lambda part: [next(left) for _ in part.flat]  # noqa: E731
        return [Affine(*(np.reshape(entries(p), p.shape) for p in layer)) for layer in layers]

    for step in range(1, 21):
        _, gradients = loss_and_gradients(shaped(), X, y, tanh)
        slopes = [float(v) for layer in gradients for part in layer for v in part.flat]
        for i, g in enumerate(slopes):
            mean[i] = 0.9 * mean[i] + 0.1 * g
            square[i] = 0.999 * square[i] + 0.001 * g * g
            root = (square[i] / (1 - 0.999**step)) ** 0.5
            numbers[i] -= 0.05 * mean[i] / (1 - 0.9**step) / (root + 1e-8)
    for ours, written_out in zip(trained, shaped(), strict=True):
        assert largest_difference(ours=ours.W, written_out=written_out.W) < 1e-10
        assert largest_difference(ours=ours.b, written_out=written_out.b) < 1e-10


def test_the_probability_is_sigma_of_the_last_score_at_any_depth():
    for sizes in SIZES:
        layers, X, _ = network(sizes)
        s = forward(layers, X, tanh).z[-1]
        assert np.array_equal(predict(layers, X, tanh), sigmoid.f(s))


def test_a_probability_of_one_half_counts_as_label_0():
    layers = initial_layers((4, 1), scale=0)
    y = np.array([[0, 0, 1]])
    assert accuracy(layers, np.ones((4, 3)), y, tanh) == pytest.approx(2 / 3)


def test_the_initial_weights_have_the_scale_asked_for():
    (W, b), (u, _) = initial_layers((100, 400, 1), scale=2, seed=4)
    assert W.shape == (400, 100) and u.shape == (1, 400)
    assert np.std(W) == pytest.approx(2 / 10, rel=0.02)
    assert not b.any()
    assert np.array_equal(W, initial_layers((100, 400, 1), scale=2, seed=4)[0].W)
    assert not np.array_equal(W, initial_layers((100, 400, 1), scale=2, seed=5)[0].W)
    half = initial_layers((9, 1), scale=0.5, seed=0)[0].W
    assert np.array_equal(initial_layers((9, 1))[0].W, 2 * half)


def test_whole_numbers_may_be_trained():
    layers = [Affine(np.array([[1, -1]]), np.array([[0]]))]
    X, y = np.array([[0, 0, 1, 1], [0, 1, 0, 1]]), np.array([[0, 0, 1, 0]])
    assert train(layers, X, y, tanh, steps=20).losses[-1] < 0.6


@pytest.mark.parametrize("activation", [*ACTIVATIONS, identity], ids=repr)
def test_float32_stays_float32_whatever_the_labels_are(activation):
    layers, X, y = network((4, 3, 2, 1))
    _, exact = loss_and_gradients(layers, X, y, activation)
    small = [Affine(W.astype(np.float32), b.astype(np.float32)) for W, b in layers]
    for labels in (bool, np.uint8, np.int64, np.float64):
        batch = X.astype(np.float32), y.astype(labels), activation
        _, gradients = loss_and_gradients(small, *batch)
        trained, _ = train(small, *batch, steps=2)
        parts = [part for layer in (*gradients, *trained) for part in layer]
        assert {part.dtype for part in parts} == {np.dtype(np.float32)}
        for ours, theirs in zip(gradients, exact, strict=True):
            assert largest_difference(float32=ours.W, float64=theirs.W) < 1e-5


def test_the_widest_type_counts_and_whole_numbers_do_not():
    layers, X, y = network((4, 3, 1))
    small = [Affine(W.astype(np.float32), b.astype(np.float32)) for W, b in layers]
    pixels = (10 * np.abs(X)).astype(np.uint8)
    for given, expected in ((X, np.float64), (pixels, np.float32)):
        signals = forward(small, given, tanh)
        assert {part.dtype for part in (*signals.h, *signals.z)} == {np.dtype(expected)}
    signals = forward(small, pixels, tanh)
    for Delta, expected in (
        (y, np.float32),
        (np.float32(y), np.float32),
        (y * 1.0, np.float64),
    ):
        gradients = backward(small, signals, Delta, tanh)
        assert {part.dtype for d in gradients for part in d} == {np.dtype(expected)}
    gradients = backward(layers, forward(layers, X, tanh), np.float32(y), tanh)
    assert {part.dtype for d in gradients for part in d} == {np.dtype(np.float64)}


def test_nothing_given_is_changed():
    layers, X, y = network((4, 3, 2, 1))
    signals, Delta = forward(layers, X, tanh), np.ones((1, 6))
    given = [X, y, Delta, *signals.h, *signals.z, *(part for layer in layers for part in layer)]
    before = [part.copy() for part in given]
    backward(layers, signals, Delta, tanh)
    loss_and_gradients(layers, X, y, tanh)
    train(layers, X, y, tanh, steps=2)
    assert all(np.array_equal(a, b) for a, b in zip(before, given, strict=True))


layers, X, y = network((4, 3, 1))
signals = forward(layers, X, tanh)
two = initial_layers((4, 3, 2))
ONE_ROW = r"the last layer's W is \(2, 3\), expected \(1, any\)$"


def first(W=layers[0].W, b=layers[0].b):
    """Return the layers with another W or b in the first."""
    return [Affine(W, b), layers[1]]


def half(part):
    """Turn an array into float16."""
    return part.astype(np.float16)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: initial_layers((4,)), r"sizes is \(4,\), expected at least two"),
        (lambda: initial_layers((4, 0, 1)), r"sizes\[1\] is 0"),
        (lambda: initial_layers((4, 1), scale=-1), "scale is -1"),
        (lambda: initial_layers((4, 1), seed=-1), "seed is -1"),
        (lambda: forward([], X, tanh),
         r"layers is empty, expected at least one Affine\(W, b\)$"),
        (lambda: forward(layers, X.T, tanh), r"X is \(6, 4\), expected \(4, any\): transposed"),
        (lambda: forward(layers, X[:, 0], tanh), r"X is \(4,\), .* with as_column\(X\)$"),
        (lambda: forward(layers, X[:, :0], tanh), r"X is \(4, 0\), expected at least one"),
        (lambda: forward(layers, X.astype(str), tanh), "X has the type <U32, expected numbers"),
        (lambda: forward(first(W=layers[0].W.astype(str)), X, tanh),
         r"layers\[0\].W has the type <U32, expected numbers"),
        # ReLU would turn a NaN or −∞ into 0, and tanh an infinite entry into 1.
        (lambda: forward(layers, np.where(X > 0, np.nan, X), relu), "X holds a NaN or an inf"),
        (lambda: accuracy(layers, X * np.inf, y, tanh), "X holds a NaN or an inf"),
        (lambda: forward(first(W=np.full((3, 4), np.nan)), X, tanh), r"layers\[0\].W holds a"),
        (lambda: forward(first(b=np.full((3, 1), np.inf)), X, tanh), r"layers\[0\].b holds a"),
        (lambda: forward(first(b=np.zeros(3)), X, tanh), r"layers\[0\].b is \(3,\), expected"),
        (lambda: forward([layers[0], layers[0]], X, tanh),
         r"layers\[1\].W is \(3, 4\), expected \(any, 3\)"),
        (lambda: forward(first(W=1e300 * layers[0].W), 1e300 * X, identity),
         "layers makes a z too large for float64: its weights are too large$"),
        # Two scores would be broadcast against the one row of labels.
        (lambda: loss_and_gradients(two, X, y, tanh), ONE_ROW),
        (lambda: train(two, X, y, tanh, steps=1), ONE_ROW),
        (lambda: accuracy(two, X, y, tanh), ONE_ROW),
        (lambda: predict(two, X, tanh), ONE_ROW),
        (lambda: loss_and_gradients(layers, X, y.T, tanh), r"y is \(6, 1\), .*: transposed"),
        (lambda: train(layers, X, y[:, :1], tanh, 1), r"y is \(1, 1\), expected \(1, 6\)$"),
        (lambda: accuracy(layers, X, y[0], tanh), r"y is \(6,\), expected \(1, 6\): .* a row"),
        (lambda: logistic_loss(np.zeros((1, 6)), y + 1), "y holds a number other than 0 and 1"),
        (lambda: logistic_loss(np.zeros((1, 6)), y[:, :1]),
         r"y is \(1, 1\), expected \(1, 6\)$"),
        (lambda: backward([], Signals([], []), y, tanh), "layers and signals have 0 layers"),
        (lambda: logistic_loss(np.zeros(6), y), r"s is \(6,\), expected \(1, any\)"),
        (lambda: logistic_loss(np.full((1, 6), np.nan), y), "s holds a NaN"),
        (lambda: backward(layers, signals, y[:, :1], tanh), r"signals.h\[0\] is \(4, 6\), exp"),
        (lambda: backward(layers, signals, np.ones((3, 6)), tanh),
         r"Delta is \(3, 6\), expected \(1, any\)"),
        (lambda: backward(layers, signals, y * np.nan, tanh), "Delta holds a NaN"),
        (lambda: backward(layers[:1], signals, y, tanh),
         "layers and signals have 1 layers, 2 h and 2 z, expected as many of each$"),
        (
            lambda: backward(
                layers, signals._replace(z=[signals.z[0][:, :1], signals.z[1]]), y, tanh
            ),
            r"signals.z\[0\] is \(3, 1\), expected \(any, 6\)",
        ),
        (lambda: backward(first(W=layers[0].W[:2]), signals, y, tanh),
         r"layers\[0\].W is \(2, 4\), expected \(3, 4\)"),
        (lambda: train(layers, X, y, tanh, steps=0), "steps is 0"),
        (lambda: train(layers, X, y, tanh, steps=5, rate=0), "rate is 0"),
        (lambda: train([Affine(*map(half, k)) for k in layers], half(X), y, tanh, steps=1),
         "layers and X are float16, where Adam's 1e-8 is 0: use float32$"),
    ],
)  # fmt: skip
def test_bad_input_is_named_with_its_shapes(call, message):
    with pytest.raises(ValueError, match="^" + message):
        call()
