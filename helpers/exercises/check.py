"""Checks that name the mistake: ``check("5c", bias_gradient)`` says what went wrong.

The learner's function runs on fresh random data, of another size each time and never square,
and is compared with a witness. Here is the checking, and what can go wrong in any exercise;
what belongs to one exercise stands in ``helpers.exercises.mistakes``.
"""

from __future__ import annotations

import contextlib
import copy
import io
import textwrap
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from sympy import Basic, MatrixBase

from helpers.checks import check_whole
from helpers.exercises.mistakes import EXERCISES, Exercise, Mistake

DRAWS = 20  # inputs of different sizes that an answer has to be right for
TELLING = 3  # draws on which a mistake and the truth must differ, before it is named


@dataclass(frozen=True)
class Verdict:
    """What a check found, and the sentences that say so."""

    kind: Literal["right", "unanswered", "wrong"]
    text: str


class _Wrong(Exception):
    """What is wrong, in a sentence for the learner."""


class _Unanswered(Exception):
    """Nothing has been answered yet."""


def check(number: str, answer: Any, draws: int = DRAWS, seed: int = 0) -> None:
    """Print whether the answer to an exercise is right, and which mistake it shows if not.

    ``answer`` is the function, or the constant, that the exercise asks for. It is run on
    ``draws`` random inputs. A wrong answer never raises; an unknown ``number`` is a
    ``ValueError``.
    """
    print(textwrap.fill(verdict(number, answer, draws, seed).text, 92))


def verdict(number: str, answer: Any, draws: int = DRAWS, seed: int = 0) -> Verdict:
    """Find what ``check`` prints."""
    if number not in EXERCISES:
        known = ", ".join(EXERCISES)
        raise ValueError(f"number is {number!r}, expected one of {known}")
    check_whole("draws", draws)
    check_whole("seed", seed, least=0)
    exercise, name = EXERCISES[number], f"Exercise {number}"
    rng = np.random.default_rng([seed, *number.encode()])
    try:
        # Wild answers overflow; what counts is said in a sentence, and not in a warning.
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            how_often = _judge(exercise, answer, draws, rng)
    except _Unanswered as reason:
        return Verdict(
            "unanswered",
            f"{name}: not answered yet. {reason}Replace the three dots and run the cell again.",
        )
    except _Wrong as reason:
        text = f"{name}: not right yet. {reason}"
        see = "" if "section" in text.lower() else f" See section {exercise.claim}."
        return Verdict("wrong", text + see)
    except Exception as error:  # a learner's notebook runs on, whatever was handed in
        return Verdict(
            "wrong",
            f"{name}: not right yet. The answer cannot be compared with anything "
            f"({type(error).__name__}): see section {exercise.claim} for what is asked.",
        )
    return Verdict("right", f"{name}: right{how_often}.")


def _judge(exercise: Exercise, answer: Any, draws: int, rng: np.random.Generator) -> str:
    """Raise what is wrong with an answer; or say how often it has been right."""
    _refuse_dots(answer)
    if exercise.draw is None:
        if callable(answer):
            raise _Wrong("This is a function: hand in the value itself.")
        cases = [Case((), _parts(exercise, answer))]
    else:
        if not callable(answer):
            raise _Wrong(
                f"This is {_type(answer)}: hand in the function itself, without calling it."
            )
        cases = _run(exercise, answer, draws, rng)
    _find_truth(exercise, cases)
    _compare(exercise, cases)
    sizes = len({_size(case.inputs) for case in cases})
    drawn = f", on {len(cases)} random draws" if len(cases) > 1 and cases[0].inputs else ""
    return f"{drawn} of different sizes" if sizes > 2 else drawn


# --- running the learner's function ---------------------------------------------------------


@dataclass
class Case:
    """One draw: the inputs, what the learner's function made of them, and the truth."""

    inputs: tuple[Any, ...]
    parts: tuple[Any, ...]
    truth: tuple[Any, ...] | None = None


