"""Places: whether a question asks for partners that stand there, or for such as do not."""

from __future__ import annotations

from matcher.query import Kind

from .frames import PARTNERS, REFUSED, REFUSING, Frame, Verdict

_ENDED = r"^\s*(?:$|的|{and|relative|with|preposition|only|in|not|plus|manner|cooperation|polite})"
_DOING = r"|^\s+[a-z]+ing(?![a-z])"
_ALL_BUT = (
    r"(?<![a-z])(?:all|any|every|anywhere|everywhere|anyone|everyone|anybody|everybody)"
    r"(?:\s+(?!{relative|preposition|in|from|with})[a-z]+){0,3}\s+but(?![a-z])"
)
_SOURCE = (
    r"(?<![a-z])(?:import|export|suppl|sourc|ship|buy|purchas|data|sample|image|recover|extract|"
    r"specimen|strain|isolate|deliver)[a-z]*|进口|出口|数据|样本|采购"
)


def standing(frame: Frame) -> Verdict | None:
    """The verdict on a run of places; None where it is no rule."""
    suffix = frame.find(r"^\s*{place_suffix}+", frame.right)
    cut = suffix.end() if suffix else 0
    tail = frame.right[cut:]
    if frame.open_ended(tail) or frame.told() or frame.find(r"^\s*的?\s*{blocker|made}", tail):
        return None
    unwanted = _unwanted(frame, tail, cut)
    if unwanted is not None:
        # ", not from the UK" speaks of partners, though nothing else in the question does.
        plain = frame.find(
            r"^\s*(?:but\s+)?not\s+(?:from|based\s+in)\s*{determiner}?\s*$", frame.left
        )
        return unwanted if unwanted.wanted is False and (frame.asks or plain) else None
    if frame.denied(tail) or frame.find(
        rf"(?:{REFUSING}|{{outside}})\s*(?:{{determiner|also|quality}}\s*)*$", frame.left
    ):
        return None
    if frame.run[-1].codes[-1][0] is Kind.NATURE:
        return None if frame.governed(frame.left) else Verdict(wanted=True)
    for read in (_from, _inside, _modifier, _alone):
        verdict = read(frame, tail, cut)
        if verdict is not None:
            return verdict
    return None


def _unwanted(frame: Frame, tail: str, cut: int) -> Verdict | None:
    """日本以外的, 除日本外, not from the US, no American companies."""
    begun = frame.find(rf"(?:{REFUSING}|{_ALL_BUT})\s*(?:{{from|based|in}}\s*)?$", frame.left)
    after = frame.find(
        rf"^\s*(?:的?\s*(?:{PARTNERS})?\s*)(?:are\s+|is\s+|就|都|也)?{{after}}(?:\s*的|了)?",
        tail,
    )
    # 德国企业不要高校 refuses what comes, 德国企业不要 what stands before.
    if after and not frame.find(r"[外除](?:的|了)?$|ed$", after.group()):
        after = after if frame.find(r"^\s*(?:$|{polite})", tail[after.end() :]) else None
    if after and (begun or after.group().strip() != "外"):
        if frame.besides(tail[after.end() :]):
            return Verdict(wanted=True)
        return Verdict(False, len(begun.group()) if begun else 0, cut + after.end())
    refused = frame.find(
        rf"(?:{REFUSING}|{{outside}}|{_ALL_BUT})\s*{{also}}?\s*"
        r"(?:{quality|determiner|near|noun|nature|from|based|in}\s*)*$",
        frame.left,
    )
    if not refused:
        return None
    if frame.besides(tail):
        return Verdict(wanted=True)
    noun = frame.partners(tail, far=True)
    before = frame.left[: refused.start()]
    if frame.find(r"^{outside}", refused.group()) and not (
        not before.strip() or frame.find(rf"(?:{PARTNERS}|{{pronoun|from|and}})\s*$", before)
    ):
        return None
    goes_on = frame.find(_ENDED + _DOING + r"|^\s*{cooperation}", tail)
    if noun is None and (frame.adjective or not goes_on):
        ended = not tail.strip()
        return Verdict(False, len(refused.group()), cut) if ended else None
    return Verdict(
        False, len(refused.group()), cut + (frame.partners(tail) or _linked(frame, tail))
    )


def _from(frame: Frame, tail: str, cut: int) -> Verdict | None:
    """来自德国的团队, companies based in Israel, "..., from Austria"."""
    stands = frame.find(r"{from|based}\s*{determiner}?\s*$", frame.left)
    if not stands:
        return None
    before = frame.left[: stands.start()]
    if frame.find(r"{self|own}\s*$", before):
        return None
    taken = len(stands.group())
    whole = Verdict(True, taken, cut + _linked(frame, tail))
    if frame.chinese:
        if tail.strip():
            return whole if frame.partners(tail, far=True) is not None else None
        return whole if frame.asks else None
    if frame.partners(tail) is not None:
        return whole if frame.adjective or not frame.run[-1].ambiguous else None
    if frame.adjective or not frame.find(_ENDED + _DOING, tail):
        return None
    people = rf"(?:{PARTNERS}|{{pronoun|only|and}}|must|should|be|is|are)\s*$"
    doing = rf"{PARTNERS}\s+(?:{{relative|with|in}}|for|on|to)(?![a-z])(?!.*(?:{_SOURCE}))"
    if (not before.strip() and frame.asks) or frame.find(people, before):
        return whole
    return whole if stands.group().startswith("from") and frame.find(doing, before) else None


