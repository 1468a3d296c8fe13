"""Symbols, the unspecified f, and the full Jacobian against sympy's own."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import (
    Expr,
    ImmutableMatrix,
    Matrix,
    cos,
    eye,
    kronecker_product,
    latex,
    sin,
    symbols,
)
from sympy.core.function import ArgumentIndexError

from helpers.activations import gelu, relu, sigmoid
from helpers.arrays import vec
from helpers.symbolic import (
    choose,
    column,
    elementwise,
    evaluate,
    jacobian,
    matrix,
    product,
)

sizes = st.integers(1, 6)


def test_no_two_entries_of_a_matrix_share_a_name():
    W = matrix("W", 12, 12)
    assert len(set(W)) == 144
    assert latex(W[0, 10]) == "W_{1,11}"
    assert latex(W[10, 0]) == "W_{11,1}"
    assert [str(symbol) for symbol in column("x", 3)] == ["x_1", "x_2", "x_3"]


@pytest.mark.parametrize(
    "make", [lambda: column("x", 0), lambda: matrix("W", 0, 3), lambda: matrix("W", 3, 2.5)]
)
def test_sizes_that_are_no_sizes_are_refused(make):
    with pytest.raises(ValueError, match=r"^(rows is 0|cols is 2.5)"):
        make()


def test_the_unspecified_f_differentiates_to_f_prime_of_the_same_argument():
    f, f_prime = elementwise("f"), elementwise("f'")
    t = symbols("z_1")
    assert f(t).diff(t) == f_prime(t)
    assert latex(f(t).diff(t)) == r"f'\left(z_{1}\right)"
    assert f(t**2).diff(t) == 2 * t * f_prime(t**2)
    assert f(t).diff(t, 2) == elementwise("f''")(t)
    assert latex(f(t) ** 2) == r"f\left(z_{1}\right)^{2}"


@given(m=sizes, n=sizes)
def test_the_jacobian_of_a_layer_is_sympys_own(m, n):
    W, x, b = matrix("W", m, n), column("x", n), column("b", m)
    h = (W * x + b).applyfunc(elementwise("f"))
    for parameter in (x, vec(W), b):
        assert jacobian(h, parameter) == h.jacobian(parameter)


def test_the_jacobian_of_products_powers_and_repeated_terms_is_sympys_own():
    x = column("x", 3)
    a, b, c = x
    y = ImmutableMatrix([a * b + b * c + a * b**2, sin(a * c) * cos(b), 5, a + a * b - a])
    assert jacobian(y, x) == y.jacobian(x)


def test_the_unspecified_f_has_one_derivative():
    f, t = elementwise("f"), symbols("t")
    assert f(t).fdiff() == f(t).diff(t) == elementwise("f'")(t)
    with pytest.raises(ArgumentIndexError, match=r"number 2 for Function f\(t\)"):
        f(t).fdiff(2)


def test_a_scalar_gives_a_row_and_a_layer_its_kronecker_product():
    W, x, u = matrix("W", 3, 4), column("x", 4), column("u", 3)
    s = (u.T * W * x)[0]
    assert jacobian(s, x).shape == (1, 4)
    assert jacobian(s, x) == (u.T * W).expand()
    assert jacobian(W * x, vec(W)) == kronecker_product(eye(3), x.T)


def test_the_jacobian_differentiates_only_where_a_symbol_stands(monkeypatch):
    W, x, b = matrix("W", 8, 20), column("x", 20), column("b", 8)
    z, w = W * x + b, vec(W)
    asked = []
    monkeypatch.setattr(Expr, "diff", lambda term, by: asked.append(by) or term.args[0])
    jacobian(z, w)
    assert sorted(map(str, asked)) == sorted(map(str, w))


@pytest.mark.parametrize(
    ("y", "x", "message"),
    [
        (matrix("A", 2, 2), column("x", 2), r"y is \(2, 2\), expected \(any, 1\)"),
        (column("y", 2), matrix("W", 2, 3), r"x is \(2, 3\), expected \(any, 1\)"),
        (column("y", 2), column("x", 2) * 2,
         r"x holds 2\*x_1, expected a symbol in every entry"),
        (column("y", 2), ImmutableMatrix([symbols("t")] * 2),
         "x names a symbol twice, expected each symbol once$"),
        (column("y", 2), [1, 2], r"x is of type list, expected a sympy column: column\('x', n"),
        (np.zeros((2, 1)), column("x", 2), "y is of type ndarray, expected a sympy column"),
    ],
)  # fmt: skip
def test_the_jacobian_refuses_what_has_none(y, x, message):
    with pytest.raises(ValueError, match="^" + message):
        jacobian(y, x)


def test_a_product_is_seen_before_it_is_multiplied():
    u, W = column("u", 3), matrix("W", 3, 4)
    seen = product(u.T, W)
    assert [factor.shape for factor in seen.args] == [(1, 3), (3, 4)]
    assert ImmutableMatrix(seen.doit()) == u.T * W
    assert jacobian(product(W, column("x", 4)), column("x", 4)) == W
    assert jacobian(product(W, column("x", 4)), vec(W)).shape == (3, 12)
    values = {u: np.ones((3, 1)), W: np.arange(12.0).reshape(3, 4)}
    assert evaluate(seen, values).tolist() == [[12, 15, 18, 21]]
    f = elementwise("f")
    chosen = choose(product(u.T, W.applyfunc(f)), f, relu)
    assert np.array_equal(evaluate(chosen, values), evaluate(seen, values))
    with pytest.raises(ValueError, match=r"^factor 2 is \(3, 4\), expected \(1, any\)"):
        product(u, W)
    with pytest.raises(ValueError, match=r"^factor 1 is of type list"):
        product([1, 2], W)


def test_choose_puts_an_activation_in_the_place_of_f_and_f_prime(activation):
    f = elementwise("f")
    z = column("z", 3)
    chosen = choose(jacobian(z.applyfunc(f), z), f, activation)
    at = np.array([[-1.3], [0.4], [2.1]])
    assert np.abs(evaluate(chosen, {z: at}) - np.diagflat(activation.f_prime(at))).max() < 1e-14


def test_evaluate_gives_numbers_in_the_expressions_shape():
    W, x = matrix("W", 2, 3), column("x", 3)
    numbers = {W: np.arange(6.0).reshape(2, 3), x: np.array([[1.0], [2.0], [3.0]])}
    assert np.array_equal(evaluate(W * x, numbers), numbers[W] @ numbers[x])
    assert evaluate((W * x)[0], numbers).tolist() == [[8.0]]
    whole = evaluate(Matrix([[1, 0]]), {})
    assert whole.tolist() == [[1.0, 0.0]] and whole.dtype == float


def test_evaluate_knows_erf_and_the_kink():
    t = column("t", 1)
    for activation, at in ((gelu, 0.7), (relu, 0.0), (relu, -2.0), (sigmoid, -30.0)):
        value = evaluate(activation.symbolic(t[0]), {t: np.array([[at]])})
        assert value.item() == pytest.approx(activation.f(np.array(at)).item(), rel=1e-13)


def test_evaluate_keeps_a_floating_type_and_no_number_wraps_around():
    x = column("x", 2)
    for floats, expected in (
        (np.int8, np.float64),
        (np.float32, np.float32),
        (np.float64, np.float64),
    ):
        squares = evaluate(x.applyfunc(lambda t: t**2), {x: np.array([[3], [100]], floats)})
        assert squares.tolist() == [[9], [10000]] and squares.dtype == expected
    both = {x: np.ones((2, 1)), column("y", 2): np.ones((2, 1), np.float32)}
    assert evaluate(x, both).dtype == np.float64


f = elementwise("f")
x = column("x", 3)
g = elementwise("g")
CHOOSE = (
    "expression holds f, g unspecified: "
    r"put an activation in its place with choose\(expression, f, activation\)$"
)


@pytest.mark.parametrize(
    ("expression", "values", "message"),
    [
        (x, {x: np.zeros(3)}, r"the array for x_1, ... is \(3,\), expected \(3, 1\): a 1-D"),
        (x, {x: np.full((3, 1), np.nan)}, r"the array for x_1, ... holds a NaN"),
        (x, {x: np.full((3, 1), 1j)}, r"the array for x_1, ... is complex, expected real"),
        (x, {x[0]: 1.0}, "the key of values is of type Symbol"),
        (x, {}, "values has nothing for x_1, x_2, x_3, expected every symbol$"),
        (x.applyfunc(f) + x.applyfunc(g), {x: np.zeros((3, 1))}, CHOOSE),
        (jacobian(x.applyfunc(f), x), {x: np.zeros((3, 1))}, "expression holds f' unspec"),
    ],
)
def test_evaluate_names_what_it_cannot_use(expression, values, message):
    with pytest.raises(ValueError, match="^" + message):
        evaluate(expression, values)
