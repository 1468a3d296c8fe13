"""Exercises of section 8: tied weights, RMSNorm backwards, attention without weights."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from helpers.exercises.entry import Exercise, Mistake, normal, sizes, softmax, through_softmax
from helpers.numerical import complex_step

# --- 8a: tied_gradient(W, x, g) -------------------------------------------------------------


def _draw_W_x_g(rng: Generator) -> tuple[NDArray, NDArray, NDArray]:
    m, n = sizes(rng, 2)
    return normal(rng, (m, n), (n, 1), (n, 1))


def _inner(W: NDArray, x: NDArray, g: NDArray) -> NDArray:
    """Give the gradient at the matrix that is used first, as W."""
    return W @ g @ x.T


def _outer(W: NDArray, x: NDArray, g: NDArray) -> NDArray:
    """Give the gradient at the matrix that is used second, as Wᵀ, in the shape of W."""
    return W @ x @ g.T


TIED_GRADIENT = Exercise(
    section="8.1",
    draw=_draw_W_x_g,
    truth=lambda W, x, g: complex_step(lambda W: (g.T @ W.T @ W @ x)[0, 0], W),
    mistakes=(
        Mistake(
            "This is what comes back to the matrix that is used first: W stands in two places, "
            "and collects from both.",
            lambda W, x, g: _inner(W, x, g),
        ),
        Mistake(
            "This is what comes back to the transposed matrix alone: W stands in two places, "
            "and collects from both.",
            lambda W, x, g: _outer(W, x, g),
        ),
        Mistake(
            "The share of the matrix that is used first is counted twice: the two shares "
            "differ.",
            lambda W, x, g: 2 * _inner(W, x, g),
        ),
        Mistake(
            "The share of the transposed matrix is counted twice: the two shares differ.",
            lambda W, x, g: 2 * _outer(W, x, g),
        ),
        Mistake(
            "The mean of both shares is taken: what is shared collects, and shares add.",
            lambda W, x, g: (_inner(W, x, g) + _outer(W, x, g)) / 2,
        ),
        Mistake(
            "One share is subtracted from the other: they add.",
            lambda W, x, g: _inner(W, x, g) - _outer(W, x, g),
        ),
        Mistake(
            "The share of the transposed matrix still has the shape of Wᵀ: before you add, "
            "bring it into the shape of W.",
            lambda W, x, g: _inner(W, x, g) + _outer(W, x, g).T,
        ),
        Mistake(
            "The share of the transposed matrix, your first term, has the shape of Wᵀ: "
            "before you add, bring it into the shape of W.",
            lambda W, x, g: _outer(W, x, g).T + _inner(W, x, g),
        ),
        Mistake(
            "x and g have changed places in one of the two shares, so that both are the same.",
            lambda W, x, g: W @ (x @ x.T + g @ g.T),
        ),
        Mistake(
            "W is missing in both shares, and what is left has n rows: between the two "
            "products there are m numbers.",
            lambda W, x, g: g @ x.T + x @ g.T,
        ),
        Mistake(
            "This is the output x̂, and not a gradient.",
            lambda W, x, g: W.T @ W @ x,
        ),
        Mistake(
            "This is the gradient at x: asked for is the one at W, in the shape of W.",
            lambda W, x, g: W.T @ W @ g,
        ),
    ),
)

# --- 8b: rms_norm_back(X, G) ----------------------------------------------------------------


def _draw_X_G(rng: Generator) -> tuple[NDArray, NDArray]:
    shape = tuple(sizes(rng, 2, least=3, most=7))
    return normal(rng, shape, shape)


def _rho(X: NDArray) -> NDArray:
    return np.sqrt((X * X).mean(axis=0, keepdims=True))


def _along(X: NDArray, G: NDArray) -> NDArray:
    """Give, for each column, the mean of g ∘ y."""
    return (G * X / _rho(X)).mean(axis=0, keepdims=True)


RMS_NORM_BACK = Exercise(
    section="8.2",
    draw=_draw_X_G,
    truth=lambda X, G: complex_step(lambda X: (G * X / _rho(X)).sum(), X),
    mistakes=(
        Mistake(
            "ρ is treated as a constant here: every entry of a column moves it.",
            lambda X, G: G / _rho(X),
        ),
        Mistake(
            "This is the rule of LayerNorm, with its mean of g: no mean of x is subtracted "
            "here, so that direction is not lost.",
            lambda X, G: (
                (G - G.mean(axis=0, keepdims=True) - X / _rho(X) * _along(X, G)) / _rho(X)
            ),
        ),
        Mistake(
            "This is the gradient of LayerNorm, standard deviation and all: here nothing is "
            "centred.",
            lambda X, G: complex_step(
                lambda X: (
                    G
                    * (X - X.mean(axis=0, keepdims=True))
                    / _rho(X - X.mean(axis=0, keepdims=True))
                ).sum(),
                X,
            ),
        ),
        Mistake(
            "This is the part through ρ alone: each entry stands in a numerator as well.",
            lambda X, G: -X / _rho(X) * _along(X, G) / _rho(X),
        ),
        Mistake(
            "This is the diagonal of each Jacobian alone: an entry moves all of its column, "
            "through ρ.",
            lambda X, G: G * (1 - (X / _rho(X)) ** 2 / len(X)) / _rho(X),
        ),
        Mistake(
            "x stands in the place of y: what is subtracted is measured along y, twice.",
            lambda X, G: (G - X * (G * X).mean(axis=0, keepdims=True)) / _rho(X),
        ),
        Mistake(
            "x stands in the place of y once: both factors of what is subtracted are y.",
            lambda X, G: (G - X * _along(X, G)) / _rho(X),
        ),
        Mistake(
            "The sum of g ∘ y stands in the place of its mean: 1/n is missing.",
            lambda X, G: (G - X / _rho(X) * len(X) * _along(X, G)) / _rho(X),
        ),
        Mistake(
            "The last division by ρ is missing.",
            lambda X, G: G - X / _rho(X) * _along(X, G),
        ),
        Mistake(
            "ρ divides twice at the end: once is enough, since y has been divided already.",
            lambda X, G: (G - X / _rho(X) * _along(X, G)) / _rho(X) ** 2,
        ),
        Mistake(
            "A plus stands where a minus belongs: a longer column makes every entry of y "
            "smaller.",
            lambda X, G: (G + X / _rho(X) * _along(X, G)) / _rho(X),
        ),
        Mistake(
            "The mean of g stands in the place of the mean of g ∘ y.",
            lambda X, G: (G - X / _rho(X) * G.mean(axis=0, keepdims=True)) / _rho(X),
        ),
        Mistake(
            "Only a mean is subtracted, and it is not multiplied with y again.",
            lambda X, G: (G - _along(X, G)) / _rho(X),
        ),
        Mistake(
            "This is the output Y, and not a gradient.",
            lambda X, G: X / _rho(X),
        ),
        Mistake(
            "The mean of g is subtracted, as in LayerNorm: here it is the part along y that is "
            "lost.",
            lambda X, G: (G - G.mean(axis=0, keepdims=True)) / _rho(X),
        ),
        Mistake(
            "At the end ρ multiplies where it should divide: the larger x, the less a change "
            "of it moves y.",
            lambda X, G: (G - X / _rho(X) * _along(X, G)) * _rho(X),
        ),
        Mistake(
            "The standard deviation stands in the place of ρ: it subtracts the mean first.",
            lambda X, G: (
                (G - X / X.std(axis=0) * (G * X / X.std(axis=0)).mean(axis=0)) / X.std(axis=0)
            ),
        ),
        Mistake(
            "The length of the column stands in the place of ρ: the mean of the squares has a "
            "1/n.",
            lambda X, G: (
                (G - X * (G * X).sum(axis=0) / (X * X).sum(axis=0)) / np.linalg.norm(X, axis=0)
            ),
        ),
        Mistake(
            "The means run along the rows: each column has a ρ of its own.",
            lambda X, G: ((G.T - X.T / _rho(X.T) * _along(X.T, G.T)) / _rho(X.T)).T,
        ),
        Mistake(
            "The means run over the whole batch: each column has a ρ of its own.",
            lambda X, G: (G - X * (G * X).mean() / (X * X).mean()) / np.sqrt((X * X).mean()),
        ),
        Mistake(
            "ρ is right, but what is subtracted is a mean over the whole batch: each column "
            "has its own.",
            lambda X, G: (G - X / _rho(X) * (G * X / _rho(X)).mean()) / _rho(X),
        ),
    ),
)

# --- 8c: plain_attention_back(X, G) ---------------------------------------------------------


def _draw_tokens(rng: Generator) -> tuple[NDArray, NDArray]:
    shape = tuple(sizes(rng, 2))
    X, G = normal(rng, shape, shape)
    return X / 2, G  # so that no share is nearly 1


def _A(X: NDArray) -> NDArray:
    return softmax(X.T @ X / np.sqrt(len(X)))


def _dS(X: NDArray, G: NDArray) -> NDArray:
    """Give the gradient at the product XᵀX, the root included."""
    return through_softmax(_A(X), X.T @ G) / np.sqrt(len(X))


def _rowwise(X: NDArray, G: NDArray) -> NDArray:
    """Give dX where the softmax runs along the rows, forwards and backwards."""
    A = _A(X).T  # XᵀX is symmetric
    return _three(X, through_softmax(A, X.T @ G, axis=1) / np.sqrt(len(X)), G @ A.T)


def _taken_off(X: NDArray, G: NDArray, off: NDArray) -> NDArray:
    """Give dX where the step through softmax subtracts ``off`` from each column of dA."""
    return _three(X, _A(X) * (X.T @ G - off) / np.sqrt(len(X)), G @ _A(X).T)


def _three(X: NDArray, dS: NDArray, dV: NDArray) -> NDArray:
    return X @ dS + X @ dS.T + dV


PLAIN_ATTENTION_BACK = Exercise(
    section="8.4",
    draw=_draw_tokens,
    truth=lambda X, G: complex_step(lambda X: (G * (X @ _A(X))).sum(), X),
    mistakes=(
        Mistake(
            "Only the values are counted here: X stands in the scores as well, twice.",
            lambda X, G: G @ _A(X).T,
        ),
        Mistake(
            "The term of the values is missing: X stands behind the softmax as well.",
            lambda X, G: X @ _dS(X, G) + X @ _dS(X, G).T,
        ),
        Mistake(
            "The term of the keys is missing: three paths lead from X to O.",
            lambda X, G: X @ _dS(X, G) + G @ _A(X).T,
        ),
        Mistake(
            "The term of the queries is missing: three paths lead from X to O.",
            lambda X, G: X @ _dS(X, G).T + G @ _A(X).T,
        ),
        Mistake(
            "The term of the queries is counted twice, in the place of that of the keys: dS is "
            "not symmetric.",
            lambda X, G: 2 * X @ _dS(X, G) + G @ _A(X).T,
        ),
        Mistake(
            "The term of the keys is counted twice, in the place of that of the queries: dS is "
            "not symmetric.",
            lambda X, G: 2 * X @ _dS(X, G).T + G @ _A(X).T,
        ),
        Mistake(
            "A is not transposed in the term of the values: a value collects from all queries.",
            lambda X, G: _three(X, _dS(X, G), G @ _A(X)),
        ),
        Mistake(
            "1/√n is missing: the scores are divided by it, and their gradient is, too.",
            lambda X, G: _three(X, np.sqrt(len(X)) * _dS(X, G), G @ _A(X).T),
        ),
        Mistake(
            "A itself is another one here: the scores are divided by √n before their softmax.",
            lambda X, G: _three(
                X,
                through_softmax(softmax(X.T @ X), X.T @ G) / np.sqrt(len(X)),
                G @ softmax(X.T @ X).T,
            ),
        ),
        Mistake(
            "The gradient at A is transposed: its columns are the queries, as those of G are.",
            lambda X, G: _three(
                X,
                through_softmax(_A(X), G.T @ X) / np.sqrt(len(X)),
                G @ _A(X).T,
            ),
        ),
        Mistake(
            "The division is by n: the scores are divided by its root.",
            lambda X, G: _three(X, _dS(X, G) / np.sqrt(len(X)), G @ _A(X).T),
        ),
        Mistake(
            "The root is that of the number of tokens: it belongs to the numbers of each "
            "token.",
            lambda X, G: _three(X, _dS(X, G) * np.sqrt(len(X) / X.shape[1]), G @ _A(X).T),
        ),
        Mistake(
            "The whole is divided by √n: the values do not pass through the scores.",
            lambda X, G: _three(X, _dS(X, G), G @ _A(X).T / np.sqrt(len(X))),
        ),
        Mistake(
            "The step through softmax is taken entry by entry: each score moves all shares of "
            "its column.",
            lambda X, G: _three(
                X, _A(X) * (1 - _A(X)) * (X.T @ G) / np.sqrt(len(X)), G @ _A(X).T
            ),
        ),
        Mistake(
            "The step through softmax forgets what is subtracted: the mean of each column.",
            lambda X, G: _three(X, _A(X) * (X.T @ G) / np.sqrt(len(X)), G @ _A(X).T),
        ),
        Mistake(
            "The step through softmax is missing: this hands the gradient at A to the scores.",
            lambda X, G: _three(X, X.T @ G / np.sqrt(len(X)), G @ _A(X).T),
        ),
        Mistake(
            "The step through softmax adds up along the rows: its columns are the queries.",
            lambda X, G: _three(
                X,
                through_softmax(_A(X), X.T @ G, axis=1) / np.sqrt(len(X)),
                G @ _A(X).T,
            ),
        ),
        Mistake(
            "The softmax runs along the rows: a column of scores belongs to a query.",
            _rowwise,
        ),
        Mistake(
            "The step through softmax subtracts the plain sum of dA: each entry counts with "
            "its share.",
            lambda X, G: _taken_off(X, G, (X.T @ G).sum(axis=0, keepdims=True)),
        ),
        Mistake(
            "The step through softmax subtracts the plain mean of dA: each entry counts with "
            "its share.",
            lambda X, G: _taken_off(X, G, (X.T @ G).mean(axis=0, keepdims=True)),
        ),
        Mistake(
            "The step through softmax divides a sum by the number of tokens: the shares add up "
            "to 1, so the sum of A ∘ dA is a mean already.",
            lambda X, G: _taken_off(X, G, (_A(X) * (X.T @ G)).mean(axis=0, keepdims=True)),
        ),
        Mistake(
            "1/√n is missing in the term of the queries: it belongs to dS, so to both terms.",
            lambda X, G: X @ (np.sqrt(len(X)) * _dS(X, G) + _dS(X, G).T) + G @ _A(X).T,
        ),
        Mistake(
            "1/√n is missing in the term of the keys: it belongs to dS, so to both terms.",
            lambda X, G: X @ (_dS(X, G) + np.sqrt(len(X)) * _dS(X, G).T) + G @ _A(X).T,
        ),
        Mistake(
            "The mean of the terms of the queries and the keys is taken: paths add.",
            lambda X, G: X @ (_dS(X, G) + _dS(X, G).T) / 2 + G @ _A(X).T,
        ),
        Mistake(
            "G stands in front of dS, where X belongs: the other factor in XᵀX is X.",
            lambda X, G: _three(G, _dS(X, G), G @ _A(X).T),
        ),
        Mistake(
            "This is the output O, and not a gradient.",
            lambda X, G: X @ _A(X),
        ),
        Mistake(
            "G goes forward here, with A not transposed, and no further.",
            lambda X, G: G @ _A(X),
        ),
    ),
)

EXERCISES = {
    "8a": TIED_GRADIENT,
    "8b": RMS_NORM_BACK,
    "8c": PLAIN_ATTENTION_BACK,
}
