"""Catch the fault: ``catch(my_check)`` hands a check wrong gradients, and says which it passed.

The layer is H = tanh(W X), its loss ‖H − Y‖² / 2B, and what is checked is dW. A check is called
as ``my_check(gradient, loss, shapes)`` and answers True or False: once with the right gradient
and once with each wrong one, on sizes of its own each time, and with the loss in another unit.
The notebook ``practice/check_your_gradients.ipynb`` says, in the sections named here, why each
fault hides.
"""

from __future__ import annotations

import contextlib
import io
import textwrap
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from helpers.checks import check_whole
from helpers.exercises.check import SECONDS, _TooLong, _within, type_of
from helpers.exercises.entry import sizes

Gradient = Callable[[NDArray, NDArray, NDArray], NDArray]
UNITS = (1.0, 1e-9, 1e6)  # what the loss is measured in, one draw after the other


def layer_loss(W: NDArray, X: NDArray, Y: NDArray) -> float | complex:
    """Give half the squared distance of tanh(W X) from Y, as a mean over the B samples.

    W is (m, n), X is (n, B), Y is (m, B). Complex numbers pass.
    """
    return ((np.tanh(W @ X) - Y) ** 2).sum() / (2 * X.shape[1])


def layer_gradient(W: NDArray, X: NDArray, Y: NDArray) -> NDArray:
    """Differentiate ``layer_loss`` with respect to W: Δ Xᵀ, of shape (m, n) (5.7)."""
    H = np.tanh(W @ X)
    return ((H - Y) * (1 - H * H)) @ X.T / X.shape[1]


def _without_slope(W: NDArray, X: NDArray, Y: NDArray) -> NDArray:
    return (np.tanh(W @ X) - Y) @ X.T / X.shape[1]


def _slope_at_h(W: NDArray, X: NDArray, Y: NDArray) -> NDArray:
    H = np.tanh(W @ X)
    return ((H - Y) * (1 - np.tanh(H) ** 2)) @ X.T / X.shape[1]


def _last_row_adds_up(W: NDArray, X: NDArray, Y: NDArray) -> NDArray:
    dW = layer_gradient(W, X, Y)
    dW[-1] = dW.sum(axis=0)
    return dW


def _by_columns(dW: NDArray) -> NDArray:
    return dW.ravel(order="F").reshape(dW.shape)


@dataclass(frozen=True)
class Fault:
    """One wrong gradient, how it hides, and the section that shows it."""

    gives: Gradient
    hides: str
    section: str


FAULTS: dict[str, Fault] = {
    "transposed": Fault(
        lambda W, X, Y: layer_gradient(W, X, Y).T,
        "it has the right entries, so any sum over them is right, and in a square its shape is",
        "C.6",
    ),
    "folded by columns": Fault(
        lambda W, X, Y: _by_columns(layer_gradient(W, X, Y)),
        "it has the right shape and the right entries, in wrong places",
        "C.5",
    ),
    "moved on by one input": Fault(
        lambda W, X, Y: np.roll(layer_gradient(W, X, Y), 1, axis=1),
        "it has the right shape and the right entries, in wrong places",
        "C.5",
    ),
    "the other sign": Fault(
        lambda W, X, Y: -layer_gradient(W, X, Y),
        "it has the right shape and the right length",
        "C.5",
    ),
    "1/B left out": Fault(
        lambda W, X, Y: layer_gradient(W, X, Y) * X.shape[1],
        "it is right for one sample",
        "C.6",
    ),
    "1/m in the place of 1/B": Fault(
        lambda W, X, Y: layer_gradient(W, X, Y) * X.shape[1] / W.shape[0],
        "it is right where there are as many samples as outputs",
        "C.6",
    ),
    "the first sample only": Fault(
        lambda W, X, Y: layer_gradient(W, X[:, :1], Y[:, :1]),
        "it is right for one sample",
        "C.6",
    ),
    "f′ left out": Fault(
        _without_slope, "it is right at W = 0, and nearly right close to it", "C.10"
    ),
    "f′ taken at h": Fault(
        _slope_at_h, "it is right at W = 0, and nearly right close to it", "C.10"
    ),
    "half a percent too large": Fault(
        lambda W, X, Y: 1.005 * layer_gradient(W, X, Y),
        "a tolerance of one in a hundred is too wide for it",
        "C.3",
    ),
    "a penalty that the loss does not have": Fault(
        lambda W, X, Y: layer_gradient(W, X, Y) + 1e-4 * W,
        "it is small beside the rest, and zero at W = 0",
        "C.9",
    ),
    "all units for the last one": Fault(
        _last_row_adds_up, "it is right everywhere but in the last row", "C.5"
    ),
}
MOVED = {"folded by columns", "moved on by one input"}