def _run(
    exercise: Exercise, answer: Callable[..., Any], draws: int, rng: np.random.Generator
) -> list[Case]:
    cases: list[Case] = []
    for _ in range(draws):
        inputs = exercise.draw(rng)
        given = copy.deepcopy(inputs)
        # What the function prints is shown once, not twenty times.
        quiet = contextlib.redirect_stdout(io.StringIO()) if cases else contextlib.nullcontext()
        try:
            with quiet:
                result = answer(*given)
        except Exception as error:
            if "ellipsis" in str(error):  # some of the dots are still in place
                raise _Unanswered("") from None
            raise _Wrong(_explained(exercise, error, inputs, bool(cases))) from None
        _refuse_dots(result)
        for name, before, after in zip(exercise.arguments, inputs, given, strict=True):
            if not _same(before, after):
                raise _Wrong(
                    f"Your function changes its input {name}: work on a copy, or the caller "
                    f"loses {name}. Section {exercise.claim} needs it unchanged."
                )
        try:
            parts = _parts(exercise, result)
        except _Wrong:
            _find_truth(exercise, cases)
            if exercise.truth and cases and all(all(_right_parts(exercise, c)) for c in cases):
                raise _Wrong(_one_size(exercise, cases[0].inputs, inputs)) from None
            raise
        cases.append(Case(inputs, parts))
    return cases


def _refuse_dots(answer: Any) -> None:
    if answer is None:
        raise _Unanswered("It gives None: is a return missing? ")
    values = answer.values() if isinstance(answer, dict) else answer
    if answer is Ellipsis or (
        isinstance(answer, tuple | list | dict) and any(value is Ellipsis for value in values)
    ):
        raise _Unanswered("")


def _same(before: Any, after: Any) -> bool:
    if isinstance(before, np.random.Generator):
        return True  # drawing from it is what it is for
    if isinstance(before, np.ndarray):
        return isinstance(after, np.ndarray) and np.array_equal(before, after)
    if isinstance(before, list | tuple):
        return len(before) == len(after) and all(map(_same, before, after))
    return before == after


def _described(exercise: Exercise, inputs: tuple[Any, ...]) -> str:
    """Name the inputs with their shapes, or with their values if they have none."""
    words = []
    for name, value in zip(exercise.arguments, inputs, strict=True):
        if isinstance(value, np.ndarray):
            words.append(f"{name} {value.shape}")
        elif isinstance(value, int):
            words.append(f"{name} = {value}")
        elif isinstance(value, float):
            words.append(f"{name} = {value:.0e}")
        elif isinstance(value, list):
            words.append(f"{len(value)} {name}")
    return ", ".join(words)


def _explained(
    exercise: Exercise, error: Exception, inputs: tuple[Any, ...], later: bool
) -> str:
    message = str(error).split("\n")[0]
    kind = type(error).__name__
    given = _described(exercise, inputs)
    text = f"Your function raises {kind}: {message[:110]}."
    text += f" It was given {given}." if given else ""
    if later or isinstance(error, IndexError):
        text += " Is one size written into it? Others come as well."
    elif "matmul" in message or "not aligned" in message:
        text += (
            " In a product of matrices the inner sizes must agree: is a .T missing or too "
            "many, or are two factors swapped?"
        )
    elif "broadcast" in message:
        text += " Entry by entry, both shapes must agree: compare them one by one."
    elif "ambiguous" in message:
        text += " A comparison of whole arrays has many answers: choose entry by entry."
    elif "positional argument" in message:
        text += f" Its arguments: {', '.join(exercise.arguments)}, in this order."
    return text


# --- reading an answer ----------------------------------------------------------------------


def _type(value: Any) -> str:
    if isinstance(value, Basic | MatrixBase):
        return "a sympy object"
    if isinstance(value, np.ndarray) and value.ndim:
        return "one array"
    name = type(value).__name__
    return f"an {name}" if name[0] in "aeiou" else f"a {name}"


