"""The features: small named functions, each with its unit and direction, and a sentence in words.

A *fit* feature looks at one profile of the candidate (its best one is taken, so that fit does not
grow with the number of profiles); a *track record* feature looks at the whole organisation.
NaN is *missing*, a state of its own: never a zero. `docs/features.md` is made from this file.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.errors import Bilingual
from matcher.organisation import ProfileKind, Publication
from matcher.snapshot.columns import KINDS, PUBLICATIONS, UNKNOWN_DAY
from matcher.snapshot.snapshot import Snapshot
from matcher.text.normalise import has_han

from .alignment import Aligner
from .candidates import Candidates
from .eligibility import open_profiles
from .fairness import Yardstick
from .history import History
from .phrases import WordPair
from .question import Question
from .ranker import Block
from .rereading import RERANKED
from .retrieve import Hits

Floats = NDArray[np.floating]
DAYS_A_YEAR = 365.25
EXPECTED_NOWHERE = 0.125
FURTHER = 2
"""Profiles beside the best that count as further evidence: more would only measure size."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Everything a feature may look at: one question against all candidates of a tier."""

    question: Question
    snapshot: Snapshot
    hits: Hits
    aligners: tuple[Aligner, ...]
    """One for each asking text."""
    candidates: Candidates
    history: History
    question_sectors: int
    """Bits of the sectors the question lies in; 0 where it lies in none we know."""
    reread: Floats
    """(t,) What a re-ranker said of each hit, 0 to 1; NaN where it was not read."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a sentence may name besides the value."""

    words: tuple[WordPair, ...] = ()
    sectors: tuple[Bilingual, ...] = ()
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Feature:
    """A named function and its sentence."""

    name: str
    block: Block
    unit: str
    compute: Callable[[Pairs], Floats]
    """Fit: (h,) one value a holding. Track record: (n,) one value an organisation."""
    sentence: Callable[[float, Said], Bilingual]
    missing: Bilingual
    """Why there may be no value."""


def meaning(pairs: Pairs) -> Floats:
    """Nearness of the profile's text to the question as a whole (higher is better).

    Unit: standard deviations of the cosine above the background of the text's language.
    """
    return pairs.hits.meaning[pairs.candidates.hits]


def alignment(pairs: Pairs) -> Floats:
    """How well the question's words, rare ones most, meet words of the profile (higher is better).

    Unit: standard deviations of the late-interaction score above the background.
    """
    return pairs.hits.alignment[pairs.candidates.hits]


def lexical(pairs: Pairs) -> Floats:
    """How much of the question, by weight of its words, stands literally in the profile, in words
    of its own or in other names of the capabilities it names (higher is better).

    Unit: share, 0 to about 1. Missing for a text in another language than the question's of which
    less than an eighth stands there: words cannot be expected to stand in a translation.
    """
    hits = pairs.hits.lexical[pairs.candidates.hits].astype(np.float64)
    texts = pairs.snapshot.columns.text_is_chinese[pairs.candidates.texts]
    asked = np.array([has_han(text.text) for text in pairs.question.texts])
    other = texts != asked[pairs.hits.asked[pairs.candidates.hits]]
    hits[other & (hits < EXPECTED_NOWHERE)] = np.nan
    return hits


def kindred(pairs: Pairs) -> Floats:
    """What the texts that answer the question best in its own language lend to one that is like
    them in the other (more is better). Unit: standard deviations, as `meaning`. Missing for a
    text in the question's own language, or where nothing is lent.
    """
    lent = pairs.hits.kindred[pairs.candidates.hits].astype(np.float64)
    lent[lent <= 0] = np.nan
    return lent


def rerank(pairs: Pairs) -> Floats:
    """How well the profile's text answers the question, read together by a re-ranker (higher is
    better). Unit: 0 to 1. Missing for a text beyond the fifty nearest, which are read.
    """
    return pairs.reread[pairs.candidates.hits]


def share_of_text(pairs: Pairs) -> Floats:
    """Among how many participants the source divides this text (fewer is better).

    Unit: organisations. One of 24 in a consortium did not do all of what the text says.
    """
    columns = pairs.snapshot.columns
    return np.asarray(columns.profile_participants[pairs.candidates.profiles], np.float64)


