"""What a person reads on the terminal: answers, explanations, organisations, in zh or en."""

from __future__ import annotations

import sys
from typing import Any

import orjson
import typer

from matcher.errors import Bilingual
from matcher.matching.pairing import Answer, Evidence, Pairing
from matcher.query import Must
from matcher.vocabulary import Vocabulary

from .lines import GLUE, broken, columns, shortened
from .narrowing import show_facets, show_musts, show_understood, show_unmet

TEXT_WIDTH = 240
"""Columns of an evidence text that are shown."""
SHOWN_REASONS = 3
UNION = "EU"

RULES: dict[str, Bilingual] = {
    "side": Bilingual("不在所找一方", "not on the side looked for"),
    "inactive": Bilingual("已停止活动", "no longer active"),
    "corporate_tree": Bilingual("与提问机构同属一个集团", "in the asker's own corporate tree"),
    "country": Bilingual("不在所选国家/地区", "not in the country/region asked for"),
    "region": Bilingual("不在所选大洲", "not in the region asked for"),
    "nature": Bilingual("性质不符或未知", "of another or unknown nature"),
    "capability": Bilingual("没有该项能力的资料", "without a profile of the capability asked for"),
    "mode": Bilingual("资料只谈其他合作方式", "open to other manners of cooperation only"),
    "must": Bilingual("没有资料满足必须的词", "without a profile that meets the terms insisted on"),
    "no_profile": Bilingual("没有任何资料", "without any profile"),
    "as_of": Bilingual("当日没有有效资料", "without a profile open on that day"),
    "left_out": Bilingual("仅有被排除的资料", "with left-out profiles only"),
    "sector": Bilingual("在所选领域没有资料", "without a profile in the sector asked for"),
    "anonymous": Bilingual("仅有匿名资料", "with anonymous profiles only"),
}


def write_json(document: Any) -> None:
    """One JSON document and a line end on standard output."""
    sys.stdout.buffer.write(orjson.dumps(document) + b"\n")
    sys.stdout.buffer.flush()


def show_answer(answer: Answer, language: str, vocabulary: Vocabulary) -> None:
    """The pairings as a broker reads them: who, why, from what source."""
    say = Speaker(language, vocabulary)
    show_understood(answer, say)
    if show_unmet(answer, say):
        for pairing in answer.nearest:
            show_pairing(pairing, say, brief=True)
    elif not answer.pairings and answer.known_partner_count:
        say("符合条件的机构都已有合作。", "All who are eligible are past partners.")
    elif not answer.pairings:
        say("没有符合条件的机构。", "Nobody is eligible.")
        hint_at_union(answer, say)
    musts = answer.question.query.musts
    for pairing in answer.pairings:
        show_pairing(pairing, say, musts=musts)
    if answer.known_partners:
        say(
            f"—— 已有合作（{answer.known_partner_count} 家，不占上面的名额）——",
            f"-- Already worked together ({answer.known_partner_count}, besides the list above) --",
        )
        for pairing in answer.known_partners[:3]:
            show_pairing(pairing, say, brief=True)
    show_facets(answer, say)
    excluded = [
        say.word(f"{RULES[rule].zh} {count} 家", f"{count} {RULES[rule].en}")
        for rule, count in answer.excluded
    ]
    say(
        f"可选机构 {answer.eligible} 家；未列入：{'；'.join(excluded) or '无'}。",
        f"{answer.eligible} eligible; not eligible: {'; '.join(excluded) or 'none'}.",
    )
    if answer.one_text.price > 0:
        say(
            f"同一资料至多占前十的三席，为此 {answer.one_text.moved} 家后移，"
            f"代价 {answer.one_text.price:.2f}。",
            f"At most three of the first ten by one text: {answer.one_text.moved} moved down for "
            f"it, at a price of {answer.one_text.price:.2f}.",
        )
    if answer.question.query.unread:
        say(
            "问题过长，其中的国家/地区、“+必须”等未作为条件读取；"
            "请改用一句话提问，或用 --country 等选项。",
            "The question is too long to be read for places or +terms, none was applied: ask in a "
            "sentence, or use options such as --country.",
        )
    if answer.question.asker is None:
        say(
            "未指明提问机构（--for），因此没有考虑：对方是否也需要提问机构、集团关系、"
            "已有合作、双方筛查。",
            "No asker was named (--for), so these were not looked at: whether the partner wants "
            "the asker, corporate tree, past partners, screening of the pair.",
        )
    say(
        f"截至 {answer.as_of}；快照 {answer.snapshot}；排序器 {answer.ranker}。",
        f"As of {answer.as_of}; snapshot {answer.snapshot}; ranker {answer.ranker}.",
    )
    if answer.reranker:
        name, fingerprint = answer.reranker.name, answer.reranker.fingerprint
        say(f"重排模型 {name}（指纹 {fingerprint}）。", f"Re-ranker {name} ({fingerprint}).")


