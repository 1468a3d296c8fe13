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
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from helpers.checks import check_whole
from helpers.exercises.check import SECONDS, _TooLong, _within, type_of
from helpers.exercises.entry import sizes
from helpers.exercises.language import filled, say

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
OF_ITS_OWN = "It seems to use sizes of its own, all equal: take those in shapes."
ONE_SAMPLE = "It seems to use one sample only: take the sizes in shapes."
WIDE = "Its tolerance seems too wide."
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
    OF_ITS_OWN: ({"1/m in the place of 1/B"},),
    WIDE: (TOO_WIDE, {PENALTY}),
    ONE_SAMPLE: ({"1/B left out", "the first sample only"},),
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
    """No verdict can be had from the check; the sentence says why, and is translated."""

    def __init__(self, text: str, kind: str = "wrong", **values: Any) -> None:
        super().__init__(say(text, **values))
        self.kind = kind


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
        return Catch("unanswered", filled(say("Not answered yet. Replace the three dots.")))
    if not callable(my_check):
        text = say(
            "This is {what}: hand in the function, without calling it.", what=_called(my_check)
        )
        return Catch("wrong", filled(text))
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
        text = say(
            "Your check was still running after {seconds:g} seconds, and has been stopped.",
            seconds=SECONDS,
        )
        return Catch("wrong", filled(text))
    except _Useless as reason:
        return Catch(reason.kind, filled(str(reason)))
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
            raise _Useless("Not answered yet. Replace the three dots.", "unanswered") from None
        if right and not isinstance(error, AssertionError):
            raise _Useless(
                "On the right gradient your check raises {error}: {message}. It was given the "
                "shapes {shapes}.",
                error=type(error).__name__,
                message=str(error).partition("\n")[0] or say("no message"),
                shapes=shapes,
            ) from None
        return False
    if answer is ...:
        raise _Useless("Not answered yet. Replace the three dots.", "unanswered")
    if answer is None and not asked:
        raise _Useless("Not answered yet. It gives None: is a return missing?", "unanswered")
    if answer is None:
        raise _Useless(
            "Your check gives None: answer True to accept the gradient, or False to refuse it. "
            "If it raises to refuse, put a return True at its end."
        )
    if not isinstance(answer, bool | np.bool_):
        what = type_of(answer)
        if isinstance(answer, np.ndarray):
            what = say("an array of shape {shape}", shape=answer.shape)
        raise _Useless(
            "Your check gives {what}: answer True to accept the gradient, or False to "
            "refuse it.",
            what=what,
        )
    return bool(answer)


def _called(value: object) -> str:
    return "None" if value is None else type(value).__name__


def _told(
    refused: tuple[int, ...],
    passed: dict[str, tuple[int, ...]],
    draws: int,
    own: list[tuple[int, ...]],
) -> str:
    """Write the report."""
    lines = []
    if refused:
        text = say(
            "The right gradient: refused, on {refused} of {draws} draws.",
            refused=len(refused),
            draws=draws,
        )
        lines.append(f"{text} {_too_strict(refused, draws)}")
    else:
        text = say("The right gradient: accepted, on each of {draws} draws.", draws=draws)
        lines.append(text)
    total = len(FAULTS)
    if not passed:
        text = say("The {total} wrong gradients: all refused, on every draw.", total=total)
        return "\n".join(map(filled, [*lines, text]))
    text = say(
        "The {total} wrong gradients: {count} let through, at least once.",
        total=total,
        count=len(passed),
    )
    lines = [filled(line) for line in (*lines, text)]
    for name, found in passed.items():
        fault, often = FAULTS[name], ""
        if len(found) < draws:
            often = say(" ({found} of {draws} draws)", found=len(found), draws=draws)
        line = say(
            "- {name}{often}: {hides}. See {section}.",
            name=say(name),
            often=often,
            hides=say(fault.hides),
            section=fault.section,
        )
        lines.append(filled(line, "  "))
    if habit := _habit(refused, passed, draws, own):
        lines.append(filled(habit))
    return "\n".join(lines)


def _units(found: tuple[int, ...]) -> set[float]:
    return {UNITS[draw % len(UNITS)] for draw in found}


def _too_strict(refused: tuple[int, ...], draws: int) -> str:
    if len(refused) == draws:
        return say("Does it refuse everything, or ask for more digits than its witness has?")
    if _units(refused) == {max(UNITS)}:
        return say("Those with a large loss: is an absolute bound in it? See C.3.")
    return say("Its tolerance may be tighter than rounding allows. See C.1.")


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
        return say(
            "Large faults pass where the loss is measured in a tiny unit, and only there: an "
            "absolute bound? See C.3."
        )
    sometimes = {name for name, found in passed.items() if len(found) < draws}
    if 0 < len(refused) < draws and len(sometimes) > len(FAULTS) / 2:
        return say("Its answers change from draw to draw: does it look at the gradient at all?")
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
        if own
        or sentence not in (OF_ITS_OWN, ONE_SAMPLE)  # that is seen, and need not be guessed
    ]
    for count in (1, 2):
        found = {
            tuple(sentence for sentence, _ in chosen)
            for chosen in combinations(habits, count)
            if set().union(*(names for _, names in chosen)) == always
        }
        if found:
            named = found.pop()
            if found or (by_chance and WIDE not in named):
                break  # more than one explanation is none
            return " ".join(map(say, named))
    return _own_sizes(own) if own else ""


def _own_sizes(own: list[tuple[int, ...]]) -> str:
    shape = own[-1]
    if len(shape) != 2 or not shape[0]:
        return say("It looks at sizes of its own: take those in shapes.")
    return say(
        "It looks at sizes of its own, such as W of shape {shape}: take those in shapes.",
        shape=shape,
    )
