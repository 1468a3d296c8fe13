"""Answers to the exercises as learners write them: wrong ones, each with what must be said.

They are written without a look at the list of mistakes. A phrase that is None marks a mistake
that no list can foresee: it is refused, and the entries that differ are told.
"""

from __future__ import annotations

import math

import numpy as np
import sympy

from helpers.activations import gelu, sigmoid, swish, tanh
from helpers.network import forward, linear_probe

PAD = "<pad>"
d_tanh = tanh.f_prime
WRONG: list[tuple[str, str, object, str | None]] = []


def wrong(number, name, answer, phrase):
    """Add a wrong answer."""
    WRONG.append((number, name, answer, phrase))


# --- 1a: start_weights(m, n, rng) -----------------------------------------------------------


def columns(m, *values):
    """Make columns of m equal numbers."""
    return tuple(np.full((m, 1), float(value)) for value in values)


def copies(m, n, rng):
    """Copy one random unit."""
    return np.repeat(rng.standard_normal((1, n)), m, axis=0), *columns(m, 0, 1)


def two_alike(m, n, rng):
    """Make all units different but the last two."""
    W, u = rng.standard_normal((m, n)), rng.standard_normal((m, 1))
    W[-1], u[-1] = W[-2], u[-2]
    return W, np.zeros((m, 1)), u


wrong("1a", "zero", lambda m, n, rng: (np.zeros((m, n)), *columns(m, 0, 0)), "at zero")
wrong("1a", "ones", lambda m, n, rng: (np.ones((m, n)), *columns(m, 0, 1)), "start equal, and")
wrong("1a", "one random unit copied", copies, "start equal, and")
wrong("1a", "two alike", two_alike, "Some of the units start equal")
wrong(
    "1a",
    "W transposed",
    lambda m, n, rng: (rng.standard_normal((n, m)), *columns(m, 0, 1)),
    "transposed",
)
wrong(
    "1a",
    "flat biases",
    lambda m, n, rng: (rng.standard_normal((m, n)), np.zeros(m), np.ones((m, 1))),
    "1-D array",
)
wrong(
    "1a",
    "one size",
    lambda m, n, rng: (rng.standard_normal((3, 4)), *columns(3, 0, 1)),
    "expected",
)
wrong("1a", "W only", lambda m, n, rng: rng.standard_normal((m, n)), "W, b, u, in this order")
wrong(
    "1a",
    "u as a row",
    lambda m, n, rng: (rng.standard_normal((m, n)), np.zeros((m, 1)), np.ones((1, m))),
    "transposed",
)

# --- 1b: probe_layer(layers, X, y, k) -------------------------------------------------------


def fitted(H, y, low=-1, high=1, constant=True):
    """Fit a probe by hand."""
    rows = np.vstack([H, np.ones((1, H.shape[1]))]) if constant else H
    w, *_ = np.linalg.lstsq(rows.T, np.where(y == 1, high, low).T, rcond=None)
    return ((rows.T @ w > 0) == y.T).mean()


def h_of(layers, X):
    """List what each layer takes."""
    return forward(layers, X, tanh).h


def z_of(layers, X):
    """List X and then what each layer makes, before f."""
    return [X, *forward(layers, X, tanh).z]


def through_last(layers, X):
    """List what each layer takes, and the last one's output through f."""
    return [*h_of(layers, X), tanh.f(forward(layers, X, tanh).z[-1])]


wrong("1b", "percent", lambda L, X, y, k: 100 * linear_probe(h_of(L, X)[k], y), "percentage")
wrong("1b", "count", lambda L, X, y, k: y.size * linear_probe(h_of(L, X)[k], y), "counts")
wrong("1b", "errors", lambda L, X, y, k: 1 - linear_probe(h_of(L, X)[k], y), "gets wrong")
wrong("1b", "z for h", lambda L, X, y, k: linear_probe(z_of(L, X)[k], y), "before f")
wrong("1b", "raw points", lambda L, X, y, k: linear_probe(X, y), "raw points")
wrong(
    "1b",
    "too early",
    lambda L, X, y, k: linear_probe(h_of(L, X)[max(0, k - 1)], y),
    "too early",
)
wrong(
    "1b", "too late", lambda L, X, y, k: linear_probe(through_last(L, X)[k + 1], y), "too late"
)
wrong("1b", "last", lambda L, X, y, k: linear_probe(h_of(L, X)[-1], y), "last hidden")
wrong(
    "1b", "no constant", lambda L, X, y, k: fitted(h_of(L, X)[k], y, constant=False), "constant"
)
wrong("1b", "labels 0 and 1", lambda L, X, y, k: fitted(h_of(L, X)[k], y, 0, 1), "cut at 0")
wrong(
    "1b",
    "the network's own",
    lambda L, X, y, k: ((sigmoid.f(forward(L, X, tanh).z[-1]) > 0.5) == y).mean(),
    "network itself",
)
wrong("1b", "zero", lambda L, X, y, k: 0, "all zeros")
wrong("1b", "the layer itself", lambda L, X, y, k: h_of(L, X)[k], "one number")

# --- 1c: xor_by_hand() ----------------------------------------------------------------------


def xor(W, b, u):
    """Turn lists into an answer."""
    return lambda: (np.array(W), np.array(b).reshape(-1, 1), np.array(u).reshape(-1, 1))


