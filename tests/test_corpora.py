"""The generated sentences: the same again, nothing held out leaks, windows in their place."""

import numpy as np
import pytest

from helpers.corpora import (
    CLASSES,
    EITHER,
    LOCATION_TEMPLATES,
    LOCATIONS,
    ORGANISATION_TEMPLATES,
    ORGANISATIONS,
    OTHER_TEMPLATES,
    PAD,
    PEOPLE,
    PERSON_TEMPLATES,
    SLOTS,
    TRAINING_TEMPLATES,
    UNK,
    Sentence,
    four_classes,
    interaction,
    ordinary,
    vocabulary,
    windows,
)

NAMES = {*LOCATIONS, *PEOPLE, *EITHER}
both = pytest.mark.parametrize("make", [ordinary, interaction])
every_seed = pytest.mark.parametrize("seed", range(8))


def names(sentences):
    """List the names that occur in some sentences."""
    return {word for sentence in sentences for word in sentence.words if word in NAMES}


def test_the_lists_have_the_sizes_that_the_notebook_states():
    assert len(set(LOCATIONS)) == len(set(PEOPLE)) == 22
    assert len(NAMES) == 22 + 22 + 5
    assert len(set(ORGANISATIONS) - NAMES) == 22
    for templates in (LOCATION_TEMPLATES, PERSON_TEMPLATES, ORGANISATION_TEMPLATES):
        assert len(set(templates)) == 12
    assert len(OTHER_TEMPLATES) == 4
    assert TRAINING_TEMPLATES == 9
    fillers = {word for options in SLOTS.values() for text in options for word in text.split()}
    assert not fillers & {*NAMES, *ORGANISATIONS}


@both
@every_seed
def test_all_is_lower_case_and_every_slot_is_filled(make, seed):
    corpus = make(seed)
    for sentence in (*corpus.train, *(s for test in corpus.tests.values() for s in test)):
        text = " ".join(sentence.words)
        assert text == text.lower()
        assert "{" not in text
        assert len(sentence.places) == len(sentence.locations) == len(set(sentence.places))


@both
def test_the_same_seed_writes_the_same_again_and_another_seed_another(make):
    assert make(3) == make(3)
    assert make(3).train != make(4).train


@both
@every_seed
def test_a_held_out_name_never_occurs_in_training(make, seed):
    corpus = make(seed)
    known = names(corpus.train)
    for test, sentences in corpus.tests.items():
        if test.startswith("new names"):
            assert not names(sentences) & known
    assert len(known & set(LOCATIONS)) == len(known & set(PEOPLE)) == 16


@every_seed
def test_a_held_out_template_never_occurs_in_training(seed):
    corpus = ordinary(seed)

    def shapes(sentences):
        return {
            tuple("{}" if w in NAMES or w == UNK else w for w in s.words) for s in sentences
        }

    known = shapes(ordinary(seed, count=4000).train)
    assert not shapes(corpus.tests["new names, new templates"]) & known
    new_words = {w for s in corpus.tests["new names, new templates"] for w in s.words}
    assert new_words - vocabulary(corpus.train).keys() - NAMES <= {
        "letter",
        "came",
        "visited",
    }


@both
def test_a_training_name_becomes_unk_about_three_times_in_ten(make):
    sentences = [s for seed in range(5) for s in make(seed).train]
    hidden = sum(UNK in s.words for s in sentences)
    named = sum(any(w in NAMES for w in s.words) for s in sentences)
    assert 0.26 < hidden / (hidden + named) < 0.34
    assert not any(UNK in s.words for t in make(0).tests.values() for s in t), (
        "a test sentence keeps its name: the vocabulary turns it into <unk>"
    )


@both
@every_seed
def test_half_of_the_test_names_are_locations(make, seed):
    for sentences in make(seed).tests.values():
        assert np.mean([s.locations[0] for s in sentences]) == 0.5
        assert all(s.words[s.places[0]] in NAMES and len(s.places) == 1 for s in sentences)


def test_a_name_that_can_be_both_is_both_in_training():
    train = [sentence for seed in range(3) for sentence in ordinary(seed).train]
    for location in (True, False):
        seen = {s.words[s.places[0]] for s in train if s.locations[0] == location}
        assert set(EITHER) <= seen


def test_in_the_interaction_neither_neighbour_decides_and_both_together_do():
    for sentence in interaction(1).train:
        before, after = sentence.words[2], sentence.words[4]
        assert sentence.locations == ((before == "in") == (after == "today"),)


def test_test_sentences_of_the_interaction_come_in_fours():
    sentences = interaction(2).tests["new names"]
    for k in range(0, len(sentences), 4):
        four = sentences[k : k + 4]
        assert len({s.words[:2] for s in four}) == 1
        assert len({(s.words[2], *s.words[4:]) for s in four}) == 4


def test_the_vocabulary_is_numbered_in_order_from_pad_and_unk():
    numbers = vocabulary([Sentence(("b", UNK, "a"), (1,), (True,))])
    assert numbers == {PAD: 0, UNK: 1, "a": 2, "b": 3}


def test_windows_are_padded_at_the_edges_and_unknown_words_become_unk():
    numbers = {PAD: 0, UNK: 1, "we": 2, "left": 3}
    sentences = [
        Sentence(("we", "left", "oslo"), (2, 0), (True, False)),
        Sentence(("left",), (0,), (False,)),
    ]
    ids, Y = windows(sentences, numbers)
    assert ids.T.tolist() == [[2, 3, 1, 0, 0], [0, 0, 2, 3, 1], [0, 0, 3, 0, 0]]
    assert Y.tolist() == [[1.0, 0.0, 0.0]]


def test_what_is_no_corpus_is_refused():
    for bad in ({"seed": -1}, {"count": 0}, {"tests": 1.5}):
        with pytest.raises(ValueError, match=f"{next(iter(bad))} is"):
            ordinary(**({"seed": 0} | bad))
        with pytest.raises(ValueError, match=f"{next(iter(bad))} is"):
            interaction(**({"seed": 0} | bad))
    with pytest.raises(ValueError, match="sentences has no word"):
        windows([], {PAD: 0, UNK: 1})


@every_seed
def test_four_classes_have_their_names_their_templates_and_one_other_word(seed):
    corpus = four_classes(seed)
    kinds = dict(zip(CLASSES, (PEOPLE, LOCATIONS, ORGANISATIONS), strict=False))
    for sentences in (corpus.train, *corpus.tests.values()):
        for sentence in sentences:
            assert len(sentence.places) == len(sentence.labels) == len(set(sentence.places))
            assert sentence.labels[-1] == CLASSES.index("other")
            for place, label in zip(sentence.places[:-1], sentence.labels, strict=False):
                assert sentence.words[place] in (*kinds[CLASSES[label]], UNK)
        shares = np.bincount([label for s in sentences for label in s.labels], minlength=4)
        assert shares[0] == shares[1] == shares[2] > 0 and shares[3] == len(sentences)
    known = {word for sentence in corpus.train for word in sentence.words}
    for sentences in corpus.tests.values():
        held_out = {s.words[s.places[0]] for s in sentences if len(s.places) == 2}
        assert not held_out & known and UNK not in held_out
    new = {word for s in corpus.tests["new names, new templates"] for word in s.words}
    everyone = {*PEOPLE, *LOCATIONS, *ORGANISATIONS}
    assert new - known - everyone <= {"letter", "came", "visited", "sued"}
    assert four_classes(seed) == corpus != four_classes(seed + 1)
