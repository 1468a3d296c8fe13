"""The checking: run an answer on fresh random inputs, compare it, and name the mistake.

Here is what can go wrong in any exercise; what belongs to one stands in its section's file.
"""

from __future__ import annotations

import contextlib
import contextvars
import copy
import ctypes
import inspect
import io
import numbers
import re
import threading
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from sympy import Basic, MatrixBase

from helpers import exercises
from helpers.checks import check_whole
from helpers.exercises.entry import Exercise, Mistake
from helpers.exercises.language import filled, say

EXERCISES: dict[str, Exercise] = {  # of every section_N.py beside this file, in their order
    number: exercise
    for module in sorted(each.name for each in iter_modules(exercises.__path__))
    if module.startswith("section_")
    for number, exercise in import_module(f"helpers.exercises.{module}").EXERCISES.items()
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
    """What is wrong, in a sentence for the learner; ``section`` is where to read on.

    The sentence is translated, and holds ``values`` in its braces.
    """

    def __init__(self, text: str, section: str = "", **values: Any) -> None:
        super().__init__(say(text, **values))
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
    print(filled(verdict(number, answer, draws, seed).text))


def verdict(number: str, answer: Any, draws: int = DRAWS, seed: int = 0) -> Verdict:
    """Find what ``check`` prints."""
    if number not in EXERCISES:
        raise ValueError(f"number is {number!r}, expected one of {', '.join(EXERCISES)}")
    check_whole("draws", draws)
    check_whole("seed", seed, least=0)
    rng = np.random.default_rng([seed, *number.encode()])
    return judged(
        EXERCISES[number], say("Exercise {number}", number=number), answer, draws, rng
    )


def judged(
    exercise: Exercise, name: str, answer: Any, draws: int, rng: np.random.Generator
) -> Verdict:
    """Find what an answer is worth to an exercise, which the sentences call ``name``."""
    section = exercise.section
    try:
        # Wild answers overflow; what counts is said in a sentence, and not in a warning.
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            how_often = _judge(exercise, answer, draws, rng)
    except _Unanswered as reason:
        text = say(
            "{name}: not answered yet. {why}Replace the three dots and run the cell again.",
            name=name,
            why=reason,
        )
        return Verdict("unanswered", text)
    except _Wrong as reason:
        text, section = str(reason), reason.section or section
    except Exception as error:  # a learner's notebook runs on, whatever was handed in
        text = say(
            "The answer cannot be compared with anything ({error}).", error=type(error).__name__
        )
    else:
        return Verdict(
            "right", say("{name}: right{how_often}.", name=name, how_often=how_often)
        )
    text = say(
        "{name}: not right yet. {text} See section {section}.",
        name=name,
        text=text,
        section=section,
    )
    return Verdict("wrong", text)


def _judge(exercise: Exercise, answer: Any, draws: int, rng: np.random.Generator) -> str:
    """Raise what is wrong with an answer; or say how often it has been right."""
    _refuse_dots(answer)
    if exercise.draw is None:
        if callable(answer):
            raise _Wrong("This is a function: hand in the value itself.")
        cases = [Case((), _read(exercise, answer))]
    elif not callable(answer):
        raise _Wrong(
            "This is {what}: hand in the function itself, without calling it.", what=_a(answer)
        )
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
    if different:
        return say(", on {draws} random draws of different sizes", draws=len(cases))
    return say(", on {draws} random draws", draws=len(cases))


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
        text = say(
            "Your function was still running after {seconds:g} seconds, and has been stopped: "
            "does each of its loops come to an end?",
            seconds=SECONDS,
        )
        if given:
            text = say("{text} It was given inputs such as {given}.", text=text, given=given)
        raise _Wrong(text) from None
    if all(case.failure == _none() for case in cases):
        raise _Unanswered(say("It gives None: is a return missing? "))
    return cases


def _none() -> str:
    return say("Your function gives None: does every branch end in a return?")


def _run_once(exercise: Exercise, answer: Callable[..., Any], inputs: tuple) -> Case:
    given = copy.deepcopy(inputs)
    try:
        result = answer(*given)
    except SystemExit:
        text = say(
            "Your function calls exit(), which would end Python: give the answer by return."
        )
        return Case(inputs, failure=text, error="exit")
    except Exception as error:
        if "ellipsis" in str(error):  # some of the dots are still in place
            raise _Unanswered("") from None
        text = _explained(exercise, answer, error, inputs)
        return Case(inputs, failure=text, error=f"{type(error).__name__}: {error}")
    if result is None:
        return Case(inputs, failure=_none())
    _refuse_dots(result)
    for name, before, after in zip(exercise.arguments, inputs, given, strict=True):
        if not _same(before, after):
            raise _Wrong(
                "Your function changes its input {name}: work on a copy, or the caller loses "
                "{name}.",
                name=name,
            )
    try:
        return Case(inputs, _read(exercise, result))
    except _Wrong as reason:
        return Case(inputs, failure=str(reason))


def _within(seconds: float, work: Callable[[], None]) -> None:
    """Do the work in a thread; end it and raise ``_TooLong`` after so many seconds."""
    raised: list[BaseException] = []
    context = contextvars.copy_context()  # numpy's warnings stay off

    def run() -> None:
        try:
            context.run(work)
        except BaseException as error:
            raised.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        thread.join(seconds)
    finally:  # also when the reader stops the cell
        late, end = thread.is_alive(), ctypes.pythonapi.PyThreadState_SetAsyncExc
        for _ in range(20):  # a bare except in a loop would swallow the first
            if thread.is_alive():
                end(ctypes.c_ulong(thread.ident), ctypes.py_object(_TooLong))
                thread.join(0.1)
    if late:
        raise _TooLong
    if raised:
        raise raised[0]


def _leaves(answer: Any) -> Iterator[Any]:
    if isinstance(answer, dict):
        answer = list(answer.values())
    if isinstance(answer, np.ndarray) and answer.dtype == object:
        answer = answer.ravel().tolist()
    if isinstance(answer, tuple | list):
        for part in answer:
            yield from _leaves(part)
    else:
        yield answer


def _refuse_dots(answer: Any) -> None:
    leaves = list(_leaves(answer))
    if leaves and all(leaf is None for leaf in leaves):
        raise _Unanswered(say("It is None. "))
    if any(leaf is Ellipsis for leaf in leaves):
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
            words.append(f"{name} = {value:.2g}")
        elif isinstance(value, list):
            words.append(f"len({name}) = {len(value)}")
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
        "An entry of a matrix must be a number, and {name}[0] is an array: write {name}[0, 0].",
    ),
    (
        r"broadcast",
        "Entry by entry, as * and + work, both shapes must agree. A product of matrices is "
        "written @.",
    ),
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
    (r"too many indices", "The array has fewer axes than that."),
    (r"NameError", "Is it imported in this notebook, and has the cell that makes it been run?"),
    (
        r"OverflowError",
        "A power of e is too large for a float: math.exp stops there, and np.exp gives "
        "infinity, one over which is 0.",
    ),
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
            if not names:
                return say("Your function is called without arguments.")
            return say("Your function is called with {names}, in this order.", names=names)
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
    text = say(
        "Your function raises {kind}: {message}.", kind=kind, message=message.rstrip(".")
    )
    if given:
        text = say("{text} It was given {given}.", text=text, given=given)
    for pattern, sentence in EXPLAINED:
        if re.search(pattern, f"{kind}: {error}"):
            return f"{text} {say(sentence, name=matrices[0] if matrices else 'a')}"
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
        hard = not re.search("NaN|OverflowError", text) and _one_size(right, failed)
        some = say("It is right for some inputs only, such as {was}.", was=was)
        some += say(" Is one size written into it?") if hard else ""
        here = "" if now in text else say(" This happened for {now}.", now=now)
        raise _Wrong(f"{some} {text}{here}")
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
        return say("a sympy object")
    if isinstance(value, np.ndarray) and value.dtype.kind in "US":
        return say("an array of strings")
    if isinstance(value, np.ndarray) and value.dtype == object:
        return say("an array of objects, such as lists or arrays of different lengths")
    if isinstance(value, np.ndarray) and value.ndim:
        return say("one array")
    return type_of(value)