wrong("1c", "zero", xor([[0, 0], [0, 0]], [0, 0], [0, 0]), "same at all four")
wrong("1c", "inverted", xor([[1, 1], [1, 1]], [0, -1], [-1, 2]), "wrong sign")
wrong("1c", "XNOR", xor([[1, 1], [-1, -1]], [-1, 1], [1, 1]), "Wrong way round")
wrong("1c", "another border", xor([[1, -1], [-1, 1]], [0, 0], [0.2, 0.2]), "not at ½")
wrong("1c", "a line", xor([[1, 0], [0, 1]], [0, 0], [1, -1]), "straight line's")
wrong("1c", "OR", xor([[1, 1], [1, 1]], [0, -1], [1, -0.2]), "OR")
wrong("1c", "AND", xor([[1, 1], [1, 1]], [-1, -1], [1, 0]), "AND")
wrong("1c", "one corner", xor([[1, -1], [-1, 1]], [0, 0], [1, 0]), "Only one of the two")
wrong(
    "1c",
    "u as a row",
    lambda: (np.array([[1, -1], [-1, 1]]), np.zeros((2, 1)), np.ones((1, 2))),
    "transposed",
)
wrong("1c", "lists", lambda: ([[1, -1], [-1, 1]], [0, 0], [1, 1]), "np.array")
wrong(
    "1c",
    "flat columns",
    lambda: (np.array([[1, -1], [-1, 1]]), np.zeros(2), np.ones(2)),
    "1-D array",
)
wrong("1c", "one corner too many", xor([[1, 0], [0, 1]], [0, -0.5], [1, 1]), "four corners")

# --- 2a: collapse(W1, b1, W2, b2, W3, b3) ---------------------------------------------------


def collapsed(W=None, b=None):
    """Answer with the right W or b where none is given."""

    def answer(W1, b1, W2, b2, W3, b3):
        layers = (W1, b1, W2, b2, W3, b3)
        right = W3 @ W2 @ W1, W3 @ W2 @ b1 + W3 @ b2 + b3
        return W(*layers) if W else right[0], b(*layers) if b else right[1]

    return answer


wrong(
    "2a", "zero", collapsed(lambda *a: np.zeros((3, 3)), lambda *a: np.zeros((3, 1))), "zeros"
)
wrong("2a", "blank W", collapsed(W=lambda *a: 0 * (a[4] @ a[2] @ a[0])), "all zeros")
wrong("2a", "no bias", collapsed(b=lambda *a: np.zeros_like(a[5])), "all zeros")
wrong("2a", "last bias only", collapsed(b=lambda W1, b1, W2, b2, W3, b3: b3), "only")
wrong("2a", "b1 lost", collapsed(b=lambda W1, b1, W2, b2, W3, b3: W3 @ b2 + b3), "layer 1 on")
wrong("2a", "b2 lost", collapsed(b=lambda W1, b1, W2, b2, W3, b3: W3 @ W2 @ b1 + b3), "layer 2")
wrong(
    "2a",
    "b3 lost",
    collapsed(b=lambda W1, b1, W2, b2, W3, b3: W3 @ W2 @ b1 + W3 @ b2),
    "layer 3",
)
wrong("2a", "b1 only", collapsed(b=lambda W1, b1, W2, b2, W3, b3: W3 @ W2 @ b1), "layer 1 only")
wrong("2a", "b of two", collapsed(b=lambda W1, b1, W2, b2, W3, b3: W2 @ b1 + b2), "first two")
wrong("2a", "last two", collapsed(W=lambda W1, b1, W2, b2, W3, b3: W3 @ W2), "last two")
wrong("2a", "first two", collapsed(W=lambda W1, b1, W2, b2, W3, b3: W2 @ W1), "first two")
wrong(
    "2a",
    "transposed",
    collapsed(W=lambda W1, b1, W2, b2, W3, b3: W1.T @ W2.T @ W3.T),
    "transposed",
)
wrong("2a", "wrong order", collapsed(W=lambda W1, b1, W2, b2, W3, b3: W1 @ W2 @ W3), "swapped")
wrong("2a", "added biases", collapsed(b=lambda W1, b1, W2, b2, W3, b3: b1 + b2 + b3), "shapes")
wrong("2a", "W only", lambda W1, b1, W2, b2, W3, b3: W3 @ W2 @ W1, "W, b, in this order")
wrong(
    "2a",
    "minus",
    collapsed(b=lambda W1, b1, W2, b2, W3, b3: -(W3 @ (W2 @ b1 + b2) + b3)),
    "wrong sign",
)
wrong(
    "2a",
    "a minus inside",
    collapsed(b=lambda W1, b1, W2, b2, W3, b3: W3 @ (W2 @ b1 - b2) + b3),
    None,
)

# --- 2b: standard_deviation(n) --------------------------------------------------------------

wrong("2b", "tanh's", lambda n: 1 / np.sqrt(n), "suits tanh")
wrong("2b", "two outside", lambda n: 2 / np.sqrt(n), "twice")
wrong("2b", "variance", lambda n: 2 / n, "variance")
wrong("2b", "1/n", lambda n: 1 / n, "not by its root")
wrong("2b", "root 2 over n", lambda n: 2**0.5 / n, "not by its root")
wrong("2b", "root 2", lambda n: 2**0.5, "does not depend on n")
wrong("2b", "one", lambda n: 1, "does not depend on n")
wrong("2b", "grows with n", lambda n: (2 * n) ** 0.5, "smaller weights")
wrong("2b", "uniform", lambda n: (6 / n) ** 0.5, "uniform")
wrong("2b", "zero", lambda n: 0, "zero")
wrong("2b", "negative", lambda n: -((2 / n) ** 0.5), "positive")
wrong("2b", "tiny", lambda n: 0.001, "too small")
wrong("2b", "huge", lambda n: 50.0, "too large")