def _parts(exercise: Exercise, answer: Any) -> tuple[Any, ...]:
    """Take an answer apart and turn each part into what its kind asks for."""
    names = exercise.parts
    if len(names) == 1:
        answer = (answer,)
    elif not isinstance(answer, tuple | list) or len(answer) != len(names):
        given = f"{len(answer)}" if isinstance(answer, tuple | list) else _type(answer)
        raise _Wrong(f"Expected {', '.join(names)}, in this order; this is {given}.")
    read = {
        "array": _array,
        "number": _number,
        "words": _words,
        "word": _word,
        "shapes": _shapes,
    }[exercise.kind]
    return tuple(read(exercise, name, part) for name, part in zip(names, answer, strict=True))


def _array(exercise: Exercise, name: str, value: Any) -> NDArray:
    if isinstance(value, list | tuple):
        raise _Wrong(f"{_start(name)} is {_type(value)}: turn it into an array with np.array.")
    if isinstance(value, Basic | MatrixBase):
        raise _Wrong(
            f"{_start(name)} is a sympy object: the check works with arrays of numbers."
        )
    array = np.asarray(value)
    if not (np.issubdtype(array.dtype, np.number) or array.dtype == bool):
        raise _Wrong(f"{_start(name)} is {_type(value)}: an array of numbers is expected.")
    if np.iscomplexobj(array):
        raise _Wrong(f"{_start(name)} is complex: take the real numbers out of it.")
    if not np.isfinite(array).all():
        raise _Wrong(f"{_start(name)} holds a NaN or an infinite entry: is something 0 / 0?")
    # float32 and whole numbers are welcome; float16 is compared as what it is.
    return array if array.dtype == np.float16 else array.astype(float)


def _number(exercise: Exercise, name: str, value: Any) -> float:
    if isinstance(value, int) or (isinstance(value, Basic) and value.is_real):
        try:
            value = float(value)
        except (OverflowError, TypeError):
            raise _Wrong(f"{_start(name)} is beyond all numbers of float64.") from None
    if isinstance(value, str | list | tuple | dict | Basic | MatrixBase):
        raise _Wrong(f"{_start(name)} is {_type(value)}: one number is expected.")
    array = _array(exercise, name, value)
    if array.size != 1:
        raise _Wrong(f"{_start(name)} has the shape {array.shape}: one number is expected.")
    return float(array.item())


def _words(exercise: Exercise, name: str, value: Any) -> list[str]:
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, str) or not isinstance(value, list | tuple):
        raise _Wrong(f"{_start(name)} is {_type(value)}: a list of words is expected.")
    if not all(isinstance(word, str) for word in value):
        raise _Wrong(f"{_start(name)} holds something that is no word.")
    return [str(word) for word in value]


def _word(exercise: Exercise, name: str, value: Any) -> str:
    if not isinstance(value, str) or value not in exercise.words:
        given = repr(value) if isinstance(value, str) else _type(value)
        wanted = " or ".join(f'"{word}"' for word in exercise.words)
        raise _Wrong(f"{_start(name)} is {given}: expected {wanted}.")
    return str(value)


def _shapes(exercise: Exercise, name: str, value: Any) -> dict[str, tuple[int, ...]]:
    wanted = ("x", "W", "b", "h", "u", "s")
    if not isinstance(value, dict) or set(value) != set(wanted):
        raise _Wrong(f"Expected one shape for each of {', '.join(wanted)}.")
    for letter, shape in value.items():
        if not isinstance(shape, tuple) or not all(
            isinstance(size, int | np.integer) for size in shape
        ):
            raise _Wrong(f"{letter} is {_type(shape)}: a shape is a pair of whole numbers.")
    return value


def _start(name: str) -> str:
    return name[0].upper() + name[1:] if name == "the answer" else name


# --- comparing ------------------------------------------------------------------------------


def _close(given: Any, wanted: Any, tolerance: float) -> bool:
    if isinstance(wanted, str | list):
        return given == wanted
    if np.shape(given) != np.shape(wanted):
        return False
    if np.asarray(given).dtype == np.float16:
        tolerance = max(tolerance, 2e-2)
    scale = max(1.0, float(np.abs(wanted).max(initial=0)))
    return bool((np.abs(np.asarray(given, dtype=float) - wanted) <= tolerance * scale).all())


