"""A closed list of the field and its entries: what they are called, and how a text finds one."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from matcher.errors import Bilingual, UnknownTerm

_SHORT_SCHEME = 16
"""Up to so many terms an error message names them all."""


@dataclass(frozen=True, slots=True)
class Term:
    """One entry of one scheme."""

    scheme: str
    code: str
    zh: str
    en: str
    synonyms_zh: tuple[str, ...] = ()
    synonyms_en: tuple[str, ...] = ()
    definition_zh: str = ""
    definition_en: str = ""
    parent: str | None = None
    """Capability -> link, link -> sector, country -> region, city -> country (codes)."""
    aliases: tuple[str, ...] = ()
    """Codes and spellings that sources use: found, never shown."""
    neighbours: tuple[str, ...] = ()
    """Codes of terms of the same scheme that stand close by, as written at this one of the two."""
    crosswalk: tuple[str, ...] = ()
    """Terms of other schemes that correspond, each as "scheme:code"."""

    @property
    def spellings(self) -> tuple[str, ...]:
        """Everything it is found by: code, names, synonyms, aliases."""
        return (
            self.code,
            self.zh,
            self.en,
            *self.synonyms_zh,
            *self.synonyms_en,
            *self.aliases,
        )


def folded(text: str) -> str:
    """What two spellings of one name have in common: letters and digits, NFKC, without case,
    accents, spaces, hyphens and other marks; "&" counts as "and"."""
    text = text.replace("&", " and ").replace("＆", " and ")
    letters = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return "".join(letter for letter in letters if letter.isalnum())


@dataclass(frozen=True)
class Scheme:
    """One closed list: its name, its terms in file order, and how to call it in both languages."""

    name: str
    terms: tuple[Term, ...]
    zh: str = ""
    en: str = ""

    @cached_property
    def _by_code(self) -> Mapping[str, Term]:
        return {term.code: term for term in self.terms}

    @cached_property
    def _by_spelling(self) -> Mapping[str, Term]:
        return {folded(spelling): term for term in self.terms for spelling in term.spellings}

    def __contains__(self, code: object) -> bool:
        return code in self._by_code

    def __iter__(self) -> Iterator[Term]:
        return iter(self.terms)

    def __len__(self) -> int:
        return len(self.terms)

    @property
    def codes(self) -> tuple[str, ...]:
        """Every code, in file order."""
        return tuple(self._by_code)

    def get(self, code: str) -> Term:
        """The term of exactly this code; raises UnknownTerm."""
        if code not in self._by_code:
            raise self._unknown(code, "")
        return self._by_code[code]

    def find(self, text: str) -> Term | None:
        """The term known by this code, Chinese or English name, or synonym, folded; else None."""
        return self._by_spelling.get(folded(text))

    def resolve(self, text: str, where: str) -> Term:
        """As `find`, but an unknown `text` raises UnknownTerm, found at `where` (an option, a
        field, a row), whose cure names up to three near terms or, of a short list, all."""
        found = self.find(text)
        if found is None:
            raise self._unknown(text, where)
        return found

    def nearest(self, text: str, count: int = 3) -> tuple[Term, ...]:
        """Up to `count` terms whose spellings resemble or contain `text`, most alike first."""
        sought = folded(text)
        if not sought:
            return ()
        likeness: dict[str, float] = {}
        matcher = difflib.SequenceMatcher(b=sought, autojunk=False)
        for spelling, term in self._by_spelling.items():
            if spelling.startswith(sought) or (len(sought) > 1 and sought in spelling):
                alike = 1.0 + len(sought) / len(spelling)
            else:
                matcher.set_seq1(spelling)
                alike = matcher.ratio() if matcher.real_quick_ratio() >= 0.5 else 0.0
            likeness[term.code] = max(alike, likeness.get(term.code, 0.0))
        near = [term for term in self.terms if likeness[term.code] >= 0.5]
        return tuple(sorted(near, key=lambda term: -likeness[term.code])[:count])

    def _unknown(self, text: str, where: str) -> UnknownTerm:
        near = self.nearest(text)
        named = near or (self.terms if len(self.terms) <= _SHORT_SCHEME else ())
        what = Bilingual(
            zh=f"“{text}”不是已知的{self.zh or self.name}。",
            en=f'"{text}" is no known {self.en or self.name}.',
        )
        if named:
            listed_zh = "、".join(f"{term.zh}（{term.code}）" for term in named)
            listed_en = ", ".join(f"{term.en} ({term.code})" for term in named)
            cure = Bilingual(
                zh=f"{'是否指' if near else '可选'}：{listed_zh}{'？' if near else '。'}",
                en=f"{'did you mean' if near else 'choose one of'} {listed_en}"
                f"{'?' if near else '.'}",
            )
        else:
            cure = Bilingual(
                zh="请使用代码、中文名称或英文名称；全部名称见 data/vocabulary。",
                en="give a code or a name in Chinese or English; data/vocabulary holds them all.",
            )
        return UnknownTerm(what, cure, where=where)
