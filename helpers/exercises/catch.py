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
from itertools import combinations
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

# What a check has let through tells which habit it has; some habits show in two ways.
PENALTY = "a penalty that the loss does not have"
TOO_WIDE = {"half a percent too large", PENALTY}
SCALED = {"1/B left out", "1/m in the place of 1/B", "half a percent too large"}
HABITS: dict[str, tuple[set[str], ...]] = {
    "It accepts every gradient, whatever its numbers and its shape.": (set(FAULTS),),
    "It seems to look at the shape only: any numbers pass.": (set(FAULTS) - {"transposed"},),
    "It seems to compare a sum over all entries: a sum does not know where they stand.": (
        {"transposed", *MOVED},
    ),
    "It seems to look along one direction, all ones: that is a sum, too.": (MOVED,),
    "It seems to compare lengths: a length knows neither places nor signs.": (
        {"transposed", "the other sign", *MOVED},
    ),
    "It seems to compare absolute values: the other sign passes.": ({"the other sign"},),
    "It seems to compare directions, as a cosine does: every multiple passes.": (
        SCALED,
        SCALED | {PENALTY},
    ),
    "It seems to use sizes of its own, all equal: take those in shapes.": (
        {"1/m in the place of 1/B"},
    ),
    "Its tolerance seems too wide.": (TOO_WIDE, {PENALTY}),
    "It seems to use one sample only: take the sizes in shapes.": (
        {"1/B left out", "the first sample only"},
    ),
    "It seems to look at W = 0, where f′ is 1 and a penalty is 0: draw W at random.": (
        {"f′ left out", "f′ taken at h", PENALTY},
    ),
    "It seems to look at one entry, or at few: the others may be anything.": (
        {"transposed", "folded by columns", "all units for the last one"},
    ),
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
    the shapes of W, X and Y that it should look at. What it prints is shown for the first call,
    which has the right gradient. Whatever it does, ``catch`` does not raise.
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
            _wrapped(f"This is {_called(my_check)}: hand in the function, without calling it."),
        )
    rng = np.random.default_rng([seed, *b"catch"])
    own: list[tuple[int, ...]] = []  # shapes of W that it chose itself
    given = [
        (sizes(rng, 3, least=3, most=7), UNITS[draw % len(UNITS)]) for draw in range(draws)
    ]
    refused: list[int] = []
    let_through: dict[str, list[int]] = {name: [] for name in FAULTS}

    def all_draws() -> None:
        for draw, (drawn, unit) in enumerate(given):
            # What the check prints is shown once, not at every call.
            hidden = contextlib.redirect_stdout(io.StringIO())
            with contextlib.nullcontext() if draw == 0 else hidden:
                accepted = _accepts(my_check, layer_gradient, drawn, unit, own, right=True)
            if not accepted:
                refused.append(draw)
            for name, fault in FAULTS.items():
                with contextlib.redirect_stdout(io.StringIO()):
                    accepted = _accepts(my_check, fault.gives, drawn, unit, own)
                if accepted:
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
        _told(tuple(refused), passed, draws, own),
        tuple(refused),
        passed,
    )


def _accepts(
    my_check: Callable[..., bool],
    gradient: Gradient,
    drawn: list[int],
    unit: float,
    own: list[tuple[int, ...]],
    *,
    right: bool = False,
) -> bool:
    """Ask the check once. That it raises is a refusal, unless the gradient is right.

    Where it looks at other sizes than those drawn, the shape of W goes into ``own``.
    """
    m, n, B = drawn
    shapes = ((m, n), (n, B), (m, B))
    asked = False

    def asks_gradient(W: NDArray, X: NDArray, Y: NDArray) -> NDArray:
        nonlocal asked
        asked = True
        dW = unit * gradient(W, X, Y)
        if (np.shape(W), np.shape(X), np.shape(Y)) != shapes:
            own.append(np.shape(W))
        return dW

    try:
        answer = my_check(asks_gradient, lambda W, X, Y: unit * layer_loss(W, X, Y), shapes)
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
    if answer is ...:
        raise _Useless("Not answered yet. Replace the three dots.")
    if answer is None and not asked:
        raise _Useless("Not answered yet. It gives None: is a return missing?")
    if answer is None:
        raise _Useless(
            "Your check gives None: answer True to accept the gradient, or False to refuse it. "
            "If it raises to refuse, put a return True at its end."
        )
    if not isinstance(answer, bool | np.bool_):
        is_array = isinstance(answer, np.ndarray)
        what = f"an array of shape {answer.shape}" if is_array else type_of(answer)
        raise _Useless(
            f"Your check gives {what}: answer True to accept the gradient, or False to "
            "refuse it."
        )
    return bool(answer)


def _called(value: object) -> str:
    return "None" if value is None else type(value).__name__


def _wrapped(text: str, indent: str = "") -> str:
    return textwrap.fill(text, 92, subsequent_indent=indent)


def _told(
    refused: tuple[int, ...],
    passed: dict[str, tuple[int, ...]],
    draws: int,
    own: list[tuple[int, ...]],
) -> str:
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
    if habit := _habit(refused, passed, draws, own):
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


def _habit(
    refused: tuple[int, ...],
    passed: dict[str, tuple[int, ...]],
    draws: int,
    own: list[tuple[int, ...]],
) -> str:
    """Name the habit, or the two, that let exactly these faults through, on every draw."""
    tiny = tuple(draw for draw in range(draws) if UNITS[draw % len(UNITS)] == min(UNITS))
    large = {found for name, found in passed.items() if name not in TOO_WIDE}
    if tiny and len(passed) > 1 and large == {tiny}:
        return (
            "Large faults pass where the loss is measured in a tiny unit, and only there: an "
            "absolute bound? See C.3."
        )
    sometimes = {name for name, found in passed.items() if len(found) < draws}
    if 0 < len(refused) < draws and len(sometimes) > len(FAULTS) / 2:
        return "Its answers change from draw to draw: does it look at the gradient at all?"
    by_chance = sometimes - {PENALTY}  # how small a penalty is depends on the point
    always = set(passed) - by_chance
    if by_chance and not TOO_WIDE.issubset(set(passed) - sometimes):
        return ""  # only a wide tolerance lets more in on some draws, these two on all
    if always == MOVED and own:
        return _own_sizes(own)
    habits = [
        (sentence, names)
        for sentence, ways in HABITS.items()
        for names in ways
        if own or "sizes" not in sentence  # that is seen, and need not be guessed
    ]
    for count in (1, 2):
        found = {
            tuple(sentence for sentence, _ in chosen)
            for chosen in combinations(habits, count)
            if set().union(*(names for _, names in chosen)) == always
        }
        if found:
            named = " ".join(found.pop())
            if found or (by_chance and "tolerance" not in named):
                break  # more than one explanation is none
            return named
    return _own_sizes(own) if own else ""


def _own_sizes(own: list[tuple[int, ...]]) -> str:
    m, n = own[-1] if len(own[-1]) == 2 else (0, 0)
    where = f", such as W of shape ({m}, {n})" if m else ""
    return f"It looks at sizes of its own{where}: take those in shapes."
