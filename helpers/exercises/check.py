"""The checking: run an answer on fresh random inputs, compare it, and name the mistake.

Here is what can go wrong in any exercise; what belongs to one stands in its section's file.
"""

from __future__ import annotations

import contextlib
import copy
import ctypes
import inspect
import io
import numbers
import re
import signal
import textwrap
import threading
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from sympy import Basic, MatrixBase

from helpers.checks import check_whole
from helpers.exercises import section_1, section_2, section_3, section_4, section_5
from helpers.exercises.entry import Exercise, Mistake

EXERCISES: dict[str, Exercise] = {
    **section_1.EXERCISES,
    **section_2.EXERCISES,
    **section_3.EXERCISES,
    **section_4.EXERCISES,
    **section_5.EXERCISES,
}
DRAWS = 20  # inputs of different sizes that an answer has to be right for
TELLING = 3  # draws on which a mistake and the truth must differ, before it is named
SECONDS = 10.0  # after which an answer that never ends is stopped


@dataclass(frozen=True)
class Verdict:
    """What a check found, and the sentences that say so."""

    kind: Literal["right", "unanswered", "wrong"]
    text: str


class _Wrong(Exception):
    """What is wrong, in a sentence for the learner; ``section`` is where to read on."""

    def __init__(self, text: str, section: str = "") -> None:
        super().__init__(text)
        self.section = section


class _Unanswered(Exception):
    """Nothing has been answered yet."""


class _TooLong(BaseException):
    """The answer was stopped; not an ``Exception``, so that it cannot be caught by chance."""


def check(number: str, answer: Any, draws: int = DRAWS, seed: int = 0) -> None:
    """Print whether the answer to an exercise is right, and which mistake it shows if not.

    ``answer`` is the function, or the value, that the exercise asks for. A function is run on
    ``draws`` random inputs. A wrong answer never raises; an unknown ``number`` is a
    ``ValueError``.
    """
    print(textwrap.fill(verdict(number, answer, draws, seed).text, 92))


def verdict(number: str, answer: Any, draws: int = DRAWS, seed: int = 0) -> Verdict:
    """Find what ``check`` prints."""
    if number not in EXERCISES:
        raise ValueError(f"number is {number!r}, expected one of {', '.join(EXERCISES)}")
    check_whole("draws", draws)
    check_whole("seed", seed, least=0)
    exercise, name = EXERCISES[number], f"Exercise {number}"
    rng = np.random.default_rng([seed, *number.encode()])
    section = exercise.section
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
        text, section = str(reason), reason.section or section
    except Exception as error:  # a learner's notebook runs on, whatever was handed in
        text = f"The answer cannot be compared with anything ({type(error).__name__})."
    else:
        return Verdict("right", f"{name}: right{how_often}.")
    return Verdict("wrong", f"{name}: not right yet. {text} See section {section}.")


def _judge(exercise: Exercise, answer: Any, draws: int, rng: np.random.Generator) -> str:
    """Raise what is wrong with an answer; or say how often it has been right."""
    _refuse_dots(answer)
    if exercise.draw is None:
        if callable(answer):
            raise _Wrong("This is a function: hand in the value itself.")
        cases = [Case((), _read(exercise, answer))]
    elif not callable(answer):
        raise _Wrong(f"This is {_a(answer)}: hand in the function itself, without calling it.")
    else:
        cases = _run(exercise, answer, draws, rng)
    _find_truth(exercise, cases)
    if any(case.failure for case in cases):
        _refuse_failure(exercise, answer, cases, rng)
    if exercise.holds:
        _judge_property(exercise, cases)
    else:
        _compare(exercise, cases)
    if exercise.written and (complaint := exercise.written(answer)):
        raise _Wrong(complaint)
    if len(cases) == 1 or not cases[0].inputs:
        return ""
    different = len({_size(case.inputs) for case in cases}) > 2
    return f", on {len(cases)} random draws" + " of different sizes" * different


# --- running the learner's function ---------------------------------------------------------


@dataclass
class Case:
    """One draw: the inputs, the parts of the answer or why there are none, and the truth."""

    inputs: tuple[Any, ...]
    parts: tuple[Any, ...] = ()
    truth: tuple[Any, ...] = ()
    failure: str = ""
    error: str = ""

    @property
    def answer(self) -> Any:
        """Give the answer as ``holds`` and ``when`` take it: bare, if it has one part."""
        return self.parts[0] if len(self.parts) == 1 else self.parts


