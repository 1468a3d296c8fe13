"""The ladder of Jacobians: ``climb(7, J, dx)`` judges both answers to a rung, and counts.

Most mistakes are the same on every rung, and are made here, once, from the truth; what only one
rung invites stands with it in ``rungs.py``.
"""

from __future__ import annotations

import contextlib
import copy
import functools
import io
import math
from collections.abc import Callable
from inspect import Parameter, Signature
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helpers import draw
from helpers.checks import check_whole
from helpers.exercises.check import DRAWS, Verdict, judged
from helpers.exercises.entry import Exercise, Mistake
from helpers.exercises.language import filled, say
from helpers.exercises.rungs import RUNGS, Rung, Wrong
from helpers.numerical import count_products

# --- mistakes that any rung can show --------------------------------------------------------


class _Elsewhere(Exception):
    """The mistake cannot be made on this rung."""


def _square(J: NDArray) -> NDArray:
    if J.shape[0] != J.shape[1]:
        raise _Elsewhere
    return J


def _shifted(J: NDArray, by: int) -> NDArray:
    """Move every column of J to the right, and fill up with zeros."""
    columns = np.arange(J.shape[1]) - by
    return np.where((columns >= 0) & (columns < J.shape[1]), np.roll(J, by, axis=1), 0.0)


def _by_columns(array: NDArray) -> list[int]:
    """List the places of vec, in the order in which the entries are read column by column."""
    if min(array.shape) == 1:
        raise _Elsewhere
    return np.arange(array.size).reshape(array.shape).ravel(order="F").tolist()


# Wrong Jacobians, made from the true one, the input and the output; a wrong gradient follows.
ANYWHERE: tuple[Wrong, ...] = (
    (
        "Only the diagonal of J is in it: other inputs move an output here as well.",
        lambda J, x, y: _square(J) * np.eye(len(J)),
    ),
    (
        "J is taken for the identity: as if each output moved just as its own input does.",
        lambda J, x, y: np.eye(*J.shape),
    ),
    (
        "Each entry of J is taken for a 1: as if each output moved just as every input does.",
        lambda J, x, y: np.ones(J.shape),
    ),
    (
        "The places are right, but a 1 stands in each: how far does the output move there?",
        lambda J, x, y: (J != 0) * 1.0,
    ),
    (
        "One off: the entries of J stand one column too far to the right.",
        lambda J, x, y: _shifted(J, 1),
    ),
    (
        "One off: the entries of J stand one column too far to the left.",
        lambda J, x, y: _shifted(J, -1),
    ),
    (
        "The columns of J stand in reverse order: column j belongs to input j.",
        lambda J, x, y: J[:, ::-1],
    ),
    (
        "The rows of J stand in reverse order: row i belongs to output i.",
        lambda J, x, y: J[::-1],
    ),
    (
        "The input is read column by column here; vec reads row by row.",
        lambda J, x, y: J[:, _by_columns(x)],
    ),
    (
        "The output is read column by column here; vec reads row by row.",
        lambda J, x, y: J[_by_columns(y)],
    ),
    (
        "Input and output are read column by column here; vec reads row by row.",
        lambda J, x, y: J[_by_columns(y)][:, _by_columns(x)],
    ),
)
# What J alone can be mistaken for: it has another shape.
ANYWHERE_J: tuple[Wrong, ...] = (
    (
        "This is the diagonal alone, as a column: J is a matrix, with a row for each output.",
        lambda J, x, y: np.diag(_square(J))[:, None],
    ),
    (
        "This has an axis for each index: vec makes one axis of all outputs, and one of all "
        "inputs.",
        lambda J, x, y: J.reshape(y.shape + x.shape),
    ),
    (
        "The rows have been added up: each output has a row of its own.",
        lambda J, x, y: J.sum(axis=0, keepdims=True),
    ),
    (
        "The columns have been added up: each input has a column of its own.",
        lambda J, x, y: J.sum(axis=1, keepdims=True),
    ),
    (
        "This is the function's value: how far does it move when one input moves?",
        lambda J, x, y: y,
    ),
)
# What the gradient alone can be mistaken for.
ANYWHERE_DX: tuple[Wrong, ...] = (
    ("This is g as it came: the step through J is missing.", lambda J, g, x, y: g),
    ("This is J itself: g is missing.", lambda J, g, x, y: J),
    (
        "g is missing: this is the gradient of the plain sum of the outputs.",
        lambda J, g, x, y: J.sum(axis=0).reshape(x.shape),
    ),
    (
        "This is the row gᵀJ, not yet folded: a gradient has the shape of its input.",
        lambda J, g, x, y: g.reshape(1, -1) @ J,
    ),
    (
        "This is J times g, which goes forward: g meets J from the left, as a row.",
        lambda J, g, x, y: (_square(J) @ g.reshape(-1, 1)).reshape(x.shape),
    ),
    (
        "The entries of g are added up before they meet J: each belongs to its own row.",
        lambda J, g, x, y: (g.sum() * J.sum(axis=0)).reshape(x.shape),
    ),
    (
        "These are the rows of J, each times its entry of g: add them up.",
        lambda J, g, x, y: g.reshape(-1, 1) * J,
    ),
    (
        "This divides by J where it should multiply: a transpose is no inverse.",
        lambda J, g, x, y: np.linalg.solve(_square(J).T, g.reshape(-1, 1)).reshape(x.shape),
    ),
    (
        "g is multiplied by the function's value, where its slope belongs.",
        lambda J, g, x, y: g * y,
    ),
    ("This is the function's value; what goes back is g.", lambda J, g, x, y: y),
)


