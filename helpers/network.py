"""The short way: a network of any depth, its gradients by δ, and its training.

Every line of the backward pass is derived in notebook 05. A network is a list of layers
``Affine(W, b)``; layer k, counted from 0, takes ``h[k]`` and makes ``z[k] = W h[k] + b``.
Between two layers stands the activation, ``h[k + 1] = f(z[k])``; after the last one there is
none: ``z[-1]`` is the score s ``(1, B)``, and p = σ(s). Samples are columns throughout.

Everything is computed in the widest floating type of the layers and X, or in float64 if they
hold whole numbers. The labels may have any type.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple, NoReturn

import numpy as np
from numpy.typing import NDArray

from helpers.activations import Activation, sigmoid
from helpers.checks import check_numbers, check_shape, check_whole, in_floats


class Affine(NamedTuple):
    """One layer's W ``(m, n)`` and b ``(m, 1)``; or their gradients, in the same shapes."""

    W: NDArray
    b: NDArray


class Signals(NamedTuple):
    """What the forward pass leaves behind for the backward pass, one array for each layer.

    ``h[k]`` is what layer k takes, so ``h[0]`` is X; ``z[k]`` is what it makes.
    """

    h: list[NDArray]
    z: list[NDArray]


class Trained(NamedTuple):
    """The layers after training, and the loss before each step and after the last."""

    layers: list[Affine]
    losses: NDArray


def initial_layers(sizes: Sequence[int], scale: float = 1.0, seed: int = 0) -> list[Affine]:
    """Draw the layers of a network: ``sizes`` is (inputs, hidden sizes …, 1).

    Weights are normal with the standard deviation scale/√n for n inputs; biases are zero.
    Section 2.5 shows why the scale matters.
    """
    if len(sizes) < 2:
        raise ValueError(f"sizes is {tuple(sizes)}, expected at least two: (inputs, outputs)")
    for k, size in enumerate(sizes):
        check_whole(f"sizes[{k}]", size)
    if not (math.isfinite(scale) and scale >= 0):
        raise ValueError(f"scale is {scale}, expected a finite number of at least 0")
    check_whole("seed", seed, least=0)
    rng = np.random.default_rng(seed)
    return [
        Affine(scale / math.sqrt(n) * rng.standard_normal((m, n)), np.zeros((m, 1)))
        for n, m in pairwise(sizes)
    ]


def forward(layers: Sequence[Affine], X: NDArray, activation: Activation) -> Signals:
    """Run the columns of X ``(n, B)`` through the layers, and keep every h and z.

    A NaN or an infinite entry in X or in a layer is a ``ValueError``; so is an overflow.
    """
    _check_shapes(layers, X)
    return _forward(*_in_one_type(layers, X), activation)


def _forward(layers: Sequence[Affine], X: NDArray, activation: Activation) -> Signals:
    h, z = [X], []
    with np.errstate(over="ignore", invalid="ignore"):  # raised below, by name
        for k, (W, b) in enumerate(layers):
            if k > 0:
                h.append(activation.f(z[-1]))
            z.append(W @ h[-1])
            z[-1] += b
    # An entry of W, b or h that is not finite leaves one in z, which is cheaper to look at.
    if not all(np.isfinite(made).all() for made in z):
        _blame(layers, X)
    return Signals(h, z)


def logistic_loss(s: NDArray, y: NDArray) -> float | complex:
    """Average −[y log p + (1−y) log(1−p)], p = σ(s), over the batch: s and y are ``(1, B)``.

    Computed as log(1 + exp(−s)) for the label 1 and log(1 + exp(s)) for 0, which is the same
    and cannot overflow. Takes complex s too, for a complex step.
    """
    check_shape("s", s, (1, None))
    check_numbers("s", s)
    _check_labels(y, s.shape[1])
    return _logistic_loss(in_floats(s), y)


