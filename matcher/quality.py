"""The quality of a profile: what is thin or against a rule, what to add, and how complete it is.

The limits are those of the Enterprise Europe Network's profiles. Completeness says how much of what
a reader needs is there; it goes into the confidence shown beside a pairing, never into the score:
a good technology badly described is still a good technology.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from matcher.errors import Bilingual
from matcher.organisation import Profile, ProfileKind, ProfileText, Publication

LIMITS = {"title": 256, "summary": 500, "description": 4000, "partner_role": 4000}
"""Characters a field may have."""
MOST_KEYWORDS = 5
MOST_TYPES = 3
LONGEST_DAYS = 2 * 365
"""A profile is open for a year and may be extended once."""

# Characters below which a field says too little, in Chinese and in other languages.
_THIN = {
    "title": (10, 25),
    "summary": (45, 120),
    "description": (120, 350),
    "partner_role": (20, 60),
}
_FIELD = {
    "title": Bilingual("标题", "title"),
    "summary": Bilingual("摘要", "summary"),
    "description": Bilingual("描述", "description"),
    "partner_role": Bilingual("合作方角色", "partner role"),
}
_ADD = {
    "title": Bilingual(
        "写明技术对象、用途和一个关键指标。", "Name the technology, its use and one key figure."
    ),
    "summary": Bilingual(
        "用三四句话写：是什么、做到什么程度、好在哪里、想要什么。",
        "In three or four sentences: what it is, how far it is, what is better, what is wanted.",
    ),
    "description": Bilingual(
        "补充做法与材料、测试条件下的数据、适用标准、已验证与未验证之处、应用场景。",
        "Add method and materials, figures with test conditions, standards, what is proved and "
        "what is not, the application.",
    ),
    "partner_role": Bilingual(
        "写明找哪一类机构、请它做什么、以什么条件。",
        "Say which kind of body is sought, for which task, on what terms.",
    ),
}
_FIGURE = re.compile(r"\d")
_CONTACT = re.compile(
    r"[\w.+-]+@[\w-]+\.\w{2,}|https?://|www\.\w|(?<![\d.])(?:\+?\d{1,3}[\s-])?1[3-9]\d{9}(?!\d)"
    r"|(?<!\d)\(?0\d{2,3}\)?-\d{7,8}(?!\d)"
)
_MARKUP = re.compile(r"</?[a-zA-Z][a-z0-9]*(?:\s[^<>]*)?>|&(?:nbsp|amp|lt|gt);")
_GARBLED = re.compile("â€|Ã[\x80-\xbf©¨¼¶¤]|ï»¿|\ufffd|锟斤拷")
_END = re.compile(r"[.!?。！？…)）\]】”\"'’;；]\s*$")
_HAN = re.compile(r"[\u3400-\u9fff]")


class Severity(StrEnum):
    """How much an advice weighs: a network would refuse it, readers miss it, have a look."""

    NEEDED = "needed"
    THIN = "thin"
    LOOK = "look"


@dataclass(frozen=True, slots=True)
class Advice:
    """What is wrong with one field of a profile, and what exactly mends it."""

    rule: str
    severity: Severity
    field: str
    """The field's name with its language, as in `summary_zh`; or a field without language."""
    what: Bilingual
    cure: Bilingual


def completeness(profile: Profile) -> float:
    """How much of what a reader needs the profile says, from 0 to 1, two decimals.

    Each text field counts by its length up to the length below which it is thin, in the language
    in which it says most; what does not apply to the profile's kind does not count.
    """
    parts = [(weight, _filled(profile, name)) for name, weight in
             (("title", 2.0), ("summary", 3.0), ("description", 4.0))]  # fmt: skip
    body = " ".join(text.body for text in profile.texts)
    parts.append((2.0, 1.0 if _FIGURE.search(body) else 0.0))
    parts.append((1.0, 1.0 if any(text.keywords for text in profile.texts) else 0.0))
    parts.append((1.0, 1.0 if _both_languages(profile) else 0.0))
    if profile.kind is not ProfileKind.CAPABILITY:
        parts.append((3.0, _filled(profile, "partner_role")))
        parts.append((1.0, 1.0 if profile.cooperation_types else 0.0))
        parts.append((1.0, 1.0 if profile.valid_until else 0.0))
    if profile.kind is ProfileKind.OFFER:
        parts.append((1.5, 0.0 if profile.trl is None else 1.0))
        parts.append((1.5, 0.0 if profile.ip_status is None else 1.0))
    return round(sum(weight * part for weight, part in parts) / sum(w for w, _ in parts), 2)


