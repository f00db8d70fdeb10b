"""Folding of text for comparison: what counts as the same spelling."""

from __future__ import annotations

import re
import unicodedata

HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003134f]")
NOT_WORD = re.compile(r"[\W_]+")


def has_han(text: str) -> bool:
    """Whether a Chinese character stands in it."""
    return HAN.search(text) is not None


def fold_name(text: str) -> str:
    """NFKC, case and punctuation folded: two spellings of one name give the same string."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return NOT_WORD.sub(" ", folded).strip()