def type_of(value: Any) -> str:
    """Name the bare type of a value, with its article."""
    name = type(value).__name__
    if name[0].lower() in "aeiou":
        return say("an {name}", name=name)
    return say("a {name}", name=name)


def _read(exercise: Exercise, answer: Any) -> tuple[Any, ...]:
    """Take an answer apart and turn each part into what its kind asks for."""
    names = exercise.parts
    if len(names) == 1:
        answer = (answer,)
    elif isinstance(answer, dict):
        if set(answer) != set(names):
            raise _Wrong("Expected one entry for each of {names}.", names=", ".join(names))
        answer = [answer[name] for name in names]
    elif exercise.kind == "number" and isinstance(answer, np.ndarray):
        answer = answer.ravel().tolist()
    if not isinstance(answer, tuple | list) or len(answer) != len(names):
        given = _a(answer)
        if isinstance(answer, tuple | list):
            given = say("{count} of them", count=len(answer))
        raise _Wrong(
            "Expected {names}, in this order; this is {given}.",
            names=", ".join(names),
            given=given,
        )
    read = READERS[exercise.kind]
    return tuple(
        read(exercise, _start(name), part) for name, part in zip(names, answer, strict=True)
    )


def _array(exercise: Exercise, who: str, value: Any) -> NDArray:
    if isinstance(value, list | tuple):
        raise _Wrong(
            "{who} is {what}: turn it into an array with np.array.", who=who, what=_a(value)
        )
    _refuse_symbols(who, value)
    array = np.asarray(value)
    if array.dtype == object:
        for entry in array.flat:
            _refuse_symbols(who, entry)
        if all(isinstance(entry, numbers.Real | np.ndarray) for entry in array.flat):
            with contextlib.suppress(ValueError, TypeError, OverflowError):
                array = array.astype(float)
    if not (np.issubdtype(array.dtype, np.number) or array.dtype == bool):
        raise _Wrong("{who} is {what}: numbers are expected.", who=who, what=_a(value))
    if np.iscomplexobj(array):
        raise _Wrong("{who} is complex: take the real numbers out of it.", who=who)
    if np.isnan(array).any():
        raise _Wrong(
            "{who} holds a NaN, which is no number: is something 0 / 0, or "
            "has an e^t overflowed (divide by e^t first; for a softmax, subtract the largest "
            "score of each sample)?",
            who=who,
        )
    if not np.isfinite(array).all():
        raise _Wrong("{who} holds an infinite entry: is something divided by 0?", who=who)
    # float32 and whole numbers are welcome; float16 is compared as what it is.
    return array if array.dtype == np.float16 else array.astype(float)


