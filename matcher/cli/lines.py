"""Lines that fit the terminal: broken between words, Chinese counted as two columns wide."""

from __future__ import annotations

import re
import shutil
from unicodedata import east_asian_width

NARROW = 40
"""Columns below which nothing is broken: a terminal so narrow breaks as well itself."""
GLUE = "\u00a0"
"""Stands for a space where a line must not be broken; written as a space."""
_WIDE = frozenset("WF")
_CJK = "\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef"
_CLINGING = "，。；：、）”》…！？"
# White space; one Chinese character, with the marks that cling to it; a word.
_PIECE = re.compile(
    rf" +|[（“《]*[{_CJK}][{_CLINGING}]*(?:{GLUE}[^ {_CJK}]+)*|[^ {_CJK}]+[{_CLINGING}]*"
)


def columns() -> int | None:
    """How wide the terminal is; None where the output is no terminal and COLUMNS is not set: then
    a line stays a line."""
    wide = shutil.get_terminal_size((0, 0)).columns
    return wide if wide >= NARROW else None


def width(text: str) -> int:
    """How many columns a text takes."""
    if text.isascii():
        return len(text)
    return sum(1 + (east_asian_width(letter) in _WIDE) for letter in text)


def shortened(text: str, most: int) -> str:
    """The beginning of a text, at most so many columns wide; "…" where something is left out."""
    left = most
    for place, letter in enumerate(text):
        left -= 1 + (east_asian_width(letter) in _WIDE)
        if left < 0:
            return text[:place].rstrip() + "…"
    return text


def broken(text: str, most: int | None, hang: int = 0) -> str:
    """A line broken at `most` columns (None: not at all), what follows indented by its own
    indentation and `hang` more. A word too long for a line stands on one of its own."""
    indent = " " * (len(text) - len(text.lstrip(" ")) + hang)
    lines, line, used = [], "", 0
    for piece in _PIECE.findall(text) if most is not None and width(text) > most else [text]:
        wide = width(piece)
        if line.strip() and used + wide > (most or used + wide):
            lines.append(line.rstrip(" "))
            line, used = indent, len(indent)
            piece = piece.lstrip(" ")
            wide = width(piece)
        line, used = line + piece, used + wide
    return "\n".join([*lines, line.rstrip(" ")]).replace(GLUE, " ")