def hint_at_union(answer: Answer, say: Speaker) -> None:
    """Who asks for the country EU mostly means Europe."""
    asked = UNION in answer.question.query.countries
    if asked and not answer.eligible and "country" in dict(answer.excluded):
        say(
            "国家/地区“欧盟”仅指欧盟自身的机构；要找欧洲各国，请用 --region europe 或写出国家。",
            "The country/region EU means bodies of the Union itself only: for its members use "
            "--region europe, or name countries.",
        )


def show_pairing(
    pairing: Pairing, say: Speaker, brief: bool = False, musts: tuple[Must, ...] = ()
) -> None:
    """One pairing with its strongest reasons, its first evidence and how it meets the musts."""
    organisation = pairing.organisation
    names = [organisation["names"][lang] for lang in say.order] + [organisation["name"]]
    shown = list(dict.fromkeys(n for n in names if n))
    country = organisation["country_name"]
    place = country[say.language] if country else say.word("国家/地区未知", "country unknown")
    if organisation["city"]:
        place += say.word("，", ", ") + organisation["city"]
    fictional = say.word("（虚构示例）", " (fictional sample)") if organisation["fictional"] else ""
    year = (
        say.word(f"，最近合作 {pairing.last_cooperation} 年", f", last {pairing.last_cooperation}")
        if pairing.last_cooperation
        else ""
    )
    say.line(f"{pairing.rank:>3}. {' / '.join(shown)}{fictional} — {place}{year}", hang=3)
    score = f"{pairing.score:+.2f}"
    sure = pairing.confidence
    documented = (
        ("", "") if sure is None else (f"  资料完整度 {sure:.2f}", f"  documented {sure:.2f}")
    )
    say(
        f"     得分 {score}（契合 {pairing.fit:+.2f}，往绩 {pairing.track_record:+.2f}，"
        f"基准 {pairing.prior:+.2f}）{documented[0]}  编号{GLUE}{pairing.id}",
        f"     score {score} (fit {pairing.fit:+.2f}, track record {pairing.track_record:+.2f}, "
        f"prior {pairing.prior:+.2f}){documented[1]}  id{GLUE}{pairing.id}",
    )
    if brief:
        return
    for reason in pairing.reasons[:SHOWN_REASONS]:
        sentence = reason.sentence.in_language(say.language)
        say.line(f"     {reason.contribution:+.2f}  {sentence}", hang=7)
    for evidence in pairing.evidence[:1]:
        show_evidence(evidence, say)
        show_musts(pairing, musts, say)


def show_evidence(evidence: Evidence, say: Speaker) -> None:
    """A text and its provenance."""
    text = evidence.text.replace("\n", " · ")
    state = say.vocabulary.publication.get(evidence.publication)
    dated = evidence.date or say.word("日期未知", "undated")
    say.line(f"     “{shortened(text, TEXT_WIDTH)}”", hang=2)
    say.line(
        f"     [{evidence.source}:{evidence.key}, {dated}, {evidence.licence}, "
        f"{evidence.attribution}; {say.word(state.zh, state.en)}]",
        hang=1,
    )


class Speaker:
    """Prints the Chinese or the English of what is said."""

    def __init__(self, language: str, vocabulary: Vocabulary) -> None:
        self.language = "zh" if language.startswith("zh") else "en"
        self.vocabulary = vocabulary
        self.columns = columns()
        self.order = ("zh", "en") if self.language == "zh" else ("en", "zh")

    def __call__(self, zh: str, en: str) -> None:
        self.line(self.word(zh, en), hang=2)

    def line(self, text: str, hang: int = 0) -> None:
        """A line, broken where the terminal ends; what follows hangs so many columns further."""
        typer.echo(broken(text, self.columns, hang))

    def listed(self, names: list[str]) -> str:
        """Several names as one."""
        return "、".join(names) if self.language == "zh" else ", ".join(names)

    def word(self, zh: str, en: str) -> str:
        """The one of the two that the reader reads."""
        return zh if self.language == "zh" else en