# What a check has let through tells which habit it has.
HABITS: dict[str, set[str]] = {
    "It accepts every gradient, whatever its numbers and its shape.": set(FAULTS),
    "It seems to look at the shape only: any numbers pass.": set(FAULTS) - {"transposed"},
    "It seems to compare a sum over all entries: a sum does not know where they stand.": {
        "transposed",
        *MOVED,
    },
    "It seems to look along one direction, all ones: that is a sum, too.": MOVED,
    "It seems to compare lengths: a length knows neither places nor signs.": {
        "transposed",
        "the other sign",
        *MOVED,
    },
    "It seems to use sizes of its own, all equal: take those in shapes.": {
        "1/m in the place of 1/B"
    },
    "Its tolerance seems too wide.": {
        "half a percent too large",
        "a penalty that the loss does not have",
    },
    "It seems to use one sample only: take the sizes in shapes.": {
        "1/B left out",
        "the first sample only",
    },
    "It seems to look at W = 0, where f′ is 1 and a penalty is 0: draw W at random.": {
        "f′ left out",
        "f′ taken at h",
        "a penalty that the loss does not have",
    },
    "It seems to look at one entry, or at few: the others may be anything.": {
        "transposed",
        "folded by columns",
        "all units for the last one",
    },
}


@dataclass(frozen=True)
class Catch:
    """What a check did: how often it refused the right gradient, and which faults it passed.

    ``let_through`` holds the numbers of the draws (from 0) on which a fault was accepted.
    """

    kind: Literal["right", "unanswered", "wrong"]
    text: str
    refused: tuple[int, ...] = ()
    let_through: dict[str, tuple[int, ...]] | None = None


class _Useless(Exception):
    """No verdict can be had from the check; the sentence says why."""


def catch(my_check: Callable[..., bool], draws: int = 6, seed: int = 0) -> None:
    """Print which of the planted faults a check catches, and which it lets through.

    ``my_check(gradient, loss, shapes)`` gives True to accept ``gradient`` and False to refuse
    it. ``gradient(W, X, Y)`` and ``loss(W, X, Y)`` take arrays of any sizes, and ``shapes`` are
    the shapes of W, X and Y that it should look at. Whatever it does, ``catch`` does not raise.
    """
    print(caught(my_check, draws, seed).text)


def caught(my_check: Callable[..., bool], draws: int = 6, seed: int = 0) -> Catch:
    """Find what ``catch`` prints."""
    check_whole("draws", draws)
    check_whole("seed", seed, least=0)
    if my_check is ...:
        return Catch("unanswered", _wrapped("Not answered yet. Replace the three dots."))
    if not callable(my_check):
        return Catch(
            "wrong",
            _wrapped(f"This is {type(my_check).__name__}: hand in the function, not a value."),
        )
    rng = np.random.default_rng([seed, *b"catch"])
    given = [
        (sizes(rng, 3, least=3, most=7), UNITS[draw % len(UNITS)]) for draw in range(draws)
    ]
    refused: list[int] = []
    let_through: dict[str, list[int]] = {name: [] for name in FAULTS}

    def all_draws() -> None:
        for draw, (drawn, unit) in enumerate(given):
            if not _accepts(my_check, layer_gradient, drawn, unit, right=True):
                refused.append(draw)
            for name, fault in FAULTS.items():
                if _accepts(my_check, fault.gives, drawn, unit):
                    let_through[name].append(draw)

    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            _within(SECONDS, all_draws)
    except _TooLong:
        text = f"Your check was still running after {SECONDS:g} seconds, and has been stopped."
        return Catch("wrong", _wrapped(text))
    except _Useless as reason:
        kind = "unanswered" if str(reason).startswith("Not answered") else "wrong"
        return Catch(kind, _wrapped(str(reason)))
    passed = {name: tuple(found) for name, found in let_through.items() if found}
    return Catch(
        "wrong" if refused or passed else "right",
        _told(tuple(refused), passed, draws),
        tuple(refused),
        passed,
    )


