"""The words by which questions name places, natures and manners, and put themselves: read once from
the vocabulary and from the files of this room, and found in a question by longest match."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

import yaml

from matcher.query import Kind
from matcher.text.normalise import has_han
from matcher.text.terms import fold
from matcher.vocabulary import Vocabulary

_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
Codes = tuple[tuple[Kind, str], ...]
PLACES = (Kind.COUNTRY, Kind.REGION, Kind.INITIATIVE)
_PIECE = re.compile(r"[a-z0-9]+|[\u3400-\u9fff]")
_CLASSES = re.compile(r"\{([a-z_|]+)\}")


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
    ambiguous: bool
    """More often something else: never before a noun (Turkey suppliers)."""
    attributive: bool = False
    """A noun that qualifies as an adjective does (EU battery companies)."""


@dataclass(frozen=True)
class Spellings:
    """Everything that is looked for."""

    codes: dict[str, tuple[Codes, bool]]
    """Folded spelling -> (codes, adjective); no codes: it only looks like one (Swiss roll)."""
    begun: dict[str, tuple[str, ...]]
    """First Chinese character or first Latin word -> the spellings, longest first."""
    verbal: frozenset[str]
    """Manners that may be followed by what is done in them (联合研发固态电池)."""
    weak: frozenset[str]
    """Manners only before a word of cooperation (许可协议)."""
    cased: dict[str, str]
    """Folded spelling -> as it is written, where only capitals tell it from a word (Polish)."""
    ambiguous: frozenset[str]
    attributive: frozenset[str]
    classes: dict[str, tuple[list[str], list[str]]]
    """Class of words -> those in Chinese and those in English."""
    _made: dict[str, re.Pattern[str]] = field(default_factory=dict, repr=False)

    def find(self, pattern: str, text: str) -> re.Match[str] | None:
        """The first place in a folded text where `pattern` matches; in it {seek|near} stands for
        any word of these classes, an English one whole."""
        made = self._made.get(pattern)
        if made is None:
            made = re.compile(_CLASSES.sub(self._either, pattern))
            self._made[pattern] = made
        return made.search(text)

    def _either(self, classes: re.Match[str]) -> str:
        named = [self.classes[name] for name in classes[1].split("|")]
        zh, en = (_longest(side) for side in zip(*named, strict=True))
        parts = (zh, rf"(?<![a-z0-9])(?:{en})(?![a-z0-9])" if en else "")
        # Atomic: the longest word it is; "a few a few" is not tried as "a", "few" as well.
        return f"(?>{'|'.join(filter(None, parts))})"

    def named(self, folded: str, original: str) -> list[Named]:
        """What is named in a folded question, by position; what only looks so is left out."""
        found: list[Named] = []
        taken = 0
        for piece in _PIECE.finditer(folded):
            start = piece.start()
            if start < taken:
                continue
            for words in self.begun.get(piece.group(), ()):
                end = start + len(words)
                if folded.startswith(words, start) and self._whole(words, original, start, end):
                    codes, adjective = self.codes[words]
                    if codes:
                        how = (words in self.ambiguous, words in self.attributive)
                        found.append(Named(codes, words, start, end, adjective, *how))
                    taken = end
                    break
        return found

    def _whole(self, words: str, original: str, start: int, end: int) -> bool:
        """Whether a word ends where the spelling does, and has its capitals."""
        if words[-1].isascii():
            after = original[end : end + 1]
            if after.isascii() and after.isalnum():
                return False
        elif words[-1] == "国" and original[end : end + 1] in ("际", "際"):
            return False  # 中德国际: the 国 is that of 国际.
        return _written(original[start:end], self.cased.get(words, ""))


def folded(text: str) -> str:
    """As `text.terms.fold`, with hyphens as spaces; the same length as the original."""
    letters, places = fold(text)
    if places is not None:
        folds = ((one, fold(one)[0]) for one in text)
        letters = "".join(new if len(new) == 1 else one for one, new in folds)
    return letters.translate(_MARKS)


_MARKS = str.maketrans({"-": " ", "‐": " ", "‑": " ", "’": "'"})


def _written(words: str, cased: str) -> bool:
    """Whether every capital of `cased` is one in `words` too."""
    pairs = zip(words, cased, strict=False)
    return all(one.isupper() or not other.isupper() for one, other in pairs)


def data(name: str) -> dict[str, Any]:
    """One file of this room."""
    text = files(__package__).joinpath(name).read_text(encoding="utf-8")
    # Every scalar is a string: a bare NO is Norway.
    read: dict[str, Any] = yaml.load(text, Loader=_Loader)  # noqa: S506
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
            if (key := folded(word).strip()) not in unused:
                codes.setdefault(key, (found, adjective))

    places = data("places.yaml")
    unused = frozenset(map(folded, places["unused"]))
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
    natures = [word for word, (of, _) in codes.items() if of[0][0] is Kind.NATURE]
    classes["nature"] = _both([natures])
    classes["verbal"] = _both([manner["verbal"]])
    codes |= dict.fromkeys((*masks_zh, *masks_en), ((), False))
    begun: dict[str, list[str]] = {}
    for word in sorted(codes, key=lambda word: -len(word)):
        if first := _PIECE.match(word):
            begun.setdefault(first.group(), []).append(word)
    return Spellings(
        codes,
        {first: tuple(words) for first, words in begun.items()},
        frozenset(map(folded, manner["verbal"])),
        frozenset(map(folded, manner["weak"])),
        {folded(word): word for word in places["cased"]},
        frozenset(map(folded, places["ambiguous"])),
        frozenset(map(folded, places["attributive"])),
        classes,
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


def _longest(words: Iterable[Iterable[str]]) -> str:
    """An alternation of several lists of words, longest first."""
    ordered = sorted({word for each in words for word in each}, key=lambda word: (-len(word), word))
    return "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in ordered)