def _refuse_symbols(who: str, value: Any) -> None:
    if isinstance(value, Basic | MatrixBase):
        left = ", ".join(sorted(map(str, getattr(value, "free_symbols", ()))))
        if left:
            raise _Wrong(
                "{who} is a sympy object that still holds the symbols {left}: compute with "
                "numbers, from what the exercise gives you.",
                who=who,
                left=left,
            )
        raise _Wrong(
            "{who} is a sympy object: the check works with numbers and numpy arrays.", who=who
        )


def _arrays(exercise: Exercise, who: str, value: Any) -> list[NDArray]:
    if not isinstance(value, list | tuple):
        raise _Wrong("{who} is {what}: a list of arrays is expected.", who=who, what=_a(value))
    flat: list[NDArray] = []
    for item in value:
        if isinstance(item, list | tuple):
            flat += _arrays(exercise, who, item)
        else:
            flat.append(_array(exercise, say("An array in the list"), item))
    return flat


def _number(exercise: Exercise, who: str, value: Any) -> float:
    real = isinstance(value, Basic) and value.is_number and value.is_real
    if isinstance(value, numbers.Real) or real:
        try:
            value = float(value)
        except (OverflowError, TypeError):
            raise _Wrong("{who} is too large for float64.", who=who) from None
    if value is None or isinstance(value, str | list | tuple | dict):
        what = "None" if value is None else _a(value)
        raise _Wrong("{who} is {what}: one number is expected.", who=who, what=what)
    array = _array(exercise, who, value)
    if array.size != 1:
        raise _Wrong(
            "{who} has the shape {shape}: one number is expected.", who=who, shape=array.shape
        )
    return float(array.item())


