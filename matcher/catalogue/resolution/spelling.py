"""Spellings as they are compared: folded, in canonical words, without legal forms.

A name in Chinese characters is compared by its simplified characters, any other by its words.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

from . import gazetteer, lexicon

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_KANA = re.compile(r"[\u3040-\u30ff]")
_NOT_WORD = re.compile(r"[\W_]+")
_DOTTED = re.compile(r"\b(?:\w\.){2,}\w?\b|\b\w\.\w\b\.?")
_LETTER_AND = re.compile(r"\br ?& ?d\b")
_ELIDED = re.compile(r"\b([dl])['’`´]")
_APOSTROPHE = re.compile(r"['’‘`´ʼʹ]")
_MARKS = re.compile("[\u0300-\u036f]")
_NATION_BEHIND = re.compile(r"\s*\(([^()]{4,24})\)\s*$")
_HAN_NOISE = re.compile(r"[市省与和及的]|(?<=.)暨")
_CANONICAL = lexicon.ORDINALS | gazetteer.EXONYMS | lexicon.SAME
_HOLDERS = re.compile(r"\b(?:" + "|".join(lexicon.HOLDERS) + r")(?!\w) ?")
_ODD = str.maketrans(
    {"ø": "o", "ł": "l", "ß": "ss", "æ": "a", "œ": "o", "đ": "d", "ð": "d", "ı": "i", "þ": "th"}
)
_SHORT, _SHORT_HAN = 3, 3
"""Names of so many letters or characters may stand for anything: they count as abbreviations."""
_LEAST_PART, _LONG_PART, _OFTEN = 3, 5, 5
_OFTEN_GLUED = lexicon.words("of and for the")
_GLUED_ALIKE = 2
"""So often two words are glued together in the same way at most."""
_GLUED = lexicon.words("of and for in the on de des du la le sui co ltd limited nv sa gmbh")
"""What was glued to its neighbour where long names were cut and put together again."""


class Spelling:
    """One name, ready for comparison; equal texts share one."""

    __slots__ = ("bag", "han", "joined", "key", "text", "weight", "words")

    def __init__(self, text: str, han: bool, words: tuple[str, ...], joined: str) -> None:
        """`words`: canonical words in their order; of a Chinese name its pairs of characters.
        `joined`: equal where only blanks and hyphens differ."""
        self.text = text
        self.han = han
        self.words = words
        self.joined = joined
        self.bag = frozenset(words)
        self.key = joined if han else " ".join(sorted(self.bag))
        """Equal for names that differ by order, case, legal form or language of common words."""
        self.weight = 0
        """How much its words say, in thousandths of a nat; set where their rarity is known."""

    @property
    def short(self) -> bool:
        """Whether it may be an abbreviation, and then of many things."""
        return len(self.joined) <= (_SHORT_HAN if self.han else _SHORT)


def simplified(texts: Iterable[str]) -> dict[str, str]:
    """Each text that holds Chinese characters, in simplified ones; a text stays one line."""
    lines = sorted({text for text in texts if not text.isascii() and _HAN.search(text)})
    if not lines:
        return {}
    import opencc  # 40 ms: only where there is something to convert

    written = opencc.OpenCC("t2s").convert("\n".join(line.replace("\n", " ") for line in lines))
    return dict(zip(lines, written.split("\n"), strict=True))


def is_chinese(text: str) -> bool:
    """Whether a name is compared by its characters: Han, with or without kana."""
    return not text.isascii() and bool(_HAN.search(text) or _KANA.search(text))


def fold_latin(text: str) -> str:
    """Without accents, case, punctuation; umlauts as one letter; words divided by one blank."""
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text)
        text = _MARKS.sub("", text)
    text = text.casefold()
    if not text.isascii():
        text = text.translate(_ODD)
        text = _ELIDED.sub(r"\1 ", text)
        text = _APOSTROPHE.sub("", text)
    elif "'" in text:
        text = _ELIDED.sub(r"\1 ", text).replace("'", "")
    if "." in text:
        text = _DOTTED.sub(lambda found: found[0].replace(".", ""), text)
    if "&" in text:
        text = _LETTER_AND.sub("rd", text)
    text = _NOT_WORD.sub(" ", text).strip()
    if "ue" in text or "oe" in text or "ae" in text:
        return lexicon.reduced(text)
    return text


def canonical(word: str) -> str:
    """The word that stands for all its forms and translations."""
    found = _CANONICAL.get(word)
    if found is None and len(word) > 4 and word[-1] == "s" and word[-2] != "s":
        word = word[:-1]
        found = _CANONICAL.get(word)
    return found or word


def without_nation(text: str) -> tuple[str, str | None]:
    """`text` without a country in brackets behind it, and the country's code."""
    if text.endswith(")"):
        match = _NATION_BEHIND.search(text)
        if match and match.start():
            code = gazetteer.NATIONS.get(fold_latin(match[1]))
            if code:
                return text[: match.start()], code
    return text, None