def _accepts(
    my_check: Callable[..., bool],
    gradient: Gradient,
    drawn: list[int],
    unit: float,
    *,
    right: bool = False,
) -> bool:
    """Ask the check once. That it raises is a refusal, unless the gradient is right."""
    m, n, B = drawn
    shapes = ((m, n), (n, B), (m, B))
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            answer = my_check(
                lambda W, X, Y: unit * gradient(W, X, Y),
                lambda W, X, Y: unit * layer_loss(W, X, Y),
                shapes,
            )
    except SystemExit:
        raise _Useless("Your check calls exit(), which would end Python.") from None
    except Exception as error:
        if "ellipsis" in str(error):  # some of the dots are still in place
            raise _Useless("Not answered yet. Replace the three dots.") from None
        if right and not isinstance(error, AssertionError):
            said = str(error).partition("\n")[0] or "no message"
            raise _Useless(
                f"On the right gradient your check raises {type(error).__name__}: {said}. It "
                f"was given the shapes {shapes}."
            ) from None
        return False
    if answer is None or answer is ...:
        missing = "" if answer is ... else " It gives None: is a return missing?"
        raise _Useless(f"Not answered yet.{missing} Replace the three dots.")
    if not isinstance(answer, bool | np.bool_):
        is_array = isinstance(answer, np.ndarray)
        what = f"an array of shape {answer.shape}" if is_array else type_of(answer)
        raise _Useless(
            f"Your check gives {what}: answer True to accept the gradient, or False to "
            "refuse it."
        )
    return bool(answer)


def _wrapped(text: str, indent: str = "") -> str:
    return textwrap.fill(text, 92, subsequent_indent=indent)


def _told(refused: tuple[int, ...], passed: dict[str, tuple[int, ...]], draws: int) -> str:
    """Write the report."""
    lines = []
    if refused:
        where = f"on {len(refused)} of {draws} draws"
        lines.append(f"The right gradient: refused, {where}.{_too_strict(refused, draws)}")
    else:
        lines.append(f"The right gradient: accepted, on each of {draws} draws.")
    total = len(FAULTS)
    if not passed:
        lines.append(f"The {total} wrong gradients: all refused, on every draw.")
        return "\n".join(map(_wrapped, lines))
    lines.append(f"The {total} wrong gradients: {len(passed)} let through, at least once.")
    lines = [_wrapped(line) for line in lines]
    for name, found in passed.items():
        often = "" if len(found) == draws else f" ({len(found)} of {draws} draws)"
        fault = FAULTS[name]
        line = f"- {name}{often}: {fault.hides}. See {fault.section}."
        lines.append(_wrapped(line, "  "))
    if habit := _habit(passed, draws):
        lines.append(_wrapped(habit))
    return "\n".join(lines)


def _units(found: tuple[int, ...]) -> set[float]:
    return {UNITS[draw % len(UNITS)] for draw in found}


def _too_strict(refused: tuple[int, ...], draws: int) -> str:
    if len(refused) == draws:
        return " Does it refuse everything, or ask for more digits than its witness has?"
    if _units(refused) == {max(UNITS)}:
        return " Those with a large loss: is an absolute bound in it? See C.3."
    return " Its tolerance may be tighter than rounding allows. See C.1."


def _habit(passed: dict[str, tuple[int, ...]], draws: int) -> str:
    """Name the habit that lets exactly these faults through."""
    if draws >= len(UNITS) and all(_units(found) == {min(UNITS)} for found in passed.values()):
        return (
            "They all passed where the loss is measured in a tiny unit: an absolute bound? See "
            "C.3."
        )
    for sentence, names in HABITS.items():
        if names == set(passed):
            return sentence
    return ""