def _inside(frame: Frame, tail: str, cut: int) -> Verdict | None:
    """A team in Japan; 在丹麦的企业, 合作方在欧洲."""
    inside = frame.find(r"{in}\s*{determiner}?\s*$", frame.left)
    if not inside:
        return None
    before = frame.left[: inside.start()]
    people = frame.find(rf"(?:{PARTNERS}|{{pronoun}})\s*(?:应|须|要|需|必须|最终)?$", before)
    taken = len(inside.group())
    if frame.chinese:
        if frame.find(r"^\s*的", tail) and frame.partners(tail, far=True) is not None:
            return Verdict(True, taken, cut + _linked(frame, tail))
        # 谁在新加坡做膜, 在荷兰做机器人的公司: where they do it is where they stand.
        asked = frame.find(
            rf"(?:{{question}}|有人|有没有人|{{seek|question|only}}.*{PARTNERS})\s*{{relative}}?$",
            before,
        )
        does = frame.find(r"^\s*(?:{relative}|搞|干|卖)", tail)
        who = frame.partners(tail, far=True) is not None
        if frame.find(r"^\s*{seek}|^\s*(?:{question}|有人)", tail) or (
            does and (asked or (who and (frame.seeks() or not before.strip())))
        ):
            return Verdict(True, taken, cut)
        return Verdict(True, taken, cut) if people and not tail.strip() else None
    if not people or frame.adjective or frame.governed(before[: people.start()]):
        return None
    goes_on = frame.find(_ENDED + _DOING, tail)
    return Verdict(True, taken, cut) if goes_on else None


def _modifier(frame: Frame, tail: str, cut: int) -> Verdict | None:
    """German companies, 德国做激光的企业, EU partners, Israel-based start-ups."""
    if frame.governed(frame.left):
        return None
    linked = cut + _linked(frame, tail)
    based = frame.find(r"^\s+based(?![a-z])", tail)
    if based and frame.partners(tail[based.end() :], far=True) is not None:
        return Verdict(True, 0, cut + based.end())
    direct = frame.partners(tail) is not None
    begins = not frame.find(r"[^\s]", frame.left) or frame.find(
        r"^\s*(?:{determiner|quality|and}\s*)+$", frame.left
    )
    if not frame.chinese:
        last = frame.run[-1]
        qualifies = last.adjective or last.attributive or (direct and not last.ambiguous)
        near = frame.find(r"^\s*(?:{quality}\s*)*{near}", tail)
        joins = frame.find(r"{with|and|relative}\s*(?:{determiner|quality}\s*)*$", frame.left)
        return (
            Verdict(True, 0, cut)
            if qualifies
            and (begins or near or frame.seeks() or joins)
            and (direct or frame.partners(tail, far=True) is not None)
            else None
        )
    sought = frame.find(r"{seek|question|intent|only|near}", frame.question)
    if direct and (
        sought or frame.find(rf"^.*?{PARTNERS}\s*(?:$|{{cooperation|with|not|and}})", tail)
    ):
        return Verdict(True, 0, linked)
    asked = begins or frame.find(
        r"{seek|question|determiner|intent|only|with|quality|relative}\s*的?\s*$|的\s*$", frame.left
    )
    if asked and frame.find(r"^\s*(?:那边|这边|里面|里)?还?(?:有没有|有无|有人|有?谁|有?哪)", tail):
        return Verdict(True, 0, cut)
    if not asked or frame.partners(tail, far=True) is None:
        return None
    if frame.find(r"^\s*(?:的|{relative|in})", tail):
        return Verdict(True, 0, linked)
    return Verdict(True, 0, cut) if frame.seeks() else None


def _alone(frame: Frame, tail: str, cut: int) -> Verdict | None:
    """A clause that names places and nothing else, or these only."""
    if frame.adjective:
        return None
    only = frame.find(r"^\s*{only}\s*[:：]?\s*$", frame.left)
    if frame.find(r"^\s*{only}\s*$", tail):
        return Verdict(True, 0, cut + len(tail))
    if frame.asks and not frame.left.strip() and frame.find(r"^(?:都|均|皆)(?:行|可|好|能)", tail):
        return Verdict(True, 0, cut + len(tail))
    if tail.strip() or (frame.left.strip() and not only):
        return None
    if frame.lead.rstrip(" ,，").endswith(REFUSED):
        return None  # "-Germany, France" may go on with what is not wanted.
    if not frame.chinese and not only and frame.find(r"{in}", frame.lead) and not frame.asks:
        return None
    # 地震监测：日本、智利 names where, 国别：日本 names who.
    if frame.find(r"[:：]\s*$", frame.lead) and not frame.find(r"{only}\s*[:：]\s*$", frame.lead):
        return None
    return Verdict(True, len(frame.left), cut)


def _linked(frame: Frame, tail: str) -> int:
    """The length of the 的 that `tail` begins with."""
    linked = frame.find(r"^\s*的", tail)
    return linked.end() if linked else 0
