"""What else a capability named in a question is called, in both languages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from matcher.scheme import Term as Capability

from .terms import Term, is_han, words_and_characters

COUNTERPART = 0.8
"""Weight of the same name in the other language, beside the question's own words at 1."""
RELATED = 0.1
"""Weight of the capability's other names, many of which are narrower or stand beside it."""
MOST = 12
"""Names added to one question."""

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """A name of a capability, as the terms that stand side by side where it is written."""

    key: Key
    code: str
    spelling: str


@dataclass(frozen=True, slots=True)
class Addition:
    """A name to be looked for besides."""

    name: Named
    weight: float
    start: int
    end: int
    """Where the question gave occasion to it."""


class Names:
    """Every name and synonym of every capability, found by its terms."""

    def __init__(self, capabilities: Iterable[Capability]) -> None:
        self._known: dict[Key, list[tuple[Capability, str]]] = {}
        self._longest = 0
        for capability in capabilities:
            for spelling in dict.fromkeys(_spellings(capability)):
                key = key_of(words_and_characters(spelling))
                self._known.setdefault(key, []).append((capability, spelling))
                self._longest = max(self._longest, len(key))

    def additions(self, words: Sequence[Term], telling: Sequence[bool]) -> list[Addition]:
        """The other names of capabilities named in a question, at most MOST, the nearest first.

        `words` are its words and characters, `telling` says (n,) which of them bear meaning. Of
        names within a name only the longest counts.
        """
        counterparts, related = [], []
        found = self._found(words, telling)
        here = {key_of(words[begin:end]) for begin, end in found}
        for begin, end in found:
            span = words[begin].start, words[end - 1].end
            for capability, spelling in self._known[key_of(words[begin:end])]:
                same = _counterparts(capability, spelling)
                for other in dict.fromkeys(_spellings(capability)):
                    named = Named(key_of(words_and_characters(other)), capability.code, other)
                    if named.key in here:
                        continue
                    if other in same:
                        counterparts.append(Addition(named, COUNTERPART, *span))
                    else:
                        related.append(Addition(named, RELATED, *span))
        first: dict[Key, Addition] = {}
        for addition in (*counterparts, *related):
            first.setdefault(addition.name.key, addition)
        return list(first.values())[:MOST]

    def _found(self, words: Sequence[Term], telling: Sequence[bool]) -> list[tuple[int, int]]:
        """Where names begin and end among the words, from left to right, without overlap."""
        found, begin = [], 0
        while begin < len(words):
            end = min(len(words), begin + self._longest)
            while end > begin and not self._is_name(words, telling, begin, end):
                end -= 1
            if end > begin:
                found.append((begin, end))
            begin = max(end, begin + 1)
        return found

    def _is_name(
        self, words: Sequence[Term], telling: Sequence[bool], begin: int, end: int
    ) -> bool:
        own = words[begin:end]
        if key_of(own) not in self._known or not side_by_side(own):
            return False
        if len(own) > 2 or not is_han(own[0].text):
            return True
        # Two characters between others may be no word: 本体 in 日本体育.
        before, after = words[begin - 1 : begin + 1], words[end - 1 : end + 1]
        return not all(
            len(pair) == 2 and side_by_side(pair) and bears and is_han(flank.text)
            for pair, flank, bears in (
                (before, before[0] if before else own[0], begin > 0 and telling[begin - 1]),
                (after, after[-1], end < len(words) and telling[end]),
            )
        )


def key_of(words: Sequence[Term]) -> Key:
    """Their texts."""
    return tuple(word.text for word in words)


def side_by_side(words: Sequence[Term]) -> bool:
    """Whether nothing stands between them."""
    return words[-1].position - words[0].position == len(words) - 1


def _spellings(capability: Capability) -> tuple[str, ...]:
    return (capability.zh, capability.en, *capability.synonyms_zh, *capability.synonyms_en)


def _counterparts(capability: Capability, spelling: str) -> set[str]:
    """What `spelling` is called in the other language: names go together, and synonyms by their
    place, which the vocabulary keeps where both languages have as many."""
    pairs = [(capability.zh, capability.en)]
    if len(capability.synonyms_zh) == len(capability.synonyms_en):
        pairs += zip(capability.synonyms_zh, capability.synonyms_en, strict=True)
    return {other for pair in pairs if spelling in pair for other in pair}