def _run(
    exercise: Exercise, answer: Callable[..., Any], draws: int, rng: np.random.Generator
) -> list[Case]:
    cases: list[Case] = []

    def all_draws() -> None:
        for _ in range(draws):
            # What the function prints is shown once, not twenty times.
            quiet = (
                contextlib.redirect_stdout(io.StringIO()) if cases else contextlib.nullcontext()
            )
            with quiet:
                cases.append(_run_once(exercise, answer, exercise.draw(rng)))

    try:
        _within(SECONDS, all_draws)
    except _TooLong:
        given = _described(exercise, exercise.draw(rng))
        raise _Wrong(
            f"Your function was still running after {SECONDS:g} seconds, and has been stopped: "
            "does each of its loops come to an end?"
            + (f" It was given inputs such as {given}." if given else "")
        ) from None
    if all(case.failure == _NONE for case in cases):
        raise _Unanswered("It gives None: is a return missing? ")
    return cases


_NONE = "Your function gives None: does every branch end in a return?"


def _run_once(exercise: Exercise, answer: Callable[..., Any], inputs: tuple) -> Case:
    given = copy.deepcopy(inputs)
    try:
        result = answer(*given)
    except SystemExit:
        text = "Your function calls exit(), which would end Python: give the answer by return."
        return Case(inputs, failure=text, error="exit")
    except Exception as error:
        if "ellipsis" in str(error):  # some of the dots are still in place
            raise _Unanswered("") from None
        text = _explained(exercise, answer, error, inputs)
        return Case(inputs, failure=text, error=f"{type(error).__name__}: {error}")
    if result is None:
        return Case(inputs, failure=_NONE)
    _refuse_dots(result)
    for name, before, after in zip(exercise.arguments, inputs, given, strict=True):
        if not _same(before, after):
            raise _Wrong(
                f"Your function changes its input {name}: work on a copy, or the caller loses "
                f"{name}."
            )
    try:
        return Case(inputs, _read(exercise, result))
    except _Wrong as reason:
        return Case(inputs, failure=str(reason))


def _within(seconds: float, work: Callable[[], None]) -> None:
    """Do the work, and raise ``_TooLong`` if that takes more than so many seconds."""
    main = threading.current_thread() is threading.main_thread()
    if main and hasattr(signal, "setitimer"):

        def stop(*_: Any) -> None:
            raise _TooLong

        before = signal.signal(signal.SIGALRM, stop)
        # Again and again, since a bare except in a loop would swallow the first.
        signal.setitimer(signal.ITIMER_REAL, seconds, 0.5)
        try:
            work()
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before or signal.SIG_DFL)
        return
    raised: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:
            raised.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        kill = ctypes.pythonapi.PyThreadState_SetAsyncExc
        kill(ctypes.c_ulong(thread.ident), ctypes.py_object(_TooLong))
        raise _TooLong
    if raised:
        raise raised[0]


def _refuse_dots(answer: Any) -> None:
    if answer is None:
        raise _Unanswered("It is None. ")
    values = list(answer.values()) if isinstance(answer, dict) else answer
    if isinstance(values, np.ndarray) and values.dtype == object:
        values = values.ravel().tolist()
    if isinstance(values, tuple | list):
        if values and all(value is None for value in values):
            raise _Unanswered("It is None. ")
        if any(value is Ellipsis for value in values):
            raise _Unanswered("")
        for value in values:
            if isinstance(value, tuple | list | dict | np.ndarray):
                _refuse_dots(value)
    elif answer is Ellipsis:
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


# What an exception of numpy or Python means here: a pattern, and the sentence for it.
EXPLAINED = (
    (
        r"matmul|not aligned",
        "In a product of matrices the inner sizes must agree: is a .T missing or too many, or "
        "are two factors swapped?",
    ),
    (
        r"setting an array element|inhomogeneous",
        "An entry of a matrix must be a number, and {0}[0] is an array: write {0}[0, 0].",
    ),
    (r"broadcast", "Entry by entry, both shapes must agree: compare them one by one."),
    (
        r"ambiguous",
        "A comparison of arrays has many answers: choose entry by entry, as np.where does.",
    ),
    (
        r"axis .* out of bounds for array",
        "A matrix has two axes: 0 runs down its rows, 1 along them.",
    ),
    (
        r"out of (bounds|range)",
        "Python counts from 0, so that the last of n has the number n - 1.",
    ),
    (r"NameError", "Is it imported in this notebook, and has the cell that makes it been run?"),
    (r"arrays can be converted", "math works with single numbers, np with arrays."),
    (r"has no attribute 'T'", "Only arrays have a .T: has np.array been left out?"),
)