def _words(exercise: Exercise, who: str, value: Any) -> list[str]:
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, str) or not isinstance(value, list | tuple):
        raise _Wrong("{who} is {what}: a list of words is expected.", who=who, what=_a(value))
    if not all(isinstance(word, str) for word in value):
        raise _Wrong("{who} holds something that is no word.", who=who)
    return [str(word) for word in value]


def _choice(exercise: Exercise, who: str, value: Any) -> str:
    if not isinstance(value, str) or value not in exercise.choices:
        given = repr(value) if isinstance(value, str) else _a(value)
        wanted = say(" or ").join(f'"{word}"' for word in exercise.choices)
        raise _Wrong("{who} is {what}: expected {wanted}.", who=who, what=given, wanted=wanted)
    return str(value)


def _shape(exercise: Exercise, who: str, value: Any) -> str:
    whole = isinstance(value, tuple | list) and all(
        isinstance(size, int | np.integer) and not isinstance(size, bool) for size in value
    )
    if not whole:
        given = f"{value}" if isinstance(value, tuple) else _a(value)
        raise _Wrong(
            "{who} is {what}: a shape is a pair of whole numbers.", who=who, what=given
        )
    return str(tuple(map(int, value)))


READERS = {
    "array": _array,
    "arrays": _arrays,
    "number": _number,
    "words": _words,
    "choice": _choice,
    "shape": _shape,
}


def _start(name: str) -> str:
    return say("The answer") if name == "the answer" else name


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


@dataclass
class Part:
    """One part of the answer on every draw, beside the truth."""

    exercise: Exercise
    k: int
    cases: list[Case]

    def __post_init__(self) -> None:
        self.name = self.exercise.parts[self.k]
        self.who = _start(self.name)
        self.given = [case.parts[self.k] for case in self.cases]
        self.truth = [case.truth[self.k] for case in self.cases]

    def right(self) -> list[bool]:
        """Tell for each draw whether the part is right."""
        pairs = zip(self.given, self.truth, strict=True)
        return [_close(a, b, self.exercise.tolerance) for a, b in pairs]

    def is_all(self, others: list) -> bool:
        """Tell whether the part equals the others on every draw."""
        pairs = zip(self.given, others, strict=True)
        return all(_close(a, b, self.exercise.tolerance) for a, b in pairs)


def _compare(exercise: Exercise, cases: list[Case]) -> None:
    """Raise the first thing that is wrong, the most particular sentence first."""
    parts = [Part(exercise, k, cases) for k in range(len(exercise.parts))]
    # A part that is made of others is judged after them.
    parts = [
        p for p in sorted(parts, key=lambda p: p.name in exercise.after) if not all(p.right())
    ]
    if not parts:
        return
    _name(exercise, cases)
    part, *others = parts
    for other in others:
        if part.is_all(other.truth):
            raise _Wrong(
                "{who} holds what belongs to {other}: they changed places.",
                who=part.who,
                other=other.name,
            )
    if exercise.kind in ("array", "number"):
        _refuse_slips(part)
        _refuse_factor(part)
    _refuse_constant(part.who, part.given, cases, exercise)
    right, numeric = part.right(), exercise.kind in ("array", "arrays", "number")
    if any(right) and numeric:
        for k in range(len(cases)) if exercise.kind == "array" else ():
            _refuse_shape(part, k)
        raise _Wrong(_some_only(exercise, cases[right.index(True)], cases[right.index(False)]))
    if not numeric:
        _refuse_words(part)
    for k in range(len(cases)):
        _refuse_shape(part, k)
    _refuse_entries(part)