def advice(profile: Profile, today: date, holder: tuple[str, ...] = ()) -> list[Advice]:
    """Everything worth mending, the gravest first; `holder` are the names of its organisation,
    which the text of an anonymous profile must not give away.

    What was inferred from public sources nobody can mend: it has no advice.
    """
    if profile.publication is Publication.INFERRED:
        return []
    found = [*_of_texts(profile), *_of_facts(profile), *_of_dates(profile, today)]
    if profile.anonymous:
        found += _of_anonymity(profile, holder)
    order = list(Severity)
    return sorted(found, key=lambda one: order.index(one.severity))


def _of_texts(profile: Profile) -> Iterator[Advice]:
    for text in profile.texts:
        for name in LIMITS:
            applies = name != "partner_role" or profile.kind is not ProfileKind.CAPABILITY
            if applies or getattr(text, name):
                yield from _of_field(text, name)
        yield from _of_whole(text)
    if not _both_languages(profile):
        [language] = {text.language for text in profile.texts}
        other = "en" if language == "zh" else "zh"
        spoken = Bilingual("英文", "English") if other == "en" else Bilingual("中文", "Chinese")
        yield Advice(
            "one_language",
            Severity.LOOK,
            f"title_{other}",
            Bilingual("只有一种语言。", "It stands in one language only."),
            Bilingual(
                f"至少补上{spoken.zh}标题和摘要，对方的读者才看得懂。",
                f"Add at least title and summary in {spoken.en}, for readers on the other side.",
            ),
        )


def _of_field(text: ProfileText, name: str) -> Iterator[Advice]:
    said: str = getattr(text, name).strip()
    label, field = _FIELD[name], f"{name}_{text.language}"
    thin, limit = _least(name, text.language), LIMITS[name]
    if not said:
        grave = Severity.NEEDED if name in ("title", "summary") else Severity.THIN
        yield Advice(
            "empty",
            grave,
            field,
            Bilingual(f"{label.zh}是空的。", f"The {label.en} is empty."),
            _ADD[name],
        )
        return
    if len(said) > limit:
        over = len(said) - limit
        yield Advice(
            "too_long",
            Severity.NEEDED,
            field,
            Bilingual(
                f"{label.zh}有 {len(said)} 个字符，上限是 {limit}。",
                f"The {label.en} has {len(said)} characters, the limit is {limit}.",
            ),
            Bilingual(f"删去 {over} 个字符。", f"Cut {over} characters."),
        )
    elif len(said) < thin:
        yield Advice(
            "short",
            Severity.THIN,
            field,
            Bilingual(
                f"{label.zh}只有 {len(said)} 个字符，少于 {thin} 个时说不清楚。",
                f"The {label.en} has {len(said)} characters; below {thin} it says too little.",
            ),
            _ADD[name],
        )
    if name in ("summary", "description") and not _END.search(said):
        yield Advice(
            "cut_off",
            Severity.LOOK,
            field,
            Bilingual(f"{label.zh}似乎被截断。", f"The {label.en} seems to be cut off."),
            Bilingual("补全最后一句。", "Complete its last sentence."),
        )


def _of_whole(text: ProfileText) -> Iterator[Advice]:
    """Faults that any field of a text may have."""
    if not _FIGURE.search(f"{text.summary} {text.description}"):
        yield Advice(
            "no_figure",
            Severity.THIN,
            f"description_{text.language}",
            Bilingual("没有一个数据。", "There is no figure in it."),
            Bilingual(
                "写出至少一个指标及其测试条件，如“25 ℃ 下 0.45 Pa·s”。",
                'Give at least one figure with its condition, as "0.45 Pa s at 25 °C".',
            ),
        )
    if not text.keywords:
        yield Advice(
            "no_keyword",
            Severity.THIN,
            f"keywords_{text.language}",
            Bilingual("没有关键词。", "There is no keyword."),
            Bilingual(
                f"写一至 {MOST_KEYWORDS} 个具体的技术词。",
                f"Give one to {MOST_KEYWORDS} words that name the technology.",
            ),
        )
    elif len(text.keywords) > MOST_KEYWORDS:
        yield Advice(
            "many_keywords",
            Severity.NEEDED,
            f"keywords_{text.language}",
            Bilingual(
                f"有 {len(text.keywords)} 个关键词，上限是 {MOST_KEYWORDS}。",
                f"It has {len(text.keywords)} keywords, the limit is {MOST_KEYWORDS}.",
            ),
            Bilingual("只留最具体的几个。", "Keep the most specific ones."),
        )
    for name in LIMITS:
        said = getattr(text, name)
        field = f"{name}_{text.language}"
        for rule, pattern, what, cure in _LOOKS:
            met = pattern.search(said)
            if met:
                shown = met[0][:30]
                yield Advice(
                    rule,
                    Severity.NEEDED if rule == "contact" else Severity.LOOK,
                    field,
                    Bilingual(what.zh.format(shown), what.en.format(shown)),
                    cure,
                )
        if said and (text.language == "zh") != bool(_HAN.search(said)) and len(said) > LEAST_SEEN:
            yield Advice(
                "wrong_language",
                Severity.NEEDED,
                field,
                Bilingual("这一栏的语言不对。", "The field is in another language than it says."),
                Bilingual("移到对应语言的一栏。", "Move it to the field of its language."),
            )


