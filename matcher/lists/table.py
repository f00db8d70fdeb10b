"""The columns of a list: one definition for every format, so that all of them say the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from unicodedata import east_asian_width

from matcher.errors import Bilingual
from matcher.matching.pairing import Evidence
from matcher.vocabulary import Vocabulary

from .topk import ListRow, RowKind

Cell = str | int | float | None
EXCERPT = 280
"""Width of evidence text that a list shows, a Chinese character counted as two; `matcher show` and
the API give all of it."""

KINDS = {
    RowKind.SUGGESTED: Bilingual("推荐", "suggested"),
    RowKind.KNOWN_PARTNER: Bilingual("已有合作", "known partner"),
    RowKind.NONE: Bilingual("无推荐", "no pairing"),
    RowKind.NOT_ASKED: Bilingual("未参与", "not asked"),
}
FICTIONAL = Bilingual("虚构示例", "fictional")
UNKNOWN = Bilingual("未知", "unknown")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its key (the name of the HTML cell's class), its heads, its width, its cell."""

    key: str
    head: Bilingual
    about: Bilingual
    """What it holds, for the page that explains the list."""
    width: int
    """Characters."""
    printed: bool
    """Whether it fits on the paper; ids and the parts of the score are for the screen."""
    cell: Callable[[ListRow, Vocabulary], Cell]


def lines(text: Bilingual) -> str:
    """Chinese above English."""
    return f"{text.zh}\n{text.en}"


def label(organisation: dict[str, Any]) -> str:
    """The organisation's Chinese name above its English or own one."""
    names = organisation["names"]
    shown = [names["zh"], names["en"] or organisation["name"]]
    return "\n".join(dict.fromkeys(name for name in shown if name))


def place(organisation: dict[str, Any]) -> Bilingual:
    """The country or region it stands in."""
    name = organisation["country_name"]
    return Bilingual(name["zh"], name["en"]) if name else UNKNOWN


_WIDE = frozenset("WF")


def width(text: str) -> int:
    """How wide a text stands, in Latin characters."""
    if text.isascii():
        return len(text)
    return len(text) + sum(map(_WIDE.__contains__, map(east_asian_width, text)))


def excerpt(text: str) -> str:
    """The beginning of an evidence text: its title on the first line, then what follows."""
    left = EXCERPT
    for position, character in enumerate(text):
        left -= 1 + (east_asian_width(character) in _WIDE)
        if left < 0:
            return text[:position].rstrip() + "…"
    return text


def evidence(row: ListRow) -> Evidence | None:
    """The best text behind a row's pairing."""
    return row.pairing.evidence[0] if row.pairing and row.pairing.evidence else None


def kind(row: ListRow) -> Bilingual:
    """The kind of row; for a past partner with the last year known."""
    name = KINDS[row.kind]
    year = row.pairing.last_cooperation if row.pairing else None
    return Bilingual(f"{name.zh}（{year}）", f"{name.en} ({year})") if year else name


def reasons(row: ListRow, language: str) -> str:
    """The reasons, one a line with what each adds to the score; or why there is no pairing."""
    if row.pairing is None:
        return row.why.in_language(language) if row.why else ""
    form = "{} ({:+.2f})" if language == "en" else "{}（{:+.2f}）"
    return "\n".join(
        form.format(
            r.sentence.in_language(language).rstrip("。."),
            r.contribution,
        )
        for r in row.pairing.reasons
    )


def of_evidence(attribute: str) -> Callable[[ListRow, Vocabulary], Cell]:
    """A cell that shows one attribute of the evidence."""

    def cell(row: ListRow, _: Vocabulary) -> Cell:
        piece = evidence(row)
        return "" if piece is None else (getattr(piece, attribute) or "")

    return cell


def score_part(attribute: str) -> Callable[[ListRow, Vocabulary], Cell]:
    """A cell that shows a number of the pairing."""
    return lambda row, _: getattr(row.pairing, attribute) if row.pairing else None


def evidence_text(row: ListRow, _: Vocabulary) -> Cell:
    """The beginning of the text that fits best."""
    piece = evidence(row)
    return excerpt(piece.text) if piece else ""


def source(row: ListRow, _: Vocabulary) -> Cell:
    """The source of the evidence and its own key."""
    piece = evidence(row)
    return f"{piece.source} {piece.key}" if piece else ""


def licence(row: ListRow, _: Vocabulary) -> Cell:
    """The licence of the evidence and whom to name."""
    piece = evidence(row)
    return "\n".join(filter(None, (piece.licence, piece.attribution))) if piece else ""


def publication(row: ListRow, vocabulary: Vocabulary) -> Cell:
    """How the evidence came to be known."""
    piece = evidence(row)
    if piece is None:
        return ""
    term = vocabulary.publication.get(piece.publication)
    return lines(Bilingual(term.zh, term.en))


