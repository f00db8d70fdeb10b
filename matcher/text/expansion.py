"""What else a capability named in a question is called, in both languages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from matcher.scheme import Term as Capability

from .terms import NOTHING, Term, is_han, words_and_characters

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
        self._known: dict[Key, list[tuple[Capability, Named]]] = {}
        self._names: dict[str, list[Named]] = {}
        for capability in capabilities:
            names = [
                Named(key_of(words_and_characters(spelling)), capability.code, spelling)
                for spelling in dict.fromkeys(_spellings(capability))
            ]
            self._names[capability.code] = names
            for name in names:
                self._known.setdefault(name.key, []).append((capability, name))
        self._longest: dict[str, int] = {}
        for key in self._known:
            self._longest[key[0]] = max(len(key), self._longest.get(key[0], 0))

    def additions(self, words: Sequence[Term], telling: Sequence[bool]) -> list[Addition]:
        """The other names of capabilities named in a question, at most MOST, the nearest first.

        `words` are its words and characters, `telling` says (n,) which of them bear meaning. Of
        names within a name only the longest counts.
        """
        counterparts: dict[Key, Addition] = {}
        related: dict[Key, Addition] = {}
        found = self._found(words, telling)
        here = {key_of(words[begin:end]) for begin, end in found}
        for begin, end in found:
            span = words[begin].start, words[end - 1].end
            for capability, said in self._known[key_of(words[begin:end])]:
                same = _counterparts(capability, said.spelling)
                for name in self._names[capability.code]:
                    if name.key in here:
                        continue
                    if name.spelling in same:
                        counterparts.setdefault(name.key, Addition(name, COUNTERPART, *span))
                    else:
                        related.setdefault(name.key, Addition(name, RELATED, *span))
        others = [added for key, added in related.items() if key not in counterparts]
        return [*counterparts.values(), *others][:MOST]

    def _found(self, words: Sequence[Term], telling: Sequence[bool]) -> list[tuple[int, int]]:
        """Where names begin and end among the words, from left to right, without overlap."""
        found, begin = [], 0
        while begin < len(words):
            # Only from a word that begins a name: a long text is read in proportion to its words.
            end = min(len(words), begin + self._longest.get(words[begin].text, 0))
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
        if key_of(own) not in self._known:
            return False
        # Two characters between others may be no word: 本体 in 日本体育.
        flanked = (
            begin > 0
            and end < len(words)
            and telling[begin - 1]
            and telling[end]
            and all(map(is_han, key_of(words[begin - 1 : end + 1])))
        )
        return not (flanked and len(own) == 2)


def key_of(words: Sequence[Term]) -> Key:
    """Their texts, with NOTHING where punctuation stands between two."""
    key: list[str] = []
    for word, before in zip(words, (None, *words), strict=False):
        if before:
            key += [NOTHING] * (word.position - before.position - 1)
        key.append(word.text)
    return tuple(key)


def _spellings(capability: Capability) -> tuple[str, ...]:
    return (capability.zh, capability.en, *capability.synonyms_zh, *capability.synonyms_en)


def _counterparts(capability: Capability, spelling: str) -> set[str]:
    """What `spelling` is called in the other language: names go together, and synonyms by their
    place, which the vocabulary keeps where both languages have as many."""
    pairs = [(capability.zh, capability.en)]
    if len(capability.synonyms_zh) == len(capability.synonyms_en):
        pairs += zip(capability.synonyms_zh, capability.synonyms_en, strict=True)
    return {other for pair in pairs if spelling in pair for other in pair}
