"""The rungs of the ladder: each a function, what is handed to it, and the mistakes it invites.

The truth is a complex step of the function, so that no formula here can be wrong together with
an answer. A mistake is a hint and a wrong Jacobian; the wrong gradient follows by folding gᵀJ.
What goes wrong on every rung is made from the truth in ``ladder.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from helpers.exercises.entry import sizes, softmax

Wrong = tuple[str, Callable[..., NDArray]]  # a hint, and the wrong answer that it names


@dataclass(frozen=True)
class Rung:
    """One rung: the function ``of``, differentiated with respect to its first argument.

    ``inputs`` names its arguments, each with its shape: "n1" is a column, "mn" a matrix, "" a
    number, "<n" a place from 0 to n - 1, "=r" the size r itself. ``gives`` computes what the
    way forward has found already, and is handed to the answers as well. ``par`` is the number
    of multiplications that gᵀJ needs without J, from the sizes. ``wrong`` are Jacobians, of the
    same inputs; ``wrong_dx`` gradients, of g and these.
    """

    of: Callable[..., NDArray]
    inputs: dict[str, str]
    par: Callable[..., int]
    section: str
    gives: dict[str, Callable[..., NDArray]] = field(default_factory=dict)
    wrong: tuple[Wrong, ...] = ()
    wrong_dx: tuple[Wrong, ...] = ()
    longest_first: bool = False
    least: int = 2

    @property
    def letters(self) -> list[str]:
        """List the sizes that are drawn."""
        return [
            *dict.fromkeys(c for shape in self.inputs.values() for c in shape if c.isalpha())
        ]

    @property
    def gradient(self) -> str:
        """Name the gradient: dx, dW, …"""
        return "d" + next(iter(self.inputs))

    def draw(self, rng: Generator, least: int = 0, most: int = 5) -> tuple[Any, ...]:
        """Draw the inputs of J, all sizes different."""
        drawn = sizes(rng, len(self.letters), least or self.least, most)
        size = dict(
            zip(self.letters, sorted(drawn)[::-1] if self.longest_first else drawn, strict=True)
        )
        inputs = []
        for shape in self.inputs.values():
            if shape.startswith("<"):
                inputs.append(int(rng.integers(size[shape[1]])))
            elif shape.startswith("="):
                inputs.append(size[shape[1]])
            elif shape:
                inputs.append(rng.standard_normal([size.get(c, 1) for c in shape]))
            else:
                inputs.append(float(rng.uniform(1.5, 3) * rng.choice([-1, 1])))
        return *inputs, *(give(*inputs) for give in self.gives.values())

    def draw_with_g(self, rng: Generator, **limits: int) -> tuple[Any, ...]:
        """Draw the inputs of the gradient: g in the shape of the output, then those of J."""
        inputs = self.draw(rng, **limits)
        return rng.standard_normal(self.value(*inputs).shape), *inputs

    def sizes(self, *inputs: Any) -> dict[str, int]:
        """Read the sizes off the inputs of J."""
        found = {}
        for shape, value in zip(self.inputs.values(), inputs, strict=False):
            lengths = np.shape(value) or ([value] if shape.startswith("=") else [])
            found |= {
                c: n for c, n in zip(shape.lstrip("="), lengths, strict=False) if c.isalpha()
            }
        return found

    def value(self, *inputs: Any) -> NDArray:
        """Compute the function from the inputs of J."""
        return self.of(*inputs[: len(self.inputs)])

    def jacobian(self, *inputs: Any) -> NDArray:
        """Compute J by complex steps: its rows are the entries of vec y, its columns vec x."""
        x, *rest = inputs[: len(self.inputs)]
        columns = []
        for index in np.ndindex(x.shape):
            moved = x.astype(complex)
            moved[index] += 1e-30j
            columns.append(np.imag(self.of(moved, *rest)).ravel() / 1e-30)
        return np.stack(columns, axis=1)

    def fold(self, g: NDArray, J: NDArray, x: NDArray) -> NDArray:
        """Multiply gᵀJ and fold the row into the shape of x."""
        return (g.reshape(1, -1) @ J).reshape(x.shape)


# --- the rungs ------------------------------------------------------------------------------


def _length(x: NDArray) -> NDArray:
    return np.sqrt((x * x).sum(axis=0, keepdims=True))


def _log_sum_exp(x: NDArray) -> NDArray:
    largest = x.real.max()
    return largest + np.log(np.exp(x - largest).sum(axis=0, keepdims=True))


def _spread(x: NDArray) -> NDArray:
    return np.sqrt(((x - x.mean()) ** 2).mean()).reshape(1, 1)


def _slide(x: NDArray, k: NDArray) -> NDArray:
    places = len(x) - len(k) + 1
    return sum(k[j] * x[j : j + places] for j in range(len(k)))


def _windows(k: NDArray, n: int, step: int = 1) -> NDArray:
    """Put the kernel in every row, ``step`` places further to the right in each."""
    J = np.zeros((n - len(k) + 1, n))
    for i in range(len(J)):
        J[i, step * i : step * i + len(k)] = k[:, 0]
    return J


def _overwritten(g: NDArray, x: NDArray, k: NDArray) -> NDArray:
    dx = np.zeros_like(x)
    for i in range(len(g)):
        dx[i : i + len(k)] = g[i] * k
    return dx


def _mixing(p: NDArray) -> NDArray:
    return np.diagflat(p) - p @ p.T


def _centring(n: int) -> NDArray:
    return np.eye(n) - 1 / n


def _rows_of(X: NDArray, m: int) -> NDArray:
    """Give the Jacobian of W X with respect to W, which has m rows."""
    return np.kron(np.eye(m), X.T)


def _tanh_slope(y: NDArray) -> NDArray:
    return np.diagflat(1 - y * y)


VALUE = "The value stands where its slope belongs."
F_AT_Y = "f′ is taken at f's value; it belongs at what goes into f."
NO_F = "f′ is missing: this is the layer without its bend."
NO_SQUARE = "The value of tanh stands here without its square."
SIGMA = "This is the slope of the sigmoid; the bend here is a tanh."
SOFTMAX_DIAGONAL = "This takes the part diag(p) of softmax's Jacobian, and forgets ppᵀ."
SOFTMAX_REST = "This takes the part ppᵀ of softmax's Jacobian, and forgets diag(p)."
SOFTMAX_PLUS = "A plus stands where a minus belongs: what one probability gains, others lose."
ONE_ROW = "A row for each input: the output is one number, so that J has one row."

RUNGS: dict[int, Rung] = {
    0: Rung(  # y = x ∘ x, the example
        of=lambda x: x * x,
        inputs={"x": "n1"},
        par=lambda n: 2 * n,
        section="4.4",
        wrong=((VALUE, lambda x: np.diagflat(x * x)),),
    ),
    1: Rung(  # y = a x
        of=lambda x, a: a * x,
        inputs={"x": "n1", "a": ""},
        par=lambda n: n,
        section="4.4",
        wrong=(
            ("This is with respect to a: here a stays, and x moves.", lambda x, a: x),
            ("x stands where its factor belongs.", lambda x, a: np.diagflat(x)),
            (VALUE, lambda x, a: np.diagflat(a * x)),
        ),
    ),
    2: Rung(  # y = x + b
        of=lambda x, b: x + b,
        inputs={"x": "n1", "b": "n1"},
        par=lambda n: 0,
        section="4.4",
        wrong=(
            ("b moves y, and no slope: it is not in J.", lambda x, b: np.diagflat(b)),
            ("b moves y, and no slope.", lambda x, b: np.eye(len(x)) + np.diagflat(b)),
            (VALUE, lambda x, b: np.diagflat(x + b)),
        ),
        wrong_dx=(("b is added on the way back, too: it is not in J.", lambda g, x, b: g + b),),
    ),
    3: Rung(  # Y = X
        of=lambda X: X,
        inputs={"X": "mn"},
        par=lambda m, n: 0,
        section="5.2",
        wrong=(
            ("A row for each row of X: vec X has all its entries.", lambda X: np.eye(len(X))),
            ("A column for each column of X: vec X has all its entries.",
             lambda X: np.eye(X.shape[1])),
            ("This has the shape of X: J has a row for each entry.", lambda X: np.ones_like(X)),
            (VALUE, lambda X: np.diagflat(X)),
        ),
    ),
    4: Rung(  # y = c
        of=lambda x, c: c,
        inputs={"x": "n1", "c": "m1"},
        par=lambda m, n: 0,
        section="4.3",
        wrong=(
            ("This is with respect to c: here x moves.", lambda x, c: np.eye(len(c))),
            ("A row for each input: J has one for each output.",
             lambda x, c: np.zeros([len(x)] * 2)),
            ("A column for each output: J has one for each input.",
             lambda x, c: np.zeros([len(c)] * 2)),
            ("This is a bare number: J has a row for each output, a column for each input.",
             lambda x, c: 0.0),
            (VALUE, lambda x, c: c * np.ones((1, len(x)))),
        ),
        wrong_dx=(
            ("This has the shape of g: a gradient has the shape of its own input.",
             lambda g, x, c: np.zeros_like(g)),
            ("x is no gradient: does the output move when x does?", lambda g, x, c: x),
        ),
    ),
    5: Rung(  # y = Σ x
        of=lambda x: x.sum(axis=0, keepdims=True),
        inputs={"x": "n1"},
        par=lambda n: 0,
        section="4.3",
        wrong=(
            (ONE_ROW, lambda x: np.eye(len(x))),
            ("The inputs stand where their slopes belong.", lambda x: x.T),
            ("This is the slope of the mean.", lambda x: np.full((1, len(x)), 1 / len(x))),
            ("This is the number of the inputs, where each has a slope of its own.",
             lambda x: np.array([[float(len(x))]])),
        ),
    ),
    6: Rung(  # y = mean of x
        of=lambda x: x.mean(axis=0, keepdims=True),
        inputs={"x": "n1"},
        par=lambda n: 1,
        section="4.3",
        wrong=(
            (ONE_ROW, lambda x: np.eye(len(x)) / len(x)),
            ("The inputs stand where their slopes belong.", lambda x: x.T / len(x)),
            ("The mean is missing: this is the slope of the sum.",
             lambda x: np.ones((1, len(x)))),
            ("This divides by n − 1, as an estimate of a variance does.",
             lambda x: np.full((1, len(x)), 1 / (len(x) - 1))),
        ),
        wrong_dx=(
            ("This is one number: each input gets its own.", lambda g, x: g / len(x)),
        ),
    ),
    7: Rung(  # y = x_k
        of=lambda x, k: x[k : k + 1],
        inputs={"x": "n1", "k": "<n"},
        par=lambda n: 0,
        section="4.3",
        wrong=(
            (ONE_ROW, lambda x, k: np.eye(len(x))),
            ("The value that is picked stands where its slope belongs.",
             lambda x, k: x[k] * np.eye(len(x))[[k]]),
            ("One off: the places are counted from 0.", lambda x, k: np.eye(len(x))[[k - 1]]),
            ("The places are counted from the end here.",
             lambda x, k: np.eye(len(x))[[len(x) - 1 - k]]),
            ("All the other inputs are picked here.", lambda x, k: 1 - np.eye(len(x))[[k]]),
        ),
    ),
    8: Rung(  # y = x, last entry first
        of=lambda x: x[::-1],
        inputs={"x": "n1"},
        par=lambda n: 0,
        section="4.3",
        wrong=((VALUE, lambda x: np.diagflat(x[::-1])),),
    ),
    9: Rung(  # y = x, r times below itself
        of=lambda x, r: np.tile(x, (r, 1)),
        inputs={"x": "n1", "r": "=r"},
        par=lambda n, r: 0,
        section="4.6",
        wrong=(
            ("A row for each input: the output is r times as long.",
             lambda x, r: np.eye(len(x))),
            ("Each entry is repeated on the spot here; it is x as a whole that comes again.",
             lambda x, r: np.repeat(np.eye(len(x)), r, axis=0)),
            ("Only the first copy is in it: x moves them all.",
             lambda x, r: np.eye(r * len(x), len(x))),
            ("Only the last copy is in it: x moves them all.",
             lambda x, r: np.eye(r * len(x), len(x))[::-1, ::-1]),
            ("This divides by r: each copy moves in full.",
             lambda x, r: np.tile(np.eye(len(x)), (r, 1)) / r),
            ("This multiplies by r: each copy moves as x does.",
             lambda x, r: np.tile(np.eye(len(x)), (r, 1)) * r),
        ),
    ),
    10: Rung(  # Y = x cᵀ
        of=lambda x, c: x @ c.T,
        inputs={"x": "m1", "c": "n1"},
        par=lambda m, n: m * n,
        section="5.2",
        wrong=(
            ("This is with respect to c: here x moves.",
             lambda x, c: np.kron(x, np.eye(len(c)))),
            ("This is the block of one input: each has its own rows of J.", lambda x, c: c),
            ("The rows are mixed: row i of Y holds one entry of x only.",
             lambda x, c: np.kron(np.ones([len(x)] * 2), c)),
            ("x stands where its factor belongs.",
             lambda x, c: np.kron(np.diagflat(x), np.ones_like(c))),
        ),
        wrong_dx=(("This is the gradient of c: here x moves.", lambda G, x, c: G.T @ x),),
    ),
    11: Rung(  # Y = A X
        of=lambda X, A: A @ X,
        inputs={"X": "nB", "A": "mn"},
        par=lambda m, n, B: m * n * B,
        section="5.5",
        wrong=(
            ("This is the Jacobian of a single column: vec X has all of them.", lambda X, A: A),
            ("This is with respect to A: here X moves.", lambda X, A: _rows_of(X, len(A))),
            ("The columns are mixed: column k of Y holds column k of X only.",
             lambda X, A: np.kron(A, np.ones([X.shape[1]] * 2))),
            ("The rows are not mixed here: row i of Y is a sum over all rows of X.",
             lambda X, A: np.kron(np.eye(*A.shape) * A, np.eye(X.shape[1]))),
        ),
        wrong_dx=(("This is the gradient of A: here X moves.", lambda G, X, A: G @ X.T),),
    ),
    12: Rung(  # Y = X A
        of=lambda X, A: X @ A,
        inputs={"X": "mn", "A": "nB"},
        par=lambda m, n, B: m * n * B,
        section="5.4",
        wrong=(
            ("This is the Jacobian of a single row: vec X has all of them.", lambda X, A: A.T),
            ("This is with respect to A: here X moves.",
             lambda X, A: np.kron(X, np.eye(A.shape[1]))),
            ("The rows are mixed: row i of Y holds row i of X only.",
             lambda X, A: np.kron(np.ones([len(X)] * 2), A.T)),
            ("The columns are not mixed here: column k of Y is a sum over all columns of X.",
             lambda X, A: _rows_of(np.eye(*A.shape) * A, len(X))),
        ),
        wrong_dx=(("This is the gradient of A: here X moves.", lambda G, X, A: X.T @ G),),
    ),
    13: Rung(  # Y = Xᵀ
        of=lambda X: X.T,
        inputs={"X": "mn"},
        par=lambda m, n: 0,
        section="5.3",
        wrong=(
            ("A row for each row of X: vec X has all its entries.", lambda X: np.eye(len(X))),
            (VALUE, lambda X: np.diagflat(X)),
            (VALUE, lambda X: np.diagflat(X.T)),
        ),
        wrong_dx=(
            ("A reshape keeps the order of the entries; here they change places.",
             lambda G, X: G.reshape(X.shape)),
        ),
    ),
    14: Rung(  # y = tanh x
        of=lambda x: np.tanh(x),
        inputs={"x": "n1"},
        gives={"y": np.tanh},
        par=lambda n: 2 * n,
        section="4.4",
        wrong=(
            (F_AT_Y, lambda x, y: _tanh_slope(np.tanh(y))),
            (NO_SQUARE, lambda x, y: np.diagflat(1 - y)),
            ("The slope is 1 at 0, and falls: this is 0 there, and grows.",
             lambda x, y: np.diagflat(y * y)),
            ("A plus stands where a minus belongs: tanh is nowhere steeper than 1.",
             lambda x, y: np.diagflat(1 + y * y)),
            (SIGMA, lambda x, y: np.diagflat(y * (1 - y))),
            (VALUE, lambda x, y: np.diagflat(y)),
        ),
    ),
    15: Rung(  # y = x ∘ A x
        of=lambda x, A: x * (A @ x),
        inputs={"x": "n1", "A": "nn"},
        par=lambda n: 2 * n * n + 2 * n,
        section="4.6",
        wrong=(
            ("One path is missing: x stands in A x as well.", lambda x, A: np.diagflat(A @ x)),
            ("One path is missing: x is the first factor as well.", lambda x, A: x * A),
            ("This is the Jacobian of the second factor alone.", lambda x, A: A),
            ("x multiplies the columns of A, and belongs to its rows.",
             lambda x, A: np.diagflat(A @ x) + A * x.T),
            ("A is transposed on one of the two paths.",
             lambda x, A: np.diagflat(A @ x) + x * A.T),
            ("A minus stands between the two paths: paths add.",
             lambda x, A: np.diagflat(A @ x) - x * A),
            ("The slopes are multiplied: in a product one factor moves at a time.",
             lambda x, A: np.diagflat(A @ x) @ (x * A)),
        ),
    ),
    16: Rung(  # y = max(x, 0)
        of=lambda x: np.where(x.real > 0, x, 0),
        inputs={"x": "n1"},
        par=lambda n: 0,
        section="4.4",
        wrong=(
            (VALUE, lambda x: np.diagflat(np.maximum(x, 0))),
            ("The gate is open on the wrong side.", lambda x: np.diagflat(x < 0) * 1.0),
            ("This is the slope of the absolute value.", lambda x: np.diagflat(np.sign(x))),
            ("Something leaks: where x is negative, y does not move at all.",
             lambda x: np.diagflat(np.where(x > 0, 1, 0.01))),
        ),
        wrong_dx=(
            ("The gate is set by g here; x has set it, on the way forward.",
             lambda g, x: np.maximum(g, 0)),
        ),
    ),
    17: Rung(  # r = ‖x‖
        of=_length,
        inputs={"x": "n1"},
        gives={"r": _length},
        par=lambda n: n + 1,
        section="4.3",
        wrong=(
            ("Something is missing: a step along x lengthens it by just that step.",
             lambda x, r: x.T),
            ("The length divides once too often.", lambda x, r: x.T / r**2),
            ("The square root is missing: this is the slope of the sum of squares.",
             lambda x, r: 2 * x.T),
            ("This is the slope of the sum of absolute values.", lambda x, r: np.sign(x).T),
            ("A factor 2 is left over: the slope of the root cancels it.",
             lambda x, r: 2 * x.T / r),
            (ONE_ROW, lambda x, r: np.diagflat(x) / r),
            ("This is upside down: the length stands above.", lambda x, r: r / x.T),
        ),
    ),
    18: Rung(  # y = x / ‖x‖
        of=lambda x: x / _length(x),
        inputs={"x": "n1"},
        gives={"y": lambda x: x / _length(x), "r": _length},
        par=lambda n: 3 * n,
        section="6.2",
        wrong=(
            ("The length is held fixed: it moves with x.", lambda x, y, r: np.eye(len(x)) / r),
            ("One path is missing: x stands above as well.", lambda x, y, r: -y @ y.T / r),
            ("The length is missing: the same step turns a short x further than a long one.",
             lambda x, y, r: np.eye(len(x)) - y @ y.T),
            ("A plus stands where a minus belongs: a step along x must turn nothing.",
             lambda x, y, r: (np.eye(len(x)) + y @ y.T) / r),
            ("x stands where y belongs.", lambda x, y, r: (np.eye(len(x)) - x @ x.T) / r),
            ("The length divides one part only.", lambda x, y, r: np.eye(len(x)) / r - y @ y.T),
        ),
    ),
    19: Rung(  # p = softmax x
        of=softmax,
        inputs={"x": "n1"},
        gives={"p": softmax},
        par=lambda n: 2 * n,
        section="6.2",
        wrong=(
            (SOFTMAX_DIAGONAL, lambda x, p: np.diagflat(p)),
            (SOFTMAX_REST, lambda x, p: -p @ p.T),
            (SOFTMAX_PLUS, lambda x, p: np.diagflat(p) + p @ p.T),
            ("The mean that is subtracted counts every output alike: weight it.",
             lambda x, p: _centring(len(p)) * p.T),
            ("The sum that is subtracted counts every output fully: weight it.",
             lambda x, p: (np.eye(len(p)) - 1) * p.T),
            ("p is missing as a factor: a score moves by what it weighs.",
             lambda x, p: np.eye(len(p)) - p @ np.ones_like(p).T),
            ("diag(p) is missing: a column minus a matrix puts p into every column.",
             lambda x, p: p - p @ p.T),
            ("This is ppᵀ, without its minus and without diag(p).", lambda x, p: p @ p.T),
        ),
    ),
    20: Rung(  # y = log Σ exp x
        of=_log_sum_exp,
        inputs={"x": "n1"},
        gives={"y": _log_sum_exp},
        par=lambda n: n,
        section="6.3",
        wrong=(
            ("The logarithm is missing: this is the slope of the sum.",
             lambda x, y: np.exp(x).T),
            ("The inner slope is missing: this is what the logarithm gives.",
             lambda x, y: np.exp(-y) * np.ones_like(x).T),
            ("This is the logarithm of what belongs here.", lambda x, y: (x - y).T),
            ("One step too far: this is a slope of softmax.",
             lambda x, y: (np.exp(x - y) * (1 - np.exp(x - y))).T),
            ("This is the slope of the maximum: the others count as well.",
             lambda x, y: (x == x.max()).T * 1.0),
            (ONE_ROW, lambda x, y: np.diagflat(np.exp(x - y))),
        ),
    ),
    21: Rung(  # y_i = x_1 + … + x_i
        of=lambda x: np.cumsum(x, axis=0),
        inputs={"x": "n1"},
        par=lambda n: 0,
        section="4.6",
        wrong=(
            ("An output's own input is missing.", lambda x: np.tril(np.ones([len(x)] * 2), -1)),
            ("This is the slope of a running mean.",
             lambda x: np.tril(np.ones([len(x)] * 2)) / np.arange(1, len(x) + 1)[:, None]),
            ("Only the neighbour is added: a sum so far holds all before it.",
             lambda x: np.eye(len(x)) + np.eye(len(x), k=-1)),
            ("The inputs stand where their slopes belong.",
             lambda x: np.tril(np.ones([len(x)] * 2)) * x.T),
        ),
    ),
    22: Rung(  # y_i = Σ_j k_j x_{i+j}
        of=_slide,
        inputs={"x": "n1", "k": "w1"},
        par=lambda n, w: (n - w + 1) * w,
        section="4.6",
        longest_first=True,
        wrong=(
            ("The kernel is flipped.", lambda x, k: _windows(k[::-1], len(x))),
            ("The window stands still: it moves on by one place from output to output.",
             lambda x, k: _windows(k, len(x), step=0)),
            ("This is one window: each output has its own, one place further on.",
             lambda x, k: k.T),
            ("The window goes round the end: it stops when it arrives there.",
             lambda x, k: np.stack([
                 np.roll(np.pad(k[:, 0], (0, len(x) - len(k))), i) for i in range(len(x))])),
            ("Only the kernel's first entry is in it.",
             lambda x, k: k[0] * np.eye(len(x) - len(k) + 1, len(x))),
            ("This is with respect to k: here x moves.",
             lambda x, k: np.stack([x[i : i + len(k), 0] for i in range(len(x) - len(k) + 1)])),
        ),
        wrong_dx=(
            ("Each window overwrites the one before where they overlap: add them up, with +=.",
             lambda g, x, k: _overwritten(g, x, k)),
        ),
    ),
    23: Rung(  # y = (x − mean) / s
        of=lambda x: (x - x.mean()) / _spread(x),
        inputs={"x": "n1"},
        gives={"y": lambda x: (x - x.mean()) / _spread(x), "s": _spread},
        par=lambda n: 3 * n + 2,
        section="6.2",
        least=3,
        wrong=(
            ("Mean and spread are held fixed: both move with x.",
             lambda x, y, s: np.eye(len(x)) / s),
            ("The spread is held fixed: it moves with x.",
             lambda x, y, s: _centring(len(x)) / s),
            ("The mean is held fixed: it moves with x.",
             lambda x, y, s: (np.eye(len(x)) - y @ y.T / len(x)) / s),
            ("The spread is missing: the same step moves a narrow x further than a wide one.",
             lambda x, y, s: _centring(len(x)) - y @ y.T / len(x)),
            ("A sum stands where a mean belongs.",
             lambda x, y, s: (_centring(len(x)) - y @ y.T) / s),
            ("This divides by n − 1, as an estimate of a variance does.",
             lambda x, y, s: (_centring(len(x)) - y @ y.T / (len(x) - 1)) / s),
            ("A plus stands where a minus belongs: stretching x about its mean moves nothing.",
             lambda x, y, s: (_centring(len(x)) + y @ y.T / len(x)) / s),
        ),
    ),
    24: Rung(  # y = Vᵀ softmax(K q)
        of=lambda q, K, V: V.T @ softmax(K @ q),
        inputs={"q": "d1", "K": "nd", "V": "nv"},
        gives={"p": lambda q, K, V: softmax(K @ q)},
        par=lambda n, d, v: n * d + n * v + 2 * n,
        section="6.2",
        wrong=(
            (SOFTMAX_DIAGONAL, lambda q, K, V, p: V.T @ (p * K)),
            (SOFTMAX_REST, lambda q, K, V, p: -V.T @ p @ p.T @ K),
            (SOFTMAX_PLUS, lambda q, K, V, p: V.T @ (np.diagflat(p) + p @ p.T) @ K),
            ("The step through softmax is missing.", lambda q, K, V, p: V.T @ K),
            ("Only the diagonal of softmax's Jacobian is in it: a score moves every weight.",
             lambda q, K, V, p: V.T @ (p * (1 - p) * K)),
            ("This stops at the scores: the step through K is missing.",
             lambda q, K, V, p: V.T @ _mixing(p)),
            ("The step through V is missing.", lambda q, K, V, p: _mixing(p) @ K),
        ),
    ),
    25: Rung(  # H = tanh(W X + b)
        of=lambda W, X, b: np.tanh(W @ X + b),
        inputs={"W": "mn", "X": "nB", "b": "m1"},
        gives={"H": lambda W, X, b: np.tanh(W @ X + b)},
        par=lambda m, n, B: m * n * B + 2 * m * B,
        section="5.7",
        wrong=(
            (NO_F, lambda W, X, b, H: _rows_of(X, len(W))),
            (F_AT_Y, lambda W, X, b, H: _tanh_slope(np.tanh(H)) @ _rows_of(X, len(W))),
            (VALUE, lambda W, X, b, H: np.diagflat(H) @ _rows_of(X, len(W))),
            (SIGMA, lambda W, X, b, H: np.diagflat(H * (1 - H)) @ _rows_of(X, len(W))),
            (NO_SQUARE, lambda W, X, b, H: np.diagflat(1 - H) @ _rows_of(X, len(W))),
            ("The Kronecker product's factors are swapped, as if vec read column by column.",
             lambda W, X, b, H: _tanh_slope(H) @ np.kron(X.T, np.eye(len(W)))),
            ("b is forgotten where f′ is taken.",
             lambda W, X, b, H: _tanh_slope(np.tanh(W @ X)) @ _rows_of(X, len(W))),
            ("This divides by the number of samples: nothing here is a mean.",
             lambda W, X, b, H: _tanh_slope(H) @ _rows_of(X, len(W)) / X.shape[1]),
            ("This is with respect to X: here W moves.",
             lambda W, X, b, H: _tanh_slope(H) @ np.kron(W, np.eye(X.shape[1]))),
            ("This is with respect to b: here W moves.",
             lambda W, X, b, H:
                 _tanh_slope(H) @ np.repeat(np.eye(len(W)), X.shape[1], axis=0)),
        ),
        wrong_dx=(
            ("This is the gradient of b: here W moves.",
             lambda G, W, X, b, H: (G * (1 - H * H)).sum(axis=1, keepdims=True)),
            ("This is the gradient of X: here W moves.",
             lambda G, W, X, b, H: W.T @ (G * (1 - H * H))),
            ("Only the first sample is in it: they add up.",
             lambda G, W, X, b, H: (G * (1 - H * H))[:, :1] @ X[:, :1].T),
        ),
    ),
    26: Rung(  # y = U tanh(W x)
        of=lambda W, x, U: U @ np.tanh(W @ x),
        inputs={"W": "mn", "x": "n1", "U": "Km"},
        gives={"h": lambda W, x, U: np.tanh(W @ x)},
        par=lambda m, n, K: m * n + 2 * m + K * m,
        section="5.6",
        wrong=(
            (NO_F, lambda W, x, U, h: U @ _rows_of(x, len(W))),
            (F_AT_Y, lambda W, x, U, h: U @ _tanh_slope(np.tanh(h)) @ _rows_of(x, len(W))),
            (VALUE, lambda W, x, U, h: U @ np.diagflat(h) @ _rows_of(x, len(W))),
            (NO_SQUARE, lambda W, x, U, h: U @ np.diagflat(1 - h) @ _rows_of(x, len(W))),
            (SIGMA, lambda W, x, U, h: U @ np.diagflat(h * (1 - h)) @ _rows_of(x, len(W))),
            ("The step through U is missing.",
             lambda W, x, U, h: _tanh_slope(h) @ _rows_of(x, len(W))),
            ("This is with respect to x: here W moves.",
             lambda W, x, U, h: U @ _tanh_slope(h) @ W),
            ("This is with respect to U: here W moves.",
             lambda W, x, U, h: _rows_of(h, len(U))),
        ),
        wrong_dx=(
            ("This is the gradient of U: here W moves.", lambda g, W, x, U, h: g @ h.T),
            ("This is the gradient of x: here W moves.",
             lambda g, W, x, U, h: W.T @ (U.T @ g * (1 - h * h))),
            ("This stops at δ: the step to W is missing.",
             lambda g, W, x, U, h: U.T @ g * (1 - h * h)),
            ("The step through U is missing; g.sum() only fits the shapes.",
             lambda g, W, x, U, h: g.sum() * (1 - h * h) @ x.T),
        ),
    ),
}  # fmt: skip
