"""The questions that people ask: each has an address and an answer, and its claims exist."""

import re

import pytest
from test_notebooks import anchors

from tools.publish import ROOT

PAGE = (ROOT / "QUESTIONS.md").read_text(encoding="utf-8")
QUESTIONS = re.findall(r"^### ([^\n]+)\n\n(.+?)(?=^##|\Z)", PAGE, re.M | re.S)
ADDRESS = re.compile(r"\[[^\]]+\]\((https://[^)\s]+)\)")
CLAIM = re.compile(r"\[((?:\d|C)\.\d+b?)\]\((notebooks/[^)#\s]+\.ipynb)#([^)\s]+)\)")


def test_there_are_some_thirty_and_none_twice():
    assert len(QUESTIONS) >= 30
    for each in ([question for question, _ in QUESTIONS], ADDRESS.findall(PAGE)):
        assert len(set(each)) == len(each)


def test_the_readme_leads_there():
    assert "](QUESTIONS.md)" in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("question", "text"), QUESTIONS)
def test_a_question_has_an_address_a_short_answer_and_a_claim_that_exists(question, text):
    asked, answer, proved = text.strip().split("\n\n")
    assert question[-1] in "?." and "?" in question
    assert asked.startswith("Asked at ") and ADDRESS.search(asked)
    assert not ADDRESS.search(answer + proved) and 10 < len(answer.split()) < 80
    assert re.match(r"(Proved|Shown|Measured)\b", proved)
    claims = CLAIM.findall(proved)
    assert len(claims) == proved.count("](") > 0
    for number, path, anchor in claims:
        assert anchor.startswith(number + "-") and anchor.isascii()
        assert anchor in anchors(ROOT / path), anchor


def test_a_mark_is_explained_and_used():
    head, _, rest = PAGE.partition("\n## ")
    for mark in "†‡":
        assert mark in head and mark in rest
