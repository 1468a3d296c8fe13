"""Exercises of section 6: softmax backwards for a batch, labels as numbers, a bag of words."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from helpers.exercises.entry import Exercise, Mistake, normal, sizes, softmax, through_softmax
from helpers.numerical import complex_step

# --- 6a: softmax_back(P, G) -----------------------------------------------------------------


def _draw_P_G(rng: Generator) -> tuple[NDArray, NDArray]:
    S, G = normal(rng, *[tuple(sizes(rng, 2))] * 2)
    return softmax(S), G


def _at_the_scores(P: NDArray, G: NDArray) -> NDArray:
    # log P is one choice of scores: their softmax is P. A complex step moves each of them.
    return complex_step(lambda S: (G * softmax(S)).sum(), np.log(P))


SOFTMAX_BACK = Exercise(
    section="6.2",
    draw=_draw_P_G,
    truth=lambda P, G: _at_the_scores(P, G),
    mistakes=(
        Mistake(
            "This is the diagonal of each Jacobian alone: a score moves every probability, and "
            "not only its own.",
            lambda P, G: G * P * (1 - P),
        ),
        Mistake(
            "This takes the part diag(p) of each Jacobian, and forgets the part ppᵀ.",
            lambda P, G: P * G,
        ),
        Mistake(
            "The last factor is missing: what is left in the brackets is weighted by P.",
            lambda P, G: G - (P * G).sum(axis=0, keepdims=True),
        ),
        Mistake(
            "The mean that is subtracted counts every class alike: weight it by the "
            "probabilities.",
            lambda P, G: P * (G - G.mean(axis=0, keepdims=True)),
        ),
        Mistake(
            "The sum that is subtracted counts every class fully: weight it by the "
            "probabilities.",
            lambda P, G: P * (G - G.sum(axis=0, keepdims=True)),
        ),
        Mistake(
            "This sums over the samples: each column is a sample, with a sum of its own.",
            lambda P, G: P * (G - (P * G).sum(axis=1, keepdims=True)),
        ),
        Mistake(
            "One number is subtracted from the whole batch: each sample has its own.",
            lambda P, G: P * (G - (P * G).sum()),
        ),
        Mistake(
            "A plus stands where a minus belongs: what one probability gains, the others lose.",
            lambda P, G: P * (G + (P * G).sum(axis=0, keepdims=True)),
        ),
        Mistake(
            "PᵀG is a table of every sample with every other: a sample meets its own column "
            "of G only.",
            lambda P, G: P * (G - P.T @ G),
        ),
        Mistake(
            "The softmax is taken again of P, which holds probabilities already.",
            lambda P, G: through_softmax(softmax(P), G),
        ),
        Mistake(
            "G is multiplied by P too early: subtract the weighted mean from G, and multiply "
            "by P after that.",
            lambda P, G: P * G - (P * G).sum(axis=0, keepdims=True),
        ),
        Mistake(
            "A weighted mean is the sum of P times G: the weights add up to 1 as they are, so "
            "nothing is divided by K.",
            lambda P, G: P * (G - (P * G).mean(axis=0, keepdims=True)),
        ),
        Mistake(
            "P and G have changed places.",
            lambda P, G: through_softmax(G, P),
        ),
    ),
)

# --- 6b: dloss_dS(S, labels) ----------------------------------------------------------------


def _draw_S_labels(rng: Generator) -> tuple[NDArray, NDArray]:
    # One draw in four has scores so far apart that exp overflows and probabilities become 0.
    K, B = sizes(rng, 2)
    far = 400 if rng.random() < 0.25 else 1
    return 3 * far * rng.standard_normal((K, B)), rng.integers(0, K, B)


def _dS(S: NDArray, labels: NDArray) -> NDArray:
    samples = np.arange(len(labels))

    def loss(S: NDArray) -> NDArray:
        top = S.real.max(axis=0)
        return (top + np.log(np.exp(S - top).sum(axis=0)) - S[labels, samples]).mean()

    return complex_step(loss, S)


def _one_hot(S: NDArray, labels: NDArray) -> NDArray:
    return np.eye(len(S))[:, labels]


def _less_one(S: NDArray, where: object) -> NDArray:
    """Take 1 from the probabilities at an index, whichever a learner may have written."""
    P = softmax(S)
    P[where] -= 1
    return P / S.shape[1]


LOSS_BY_SCORES = Exercise(
    section="6.3",
    draw=_draw_S_labels,
    truth=lambda S, labels: _dS(S, labels),
    mistakes=(
        Mistake(
            "1/B is missing: the loss is the mean over the samples.",
            lambda S, labels: softmax(S) - _one_hot(S, labels),
        ),
        Mistake(
            "This is divided by the number of classes: the mean is over the samples.",
            lambda S, labels: (softmax(S) - _one_hot(S, labels)) / len(S),
        ),
        Mistake(
            "This is divided by the number of all entries: the mean is over the samples.",
            lambda S, labels: (softmax(S) - _one_hot(S, labels)) / S.size,
        ),
        Mistake(
            "The truth is missing: this is what the network said.",
            lambda S, labels: softmax(S) / S.shape[1],
        ),
        Mistake(
            "Only the entry of the true class is filled: the other scores move the loss, too.",
            lambda S, labels: (softmax(S) - 1) * _one_hot(S, labels) / S.shape[1],
        ),
        Mistake(
            "This is the gradient at the probabilities, one step short of the scores.",
            lambda S, labels: -_one_hot(S, labels) / softmax(S) / S.shape[1],
        ),
        Mistake(
            "The slope p(1 − p) is one factor too many: the step through softmax is in the "
            "difference already.",
            lambda S, labels: (
                ((softmax(S) - _one_hot(S, labels)) * softmax(S) * (1 - softmax(S)))
                / S.shape[1]
            ),
        ),
        Mistake(
            "The softmax runs along the rows: a sample is a column, and its probabilities add "
            "up to 1.",
            lambda S, labels: (softmax(S.T).T - _one_hot(S, labels)) / S.shape[1],
        ),
        Mistake(
            "The softmax runs over the whole batch: each column has probabilities of its own.",
            lambda S, labels: (
                (softmax(S.reshape(-1, 1)).reshape(S.shape) - _one_hot(S, labels)) / S.shape[1]
            ),
        ),
        Mistake(
            "The scores themselves stand where their probabilities belong.",
            lambda S, labels: (S - _one_hot(S, labels)) / S.shape[1],
        ),
        Mistake(
            "The number of the class is subtracted, from every entry: a label is a name and "
            "not an amount.",
            lambda S, labels: (softmax(S) - labels) / S.shape[1],
        ),
        Mistake(
            "The number of the class is subtracted, from every entry, and 1/B is missing as "
            "well: a label is a name and not an amount.",
            lambda S, labels: softmax(S) - labels,
        ),
        Mistake(
            "The two indices have changed places: a row of S is a class, a column a sample.",
            lambda S, labels: _less_one(S, (np.arange(len(labels)), labels)),
        ),
        Mistake(
            "This takes 1 from whole rows: each sample has one true class, so one entry in "
            "each column.",
            lambda S, labels: _less_one(S, labels),
        ),
        Mistake(
            "A sigmoid stands where the softmax belongs: the probabilities of a sample must "
            "add up to 1.",
            lambda S, labels: (1 / (1 + np.exp(-S)) - _one_hot(S, labels)) / S.shape[1],
        ),
        Mistake(
            "The powers are not divided by their sum: they are no probabilities yet.",
            lambda S, labels: (np.exp(S) - _one_hot(S, labels)) / S.shape[1],
        ),
        Mistake(
            "The classes are counted from 1 here, so that each label hits the one before it.",
            lambda S, labels: (softmax(S) - _one_hot(S, labels - 1)) / S.shape[1],
        ),
        Mistake(
            "The mean reaches the probabilities alone: 1/B belongs to the truth as well.",
            lambda S, labels: softmax(S) / S.shape[1] - _one_hot(S, labels),
        ),
        Mistake(
            "The mean reaches the truth alone: 1/B belongs to the probabilities as well.",
            lambda S, labels: softmax(S) - _one_hot(S, labels) / S.shape[1],
        ),
        Mistake(
            "This takes 1 from every entry: only the true class has a 1 in the truth.",
            lambda S, labels: (softmax(S) - 1) / S.shape[1],
        ),
        Mistake(
            "The softmax is taken twice: what goes in are scores, not probabilities.",
            lambda S, labels: (softmax(softmax(S)) - _one_hot(S, labels)) / S.shape[1],
        ),
        Mistake(
            "p − y is the gradient at the scores already: it needs no step back through "
            "softmax.",
            lambda S, labels: (
                through_softmax(softmax(S), softmax(S) - _one_hot(S, labels)) / S.shape[1]
            ),
        ),
    ),
)

# --- 6c: bag_gradient(ids, dx, V) --------------------------------------------------------


def _draw_bag(rng: Generator) -> tuple[NDArray, NDArray, int]:
    V, d, T = sizes(rng, 3, least=2, most=8)
    ids = rng.integers(0, V, T)
    ids[-1] = ids[0]  # a word that stands there twice
    return ids, rng.standard_normal((d, 1)), V


def _dE(ids: NDArray, dx: NDArray, V: int) -> NDArray:
    return complex_step(lambda E: E[ids].mean(axis=0) @ dx, np.zeros((V, len(dx))))


def _rows(ids: NDArray, dx: NDArray, V: int, weights: NDArray | float) -> NDArray:
    """Give the row of each word that occurs dx, times the word's weight."""
    occurs = np.bincount(ids, minlength=V) > 0
    return (occurs * weights)[:, None] * dx.T


