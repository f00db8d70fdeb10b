"""Folding of text for comparison: what counts as the same spelling."""

from __future__ import annotations

import re
import unicodedata

HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003134f]")
NOT_WORD = re.compile(r"[\W_]+")
# Direction marks, joiners, byte order marks, soft hyphens: pasted along, seen by nobody.
_UNSEEN = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def as_seen(text: str) -> str:
    """A text as a reader sees it: characters without a shape go, so that no word is parted by one;
    control characters and half characters, which no JSON can hold, become blanks."""
    return _CONTROL.sub(" ", _UNSEEN.sub("", text))


def has_han(text: str) -> bool:
    """Whether a Chinese character stands in it."""
    return HAN.search(text) is not None


def fold_name(text: str) -> str:
    """NFKC, case and punctuation folded: two spellings of one name give the same string."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return NOT_WORD.sub(" ", folded).strip()
