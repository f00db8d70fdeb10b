"""Profiles: a story told by a body that could tell it, in the fields of a tabular file."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from matcher.scheme import Term
from matcher.vocabulary import Vocabulary

from .bodies import Body
from .draw import Draw
from .names import Part
from .phrases import MODES, Phrasebook
from .quotas import LINKS
from .story import FIELDS, LANGUAGES, SPEAKERS, Story, drawn, fill, sentences

TODAY = date(2026, 11, 20)
"""No profile is younger."""
LAYOUTS: dict[str, dict[str, float]] = {
    "beijing": {"zh": 68, "both": 29, "en": 3},
    "named": {"zh": 41, "both": 33, "en": 26},
    "unnamed": {"zh": 0, "both": 35, "en": 65},
}
"""Beijing; abroad with a Chinese name; abroad without -> languages of a profile."""
PUBLIC = ("government", "industry_association", "international_organisation", "intermediary",
          "science_park")  # fmt: skip
"""Kinds of bodies that need technology or serve it, but do not make it."""
KINDS = {
    "beijing": {"offer": 44, "request": 46, "capability": 10},
    "abroad": {"offer": 58, "request": 29, "capability": 13},
}
ONE_TEXT = 0.7
"""Share of profiles whose summary is to be the story's own first sentence."""
TRIES = 3
"""So often are a story's values drawn anew where a sentence of it was said before."""

SAME_RUNS = 12
"""Profiles in which one run of eight English words or twelve Chinese characters may stand."""

TYPES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("commercial_with_assistance", ("许可", "licen", "技术转让", "驻厂", "know-how")),
    (
        "rd_cooperation",
        ("联合", "合作开发", "joint", "co-develop", "together", "课题", "trial", "试验"),
    ),
    ("investment", ("投资", "合资", "入股", "invest", "joint venture", "equity")),
    ("supplier", ("采购", "供货", "供应商", "supplier", "purchase", "supply")),
    ("outsourcing", ("委托", "代工", "外包", "on contract", "outsourc", "subcontract")),
    ("commercial", ("代理", "经销", "销售", "distribut", "agent", "sales")),
)
"""Partnership type -> words of a wish that ask for it."""
LEVELS: tuple[tuple[str, tuple[int, int], tuple[str, ...]], ...] = (
    (
        "high",
        (7, 9),
        ("量产", "批量供", "已交付", "在运", "在册客户", "in series", "customers", "in production"),
    ),
    ("mid", (5, 7), ("中试", "现场", "示范", "试运行", "pilot", "field", "on site")),
    ("low", (3, 5), ("样机", "小试", "实验室", "prototype", "laboratory", "breadboard")),
)


def level(story: Story) -> tuple[str | None, tuple[int, int]]:
    """How far a story's matter is, with the readiness levels that fit; None where it shows not."""
    return next(
        ((name, span) for name, span, signs in LEVELS if story.mentions(*signs)), (None, (4, 6))
    )


def runs(text: str, language: str) -> set[str]:
    """Every run of eight words of an English text, of twelve characters of a Chinese one."""
    units = text.lower().split() if language == "en" else list("".join(text.split()))
    width = 8 if language == "en" else 12
    return {" ".join(units[start : start + width]) for start in range(len(units) - width + 1)}


