"""Networks trained together against one trained alone, and against numerical gradients."""

import numpy as np
import pytest

from helpers.activations import Activation, relu, sigmoid, tanh
from helpers.corpora import PAD, UNK, Sentence, interaction, ordinary, vocabulary, windows
from helpers.numerical import complex_step, largest_difference
from helpers.windows import Prepared, Theta, prepare, shares_right, start, train_together

no_f = Activation("no f", lambda t: t, lambda z: z, np.ones_like)


def score(ids, theta, f, seen):
    """Compute the scores (1, B) of one network, word after word and with no helper."""
    E, W, b, u = theta
    x = np.array([np.concatenate([E[k] for k in window]) for window in ids.T]).T * seen
    return u.T @ f.f(W @ x + b)


def train_alone(part, seed, f, learn_E, seen, rate, steps, batch):
    """Train one network with gradients by complex steps of the loss, as an oracle."""
    theta = start(part.words, seed, d=4, m=8)
    picks = np.random.default_rng(seed).integers(0, part.train.Y.shape[1], (steps, batch))
    for pick in picks:
        ids, Y = part.train.ids[:, pick], part.train.Y[:, pick]

        def loss(theta, ids=ids, Y=Y):
            P = sigmoid.f(score(ids, theta, f, seen))
            return -(Y * np.log(P) + (1 - Y) * np.log(1 - P)).mean()

        moves = {
            name: complex_step(
                lambda a, name=name, theta=theta: loss(theta._replace(**{name: a})), value
            )
            for name, value in theta._asdict().items()
        }
        if not learn_E:
            del moves["E"]
        theta = theta._replace(**{k: getattr(theta, k) - rate * g for k, g in moves.items()})
    return theta


def tiny(seed):
    """Make a corpus small enough for complex steps."""
    rng = np.random.default_rng(seed)
    words = [PAD, UNK, "in", "with", "today"][: 4 + seed % 2]
    train = [
        Sentence(tuple(rng.choice(words[1:], size=3)), (1,), (bool(rng.integers(2)),))
        for _ in range(6)
    ]
    numbers = {word: k for k, word in enumerate(words)}
    test = {"all": windows(train, numbers)}
    return Prepared(len(numbers), windows(train, numbers), test)


@pytest.mark.parametrize(
    ("f", "learn_E", "centre_only"),
    [(tanh, True, False), (no_f, True, False), (tanh, False, False), (tanh, True, True)],
)
def test_networks_trained_together_are_those_trained_alone(f, learn_E, centre_only):
    parts = [tiny(0), tiny(1)]  # with vocabularies of different sizes
    seen = np.ones((20, 1))
    if centre_only:
        seen[:8] = seen[12:] = 0
    settings = {"rate": 0.7, "steps": 3, "batch": 4}
    settings |= {"f": f, "learn_E": learn_E, "centre_only": centre_only}
    together, shares = train_together(parts, **settings), shares_right(parts, **settings)
    del settings["centre_only"]
    for seed, (part, theta, share) in enumerate(zip(parts, together, shares, strict=True)):
        alone = train_alone(part, seed, seen=seen, **settings)
        for name in Theta._fields:
            assert (
                largest_difference(alone=getattr(alone, name), together=getattr(theta, name))
                < 1e-12
            )
        ids, Y = part.tests["all"]
        scores = score(ids, alone, f, seen)
        assert np.abs(scores).min() > 1e-9
        assert share == {"all": ((scores > 0) == Y).mean()}


def test_the_settings_are_those_of_the_notebook():
    parts = [tiny(0)]
    settings = {"learn_E": True, "centre_only": False, "rate": 0.5, "steps": 250, "batch": 32}
    said = train_together(parts, f=tanh, **settings)
    assert all(map(np.array_equal, said[0], train_together(parts)[0]))


def test_the_start_is_the_same_for_the_same_seed_and_scaled_by_its_inputs():
    one, same, other = start(50, 1), start(50, 1), start(50, 2)
    assert all(np.array_equal(a, b) for a, b in zip(one, same, strict=True))
    assert not np.array_equal(one.E, other.E)
    assert [a.shape for a in one] == [(50, 4), (8, 20), (8, 1), (8, 1)]
    wide = start(2000, 0, d=16, m=400)
    assert [
        round(float(a.std() * np.sqrt(n)), 1)
        for a, n in zip((wide.E, wide.W, wide.u), (16, 80, 400), strict=True)
    ] == [1, 1, 1]
    assert not one.b.any()


def test_a_prepared_corpus_knows_its_training_words_only():
    corpus = ordinary(0)
    part = prepare(corpus)
    assert part.words == len(vocabulary(corpus.train))
    assert part.tests.keys() == corpus.tests.keys()
    ids, Y = part.tests["new names, new templates"]
    assert ids.shape == (5, 120)
    assert Y.shape == (1, 120)
    assert (ids[2] == 1).all(), "every held-out name is <unk>"


def test_only_a_hidden_layer_can_read_the_interaction():
    parts = [prepare(interaction(seed)) for seed in range(3)]
    with_f, without = shares_right(parts), shares_right(parts, f=no_f)
    assert min(run["new names"] for run in with_f) >= 0.95
    assert max(run["new names"] for run in without) <= 0.75, "three contexts of four"
    assert min(run["seen names"] for run in without) >= 0.95, "it has memorised them"


def test_what_saw_the_centre_word_alone_is_tested_on_it_alone():
    parts = [prepare(ordinary(seed, count=60, tests=20)) for seed in range(3)]
    seen = np.kron([[0], [0], [1], [0], [0]], np.ones((4, 1)))
    shares = shares_right(parts, centre_only=True)
    for part, theta, share in zip(
        parts, train_together(parts, centre_only=True), shares, strict=True
    ):
        for name, (ids, Y) in part.tests.items():
            assert share[name] == ((score(ids, theta, tanh, seen) > 0) == Y).mean()
    assert shares != shares_right(parts)


def test_another_activation_will_do():
    parts = [prepare(interaction(0))]
    assert shares_right(parts, f=relu)[0]["new names"] >= 0.9


def test_what_cannot_be_trained_is_refused():
    part = tiny(0)
    for bad in ({"steps": 0}, {"batch": 0}):
        with pytest.raises(ValueError, match=f"{next(iter(bad))} is 0"):
            train_together([part], **bad)
    with pytest.raises(ValueError, match=r"^prepared is empty, expected at least one corpus$"):
        train_together([])
    with pytest.raises(
        ValueError,
        match=r"^prepared has corpora of different sizes, expected one size for all$",
    ):
        train_together([part, prepare(ordinary(0, count=20, tests=4))])
    for bad in ({"words": 0, "seed": 0}, {"words": 3, "seed": -1}):
        with pytest.raises(ValueError, match=r"words is 0|seed is -1"):
            start(**bad)
