"""When a place, a nature or a manner named in a question is a rule for partners.

Only in a frame that asks for partners: "German companies that ...", 来自德国的团队, "..., Austria".
In doubt it is none: a filter that nobody asked for hides partners, a missing one lets more in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from matcher.query import Kind
from matcher.text.normalise import has_han
from matcher.vocabulary import Vocabulary

from .spellings import Named, Spellings, spellings

_CLAUSE = re.compile(
    r"[。！？；;!?\n]|[,，:：]|\.(?=\s|$)|（|）|\(|\)|(?<=[^a-z0-9]) +(?=[^a-z0-9])| - "
)
MOST_WORDS = 5
"""Words between an adjective of place and the partners it qualifies ("German thin film battery
recycling companies")."""
SETTLED = (Kind.COUNTRY, Kind.REGION, Kind.INITIATIVE)


@dataclass(frozen=True, slots=True)
class Rule:
    """A named thing that sets a rule; the words from `start` to `end` leave the subject with it."""

    named: Named
    wanted: bool
    start: int
    end: int


@dataclass(slots=True)
class Frames:
    """The patterns of one set of spellings."""

    words: Spellings
    _made: dict[str, re.Pattern[str]] = field(default_factory=dict)

    def rules(self, text: str) -> list[Rule]:
        """The rules of a folded question, by position."""
        named = self.words.named(text)
        runs = _lists(named, text, self)
        found: list[Rule] = []
        for run in runs:
            begin, end = _clause(text, run[0].start, run[-1].end)
            left, right = text[begin : run[0].start], text[run[-1].end : end]
            settled = run[0].codes[0][0] in SETTLED
            verdict = (
                self._place(left, right, run) if settled else self._manner(left, right, run, found)
            )
            if verdict is not None:
                wanted, before, after = verdict
                start, stop = run[0].start - before, run[-1].end + after
                for each in run:
                    first, last = each is run[0], each is run[-1]
                    found.append(
                        Rule(
                            each,
                            wanted,
                            start if first else each.start,
                            stop if last else each.end,
                        )
                    )
        return found

    def any(self, *classes: str) -> str:
        """One alternation over classes of words of both languages."""
        parts = [side for name in classes for side in self.words.classes[name]]
        return "(?:" + "|".join(part for part in parts if part != "(?!)") + ")"

    def _match(self, pattern: str, text: str) -> re.Match[str] | None:
        if pattern not in self._made:
            self._made[pattern] = re.compile(pattern)
        return self._made[pattern].search(text)

    def _place(self, left: str, right: str, run: list[Named]) -> tuple[bool, int, int] | None:
        any_of = self.any
        chinese = has_han(left + right) or (not run[0].adjective and has_han(run[0].words))
        suffix = self._match(rf"^\s*(?:{any_of('place_suffix')})+", right) if chinese else None
        tail = right[suffix.end() :] if suffix else right
        if self._match(
            rf"{any_of('double', 'prefer', 'killer')}\s*(?:{FEW})$", left
        ) or self._match(rf"^\s*(?:的)?\s*{any_of('prefer', 'prefer_both')}", tail):
            return None
        if self._match(
            rf"{any_of('prefer_both')}\s*(?:考虑|选择)?\s*(?:来自|在|from|in)?\s*$", left
        ):
            return None
        if self._match(rf"^\s*{any_of('blocker')}(?![a-z])", tail):
            return None
        cut = suffix.end() if suffix else 0
        # Not wanted.
        after = self._match(rf"^\s*(?:的)?\s*{any_of('after')}(?:\s*的)?", tail)
        if after and (chinese or self._match(r"^\s*(?:are |is )?\w", tail)):
            start = self._match(
                rf"{any_of('not')}\s*(?:{any_of('from', 'based', 'in')})?\s*$", left
            )
            return False, len(start.group()) if start else 0, cut + after.end()
        refused = self._match(
            rf"(?:^|(?<![a-z])){any_of('not', 'outside')}\s*{any_of('also')}?\s*"
            rf"(?:{any_of('from', 'based', 'in', 'determiner')}\s*)*$",
            left,
        )
        if refused and not self._match(rf"{any_of('destined')}$", left):
            noun = self._partner(tail)
            return False, len(refused.group()), cut + (noun or 0)
        # Where they stand.
        stands = self._match(
            rf"(?<![a-z]){any_of('from', 'based')}\s*{any_of('determiner')}?\s*$", left
        )
        if stands and not self._match(
            r"(?:import|export|imported|sourced|data|samples?|shipped|进口|数据)\w*\s*(?:from|来自)\s*$",
            left,
        ):
            if self._match(rf"{any_of('self')}\s*(?:{FEW})$", left[: stands.start()]):
                return None
            goes_on = self._match(
                rf"^\s*(?:$|的|{any_of('and', 'relative', 'with', 'preposition', 'only', 'in', 'not')})",  # noqa: E501
                tail,
            )
            if not (
                chinese or (goes_on and not run[-1].adjective) or self._partner(tail) is not None
            ):
                return None
            linked = self._match(r"^\s*的", tail)
            return True, len(stands.group()), cut + (linked.end() if linked else 0)
        inside = self._match(rf"(?<![a-z]){any_of('in')}\s*{any_of('determiner')}?\s*$", left)
        if inside:
            people = self._match(
                rf"{any_of('near', 'noun', 'pronoun')}\s*$", left[: inside.start()]
            ) or self._nature_ends(left[: inside.start()])
            if people or (chinese and self._far(tail)):
                return True, len(inside.group()), cut
            return None
        # What they are.
        if self._match(rf"{any_of('destined')}\s*$", left):
            return None
        based = self._match(r"^\s+based(?![a-z])", tail)
        if based and self._partner(tail[based.end() :], far=True) is not None:
            return True, 0, cut + based.end()
        direct = self._partner(tail)
        if direct is not None:
            if not chinese and not run[-1].adjective:
                return None
            return True, 0, cut + (1 if tail.startswith("的") else 0)
        asked = not left.strip() or self._match(
            rf"{any_of('seek', 'question', 'determiner', 'intent', 'only', 'with', 'quality', 'relative')}"  # noqa: E501
            r"\s*(?:的|a|an|the)?\s*$",
            left,
        )
        if chinese and asked:
            if self._match(rf"^(?:的|{any_of('relative', 'in')})", tail) and self._partner(
                tail, far=True
            ):
                return True, 0, cut + (1 if tail.startswith("的") else 0)
            if self._match(rf"{any_of('seek', 'question', 'only')}", left) and self._partner(
                tail, far=True
            ):
                return True, 0, cut
            if self._match(
                r"^\s*(?:那边|这边|里面|里)?还?(?:有没有|有无|谁|哪些|哪家|哪个|有谁|有哪)", tail
            ):
                return True, 0, cut
        if not chinese and run[-1].adjective and self._far(tail):
            return True, 0, 0
        if (
            not run[-1].adjective
            and not tail.strip()
            and (not left.strip() or self._match(rf"^\s*{any_of('only')}\s*[:：]?\s*$", left))
        ):
            return True, len(left), cut
        if not run[-1].adjective and self._match(rf"^\s*{any_of('only')}\s*$", tail):
            return True, 0, cut + len(tail)
        return None

    def _partner(self, tail: str, *, far: bool = False) -> int | None:
        """Where partners directly follow (`far`: at the end of the clause or before what they do),
        the length up to them; None where none do."""
        any_of = self.any
        nouns = f"(?:{any_of('near', 'noun')}|{self._natures()})"
        filler = rf"\s*的?\s*(?:{any_of('quality', 'determiner', 'and')}\s*)*"
        ends = rf"(?=\s*(?:$|的|{any_of('relative', 'and', 'with', 'from', 'based', 'in', 'cooperation', 'not', 'preposition', 'manner', 'also', 'seek', 'question')}))"  # noqa: E501
        direct = self._match(rf"^{filler}{nouns}{ends}", tail)
        if direct:
            return direct.start()
        if not far:
            return None
        if _is_han(tail.lstrip()[:1]):
            found = self._match(
                rf"{nouns}(?:\s*{any_of('cooperation', 'manner', 'relative')}.*)?\s*(?:吗|呢)?$",
                tail,
            )
        else:
            found = self._match(
                rf"^(?:\s*(?!{any_of('preposition', 'in', 'from')}\s)[\w'/&+]+){{0,{MOST_WORDS}}}?\s+{nouns}{ends}",  # noqa: E501
                tail,
            )
        return found.start() if found else None

    def _far(self, tail: str) -> bool:
        return self._partner(tail, far=True) is not None

    def _natures(self) -> str:
        if "natures" not in self._made:
            spelled = [
                w for w, (codes, _) in self.words.codes.items() if codes[0][0] is Kind.NATURE
            ]
            body = "|".join(re.escape(w) for w in sorted(spelled, key=lambda w: -len(w)))
            self._made["natures"] = re.compile(f"(?:{body})")
        return self._made["natures"].pattern

    def _nature_ends(self, left: str) -> re.Match[str] | None:
        return self._match(rf"{self._natures()}\s*$", left)

    def _manner(
        self, left: str, right: str, run: list[Named], before: list[Rule]
    ) -> tuple[bool, int, int] | None:
        any_of = self.any
        nature = run[0].codes[0][0] is Kind.NATURE
        chinese = has_han(left + right) or (not run[0].adjective and has_han(run[0].words))
        if self._match(
            rf"{any_of('double', 'prefer', 'killer', 'prefer_both')}\s*(?:{FEW})$", left
        ):
            return None
        if self._match(rf"^\s*{any_of('prefer_both', 'after')}", right) and self._match(
            r"优先|加分|为佳", right
        ):
            return None
        refused = self._match(
            rf"(?<![a-z]){any_of('not')}\s*(?:{any_of('determiner', 'quality', 'also')}\s*)*$", left
        )
        aside = self._match(r"^\s+(?:this time|please|for now|at all|at this stage)", right)
        if refused and aside:
            return False, len(refused.group()), aside.end()
        ended = self._match(r"^\s*(?:的|类|们)?\s*$", right)
        if refused and (
            ended or self._match(rf"^\s*{any_of('and', 'near', 'cooperation', 'after')}", right)
        ):
            return False, len(refused.group()), ended.end() if ended else 0
        if nature and chinese and self._match(rf"^\s*{any_of('after')}\s*$", right):
            return False, 0, len(right)
        if not nature:
            return self._mode(left, right, run[0].words, chinese=chinese)
        if self._match(rf"{any_of('destined', 'own')}\s*(?:{any_of('quality')}\s*)*$", left):
            return None
        if self._match(rf"{any_of('self')}\s*(?:{FEW})$", left):
            return None
        placed = any(
            rule.wanted and rule.end <= run[0].start and run[0].start - rule.end <= 12
            for rule in before[-3:]
        )
        sought = self._match(
            rf"{any_of('seek', 'question', 'only', 'with')}|(?:与|跟|和|同|认识|结识)", left
        )
        alone = self._match(r"^\s+only(?![a-z])", right) or (
            not left.strip()
            and self._match(rf"^\s+(?:that|who|which|for|with|{any_of('near')})(?![a-z])", right)
        )
        if alone:
            return True, 0, 0
        only = self._match(rf"{any_of('only')}\s*$", left)
        if not (sought or placed or only):
            return None
        if chinese:
            head = ended or self._match(
                rf"^\s*(?:的)?\s*(?:{any_of('near', 'cooperation', 'and', 'relative', 'manner', 'not', 'in', 'from')}|作|，)",  # noqa: E501
                right,
            )
            return (
                (True, 0, 0)
                if head and not self._match(r"^\s*的(?!合作|伙伴|团队)", right)
                else None
            )
        between = left[sought.end() :] if sought else left[-30:]
        if self._match(rf"\s{any_of('preposition')}\s", f" {between} ") and not placed:
            return None
        head = ended or self._match(
            rf"^\s+(?:{any_of('near', 'relative', 'and', 'with', 'from', 'based', 'in', 'not')}|to|for|as|on|at)(?![a-z])",  # noqa: E501
            right,
        )
        return (True, 0, 0) if head else None

    def _mode(
        self, left: str, right: str, words: str, *, chinese: bool
    ) -> tuple[bool, int, int] | None:
        any_of = self.any
        if self._match(rf"^\s*{any_of('blocker')}", right) or self._match(
            r"^\s*(?:software|management|office|platform|system|server|管理|平台|系统|办公室|中心|软件)",
            right,
        ):
            return None
        partners = rf"(?:{any_of('near', 'noun')}|{self._natures()})"
        intended = self._match(
            rf"(?:{any_of('seek', 'intent', 'manner', 'with', 'only')}|[:：]|"
            r"(?<![a-z])(?:for|via|through|by|under|welcome|propose|arrange)(?:\s+an?)?|"
            r"(?:想|希望|拟|愿|愿意|计划).{0,6}(?:谈|做|搞|开展|进行)|(?:与|跟|和|同)[^，。,]{1,16}|"
            rf"{partners}(?:\s+(?:in|for))?)"
            rf"\s*(?:{any_of('quality', 'determiner')}\s*)*$",
            left,
        )
        ended = self._match(
            rf"^\s*(?:{any_of('cooperation', 'near', 'and')}|的|为主)?"
            r"\s*(?:伙伴|合作方|partner|partners)?\s*$",
            right,
        )
        goes_on = self._match(
            rf"^\s*(?:{any_of('cooperation', 'near', 'with', 'and')}|的合作)|^\s+(?:on|in|for)\s",
            right,
        )
        if intended and (ended or goes_on):
            return True, 0, 0
        meant = self._match(rf"{any_of('intent')}\s*$", left)
        if meant and words in self.words.verbal:
            return True, 0, 0
        if left.strip():
            return None
        asked_with = not chinese and self._match(
            rf"^\s+(?:on|in|for)\s.*\swith\s.*{partners}", right
        )
        return (True, 0, 0) if not right.strip() or asked_with else None


FEW = r".{0,6}"
_FRAMES: dict[str, Frames] = {}


def frames(vocabulary: Vocabulary) -> Frames:
    """The frames over a vocabulary's spellings, compiled once."""
    if vocabulary.fingerprint not in _FRAMES:
        _FRAMES[vocabulary.fingerprint] = Frames(spellings(vocabulary))
    return _FRAMES[vocabulary.fingerprint]


def _lists(named: list[Named], text: str, frames: Frames) -> list[list[Named]]:
    """Neighbours of one kind that only a comma or an "or" parts, as one run."""
    joiner = re.compile(rf"^[\s、,，/]*(?:{frames.any('and')})?[\s、/]*$")
    runs: list[list[Named]] = []
    for each in named:
        last = runs[-1][-1] if runs else None
        alike = last is not None and (
            (last.codes[0][0] in SETTLED) == (each.codes[0][0] in SETTLED)
        )
        if (
            last is not None
            and alike
            and last.end < each.start + 1
            and (last.end == each.start or joiner.match(text[last.end : each.start]))
            and text[last.end : each.start].strip(" ") not in (",", "，")
        ):
            runs[-1].append(each)
        else:
            runs.append([each])
    return runs


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


def _is_han(character: str) -> bool:
    return "\u3400" <= character[:1] <= "\u9fff"