def _explained(
    exercise: Exercise, answer: Callable, error: Exception, inputs: tuple[Any, ...]
) -> str:
    names = ", ".join(exercise.arguments)
    if isinstance(error, TypeError):
        try:
            inspect.signature(answer).bind(*inputs)
        except TypeError:
            return (
                f"Your function is called with {names}, in this order."
                if names
                else "Your function is called without arguments."
            )
        except ValueError:
            pass  # a function without a signature
    kind, message = type(error).__name__, str(error).split("\n")[0]
    message = re.sub(r",? with gufunc signature \S+", "", message)
    if len(message) > 110:
        message = message[:110].rsplit(" ", 1)[0] + " …"
    given = _described(exercise, inputs)
    matrices = [
        name
        for name, value in zip(exercise.arguments, inputs, strict=True)
        if isinstance(value, np.ndarray) and value.ndim == 2
    ]
    text = f"Your function raises {kind}: {message.rstrip('.')}."
    text += f" It was given {given}." if given else ""
    for pattern, sentence in EXPLAINED:
        if re.search(pattern, f"{kind}: {error}"):
            return f"{text} {sentence.format(matrices[0] if matrices else 'a')}"
    return text


def _refuse_failure(
    exercise: Exercise, answer: Any, cases: list[Case], rng: np.random.Generator
) -> None:
    """Say why an answer fails on some draws or on all; a mistake's name comes first."""
    failed = [case for case in cases if case.failure]
    ran = [case for case in cases if not case.failure]
    for mistake in exercise.mistakes:
        if all(case.error and _raises_alike(exercise, mistake, case) for case in failed):
            raise _Wrong(mistake.hint, mistake.section)
    right = [case for case in ran if _is_right(exercise, case)]
    if len(ran) >= max(TELLING, len(right) + 1) and not exercise.holds:
        _name(exercise, ran)
    if not right and exercise.truth:  # is it right for the one size that it was tried with?
        more = [case for case in _run(exercise, answer, 80, rng) if not case.failure]
        _find_truth(exercise, more)
        right = [case for case in more if _is_right(exercise, case)]
    text = failed[0].failure
    if right:
        was, now = (_described(exercise, case.inputs) for case in (right[0], failed[0]))
        hard = " Is one size written into it?" if _one_size(right, failed) else ""
        here = "" if now in text else f" This happened for {now}."
        raise _Wrong(f"It is right for some inputs only, such as {was}.{hard} {text}{here}")
    raise _Wrong(text)


def _one_size(right: list[Case], failed: list[Case]) -> bool:
    """Tell whether all right draws share a size, or one of an axis that no failed one has."""

    def flat(case: Case) -> list[int]:
        return [n for size in _size(case.inputs) for n in np.atleast_1d(size).tolist()]

    lengths = {len(flat(case)) for case in right + failed}  # not one: other numbers of axes
    if len(lengths) > 1 or len({_size(case.inputs) for case in right}) == 1:
        return True
    columns = zip(*map(flat, right), strict=True), zip(*map(flat, failed), strict=True)
    return any(len(set(a)) == 1 and a[0] not in b for a, b in zip(*columns, strict=True))


def _raises_alike(exercise: Exercise, mistake: Mistake, case: Case) -> bool:
    try:
        _given_by(mistake, case)
    except Exception as error:
        return f"{type(error).__name__}: {error}" == case.error
    return False


# --- reading an answer ----------------------------------------------------------------------


def _a(value: Any) -> str:
    """Name the type of a value, with its article."""
    if isinstance(value, Basic | MatrixBase):
        return "a sympy object"
    if isinstance(value, np.ndarray) and value.dtype.kind in "US":
        return "an array of strings"
    if isinstance(value, np.ndarray) and value.dtype == object:
        return "an array of objects, such as lists or arrays of different lengths"
    if isinstance(value, np.ndarray) and value.ndim:
        return "one array"
    name = type(value).__name__
    return f"an {name}" if name[0].lower() in "aeiou" else f"a {name}"


