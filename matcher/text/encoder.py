"""Text to vector: what an encoder is, and the one door through which every encoder comes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Protocol

from matcher.shipped import shipped

from .static import IDF_FILE, TABLE_FILE, TOKENISER_FILE, StaticEncoder, TokenisedText, is_static
from .unusable import UnusableModel
from .vectors import Vectors, unit_rows, wordless

__all__ = [
    "IDF_FILE",
    "TABLE_FILE",
    "TOKENISER_FILE",
    "Encoder",
    "StaticEncoder",
    "TokenisedText",
    "UnusableModel",
    "Vectors",
    "default_encoder",
    "load_encoder",
    "unit_rows",
    "wordless",
]


class Encoder(Protocol):
    """What turns texts into vectors."""

    @property
    def name(self) -> str: ...

    @property
    def dimension(self) -> int: ...

    @property
    def fingerprint(self) -> str:
        """Changes whenever vectors would."""
        ...

    def encode(self, texts: Sequence[str], is_query: bool = False) -> Vectors:
        """(n, d) rows of unit length; a text without tokens gets one too (see `wordless`)."""
        ...


@cache
def default_encoder() -> StaticEncoder:
    """The encoder that ships with the product."""
    return StaticEncoder.load(shipped("models/encoder/artefact"))


def load_encoder(name: str | None = None) -> Encoder:
    """`None` or "": the shipped encoder; a folder in its format: that one; else any
    sentence-transformers model by name or path (raises MissingExtra, UnusableModel)."""
    if not name:
        return default_encoder()
    folder = Path(name).expanduser()
    if is_static(folder):
        return StaticEncoder.load(folder)
    from .sentence import SentenceEncoder

    return SentenceEncoder(name)
