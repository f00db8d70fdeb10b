"""Read a question: its subject, and the rules that its words set for partners."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from matcher.errors import BadInput, Bilingual
from matcher.query import Kind, Must, Understood
from matcher.vocabulary import Vocabulary

from .frames import REFUSED, Rule, frames, is_place, rules_of
from .manner import manner
from .signs import Signed, signed
from .spellings import Spellings, folded, spellings
from .standing import standing
from .subject import Leaving, subject
from .terms import Insisted, insisted

LONGEST = 400
"""Characters: a longer text describes, and is all subject."""


_BUT = re.compile(r"\b(?:but|except|excepting|excluding)\W+(?:\w+\W+){0,2}$", re.IGNORECASE)
_SPARED = re.compile(r"[^，。；,;.!?！？]{0,10}(?:除外|不算|不计)")


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
    if literal:
        return Reading(text, text, (), ())
    if len(text) > LONGEST:
        if strike:
            raise _nothing_to_strike(strike[0], ())
        return Reading(text, text, (), ())
    words = spellings(vocabulary)
    terms: list[Insisted] = []
    names: list[Insisted] = []
    for term in insisted(text):
        # “一带一路”国家: a name that always stands in quotation marks.
        named = term.literal and not term.signed and vocabulary.initiative.find(term.text)
        (names if named else terms).append(term)
    with_sign = signed(words, text, terms)
    rules = [rule for each in with_sign for rule in each.rules]
    rules += _rules(words, _without_terms(text, terms, names, with_sign))
    terms = [term for term in terms if all(term is not each.term for each in with_sign)]
    found: list[tuple[Understood, Leaving]] = []
    for rule in rules:
        first, last = rule.named.start, rule.named.end
        if rule.wanted and (_BUT.search(text[:first]) or _SPARED.match(text[last:])):
            continue  # "everyone but Russian groups": rather no rule than the opposite one.
        for kind, code in rule.named.codes:
            if kind is Kind.NATURE and is_place(rule.named) and not rule.wanted:
                continue  # 不要德企: companies, but not from there.
            understood = Understood(kind, code, rule.wanted, text[first:last], first, last)
            head = rule.wanted and kind is Kind.NATURE
            found.append((understood, Leaving(rule.start, rule.end, head=head)))
    for term in terms:
        said = text[term.start : term.end]
        understood = Understood(Kind.MUST, term.text, term.wanted, said, term.start, term.end)
        left = term.text if term.wanted else ""
        found.append((understood, Leaving(term.start, term.end, left)))
    struck = {_key(word) for word in strike}
    there = [understood.words for understood, _ in found]
    for word in strike:
        if _key(word) not in map(_key, there):
            raise _nothing_to_strike(word, there)
    kept = [each for each in found if _key(each[0].words) not in struck]
    kept.sort(key=lambda each: (each[0].start, each[0].code))
    marks = [Leaving(at, at + 1) for name in names for at in (name.start, name.end - 1)]
    leaving = [each for _, each in kept]
    return Reading(
        text,
        subject(text, [*leaving, *marks], words) if kept else text,
        tuple(understood for understood, _ in kept),
        tuple(
            _must(term, vocabulary)
            for term in terms
            if _key(text[term.start : term.end]) not in struck
        ),
    )


def _rules(words: Spellings, text: str) -> list[Rule]:
    """The rules of a question, by position: places first, natures and manners beside them."""
    there = frames(words, folded(text), text)
    found: list[Rule] = []
    for frame in there:
        if is_place(frame.run[0]):
            found += rules_of(frame, standing(frame))
    for frame in there:
        if not is_place(frame.run[0]):
            found += rules_of(frame, manner(frame, found))
    return sorted(found, key=lambda rule: rule.named.start)


def _without_terms(
    text: str, terms: Sequence[Insisted], names: Sequence[Insisted], with_sign: Sequence[Signed]
) -> str:
    """The text with its insisted terms blanked: no place inside them is a rule. Names lose their
    quotation marks to a space that parts no clauses."""
    letters = list(text)
    for term in terms:
        letters[term.start : term.end] = "|" * (term.end - term.start)
    for each in with_sign:
        mark = "|" if each.term.wanted else REFUSED
        letters[each.term.start : each.end] = mark * (each.end - each.term.start)
    for name in names:
        letters[name.start] = letters[name.end - 1] = "\x1f"
    return "".join(letters)


def _must(term: Insisted, vocabulary: Vocabulary) -> Must:
    known = None if term.literal else vocabulary.capability.find(term.text)
    names: tuple[str, ...] = ()
    if known is not None:
        names = (known.zh, known.en, *known.synonyms_zh, *known.synonyms_en)
    said = _key(term.text)
    others = dict.fromkeys(name for name in names if _key(name) != said)
    return Must(term.text, term.wanted, term.literal, tuple(others))


def _key(words: str) -> str:
    """What two writings of the same words have in common; signs and quotation marks aside."""
    return " ".join("".join(c if c.isalnum() else " " for c in folded(words)).split())


def _nothing_to_strike(word: str, there: Sequence[str]) -> BadInput:
    known = "、".join(dict.fromkeys(there))
    listed = ", ".join(dict.fromkeys(there))
    return BadInput(
        Bilingual(
            f"问题里没有被理解为条件的“{word}”。",
            f'nothing in the question was understood from "{word}".',
        ),
        Bilingual(
            f"可以划掉的有：{known or '无'}。", f"what can be struck out: {listed or 'nothing'}."
        ),
        where="strike",
    )
