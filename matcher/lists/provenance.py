"""What goes with a list: how it was made, what it leaves out, whose texts it quotes."""

from __future__ import annotations

from collections.abc import Sequence

from matcher.errors import Bilingual

from .table import evidence
from .topk import RowKind, SectorList

Fact = tuple[Bilingual, Bilingual]
"""A head and what stands beside it."""


def fact(zh: str, en: str, value_zh: str, value_en: str | None = None) -> Fact:
    """A fact; one value where it is the same in both languages."""
    return Bilingual(zh, en), Bilingual(value_zh, value_en or value_zh)


def facts(made: Sequence[SectorList]) -> list[Fact]:
    """How lists of one run were made, in the order in which a reader asks: a line a list, then
    what holds for all of them."""
    first = made[0]
    told = [(Bilingual(one.sector.zh, one.sector.en), content(one)) for one in made]
    told += [
        fact(
            "方法",
            "Method",
            "逐家取得分最高者；不作统筹分配，同一合作方可出现多次。",
            "The best for each body, nothing shared out: one partner may stand in many rows.",
        ),
        fact(
            "哪些机构属于本领域",
            "Who is of a sector",
            "截至当日有一份本领域的有效资料（不限主领域）的北京机构。",
            "Beijing bodies with a profile in this sector, main or not, open on that day.",
        ),
        fact("截至", "As of", first.as_of.isoformat()),
        fact("快照", "Snapshot", first.snapshot),
        fact(
            "排序器",
            "Ranker",
            f"{first.ranker}（基准分 {first.prior:+.2f}）",
            f"{first.ranker} (prior {first.prior:+.2f})",
        ),
        fact(
            "筛查",
            "Screening",
            "未做：接触前请自行核查出口管制与制裁名单。",
            "Not done: check export-control and sanctions lists before any contact.",
        ),
    ]
    if first.reranker:
        used = f"{first.reranker.name} {first.reranker.fingerprint}"
        told.append(fact("重排模型", "Re-ranker", used))
    if any(row.fictional for one in made for row in one.rows):
        told.append(
            fact(
                "虚构示例",
                "Fictional",
                "标有“虚构示例”的机构与资料均为演示而虚构，请勿据此联系任何单位。",
                "Organisations and texts marked fictional were made up for demonstration; "
                "contact nobody because of them.",
            )
        )
    sources = {
        f"{piece.source}: {piece.licence}; {piece.attribution}".rstrip("; ")
        for one in made
        for row in one.rows
        if (piece := evidence(row)) is not None
    }
    if sources:
        told.append(fact("资料来源与许可", "Sources and licences", "\n".join(sorted(sources))))
    return told


def content(made: SectorList) -> Bilingual:
    """What a list holds, in figures that add up; zeros are left out."""
    counts = (
        (RowKind.SUGGESTED, "推荐 {} 条", "suggested: {}"),
        (RowKind.KNOWN_PARTNER, "已有合作 {} 条", "known partners: {}"),
        (RowKind.NONE, "无推荐 {} 家", "without a pairing: {}"),
        (RowKind.NOT_ASKED, "未参与 {} 家", "not asked: {}"),
    )
    held = [(made.count(kind), zh, en) for kind, zh, en in counts if made.count(kind)]
    if made.anonymous:
        held.append(
            (
                made.anonymous,
                "另有 {} 家在本领域只有匿名资料，不列名",
                "with anonymous profiles only, not named: {}",
            )
        )
    zh = "，".join(text.format(n) for n, text, _ in held) or "没有任何机构"
    en = "; ".join(text.format(n) for n, _, text in held) or "nobody"
    return Bilingual(
        f"北京机构 {made.bodies} 家，每家至多 {made.k} 家境外合作方：{zh}。",
        f"Beijing bodies: {made.bodies}, at most {made.k} partners abroad each; {en}.",
    )
