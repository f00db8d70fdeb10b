"""Read a question: its subject, and the rules that its words set for partners."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from matcher.errors import BadInput, Bilingual
from matcher.query import Kind, Must, Understood
from matcher.vocabulary import Vocabulary

from .frames import frames
from .spellings import folded
from .terms import Insisted, insisted

LONGEST = 400
"""Characters: a longer text describes, and is all subject."""
_SPACES = re.compile(r"[ \t]+")
_LOOSE = re.compile(r"^[\s，,、;；:：。.的和与或]+|[\s，,、;；:：和与或]+$")


@dataclass(frozen=True, slots=True)
class Reading:
    """A question as it was read."""

    text: str
    """As it was put."""
    subject: str
    """What is left to search by; empty where nothing but rules was asked for."""
    understood: tuple[Understood, ...]
    """By position; struck-out ones are not among them."""
    musts: tuple[Must, ...]


def read(
    text: str, vocabulary: Vocabulary, *, strike: Sequence[str] = (), literal: bool = False
) -> Reading:
    """Understand a question of at most LONGEST characters.

    `strike`: words, as `understood` shows them, that are not to be understood; BadInput for words
    that were not. `literal`: nothing is understood and no sign counts.
    """
    if literal or len(text) > LONGEST:
        if strike and not literal:
            raise _nothing_to_strike(strike[0], ())
        return Reading(text, text, (), ())
    terms = insisted(text)
    plain = _without_terms(text, terms)
    found: list[tuple[Understood, int, int]] = []
    for rule in frames(vocabulary).rules(folded(plain)):
        start, end = rule.named.start, rule.named.end
        for kind, code in rule.named.codes:
            understood = Understood(kind, code, rule.wanted, text[start:end], start, end)
            found.append((understood, rule.start, rule.end))
    for term in terms:
        words = text[term.start : term.end]
        understood = Understood(Kind.MUST, term.text, term.wanted, words, term.start, term.end)
        found.append((understood, term.start, term.end))
    struck = {_key(word) for word in strike}
    if unknown := [w for w in strike if _key(w) not in {_key(u.words) for u, _, _ in found}]:
        raise _nothing_to_strike(unknown[0], tuple(u.words for u, _, _ in found))
    kept = [each for each in found if _key(each[0].words) not in struck]
    kept.sort(key=lambda each: (each[0].start, each[0].code))
    kept_terms = [t for t in terms if _key(text[t.start : t.end]) not in struck]
    return Reading(
        text,
        _subject(text, kept, kept_terms),
        tuple(understood for understood, _, _ in kept),
        tuple(_must(term, vocabulary) for term in kept_terms),
    )


def _without_terms(text: str, terms: Sequence[Insisted]) -> str:
    """The text with its insisted terms blanked: no place inside them is a rule."""
    letters = list(text)
    for term in terms:
        letters[term.start : term.end] = "|" * (term.end - term.start)
    return "".join(letters)


def _subject(
    text: str, kept: Sequence[tuple[Understood, int, int]], terms: Sequence[Insisted]
) -> str:
    if not kept:
        return text
    letters = list(text)
    for understood, start, end in kept:
        if understood.kind is not Kind.MUST:
            letters[start:end] = " " * (end - start)
    for term in terms:
        shown = term.text if term.wanted else ""
        letters[term.start : term.end] = shown.ljust(term.end - term.start)
    return _LOOSE.sub("", _SPACES.sub(" ", "".join(letters))).strip()


def _must(term: Insisted, vocabulary: Vocabulary) -> Must:
    synonyms: dict[str, None] = {}
    if not term.literal:
        said = _key(term.text)
        for capability in vocabulary.capability:
            names = (
                capability.zh, capability.en, *capability.synonyms_zh, *capability.synonyms_en
            )  # fmt: skip
            if said in map(_key, names):
                synonyms.update((name, None) for name in names if _key(name) != said)
    return Must(term.text, term.wanted, term.literal, tuple(synonyms))


def _key(words: str) -> str:
    return folded(words).strip()


def _nothing_to_strike(word: str, there: Sequence[str]) -> BadInput:
    known = ", ".join(dict.fromkeys(there))
    return BadInput(
        Bilingual(f"问题里没有被理解为条件的“{word}”。", f"nothing was understood from '{word}'."),
        Bilingual(
            f"可以划掉的有：{known or '无'}。", f"what can be struck out: {known or 'nothing'}."
        ),
        where="strike",
    )
