"""The corpora of sections 3 and 6: sentences with a name, written by a seeded generator.

Each sentence fills the slots of a template. All words are lower case, since capitals would give
the answer away. *Ordinary* holds everyday sentences; in *interaction* no single word decides;
*four_classes* has organisations as well. Section 3.2 shows the window, section 3.6 trains on
the first corpus, "Measure what the hidden layer is worth" on both, and section 6.5 on the last.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import cycle
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from helpers.checks import check_whole

PAD, UNK = "<pad>", "<unk>"  # beyond the sentence's edge; a word that training never saw
DROP = 0.3  # how often a training name becomes <unk>, so that <unk> is learned as well

# Names with one meaning. Each seed splits them afresh: 16 to train on, 6 held out.
# fmt: off
LOCATIONS = (
    "london", "paris", "berlin", "madrid", "rome", "vienna", "lisbon", "oslo",
    "dublin", "athens", "cairo", "tokyo", "delhi", "lima", "quito", "nairobi",
    "dakar", "hanoi", "seoul", "boston", "chicago", "toronto",
)
PEOPLE = (
    "anna", "peter", "maria", "john", "laura", "thomas", "julia", "david",
    "emma", "martin", "sofia", "daniel", "clara", "simon", "elena", "lucas",
    "alice", "oliver", "nina", "robert", "sarah", "henry",
)
ORGANISATIONS = (
    "unicef", "unesco", "interpol", "oxfam", "nato", "opec", "nasa", "cern",
    "fifa", "siemens", "toyota", "nestle", "philips", "renault", "airbus", "sony",
    "ikea", "lego", "volvo", "bosch", "fiat", "greenpeace",
)
# fmt: on
EITHER = ("jordan", "victoria", "sydney", "chelsea", "georgia")  # a place or a person
TRAINING_NAMES = 16

SLOTS = {
    "{who}": ("i", "we", "they", "she", "he"),
    "{when}": ("today", "yesterday", "again", "twice", "last week", "this morning"),
    "{thing}": ("train", "road", "bus", "ferry", "plane", "bridge", "river", "wall"),
    "{was}": ("late", "closed", "cheap", "lost", "empty", "old"),
    "{mood}": ("late", "lost", "old", "tired", "happy"),
    "{kin}": ("friend", "brother", "sister", "teacher", "doctor", "uncle"),
    "{did}": ("smiled", "laughed", "waited", "slept", "danced", "wrote"),
    "{verb}": ("stayed", "worked", "waited", "ate", "sang", "slept"),
}
# Twelve templates for each kind of name: nine to train on, the last three held out. These use
# words from training in an order that training never showed; the last of each kind also has a
# word near the name that training never showed: letter, came, visited, sued.
LOCATION_TEMPLATES = (
    "{who} flew to {name} {when}",
    "the {thing} to {name} was {was}",
    "the {thing} from {name} was {was}",
    "{who} moved from {name} {when}",
    "{who} lived in {name} for years",
    "it rained in {name} {when}",
    "our hotel in {name} was {was}",
    "{who} lived near {name} for years",
    "the {thing} near {name} was {was}",
    "{who} flew from {name} {when}",
    "our hotel near {name} was {was}",
    "a letter from {name} came {when}",
)
PERSON_TEMPLATES = (
    "{who} met {name} at the station",
    "{who} met dr {name} {when}",
    "dr {name} {did} {when}",
    "my {kin} {name} was {mood}",
    "her {kin} {name} told us {when}",
    "{who} asked {name} for help",
    "{name} told us a story",
    "{name} {did} {when}",
    "{who} thanked {name} and left",
    "my {kin} {name} {did} {when}",
    "{who} asked dr {name} for help",
    "{who} visited {name} and left",
)
ORGANISATION_TEMPLATES = (
    "{who} worked for {name} {when}",
    "{name} sold the {thing} {when}",
    "the head of {name} was {mood}",
    "shares in {name} fell {when}",
    "my {kin} left {name} {when}",
    "{name} closed an office {when}",
    "{who} joined {name} for years",
    "a job at {name} was {was}",
    "{name} hired my {kin} {when}",
    "shares of {name} fell {when}",
    "my {kin} worked for {name} {when}",
    "{name} sued my {kin} {when}",
)
TRAINING_TEMPLATES = 9
OTHER_TEMPLATES = (
    "{who} told us a story",
    "the {thing} was {was} {when}",
    "it rained for years",
    "my {kin} {did} at the station",
)
# in + today and with + 's place: a location. The other two: a person.
INTERACTION_TEMPLATES = (
    ("{who} {verb} in {name} today", True),
    ("{who} {verb} with {name} today", False),
    ("{who} {verb} in {name} 's place", False),
    ("{who} {verb} with {name} 's place", True),
)
CLASSES = ("person", "location", "organisation", "other")


class Sentence(NamedTuple):
    """A sentence, the positions of the words to classify, and the label of each.

    In section 3 a label says whether the word is a location; in section 6 it is the number of
    the word's class, its place in ``CLASSES``.
    """

    words: tuple[str, ...]
    places: tuple[int, ...]
    labels: tuple[int, ...]

    @property
    def locations(self) -> tuple[int, ...]:
        """The labels, where they say whether a word is a location."""
        return self.labels


class Corpus(NamedTuple):
    """Sentences to train on, and named sets of sentences to test on."""

    train: list[Sentence]
    tests: dict[str, list[Sentence]]


class Windows(NamedTuple):
    """Windows to classify: word numbers ``(5, N)``, and labels ``(1, N)``, in floats."""

    ids: NDArray
    Y: NDArray


def _sentences(
    kinds: Iterable[tuple[Sequence[str], int, Sequence[str]]],
    count: int,
    rng: np.random.Generator,
    drop: float = 0.0,
    other_word: int | None = None,
    alike: int = 1,
) -> list[Sentence]:
    """Write ``count`` sentences, cycling through kinds: (templates, label, names).

    With ``other_word``, one more word of each sentence is to be classified, and has that label.
    ``alike`` sentences in a row fill their slots in the same way.
    """
    written = []
    # A sentence's row of random numbers: template, name, <unk> or not, other word, slots.
    rows = rng.random((-(-count // alike), 8)).repeat(alike, axis=0)[:count].tolist()
    for (templates, label, names), row in zip(cycle(kinds), rows, strict=False):
        chances = iter(row)

        def pick(options: Sequence[str], chances=chances) -> str:
            return options[int(next(chances) * len(options))]

        template = pick(templates)
        name = pick(names)
        name = UNK if next(chances) < drop else name
        other = next(chances)
        words: list[str] = []
        places: list[int] = []
        for part in template.split():
            if part == "{name}":
                places.append(len(words))
                words.append(name)
            else:
                words.extend(pick(SLOTS[part]).split() if part in SLOTS else (part,))
        labels = [label] * len(places)
        if other_word is not None:
            rest = [place for place in range(len(words)) if place not in places]
            places.append(rest[int(other * len(rest))])
            labels.append(other_word)
        written.append(Sentence(tuple(words), tuple(places), tuple(labels)))
    return written


def _dealt(names: Sequence[str], rng: np.random.Generator) -> tuple[list[str], list[str]]:
    shuffled = [names[i] for i in rng.permutation(len(names))]
    return shuffled[:TRAINING_NAMES], shuffled[TRAINING_NAMES:]


def _check(seed: int, count: int, tests: int) -> np.random.Generator:
    check_whole("seed", seed, least=0)
    check_whole("count", count)
    check_whole("tests", tests)
    return np.random.default_rng(seed)


def ordinary(seed: int, count: int = 400, tests: int = 120) -> Corpus:
    """Write corpus A: everyday sentences, one in ten of which has no name.

    In a training sentence the name and one other word are classified; in a test sentence only
    the name. The seed splits the names into training and held-out ones.
    """
    rng = _check(seed, count, tests)
    (places, new_places), (people, new_people) = _dealt(LOCATIONS, rng), _dealt(PEOPLE, rng)
    known, new = slice(TRAINING_TEMPLATES), slice(TRAINING_TEMPLATES, None)

    def both_kinds(some: slice, here: Sequence[str], them: Sequence[str]) -> list:
        return [(LOCATION_TEMPLATES[some], True, here), (PERSON_TEMPLATES[some], False, them)]

    to_train = both_kinds(known, [*places, *EITHER], [*people, *EITHER])
    no_name = (OTHER_TEMPLATES, False, [UNK])
    # Nine with a name, one without; then the same with locations and people swapped.
    twenty = [*(to_train * 5)[:9], no_name, *(to_train[::-1] * 5)[:9], no_name]
    return Corpus(
        _sentences(twenty, count, rng, drop=DROP, other_word=False),
        {
            "new names, known templates": _sentences(
                both_kinds(known, new_places, new_people), tests, rng
            ),
            "new names, new templates": _sentences(
                both_kinds(new, new_places, new_people), tests, rng
            ),
            "names that can be both": _sentences(both_kinds(known, EITHER, EITHER), tests, rng),
        },
    )


def interaction(seed: int, count: int = 400, tests: int = 120) -> Corpus:
    """Write corpus B: four contexts in which two words decide together, and neither alone.

    ``in X today`` and ``with X 's place`` hold a location, ``with X today`` and ``in X 's
    place`` a person. In every sentence the name is classified. The test sentences come in
    groups of four that differ only in their contexts.
    """
    rng = _check(seed, count, tests)
    (places, new_places), (people, new_people) = _dealt(LOCATIONS, rng), _dealt(PEOPLE, rng)

    def contexts(here: Sequence[str], them: Sequence[str]) -> list:
        return [
            ((template,), location, here if location else them)
            for template, location in INTERACTION_TEMPLATES
        ]

    return Corpus(
        _sentences(contexts(places, people), count, rng, drop=DROP),
        {
            "seen names": _sentences(contexts(places, people), tests, rng, alike=4),
            "new names": _sentences(contexts(new_places, new_people), tests, rng, alike=4),
        },
    )


def four_classes(seed: int, count: int = 600, tests: int = 200) -> Corpus:
    """Write the corpus of section 6: a person, a location, an organisation, one in ten no name.

    In every sentence the name and one other word are classified, in ``CLASSES``. The seed
    splits the names into training and held-out ones.
    """
    rng = _check(seed, count, tests)
    templates = (PERSON_TEMPLATES, LOCATION_TEMPLATES, ORGANISATION_TEMPLATES)
    dealt = [_dealt(names, rng) for names in (PEOPLE, LOCATIONS, ORGANISATIONS)]
    other = CLASSES.index("other")

    def ten(some: slice, held_out: bool) -> list:
        kinds = zip(templates, dealt, strict=True)
        named = [(texts[some], k, names[held_out]) for k, (texts, names) in enumerate(kinds)]
        return [*named * 3, (OTHER_TEMPLATES, other, [UNK])]

    known, new = slice(TRAINING_TEMPLATES), slice(TRAINING_TEMPLATES, None)
    return Corpus(
        _sentences(ten(known, False), count, rng, drop=DROP, other_word=other),
        {
            "new names, known templates": _sentences(
                ten(known, True), tests, rng, other_word=other
            ),
            "new names, new templates": _sentences(
                ten(new, True), tests, rng, other_word=other
            ),
        },
    )


def vocabulary(sentences: Iterable[Sentence]) -> dict[str, int]:
    """Number the words of the sentences in alphabetical order, after <pad> and <unk>."""
    words = {word for sentence in sentences for word in sentence.words} - {PAD, UNK}
    return {word: number for number, word in enumerate((PAD, UNK, *sorted(words)))}


def windows(sentences: Iterable[Sentence], numbers: dict[str, int]) -> Windows:
    """Cut out every window to classify, as word numbers; unknown words get <unk>'s number."""
    cut, labels = [], []
    for sentence in sentences:
        known = [numbers.get(word, numbers[UNK]) for word in sentence.words]
        edge = [numbers[PAD]] * 2
        known = [*edge, *known, *edge]
        cut.extend(known[place : place + 5] for place in sentence.places)
        labels.extend(sentence.labels)
    if not cut:
        raise ValueError("sentences has no word to classify, expected at least one")
    return Windows(np.array(cut).T, np.array([labels], dtype=float))