def kind_fit(pairs: Pairs) -> Floats:
    """Whether the kinds complete each other: 1 offer meets request, -1 two of a kind, 0 a
    capability stands on either side (higher is better). Missing for a question in free text."""
    kinds = pairs.snapshot.columns.profile_kind[pairs.candidates.profiles]
    asked = np.array([-1 if a.kind is None else KINDS.index(a.kind) for a in pairs.question.texts])[
        pairs.hits.asked[pairs.candidates.hits]
    ]
    capability = KINDS.index(ProfileKind.CAPABILITY)
    result = np.where(kinds == asked, -1.0, 1.0)
    result[(kinds == capability) | (asked == capability)] = 0.0
    result[asked < 0] = np.nan
    return result


def sector_fit(pairs: Pairs) -> Floats:
    """Whether question and profile share a sector: 1 yes, 0 no (higher is better).

    Missing where the question lies in none of the ten sectors.
    """
    sectors = pairs.snapshot.columns.profile_sectors[pairs.candidates.profiles]
    if not pairs.question_sectors:
        return np.full(len(sectors), np.nan)
    return np.asarray((sectors & pairs.question_sectors) != 0, np.float64)


def second_direction(pairs: Pairs) -> Floats:
    """Would the partner want the asker: its request nearest to what the asker offers or can do
    (higher is better). Unit: as `meaning`. Missing without an asker, or where the partner
    publishes no request.
    """
    candidates, snapshot = pairs.candidates, pairs.snapshot
    result = np.full(len(candidates.profiles), np.nan)
    offered = pairs.question.asker_texts
    if not len(offered):
        return result
    columns = snapshot.columns
    query = pairs.question.query
    request = open_profiles(snapshot, pairs.question.as_of, query.leave_out)
    request &= ~columns.profile_anonymous
    request &= columns.profile_kind == KINDS.index(ProfileKind.REQUEST)
    wanted = np.flatnonzero(
        request[columns.holding_profile]
        & np.isin(columns.profile_organisation[columns.holding_profile], candidates.organisations)
    )
    if not len(wanted):
        return result
    texts = columns.holding_text[wanted]
    best = np.full(len(texts), -np.inf)
    for text in offered:
        vector = snapshot.vectors[text]
        background = snapshot.background
        yardstick = Yardstick.of(
            background["zh"].vectors @ vector, background["en"].vectors @ vector
        )
        fair = yardstick.deviations(
            snapshot.vectors[texts] @ vector, columns.text_is_chinese[texts]
        )
        best = np.maximum(best, fair)
    by_organisation = np.full(len(snapshot.organisations), -np.inf)
    owners = columns.profile_organisation[columns.holding_profile[wanted]]
    np.maximum.at(by_organisation, owners, best)
    value = by_organisation[candidates.organisations]
    value[value == -np.inf] = np.nan
    return value[candidates.holding_organisation]


def freshness(pairs: Pairs) -> Floats:
    """Age of the profile on the day of the question (younger is better). Unit: years.

    Missing for an undated profile.
    """
    dated = pairs.snapshot.columns.profile_dated[pairs.candidates.profiles].astype(np.float64)
    age = (pairs.question.as_of.toordinal() - dated) / DAYS_A_YEAR
    age[dated == UNKNOWN_DAY] = np.nan
    return age


def openness(pairs: Pairs) -> Floats:
    """How far the organisation has shown that it seeks partners: 0 inferred from public sources,
    1 published, 2 published and accepting interest (higher is better)."""
    columns = pairs.snapshot.columns
    states = np.array([[Publication.INFERRED, Publication.PUBLISHED, Publication.ACCEPTING].index(p)
                       for p in PUBLICATIONS])  # fmt: skip
    return states[columns.profile_publication[pairs.candidates.profiles]].astype(np.float64)


def target_fit(pairs: Pairs) -> Floats:
    """Whether the profile seeks partners on the asker's side: 1 yes, 0 names other countries only
    (higher is better). Missing where it names none."""
    wanted = pairs.snapshot.columns.profile_target[pairs.candidates.profiles].astype(np.float64)
    wanted[wanted < 0] = np.nan
    return wanted