def partner(row: ListRow, _: Vocabulary) -> Cell:
    """The partner abroad."""
    return label(row.pairing.organisation) if row.pairing else ""


def country(row: ListRow, _: Vocabulary) -> Cell:
    """Where the partner is."""
    return lines(place(row.pairing.organisation)) if row.pairing else ""


def column(
    key: str, zh: str, en: str, width: int, cell: Callable[[ListRow, Vocabulary], Cell],
    about_zh: str, about_en: str, printed: bool = True,
) -> Column:  # fmt: skip
    """A column from its parts."""
    return Column(key, Bilingual(zh, en), Bilingual(about_zh, about_en), width, printed, cell)


COLUMNS: tuple[Column, ...] = (
    column("rank", "序号", "Rank", 6, score_part("rank"),
           "在该北京机构的推荐中的名次；已有合作的另行排序。",
           "Place among this body's pairings; past partners are ranked apart."),
    column("body", "北京机构", "Beijing body", 17, lambda row, _: label(row.body),
           "为其寻找境外合作方的北京机构。", "The Beijing body that partners are looked for."),
    column("partner", "境外合作方", "Partner abroad", 19, partner,
           "建议接触的境外合作方。", "The partner abroad worth contacting."),
    column("country", "国家/地区", "Country/Region", 9, country,
           "合作方所在国家/地区。", "Where the partner is."),
    column("kind", "类别", "Kind", 9, lambda row, _: lines(kind(row)),
           "推荐；已有合作（最近一年），不占名额；无推荐；未参与。",
           "Suggested; known partner (last year), besides the k; no pairing; not asked."),
    column("score", "得分", "Score", 7, score_part("score"),
           "对数几率 = 基准分 + 契合 + 往绩；0 约为五成，越高越好。手工设定，尚未校准。",
           "Log-odds = prior + fit + track record; 0 is even odds, higher is better. Set by hand, "
           "not calibrated yet."),
    column("reasons_zh", "推荐理由", "Reasons (zh)", 31, lambda row, _: reasons(row, "zh"),
           "影响最大的三项理由与其余合计；括号内为对得分的贡献。",
           "The three weightiest reasons and the rest together; in brackets what each adds."),
    column("reasons_en", "推荐理由（英文）", "Reasons (en)", 33, lambda row, _: reasons(row, "en"),
           "同左，英文。", "The same in English."),
    column("evidence", "依据（原文摘录）", "Evidence (excerpt)", 36, evidence_text,
           "最契合的一份资料：首行为标题，其后为正文开头。",
           "The text that fits best: its title on the first line, then how it begins."),
    column("publication", "公开状态", "Published or inferred", 12, publication,
           "该资料由对方公开并接受接洽、已公开，还是我方由公开来源推断（未征询对方）。",
           "Published and accepting interest, published, or inferred from public sources "
           "(the organisation was not asked)."),
    column("source", "来源", "Source", 11, source,
           "数据来源与其中的编号。", "The source and its own key."),
    column("date", "日期", "Date", 10, of_evidence("date"),
           "资料的日期。", "Date of the text."),
    column("fictional", "虚构示例", "Fictional", 8,
           lambda row, _: lines(FICTIONAL) if row.fictional else "",
           "机构与资料为演示而虚构。", "Made up for demonstration."),
    column("licence", "许可与署名", "Licence, attribution", 20, licence,
           "使用该资料的许可与须注明的出处。", "The licence of the text and whom to name.",
           printed=False),
    column("fit", "契合", "Fit", 7, score_part("fit"),
           "资料内容对得分的贡献。", "What the texts add to the score.", printed=False),
    column("track_record", "往绩", "Track record", 8, score_part("track_record"),
           "规模与合作历史对得分的贡献。", "What size and history add to the score.",
           printed=False),
    column("confidence", "资料完整度", "Completeness", 9,
           lambda row, _: "" if row.pairing is None or row.pairing.confidence is None
           else row.pairing.confidence,
           "依据资料写得有多完整（0 至 1），不计入得分。",
           "How complete the texts behind it are, 0 to 1; no part of the score.", printed=False),
    column("body_id", "北京机构编号", "Beijing body id", 17, lambda row, _: str(row.body["id"]),
           "系统编号。", "Id in the system.", printed=False),
    column("partner_id", "合作方编号", "Partner id", 17,
           lambda row, _: row.pairing.id if row.pairing else "",
           "系统编号。", "Id in the system.", printed=False),
    column("profile_id", "资料编号", "Profile id", 17, of_evidence("profile"),
           "依据资料的系统编号。", "Id of the evidence's profile.", printed=False),
)  # fmt: skip


def cells(row: ListRow, vocabulary: Vocabulary) -> list[Cell]:
    """A row in the order of COLUMNS."""
    return [column.cell(row, vocabulary) for column in COLUMNS]
