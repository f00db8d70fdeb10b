"""The words by which questions name places, natures and manners, and put themselves: read once from
the vocabulary and from the files of this room, and found in a question by longest match."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import yaml

from matcher.query import Kind
from matcher.text.normalise import has_han
from matcher.text.terms import fold
from matcher.vocabulary import Vocabulary

Codes = tuple[tuple[Kind, str], ...]


@dataclass(frozen=True, slots=True)
class Named:
    """A place, nature or manner of cooperation as it stands in a question."""

    codes: Codes
    words: str
    """Folded."""
    start: int
    end: int
    adjective: bool
    """German, not Germany: only before what it qualifies."""


@dataclass(frozen=True)
class Spellings:
    """Everything that is looked for."""

    codes: dict[str, tuple[Codes, bool]]
    """Folded spelling -> (codes, adjective)."""
    zh: re.Pattern[str]
    en: re.Pattern[str]
    masks_zh: re.Pattern[str]
    masks_en: re.Pattern[str]
    verbal: frozenset[str]
    """Manners that may be followed by what is done in them (联合研发固态电池)."""
    classes: dict[str, tuple[str, str]]
    """Class of words -> alternations in Chinese and in English."""

    def named(self, folded: str) -> list[Named]:
        """What is named in a folded question, by position; what only looks so is left out."""
        hidden = [m.span() for m in self.masks_zh.finditer(folded)]
        hidden += [m.span() for m in self.masks_en.finditer(folded)]
        found = []
        for pattern in (self.zh, self.en):
            for match in pattern.finditer(folded):
                start, end = match.span()
                if any(a < end and start < b for a, b in hidden):
                    continue
                codes, adjective = self.codes[re.sub(r"\s+", " ", match.group())]
                found.append(Named(codes, match.group(), start, end, adjective))
        return sorted(found, key=lambda named: named.start)


def folded(text: str) -> str:
    """As `text.terms.fold`, with hyphens as spaces; the same length as the original."""
    letters, places = fold(text)
    if len(letters) != len(text) or places is not None:
        letters = text.lower()
    return letters.replace("-", " ") if len(letters) == len(text) else " " * len(text)


def data(name: str) -> dict[str, Any]:
    """One file of this room."""
    text = files(__package__).joinpath(name).read_text(encoding="utf-8")
    # Every scalar is a string: a bare NO is Norway.
    read: dict[str, Any] = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506
    return read


_COMPILED: dict[str, Spellings] = {}


def spellings(vocabulary: Vocabulary) -> Spellings:
    """All spellings, compiled once a vocabulary."""
    if vocabulary.fingerprint not in _COMPILED:
        _COMPILED[vocabulary.fingerprint] = _compiled(vocabulary)
    return _COMPILED[vocabulary.fingerprint]


def _compiled(vocabulary: Vocabulary) -> Spellings:
    codes: dict[str, tuple[Codes, bool]] = {}

    def add(words: Iterable[str], found: Codes, *, adjective: bool = False) -> None:
        for word in words:
            # Two Latin letters are a word of the language before they are a country.
            if len(word) > 2 or has_han(word) or word.isupper() or "." in word:
                codes.setdefault(folded(word).strip(), (found, adjective))

    places = data("places.yaml")
    for group, row in places["groups"].items():
        members = ((Kind.COUNTRY, "EU"),) if group == "EU" else countries(row["members"].split())
        add(row["words"], members)
        add(row.get("adjectives", ()), members, adjective=True)
    kinds = {code: kind for kind, code in _places(vocabulary)}
    for word, several in places["several"].items():
        add([word], tuple((kinds[code], code) for code in several))
    for word, code in places["companies"].items():
        add([word], ((kinds[code], code), (Kind.NATURE, "enterprise")))
    for code, words in places["words"].items():
        add(words, ((kinds[code], code),))
    for code, words in places["adjectives"].items():
        add(words, ((kinds[code], code),), adjective=True)
    for kind, scheme in (
        (Kind.COUNTRY, vocabulary.country),
        (Kind.REGION, vocabulary.region),
        (Kind.INITIATIVE, vocabulary.initiative),
    ):
        for term in scheme:
            if term.code not in OWN_SIDE:
                names = (term.zh, term.en, *term.synonyms_zh, *term.synonyms_en)
                add((n for n in names if len(n) > 1), ((kind, term.code),))
    manner = data("manner.yaml")
    for kind, scheme, key in (
        (Kind.NATURE, vocabulary.partner_nature, "nature"),
        (Kind.NATURE, vocabulary.entity_type, "nature"),
        (Kind.MODE, vocabulary.cooperation_mode, "mode"),
    ):
        for term in scheme:
            zh, en = _both(manner[key].get(term.code, []))
            names = (term.zh, term.en, *term.synonyms_zh, *term.synonyms_en, *zh, *en)
            add(names, ((kind, term.code),))
    classes = {name: _both(groups) for name, groups in data("words.yaml").items()}
    masks_zh, masks_en = classes.pop("mask")
    return Spellings(
        codes,
        _any(w for w in codes if has_han(w)),
        _any((w for w in codes if not has_han(w)), words=True),
        _any(masks_zh),
        _any(masks_en, words=True),
        frozenset(map(folded, manner["verbal"])),
        {name: (_either(zh), _either(en)) for name, (zh, en) in classes.items()},
    )


OWN_SIDE = frozenset({"CN"})
"""The asker's own side: never a place to look for partners abroad in."""


def countries(codes: Iterable[str]) -> Codes:
    """Several countries under one name."""
    return tuple((Kind.COUNTRY, code) for code in codes)


def _places(vocabulary: Vocabulary) -> Iterable[tuple[Kind, str]]:
    for kind, scheme in (
        (Kind.COUNTRY, vocabulary.country),
        (Kind.REGION, vocabulary.region),
        (Kind.INITIATIVE, vocabulary.initiative),
    ):
        for term in scheme:
            yield kind, term.code


def _both(groups: Iterable[Any]) -> tuple[list[str], list[str]]:
    """Chinese words (between blanks in one string, or single items) and English ones (lists)."""
    zh: list[str] = []
    en: list[str] = []
    for group in groups:
        words = group if isinstance(group, list) else str(group).split()
        for word in map(str, words):
            (zh if has_han(word) else en).append(folded(word))
    return zh, en


def _either(words: Iterable[str]) -> str:
    """An alternation, longest first; one that matches nothing for no words."""
    ordered = sorted(set(words), key=lambda word: (-len(word), word))
    return "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in ordered) or r"(?!)"


def _any(spelled: Iterable[str], *, words: bool = False) -> re.Pattern[str]:
    body = _either(spelled)
    return re.compile(rf"(?<![a-z0-9])(?:{body})(?![a-z0-9])" if words else body)
