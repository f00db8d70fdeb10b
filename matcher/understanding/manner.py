"""Natures and manners: whether a question asks for partners of that nature, or to cooperate so."""

from __future__ import annotations

from collections.abc import Sequence

from matcher.query import Kind

from .frames import PARTNERS, REFUSING, Frame, Rule, Verdict

_THINGS = (
    r"^\s*(?:software|management|office|platform|system|server|fee|fees|cost|costs|管理|平台|系统|"
    r"办公室|中心|软件|费|率|流程|体系|政策|评估)"
)


def manner(frame: Frame, before: Sequence[Rule]) -> Verdict | None:
    """The verdict on a run of natures or of modes, given the rules on places; None where it is
    no rule."""
    if frame.open_ended(frame.right) or frame.told():
        return None
    start, end = frame.run[0].start, frame.run[-1].end
    if any(not rule.wanted and rule.start < end and start < rule.end for rule in before):
        return None
    refused = frame.find(rf"{REFUSING}\s*(?:{{determiner|quality|also}}\s*)*$", frame.left)
    ended = frame.find(r"^\s*(?:的|类|们)?\s*$", frame.right)
    excepted = frame.find(r"^\s*(?:are\s+|is\s+|就|都|也)?{after}\s*了?$", frame.right)
    if (refused or excepted) and frame.besides(frame.right):
        return None
    if refused:
        aside = frame.find(r"^\s*{polite}", frame.right)
        after = aside or ended
        if after:
            return Verdict(False, len(refused.group()), after.end())
        goes_on = frame.find(r"^\s*{and|near|cooperation|after|not}", frame.right)
        return Verdict(False, len(refused.group())) if goes_on else None
    if excepted:
        return Verdict(False, 0, len(frame.right))
    if frame.denied(frame.run[-1].words + frame.right):
        return None
    if frame.run[0].codes[0][0] is Kind.MODE:
        return _mode(frame)
    return _nature(frame, before) if frame.run[0].codes[-1][0] is Kind.NATURE else None


def _nature(frame: Frame, before: Sequence[Rule]) -> Verdict | None:
    left, right = frame.left, frame.right
    if frame.find(r"{destined|own}\s*(?:{quality}\s*)*$", left) or frame.find(
        r"{self}\s*.{0,6}$", left
    ):
        return None
    near = frame.find(r"^\s*{near}", right)  # university partner in Germany
    start, end = frame.run[0].start, frame.run[-1].end + (near.end() if near else 0)
    placed = any(
        rule.wanted and (0 <= start - rule.end <= 12 or 0 <= rule.start - end <= 1)
        for rule in before
    )
    wanted = Verdict(wanted=True)
    if frame.find(r"^\s+only(?![a-z])", right):
        return wanted
    sought = frame.find(r"{seek|question|only|with}|与|跟|和|同|认识|结识", left)
    if frame.chinese:
        asked = frame.find(r"^\s*(?:有哪些|有谁|有吗|是谁|是哪)", right)
        able = frame.find(
            r"^\s*{relative|in}.*的\s*(?:{quality}\s*)*(?:{near|noun}\s*{and}\s*)?$", left
        )
        head = frame.find(
            r"^\s*(?:类|们|的|吗|呢)?\s*$|^\s*的?\s*{near|cooperation}|"
            r"^\s*(?:{and|relative|manner|not|in|from|seek|after}|{verbal}(?!的)|作)",
            right,
        )
        return wanted if (asked or head) and (sought or placed or able) else None
    head = frame.find(
        r"^\s*$|^\s+(?:{near|relative|and|with|from|based|in|outside|not|only|seek}|to|for|as|on|at)(?![a-z])",
        right,
    )
    if not head:
        return None
    if placed:
        return wanted
    begins = frame.find(r"^\s*(?:{determiner|quality}\s*)*$", left) and frame.find(
        # "company that I work for" asks for none.
        r"^\s+(?:(?:that|which)(?!\s+(?:i|we|you|they|he|she|my|our)(?![a-z]))|who|able|capable|"
        r"working|making|doing|offering|developing|producing|with experience|with expertise|"
        r"specialis|specializ)",
        right,
    )
    if begins:
        return wanted
    if not sought or frame.find(r"{preposition|relative|from}", left[sought.end() :]):
        return None
    return wanted


def _mode(frame: Frame) -> Verdict | None:
    left, right = frame.left, frame.right
    if frame.find(r"^\s*{blocker}", right) or frame.find(_THINGS, right):
        return None
    weak = any(each.words in frame.words.weak for each in frame.run)
    partner = frame.find(
        r"^\s*(?:的\s*)?(?:伙伴|合作伙伴|合作方|合作单位|partners?|collaborators?)(?![a-z])", right
    )
    if partner and not frame.governed(left):
        return Verdict(wanted=True)
    if weak and not frame.find(r"^\s*{cooperation}", right):
        return None
    intended = frame.find(
        r"(?:{seek|intent|manner|with|only}|[:：]|"
        r"(?<![a-z])(?:via|through|by way of|under|welcome|propose|arrange)(?:\s+an?)?|"
        r"(?:想|希望|拟|愿|愿意|计划).{0,6}(?:谈|做|搞|开展|进行)|(?:与|跟|和|同)[^，。,]{1,16}|"
        rf"{PARTNERS}(?:\s+(?:in|for))?|{PARTNERS}[^,.]*\sfor)"
        r"\s*(?:{quality|determiner}\s*)*$",
        left,
    )
    goes_on = frame.find(
        rf"^\s*(?:的|为主)?\s*$|^\s*{{cooperation|near|with|and}}|^的合作|^的.{{0,8}}{PARTNERS}|"
        r"^\s+(?:on|in|for|of)\s",
        right,
    )
    if intended and goes_on:
        return Verdict(wanted=True)
    if (
        frame.run[-1].words in frame.words.verbal
        and frame.find(rf"(?:{{intent}}|(?:与|和|同|跟).{{0,12}}{PARTNERS})\s*$", left)
        and not frame.find(r"^的", right)
    ):
        return Verdict(wanted=True)
    if left.strip():
        return None
    asked_with = not frame.chinese and frame.find(
        rf"^\s+(?:{{cooperation}}\s+)?(?:(?:on|in|for)\s.*\s)?with\s.*{PARTNERS}", right
    )
    if asked_with or (not right.strip() and frame.asks):
        return Verdict(wanted=True)
    return None