def _logistic_loss(s: NDArray, y: NDArray) -> float | complex:
    t = np.where(y == 1, -s, s)
    positive = t.real > 0  # log(1 + exp(t)) = t + log(1 + exp(−t)): no exponent is positive
    softplus = np.where(positive, t, 0.0) + np.log1p(np.exp(np.where(positive, -t, t)))
    return softplus.sum().item() / softplus.size


def backward(
    layers: Sequence[Affine], signals: Signals, Delta: NDArray, activation: Activation
) -> list[Affine]:
    """Send ``Delta``, the gradient at the scores ``z[-1]``, back to every W and b.

    At each layer dW = ΔXᵀ, with the layer's own input for X (sections 5.4 and 5.7), and db is
    the sum of Δ's columns (5.5 and 5.7). The layer below gets Δ from this one (5.1): WᵀΔ (5.5),
    times f′(z) entry by entry (5.6).
    """
    if not len(layers) == len(signals.h) == len(signals.z) > 0:
        counts = f"{len(layers)} layers, {len(signals.h)} h and {len(signals.z)} z"
        raise ValueError(f"layers and signals have {counts}, expected as many of each")
    check_shape("Delta", Delta, (len(layers[-1].W), None))
    for k, ((W, _), h, z) in enumerate(zip(layers, *signals, strict=True)):
        check_shape(f"signals.h[{k}]", h, (None, Delta.shape[1]))
        check_shape(f"signals.z[{k}]", z, (None, Delta.shape[1]))
        check_shape(f"layers[{k}].W", W, (len(z), len(h)))
    check_numbers("Delta", Delta)
    wide = signals.z[-1].dtype
    wide = np.result_type(wide, Delta) if Delta.dtype.kind in "fc" else wide
    Delta = Delta.astype(wide, copy=False)
    return _backward(layers, signals, Delta, activation)


def _backward(
    layers: Sequence[Affine], signals: Signals, Delta: NDArray, activation: Activation
) -> list[Affine]:
    gradients = []
    for k in reversed(range(len(layers))):
        gradients.append(Affine(Delta @ signals.h[k].T, Delta.sum(axis=1, keepdims=True)))
        if k > 0:
            Delta = layers[k].W.T @ Delta
            Delta *= activation.f_prime(signals.z[k - 1])
    return gradients[::-1]


def loss_and_gradients(
    layers: Sequence[Affine], X: NDArray, y: NDArray, activation: Activation
) -> tuple[float, list[Affine]]:
    """Compute the mean logistic loss of labels y ``(1, B)``, and all its gradients.

    There is one for every W and b, in the same shape. The Δ at the score is (p − y)/B: section
    5.1 derives p − y, section 5.7 places the 1/B.
    """
    _check_problem(layers, X, y)
    return _loss_and_gradients(*_in_one_type(layers, X), y, activation)


def _loss_and_gradients(
    layers: Sequence[Affine], X: NDArray, y: NDArray, activation: Activation
) -> tuple[float, list[Affine]]:
    signals = _forward(layers, X, activation)
    s = signals.z[-1]
    Delta = sigmoid.f(s)
    Delta -= y
    Delta /= y.shape[1]
    return _logistic_loss(s, y), _backward(layers, signals, Delta, activation)