def _counts(ids: NDArray, V: int) -> NDArray:
    return np.bincount(ids, minlength=V)


BAG_OF_WORDS = Exercise(
    section="6.4",
    draw=_draw_bag,
    truth=lambda ids, dx, V: _dE(ids, dx, V),
    mistakes=(
        Mistake(
            "A word that occurs twice counts once here: += with a list of rows keeps the last "
            "of equal ones only.",
            lambda ids, dx, V: _rows(ids, dx, V, 1 / len(ids)),
        ),
        Mistake(
            "Each row holds dx in full, however often its word occurs: x is a mean, and each "
            "place has its share in it.",
            lambda ids, dx, V: _rows(ids, dx, V, 1.0),
        ),
        Mistake(
            "The mean is missing: each place has only its share of x.",
            lambda ids, dx, V: _counts(ids, V)[:, None] * dx.T,
        ),
        Mistake(
            "This is divided by the number of words in the vocabulary: the mean is over the "
            "places.",
            lambda ids, dx, V: _counts(ids, V)[:, None] * dx.T / V,
        ),
        Mistake(
            "This is divided by the number of different words: the mean is over the places, "
            "equal words included.",
            lambda ids, dx, V: (
                _counts(ids, V)[:, None] * dx.T / np.count_nonzero(_counts(ids, V))
            ),
        ),
        Mistake(
            "This is divided by the numbers for each word: the mean is over the places.",
            lambda ids, dx, V: _counts(ids, V)[:, None] * dx.T / len(dx),
        ),
        Mistake(
            "Every row has its share here: a word that does not occur learns nothing.",
            lambda ids, dx, V: np.tile(dx.T, (V, 1)) / len(ids),
        ),
        Mistake(
            "The words are counted from 1 here: each share lands one row too high.",
            lambda ids, dx, V: np.roll(_counts(ids, V), -1)[:, None] * dx.T / len(ids),
        ),
        Mistake(
            "These are the shares, one for each place: add them to the rows of their words.",
            lambda ids, dx, V: np.tile(dx.T, (len(ids), 1)) / len(ids),
        ),
    ),
)

EXERCISES = {
    "6a": SOFTMAX_BACK,
    "6b": LOSS_BY_SCORES,
    "6c": BAG_OF_WORDS,
}
