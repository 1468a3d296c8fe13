"""The symbolic side: columns and matrices of symbols, the unspecified f, full Jacobians.

The layout is numerator layout throughout, as section 4.3 defines it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from sympy import (
    Add,
    Expr,
    Function,
    ImmutableMatrix,
    ImmutableSparseMatrix,
    MatMul,
    MatrixBase,
    Symbol,
    lambdify,
)
from sympy.core.function import ArgumentIndexError

from helpers.activations import Activation
from helpers.checks import check_shape, check_whole


def column(name: str, rows: int) -> ImmutableMatrix:
    """Make a column ``(rows, 1)`` of the symbols name_1, name_2, …"""
    check_whole("rows", rows)
    return ImmutableMatrix(rows, 1, lambda i, _: Symbol(f"{name}_{i + 1}"))


def matrix(name: str, rows: int, cols: int) -> ImmutableMatrix:
    """Make a matrix ``(rows, cols)`` of the symbols name_i,j: row i, column j, from 1.

    The comma keeps name_1,11 and name_11,1 apart.
    """
    check_whole("rows", rows)
    check_whole("cols", cols)
    return ImmutableMatrix(rows, cols, lambda i, j: Symbol(f"{name}_{i + 1},{j + 1}"))


class Elementwise(Function):
    """A scalar function left unspecified; ``elementwise`` makes one of a given name."""

    nargs = 1

    def fdiff(self, argindex: int = 1) -> Expr:
        """Differentiate: f becomes f′, printed as a function of the same argument."""
        if argindex != 1:
            raise ArgumentIndexError(self, argindex)
        return elementwise(self.func.__name__ + "'")(self.args[0])

    def _latex(self, printer, exp=None) -> str:
        text = rf"{self.func.__name__}\left({printer._print(self.args[0])}\right)"
        return text if exp is None else rf"{text}^{{{exp}}}"


@cache
def elementwise(name: str) -> type[Elementwise]:
    """Make the function f that is any differentiable function of one number.

    Its derivative prints as f'(z_1). Apply it to a column with ``z.applyfunc(f)``.
    """
    return type(name, (Elementwise,), {})


def _entries(name: str, value: Expr | MatrixBase) -> list[Expr]:
    if isinstance(value, Expr) and not isinstance(value, MatrixBase):
        return [value]
    check_shape(name, value, (None, 1))
    return list(value)


def jacobian(y: Expr | MatrixBase, x: MatrixBase) -> ImmutableMatrix:
    """Differentiate the column y ``(m, 1)`` by the column x ``(n, 1)``: the full ``(m, n)``.

    Numerator layout, row i the partials of y_i, as sympy's ``Matrix.jacobian``. The cost grows
    with the non-zero entries: each term of y_i is differentiated only by the symbols in it. A
    scalar y gives a row ``(1, n)``. Sections 4.2 and 4.3.
    """
    variables = _entries("x", x)
    place = {variable: j for j, variable in enumerate(variables)}
    for variable in variables:
        if not isinstance(variable, Symbol):
            raise ValueError(f"x holds {variable}, expected a symbol in every entry")
    if len(place) < len(variables):
        raise ValueError("x names a symbol twice, expected each symbol once")
    outputs = _entries("y", y)
    partials: dict[tuple[int, int], Expr] = {}
    for i, output in enumerate(outputs):
        terms: dict[tuple[int, int], list[Expr]] = {}
        for term in Add.make_args(output):
            for variable in term.free_symbols & place.keys():
                terms.setdefault((i, place[variable]), []).append(term.diff(variable))
        partials.update({index: Add(*parts) for index, parts in terms.items()})
    return ImmutableMatrix(ImmutableSparseMatrix(len(outputs), len(variables), partials))


def product(*factors: MatrixBase) -> MatMul:
    """Write matrices side by side, unmultiplied, to be seen before ``.doit()`` multiplies."""
    for k, (left, right) in enumerate(pairwise(factors)):
        check_shape(f"factor {k + 2}", right, (left.shape[1], None))
    return MatMul(*(ImmutableMatrix(factor) for factor in factors))


def choose(
    expression: Expr | MatrixBase, f: type[Elementwise], activation: Activation
) -> Expr | MatrixBase:
    """Put a concrete activation in the place of the unspecified f and of its derivative f'."""
    f_prime = elementwise(f.__name__ + "'")
    return expression.replace(f_prime, activation.symbolic_prime).replace(
        f, activation.symbolic
    )


def evaluate(expression: Expr | MatrixBase, values: Mapping[MatrixBase, NDArray]) -> NDArray:
    """Turn a symbolic expression into numbers: each matrix of symbols takes its array's values.

    A symbolic matrix gives an array of its shape, an expression gives ``(1, 1)``. A symbol left
    without a value is a ``ValueError``. Numbers too large for exp are an ``OverflowError``.
    """
    names: list[Symbol] = []
    numbers: list[float] = []
    for symbols, array in values.items():
        check_shape(f"the values of {symbols[0]} …", array, tuple(symbols.shape))
        names.extend(symbols)
        numbers.extend(array.ravel())
    whole = ImmutableMatrix([[expression]])  # a matrix in a block of its own is that matrix
    missing = sorted(str(symbol) for symbol in whole.free_symbols - set(names))
    if missing:
        raise ValueError(f"values has nothing for {', '.join(missing)}, expected every symbol")
    # One number at a time, so Python's own functions do, erf among them.
    flat = lambdify(names, list(whole), modules="math", cse=True)(*numbers)
    return np.array(flat, dtype=float).reshape(whole.shape)