def _read(exercise: Exercise, answer: Any) -> tuple[Any, ...]:
    """Take an answer apart and turn each part into what its kind asks for."""
    names = exercise.parts
    if len(names) == 1:
        answer = (answer,)
    elif isinstance(answer, dict):
        if set(answer) != set(names):
            raise _Wrong(f"Expected one entry for each of {', '.join(names)}.")
        answer = [answer[name] for name in names]
    elif exercise.kind in ("number", "choice") and isinstance(answer, np.ndarray):
        answer = answer.ravel().tolist()
    if not isinstance(answer, tuple | list) or len(answer) != len(names):
        given = f"{len(answer)} of them" if isinstance(answer, tuple | list) else _a(answer)
        raise _Wrong(f"Expected {', '.join(names)}, in this order; this is {given}.")
    read = READERS[exercise.kind]
    return tuple(
        read(exercise, _start(name), part) for name, part in zip(names, answer, strict=True)
    )


def _array(exercise: Exercise, who: str, value: Any) -> NDArray:
    if isinstance(value, list | tuple):
        raise _Wrong(f"{who} is {_a(value)}: turn it into an array with np.array.")
    _refuse_symbols(who, value)
    array = np.asarray(value)
    if array.dtype == object:
        for entry in array.flat:
            _refuse_symbols(who, entry)
        if all(isinstance(entry, numbers.Real | np.ndarray) for entry in array.flat):
            with contextlib.suppress(ValueError, TypeError, OverflowError):
                array = array.astype(float)
    if not (np.issubdtype(array.dtype, np.number) or array.dtype == bool):
        raise _Wrong(f"{who} is {_a(value)}: numbers are expected.")
    if np.iscomplexobj(array):
        raise _Wrong(f"{who} is complex: take the real numbers out of it.")
    if np.isnan(array).any():
        raise _Wrong(f"{who} holds a NaN, which is no number: is something 0 / 0?")
    if not np.isfinite(array).all():
        raise _Wrong(f"{who} holds an infinite entry: is something divided by 0?")
    # float32 and whole numbers are welcome; float16 is compared as what it is.
    return array if array.dtype == np.float16 else array.astype(float)


def _refuse_symbols(who: str, value: Any) -> None:
    if isinstance(value, Basic | MatrixBase):
        left = ", ".join(sorted(map(str, getattr(value, "free_symbols", ()))))
        if left:
            raise _Wrong(
                f"{who} is a sympy object that still holds the symbols {left}: compute with "
                "numbers, from what the exercise gives you."
            )
        raise _Wrong(f"{who} is a sympy object: the check works with numbers and numpy arrays.")


def _arrays(exercise: Exercise, who: str, value: Any) -> list[NDArray]:
    if not isinstance(value, list | tuple):
        raise _Wrong(f"{who} is {_a(value)}: a list of arrays is expected.")
    flat: list[NDArray] = []
    for item in value:
        if isinstance(item, list | tuple):
            flat += _arrays(exercise, who, item)
        else:
            flat.append(_array(exercise, f"An array in {who[0].lower()}{who[1:]}", item))
    return flat


def _number(exercise: Exercise, who: str, value: Any) -> float:
    real = isinstance(value, Basic) and value.is_number and value.is_real
    if isinstance(value, numbers.Real) or real:
        try:
            value = float(value)
        except (OverflowError, TypeError):
            raise _Wrong(f"{who} is too large for float64.") from None
    if value is None or isinstance(value, str | list | tuple | dict):
        raise _Wrong(
            f"{who} is {'None' if value is None else _a(value)}: one number is expected."
        )
    array = _array(exercise, who, value)
    if array.size != 1:
        raise _Wrong(f"{who} has the shape {array.shape}: one number is expected.")
    return float(array.item())


def _words(exercise: Exercise, who: str, value: Any) -> list[str]:
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, str) or not isinstance(value, list | tuple):
        raise _Wrong(f"{who} is {_a(value)}: a list of words is expected.")
    if not all(isinstance(word, str) for word in value):
        raise _Wrong(f"{who} holds something that is no word.")
    return [str(word) for word in value]