def train(
    layers: Sequence[Affine],
    X: NDArray,
    y: NDArray,
    activation: Activation,
    steps: int,
    rate: float = 0.05,
) -> Trained:
    """Take ``steps`` steps of Adam down the mean logistic loss of the whole batch.

    Nothing here is random: from the same layers it gives the same result. The given layers are
    left as they are. Adam: Kingma & Ba 2015, with their constants.
    """
    check_whole("steps", steps)
    if not (math.isfinite(rate) and rate > 0):
        raise ValueError(f"rate is {rate}, expected a positive number")
    _check_problem(layers, X, y)  # once: the steps keep every shape and type
    layers, X = _in_one_type(layers, X)
    if X.dtype == np.float16:
        raise ValueError("layers and X are float16, where Adam's 1e-8 is 0: use float32")
    # All parameters in one array, and the layers as views into it: Adam is elementwise.
    parts = [part for layer in layers for part in layer]
    theta = np.concatenate(parts, axis=None)
    views = np.split(theta, np.cumsum([part.size for part in parts[:-1]]))
    views = [view.reshape(part.shape) for view, part in zip(views, parts, strict=True)]
    trained = list(map(Affine, views[::2], views[1::2]))
    mean, square = np.zeros_like(theta), np.zeros_like(theta)
    loss, gradients = _loss_and_gradients(trained, X, y, activation)
    losses = [loss]
    for step in range(1, steps + 1):
        d = np.concatenate([part for layer in gradients for part in layer], axis=None)
        mean += 0.1 * (d - mean)
        square += 0.001 * (d * d - square)
        mean_hat, square_hat = mean / (1 - 0.9**step), square / (1 - 0.999**step)
        theta -= rate * mean_hat / (np.sqrt(square_hat) + 1e-8)
        loss, gradients = _loss_and_gradients(trained, X, y, activation)
        losses.append(loss)
    return Trained(trained, np.array(losses))


def predict(layers: Sequence[Affine], X: NDArray, activation: Activation) -> NDArray:
    """Compute p = σ(s) ``(1, B)``: the probability that each column's label is 1."""
    _check_one_score(layers)
    return sigmoid.f(forward(layers, X, activation).z[-1])


def accuracy(layers: Sequence[Affine], X: NDArray, y: NDArray, activation: Activation) -> float:
    """Compute the share of columns whose label is 1 where p > ½ and 0 elsewhere."""
    p = predict(layers, X, activation)
    _check_labels(y, X.shape[1])
    return float(((p > 0.5) == y).mean())


def _check_problem(layers: Sequence[Affine], X: NDArray, y: NDArray) -> None:
    _check_one_score(layers)
    _check_shapes(layers, X)
    _check_labels(y, X.shape[1])


def _check_shapes(layers: Sequence[Affine], X: NDArray) -> None:
    if not layers:
        raise ValueError("layers is empty, expected at least one Affine(W, b)")
    rows = None
    for k, (W, b) in enumerate(layers):
        check_shape(f"layers[{k}].W", W, (None, rows))
        rows = W.shape[0]
        check_shape(f"layers[{k}].b", b, (rows, 1))
    check_shape("X", X, (layers[0].W.shape[1], None))
    if X.shape[1] == 0:
        raise ValueError(f"X is {X.shape}, expected at least one column")


def _in_one_type(layers: Sequence[Affine], X: NDArray) -> tuple[list[Affine], NDArray]:
    """Give layers and X the widest floating type among them."""
    types = {X.dtype} | {part.dtype for layer in layers for part in layer}
    floats = [type for type in types if type.kind in "fc"]
    if len(floats) == len(types) == 1:
        return list(layers), X
    if any(type.kind not in "biufc" for type in types):
        _blame(layers, X)
    wide = np.result_type(*floats or [float])
    return [Affine(W.astype(wide), b.astype(wide)) for W, b in layers], X.astype(wide)


def _blame(layers: Sequence[Affine], X: NDArray) -> NoReturn:
    """Raise a ``ValueError`` that names the array which does not hold finite numbers."""
    check_numbers("X", X)
    for k, (W, b) in enumerate(layers):
        check_numbers(f"layers[{k}].W", W)
        check_numbers(f"layers[{k}].b", b)
    raise ValueError(f"layers makes a z too large for {X.dtype}: its weights are too large")


def _check_one_score(layers: Sequence[Affine]) -> None:
    if layers:
        check_shape("the last layer's W", layers[-1].W, (1, None))


def _check_labels(y: NDArray, samples: int) -> None:
    check_shape("y", y, (1, samples))
    if not ((y == 0) | (y == 1)).all():
        raise ValueError("y holds a number other than 0 and 1, expected labels 0 or 1")
