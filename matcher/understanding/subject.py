"""The subject of a question: what is left to search by when the words of its rules have left."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from matcher.text.silence import telling
from matcher.text.terms import words_and_characters

from .spellings import Spellings, folded

_GAP = "\x00"
_WIDE = r"\u3000-\u303f\u3400-\u9fff\uff00-\uffef"
_TIDY = (
    # Between two Chinese characters nothing is left, elsewhere one space.
    (re.compile(rf"(?<=[{_WIDE}]){_GAP}+(?=[{_WIDE}])"), ""),
    (re.compile(rf"\s*{_GAP}[\s{_GAP}]*"), " "),
    (re.compile(r"\(\s*\)|（\s*）|\[\s*\]|【\s*】"), " "),
    (re.compile(r"\s+(?=[,;:.!?，。；：、！？](?:\s|$|[^\x00-\x7f]))"), ""),
    (re.compile(r"([,;，；、])(?:\s*[,;，；、])+"), r"\1"),
    (re.compile(r"[ \t]{2,}"), " "),
    (re.compile(r"^(?:[\s，,、;；:：。.的]|(?:and|or|but)\s|[和与或但]+(?=[，,、\s]))+"), ""),
    (re.compile(r"(?:[\s，,、;；:：的和与或但]|\s(?:and|or|but|from|in))+$"), ""),
)


@dataclass(frozen=True, slots=True)
class Leaving:
    """Characters that leave the question."""

    start: int
    end: int
    left: str = ""
    """What stays of them: a term without its sign."""
    head: bool = False
    """They name what is sought: its article goes with them."""


def subject(text: str, leaving: Sequence[Leaving], words: Spellings) -> str:
    """`text` without what leaves it, tidied; "" where no telling word is left."""
    letters = list(text)
    for each in leaving:
        if not each.left:
            letters[each.start : each.end] = _GAP * (each.end - each.start)
    for each in leaving:
        if each.head:
            _article(letters, each, words)
    for each in leaving:
        if each.left:
            kept = list(each.left[: each.end - each.start])
            letters[each.start : each.end] = kept + [""] * (each.end - each.start - len(kept))
    tidy = "".join(letters)
    for pattern, instead in _TIDY:
        tidy = pattern.sub(instead, tidy)
    return tidy if any(telling(words_and_characters(tidy))) else ""


def _article(letters: list[str], head: Leaving, words: Spellings) -> None:
    """Blank "a" before and "that can" behind a noun that left."""
    before = "".join(letters[: head.start])
    bare = before.rstrip(f" {_GAP}")
    found = words.find(r"{determiner}\s*$", folded(bare))
    if found:
        letters[found.start() : len(bare)] = _GAP * (len(bare) - found.start())
    after = re.match(r"\s+(?:that|who|which)(?:\s+can)?(?![A-Za-z])", "".join(letters[head.end :]))
    if after:
        letters[head.end : head.end + after.end()] = _GAP * after.end()