def further_evidence(pairs: Pairs) -> Floats:
    """How near the organisation's second and third profiles are, beside the best one (more is
    better): it has worked on this more than once. Unit: sum of deviations, each the mean of
    meaning and alignment, none below zero.
    """
    candidates, hits = pairs.candidates, pairs.hits
    near = (hits.meaning[candidates.hits] + hits.alignment[candidates.hits]) / 2
    profiles = len(pairs.snapshot.profiles)
    held, place = np.unique(
        candidates.holding_organisation * profiles + candidates.profiles, return_inverse=True
    )
    best = np.zeros(len(held))
    np.maximum.at(best, place, near)
    holder = held // profiles
    order = np.lexsort((-best, holder))
    position = np.arange(len(order)) - np.searchsorted(holder[order], holder[order])
    further = order[(position > 0) & (position <= FURTHER)]
    total = np.bincount(holder[further], weights=best[further], minlength=len(candidates))
    return np.asarray(total, np.float64)


def experience(pairs: Pairs) -> Floats:
    """Cooperations known up to the day of the question (more is better). Unit: cooperations."""
    return pairs.history.cooperations[pairs.candidates.organisations].astype(np.float64)


def experience_across(pairs: Pairs) -> Floats:
    """Cooperations in which Beijing bodies and partners abroad took part together (more is
    better). Unit: cooperations."""
    return pairs.history.across[pairs.candidates.organisations].astype(np.float64)


def plain(zh: str, en: str, most: float = math.inf) -> Callable[[float, Said], Bilingual]:
    """A sentence that only shows the value, but no more than `most`, in `{0}`."""
    return lambda value, _: Bilingual(zh.format(min(value, most)), en.format(min(value, most)))


def chosen(*sentences: Bilingual) -> Callable[[float, Said], Bilingual]:
    """One sentence a whole value, 0 first."""
    return lambda value, _: sentences[int(value)]


def alignment_sentence(value: float, said: Said) -> Bilingual:
    """The words that met, strongest first."""
    if not said.words and value > 0:
        return Bilingual(
            f"问题的许多用词各有少许对应（合计高出背景 {value:.1f} 个标准差）。",
            f"Many words of the question meet the text a little each "
            f"({value:.1f} deviations above background together).",
        )
    if not said.words:
        return Bilingual(
            f"问题的用词在对方资料中没有明显对应（{value:.1f} 个标准差）。",
            f"No word of the question clearly meets one of the text ({value:.1f} deviations).",
        )
    pairs = [f"{w.asked}↔{w.found}" for w in said.words]
    return Bilingual(
        f"词语对应：{'，'.join(pairs)}（高出背景 {value:.1f} 个标准差）。",
        f"Words that met: {', '.join(pairs)} ({value:.1f} deviations above background).",
    )


def share_sentence(value: float, _: Said) -> Bilingual:
    """Among how many the text is divided."""
    if value <= 1:
        return Bilingual("该资料为其一家所有。", "The text is this organisation's alone.")
    return Bilingual(
        f"该资料由 {value:.0f} 家机构共有，只按其一份计。",
        f"The text is shared by {value:.0f} organisations, credited for one part.",
    )


def kind_sentence(value: float, _: Said) -> Bilingual:
    """Whether offer and request complete each other."""
    if value > 0:
        return Bilingual(
            "一方所供正是一方所求。", "An offer on one side meets a request on the other."
        )
    if value < 0:
        return Bilingual(
            "双方同为提供方或同为需求方。",
            "Both sides offer, or both sides ask: neither completes.",
        )
    return Bilingual(
        "一方的依据是能力描述，不是供给或需求。",
        "One side's evidence is a capability, neither an offer nor a request.",
    )


def sector_sentence(value: float, said: Said) -> Bilingual:
    """The sectors of the question, shared or not."""
    zh, en = "、".join(s.zh for s in said.sectors), ", ".join(s.en for s in said.sectors)
    if value:
        return Bilingual(f"同属产业领域：{zh}。", f"Shared sector: {en}.")
    return Bilingual(
        f"资料不属于问题所在领域：{zh}。", f"The profile lies outside the sector: {en}."
    )


NO_ASKER = Bilingual(
    "未知：没有指明提问机构，或对方未公布需求。",
    "Not known: no asker was named, or the partner publishes no request.",
)
ALWAYS = Bilingual("未知。", "Not known.")