# --- 2c: tanh_slope(z) ----------------------------------------------------------------------

wrong("2c", "zero", lambda z: np.zeros_like(z), "all zeros")
wrong("2c", "f for f'", lambda z: np.tanh(z), "f(z) for f′(z)")
wrong("2c", "f' at h", lambda z: 1 - np.tanh(np.tanh(z)) ** 2, "f′(h) for f′(z)")
wrong("2c", "z squared", lambda z: 1 - z**2, "squares z")
wrong("2c", "no square", lambda z: 1 - np.tanh(z), "square has been lost")
wrong("2c", "plus", lambda z: 1 + np.tanh(z) ** 2, "plus has slipped in")
wrong("2c", "sigmoid's", lambda z: sigmoid.f(z) * (1 - sigmoid.f(z)), "sigmoid's derivative")
wrong("2c", "sigmoid's rule", lambda z: np.tanh(z) * (1 - np.tanh(z)), "sigmoid's rule")
wrong("2c", "sign", lambda z: np.tanh(z) ** 2 - 1, "wrong sign")
wrong("2c", "twice", lambda z: 2 * (1 - np.tanh(z) ** 2), "constant factor")
wrong("2c", "a quarter", lambda z: d_tanh(z) / 4, "constant factor")
wrong("2c", "mean", lambda z: (1 - np.tanh(z) ** 2).mean(), "bare number")
wrong("2c", "transposed", lambda z: (1 - np.tanh(z) ** 2).T, "transposed")
wrong("2c", "a diagonal", lambda z: np.diagflat(1 - np.tanh(z) ** 2), "diagonal")
wrong("2c", "math", lambda z: 1 - math.tanh(z) ** 2, "raises TypeError")
wrong("2c", "one column", lambda z: (1 - np.tanh(z) ** 2)[:, :1], "shape")

# --- 2d: a place and a value ----------------------------------------------------------------

grid = np.linspace(-4, 4, 80001)
bottom = grid[gelu.f(grid).argmin()], gelu.f(grid).min()
wrong("2d", "zero", (0, 0), "0")
wrong("2d", "swapped", bottom[::-1], "wrong order")
wrong("2d", "Swish", (grid[swish.f(grid).argmin()], swish.f(grid).min()), "Swish")
wrong("2d", "bottom of f'", (-math.sqrt(2), gelu.f_prime(grid).min()), "bottom of f′")
wrong("2d", "place positive", (-bottom[0], bottom[1]), "wrong sign")
wrong("2d", "value positive", (bottom[0], -bottom[1]), "wrong sign")
wrong("2d", "f' at the bottom", (bottom[0], 0.0), "value is that of f′")
wrong("2d", "place only", bottom[0], "place, value, in this order")
wrong("2d", "rounded", (-0.76, -0.17), "three decimals")
wrong("2d", "elsewhere", (-0.5, -0.154), "to the left")
wrong("2d", "too far", (-1.0, -0.1587), "to the right")
wrong("2d", "value guessed", (bottom[0], -0.3), "the value is not")

# --- 3a: window_of(words, place, size) ------------------------------------------------------


def true_window(words, place, size):
    """Cut the window with pads."""
    half = size // 2
    return ([PAD] * half + words + [PAD] * half)[place : place + size]