def fold_han(text: str) -> str:
    """Simplified `text` without blanks, brackets, legal form; short forms written out."""
    folded = _NOT_WORD.sub("", unicodedata.normalize("NFKC", text).casefold())
    for start in lexicon.HAN_LEGAL_START:
        folded = folded.removeprefix(start)
    for end in lexicon.HAN_LEGAL_END:
        if folded.endswith(end) and len(folded) > len(end) + 1:
            folded = folded.removesuffix(end)
            break
    folded = lexicon.HAN_NICKNAMES.get(folded, folded)
    for short, full in lexicon.HAN_SHORT:
        if short in folded and full not in folded:
            folded = folded.replace(short, full)
    if folded.endswith("所") and folded.startswith("中国") and "学院" in folded:
        head = folded[:-1].removesuffix("研究")
        folded = f"{head}研究所"
    return _HAN_NOISE.sub("", folded) or folded


def spelled_han(text: str, simple: str) -> Spelling | None:
    """The spelling of a Chinese (or Japanese) name whose simplified form is `simple`; None if
    nothing is left of it."""
    folded = fold_han(simple)
    if not folded:
        return None
    pairs = tuple(folded[i : i + 2] for i in range(len(folded) - 1)) or (folded,)
    return Spelling(text, True, pairs, folded)


class Speller:
    """Spells Latin names; knows which words occur, to divide those that were glued together."""

    def __init__(self, texts: Iterable[str]) -> None:
        """Folds all `texts` that will be spelled and counts their words."""
        self._folded = {text: _folded_words(text) for text in set(texts)}
        self._seen = Counter(word for words in self._folded.values() for word in words)
        self._written = {
            word for text, words in self._folded.items() if not text.isupper() for word in words
        }
        self._canonical = {
            word: ""
            if word in lexicon.CONNECTING or word in lexicon.LEGAL_ANYWHERE
            else canonical(word)
            for word in self._seen
        }

    def spelled(self, text: str) -> Spelling | None:
        """The spelling of a name; None if nothing is left of it."""
        words = self._folded[text]
        if text.isupper():
            words = [part for word in words for part in self._parts(word)]
        known = self._canonical
        kept = [found for word in words if (found := known[word])]
        while len(kept) > 1 and (kept[-1] in lexicon.LEGAL or _single_letter(kept[-1])):
            kept.pop()
        kept = list(dict.fromkeys(kept or words))
        return Spelling(text, False, tuple(kept), "".join(kept)) if kept else None

    def _parts(self, word: str) -> tuple[str, ...]:
        """A word that hardly occurs elsewhere, divided where both halves are words that do."""
        short = len(word) < _LONG_PART + 2
        if short or word in self._written or self._seen[word] > _GLUED_ALIKE:
            return (word,)
        best: tuple[int, tuple[str, ...]] = (0, (word,))
        for at in range(2, len(word) - 1):
            head, tail = word[:at], word[at:]
            worth = min(self._seen.get(head, 0), self._seen.get(tail, 0))
            if worth > best[0] and (self._joint(head, tail) or self._joint(tail, head)):
                best = (worth, (head, tail))
        return best[1]

    def _joint(self, small: str, large: str) -> bool:
        """Whether `small` may have been glued to `large`."""
        often = self._seen[large] >= _OFTEN and len(large) >= _LONG_PART
        if small in _GLUED:
            least = _LONG_PART if small in _OFTEN_GLUED else _LONG_PART + 2
            known = self._seen[large] >= 1 and len(large) >= least
            return often or known or (len(large) >= _LEAST_PART and len(small) > len(large))
        return often and self._seen[small] >= _OFTEN and len(small) >= _LONG_PART


def _single_letter(word: str) -> bool:
    return len(word) == 1 and not word.isdecimal()


def _folded_words(text: str) -> list[str]:
    folded = fold_latin(without_nation(text)[0])
    words = folded.split()
    if not lexicon.HOLDER_WORDS.isdisjoint(words):
        words = _HOLDERS.sub("", folded).split() or words
    return words