def _name(exercise: Exercise, cases: list[Case]) -> None:
    """Raise the hint of the mistake that explains the first wrong part on every draw."""
    for mistake in exercise.mistakes:
        if mistake.when and all(mistake.when(case.answer, *case.inputs) for case in cases):
            raise _Wrong(mistake.hint, mistake.section)
    for k in sorted(
        range(len(exercise.parts)), key=lambda k: exercise.parts[k] in exercise.after
    ):
        part = Part(exercise, k, cases)
        if all(part.right()):
            continue
        _refuse_zeros(part)
        _refuse_flat(part)
        for mistake in exercise.mistakes:
            if mistake.part in (None, part.name) and _shows(mistake, part):
                bare = len(exercise.parts) == 1 or mistake.hint.startswith(part.name)
                hint, more = say(mistake.hint), _follow_up(part)
                if not bare:
                    hint = say("{part}: {hint}", part=part.name, hint=hint)
                raise _Wrong(hint + more, mistake.section)
        return


def _follow_up(part: Part) -> str:
    """Say of the parts that are judged later whether they follow from the learner's own."""
    exercise = part.exercise
    for name, follows in exercise.after.items():
        with contextlib.suppress(ValueError):  # the part at fault may have another shape
            other = Part(exercise, exercise.parts.index(name), part.cases)
            own = [dict(zip(exercise.parts, case.parts, strict=True)) for case in part.cases]
            # A part that is right does not follow from the one at fault.
            if (
                name != part.name
                and not all(other.right())
                and other.is_all(
                    [follows(mine, *c.inputs) for mine, c in zip(own, part.cases, strict=True)]
                )
            ):
                return say(" ({name} follows from it rightly.)", name=name)
    return ""


def _shows(mistake: Mistake, part: Part) -> bool:
    """Tell whether a mistake explains a part on every draw, and differs from the truth."""
    exercise, telling = part.exercise, 0
    for case, given, truth in zip(part.cases, part.given, part.truth, strict=True):
        try:
            expected = _given_by(mistake, case)
        except Exception:
            return False  # a mistake that raises is recognised in _refuse_failure
        whole = mistake.part is None and isinstance(expected, tuple | dict)
        if whole and len(exercise.parts) > 1:
            expected = _as_parts(exercise, expected)[part.k]
        elif exercise.kind != "array":
            expected = READERS[exercise.kind](exercise, "", expected)
        if isinstance(given, np.ndarray) and given.ndim == 1:
            expected = np.ravel(expected)
        if not _close(given, expected, 1e-5):
            return False
        telling += not _close(expected, truth, 1e-3)
    return telling >= min(TELLING, len(part.cases))


def _judge_property(exercise: Exercise, cases: list[Case]) -> None:
    if exercise.shapes:
        for case in cases:
            case.truth = tuple(map(np.zeros, exercise.shapes(*case.inputs)))
        for part in (Part(exercise, k, cases) for k in range(len(exercise.parts))):
            _refuse_flat(part)
            for k in range(len(cases)):
                _refuse_shape(part, k)
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
    complaint = say(next(filter(None, complaints)))
    if exercise.kind == "number" and not any(any(case.parts) for case in cases):
        raise _Wrong("The answer is zero. {complaint}", complaint=complaint)
    _refuse_constant(say("The answer"), [case.parts[0] for case in cases], cases, exercise)
    if len(wrong) < len(cases) and len({_size(case.inputs) for case in cases}) > 1:
        good = next(case for case, text in zip(cases, complaints, strict=True) if not text)
        raise _Wrong(f"{complaint} {_some_only(exercise, good, wrong[0])}")
    raise _Wrong(complaint)


