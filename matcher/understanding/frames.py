"""When something named in a question is a rule for partners: its place among the words of asking.

Only in a frame that asks for partners: "German companies that ...", 来自德国的团队, "..., Austria".
In doubt it is none: a filter that nobody asked for hides partners, a missing one lets more in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import zip_longest

from matcher.query import Kind
from matcher.text.normalise import HAN, has_han

from .spellings import PLACES, Named, Spellings

_CLAUSE = re.compile(
    r"[。！？；;!?\n]|[,，:：]|\.(?=\s|$)|（|）|\(|\)|(?<=[^a-z0-9]) +(?=[^a-z0-9])| - "
)
_JOINED = r"^[\s、,，/]*(?:{and})?[\s、/]*$"
MOST_WORDS = 5
"""Words between an adjective of place and the partners it qualifies ("German thin film battery
recycling companies")."""
MOST = 24
"""Runs of names that are looked at: whoever names more asks no question."""
FAR, CUT = 80, "…"
"""Of a clause so many characters on either side are looked at; the mark shows that it goes on."""
REFUSED = "¬"
"""What a place with a minus is blanked by."""
PARTNERS = "{near|noun|nature}"
REFUSING = (
    r"(?:{not}|(?:{never}|(?<![分特识区鉴辨类级个差性])别)\s*(?:再|[给向替帮]我们?)?\s*"
    r"(?:{seek|with|and|in|from}\s*)+)"
)
"""不要, not, cannot work with, 别再推荐."""
_NEGATION = re.compile(
    r"(?:不(?![锈同断饱少错溶透粘])|勿|(?<![分特识区鉴辨类级个差性])别|无法|谢绝)[^的]*$|"
    r"(?<![a-z])(?:not|never|cannot|no|nor|neither|[a-z]+n't)(?!.*(?<![a-z])(?:and|but|so)[ ])"
    r"(?![a-z])"
)
_ASKS = r"{seek|question|intent|pronoun|near|noun|nature}|nobody|no one"
_FOLLOWS = (
    "and|relative|with|from|based|in|cooperation|not|outside|preposition|manner|also|seek|question"
    "|only|plus|verbal|prefer|like|double|prefer_both|polite"
)
_ENDS = rf"(?=\s*(?:$|的|of(?![a-z])|{{{_FOLLOWS}}}))"
_NATURE_ENDS = rf"(?=\s*(?:$|的|{{{_FOLLOWS}}}))"
_KIND_OF_LIFE = re.compile(
    r"^(?!的).{0,3}[茶酒菜米饼鱼虾蟹牛羊猪鸡犬猫鼠虫螨蛾蝇蚊蠊蜂杉柏柳花豆椒蒜参菌]"
)
"""日本鳗鱼, 荷兰花卉: what grows or is eaten somewhere, not who stands there (荷兰的花卉企业)."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A rule, and how many characters before and after its words leave the subject with them."""

    wanted: bool
    before: int = 0
    after: int = 0


@dataclass(frozen=True, slots=True)
class Rule:
    """A named thing that sets a rule; the words from `start` to `end` leave the subject with it."""

    named: Named
    wanted: bool
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Frame:
    """A run of things named ("Germany, Austria or Switzerland") and what stands around it, all
    folded: `left` and `right` are the rest of its clause."""

    words: Spellings
    question: str
    run: tuple[Named, ...]
    left: str
    right: str
    lead: str
    """What goes before the clause, with the mark that ends it."""
    then: str
    """What follows the clause, from the mark on."""
    asks: bool
    """Whether the question asks for partners at all."""

    @property
    def chinese(self) -> bool:
        """Whether the run stands among Chinese words."""
        return has_han(self.left.rstrip()[-1:] + self.right.lstrip()[:1]) or has_han(
            self.run[0].words
        )

    @property
    def adjective(self) -> bool:
        """Whether the last of the run can only qualify what follows (German)."""
        return self.run[-1].adjective

    def find(self, pattern: str, text: str) -> re.Match[str] | None:
        """The first place where a pattern of the words matches."""
        return self.words.find(pattern, text)

    def seeks(self) -> bool:
        """Whether something is sought before the run, in its own clause."""
        return bool(self.find("{seek|question|intent|only}", self.left))

    def told(self) -> bool:
        """Whether it tells what was or what the asker has: 曾与德国大学, developed with German
        firms, 我们有一支德国团队."""
        if self.find("{seek|question|intent|only}", self.left):
            return False
        if self.find(r"^.{0,6}[^除算行要]了(?!解)", self.right):
            return True
        return bool(
            self.find(
                r"{past}.{0,2}(?:与|和|同|跟|由|在|向|为|被|经|获|有)|"
                r"(?<![a-z])(?!interested|based|located|need|want|require|experienced)[a-z]{2,}ed\s+(?:[a-z]+ly\s+)?"
                r"(?:by(?![a-z])|(?:with|for|to)\s*{determiner}?\s*$)|"
                r"(?:我们|我司|我校|我院|我所|公司|团队)(?:还|也|现|均)?(?:有|拥有|建有|设有)|"
                r"(?:we|our [a-z]+)\s+(?:already\s+)?(?:have|has|had|own|employ)(?![a-z])",
                self.left,
            )
        )

    def besides(self, tail: str) -> bool:
        """Whether more is asked for after it: 除日本外，还要法国的."""
        return bool(
            self.find(r"^[,，]?\s*{also}(?!不)", self.then) or self.find(r"^\s*{also}(?!不)", tail)
        )

    def denied(self, tail: str) -> bool:
        """Whether it is said not to be needed: German partners are not required. A "not" before
        it in its clause is enough: in doubt nothing is asked for."""
        return bool(
            _NEGATION.search(self.left)
            or self.find(
                rf"^\s*的?\s*{PARTNERS}\s*(?:都|就|均)?(?:不(?!要|考虑)|没有|无需|无法|非必)[^，。]{{0,4}}$|"
                rf"{PARTNERS}\s+(?:(?:are|is|need|do|does|can|could|will|would|should|may|must)\s+"
                r"not|cannot|(?:are|is|need|do|does|ca|wo|would|should|must)n't)(?![a-z])",
                tail,
            )
        )

    def open_ended(self, tail: str) -> bool:
        """Whether it is put as a wish, as one of several, or as what is asked about: no rule."""
        pattern = r"{prefer|prefer_both|killer}|{like}\s*.{0,6}$|{double}\s*.{0,16}$"
        return bool(self.find(pattern, self.left) or self.find(r"{prefer_both|plus}", tail))

    def governed(self, left: str) -> bool:
        """Whether what follows `left` is the object of a preposition, not of the search: "for
        German companies", 面向欧洲企业."""
        inner = r"\s*(?:{quality|determiner}\s*)*$"
        if self.find(r"{destined}" + inner, left):
            return True
        if self.find(r"{seek|question|with|only}" + inner, left):
            return False
        return bool(self.find(r"{preposition|in|from}" + inner, left))

    def partners(self, tail: str, *, far: bool = False) -> int | None:
        """Where partners directly follow, or with `far` follow after what they do ("German thin
        film companies", 德国做薄膜的企业): the end of the noun in `tail`; None where none do."""
        # A nature goes before another noun that is one: university labs, 企业团队.
        noun = rf"(?P<noun>{{nature}}(?:\s*{{near}})?{_NATURE_ENDS}|{{near|noun}}{_ENDS})"
        direct = self.find(rf"^\s*的?\s*(?:{{quality|determiner|and}}\s*)*{noun}", tail)
        if direct:
            return direct.end("noun")
        if not far:
            return None
        if HAN.match(tail.lstrip()[:1]):
            if _KIND_OF_LIFE.match(tail):
                return None
            found = self.find(
                rf"^(?:(?!{{blocker}}).)*?(?P<noun>{PARTNERS})"
                r"(?:\s*{cooperation|manner|relative|verbal|in}.*)?\s*(?:吗|呢)?$",
                tail,
            )
        else:
            found = self.find(
                # Possessive: a word is never split, else a long one is tried in all its parts.
                r"^(?:\s*+(?!{preposition|in|from|with|and|relative|blocker})[\w'/&+]++)"
                rf"{{0,{MOST_WORDS}}}?\s+{noun}",
                tail,
            )
        return found.end("noun") if found else None


def frames(words: Spellings, folded: str, original: str) -> list[Frame]:
    """What is named in a question, run by run, by position."""
    named = words.named(folded, original)
    asks = bool(named) and words.find(_ASKS, folded) is not None
    found = []
    for run in _lists(words, named, folded)[:MOST]:
        first, last = run[0].start, run[-1].end
        begin, end = _clause(folded, first, last)
        left, right = folded[begin:first], folded[last:end]
        if len(left) > FAR:
            left = CUT + left[-FAR:]
        if len(right) > FAR:
            right = right[:FAR] + CUT
        lead, then = folded[max(begin - FAR, 0) : begin], folded[end : end + FAR]
        found.append(Frame(words, folded, run, left, right, lead, then, asks))
    return found


def rules_of(frame: Frame, verdict: Verdict | None) -> Iterable[Rule]:
    """One rule for each of a run; the words around it leave with the first and the last."""
    if verdict is None:
        return
    run = frame.run
    for each, after in zip_longest(run, run[1:]):
        start = each.start - (verdict.before if each is run[0] else 0)
        # The "or" between two of them leaves with the first.
        end = after.start if after else each.end + verdict.after
        yield Rule(each, verdict.wanted, start, end)


def is_place(named: Named) -> bool:
    """A country, region or initiative, not a nature or a manner."""
    return named.codes[0][0] in PLACES


def _lists(words: Spellings, named: Iterable[Named], text: str) -> list[tuple[Named, ...]]:
    """Neighbours of one kind that only a comma or an "or" parts, as one run."""
    runs: list[tuple[Named, ...]] = []
    for each in named:
        last = runs[-1][-1] if runs else None
        if last is not None and last.end <= each.start and _alike(last, each):
            between = text[last.end : each.start]
            comma = between.strip() in (",", "，") and last.adjective != each.adjective
            if not comma and (
                not between or (words.find(_JOINED, between) and not between.isspace())
            ):
                runs[-1] += (each,)
                continue
        runs.append((each,))
    return runs


def _alike(one: Named, other: Named) -> bool:
    if is_place(one) or is_place(other):
        return is_place(one) and is_place(other) and one.codes[-1][0] is not Kind.NATURE
    return one.codes[0][0] is other.codes[0][0]


def _clause(text: str, start: int, end: int) -> tuple[int, int]:
    """The clause around text[start:end]."""
    begin, stop = 0, len(text)
    for match in _CLAUSE.finditer(text):
        if match.end() <= start:
            begin = match.end()
        elif match.start() >= end:
            stop = match.start()
            break
    return begin, stop