def _mistake_of_J(rung: Rung, hint: str, change: Callable) -> Mistake:
    return Mistake(
        hint, lambda *inputs: change(rung.jacobian(*inputs), inputs[0], rung.value(*inputs))
    )


def _mistake_of_dx(rung: Rung, hint: str, change: Callable) -> Mistake:
    return Mistake(
        hint,
        lambda g, *inputs: change(rung.jacobian(*inputs), g, inputs[0], rung.value(*inputs)),
    )


def _folded(rung: Rung, hint: str, wrong_J: Callable) -> Mistake:
    def gives(g: NDArray, *inputs: Any) -> NDArray:
        J = wrong_J(*inputs)
        if J.shape != (g.size, inputs[0].size):
            raise _Elsewhere
        return rung.fold(g, J, inputs[0])

    return Mistake(hint, gives)


@functools.cache
def exercises(number: int) -> tuple[Exercise, Exercise]:
    """Make the two exercises of a rung: its Jacobian, and its gradient without it."""
    rung = RUNGS[number]
    names = [*rung.inputs, *rung.gives]
    output = rung.value(*rung.draw(np.random.default_rng(0)))
    g_name = "g" if min(output.shape) == 1 else "G"

    def J(*inputs: Any) -> NDArray:
        return rung.jacobian(*inputs)

    def dx(g: NDArray, *inputs: Any) -> NDArray:
        return rung.fold(g, rung.jacobian(*inputs), inputs[0])

    for function, arguments in ((J, names), (dx, [g_name, *names])):
        function.__signature__ = Signature(
            [Parameter(name, Parameter.POSITIONAL_OR_KEYWORD) for name in arguments]
        )
    everywhere = [_mistake_of_J(rung, *each) for each in ANYWHERE]
    of_J = [Mistake(*each) for each in rung.wrong]
    return (
        Exercise(
            section=rung.section,
            draw=rung.draw,
            truth=J,
            parts=("J",),
            mistakes=(
                *of_J,
                *everywhere,
                *(_mistake_of_J(rung, *each) for each in ANYWHERE_J),
            ),
        ),
        Exercise(
            section=rung.section,
            draw=rung.draw_with_g,
            truth=dx,
            parts=(rung.gradient,),
            mistakes=(
                *(Mistake(*each) for each in rung.wrong_dx),
                *(_mistake_of_dx(rung, *each) for each in ANYWHERE_DX[:2]),
                *(_folded(rung, each.hint, each.gives) for each in (*of_J, *everywhere)),
                *(_mistake_of_dx(rung, *each) for each in ANYWHERE_DX[2:]),
            ),
        ),
    )


# --- climbing -------------------------------------------------------------------------------


def climb(
    number: int, J: Any, dx: Any, of: Callable[..., NDArray] | None = None, seed: int = 0
) -> None:
    """Print what both answers to a rung are worth, and draw a wrong J beside the true one.

    ``J`` and ``dx`` are the reader's functions, and ``of`` is what they differentiate, as it
    stands above them: that it has been changed is said. Each is run on twenty random draws of
    different sizes, which another ``seed`` changes. A wrong answer never raises; an unknown
    ``number`` is a ``ValueError``.
    """
    of_J, of_dx, picture = verdicts(number, J, dx, seed)
    if of and not _is_of_rung(of, RUNGS[number]):
        print(
            say(
                "Rung {number}: {name} is not the function of this rung any more.",
                number=number,
                name=of.__name__,
            )
        )
    if of_J.kind == of_dx.kind == "unanswered":
        print(
            say(
                "Rung {number}: not answered yet. Replace the three dots and run the cell "
                "again.",
                number=number,
            )
        )
        return
    for line in f"{of_J.text}\n{of_dx.text}".split("\n"):
        print(filled(line))
    if picture:
        picture()


