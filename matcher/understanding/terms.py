"""Terms that a question insists on: +term, "exact phrase", -term, -"exact phrase".

A sign counts only at the beginning, after white space or Chinese punctuation, and directly before a
letter, a Chinese character or a quotation mark: C++, Na+, -20 °C and state-of-the-art hold none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_BEFORE = r"(?:(?<=^)|(?<=[\s，。；：、！？,;:（(]))"
_QUOTED = r"\"([^\"\n]+)\"|“([^”\n]+)”|「([^」\n]+)」|『([^』\n]+)』"
_SIGNED = re.compile(
    rf"{_BEFORE}(?P<sign>[+＋\-－])(?:{_QUOTED}|(?P<term>[^\W\d_][^\s，。；：、！？,;:（）()+＋]*))"
)
_PHRASE = re.compile(
    rf"(?<![A-Za-z0-9\"]){_QUOTED}(?![A-Za-z0-9\"])|“([^”\n]+)”|「([^」\n]+)」|『([^』\n]+)』"
)


@dataclass(frozen=True, slots=True)
class Insisted:
    """One term, where it stands with its signs, and where without."""

    text: str
    wanted: bool
    literal: bool
    signed: bool
    start: int
    end: int


def insisted(text: str) -> list[Insisted]:
    """The terms that `text` insists on, by position."""
    found = []
    taken: list[tuple[int, int]] = []
    for match in _SIGNED.finditer(text):
        quoted = next((group for group in match.groups()[1:5] if group), None)
        term = quoted or match.group("term")
        # A hyphen between words of one line of text, "- a list", holds no term.
        if not term or not any(map(str.isalnum, term)):
            continue
        wanted = match.group("sign") in "+＋"
        found.append(Insisted(term.strip(), wanted, quoted is not None, True, *match.span()))
        taken.append(match.span())
    for match in _PHRASE.finditer(text):
        if any(a < match.end() and match.start() < b for a, b in taken):
            continue
        term = next(group for group in match.groups() if group)
        if any(map(str.isalnum, term)):
            found.append(Insisted(term.strip(), True, True, False, *match.span()))
    return sorted(found, key=lambda each: each.start)