def _some_only(exercise: Exercise, good: Case, bad: Case) -> str:
    was, now = _described(exercise, good.inputs), _described(exercise, bad.inputs)
    if was == now:
        return say("It is right on some draws, and wrong on others.")
    return say(
        "It is right for some inputs only: right for {was}, wrong for {now}.", was=was, now=now
    )


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


def _refuse_slips(part: Part) -> None:
    for change, sentence in SLIPS if part.exercise.kind == "array" else SLIPS[:1]:
        with contextlib.suppress(IndexError):  # a 1-D array has no columns
            if part.is_all([change(b) for b in part.truth]):
                raise _Wrong("{who} {what}", who=part.who, what=say(sentence))


def _refuse_factor(part: Part) -> None:
    factors = []
    for a, b in zip(part.given, part.truth, strict=True):
        if np.shape(a) != np.shape(b) or not np.any(b) or np.size(b) < 2:
            return
        factors.append(float((a * b).sum() / (b * b).sum()))
        if abs(factors[-1]) < 1e-3 or not _close(a, factors[-1] * b, part.exercise.tolerance):
            return
    if max(factors) - min(factors) < 1e-3 * max(map(abs, factors)):
        raise _Wrong(
            "{who} is wrong by one constant factor, {factor:.3g}.",
            who=part.who,
            factor=factors[0],
        )
    if shared := part.exercise.scaled.get(part.name):
        raise _Wrong(
            "{who} is right up to a factor that changes with the draw: all its entries share "
            "{shared}. Look at how yours was computed.",
            who=part.who,
            shared=shared,
        )
    raise _Wrong(
        "{who} is right up to a factor that changes with the size: was something "
        "averaged that should be added up, or the other way round?",
        who=part.who,
    )


def _refuse_zeros(part: Part) -> None:
    if part.exercise.kind == "words" and not any(map(any, part.given)):
        raise _Wrong("{who} is empty: it holds none of the words.", who=part.who)
    if part.exercise.kind not in ("array", "number") or any(map(np.any, part.given)):
        return
    if any(map(np.any, part.truth)):
        raise _Wrong("{who} is all zeros, and should not be.", who=part.who)


def _refuse_constant(who: str, given: list, cases: list[Case], exercise: Exercise) -> None:
    first, several = given[0], len(cases) >= TELLING and bool(cases[0].inputs)
    if exercise.kind == "arrays" or not several:
        return
    if all(np.shape(a) == np.shape(first) and np.all(a == first) for a in given):
        raise _Wrong(
            "{who} is the same on every draw: it does not depend on {arguments}.",
            who=who,
            arguments=say(" and ").join(exercise.arguments),
        )


def _refuse_flat(part: Part) -> None:
    """Refuse one-dimensional arrays whose numbers are right, or not to be judged."""
    if part.exercise.kind != "array":
        return
    shape, wanted = np.shape(part.given[0]), np.shape(part.truth[0])
    if len(shape) != 1 or len(wanted) != 2:
        return
    if part.exercise.holds or part.is_all([np.ravel(b) for b in part.truth]):
        mend = say("make it a column with reshape(-1, 1), or sum with keepdims=True")
        if min(wanted) > 1:
            mend = say("fold it with reshape")
        elif wanted[0] == 1:
            mend = say("lay it down as a row with reshape(1, -1)")
        raise _Wrong(
            "{who} is a 1-D array {shape}, neither row nor column: {mend}. Expected {wanted}.",
            who=part.who,
            shape=shape,
            mend=mend,
            wanted=wanted,
        )


