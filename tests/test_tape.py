"""The tape: against witnesses, at any depth, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

from helpers import tape
from helpers.numerical import complex_step


def test_second_derivatives_of_every_operation_have_a_witness():
    for seed in range(20):
        rng = np.random.default_rng(seed)
        m, n, B = rng.choice(np.arange(2, 6), size=3, replace=False)
        W, V = rng.standard_normal((2, m, n))
        X = rng.standard_normal((n, B))

        def score(W, X=X):
            Z = W @ X
            P = tape.softmax(tape.tanh(Z) - tape.total(Z, (Z.value.shape[0], 1)))
            return tape.total(P * tape.softplus(Z.T).T + tape.sigmoid(1 - Z) * Z)

        def slope(t, W=W, V=V, score=score):
            W_node = tape.node(W + t * V)
            return (tape.pull_back(score(W_node))[W_node].value * V).sum()

        W_node = tape.node(W)
        HV = tape.push_forward(tape.pull_back(score(W_node))[W_node], {W_node: V}).value
        step = 1e-5
        witness = (slope(step) - slope(-step)) / (2 * step)
        assert abs((HV * V).sum() - witness) <= 1e-7 * max(1, abs(witness))


def test_both_factors_of_a_product_get_their_share_and_pass_theirs_on():
    rng = np.random.default_rng(2)
    A, B = rng.standard_normal((2, 3)), rng.standard_normal((3, 4))
    G, V = rng.standard_normal((2, 4)), rng.standard_normal((3, 4))
    A_node, B_node = tape.node(A), tape.node(B)
    back = tape.pull_back(A_node @ B_node, G)
    right_A = complex_step(lambda A: (G * (A @ B)).sum(), A)
    right_B = complex_step(lambda B: (G * (A @ B)).sum(), B)
    np.testing.assert_allclose(back[A_node].value, right_A, atol=1e-12)
    np.testing.assert_allclose(back[B_node].value, right_B, atol=1e-12)
    pushed = tape.push_forward(A_node @ B_node, {B_node: V}).value
    np.testing.assert_allclose(pushed, (A @ (B + 1e-30j * V)).imag / 1e-30, atol=1e-12)


def test_every_node_is_counted_once():
    before = tape.Node.made
    made = [tape.node(1.0), tape.node(2.0)]
    assert (
        [each.place for each in made]
        == [before + 1, before + 2]
        == [before + 1, tape.Node.made]
    )


def test_a_chain_of_five_thousand_operations_needs_no_deep_recursion():
    x = tape.node(1.0)
    y = x
    for _ in range(5000):
        y = y * 1.0001 + x
    back = tape.pull_back(y)[x].value.item()
    powers = 1.0001 ** np.arange(5001)
    assert back == pytest.approx(powers.sum(), rel=1e-12)
    assert tape.push_forward(y, {x: 1.0}).value.item() == pytest.approx(back, rel=1e-12)


def test_shares_arrive_before_a_node_passes_them_on():
    x = tape.node(2.0)
    a = x * x
    top = a * x + a  # a is used at once, and again far up
    assert tape.pull_back(top)[x].value.item() == 3 * 4 + 2 * 2
    assert tape.push_forward(top, {x: 1.0}).value.item() == 3 * 4 + 2 * 2


def test_a_node_in_the_middle_may_move():
    rng = np.random.default_rng(3)
    x, V = tape.node(rng.standard_normal((3, 1))), rng.standard_normal((3, 1))
    h = tape.tanh(x)
    top = tape.total(h * h * x)
    expected = (tape.pull_back(top)[h].value * V).sum()
    assert tape.push_forward(top, {h: V}).value.item() == pytest.approx(expected, rel=1e-12)


def test_what_does_not_depend_on_the_moved_node_does_not_move():
    x, y = tape.node(np.ones((2, 3))), tape.node(np.ones((2, 3)))
    still = tape.push_forward(tape.tanh(x), {y: np.ones((2, 3))})
    assert still.value.tolist() == [[0.0] * 3] * 2
    assert y not in tape.pull_back(tape.total(x))


@pytest.mark.parametrize("shape", [(1, 1), (3, 1), (1, 4), (3, 4)])
@pytest.mark.parametrize("operation", ["__add__", "__radd__", "__mul__", "__rmul__",
                                       "__sub__", "__rsub__"])  # fmt: skip
def test_an_operand_of_any_fitting_shape_gets_a_gradient_of_its_own_shape(operation, shape):
    rng = np.random.default_rng(1)
    a, b = rng.standard_normal((3, 4)), rng.standard_normal(shape)
    a_node, b_node = tape.node(a), tape.node(b)
    G = rng.standard_normal((3, 4))
    back = tape.pull_back(getattr(a_node, operation)(b_node), G)
    right_a = complex_step(lambda a: (G * getattr(a, operation)(b)).sum(), a)
    right_b = complex_step(lambda b: (G * getattr(a, operation)(b)).sum(), b)
    np.testing.assert_allclose(back[a_node].value, right_a, atol=1e-12)
    np.testing.assert_allclose(back[b_node].value, right_b, atol=1e-12)


def test_an_array_on_the_left_leaves_the_operation_to_the_node():
    a, b = tape.node(np.ones((2, 3))), np.full((2, 3), 2.0)
    for made in (b + a, b - a, b * a, b.T @ a, a @ b.T):
        assert isinstance(made, tape.Node)
    assert (b - a).value.tolist() == [[1.0] * 3] * 2
    assert (b.T @ a).value.shape == (3, 3) and (a @ b.T).value.shape == (2, 2)


def test_far_scores_do_not_overflow():
    apart = tape.softmax(tape.node(np.array([[800.0, -800.0], [0.0, -800.0]])))
    assert apart.value.tolist() == [[1.0, 0.5], [0.0, 0.5]]
    s = tape.node(np.array([[800.0], [-800.0]]))
    assert tape.softmax(s).value.ravel().tolist() == [1.0, 0.0]
    assert tape.softplus(s).value.ravel().tolist() == [800.0, 0.0]
    assert tape.pull_back(tape.total(tape.softplus(s)))[s].value.ravel().tolist() == [1.0, 0.0]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda a: tape.Node(np.ones(3)), r"value is \(3,\).*1-D"),
        (lambda a: tape.node(np.ones((2, 3, 4))), "value is"),
        (lambda a: a + np.ones(3), r"value is \(3,\).*1-D"),
        (lambda a: tape.plus(a, tape.node(np.ones((2, 1)))), r"b is \(2, 1\)"),
        (lambda a: tape.times(a, tape.node(np.ones((3, 2)))), r"b is \(3, 2\), .* transposed"),
        (lambda a: a @ np.ones((2, 3)), r"C is \(2, 3\), expected \(3, any\): transposed"),
        (lambda a: a + np.ones((3, 3)), r"second operand is \(3, 3\), expected \(2, 3\)"),
        (lambda a: a * np.ones((3, 1)), r"second operand is \(3, 1\), expected \(2, any\)"),
        (lambda a: a + np.ones((3, 2)), r"expected \(2, 3\): transposed"),
        (lambda a: tape.total(a, (3, 1)), r"a is \(2, 3\), expected \(3, any\)"),
        (lambda a: tape.pull_back(a), r"G is \(1, 1\), expected \(2, 3\)"),
        (lambda a: tape.pull_back(a, np.full((2, 3), np.nan)), "G holds a NaN"),
        (lambda a: tape.push_forward(a, {a: np.ones((3, 2))}), r"V is \(3, 2\)"),
        (lambda a: tape.push_forward(a, {a: np.full((2, 3), np.inf)}), "V holds"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(call, words):
    with pytest.raises(ValueError, match=words):
        call(tape.node(np.ones((2, 3))))
