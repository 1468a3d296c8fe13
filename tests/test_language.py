"""What the exercises say, and in which language; and that the catalogue is whole."""

import re
import textwrap

import numpy as np
import pytest

from helpers.exercises import check, language, verdict
from helpers.exercises.language import filled, say
from tools import catalogue

MESSAGES = {message.id: message.string for message in catalogue.stored() if message.id}


@pytest.fixture
def chinese(monkeypatch):
    """Have everything said in Chinese."""
    monkeypatch.setenv("HELPERS_LANGUAGE", "zh")


def test_the_catalogue_has_every_sentence_and_no_other():
    assert set(MESSAGES) == set(catalogue.sentences()), "make zh"


def test_every_sentence_is_translated():
    missing = [text for text, chinese in MESSAGES.items() if not chinese]
    assert not missing, f"write their Chinese in {catalogue.PO}, then make zh"


@pytest.mark.parametrize("english", [text for text, chinese in MESSAGES.items() if chinese])
def test_a_translation_keeps_the_names_in_braces_and_is_chinese(english):
    chinese = MESSAGES[english]
    assert catalogue.fields(chinese) == catalogue.fields(english)
    words = re.search("[a-z]", re.sub(r"\{[^}]*\}", "", english))
    assert re.search(language.HAN, chinese) or not words


def test_the_file_that_is_read_is_the_one_that_is_written():
    stored = catalogue.PO.with_suffix(".mo").read_bytes()
    assert stored == catalogue.compiled(catalogue.stored()), "make zh"


@pytest.mark.parametrize(
    ("chosen", "notebook", "expected"),
    [
        (None, "/home/me/notebooks/05_shapes.ipynb", "en"),
        (None, "/home/me/notebooks/zh/05_shapes.ipynb", "zh"),
        (None, "/home/me/notebooks/zh/beyond/06_softmax.ipynb", "zh"),
        (None, r"C:\me\notebooks\zh\05_shapes.ipynb", "zh"),
        (None, "/home/zhang/zh.ipynb", "en"),
        (None, None, "en"),
        ("en", "/home/me/notebooks/zh/05_shapes.ipynb", "en"),
        ("zh", "/home/me/notebooks/05_shapes.ipynb", "zh"),
    ],
)
def test_the_language_follows_the_folder_unless_it_is_chosen(
    monkeypatch, chosen, notebook, expected
):
    for name, value in {"HELPERS_LANGUAGE": chosen, "JPY_SESSION_NAME": notebook}.items():
        if value is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, value)
    assert language.language() == expected


def test_what_has_no_translation_stays_english(monkeypatch, chinese):
    assert say("Nobody says {what}.", what="this") == "Nobody says this."
    assert say("A set is {1, 2}.") == "A set is {1, 2}."
    monkeypatch.setenv("HELPERS_LANGUAGE", "xx")
    assert say("The answer") == "The answer"


def test_a_wrong_answer_is_answered_in_chinese(chinese, capsys):
    kind, text = (found := verdict("5c", lambda Delta: Delta.sum(axis=1))).kind, found.text
    assert kind == "wrong"
    assert text.startswith("练习 5c：还不对。答案是一维数组 (") and text.endswith("见 5.7 节。")
    assert verdict("5c", ...).text.startswith("练习 5c：还没有作答。")
    right = verdict("5c", lambda Delta: Delta.sum(axis=1, keepdims=True)).text
    assert right == "练习 5c：正确，20 次大小不同的随机抽取全部通过。"
    check("5c", lambda Delta: np.ones(3))
    assert capsys.readouterr().out.startswith("练习 5c：还不对。")


def test_chinese_lines_are_as_wide_as_english_ones():
    text = "答案的形状是 (3, 4)，应为 (4, 3)。" * 9 + "“反过来”写成 np.transpose(W) 才对！"
    lines = filled(text).split("\n")
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    widths = [sum(1 + (letter > "\u2e80") for letter in line) for line in lines]
    assert max(widths) <= 92 and min(widths[:-1]) >= 70
    assert not any(line[0] in "，。：！”" for line in lines)
    assert filled("word " * 40, "  ") == textwrap.fill("word " * 40, 92, subsequent_indent="  ")