def clamped(words, place, size):
    """Repeat the words at the edges."""
    last = len(words) - 1
    return [words[min(max(place + k - size // 2, 0), last)] for k in range(size)]


def without_middle(words, place, size):
    """Take the neighbours only."""
    whole = true_window(words, place, size)
    return whole[: size // 2] + whole[size // 2 + 1 :]


def gathered(words, place, size, at_end):
    """Fill up to the size on one side."""
    inside = words[max(place - size // 2, 0) : place + size // 2 + 1]
    pads = [PAD] * (size - len(inside))
    return inside + pads if at_end else pads + inside


def loop_from(words, start, size):
    """Walk from a start, with pads beyond the words."""
    return [words[k] if 0 <= k < len(words) else PAD for k in range(start, start + size)]


def front_padded(words, place, size):
    """Pad the front only."""
    return ([PAD] * (size // 2) + words)[place : place + size]


def end_padded(words, place, size):
    """Pad the end only."""
    start = place - size // 2
    return (words + [PAD] * (size // 2))[start : start + size]


def padded_but_from_the_word(words, place, size):
    """Pad both edges, and forget that the words have moved."""
    half = size // 2
    padded = [PAD] * half + words + [PAD] * half
    return padded[place - half : place + half + 1]


wrong(
    "3a",
    "bare slice",
    lambda w, p, s: w[p - s // 2 : p + s // 2 + 1],
    "counts that from the end",
)
wrong("3a", "cut off", lambda w, p, s: w[max(0, p - s // 2) : p + s // 2 + 1], "cut off")
wrong("3a", "front only", front_padded, "Only the left edge")
wrong("3a", "end only", end_padded, "Only the right edge")
wrong("3a", "five", lambda w, p, s: ([PAD] * 2 + w + [PAD] * 2)[p : p + 5], "always has five")
wrong("3a", "pads not counted", padded_but_from_the_word, "points at the start")
wrong("3a", "one too far", lambda w, p, s: true_window(w, p + 1, s), "shifted")
wrong("3a", "one too early", lambda w, p, s: loop_from(w, p - 1 - s // 2, s), "shifted")
wrong("3a", "begins at", lambda w, p, s: (w + [PAD] * s)[p : p + s], "begins at the word")
wrong("3a", "twice as long", lambda w, p, s: true_window(w, p, 2 * s + 1), "Size words on each")
wrong(
    "3a",
    "round",
    lambda w, p, s: [w[(p + k - s // 2) % len(w)] for k in range(s)],
    "goes round",
)
wrong("3a", "clamped", clamped, "repeats a word")
wrong("3a", "pads last", lambda w, p, s: gathered(w, p, s, True), "at the end")
wrong("3a", "pads first", lambda w, p, s: gathered(w, p, s, False), "at the start")
wrong("3a", "reversed", lambda w, p, s: true_window(w, p, s)[::-1], "back to front")
wrong("3a", "no middle", without_middle, "middle is missing")
wrong("3a", "empty", lambda w, p, s: [], "empty")
wrong("3a", "blanks", lambda w, p, s: [""] * s, "empty")
wrong("3a", "a string", lambda w, p, s: " ".join(true_window(w, p, s)), "list of words")
wrong("3a", "all pads", lambda w, p, s: [PAD] * s, None)
wrong(
    "3a",
    "in place",
    lambda w, p, s: [w.insert(0, PAD), w.insert(0, PAD), w.extend([PAD] * 2), w][3][p : p + s],
    "changes its input words",
)

# --- 3b: swap_words(x, i, j, d) -------------------------------------------------------------


def swapped_rows(rows, i, j):
    """Swap two rows of a copy."""
    rows = rows.copy()
    rows[[i, j]] = rows[[j, i]]
    return rows


def by_views(x, i, j, d):
    """Swap with two views, as one swaps two numbers."""
    y = x.copy()
    first, second = y[i * d : (i + 1) * d], y[j * d : (j + 1) * d]
    first[:], second[:] = second, first
    return y


def in_place(x, i, j, d):
    """Swap in the caller's x."""
    rows = x.reshape(-1, d)
    rows[[i, j]] = rows[[j, i]]
    return x


def from_one(x, i, j, d):
    """Count the blocks from 1."""
    rows = x.reshape(-1, d)
    return swapped_rows(rows, i - 1, j - 1).reshape(-1, 1)


wrong("3b", "zero", lambda x, i, j, d: np.zeros_like(x), "all zeros")
wrong("3b", "unchanged", lambda x, i, j, d: x.copy(), "as it was")
wrong("3b", "two numbers", lambda x, i, j, d: swapped_rows(x, i, j), "two single numbers")
wrong("3b", "views", by_views, "overwritten")
wrong("3b", "in place", in_place, "changes its input x")
wrong("3b", "from one", from_one, "counted from 1")
wrong(
    "3b",
    "column-major",
    lambda x, i, j, d: swapped_rows(x.reshape((-1, d), order="F"), i, j).reshape(
        (-1, 1), order="F"
    ),
    "column-major",
)
wrong(
    "3b", "reversed", lambda x, i, j, d: x.reshape(-1, d)[::-1].reshape(-1, 1), "back to front"
)
wrong(
    "3b", "left in rows", lambda x, i, j, d: swapped_rows(x.reshape(-1, d), i, j), "lie in rows"
)
wrong(
    "3b",
    "flat",
    lambda x, i, j, d: swapped_rows(x.reshape(-1, d), i, j).ravel(),
    "1-D array",
)
wrong(
    "3b",
    "a row",
    lambda x, i, j, d: swapped_rows(x.reshape(-1, d), i, j).reshape(1, -1),
    "transposed",
)
wrong(
    "3b",
    "minus",
    lambda x, i, j, d: -swapped_rows(x.reshape(-1, d), i, j).reshape(-1, 1),
    "wrong sign",
)
wrong("3b", "five words", lambda x, i, j, d: swapped_rows(x.reshape(5, -1), i, j), "raises")
wrong("3b", "rolled", lambda x, i, j, d: np.roll(x, d, axis=0), None)

# --- 3c: the shapes -------------------------------------------------------------------------

RIGHT_SHAPES = {
    "x": (350, 1),
    "W": (100, 350),
    "b": (100, 1),
    "h": (100, 1),
    "u": (100, 1),
    "s": (1, 1),
}
for name, change, phrase in (
    ("five words", {"x": (250, 1), "W": (100, 250)}, "has seven"),
    ("added up", {"x": (50, 1), "W": (100, 50)}, "end to end"),
    ("rows", {"x": (7, 50)}, "seven rows"),
    ("x as a row", {"x": (1, 350)}, "vectors are columns"),
    ("flat", {"x": (350,)}, "one-dimensional"),
    ("flat h", {"h": (100,)}, "one-dimensional"),
    ("W transposed", {"W": (350, 100)}, "transposed"),
    ("W for one word", {"W": (100, 50)}, "reads one word"),
    ("b of the input", {"b": (350, 1)}, "one for each unit"),
    ("u as a row", {"u": (1, 100)}, "is a row"),
    ("s a number", {"s": ()}, "one entry"),
    ("s a table", {"s": (100, 100)}, "table of all products"),
    ("h of the window", {"h": (7, 1)}, "another shape"),
    ("numbers", {"x": 350}, "pair of whole numbers"),
    ("zeros", dict.fromkeys("xWbhus", (0, 0)), "another shape"),
):
    wrong("3c", name, RIGHT_SHAPES | change, phrase)
wrong("3c", "no dictionary", ((350, 1), (100, 350)), "one shape for each")

# --- 3d: dloss_dS(S, Y) ---------------------------------------------------------------------


def p_of(S):
    """Compute the probabilities."""
    return 1 / (1 + np.exp(-S))


wrong("3d", "zero", lambda S, Y: np.zeros_like(S), "all zeros")
wrong("3d", "sum for mean", lambda S, Y: p_of(S) - Y, "sum of the losses")
wrong("3d", "wrong way round", lambda S, Y: (Y - p_of(S)) / S.shape[1], "wrong way round:")
wrong("3d", "and summed", lambda S, Y: Y - p_of(S), "wrong way round, and")
wrong("3d", "score for p", lambda S, Y: (S - Y) / S.size, "compares the truth with the score")
wrong("3d", "p alone", lambda S, Y: p_of(S) / S.size, "does not appear")
wrong(
    "3d", "extra f'", lambda S, Y: (p_of(S) - Y) * p_of(S) * (1 - p_of(S)) / S.size, "too many"
)
wrong(
    "3d",
    "by p",
    lambda S, Y: (-(Y / p_of(S)) + (1 - Y) / (1 - p_of(S))) / S.size,
    "derivative of the loss by p",
)
wrong(
    "3d",
    "the loss",
    lambda S, Y: -(Y * np.log(p_of(S)) + (1 - Y) * np.log(1 - p_of(S))),
    "loss of each window",
)
wrong("3d", "added up", lambda S, Y: (p_of(S) - Y).mean(axis=1, keepdims=True), "added up")
wrong("3d", "one number", lambda S, Y: np.mean(p_of(S) - Y), "added up")
wrong("3d", "first sample", lambda S, Y: ((p_of(S) - Y) / S.size)[:, [0]], "first sample")
wrong("3d", "twice 1/B", lambda S, Y: (p_of(S) - Y) / S.size**2, "factor that changes")
wrong("3d", "two", lambda S, Y: 2 * (p_of(S) - Y) / S.size, "constant factor")
wrong("3d", "for five", lambda S, Y: (p_of(S) - Y) / 5, "factor that changes")
wrong("3d", "column", lambda S, Y: (p_of(S) - Y).T / S.size, "transposed")
wrong("3d", "flat", lambda S, Y: (p_of(S) - Y)[0] / S.size, "1-D array")
wrong("3d", "sympy", lambda S, Y: sympy.ones(1, S.size), "sympy")
wrong("3d", "a list", lambda S, Y: list((p_of(S) - Y)[0] / S.size), "np.array")
wrong("3d", "table", lambda S, Y: (p_of(S) - Y.T) / S.size, "shape")

# --- 4a: best_step(precision) ---------------------------------------------------------------

wrong("4a", "one-sided", lambda e: e**0.5, "one-sided")
wrong("4a", "smallest", lambda e: e, "smallest step")
wrong("4a", "fixed", lambda e: 1e-5, "fixed step")
wrong("4a", "complex step's", lambda e: 1e-30, "complex step")
wrong("4a", "zero", lambda e: 0.0, "zero")
wrong("4a", "negative", lambda e: -(e ** (1 / 3)), "positive")
wrong("4a", "large", lambda e: 0.3, "too large")
wrong("4a", "small", lambda e: e**0.8, "too small")

# --- 4b: jacobian_of_g(x) -------------------------------------------------------------------


def J(x, first=None, second=(1, 0, 1, 0), third=None):
    """Write the Jacobian, with rows replaced."""
    x1, x2 = x[0, 0], x[1, 0]
    return np.array([first or (x2, x1, 0, 0), second, third or (0, np.cos(x2), 0, 0)])


wrong("4b", "zero", lambda x: np.zeros((3, 4)), "all zeros")
wrong("4b", "transposed", lambda x: J(x).T, "transposed")
wrong("4b", "g", lambda x: np.vstack([x[0] * x[1], x[0] + x[2], np.sin(x[1])]), "g(x) itself")
wrong("4b", "three columns", lambda x: J(x)[:, :3], "fourth input is missing")
wrong("4b", "factors swapped", lambda x: J(x, (x[0, 0], x[1, 0], 0, 0)), "changed places")
wrong("4b", "sine", lambda x: J(x, third=(0, np.sin(x[1, 0]), 0, 0)), "f(x) for f′(x)")
wrong("4b", "minus cosine", lambda x: J(x, third=(0, -np.cos(x[1, 0]), 0, 0)), "wrong sign")
wrong("4b", "one partial", lambda x: J(x, (x[1, 0], 0, 0, 0)), "is missing")
wrong("4b", "the other partial", lambda x: J(x, (0, x[0, 0], 0, 0)), "is missing")
wrong("4b", "third column", lambda x: J(x, third=(0, 0, np.cos(x[1, 0]), 0)), "wrong column")
wrong(
    "4b", "terms kept", lambda x: J(x, second=(x[0, 0], 0, x[2, 0], 0)), "sum has the partial"
)
wrong("4b", "rows added", lambda x: J(x).sum(axis=0, keepdims=True), "added up")
wrong("4b", "times x", lambda x: J(x) @ x, "multiplied in")
wrong("4b", "all signs", lambda x: -J(x), "wrong sign in every entry")
wrong("4b", "cosine of x1", lambda x: J(x, third=(0, np.cos(x[0, 0]), 0, 0)), None)
wrong("4b", "a list", lambda x: J(x).tolist(), "np.array")
wrong("4b", "at a point", lambda x: J(np.ones((4, 1))), None)
wrong("4b", "math on a column", lambda x: J(x[:2] + x), "raises")

# --- 4c: relu_slope(z) ----------------------------------------------------------------------

wrong("4c", "zero", lambda z: 0 * z, "all zeros")
wrong("4c", "half", lambda z: (np.sign(z) + 1) / 2, "½")
wrong("4c", "one at 0", lambda z: (z >= 0).astype(float), "answers 1")
wrong("4c", "f for f'", lambda z: np.maximum(0, z), "f(z) for f′(z)")
wrong("4c", "sign", lambda z: np.sign(z), "−1 for negative")
wrong("4c", "ones", lambda z: np.ones_like(z), "1 everywhere")
wrong("4c", "other side", lambda z: (z < 0).astype(float), "changed places")
wrong("4c", "other side and 0", lambda z: (z <= 0) * 1.0, "changed places")
wrong("4c", "0/0", lambda z: np.maximum(z, 0) / z, "NaN")
wrong("4c", "if", lambda z: 1.0 if z > 0 else 0.0, "choose entry by entry")
wrong("4c", "minus", lambda z: -(z > 0).astype(float), "wrong sign")
wrong("4c", "a diagonal", lambda z: np.diagflat(z > 0).astype(float), "diagonal")
wrong("4c", "leaky", lambda z: np.where(z > 0, 1.0, 0.01), None)

# --- 4d: ds_du_in_numbers(x, W, b, u) -------------------------------------------------------


def h_at(x, W, b):
    """Compute the layer's output."""
    return np.tanh(W @ x + b)


wrong("4d", "zero", lambda x, W, b, u: np.zeros_like(u.T), "all zeros")
wrong("4d", "column", lambda x, W, b, u: h_at(x, W, b), "gradient, a column")
wrong("4d", "u", lambda x, W, b, u: u.T, "∂s/∂h")
wrong("4d", "no f", lambda x, W, b, u: (W @ x + b).T, "activation is missing")
wrong("4d", "f'", lambda x, W, b, u: d_tanh(W @ x + b).T, "f′(z) for f(z)")
wrong("4d", "by z", lambda x, W, b, u: (u * d_tanh(W @ x + b)).T, "∂s/∂z")
wrong("4d", "no b", lambda x, W, b, u: np.tanh(W @ x).T, "bias is missing")
wrong("4d", "s", lambda x, W, b, u: u.T @ h_at(x, W, b), "s itself")
wrong("4d", "u kept", lambda x, W, b, u: u.T * h_at(x, W, b).T, "holds no u")
wrong("4d", "minus", lambda x, W, b, u: -h_at(x, W, b).T, "wrong sign")
wrong("4d", "half", lambda x, W, b, u: h_at(x, W, b).T / 2, "constant factor")
wrong("4d", "flat", lambda x, W, b, u: h_at(x, W, b)[:, 0], "1-D array")
wrong("4d", "flat b", lambda x, W, b, u: np.tanh(W @ x + b.ravel()), "broadcast")
wrong("4d", "W.T", lambda x, W, b, u: np.tanh(W.T @ x + b).T, "swapped")
wrong("4d", "first unit", lambda x, W, b, u: h_at(x, W, b).T[:, :1], "shape")
wrong("4d", "sigmoid", lambda x, W, b, u: sigmoid.f(W @ x + b).T, None)

# --- 4e: cheaper_order(p, q, r, t) ----------------------------------------------------------


def of(condition):
    """Say left or right."""
    return "left" if condition else "right"


wrong("4e", "left", lambda p, q, r, t: "left", "always says")
wrong("4e", "right", lambda p, q, r, t: "right", "always says")
wrong(
    "4e",
    "the dearer",
    lambda p, q, r, t: of(p * q * r + p * r * t > q * r * t + p * q * t),
    "dearer",
)
wrong(
    "4e", "first product", lambda p, q, r, t: of(p * q * r < q * r * t), "first product of each"
)
wrong("4e", "second product", lambda p, q, r, t: of(r < q), "second product of")
wrong("4e", "ends", lambda p, q, r, t: of(p < t), "ends of the chain")
wrong("4e", "ends, ties left", lambda p, q, r, t: of(p <= t), "ends of the chain")
wrong("4e", "memory", lambda p, q, r, t: of(p * r < q * t), "memory")
wrong("4e", "a count", lambda p, q, r, t: p * q * r + p * r * t, "expected")
wrong("4e", "blank", lambda p, q, r, t: "", "expected")
wrong("4e", "products", lambda p, q, r, t: of(p * q < r * t), None)

# --- 5a: dW_three_ways(delta, x) ------------------------------------------------------------


def thrice(way):
    """Give the same for all three ways."""
    return lambda delta, x: (way(delta, x),) * 3


def only(place, way):
    """Give one of the three ways wrong."""

    def answer(delta, x):
        ways = [delta @ x.T] * 3
        ways[place] = way(delta, x)
        return tuple(ways)

    return answer


def loops_with_reset(delta, x):
    """Make the array anew for each row."""
    for i in range(len(delta)):
        dW = np.zeros((len(delta), len(x)))
        for j in range(len(x)):
            dW[i, j] = delta[i, 0] * x[j, 0]
    return dW


def short_loops(delta, x):
    """Fill a diagonal."""
    dW = np.zeros((len(delta), len(x)))
    for i in range(min(dW.shape)):
        dW[i, i] = delta[i, 0] * x[i, 0]
    return dW


wrong("5a", "zero", thrice(lambda d, x: np.zeros((len(d), len(x)))), "all zeros")
wrong("5a", "blank loops", only(0, lambda d, x: np.zeros((len(d), len(x)))), "in_loops is all")
wrong("5a", "swapped", thrice(lambda d, x: x @ d.T), "x δᵀ, the swapped")
wrong("5a", "outer swapped", only(1, lambda d, x: np.outer(x, d)), "by_outer: This is x δᵀ")
wrong(
    "5a", "swapped, reshaped", thrice(lambda d, x: np.outer(x, d).reshape(len(d), -1)), "order"
)
wrong(
    "5a",
    "column-major",
    thrice(lambda d, x: (d @ x.T).ravel().reshape((len(d), -1), order="F")),
    "column-major",
)
wrong("5a", "row", thrice(lambda d, x: np.kron(d.T, x.T)), "before the fold")
wrong("5a", "diagonal", only(0, short_loops), "i = j")
wrong("5a", "no delta", thrice(lambda d, x: np.ones_like(d) @ x.T), "δ is missing")
wrong("5a", "no x", thrice(lambda d, x: d @ np.ones_like(x.T)), "x is missing")
wrong("5a", "plus", thrice(lambda d, x: d + x.T), "plus has slipped in")
wrong("5a", "reset", only(0, loops_with_reset), "last row")
wrong("5a", "minus", thrice(lambda d, x: -d @ x.T), "wrong sign")
wrong("5a", "twice", thrice(lambda d, x: 2 * d @ x.T), "constant factor")
wrong("5a", "over m", thrice(lambda d, x: d @ x.T / len(d)), "factor that changes")
wrong("5a", "no .T", thrice(lambda d, x: d @ x), ".T missing")
wrong("5a", "one way", lambda d, x: d @ x.T, "in this order")
wrong("5a", "flat", thrice(lambda d, x: (d @ x.T).ravel()), "1-D array")
wrong("5a", "three by four", thrice(lambda d, x: np.resize(d @ x.T, (3, 4))), "expected|only")
wrong("5a", "a square", thrice(lambda d, x: d @ d.T), "shape")
wrong("5a", "squared x", thrice(lambda d, x: d @ (x.T**2)), None)

# --- 5b: repair_fold(dW_wrong) --------------------------------------------------------------

wrong("5b", "zero", lambda V: np.zeros(V.shape), "all zeros")
wrong("5b", "unchanged", lambda V: V.reshape(V.shape), "as it was")
wrong("5b", "F in, F out", lambda V: V.reshape(V.shape, order="F"), "as it was")
wrong("5b", "transposed", lambda V: V.T, "This transposes")
wrong("5b", "once more", lambda V: V.reshape(V.shape[::-1]).T, "once more")
wrong("5b", "the row", lambda V: V.reshape((1, -1), order="F"), "the row itself")
wrong("5b", "the column", lambda V: V.reshape((-1, 1), order="F"), "stood up")
wrong("5b", "n by m", lambda V: V.T.copy(), "This transposes")
wrong(
    "5b",
    "folded n by m",
    lambda V: V.ravel(order="F").reshape(V.shape[::-1]),
    "This transposes",
)
wrong("5b", "flat", lambda V: V.ravel(order="F"), "fold it with reshape")
wrong("5b", "minus", lambda V: -V.ravel(order="F").reshape(V.shape), "wrong sign")
wrong("5b", "a fixed shape", lambda V: V.ravel(order="F").reshape(3, 4), "raises")
wrong("5b", "rows turned", lambda V: V[::-1], None)


def in_place_fold(V):
    """Write the repaired fold over the input."""
    V[:] = V.ravel(order="F").reshape(V.shape).copy()
    return V


wrong("5b", "in place", in_place_fold, "changes its input dW_wrong")

# --- 5c: bias_gradient(Delta) ---------------------------------------------------------------


def last_written(Delta):
    """Write each sample over the one before."""
    for k in range(Delta.shape[1]):
        db = Delta[:, [k]]
    return db


wrong("5c", "zero", lambda D: np.zeros((len(D), 1)), "all zeros")
wrong("5c", "mean", lambda D: D.mean(axis=1, keepdims=True), "mean over the samples")
wrong("5c", "first sample", lambda D: D[:, [0]], "Only the first sample")
wrong("5c", "last sample", last_written, "Only the last sample")
wrong("5c", "no sum", lambda D: D, "sum over the batch is forgotten")
wrong("5c", "other axis", lambda D: D.sum(axis=0, keepdims=True), "adds up the units")
wrong("5c", "other axis, flat", lambda D: D.sum(axis=0), "adds up the units")
wrong("5c", "other axis, column", lambda D: D.sum(axis=0)[:, None], "adds up the units")
wrong("5c", "everything", lambda D: D.sum(), "adds up everything")
wrong("5c", "row", lambda D: D.sum(axis=1)[None], "lies down as a row")
wrong("5c", "absolute", lambda D: abs(D).sum(axis=1, keepdims=True), "absolute values")
wrong("5c", "flat", lambda D: D.sum(axis=1), "keepdims")
wrong("5c", "minus", lambda D: -D.sum(axis=1, keepdims=True), "wrong sign")
wrong("5c", "half", lambda D: D.sum(axis=1, keepdims=True) / 2, "constant factor")
wrong("5c", "over m", lambda D: D.sum(axis=1, keepdims=True) / len(D), "factor that changes")
wrong(
    "5c",
    "five samples",
    lambda D: sum(D[:, [k]] for k in range(min(5, D.shape[1]))),
    "some inputs only",
)
wrong("5c", "five samples, raises", lambda D: sum(D[:, [k]] for k in range(5)), "one size")
wrong("5c", "square", lambda D: D.sum(axis=1) - 0 * D.sum(axis=1, keepdims=True), "broadcast")
wrong("5c", "infinite", lambda D: D.sum(axis=1, keepdims=True) / 0, "NaN or an infinite")
wrong("5c", "a word", lambda D: "Delta.sum", "array of numbers")
wrong("5c", "two arguments", lambda D, b: D.sum(axis=1, keepdims=True), "arguments")
wrong("5c", "product", lambda D: D.prod(axis=1, keepdims=True), None)

# --- 5d: two_deltas(x, W1, b1, W2, b2, u) ---------------------------------------------------


def deltas(first=None, second=None):
    """Answer with a wrong δ in one of the places."""

    def answer(x, W1, b1, W2, b2, u):
        z1 = W1 @ x + b1
        h1 = np.tanh(z1)
        z2 = W2 @ h1 + b2
        d2 = u * d_tanh(z2)
        d1 = (W2.T @ d2) * d_tanh(z1)
        values = {"z1": z1, "h1": h1, "z2": z2, "d2": d2, "d1": d1, "W2": W2, "u": u}
        return first(values) if first else d1, second(values) if second else d2

    return answer


right = deltas()
wrong("5d", "zero", deltas(lambda v: 0 * v["d1"], lambda v: 0 * v["d2"]), "all zeros")
wrong("5d", "order", lambda *a: right(*a)[::-1], "changed places")
wrong("5d", "2 no f'", deltas(second=lambda v: v["u"]), "delta_2 has forgotten f′")
wrong(
    "5d",
    "2 at h",
    deltas(second=lambda v: v["u"] * d_tanh(np.tanh(v["z2"]))),
    "at h in delta_2",
)
wrong("5d", "2 with f", deltas(second=lambda v: v["u"] * np.tanh(v["z2"])), "delta_2 has f(z₂)")
wrong("5d", "2 no u", deltas(second=lambda v: d_tanh(v["z2"])), "delta_2 has forgotten u")
wrong("5d", "1 no f'", deltas(lambda v: v["W2"].T @ v["d2"]), "forgotten its own f′")
wrong(
    "5d", "1 at h", deltas(lambda v: (v["W2"].T @ v["d2"]) * d_tanh(v["h1"])), "at h in delta_1"
)
wrong("5d", "1 with f", deltas(lambda v: (v["W2"].T @ v["d2"]) * v["h1"]), "delta_1 has f(z₁)")
wrong(
    "5d",
    "1 from u",
    deltas(lambda v: (v["W2"].T @ v["u"]) * d_tanh(v["z1"])),
    "delta_1 starts from u: it",
)
wrong("5d", "1 no f' at all", deltas(lambda v: v["W2"].T @ v["u"]), "lost both f′")
wrong(
    "5d",
    "1 no u",
    deltas(lambda v: (v["W2"].T @ d_tanh(v["z2"])) * d_tanh(v["z1"])),
    "delta_1 has forgotten u",
)
wrong("5d", "1 own f' only", deltas(lambda v: d_tanh(v["z1"])), "nothing from the layer above")
wrong("5d", "1 no T", deltas(lambda v: (v["W2"] @ v["d2"]) * d_tanh(v["z1"])), ".T missing")
wrong("5d", "1 row", deltas(lambda v: v["d1"].T), "transposed")
wrong("5d", "2 minus", deltas(second=lambda v: -v["d2"]), "wrong sign")
wrong("5d", "1 minus", deltas(lambda v: -v["d1"]), "wrong sign")
wrong("5d", "1 flat", deltas(lambda v: v["d1"].ravel()), "1-D array")
wrong("5d", "2 twice", deltas(second=lambda v: 2 * v["d2"]), "constant factor")
wrong("5d", "2 diagonal", deltas(second=lambda v: np.diagflat(v["d2"])), "diagonal")
wrong(
    "5d",
    "2 flat slopes",
    deltas(second=lambda v: v["u"] * d_tanh(v["z2"]).ravel()),
    "broadcast",
)
wrong("5d", "one δ", lambda *a: right(*a)[0], "delta_1, delta_2, in this order")
wrong("5d", "1 f' squared", deltas(lambda v: v["d1"] * d_tanh(v["z1"])), None)

# --- 5e: bytes ------------------------------------------------------------------------------

wrong("5e", "zero", 0, "all zeros")
wrong("5e", "entries", 4096**3, "counts entries")
wrong("5e", "bits", 64 * 4096**3, "bits")
wrong("5e", "float32", 4 * 4096**3, "float32")
wrong("5e", "the gradient", 8 * 4096**2, "gradient's memory")
wrong("5e", "entries of W", 4096**2, "entries of W")
wrong("5e", "mn by mn", 8 * 4096**4, "mn rows and mn columns:")
wrong("5e", "mn by mn entries", 4096**4, "entries at that")
wrong("5e", "GiB", 512, "another unit")
wrong("5e", "GB", 549.8, "another unit")
wrong("5e", "a function", lambda: 8 * 4096**3, "hand in the value")
wrong("5e", "words", "550 GB", "one number is expected")
wrong("5e", "too little", 10**9, "too small")
wrong("5e", "too much", 10**13, "too large")