def _choice(exercise: Exercise, who: str, value: Any) -> str:
    if not isinstance(value, str) or value not in exercise.choices:
        given = repr(value) if isinstance(value, str) else _a(value)
        wanted = " or ".join(f'"{word}"' for word in exercise.choices)
        raise _Wrong(f"{who} is {given}: expected {wanted}.")
    return str(value)


def _names(exercise: Exercise, who: str, value: Any) -> list[str]:
    if isinstance(value, str) or not isinstance(value, list | tuple | set | frozenset):
        raise _Wrong(f"{who} is {_a(value)}: a list of names is expected.")
    return sorted({_choice(exercise, "One of the names", name) for name in value})


def _shape(exercise: Exercise, who: str, value: Any) -> str:
    whole = isinstance(value, tuple | list) and all(
        isinstance(size, int | np.integer) and not isinstance(size, bool) for size in value
    )
    if not whole:
        given = f"{value}" if isinstance(value, tuple) else _a(value)
        raise _Wrong(f"{who} is {given}: a shape is a pair of whole numbers.")
    return str(tuple(map(int, value)))


READERS = {
    "array": _array,
    "arrays": _arrays,
    "number": _number,
    "words": _words,
    "choice": _choice,
    "names": _names,
    "shape": _shape,
}


def _start(name: str) -> str:
    return name[0].upper() + name[1:] if name == "the answer" else name


# --- comparing ------------------------------------------------------------------------------


def _close(given: Any, wanted: Any, tolerance: float) -> bool:
    if isinstance(wanted, str):
        return given == wanted
    if isinstance(wanted, list):
        return len(given) == len(wanted) and all(
            _close(a, b, tolerance) for a, b in zip(given, wanted, strict=True)
        )
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
        case.truth = _as_parts(exercise, exercise.truth(*copy.deepcopy(case.inputs)))


def _as_parts(exercise: Exercise, value: Any) -> tuple[Any, ...]:
    """Read what an entry computes, just as an answer is read."""
    if exercise.kind == "array":  # what a mistake gives may be a bare number
        return value if len(exercise.parts) > 1 else (value,)
    return _read(exercise, value)


def _is_right(exercise: Exercise, case: Case) -> bool:
    if exercise.holds:
        return exercise.holds(case.answer, *case.inputs) is None
    return all(
        _close(a, b, exercise.tolerance) for a, b in zip(case.parts, case.truth, strict=True)
    )


def _given_by(mistake: Mistake, case: Case) -> Any:
    inputs = copy.deepcopy(case.inputs)
    return mistake.gives(*inputs) if callable(mistake.gives) else mistake.gives


def _compare(exercise: Exercise, cases: list[Case]) -> None:
    """Raise the first thing that is wrong, the most particular sentence first."""
    if all(_is_right(exercise, case) for case in cases):
        return
    names, tolerance = exercise.parts, exercise.tolerance
    _name(exercise, cases)
    right = np.array(
        [
            [_close(a, b, tolerance) for a, b in zip(case.parts, case.truth, strict=True)]
            for case in cases
        ]
    )  # (draws, parts)
    k = next(k for k in _order(exercise) if not right[:, k].all())
    given, truth = [case.parts[k] for case in cases], [case.truth[k] for case in cases]
    who = _start(names[k])
    swapped = [
        j
        for j in range(len(names))
        if not right[:, j].all()
        and all(_close(c.parts[k], c.truth[j], tolerance) for c in cases)
    ]
    if swapped:
        raise _Wrong(f"{who} holds what belongs to {names[swapped[0]]}: they changed places.")
    _refuse_slips(exercise, who, given, truth)
    _refuse_constant(exercise, who, given, cases)
    if right[:, k].any() and exercise.kind not in ("words", "choice", "names"):
        first_wrong, first_right = int(np.argmin(right[:, k])), int(np.argmax(right[:, k]))
        raise _Wrong(_some_only(exercise, cases[first_right], cases[first_wrong]))
    _refuse_words(exercise, who, given, truth)
    _refuse_shape(exercise, who, given, truth, cases)
    _refuse_entries(exercise, who, given, truth, cases)


def _order(exercise: Exercise) -> list[int]:
    return sorted(range(len(exercise.parts)), key=lambda k: exercise.parts[k] in exercise.after)