def _size(inputs: tuple[Any, ...]) -> Any:
    return tuple(
        value.shape if isinstance(value, np.ndarray) else value
        for value in inputs
        if isinstance(value, np.ndarray | int)
    )


def _find_truth(exercise: Exercise, cases: list[Case]) -> None:
    for case in cases if exercise.truth else ():
        truth = exercise.truth(*copy.deepcopy(case.inputs))
        case.truth = truth if isinstance(truth, tuple) else (truth,)


def _right_parts(exercise: Exercise, case: Case) -> list[bool]:
    return [
        _close(part, wanted, exercise.tolerance)
        for part, wanted in zip(case.parts, case.truth, strict=True)
    ]


def _compare(exercise: Exercise, cases: list[Case]) -> None:
    """Raise the first thing that is wrong, the most particular sentence first."""
    if exercise.holds:
        _compare_property(exercise, cases)
        return
    right = np.array([_right_parts(exercise, case) for case in cases])  # (draws, parts)
    if right.all():
        return
    for mistake in exercise.mistakes:
        if _fits(mistake, cases):
            raise _Wrong(mistake.hint)
    k = int(np.argmin(right.all(axis=0)))  # the first part that is wrong somewhere
    name = exercise.parts[k] if len(exercise.parts) > 1 else "the answer"
    given = [case.parts[k] for case in cases]
    truth = [case.truth[k] for case in cases]
    label = f"{name}: " if len(exercise.parts) > 1 else ""
    _refuse_zeros(exercise, name, given, truth)
    _refuse_flat(exercise, name, given, truth)
    for mistake in exercise.mistakes:
        if mistake.gives and mistake.part in (None, name) and _shows(mistake, k, cases):
            own = mistake.hint.startswith(name)
            raise _Wrong(mistake.hint if own else label + mistake.hint)
    if exercise.kind in ("words", "word"):
        _refuse_words(exercise, given, truth)
    _refuse_general(exercise, name, given, truth)
    if right[:, k].any():
        first_wrong, first_right = int(np.argmin(right[:, k])), int(np.argmax(right[:, k]))
        raise _Wrong(_one_size(exercise, cases[first_right].inputs, cases[first_wrong].inputs))
    _refuse_shape(exercise, name, given, truth, cases)
    _refuse_entries(exercise, name, given, truth, cases)


def _compare_property(exercise: Exercise, cases: list[Case]) -> None:
    if exercise.shapes:
        for k, name in enumerate(exercise.parts):
            given = [case.parts[k] for case in cases]
            shapes = [exercise.shapes(*case.inputs)[k] for case in cases]
            truth = [np.zeros(shape) for shape in shapes]
            if any(a.shape != b.shape for a, b in zip(given, truth, strict=True)):
                _refuse_flat(exercise, name, given, truth)
                if all(a.shape == b.shape[::-1] for a, b in zip(given, truth, strict=True)):
                    raise _Wrong(
                        f"{name} has the shape {given[0].shape}, transposed: expected "
                        f"{shapes[0]}."
                    )
                _refuse_shape(exercise, name, given, truth, cases)
    complaints = [exercise.holds(case.parts, *case.inputs) for case in cases]
    wrong = [
        (case, complaint)
        for case, complaint in zip(cases, complaints, strict=True)
        if complaint is not None
    ]
    if not wrong:
        return
    for mistake in exercise.mistakes:
        if _fits(mistake, cases):
            raise _Wrong(mistake.hint)
        if mistake.gives and all(
            np.isclose(case.parts[0], mistake.gives(*case.inputs), rtol=1e-6, atol=0)
            for case in cases
        ):
            raise _Wrong(mistake.hint)
    case, complaint = wrong[0]
    if exercise.kind == "number" and not any(case.parts):
        raise _Wrong(f"The answer is zero. {complaint}")
    if len(wrong) < len(cases) and len({_size(case.inputs) for case in cases}) > 1:
        good = next(case for case, text in zip(cases, complaints, strict=True) if text is None)
        raise _Wrong(f"{complaint} {_one_size(exercise, good.inputs, case.inputs)}")
    raise _Wrong(complaint)


