"""The symbolic side: columns and matrices of symbols, the unspecified f, full Jacobians.

The layout is numerator layout throughout, as section 4.3 defines it.
"""

from __future__ import annotations

import re
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
    MatMul,
    MatrixBase,
    MatrixExpr,
    SparseMatrix,
    Symbol,
    lambdify,
)
from sympy.core.function import ArgumentIndexError
from sympy.printing.latex import translate

from helpers.activations import Activation
from helpers.checks import check_numbers, check_shape, check_whole


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
        name, primes = re.fullmatch(r"(.*?)('*)", self.func.__name__).groups()
        text = rf"{translate(name)}{primes}\left({printer._print(self.args[0])}\right)"
        return text if exp is None else rf"{text}^{{{exp}}}"


@cache
def elementwise(name: str) -> type[Elementwise]:
    """Make the function f that is any differentiable function of one number.

    Its derivative prints as f'(z_1). Apply it to a column with ``z.applyfunc(f)``.
    """
    return type(name, (Elementwise,), {})


def _multiplied(value: Expr | MatrixBase) -> Expr | MatrixBase:
    """Carry out a product that was only written down."""
    written = isinstance(value, MatrixExpr) and not isinstance(value, MatrixBase)
    return value.doit().as_explicit() if written else value


def _entries(name: str, value: Expr | MatrixBase) -> list[Expr]:
    value = _multiplied(value)
    if isinstance(value, Expr) and not isinstance(value, MatrixBase):
        return [value]
    if not isinstance(value, MatrixBase):
        kind = type(value).__name__
        raise ValueError(
            f"{name} is of type {kind}, expected a sympy column: column({name!r}, n)"
        )
    check_shape(name, value, (None, 1))
    return list(value)


def jacobian(y: Expr | MatrixBase, x: MatrixBase) -> ImmutableMatrix:
    """Differentiate the column y ``(m, 1)`` with respect to the column x ``(n, 1)``, in full.

    The result is ``(m, n)``, numerator layout: row i holds the partials of y_i, as in sympy's
    ``Matrix.jacobian``. The cost grows with the non-zero entries, since each term of y_i is
    differentiated only with respect to the symbols in it. A scalar y gives a row ``(1, n)``.
    Sections 4.2 and 4.3.
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
    return ImmutableMatrix(SparseMatrix(len(outputs), len(variables), partials))


def product(*factors: MatrixBase) -> MatMul:
    """Write matrices side by side, to be seen before ``.doit()`` multiplies them."""
    for k, factor in enumerate(factors):
        check_shape(f"factor {k + 1}", factor, (None, None))
    for k, (left, right) in enumerate(pairwise(factors)):
        check_shape(f"factor {k + 2}", right, (left.shape[1], None))
    return MatMul(*(ImmutableMatrix(factor) for factor in factors))


def choose(
    expression: Expr | MatrixBase, f: type[Elementwise], activation: Activation
) -> Expr | MatrixBase:
    """Replace the unspecified f and its derivative f' by those of an activation."""
    f_prime = elementwise(f.__name__ + "'")
    return expression.replace(f_prime, activation.symbolic_prime).replace(
        f, activation.symbolic
    )


def evaluate(expression: Expr | MatrixBase, values: Mapping[MatrixBase, NDArray]) -> NDArray:
    """Turn a symbolic expression into numbers: each matrix of symbols takes its array's values.

    A symbolic matrix gives an array of its shape, an expression gives ``(1, 1)``. The numbers
    are computed in float64 and returned in the arrays' own floating type. A symbol without a
    value or an f without an activation is a ``ValueError``; a number too large for exp is an
    ``OverflowError``.
    """
    names: list[Symbol] = []
    numbers: list[float] = []
    types: list[np.dtype] = []
    for symbols, array in values.items():
        check_shape("the key of values", symbols, (None, None))
        name = f"the array for {symbols[0]}, ..."
        check_shape(name, array, tuple(symbols.shape))
        array = np.asarray(array)
        check_numbers(name, array)
        if array.dtype.kind == "c":
            raise ValueError(f"{name} is complex, expected real numbers")
        types += [array.dtype] if array.dtype.kind == "f" else []
        names.extend(symbols)
        numbers.extend(array.ravel().tolist())  # Python's own numbers: none wraps around
    # A matrix in a block of its own is that matrix.
    whole = ImmutableMatrix([[_multiplied(expression)]])
    unspecified = sorted({str(call.func) for call in whole.atoms(Elementwise)})
    if unspecified:
        raise ValueError(
            f"expression holds {', '.join(unspecified)} unspecified: "
            "put an activation in its place with choose(expression, f, activation)"
        )
    missing = sorted(str(symbol) for symbol in whole.free_symbols - set(names))
    if missing:
        raise ValueError(f"values has nothing for {', '.join(missing)}, expected every symbol")
    # One number at a time, so Python's own functions do, erf among them.
    flat = lambdify(names, list(whole), modules="math", cse=True)(*numbers)
    return np.array(flat, dtype=np.result_type(*types or [float])).reshape(whole.shape)
