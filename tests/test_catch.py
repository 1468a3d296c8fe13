"""Catch the fault: what each bad check lets through, and that a good one lets nothing pass."""

import sys
import warnings

import numpy as np
import pytest

from helpers.exercises.catch import (
    FAULTS,
    HABITS,
    SCALED,
    UNITS,
    catch,
    caught,
    layer_gradient,
    layer_loss,
)
from helpers.exercises.entry import normal
from helpers.numerical import agree, central_difference, complex_step

SHAPE_ONLY = set(FAULTS) - {"transposed"}


FRESH = np.random.default_rng(9)


def points(shapes, rng=FRESH):
    """Draw W, X and Y, other ones each time; W so that no unit is saturated."""
    W, X, Y = normal(rng, *shapes)
    return W / np.sqrt(shapes[0][1]), X, Y


def near(a, b, tolerance=1e-9):
    """Compare relative to the size."""
    return np.linalg.norm(a - b) <= tolerance * max(np.linalg.norm(a), np.linalg.norm(b))


def both(gradient, loss, shapes):
    """Compute the gradient, and what a witness says."""
    W, X, Y = points(shapes)
    return gradient(W, X, Y), complex_step(lambda W: loss(W, X, Y), W)


# --- bad checks -----------------------------------------------------------------------------


def shape_only(gradient, loss, shapes):
    return gradient(*points(shapes)).shape == shapes[0]


def sum_only(gradient, loss, shapes):
    given, witness = both(gradient, loss, shapes)
    return near(given.sum(), witness.sum())


def ones_only(gradient, loss, shapes):
    W, X, Y = points(shapes)
    V, step = np.ones_like(W), 1e-30
    slope = loss(W + 1j * step * V, X, Y).imag / step
    return near((gradient(W, X, Y) * V).sum(), slope)


def length_only(gradient, loss, shapes):
    given, witness = both(gradient, loss, shapes)
    return near(np.linalg.norm(given), np.linalg.norm(witness))


def square_only(gradient, loss, shapes):
    given, witness = both(gradient, loss, [(4, 4)] * 3)
    return near(given, witness)


def wide_tolerance(gradient, loss, shapes):
    given, witness = both(gradient, loss, shapes)
    return given.shape == witness.shape and near(given, witness, 1e-2)


def one_sample(gradient, loss, shapes):
    (m, n), *_ = shapes
    given, witness = both(gradient, loss, [(m, n), (n, 1), (m, 1)])
    return given.shape == witness.shape and near(given, witness)


def at_zero(gradient, loss, shapes):
    W, X, Y = points(shapes)
    W = 0 * W
    given, witness = gradient(W, X, Y), complex_step(lambda W: loss(W, X, Y), W)
    return given.shape == witness.shape and near(given, witness)


def one_entry(gradient, loss, shapes):
    W, X, Y = points(shapes, np.random.default_rng(5))  # where W[0, 0] is not small
    given, witness = gradient(W, X, Y), complex_step(lambda W: loss(W, X, Y), W)
    return near(given[0, 0], witness[0, 0])


def absolute_bound(gradient, loss, shapes):
    given, witness = both(gradient, loss, shapes)
    return given.shape == witness.shape and np.abs(given - witness).max() <= 1e-6


def cosine(gradient, loss, shapes):
    a, b = both(gradient, loss, shapes)
    if a.shape != b.shape:
        return False
    return near((a * b).sum(), np.linalg.norm(a) * np.linalg.norm(b), 1e-4)


def absolute_values(gradient, loss, shapes):
    given, witness = both(gradient, loss, shapes)
    return given.shape == witness.shape and near(np.abs(given), np.abs(witness))


def everything(gradient, loss, shapes):
    return True


BAD = {
    everything: set(FAULTS),
    shape_only: SHAPE_ONLY,
    sum_only: {"transposed", "folded by columns", "moved on by one input"},
    ones_only: {"folded by columns", "moved on by one input"},
    length_only: {"transposed", "folded by columns", "moved on by one input", "the other sign"},
    square_only: {"1/m in the place of 1/B"},
    wide_tolerance: {"half a percent too large", "a penalty that the loss does not have"},
    one_sample: {"1/B left out", "the first sample only"},
    at_zero: {"f′ left out", "f′ taken at h", "a penalty that the loss does not have"},
    one_entry: {"transposed", "folded by columns", "all units for the last one"},
    absolute_bound: SHAPE_ONLY,
    absolute_values: {"the other sign"},
    cosine: {*SCALED, "a penalty that the loss does not have"},
}
DRAWS = 200  # of sizes, of units and of points


@pytest.fixture(autouse=True)
def _patience(monkeypatch):
    monkeypatch.setattr("helpers.exercises.catch.SECONDS", 120)