def _one_size(exercise: Exercise, good: tuple[Any, ...], bad: tuple[Any, ...]) -> str:
    was, now = _described(exercise, good), _described(exercise, bad)
    return f"It is right for some inputs only: right for {was}, wrong for {now}."


def _fits(mistake: Mistake, cases: list[Case]) -> bool:
    """Tell whether a mistake explains the whole answer on every draw."""
    return mistake.fits is not None and all(
        mistake.fits(case.parts, *case.inputs) for case in cases
    )


def _shows(mistake: Mistake, k: int, cases: list[Case]) -> bool:
    """Tell whether a mistake explains part k on every draw, and differs from the truth."""
    telling = 0
    for case in cases:
        inputs = copy.deepcopy(case.inputs)
        expected = mistake.gives(*inputs)
        given = case.parts[k]
        if isinstance(given, np.ndarray) and given.ndim == 1:
            expected = np.ravel(expected)
        if not _close(given, expected, 1e-5):
            return False
        telling += not _close(expected, case.truth[k], 1e-3)
    return telling >= min(TELLING, len(cases))


def _refuse_zeros(exercise: Exercise, name: str, given: list, truth: list) -> None:
    numbers = exercise.kind in ("array", "number")
    if numbers and not any(map(np.any, given)) and any(map(np.any, truth)):
        raise _Wrong(f"{_start(name)} is all zeros: nothing has been computed yet.")


def _refuse_flat(exercise: Exercise, name: str, given: list, truth: list) -> None:
    """Refuse one-dimensional arrays whose numbers are right, or not to be judged."""
    wanted = truth[0]
    if exercise.kind != "array" or np.ndim(given[0]) != 1 or np.ndim(wanted) != 2:
        return
    numbers_right = all(
        np.ndim(a) == 1 and _close(a, b.ravel(), 1e-5)
        for a, b in zip(given, truth, strict=True)
    )
    if numbers_right or exercise.holds:
        mend = "make it a column with as_column, or keep the axis of a sum with keepdims=True"
        if min(wanted.shape) > 1:
            mend = "fold it with reshape"
        elif wanted.shape[0] == 1:
            mend = "lay it down as a row with reshape(1, -1)"
        raise _Wrong(
            f"{_start(name)} is a 1-D array {given[0].shape}, neither row nor column: {mend}. "
            f"Expected {wanted.shape}."
        )


def _on_all(test: Callable[[Any, Any], bool], given: list, truth: list) -> bool:
    return all(test(a, b) for a, b in zip(given, truth, strict=True))


def _refuse_general(exercise: Exercise, name: str, given: list, truth: list) -> None:
    """Name the slips that can happen in any exercise with numbers."""
    tolerance = exercise.tolerance

    def is_(change: Callable[[NDArray], NDArray]) -> bool:
        return _on_all(lambda a, b: _close(a, change(b), tolerance), given, truth)

    who = _start(name)
    if is_(lambda b: -b):
        raise _Wrong(f"{who} has the wrong sign in every entry.")
    if exercise.kind == "array":
        if is_(lambda b: b.T):
            raise _Wrong(f"{who} is transposed: row and column have changed places.")
        if is_(lambda b: -b.T):
            raise _Wrong(f"{who} is transposed and has the wrong sign.")
        if is_(lambda b: b.ravel().reshape(b.shape, order="F")):
            raise _Wrong(
                f"{who} holds the right numbers in column-major order: section 5.4 folds row "
                "by row."
            )
        if is_(lambda b: b.T.reshape(b.shape)):
            raise _Wrong(
                f"{who} holds the right numbers in another order: it was reshaped where it "
                "should have been transposed."
            )
        if is_(lambda b: np.diagflat(b)) or is_(lambda b: np.diag(b.ravel())):
            raise _Wrong(
                f"{who} holds the right numbers on the diagonal of a matrix: leave the zeros "
                "out."
            )
    factors = [_factor(a, b, tolerance) for a, b in zip(given, truth, strict=True)]
    if all(factor is not None for factor in factors):
        if max(factors) - min(factors) < 1e-3 * max(map(abs, factors)):
            raise _Wrong(f"{who} is wrong by one constant factor, {factors[0]:.3g}.")
        raise _Wrong(
            f"{who} is right up to a factor that changes with the size: was something "
            "averaged that should be added up, or the other way round?"
        )


