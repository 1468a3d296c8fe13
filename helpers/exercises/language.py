"""What the exercises say, in the language of the notebook: ``say``, and ``filled`` for lines.

Sentences are written in English where they belong. Their Chinese is in ``locale/``, a gettext
catalogue that ``make zh`` compiles; what it does not have is said in English.
"""

from __future__ import annotations

import gettext
import os
import re
import textwrap
import unicodedata
from functools import cache
from pathlib import Path, PurePath
from typing import Any

LOCALE = Path(__file__).with_name("locale")
HAN = r"[\u4e00-\u9fff]"
BETWEEN = rf"(?<={HAN})(?=[A-Za-z0-9])|(?<=[A-Za-z0-9])(?={HAN})"  # a space belongs here
AFTER = r"(?<=[\u3000-\u303f\uff00-\uffef”]) "  # and after Chinese punctuation none
# A line may be broken between two of these: a word with its space, or a Chinese character with
# the punctuation that may not begin, or end, a line.
PIECES = re.compile(
    r"[“（《]*[\u3000-\u9fff][，。：；？！、”）》…]*|[^\s\u3000-\u9fff“（《]+\s*|\s+|."
)


def language() -> str:
    """Name the language: of ``HELPERS_LANGUAGE``, or of the folder of the notebook.

    Jupyter says in ``JPY_SESSION_NAME`` where the notebook lies.
    """
    chosen = os.environ.get("HELPERS_LANGUAGE")
    here = PurePath(os.environ.get("JPY_SESSION_NAME", "").replace("\\", "/"))
    return chosen or ("zh" if "zh" in here.parent.parts else "en")


@cache
def _catalogue(name: str) -> gettext.NullTranslations:
    return gettext.translation("exercises", LOCALE, [name], fallback=True)


def say(english: str, **values: Any) -> str:
    """Say a sentence in the language of the notebook, with the values in its braces.

    Without values braces stay as they are.
    """
    text = _catalogue(language()).gettext(english) if english else ""
    text = text.format(**values) if values else text
    return re.sub(AFTER, "", re.sub(BETWEEN, " ", text)) if re.search(HAN, text) else text


def _wide(text: str) -> int:
    """Count the columns that a text takes: a Chinese character takes two."""
    return sum(1 + (unicodedata.east_asian_width(letter) in "WF") for letter in text)


def filled(text: str, indent: str = "", width: int = 92) -> str:
    """Break a text into lines; all but the first begin with the indent."""
    if text.isascii() or not re.search(r"[\u3000-\u9fff]", text):
        return textwrap.fill(text, width, subsequent_indent=indent)
    lines = [""]
    for piece in PIECES.findall(text):
        if _wide(lines[-1] + piece.rstrip()) > width:
            lines.append(indent)
        lines[-1] += piece.lstrip() if lines[-1] == indent else piece
    return "\n".join(line.rstrip() for line in lines)