def _name(exercise: Exercise, cases: list[Case]) -> None:
    """Raise the hint of the mistake that explains the first wrong part on every draw."""
    for mistake in exercise.mistakes:
        if mistake.when and all(mistake.when(case.answer, *case.inputs) for case in cases):
            raise _Wrong(mistake.hint, mistake.section)
    several = len(exercise.parts) > 1
    for k in _order(exercise):
        name = exercise.parts[k]
        given, truth = [case.parts[k] for case in cases], [case.truth[k] for case in cases]
        if all(_close(a, b, exercise.tolerance) for a, b in zip(given, truth, strict=True)):
            continue
        _refuse_zeros(exercise, _start(name), given, truth)
        _refuse_flat(exercise, _start(name), given, truth)
        for mistake in exercise.mistakes:
            if mistake.part in (None, name) and _shows(exercise, mistake, k, cases):
                own = not several or mistake.hint.startswith(name)
                label = "" if own else f"{name}: "
                raise _Wrong(
                    label + mistake.hint + _others(exercise, k, cases), mistake.section
                )
        return


def _others(exercise: Exercise, k: int, cases: list[Case]) -> str:
    """Say of the parts that are judged later whether they follow from the learner's own."""
    for name, follows in exercise.after.items():
        j = exercise.parts.index(name)
        with contextlib.suppress(ValueError):  # the part at fault may have another shape
            if j != k and all(
                _close(
                    case.parts[j],
                    follows(dict(zip(exercise.parts, case.parts, strict=True)), *case.inputs),
                    exercise.tolerance,
                )
                for case in cases
            ):
                return f" ({name} follows from it rightly.)"
    return ""


def _shows(exercise: Exercise, mistake: Mistake, k: int, cases: list[Case]) -> bool:
    """Tell whether a mistake explains part k on every draw, and differs from the truth."""
    telling = 0
    for case in cases:
        try:
            expected = _given_by(mistake, case)
        except Exception:
            return False  # a mistake that raises is recognised in _refuse_failure
        if mistake.part is None and isinstance(expected, tuple | dict):
            expected = _as_parts(exercise, expected)[k]
        elif exercise.kind != "array":
            expected = READERS[exercise.kind](exercise, "", expected)
        given = case.parts[k]
        if isinstance(given, np.ndarray) and given.ndim == 1:
            expected = np.ravel(expected)
        if not _close(given, expected, 1e-5):
            return False
        telling += not _close(expected, case.truth[k], 1e-3)
    return telling >= min(TELLING, len(cases))


def _judge_property(exercise: Exercise, cases: list[Case]) -> None:
    if exercise.shapes:
        for k, name in enumerate(exercise.parts):
            given = [case.parts[k] for case in cases]
            truth = [np.zeros(exercise.shapes(*case.inputs)[k]) for case in cases]
            if any(a.shape != b.shape for a, b in zip(given, truth, strict=True)):
                _refuse_flat(exercise, name, given, truth)
                _refuse_shape(exercise, name, given, truth, cases)
    complaints = [exercise.holds(case.answer, *case.inputs) for case in cases]
    wrong = [case for case, text in zip(cases, complaints, strict=True) if text]
    law = exercise.law and exercise.law(
        [case.answer for case in cases], [case.inputs for case in cases]
    )
    if not wrong and not law:
        return
    for mistake in exercise.mistakes:
        if mistake.when:
            named = all(mistake.when(case.answer, *case.inputs) for case in cases)
        else:
            named = all(
                np.allclose(case.answer, _given_by(mistake, case), rtol=1e-6, atol=0)
                for case in cases
            )
        if named:
            raise _Wrong(mistake.hint, mistake.section)
    if not wrong:
        raise _Wrong(law)
    complaint = next(filter(None, complaints))
    if exercise.kind == "number" and not any(any(case.parts) for case in cases):
        raise _Wrong(f"The answer is zero. {complaint}")
    _refuse_constant(exercise, "The answer", [case.parts[0] for case in cases], cases)
    if len(wrong) < len(cases) and len({_size(case.inputs) for case in cases}) > 1:
        good = next(case for case in cases if case not in wrong)
        raise _Wrong(f"{complaint} {_some_only(exercise, good, wrong[0])}")
    raise _Wrong(complaint)


