"""The two records that an entry is made of; ``helpers.exercises`` says how to write one.

Below them stands what the entries of several sections draw or compute.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from inspect import signature
from typing import Any, Literal

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Kind = Literal["array", "arrays", "number", "words", "choice", "shape"]


@dataclass(frozen=True)
class Mistake:
    """One mistake: the sentence that names it, and the wrong answer that shows it.

    ``gives(*inputs)`` is that answer, or its one ``part``; without inputs it may be a value.
    A part that raises is recognised by raising the same. Where many answers show the mistake,
    ``when(answer, *inputs)`` recognises them, and ``gives`` is one of them. ``section`` is
    where to read on, if that is another section than the exercise's.
    """

    hint: str
    gives: Any
    part: str | None = None
    when: Callable[..., bool] | None = None
    section: str = ""


@dataclass(frozen=True)
class Exercise:
    """One exercise.

    ``draw(rng)`` gives the inputs of the learner's function, of another size each time; without
    it the answer is a value. ``truth(*inputs)`` is the one right answer; where many are right,
    ``holds(answer, *inputs)`` says in a sentence what is wrong with one, or None, and ``law``
    does so from the lists of all answers and all inputs. ``parts`` names what an answer of
    several parts consists of (a tuple, or a dict with these keys), each of the same ``kind``:

    - "array", of numbers; where ``holds`` judges, with the ``shapes(*inputs)``;
    - "arrays", a list of them, as many as the truth has (lists of layers are flattened);
    - "number"; "shape", a tuple of whole numbers; "words", a list of strings;
    - "choice", one of the ``choices``.

    A part in ``after`` is judged after the others, against ``after[part](own, *inputs)``, where
    ``own`` is the dict of the learner's own parts: so it is not blamed for an earlier fault.
    ``written(function)`` looks at how a right answer is written. ``scaled`` says for a
    part which factor all its entries share. ``tolerance`` is relative to the largest entry.
    """

    section: str
    mistakes: tuple[Mistake, ...]
    draw: Callable[[Generator], tuple[Any, ...]] | None = None
    truth: Callable[..., Any] | None = None
    holds: Callable[..., str | None] | None = None
    law: Callable[[list, list], str | None] | None = None
    parts: tuple[str, ...] = ("the answer",)
    kind: Kind = "array"
    shapes: Callable[..., tuple[tuple[int, ...], ...]] | None = None
    choices: tuple[str, ...] = ()
    after: dict[str, Callable[..., Any]] = field(default_factory=dict)
    written: Callable[[Callable], str | None] | None = None
    scaled: dict[str, str] = field(default_factory=dict)
    tolerance: float = 1e-5

    @property
    def arguments(self) -> list[str]:
        """Name the inputs as ``truth`` names them, or ``holds`` after the answer."""
        names = list(signature(self.truth or self.holds).parameters)
        return names if self.truth else names[1:]


def sizes(rng: Generator, count: int, least: int = 2, most: int = 6) -> list[int]:
    """Draw different sizes, so that nothing is square and nothing fits by luck."""
    return rng.choice(np.arange(least, most + 1), size=count, replace=False).tolist()


def normal(rng: Generator, *shapes: tuple[int, ...]) -> tuple[NDArray, ...]:
    """Draw an array of normal numbers for each shape."""
    return tuple(rng.standard_normal(shape) for shape in shapes)


def any_shape(rng: Generator) -> tuple[int, ...]:
    """Draw a shape with one, two or three axes, of different lengths."""
    return tuple(sizes(rng, int(rng.integers(1, 4))))


def softmax(S: NDArray) -> NDArray:
    """Turn each column of scores into probabilities; complex numbers pass."""
    powers = np.exp(S - S.real.max(axis=0, keepdims=True))
    return powers / powers.sum(axis=0, keepdims=True)


def through_softmax(P: NDArray, G: NDArray, axis: int = 0) -> NDArray:
    """Take G, the gradient at the probabilities P, back to the scores (section 6.2)."""
    return P * (G - (P * G).sum(axis=axis, keepdims=True))