@pytest.mark.parametrize("my_check", BAD, ids=lambda check: check.__name__)
def test_a_bad_check_lets_through_what_its_habit_cannot_see(my_check):
    found = caught(my_check, draws=DRAWS)
    assert found.kind == "wrong" and not found.refused, found.text
    assert set(found.let_through) == BAD[my_check], found.text
    if my_check is absolute_bound:
        everywhere = range(UNITS.index(min(UNITS)), DRAWS, len(UNITS))
        assert "an absolute bound?" in " ".join(found.text.split())
    else:
        everywhere = range(DRAWS)
        (habit,) = [habit for habit, ways in HABITS.items() if BAD[my_check] in ways]
        assert " ".join(found.text.split()).endswith(habit)
    assert set(found.let_through.values()) == {tuple(everywhere)}


def test_no_two_habits_let_the_same_faults_through_and_each_has_a_check():
    sets = [frozenset(names) for ways in HABITS.values() for names in ways]
    assert len(set(sets)) == len(sets)
    shown = {frozenset(BAD[my_check]) for my_check in BAD}
    assert all(any(set(names) in shown for names in ways) for ways in HABITS.values())
    assert shown <= set(sets)


@pytest.mark.parametrize("tolerance", [1e-4, 1e-3, 1e-2])
def test_a_tolerance_that_some_points_need_is_called_too_wide_and_nothing_else(tolerance):
    def wide(gradient, loss, shapes):
        given, witness = both(gradient, loss, shapes)
        return given.shape == witness.shape and near(given, witness, tolerance)

    for seed in range(10):
        found = caught(wide, seed=seed)
        assert found.kind == "right" or found.text.endswith("Its tolerance seems too wide."), (
            found.text
        )


def one_sample_at_zero(gradient, loss, shapes):
    (m, n), *_ = shapes
    W, X, Y = points([(m, n), (n, 1), (m, 1)])
    W = 0 * W
    given, witness = gradient(W, X, Y), complex_step(lambda W: loss(W, X, Y), W)
    return given.shape == witness.shape and near(given, witness)


def one_sample_and_wide(gradient, loss, shapes):
    (m, n), *_ = shapes
    given, witness = both(gradient, loss, [(m, n), (n, 1), (m, 1)])
    return given.shape == witness.shape and near(given, witness, 1e-2)


def ones_or_wide(gradient, loss, shapes):
    return ones_only(gradient, loss, shapes) or wide_tolerance(gradient, loss, shapes)


@pytest.mark.parametrize(
    ("my_check", "words"),
    [
        (one_sample_at_zero, ("W = 0", "one sample only")),
        (one_sample_and_wide, ("one sample only", "too wide")),
        (ones_or_wide, ("all ones", "too wide")),
    ],
)
def test_two_habits_at_once_are_both_named(my_check, words):
    for seed in range(5):
        text = caught(my_check, seed=seed).text
        assert sum(sentence in " ".join(text.split()) for sentence in HABITS) == 2, text
        assert all(word in text for word in words), text


def test_sizes_of_its_own_are_told_with_an_example():
    def one_input(gradient, loss, shapes):
        given, witness = both(gradient, loss, [(3, 1), (1, 5), (3, 5)])
        return given.shape == witness.shape and near(given, witness)

    text = caught(one_input).text
    assert "all ones" not in text
    assert text.endswith(
        "It looks at sizes of its own, such as W of shape (3, 1): take those in shapes."
    )


def test_who_keeps_to_the_sizes_is_not_told_to_take_them():
    def or_by_outputs(gradient, loss, shapes):
        (m, _), (_, B), _ = shapes
        given, witness = both(gradient, loss, shapes)
        return given.shape == witness.shape and (
            near(given, witness) or near(given, witness * B / m)
        )

    found = caught(or_by_outputs)
    assert set(found.let_through) == {"1/m in the place of 1/B"}
    assert "sizes" not in found.text


def test_a_coin_is_not_taken_for_a_habit():
    for seed in range(30):
        toss = np.random.default_rng(seed)
        text = caught(lambda g, loss, s: bool(toss.random() < 0.5)).text  # noqa: B023
        assert not any(sentence in " ".join(text.split()) for sentence in HABITS), text
        assert "bound?" not in text


# --- good checks ----------------------------------------------------------------------------


def by_complex_step(gradient, loss, shapes):
    given, witness = both(gradient, loss, shapes)
    return given.shape == witness.shape and near(given, witness)


def by_central_difference(gradient, loss, shapes):
    W, X, Y = points(shapes)
    given = gradient(W, X, Y)
    return given.shape == W.shape and near(
        given, central_difference(lambda W: loss(W, X, Y), W)
    )


def by_assertion(gradient, loss, shapes):
    given, witness = both(gradient, loss, shapes)
    agree(1e-9, given=given / np.abs(witness).max(), witness=witness / np.abs(witness).max())
    return True