def _some_only(exercise: Exercise, good: Case, bad: Case) -> str:
    was, now = _described(exercise, good.inputs), _described(exercise, bad.inputs)
    if was == now:
        return "It is right for some of the numbers drawn, and wrong for others."
    return f"It is right for some inputs only: right for {was}, wrong for {now}."


# --- slips that any exercise can show -------------------------------------------------------

# Each is what it makes of the truth, and how an answer that shows it goes on.
SLIPS: tuple[tuple[Callable[[NDArray], NDArray], str], ...] = (
    (lambda b: -b, "has the wrong sign in every entry."),
    (lambda b: b.T, "is transposed: row and column have changed places."),
    (lambda b: -b.T, "is transposed and has the wrong sign."),
    (
        lambda b: b.ravel().reshape(b.shape, order="F"),
        "holds the right numbers in column-major order: this series folds row by row.",
    ),
    (
        lambda b: b.T.reshape(b.shape),
        "holds the right numbers in another order: it was reshaped where it should have been "
        "transposed.",
    ),
    (
        np.diagflat,
        "holds the right numbers on the diagonal of a matrix: leave the zeros out.",
    ),
    (lambda b: b[::-1], "has its rows in reverse order."),
    (lambda b: b.sum(), "is the sum of all entries: each stands for itself."),
    (lambda b: b.mean(), "is the mean of all entries, a bare number: each stands for itself."),
    (lambda b: b[:, :1], "has the first column only."),
    (lambda b: b[:1], "has the first row only."),
    (np.abs, "has lost the signs of its entries."),
)


def _refuse_slips(exercise: Exercise, who: str, given: list, truth: list) -> None:
    if exercise.kind == "number" or isinstance(truth[0], np.ndarray):
        changes = SLIPS if exercise.kind == "array" else SLIPS[:1]
        for change, sentence in changes:
            with contextlib.suppress(IndexError):  # no columns in a 1-D array
                slipped = [change(b) for b in truth]
                if all(
                    _close(a, b, exercise.tolerance)
                    for a, b in zip(given, slipped, strict=True)
                ):
                    raise _Wrong(f"{who} {sentence}")
        _refuse_factor(who, given, truth, exercise.tolerance)


def _refuse_factor(who: str, given: list, truth: list, tolerance: float) -> None:
    factors = []
    for value, wanted in zip(given, truth, strict=True):
        a, b = np.asarray(value, dtype=float), np.asarray(wanted, dtype=float)
        if a.shape != b.shape or not b.any() or (b.size < 2 and len(given) < 5):
            return
        factor = float((a * b).sum() / (b * b).sum())
        if abs(factor) < 1e-3 or not _close(a, factor * b, tolerance):
            return
        if b.size > 1 or not factors:
            factors.append(factor)
    if max(factors) - min(factors) < 1e-3 * max(map(abs, factors)):
        if all(np.size(b) > 1 for b in truth):
            raise _Wrong(f"{who} is wrong by one constant factor, {factors[0]:.3g}.")
    elif len(factors) > 1:
        raise _Wrong(
            f"{who} is right up to a factor that changes with the size: was something averaged "
            "that should be added up, or the other way round?"
        )


def _refuse_zeros(exercise: Exercise, who: str, given: list, truth: list) -> None:
    if exercise.kind == "words" and not any(map(any, given)):
        raise _Wrong(f"{who} is empty: it holds none of the words.")
    numbers_asked = exercise.kind in ("array", "number") and any(map(np.any, truth))
    if numbers_asked and not any(map(np.any, given)):
        raise _Wrong(f"{who} is all zeros: nothing of the inputs is left in it.")


def _refuse_constant(exercise: Exercise, who: str, given: list, cases: list[Case]) -> None:
    first, several = given[0], len(cases) >= TELLING and bool(cases[0].inputs)
    if several and all(np.shape(a) == np.shape(first) and np.all(a == first) for a in given):
        arguments = " and ".join(exercise.arguments)
        raise _Wrong(f"{who} is the same on every draw: it does not depend on {arguments}.")


