"""Signed names: -Germany and +university are rules for partners, not terms of a text.

In quotation marks they stay terms. Of a place with partners, -美国公司, only the place is a rule
where it is not wanted: companies are, but not from there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from matcher.query import Kind

from .frames import PARTNERS, Rule, is_place
from .spellings import Named, Spellings, folded
from .terms import Insisted

_AND = r"^(?:[、/]|{and}(?=\S))"
_BESIDE = rf"^\s*(?:的|{{place_suffix}}|{PARTNERS})"


@dataclass(frozen=True, slots=True)
class Signed:
    """A term that is a rule: what it names, and where that ends."""

    term: Insisted
    rules: tuple[Rule, ...]
    end: int
    """A name may go on after the term (-South Korea) and be one of several (-美国、日本)."""


def signed(words: Spellings, text: str, terms: Sequence[Insisted]) -> list[Signed]:
    """Those of the terms of `text` that name places or natures and nothing besides."""
    bare = [term for term in terms if term.signed and not term.literal]
    if not bare:
        return []
    line = folded(text)
    # A manner of cooperation with a sign is a term: -licensing.
    there = words.named(line, text)
    named = {each.start: each for each in there if each.codes[0][0] is not Kind.MODE}
    found = (_signed(words, line, term, named) for term in bare)
    return [each for each in found if each is not None]


def _signed(words: Spellings, line: str, term: Insisted, named: dict[int, Named]) -> Signed | None:
    first = named.get(term.start + 1)
    if first is None:
        return None
    run, at = [first], first.end
    while True:
        joined = words.find(_AND, line[at:])
        next_one = named.get(at + joined.end()) if joined else named.get(at)
        if next_one is not None and (term.wanted or is_place(next_one) == is_place(first)):
            run.append(next_one)
            at = next_one.end
        elif at < term.end and (beside := words.find(_BESIDE, line[at : term.end])):
            at += beside.end()
        else:
            break
    if at < term.end:
        return None  # -enterprise-grade, -德国标准: a term.
    run[0] = replace(first, start=term.start)
    ends = [*(each.start for each in run[1:]), at]
    rules = (Rule(one, term.wanted, one.start, end) for one, end in zip(run, ends, strict=True))
    return Signed(term, tuple(rules), at)