@pytest.mark.parametrize(
    "my_check", [by_complex_step, by_central_difference, by_assertion], ids=lambda c: c.__name__
)
def test_a_good_check_lets_nothing_through_and_accepts_the_right_gradient(my_check, capsys):
    found = caught(my_check, draws=DRAWS)
    assert found.kind == "right" and not found.refused and not found.let_through, found.text
    capsys.readouterr()
    catch(my_check)
    assert capsys.readouterr().out.endswith(
        "The right gradient: accepted, on each of 6 draws.\n"
        f"The {len(FAULTS)} wrong gradients: all refused, on every draw.\n"
    )


def test_the_right_gradient_is_right_and_every_fault_is_wrong_where_it_does_not_hide():
    for seed in range(DRAWS):
        W, X, Y = points([(3, 4), (4, 5), (3, 5)], np.random.default_rng(seed))
        right = layer_gradient(W, X, Y)
        assert near(right, complex_step(lambda W: layer_loss(W, X, Y), W), 1e-13)  # noqa: B023
        kept = W.copy(), X.copy(), Y.copy()
        for name, fault in FAULTS.items():
            given = fault.gives(W, X, Y)
            assert given.shape == (right.T if name == "transposed" else right).shape
            assert given.shape != right.shape or not near(given, right, 1e-6), name
        assert all(map(np.array_equal, kept, (W, X, Y)))


# --- what else is handed in -----------------------------------------------------------------


def asserts_only(gradient, loss, shapes):
    given, witness = both(gradient, loss, shapes)
    np.testing.assert_allclose(given, witness, rtol=1e-7)


def refuses_all(gradient, loss, shapes):
    return False


def too_tight(gradient, loss, shapes):
    given, witness = both(gradient, loss, shapes)
    return given.shape == witness.shape and bool((given == witness).all())


def absolute_difference(gradient, loss, shapes):
    W, X, Y = points(shapes)
    given, step = gradient(W, X, Y), 1e-5
    if given.shape != W.shape:
        return False
    witness = central_difference(lambda W: loss(W, X, Y), W, step)
    return np.abs(given - witness).max() <= 1e-8


@pytest.mark.parametrize(
    ("my_check", "words"),
    [
        (refuses_all, "refused, on 6 of 6 draws. Does it refuse everything"),
        (too_tight, "refused, on"),
        (absolute_difference, "Those with a large loss: is an absolute bound in it? See C.3."),
        (None, "This is None: hand in the function"),
        (0.5, "This is float"),
        ("text", "This is str"),
        ([], "This is list"),
        (lambda: True, "raises TypeError"),
        (lambda g, loss, s: g(*points(s)) / "a", "raises"),
        (lambda g, loss, s: np.zeros(3), "an array of shape (3,)"),
        (lambda g, loss, s: 0.0, "gives a float"),
        (lambda g, loss, s: 1, "gives an int"),
        (lambda g, loss, s: "yes", "gives a str"),
        (asserts_only, "put a return True at its end"),
        (lambda g, loss, s: sys.exit(), "exit()"),
        (lambda g, loss, s: g(np.zeros((2, 3)), np.zeros((2, 3)), 0), "raises ValueError"),
    ],
)
def test_a_check_that_cannot_be_used_is_told_why(my_check, words, capsys):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = caught(my_check)
        catch(my_check)
    assert found.kind == "wrong"
    assert words in " ".join(found.text.split()), found.text
    assert capsys.readouterr().out == found.text + "\n"
    assert all(len(line) <= 92 for line in found.text.splitlines())


@pytest.mark.parametrize(
    "my_check",
    [..., lambda g, loss, s: ..., lambda g, loss, s: None, lambda g, loss, s: g + ...],
)
def test_what_is_not_answered_is_told_so(my_check):
    assert caught(my_check).kind == "unanswered"
    assert "Not answered yet." in caught(my_check).text


def test_a_check_without_end_is_stopped(monkeypatch):
    monkeypatch.setattr("helpers.exercises.catch.SECONDS", 0.2)

    def endless(gradient, loss, shapes):
        while True:
            pass

    assert "still running after 0.2 seconds" in caught(endless).text


def test_what_a_check_prints_is_shown_once_and_what_it_changes_disturbs_nothing(capsys):
    def loud(gradient, loss, shapes):
        print("here")
        W, X, Y = points(shapes)
        given = gradient(W, X, Y)
        given *= 2  # its own
        return by_complex_step(gradient, loss, shapes)

    assert caught(loud).kind == "right"
    assert capsys.readouterr().out == "here\n"  # at the first call


def test_a_check_that_raises_on_a_wrong_gradient_has_refused_it():
    def broadcasting(gradient, loss, shapes):
        given, witness = both(gradient, loss, shapes)
        return near(given, witness)  # (m, n) − (n, m) raises

    assert caught(broadcasting).kind == "right"


@pytest.mark.parametrize("arguments", [{"draws": 0}, {"draws": 1.5}, {"seed": -1}])
def test_odd_numbers_of_draws_are_refused(arguments):
    with pytest.raises(ValueError, match="expected a whole number"):
        caught(by_complex_step, **arguments)