def _refuse_flat(exercise: Exercise, who: str, given: list, truth: list) -> None:
    """Refuse one-dimensional arrays whose numbers are right, or not to be judged."""
    wanted = truth[0]
    if exercise.kind != "array" or np.ndim(given[0]) != 1 or np.ndim(wanted) != 2:
        return
    numbers_right = all(
        np.ndim(a) == 1 and _close(a, b.ravel(), 1e-5)
        for a, b in zip(given, truth, strict=True)
    )
    if numbers_right or exercise.holds:
        mend = (
            "make it a column with reshape(-1, 1), or keep the axis of a sum with keepdims=True"
        )
        if min(wanted.shape) > 1:
            mend = "fold it with reshape"
        elif wanted.shape[0] == 1:
            mend = "lay it down as a row with reshape(1, -1)"
        raise _Wrong(
            f"{who} is a 1-D array {given[0].shape}, neither row nor column: {mend}. "
            f"Expected {wanted.shape}."
        )


def _refuse_words(exercise: Exercise, who: str, given: list, truth: list) -> None:
    if exercise.kind in ("array", "arrays", "number"):
        return
    wrong = [(a, b) for a, b in zip(given, truth, strict=True) if a != b]
    on = f"Wrong on {len(wrong)} of {len(given)} draws" if len(given) > 1 else "Wrong"
    if exercise.kind == "shape":
        raise _Wrong(f"{who} is not {given[0]}: count again.")
    if exercise.kind in ("choice", "names"):
        raise _Wrong(f"{on}: compare it with what the section counts or shows.")
    a, b = min(wrong, key=lambda pair: len(pair[1]))
    if len(a) != len(b):
        raise _Wrong(f"The answer has {len(a)} words where {len(b)} are asked for.")
    k = next(k for k in range(len(a)) if a[k] != b[k])
    raise _Wrong(f"{on}: in one of them {a} has a wrong word at place {k}.")


def _refuse_shape(
    exercise: Exercise, who: str, given: list, truth: list, cases: list[Case]
) -> None:
    for case, a, b in zip(cases, given, truth, strict=True):
        if exercise.kind == "arrays":
            if len(a) != len(b):
                raise _Wrong(f"{who} holds {len(a)} arrays, expected {len(b)}.")
            pairs = [
                (x.shape, y.shape) for x, y in zip(a, b, strict=True) if x.shape != y.shape
            ]
            if pairs:
                raise _Wrong(f"{who} holds an array {pairs[0][0]}, expected {pairs[0][1]}.")
        shape, wanted = np.shape(a) if exercise.kind == "array" else (), np.shape(b)
        if exercise.kind != "array" or shape == wanted:
            continue
        if shape == ():
            raise _Wrong(f"{who} is a bare number: expected the shape {wanted}.")
        drawn = f" for {_described(exercise, case.inputs)}" if case.inputs else ""
        text = f"{who} has the shape {shape}, expected {wanted}{drawn}."
        if len(shape) == 1 and len(wanted) == 2:
            text += " A 1-D array is neither row nor column: reshape(-1, 1) makes it a column."
        elif shape == wanted[::-1]:
            text += " It is transposed."
        elif len(wanted) == 2 and min(wanted) == 1 and shape == (max(wanted),) * 2:
            text += " A column and a row, or a 1-D array, broadcast to a square in silence."
        raise _Wrong(text)


def _refuse_entries(
    exercise: Exercise, who: str, given: list, truth: list, cases: list[Case]
) -> None:
    """Say how many entries differ on the smallest draw, and which one the most."""
    if exercise.kind == "arrays":
        pairs = zip(given[0], truth[0], strict=True)
        wrong = [k for k, (a, b) in enumerate(pairs) if not _close(a, b, exercise.tolerance)]
        raise _Wrong(f"{who} has the right shapes; the arrays {wrong}, from 0, differ.")
    k = min(range(len(given)), key=lambda k: np.size(truth[k]))
    a, b = np.asarray(given[k], dtype=float), np.asarray(truth[k], dtype=float)
    difference = a - b
    if difference.ndim == 0:
        raise _Wrong(f"{who} is too {'large' if difference > 0 else 'small'}.")
    far = np.abs(difference) > exercise.tolerance * max(1.0, np.abs(b).max())
    worst = np.unravel_index(np.abs(difference).argmax(), difference.shape)
    place = ", ".join(str(int(index)) for index in worst)
    raise _Wrong(
        f"{who} has the right shape, and {int(far.sum())} of {far.size} entries differ for "
        f"{_described(exercise, cases[k].inputs)}. Entry [{place}] is off the most, by "
        f"{float(difference[worst]):.2g}."
    )
