"""The short way: a network of any depth, its gradients by δ, and its training.

Every line of the backward pass is derived in notebook 05. A network is a list of layers
``Affine(W, b)``; layer k, counted from 0, takes ``h[k]`` and makes ``z[k] = W h[k] + b``.
Between two layers stands the activation, ``h[k + 1] = f(z[k])``; after the last one there is
none: ``z[-1]`` is the score s ``(1, B)``, and p = σ(s). Samples are columns throughout.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from helpers.activations import Activation, sigmoid
from helpers.checks import check_numbers, check_shape, check_whole


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
    """Run the columns of X ``(n, B)`` through the layers, and keep every h and z."""
    _check_layers(layers)
    check_shape("X", X, (layers[0].W.shape[1], None))
    return _forward(layers, X, activation)


def _forward(layers: Sequence[Affine], X: NDArray, activation: Activation) -> Signals:
    h, z = [X], []
    for W, b in layers:
        z.append(W @ h[-1] + b)
        h.append(activation.f(z[-1]))
    return Signals(h[:-1], z)  # no activation after the last layer


def logistic_loss(s: NDArray, y: NDArray) -> float | complex:
    """Average −[y log p + (1−y) log(1−p)], p = σ(s), over the batch: s and y are ``(1, B)``.

    Computed as softplus(s) − y·s, which is the same and cannot overflow. Takes complex s too,
    for a complex step.
    """
    check_shape("s", s, (1, None))
    _check_labels(y, s.shape[1])
    return _loss(s, y).item()


def _loss(s: NDArray, y: NDArray) -> NDArray:
    # softplus(s) = log(1 + exp(s)): the exponent is never positive.
    positive = s.real > 0
    softplus = np.where(positive, s, 0) + np.log1p(np.exp(np.where(positive, -s, s)))
    return (softplus - y * s).mean()


def backward(
    layers: Sequence[Affine], signals: Signals, Delta: NDArray, activation: Activation
) -> list[Affine]:
    """Send ``Delta``, the gradient at the score ``(1, B)``, back to every W and b.

    At each layer dW = ΔXᵀ, with the layer's own input for X (sections 5.4 and 5.7), and db is
    the sum of Δ's columns (5.5 and 5.7). The layer below gets Δ from this one (5.1): WᵀΔ (5.5),
    times f′(z) entry by entry (5.6).
    """
    gradients = []
    for k in reversed(range(len(layers))):
        gradients.append(Affine(Delta @ signals.h[k].T, Delta.sum(axis=1, keepdims=True)))
        if k > 0:
            Delta = (layers[k].W.T @ Delta) * activation.f_prime(signals.z[k - 1])
    return gradients[::-1]


def loss_and_gradients(
    layers: Sequence[Affine], X: NDArray, y: NDArray, activation: Activation
) -> tuple[float, list[Affine]]:
    """Compute the mean logistic loss of labels y ``(1, B)``, and its gradient by every W and b.

    The Δ at the score is (p − y)/B: section 5.1 derives p − y, section 5.7 places the 1/B.
    """
    _check_layers(layers)
    check_shape("X", X, (layers[0].W.shape[1], None))
    _check_labels(y, X.shape[1])
    return _loss_and_gradients(layers, X, y, activation)


def _loss_and_gradients(
    layers: Sequence[Affine], X: NDArray, y: NDArray, activation: Activation
) -> tuple[float, list[Affine]]:
    signals = _forward(layers, X, activation)
    s = signals.z[-1]
    Delta = (sigmoid.f(s) - y) / y.shape[1]
    return _loss(s, y).item(), backward(layers, signals, Delta, activation)


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
    loss, gradients = loss_and_gradients(layers, X, y, activation)
    losses = [loss]
    # All parameters in one array, and the layers as views into it: Adam is elementwise.
    theta = _flat(layers)
    trained = _views(theta, layers)
    mean, square = np.zeros_like(theta), np.zeros_like(theta)
    for step in range(1, steps + 1):
        d_theta = _flat(gradients)
        mean += 0.1 * (d_theta - mean)
        square += 0.001 * (d_theta * d_theta - square)
        mean_hat, square_hat = mean / (1 - 0.9**step), square / (1 - 0.999**step)
        theta -= rate * mean_hat / (np.sqrt(square_hat) + 1e-8)
        loss, gradients = _loss_and_gradients(trained, X, y, activation)
        losses.append(loss)
    return Trained(trained, np.array(losses))


def _flat(layers: Sequence[Affine]) -> NDArray:
    return np.concatenate([part.ravel() for layer in layers for part in layer], dtype=float)


def _views(theta: NDArray, layers: Sequence[Affine]) -> list[Affine]:
    views, at = [], 0
    for W, b in layers:
        to_b, end = at + W.size, at + W.size + b.size
        views.append(Affine(theta[at:to_b].reshape(W.shape), theta[to_b:end].reshape(b.shape)))
        at = end
    return views


def predict(layers: Sequence[Affine], X: NDArray, activation: Activation) -> NDArray:
    """Compute p = σ(s) ``(1, B)``: the probability that each column's label is 1."""
    return sigmoid.f(forward(layers, X, activation).z[-1])


def accuracy(layers: Sequence[Affine], X: NDArray, y: NDArray, activation: Activation) -> float:
    """Find the share of columns on the right side of p = ½."""
    p = predict(layers, X, activation)
    _check_labels(y, X.shape[1])
    return float(((p > 0.5) == y).mean())


def linear_probe(H: NDArray, y: NDArray) -> float:
    """Find the accuracy that a linear classifier reaches on the columns of H ``(n, B)``.

    The classifier is w·h + c > 0, with w and c fitted by least squares to −1 for the label 0
    and +1 for the label 1. It asks what a layer holds, and changes nothing. Section 1.4.
    """
    check_shape("H", H, (None, None))
    check_numbers("H", H)
    _check_labels(y, H.shape[1])
    with_one = np.vstack([H, np.ones((1, H.shape[1]))]).T
    w_and_c, *_ = np.linalg.lstsq(with_one, 2.0 * y.T - 1, rcond=None)
    return float(((with_one @ w_and_c > 0) == y.T).mean())


def _check_layers(layers: Sequence[Affine]) -> None:
    if not layers:
        raise ValueError("layers is empty, expected at least one Affine(W, b)")
    rows = None
    for k, (W, b) in enumerate(layers):
        check_shape(f"layers[{k}].W", W, (None, rows))
        check_numbers(f"layers[{k}].W", W)
        rows = W.shape[0]
        check_shape(f"layers[{k}].b", b, (rows, 1))
        check_numbers(f"layers[{k}].b", b)


def _check_labels(y: NDArray, samples: int) -> None:
    check_shape("y", y, (1, samples))
    if not np.isin(y, (0, 1)).all():
        raise ValueError("y holds a number other than 0 and 1, expected labels 0 or 1")