def verdicts(
    number: int, J: Any, dx: Any, seed: int = 0
) -> tuple[Verdict, Verdict, Callable[[], None] | None]:
    """Find what ``climb`` prints, and the function that draws, if there is a picture."""
    if number not in RUNGS:
        raise ValueError(f"number is {number!r}, expected a rung from 0 to {max(RUNGS)}")
    check_whole("seed", seed, least=0)
    rung, seen, found = RUNGS[number], [], []
    kept = _keeping(J, seen) if callable(J) else J
    for k, (exercise, answer) in enumerate(zip(exercises(number), (kept, dx), strict=True)):
        name, rng = (
            say("Rung {number}, {part}", number=number, part=exercise.parts[0]),
            np.random.default_rng([seed, number, k]),
        )
        found.append(judged(exercise, name, answer, DRAWS, rng))
    of_J, of_dx = found
    if of_dx.kind == "right":
        of_dx = _counted(number, dx, J if of_J.kind == "right" else None, name, of_dx)
    return of_J, of_dx, _picture(rung, seen) if of_J.kind == "wrong" else None


def _is_of_rung(function: Callable[..., NDArray], rung: Rung) -> bool:
    inputs = rung.draw(np.random.default_rng(0))
    wanted = rung.value(*inputs)
    try:
        given = function(*inputs[: len(rung.inputs)])
        return np.shape(given) == wanted.shape and np.allclose(given, wanted)
    except Exception:
        return False


def _keeping(answer: Callable, seen: list[tuple[tuple, Any]]) -> Callable:
    """Keep what an answer is given, and what it gives."""

    @functools.wraps(answer)
    def kept(*inputs: Any) -> Any:
        given = copy.deepcopy(inputs)
        result = answer(*inputs)
        seen.append((given, result))
        return result

    return kept


def _counted(
    number: int, dx: Callable, J: Callable | None, name: str, found: Verdict
) -> Verdict:
    """Add to a right gradient how many multiplications it takes; refuse the price of J.

    That is g times a J with all its entries where this is well above par, whatever the reader's
    own J costs; elsewhere it is that and the reader's J, if it is right.
    """
    rung = RUNGS[number]
    inputs = rung.draw_with_g(np.random.default_rng(number), least=4, most=7)
    at = rung.sizes(*inputs[1:])
    where = ", ".join(f"{name} = {size}" for name, size in sorted(at.items()))
    par, long = rung.par(**at), inputs[0].size * inputs[1].size
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            count = count_products(dx, *inputs)
            if long < 2 * par:
                long = long + count_products(J, *inputs[1:]) if J else math.inf
    except Exception as error:
        why = say(
            "Its multiplications cannot be counted ({error}: {message}).",
            error=type(error).__name__,
            message=error,
        )
        return Verdict("right", f"{found.text}\n{why}")
    much = say(
        "{count} multiplication at {where}; par is {par}"
        if count == 1
        else "{count} multiplications at {where}; par is {par}",
        count=count,
        where=where,
        par=par,
    )
    if inputs[0].size > 1 and count > par and count >= long:  # a J of one row is cheap
        text = say(
            "{name}: not right yet. The numbers are right, at the price of J: {much}. Multiply "
            "without writing J down.",
            name=name,
            much=much,
        )
        return Verdict("wrong", text)
    if count > par:
        much = say("{much}: can you save some?", much=much)
    elif count == par:
        much = say("{much}.", much=much)
    elif count:
        much = say("{much}, and you are under it.", much=much)
    else:
        much = say(
            "{much}. A cast such as np.asarray(g, float) hides what follows from the count.",
            much=much,
        )
    return Verdict("right", f"{found.text}\n{much}")


ROOM = 12  # rows and columns at most, for a matrix to be drawn


def _picture(rung: Rung, seen: list[tuple[tuple, Any]]) -> Callable[[], None] | None:
    """Draw x, the reader's J and the true one, on a small draw where they differ."""
    for inputs, given in sorted(seen, key=lambda each: (len(each[0][0]) < 3, each[0][0].size)):
        truth = rung.jacobian(*inputs)
        yours = np.asarray(given) if isinstance(given, np.ndarray | float | int) else None
        if yours is None or yours.ndim > 2 or yours.dtype.kind not in "fiub":
            continue
        yours = np.atleast_2d(yours).astype(float)
        same = yours.shape == truth.shape
        if max(yours.shape + truth.shape) > ROOM or (same and np.allclose(yours, truth)):
            continue
        wrong = ~np.isclose(yours, truth) if same else np.zeros(yours.shape, dtype=bool)
        # Side by side where the numbers have room, else one below the other.
        beside = yours.shape[1] + truth.shape[1]
        figure = draw.grids(
            draw.Grid(next(iter(rung.inputs)), inputs[0]),
            "" if beside + inputs[0].shape[1] <= ROOM else "\n",
            draw.Grid("yours", yours, lambda i, j, at=wrong: draw.ACCENT if at[i, j] else None),
            "" if beside <= ROOM else "\n",
            draw.Grid("J", truth),
        )
        how = (
            f"{wrong.sum()} of {wrong.size} entries marked as wrong"
            if same
            else "another shape"
        )
        return functools.partial(draw.show, figure, f"Your J beside the true one: {how}.")
    return None