class Desk:
    """Writes the profiles of one body after another; remembers every sentence it has used."""

    def __init__(
        self, draw: Draw, stories: list[Story], book: Phrasebook, vocabulary: Vocabulary
    ) -> None:
        self._draw, self._book, self._vocabulary = draw, book, vocabulary
        self._told: Counter[int] = Counter()
        self._said: set[str] = set()
        self._runs: Counter[str] = Counter()
        self._by_sector: dict[str, list[Story]] = defaultdict(list)
        for story in stories:
            self._by_sector[vocabulary.sector_of(story.capability)].append(story)

    def know(self, rows: list[dict[str, Any]]) -> None:
        """Sentences of hand-written rows stay theirs."""
        for row in rows:
            for code in LANGUAGES:
                for one in ("title", "summary", "description", "partner_role"):
                    self._said |= {s.lower() for s in sentences(row.get(f"{one}_{code}", ""))}

    def write(
        self, body: Body, sector: str, number: int, near: str | None
    ) -> tuple[dict[str, Any], str]:
        """The profile's columns, and the capability of the story it tells; `near` is the
        capability of the body's former profile."""
        kind = self._draw.weighted(KINDS["beijing" if body.beijing else "abroad"])
        if body.kind in PUBLIC:
            kind = self._draw.weighted({"request": 55, "offer": 38, "capability": 7})
            sector = sector if kind == "request" else "services"  # they make nothing
        layout = self._draw.weighted(LAYOUTS[_group(body)])
        languages = LANGUAGES if layout == "both" else (layout,)
        for story in self._candidates(body, sector, kind, near):
            for _ in range(TRIES):
                profile = self._tell(body, story, kind, languages)
                self._told[story.number] += 1  # one that repeats itself goes to the end too
                if profile is not None:
                    key = f"{body.id}-{kind[0]}{number}"
                    return {"profile_id": key, **profile}, story.capability
        raise ValueError(f"no story left in {sector} for a {kind} of {body.id}")

    def _candidates(self, body: Body, sector: str, kind: str, near: str | None) -> list[Story]:
        """Stories it could tell, the least told first, those near its former one before others."""
        told_as = "request" if kind == "request" else "offer"
        own = SPEAKERS[body.kind]
        neighbours = self._vocabulary.neighbours_of(near) if near else ()
        close = {near, *(term.code for term in neighbours)}
        ranked = []
        for story in self._of_kind(body.kind, sector):
            if story.kind == told_as and (story.voice is None or story.voice in own):
                foreign = story.voice is None and body.kind in ("enterprise", "hospital")
                times = self._told[story.number] * 2 + foreign - (story.capability in close)
                ranked.append(((times, self._draw.fraction()), story))
        ranked.sort(key=lambda pair: pair[0])
        return [story for _, story in ranked]

    def _of_kind(self, kind: str, sector: str) -> list[Story]:
        """The stories of a sector, or of what such bodies do at all, that are among its tasks."""
        tasks = self._book.tasks(kind)
        if not tasks:
            return self._by_sector[sector]
        wide = dict.fromkeys((sector, "health" if kind == "hospital" else "services"))
        return [
            story
            for there in wide
            for story in self._by_sector[there]
            if story.capability in tasks
            or self._vocabulary.capability.get(story.capability).parent in tasks
        ]

    def _tell(
        self, body: Body, story: Story, kind: str, languages: tuple[str, ...]
    ) -> dict[str, Any] | None:
        values = drawn(self._draw, story.slots)
        capability = self._vocabulary.capability.get(story.capability)
        shown, span = level(story)
        trl = self._draw.between(*span)
        status = self._status(story, kind)
        wanted = self._wanted(story, kind)
        texts = {
            code: {field: fill(story.texts[f"{field}_{code}"], values[code]) for field in FIELDS}
            for code in languages
        }
        beside = self._beside(body, story, kind, shown, status)
        first = self._draw.chance(ONE_TEXT)
        summary = None
        if not first and self._draw.chance(0.55):
            told_as = "request" if kind == "request" else "offer"
            partner = "buyer" if (told_as, wanted[0]) == ("offer", "supplier") else wanted[0]
            name = Part(capability.en, capability.zh)
            summary = self._book.summary(body, told_as, name, trl, partner)
        # Cut short now and then, where no other language has to say the same.
        whole = len(languages) > 1 or self._draw.chance(0.85)
        columns: dict[str, Any] = {}
        fresh: set[str] = set()
        spoken: set[str] = set()
        for code in languages:
            fields = self._fields(texts[code], beside, summary, first, kind, code, whole)
            said = [s.lower() for text in fields.values() for s in sentences(text)]
            if len(set(said)) < len(said) or self._said & set(said) or not _within(fields):
                return None
            fresh |= set(said)
            spoken |= {run for text in fields.values() for run in runs(text, code)}
            columns |= {f"{name}_{code}": text for name, text in fields.items() if text}
            columns[f"keywords_{code}"] = self._keywords(capability, code)
        if any(self._runs[run] >= SAME_RUNS for run in spoken):
            return None
        self._said |= fresh
        self._runs.update(spoken)
        ordered = {key: columns[key] for key in sorted(columns, key=_COLUMNS.index)}
        return {
            "profile_kind": kind,
            "publication": "inferred"
            if kind == "capability"
            else self._draw.weighted({"accepting_interest": 58, "published": 42}),
            **ordered,
            **self._particulars(body, story, kind, trl, status, wanted),
        }

    def _beside(
        self, body: Body, story: Story, kind: str, shown: str | None, status: str | None
    ) -> dict[str, Part]:
        """The sentences that stand beside the story, where they cannot contradict it."""
        draw, book = self._draw, self._book
        found: dict[str, Part | None] = {}
        tells_size = story.mentions(
            "初创", "集团", "大型企业", "start-up", "family", "spin-off", "员工"
        )
        if not tells_size and draw.chance(0.62):
            found["before" if draw.chance(0.35) else "after"] = book.about(body)
        if draw.chance(0.2):
            found["equipment"] = book.equipment(body, self._vocabulary.sector_of(story.capability))
        if kind != "request" and shown and draw.chance(0.2):
            found["stage"] = book.stage(body, shown)
        if (
            kind != "request"
            and status
            and not story.mentions("专利", "patent")
            and draw.chance(0.4)
        ):
            found["rights"] = book.rights(body, status)
        if kind != "capability" and draw.chance(0.25) and not _has_money(story):
            found["terms"] = book.terms(body, kind)
        return {name: part for name, part in found.items() if part is not None}

    def _fields(
        self,
        texts: Mapping[str, str],
        beside: Mapping[str, Part],
        summary: Part | None,
        first: bool,
        kind: str,
        code: str,
        whole: bool,
    ) -> dict[str, str]:
        told = sentences(texts["text"])[: None if whole else -1]
        fields = {"title": texts["title"], "summary": "", "description": "", "partner_role": ""}
        if first and len(told) > 3:
            fields["summary"] = told.pop(0)
        elif summary is not None:
            fields["summary"] = _of(summary, code)
        parts = [
            *([_of(beside["before"], code)] if "before" in beside else []),
            *told,
            *(
                _of(beside[k], code)
                for k in ("equipment", "stage", "rights", "after")
                if k in beside
            ),
        ]
        joint = "" if code == "zh" else " "
        fields["description"] = joint.join(parts)
        if kind != "capability":
            wish = [texts["wish"], *([_of(beside["terms"], code)] if "terms" in beside else [])]
            fields["partner_role"] = joint.join(wish)
        return fields

    def _keywords(self, term: Term, code: str) -> list[str]:
        names = (term.zh, *term.synonyms_zh) if code == "zh" else (term.en, *term.synonyms_en)
        return self._draw.some(names, self._draw.between(2, 4))

    def _status(self, story: Story, kind: str) -> str | None:
        if kind == "request":
            return None
        if story.mentions("技术秘密", "know-how"):
            return "secret_know_how"
        if story.mentions("授权专利", "专利已授权", "granted"):
            return "granted"
        if story.mentions("申请中", "pending", "filed"):
            return "applied"
        usual = {"granted": 34, "applied": 24, "secret_know_how": 18, "none": 14, "copyright": 2}
        if self._vocabulary.sector_of(story.capability) in ("software", "ai"):
            usual["copyright"] = 30
        return self._draw.weighted(usual)

    def _wanted(self, story: Story, kind: str) -> list[str]:
        wish = f"{story.texts['wish_zh']} {story.texts['wish_en']}".lower()
        found = [name for name, signs in TYPES if any(sign in wish for sign in signs)]
        usual = "rd_cooperation" if kind == "request" else "commercial_with_assistance"
        return found[: self._draw.between(1, 3)] or [usual]

    def _particulars(
        self, body: Body, story: Story, kind: str, trl: int, status: str | None, wanted: list[str]
    ) -> dict[str, Any]:
        draw = self._draw
        told: dict[str, Any] = {}
        if draw.chance(0.67):
            told["sectors"] = self._sectors(story)
            told["capabilities"] = [story.capability]
        if kind != "request" or draw.chance(0.3):
            told["trl"] = trl
        if status:
            told["ip_status"] = status
            if status in ("granted", "applied"):
                others = [
                    code
                    for code in ("US", "CN", "EU", "JP", "DE", "KR", "GB")
                    if code != body.country
                ]
                told["protected_countries"] = [body.country, *draw.some(others, draw.below(4))]
        told["cooperation_types"] = wanted
        told["modes"] = list(dict.fromkeys(MODES[one] for one in wanted))
        if kind != "capability":
            told["target_countries"] = self._targets(body)
        dated = TODAY - timedelta(days=draw.below(draw.pick((200, 500, 1200))))
        if kind != "capability":
            told["valid_from"] = dated.isoformat()
            told["valid_until"] = self._until(dated).isoformat()
        told["date"] = dated.isoformat()
        return {key: value for key, value in told.items() if value} | {
            "licence": "Apache-2.0",
            "attribution": "Fictional sample registry 虚构样例",
        }

    def _until(self, dated: date) -> date:
        """Most stay open for years, so that the sample does not age; a few are over."""
        if self._draw.chance(0.05) and dated < TODAY - timedelta(days=240):
            return dated + timedelta(days=self._draw.between(90, 230))
        return date(self._draw.between(2029, 2032), dated.month, min(dated.day, 28))

    def _sectors(self, story: Story) -> list[str]:
        own = self._vocabulary.sector_of(story.capability)
        near = [
            self._vocabulary.sector_of(t.code)
            for t in self._vocabulary.neighbours_of(story.capability)
        ]
        second = next((one for one in near if one != own), None)
        return [own, second] if second and self._draw.chance(0.3) else [own]

    def _targets(self, body: Body) -> list[str]:
        if not body.beijing:
            return ["CN"] if self._draw.chance(0.85) else []
        weights: dict[str, float] = {code: sum(row.values()) for code, row in LINKS.items()}
        wanted = [self._draw.weighted(weights) for _ in range(self._draw.below(5))]
        return list(dict.fromkeys(wanted))


_COLUMNS = [
    f"{name}_{code}"
    for name in ("title", "summary", "description", "partner_role", "keywords")
    for code in LANGUAGES
]
_LIMITS = {"title": 256, "summary": 500, "description": 4000, "partner_role": 4000}


def _within(fields: Mapping[str, str]) -> bool:
    return all(len(text) <= _LIMITS[name] for name, text in fields.items())


def _of(part: Part, code: str) -> str:
    return part.zh if code == "zh" else part.latin


def _has_money(story: Story) -> bool:
    wish = f"{story.texts['wish_zh']} {story.texts['wish_en']}".lower()
    return any(
        sign in wish
        for sign in ("预算", "费用", "万元", "许可费", "budget", "cost", "fee", "yuan", "royalt")
    )


def _group(body: Body) -> str:
    if body.beijing:
        return "beijing"
    return "named" if body.name.zh else "unnamed"