def _of_facts(profile: Profile) -> Iterator[Advice]:
    if profile.kind is ProfileKind.OFFER:
        if profile.trl is None:
            yield Advice(
                "no_trl",
                Severity.NEEDED,
                "trl",
                Bilingual("没有填写技术成熟度。", "The readiness level is missing."),
                Bilingual(
                    "供给必须写明，1 至 9：实验室样件约 4，中试约 6，量产 9。",
                    "An offer needs it, 1 to 9: a sample in the laboratory is about 4, a pilot 6, "
                    "production 9.",
                ),
            )
        if profile.ip_status is None:
            yield Advice(
                "no_ip_status",
                Severity.NEEDED,
                "ip_status",
                Bilingual("没有填写知识产权状态。", "The IP status is missing."),
                Bilingual(
                    "供给必须写明：已授权、已申请、技术秘密等。",
                    "An offer needs it: granted, applied for, secret know-how ...",
                ),
            )
    if profile.kind is ProfileKind.CAPABILITY:
        return
    number = len(profile.cooperation_types)
    if not 1 <= number <= MOST_TYPES:
        yield Advice(
            "partnership_types",
            Severity.NEEDED,
            "cooperation_types",
            Bilingual(f"伙伴关系类型有 {number} 种。", f"It names {number} types of partnership."),
            Bilingual(f"写一至 {MOST_TYPES} 种。", f"Name one to {MOST_TYPES}."),
        )


def _of_dates(profile: Profile, today: date) -> Iterator[Advice]:
    if profile.kind is ProfileKind.CAPABILITY:
        return
    begins, ends = profile.valid_from, profile.valid_until
    if ends is None:
        yield Advice(
            "no_end",
            Severity.THIN,
            "valid_until",
            Bilingual("没有有效期。", "It has no last day."),
            Bilingual("写明有效期止，通常一年。", "Give its last day, usually after a year."),
        )
    elif ends < today:
        yield Advice(
            "expired",
            Severity.NEEDED,
            "valid_until",
            Bilingual(f"已于 {ends} 过期。", f"It expired on {ends}."),
            Bilingual("确认仍有效后延期，或撤下。", "Extend it if it still holds, or withdraw it."),
        )
    elif begins is not None and (ends - begins).days > LONGEST_DAYS:
        yield Advice(
            "long_validity",
            Severity.LOOK,
            "valid_until",
            Bilingual("有效期超过两年。", "It is open for more than two years."),
            Bilingual("缩短到一年，届时再延期。", "Shorten it to a year and extend it then."),
        )


def _of_anonymity(profile: Profile, holder: tuple[str, ...]) -> Iterator[Advice]:
    for text in profile.texts:
        for name in LIMITS:
            said = getattr(text, name).casefold()
            told = next((one for one in holder if len(one) > 2 and one.casefold() in said), None)
            if told is not None:
                yield Advice(
                    "names_holder",
                    Severity.NEEDED,
                    f"{name}_{text.language}",
                    Bilingual(
                        f"匿名资料里写出了机构名称“{told}”。",
                        f'The profile is anonymous and names its holder, "{told}".',
                    ),
                    Bilingual("改为“一家企业”等说法。", 'Write "a company" or the like.'),
                )


def _filled(profile: Profile, name: str) -> float:
    return max(
        min(1.0, len(getattr(text, name).strip()) / _least(name, text.language))
        for text in profile.texts
    )


def _least(name: str, language: str) -> int:
    chinese, other = _THIN[name]
    return chinese if language == "zh" else other


def _both_languages(profile: Profile) -> bool:
    return len({text.language for text in profile.texts}) > 1


LEAST_SEEN = 20
"""A field of so few characters may be a formula or a name in any language."""

_LOOKS = (
    (
        "contact",
        _CONTACT,
        Bilingual("含有联系方式“{}”。", 'It holds contact data: "{}".'),
        Bilingual("删去：联系由经纪人安排。", "Take it out: brokers arrange the contact."),
    ),
    (
        "markup",
        _MARKUP,
        Bilingual("含有网页标记“{}”。", 'It holds markup: "{}".'),
        Bilingual("只留文字。", "Keep the text only."),
    ),
    (
        "garbled",
        _GARBLED,
        Bilingual("含有乱码“{}”。", 'It holds garbled characters: "{}".'),
        Bilingual("从原文重新复制，并存为 UTF-8。", "Copy it again from the original, as UTF-8."),
    ),
)
