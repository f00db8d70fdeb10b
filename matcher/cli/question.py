"""Verbs that ask: query, match, explain, show."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from matcher.errors import BadInput, Bilingual
from matcher.text.normalise import has_han

from .options import (
    AsOf,
    Capability,
    Count,
    Country,
    For,
    Home,
    Json,
    Language,
    Literal,
    Model,
    Nature,
    ReasonsOption,
    Region,
    Rerank,
    Sector,
    SideOption,
    Strike,
    day,
    home_folder,
    one_of,
    read_settings,
    reader_language,
)

if TYPE_CHECKING:
    from matcher.matching.pipeline import Reasons
    from matcher.service import Matcher, Wish


def query(
    text: Annotated[
        str | None, typer.Argument(help="一句话问题 The question in your words.")
    ] = None,
    from_file: Annotated[
        Path | None,
        typer.Option("--from", help="每行一个问题的 JSONL 文件 Questions, one JSON a line."),
    ] = None,
    k: Count = 10,
    side: SideOption = None,
    sector: Sector = None,
    capability: Capability = None,
    country: Country = None,
    region: Region = None,
    nature: Nature = None,
    strike: Strike = None,
    literal: Literal = False,
    asker: For = None,
    as_of: AsOf = None,
    reasons: ReasonsOption = "all",
    model: Model = None,
    rerank: Rerank = None,
    home: Home = None,
    json: Json = False,
    language: Language = None,
) -> None:
    """用一句话找合作方 Find partners for a question in your own words."""
    from .batch import answer_file

    if (text is None) == (from_file is None):
        raise BadInput(
            Bilingual("请给一句问题，或用 --from 给文件。", "give a question, or --from a file."),
            Bilingual(
                '例如 matcher query "钙钛矿封装"。', 'e.g. matcher query "perovskite sealing".'
            ),
        )
    spoken = reader_language(language, read_settings(), tongue(text))
    matcher, wish, wanted = asking(
        home, model, rerank, reasons, text=text, asker=asker, side=side, sector=sector,
        capability=capability, countries=country or (), regions=region or (), natures=nature or (),
        strike=strike or (), literal=literal, k=k, as_of=day(as_of),
    )  # fmt: skip
    if from_file is not None:
        answer_file(matcher, from_file, wish, wanted)
        return
    show(matcher.match(wish, wanted), json, spoken)


def match(
    organisation: Annotated[str, typer.Argument(help="机构编号或名称 Its id or any of its names.")],
    k: Count = 10,
    side: SideOption = None,
    sector: Sector = None,
    capability: Capability = None,
    country: Country = None,
    region: Region = None,
    nature: Nature = None,
    as_of: AsOf = None,
    reasons: ReasonsOption = "all",
    model: Model = None,
    rerank: Rerank = None,
    home: Home = None,
    json: Json = False,
    language: Language = None,
) -> None:
    """为一家机构找合作方 Find partners for an organisation by what its profiles say."""
    spoken = reader_language(language, read_settings())
    matcher, wish, wanted = asking(
        home, model, rerank, reasons, organisation=organisation, side=side, sector=sector,
        capability=capability, countries=country or (), regions=region or (), natures=nature or (),
        k=k, as_of=day(as_of),
    )  # fmt: skip
    show(matcher.match(wish, wanted), json, spoken)


def asking(
    home: Path | None, model: str | None, rerank: str | None, reasons: str, **wish: Any
) -> tuple[Matcher, Wish, Reasons]:
    """What answers, what is wished of it, and how many reasons to give."""
    from matcher.matching.pipeline import Reasons
    from matcher.service import Matcher, Wish

    settings = read_settings()
    wanted = Reasons(one_of(reasons, tuple(Reasons), "--reasons"))
    asked = Wish(**wish)
    folder = home_folder(home, settings)
    matcher = Matcher.open(folder, model or settings.model, rerank or settings.rerank)
    return matcher, asked, wanted


def explain(
    asker: Annotated[str, typer.Argument(help="提问机构 The organisation that asks.")],
    partner: Annotated[str, typer.Argument(help="对方机构 The organisation suggested to it.")],
    as_of: AsOf = None,
    model: Model = None,
    rerank: Rerank = None,
    home: Home = None,
    json: Json = False,
    language: Language = None,
) -> None:
    """说明为何（不）推荐 Say why one organisation is, or is not, suggested to another."""
    from matcher.matching.document import pairing_document, reranker_document
    from matcher.matching.rereading import used
    from matcher.service import Matcher

    from .output import RULES, Speaker, show_evidence, show_pairing, write_json

    settings = read_settings()
    spoken = reader_language(language, settings)
    folder = home_folder(home, settings)
    matcher = Matcher.open(folder, model or settings.model, rerank or settings.rerank)
    explanation = matcher.explain(asker, partner, day(as_of))
    pairing = explanation.pairing
    if json:
        write_json(
            {
                "snapshot": matcher.snapshot.id,
                "reranker": reranker_document(used(matcher.equipment.reranker)),
                "as_of": explanation.question.as_of.isoformat(),
                "asker": matcher.organisation(asker)["id"],
                "partner": matcher.organisation(partner)["id"],
                "suggested": pairing is not None,
                "known_partner": explanation.known_partner,
                "rule": explanation.rule,
                "pairing": pairing_document(pairing) if pairing else None,
            }
        )
        return
    say = Speaker(spoken, matcher.vocabulary)
    if pairing is None:
        rule = RULES[explanation.rule or ""]
        say(f"不会推荐：对方{rule.zh}。", f"Not suggested: the partner is {rule.en}.")
        return
    show_pairing(pairing, say, brief=True)
    if explanation.known_partner:
        say("     双方已有合作，列在已有合作之中。", "     They already worked together.")
    typer.echo(f"     {pairing.prior:+.3f}  " + say.word("基准", "prior"))
    for reason in pairing.reasons:
        sentence = reason.sentence.in_language(say.language)
        typer.echo(f"     {reason.contribution:+.3f}  {reason.feature}: {sentence}")
    typer.echo(f"    ={pairing.score:+.3f}  " + say.word("得分（对数几率）", "score (log-odds)"))
    for evidence in pairing.evidence:
        show_evidence(evidence, say)


def show_organisation(
    organisation: Annotated[str, typer.Argument(help="机构编号或名称 Its id or any of its names.")],
    home: Home = None,
    json: Json = False,
    language: Language = None,
) -> None:
    """查看一家机构 Show an organisation: names, sources, profiles."""
    from matcher.snapshot.snapshot import Snapshot
    from matcher.vocabulary import load_vocabulary

    from .output import Speaker, write_json

    settings = read_settings()
    spoken = reader_language(language, settings)
    snapshot = Snapshot.open_current(home_folder(home, settings))
    record = snapshot.describe(snapshot.find_organisation(organisation))
    if json:
        write_json(record)
        return
    say = Speaker(spoken, load_vocabulary())
    words = say.vocabulary
    names = [record["name"], *record["aliases"]]
    typer.echo(f"{record['id']}  {' / '.join(names)}")
    if record["fictional"]:
        say("虚构示例，并非真实机构。", "A fictional sample, no real organisation.")
    country = record["country_name"]
    side = words.side.get(record["side"])
    place = country[say.language] if country else say.word("未知", "unknown")
    say(
        f"侧：{side.zh}；国家/地区：{place}；城市：{record['city'] or '未知'}",
        f"Side: {side.en}; Country/Region: {place}; city: {record['city'] or 'unknown'}",
    )
    sources = ", ".join(f"{s['source']}:{s['key']}" for s in record["sources"])
    say(f"来源：{sources}", f"Sources: {sources}")
    for profile in record["profiles"]:
        state = words.publication.get(profile["publication"])
        kind = words.profile_kind.get(profile["kind"])
        codes = ", ".join(
            f"{t['code']} ({t['origin']}, {t['confidence']:.2f})" for t in profile["sectors"]
        )
        typer.echo(
            f"- {profile['id']}  {say.word(kind.zh, kind.en)} · {say.word(state.zh, state.en)}"
            f" · {codes} · {profile['date'] or ''}"
        )
        for text in profile["texts"]:
            typer.echo(f"    [{text['language']}] {text['title'] or text['body'][:80]}")


def show(answer: Any, json: bool, language: str) -> None:
    """Print an answer in the form that was asked for."""
    from matcher.matching.document import answer_document
    from matcher.vocabulary import load_vocabulary

    from .output import show_answer, write_json

    if json:
        write_json(answer_document(answer))
    else:
        show_answer(answer, language, load_vocabulary())


def tongue(text: str | None) -> str:
    """The language a question is put in."""
    return "zh" if text is None or has_han(text) else "en"
