"""Many window networks trained at once, for the honest table of section 3.

The notebook's own cells hold the forward pass (3.3), the gradients and the training loop (3.6),
for one network. Here the same lines run on arrays with one more axis in front, one network to a
seed: with seed 0 the numbers are the notebook's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from helpers.activations import Activation, sigmoid, tanh
from helpers.checks import check_whole
from helpers.corpora import Corpus, Windows, vocabulary, windows


class Theta(NamedTuple):
    """What a window network learns: E ``(V, d)``, W ``(m, 5d)``, b ``(m, 1)``, u ``(m, 1)``.

    Where several networks are trained together, each array has the networks as its first axis.
    """

    E: NDArray
    W: NDArray
    b: NDArray
    u: NDArray


class Prepared(NamedTuple):
    """A corpus as numbers: the size of its vocabulary, windows to train and to test on."""

    words: int
    train: Windows
    tests: dict[str, Windows]


def prepare(corpus: Corpus) -> Prepared:
    """Number the training words of a corpus and cut all its windows. Sections 3.1 and 3.2."""
    numbers = vocabulary(corpus.train)
    tests = {name: windows(sentences, numbers) for name, sentences in corpus.tests.items()}
    return Prepared(len(numbers), windows(corpus.train, numbers), tests)


def start(words: int, seed: int, d: int = 4, m: int = 8) -> Theta:
    """Draw the weights a network starts from: W and u over the root of their inputs, as in 3.3.

    E is divided by √d, so that no word vector starts much longer than 1.
    """
    check_whole("words", words)
    check_whole("seed", seed, least=0)
    rng = np.random.default_rng(seed)
    return Theta(
        E=rng.standard_normal((words, d)) / np.sqrt(d),
        W=rng.standard_normal((m, 5 * d)) / np.sqrt(5 * d),
        b=np.zeros((m, 1)),
        u=rng.standard_normal((m, 1)) / np.sqrt(m),
    )


def _forward(rows: NDArray, theta: Theta, f: Activation, seen: NDArray) -> tuple[NDArray, ...]:
    # Section 3.3, for K networks: rows (K, 5, B) of all their tables E, one below the other.
    (K, _, B), d = rows.shape, theta.E.shape[2]
    vectors = np.concatenate(theta.E).take(rows, axis=0)  # (K, 5, B, d): the look-up of 3.1
    X = vectors.transpose(0, 1, 3, 2).reshape(K, 5 * d, B) * seen  # the concatenation of 3.2
    Z = theta.W @ X + theta.b
    H = f.f(Z)
    return X, Z, H, theta.u.transpose(0, 2, 1) @ H


def _seen(d: int, centre_only: bool) -> NDArray:
    # What the network sees of x (5d, 1): all of it, or the block of the centre word alone.
    return np.kron(
        [[0], [0], [1], [0], [0]] if centre_only else np.ones((5, 1)), np.ones((d, 1))
    )


def train_together(
    prepared: Sequence[Prepared],
    *,
    f: Activation = tanh,
    learn_E: bool = True,
    centre_only: bool = False,
    rate: float = 0.5,
    steps: int = 250,
    batch: int = 32,
) -> list[Theta]:
    """Train one network on each corpus, with seeds 0, 1, …, and give what each has learnt.

    ``learn_E=False`` leaves the word vectors as drawn; ``centre_only`` sets the other four
    blocks of x to zero. The lines are those of the gradient and training cells of section 3.6.
    """
    check_whole("steps", steps)
    check_whole("batch", batch)
    if not prepared:
        raise ValueError("prepared is empty, expected at least one corpus")
    if len({part.train.ids.shape for part in prepared}) > 1:
        raise ValueError("prepared has corpora of different sizes, expected one size for all")
    K, (_, N) = len(prepared), prepared[0].train.ids.shape
    most = max(part.words for part in prepared)
    starts = [start(part.words, seed) for seed, part in enumerate(prepared)]
    padded = [
        theta._replace(E=np.pad(theta.E, ((0, most - len(theta.E)), (0, 0))))
        for theta in starts
    ]
    theta = E, W, b, u = Theta(*(np.stack(arrays) for arrays in zip(*padded, strict=True)))
    d = E.shape[2]
    seen = _seen(d, centre_only)

    picks = [np.random.default_rng(seed).integers(0, N, (steps, batch)) for seed in range(K)]
    pairs = list(zip(prepared, picks, strict=True))
    first_row = np.arange(K)[:, None, None] * most  # of each network's E in the table of all
    rows_at = first_row[..., None] + np.stack([part.train.ids[:, pick] for part, pick in pairs])
    Y_at = np.stack([part.train.Y[:, pick] for part, pick in pairs])
    for step in range(steps):
        rows, Y = rows_at[:, :, step], Y_at[:, :, step]  # (K, 5, batch), (K, 1, batch)
        X, Z, H, S = _forward(rows, theta, f, seen)
        dS = (sigmoid.f(S) - Y) / batch
        Delta = (u @ dS) * f.f_prime(Z)
        dX = W.transpose(0, 2, 1) @ Delta * seen
        u -= rate * (H @ dS.transpose(0, 2, 1))
        W -= rate * (Delta @ X.transpose(0, 2, 1))
        b -= rate * Delta.sum(axis=2, keepdims=True)
        if learn_E:
            blocks = dX.reshape(K, 5, d, batch).transpose(0, 1, 3, 2)
            # Entry by entry, since numpy adds at single numbers ten times as fast as at rows.
            entries = rows[..., None] * d + np.arange(d)
            np.subtract.at(E.reshape(E.size), entries.ravel(), rate * blocks.ravel())
    return [Theta(E[k, : part.words], W[k], b[k], u[k]) for k, part in enumerate(prepared)]


def shares_right(
    prepared: Sequence[Prepared],
    *,
    f: Activation = tanh,
    centre_only: bool = False,
    **settings: Any,
) -> list[dict[str, float]]:
    """Train as ``train_together`` does, and give the share of each test's windows right.

    One mapping for each corpus, from the test's name to a share between 0 and 1.
    """
    thetas = train_together(prepared, f=f, centre_only=centre_only, **settings)
    seen = _seen(thetas[0].E.shape[1], centre_only)
    right: list[dict[str, float]] = []
    for part, theta in zip(prepared, thetas, strict=True):
        alone = Theta(*(array[np.newaxis] for array in theta))
        scores = {
            test: _forward(ids[np.newaxis], alone, f, seen)[-1][0]
            for test, (ids, _) in part.tests.items()
        }
        right.append(
            {test: float(((scores[test] > 0) == part.tests[test].Y).mean()) for test in scores}
        )
    return right