def _refuse_words(part: Part) -> None:
    wrong = [(a, b) for a, b in zip(part.given, part.truth, strict=True) if a != b]
    draws = {"wrong": len(wrong), "draws": len(part.given)}
    if part.exercise.kind == "shape":
        raise _Wrong("{who} is not {given}: count again.", who=part.who, given=part.given[0])
    if part.exercise.kind == "choice":
        raise _Wrong(
            "Wrong on {wrong} of {draws} draws: compare with what the section counts or shows.",
            **draws,
        )
    a, b = min(wrong, key=lambda pair: len(pair[1]))
    if len(a) != len(b):
        raise _Wrong(
            "The answer has {given} words where {wanted} are asked for.",
            given=len(a),
            wanted=len(b),
        )
    k = next(k for k in range(len(a)) if a[k] != b[k])
    raise _Wrong(
        "Wrong on {wrong} of {draws} draws: in one of them {given} has a wrong word at place "
        "{place}.",
        given=a,
        place=k,
        **draws,
    )


def _refuse_shape(part: Part, k: int) -> None:
    given, truth, inputs = part.given[k], part.truth[k], part.cases[k].inputs
    if part.exercise.kind == "arrays":
        if len(given) != len(truth):
            raise _Wrong(
                "{who} holds {given} arrays, expected {wanted}.",
                who=part.who,
                given=len(given),
                wanted=len(truth),
            )
        for a, b in zip(given, truth, strict=True):
            if a.shape != b.shape:
                raise _Wrong(
                    "{who} holds an array {given}, expected {wanted}.",
                    who=part.who,
                    given=a.shape,
                    wanted=b.shape,
                )
        return
    shape, wanted = np.shape(given), np.shape(truth)
    if shape == wanted:
        return
    if shape == ():
        raise _Wrong(
            "{who} is a bare number: expected the shape {wanted}.", who=part.who, wanted=wanted
        )
    values = {"who": part.who, "shape": shape, "wanted": wanted}
    text = say("{who} has the shape {shape}, expected {wanted}.", **values)
    if inputs:
        drawn = _described(part.exercise, inputs)
        text = say(
            "{who} has the shape {shape}, expected {wanted} for {drawn}.", drawn=drawn, **values
        )
    if len(shape) == 1 and len(wanted) == 2:
        text += say(" A 1-D array is neither row nor column: reshape(-1, 1) makes it a column.")
    elif shape == wanted[::-1]:
        text += say(" It is transposed.")
    elif len(wanted) == 2 and min(wanted) == 1 and shape == (max(wanted),) * 2:
        text += say(" A column and a row, or a 1-D array, broadcast to a square in silence.")
    raise _Wrong(text)


def _refuse_entries(part: Part) -> None:
    """Say how many entries differ on the smallest draw, and which one the most."""
    tolerance = part.exercise.tolerance
    if part.exercise.kind == "arrays":
        pairs = enumerate(zip(part.given[0], part.truth[0], strict=True))
        wrong = [k for k, (a, b) in pairs if not _close(a, b, tolerance)]
        raise _Wrong(
            "{who} has the right shapes; the arrays {wrong}, from 0, differ.",
            who=part.who,
            wrong=wrong,
        )
    k = min(range(len(part.truth)), key=lambda k: np.size(part.truth[k]))
    a, b = np.asarray(part.given[k], dtype=float), np.asarray(part.truth[k], dtype=float)
    if b.ndim == 0:
        raise _Wrong("{who} is too large." if a > b else "{who} is too small.", who=part.who)
    far = int((np.abs(a - b) > tolerance * max(1.0, np.abs(b).max())).sum())
    worst = np.unravel_index(np.abs(a - b).argmax(), b.shape)
    raise _Wrong(
        "{who} has the right shape, and {far} of {size} entries differ for {drawn}. Entry "
        "{worst} is off the most, by {off:.2g}.",
        who=part.who,
        far=far,
        size=b.size,
        drawn=_described(part.exercise, part.cases[k].inputs),
        worst=[*map(int, worst)],
        off=float((a - b)[worst]),
    )