def _factor(given: Any, wanted: Any, tolerance: float) -> float | None:
    a, b = np.asarray(given, dtype=float), np.asarray(wanted, dtype=float)
    if a.shape != b.shape or a.size < 2 or not b.any():
        return None
    factor = float((a * b).sum() / (b * b).sum())
    return factor if abs(factor) > 1e-3 and _close(a, factor * b, tolerance) else None


def _refuse_words(exercise: Exercise, given: list, truth: list) -> None:
    wrong = [(a, b) for a, b in zip(given, truth, strict=True) if a != b]
    if exercise.kind == "word":
        raise _Wrong(
            f"Wrong on {len(wrong)} of {len(given)} draws: compare the two counts of "
            f"section {exercise.claim}."
        )
    a, b = min(wrong, key=lambda pair: len(pair[1]))
    if not any(any(pair[0]) for pair in wrong):
        raise _Wrong("The answer is empty: nothing has been computed yet.")
    if len(a) != len(b):
        raise _Wrong(f"The window has {len(a)} words where {len(b)} are asked for.")
    k = next(k for k in range(len(a)) if a[k] != b[k])
    raise _Wrong(
        f"Wrong on {len(wrong)} of {len(given)} draws: in one of them {a} has a wrong word at "
        f"place {k}."
    )


def _refuse_shape(
    exercise: Exercise, name: str, given: list, truth: list, cases: list[Case]
) -> None:
    wrong = [k for k in range(len(given)) if np.shape(given[k]) != np.shape(truth[k])]
    if not wrong:
        return
    k = wrong[0]
    shape, wanted = np.shape(given[k]), np.shape(truth[k])
    who = _start(name)
    if shape == ():
        raise _Wrong(f"{who} is a bare number: expected the shape {wanted}.")
    from_inputs = f" for {_described(exercise, cases[k].inputs)}" if cases[k].inputs else ""
    text = f"{who} has the shape {shape}, expected {wanted}{from_inputs}."
    if len(shape) == 1:
        text += " A 1-D array is neither row nor column: as_column makes it a column."
    elif min(wanted) == 1 and shape == (max(wanted),) * 2:
        text += " A column and a row, or a 1-D array, broadcast to a square in silence."
    elif shape == wanted[::-1]:
        text += " Transposed, its shape would fit."
    raise _Wrong(text)


def _refuse_entries(
    exercise: Exercise, name: str, given: list, truth: list, cases: list[Case]
) -> None:
    """Say how many entries differ on the smallest draw, and which one the most."""
    k = min(range(len(given)), key=lambda k: np.size(truth[k]))
    a, b = np.asarray(given[k], dtype=float), np.asarray(truth[k], dtype=float)
    difference = a - b
    if difference.ndim == 0:
        direction = "large" if difference > 0 else "small"
        raise _Wrong(f"{_start(name)} is too {direction}.")
    far = np.abs(difference) > exercise.tolerance * max(1.0, np.abs(b).max())
    worst = np.unravel_index(np.abs(difference).argmax(), difference.shape)
    place = ", ".join(str(int(index)) for index in worst)
    raise _Wrong(
        f"{_start(name)} has the right shape, and {int(far.sum())} of {far.size} entries "
        f"differ for {_described(exercise, cases[k].inputs)}. Entry [{place}] is off the most, "
        f"by {float(difference[worst]):.2g}."
    )