FEATURES: tuple[Feature, ...] = (
    Feature("meaning", Block.FIT, "σ", meaning,
            plain("资料整体含义与问题相近：高出背景 {0:.1f} 个标准差。",
                  "The text as a whole is near the question: {0:.1f} deviations above background."),
            ALWAYS),
    Feature("alignment", Block.FIT, "σ", alignment, alignment_sentence, ALWAYS),
    Feature("lexical", Block.FIT, "share", lexical,
            plain("问题用词有 {0:.0%} 字面见于资料。",
                  "{0:.0%} of the question's words stand in the text itself.", most=1.0),
            Bilingual("未知：资料用另一种语言写成，字面不可比。",
                      "Not known: the text is in another language, words cannot be compared.")),
    Feature("kindred", Block.FIT, "σ", kindred,
            plain("与问题同语种中最相符的资料内容相近（借得 {0:.1f} 个标准差）。",
                  "It is like the texts that answer best in the question's own language "
                  "({0:.1f} deviations lent)."),
            Bilingual("无：资料与问题同语种，或与同语种的最佳资料不相近。",
                      "None: the text is in the question's language, or not like its best texts.")),
    Feature("share_of_text", Block.FIT, "organisations", share_of_text,
            share_sentence, ALWAYS),
    Feature("kind_fit", Block.FIT, "-1, 0, 1", kind_fit, kind_sentence,
            Bilingual("未知：自由提问不分供需。",
                      "Not known: free text is neither offer nor request.")),
    Feature("sector_fit", Block.FIT, "0, 1", sector_fit, sector_sentence,
            Bilingual("未知：问题不在十大产业之内。",
                      "Not known: the question is in none of the ten.")),
    Feature("second_direction", Block.FIT, "σ", second_direction,
            plain("对方的需求与提问机构所能提供的相近：{0:.1f} 个标准差。",
                  "The partner's request is near what the asker can give: {0:.1f} deviations."),
            NO_ASKER),
    Feature("freshness", Block.FIT, "years", freshness,
            plain("资料距今 {0:.1f} 年。", "The profile is {0:.1f} years old."),
            Bilingual("未知：资料没有日期。", "Not known: the profile bears no date.")),
    Feature("openness", Block.FIT, "0, 1, 2", openness, chosen(
        Bilingual("由公开来源推断，未征询该机构。",
                  "Inferred from public sources; the organisation was not asked."),
        Bilingual("对方已公开发布。", "Published by the organisation."),
        Bilingual("对方公开发布并接受接洽。", "Published, and accepting interest.")), ALWAYS),
    Feature("target_fit", Block.FIT, "0, 1", target_fit, chosen(
        Bilingual("资料指明的目标国家/地区不含提问一方。",
                  "The profile names target countries, but not this side's."),
        Bilingual("资料指明要找提问一方的合作伙伴。", "The profile seeks partners on this side.")),
        Bilingual("未知：资料没有指明目标国家/地区。", "Not known: it names no target country.")),
    Feature("further_evidence", Block.TRACK_RECORD, "σ", further_evidence,
            plain("该机构另有资料与问题相近（合计 {0:.1f} 个标准差）。",
                  "Further profiles of it are near the question ({0:.1f} deviations together)."),
            ALWAYS),
    Feature("experience", Block.TRACK_RECORD, "cooperations", experience,
            plain("已知合作 {0:.0f} 项。", "{0:.0f} known cooperation(s)."), ALWAYS),
    Feature("experience_across", Block.TRACK_RECORD, "cooperations", experience_across,
            plain("其中北京与境外共同参与的 {0:.0f} 项。",
                  "{0:.0f} of them with Beijing and partners abroad together."), ALWAYS),
)  # fmt: skip

RERANK = Feature("rerank", Block.FIT, "0 to 1", rerank,
                 plain("重排模型将问题与资料一并阅读，认为相关程度为 {0:.2f}（最高 1）。",
                       "A re-ranker read question and text together: relevance {0:.2f} of 1."),
                 Bilingual(f"未读：重排模型只读与问题最相近的 {RERANKED} 份文字。",
                           f"Not read: the re-ranker reads the {RERANKED} nearest texts only."),
                 )  # fmt: skip
"""Worked out only where a re-ranker is named; its curve stands in a file of its own."""

BLOCKS: dict[str, Block] = {feature.name: feature.block for feature in FEATURES}
BY_NAME: dict[str, Feature] = {feature.name: feature for feature in (*FEATURES, RERANK)}
