"""Verbs that ask: query, match, explain, show."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from matcher.errors import BadInput, Bilingual, MatcherError
from matcher.settings import Settings
from matcher.text.normalise import has_han

from .options import (
    AsOf,
    Count,
    Country,
    For,
    Home,
    Json,
    Language,
    Model,
    ReasonsOption,
    Region,
    Sector,
    SideOption,
    day,
    one_of,
)

LINE_KEYS = frozenset({"id", "text", "side", "sector", "country", "for"})


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
    country: Country = None,
    region: Region = None,
    asker: For = None,
    as_of: AsOf = None,
    reasons: ReasonsOption = "all",
    model: Model = None,
    home: Home = None,
    json: Json = False,
    language: Language = None,
) -> None:
    """用一句话找合作方 Find partners for a question in your own words."""
    from matcher.matching.pipeline import Reasons
    from matcher.service import Matcher, Wish

    settings = Settings()
    wanted = Reasons(one_of(reasons, tuple(Reasons), "--reasons"))
    if (text is None) == (from_file is None):
        raise BadInput(
            Bilingual("请给一句问题，或用 --from 给文件。", "give a question, or --from a file."),
            Bilingual(
                '例如 matcher query "钙钛矿封装"。', 'e.g. matcher query "perovskite sealing".'
            ),
        )
    defaults = Wish(
        text=text, asker=asker, side=side, sector=sector, countries=country or (),
        regions=region or (), k=k, as_of=day(as_of),
    )  # fmt: skip
    matcher = Matcher.open(home or settings.home, model or settings.model)
    if from_file is not None:
        answer_file(matcher, from_file, defaults, wanted)
        return
    show(matcher.match(defaults, wanted), json, language or settings.language or tongue(text))


def match(
    organisation: Annotated[str, typer.Argument(help="机构编号或名称 Its id or any of its names.")],
    k: Count = 10,
    side: SideOption = None,
    sector: Sector = None,
    country: Country = None,
    region: Region = None,
    as_of: AsOf = None,
    reasons: ReasonsOption = "all",
    model: Model = None,
    home: Home = None,
    json: Json = False,
    language: Language = None,
) -> None:
    """为一家机构找合作方 Find partners for an organisation by what its profiles say."""
    from matcher.matching.pipeline import Reasons
    from matcher.service import Matcher, Wish

    settings = Settings()
    wanted = Reasons(one_of(reasons, tuple(Reasons), "--reasons"))
    wish = Wish(
        organisation=organisation, side=side, sector=sector, countries=country or (),
        regions=region or (), k=k, as_of=day(as_of),
    )  # fmt: skip
    matcher = Matcher.open(home or settings.home, model or settings.model)
    show(matcher.match(wish, wanted), json, language or settings.language or "zh")


def explain(
    asker: Annotated[str, typer.Argument(help="提问机构 The organisation that asks.")],
    partner: Annotated[str, typer.Argument(help="对方机构 The organisation suggested to it.")],
    as_of: AsOf = None,
    model: Model = None,
    home: Home = None,
    json: Json = False,
    language: Language = None,
) -> None:
    """说明为何（不）推荐 Say why one organisation is, or is not, suggested to another."""
    from matcher.matching.document import pairing_document
    from matcher.service import Matcher

    from .output import RULES, Speaker, show_evidence, show_pairing, write_json

    settings = Settings()
    matcher = Matcher.open(home or settings.home, model or settings.model)
    explanation = matcher.explain(asker, partner, day(as_of))
    pairing = explanation.pairing
    if json:
        write_json(
            {
                "snapshot": matcher.snapshot.id,
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
    say = Speaker(language or settings.language or "zh", matcher.vocabulary)
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

    settings = Settings()
    snapshot = Snapshot.open_current(home or settings.home)
    record = snapshot.describe(snapshot.find_organisation(organisation))
    if json:
        write_json(record)
        return
    say = Speaker(language or settings.language or "zh", load_vocabulary())
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


def answer_file(matcher: Any, path: Path, defaults: Any, reasons: Any) -> None:
    """One answer a line, in the order of the questions; a bad line becomes an error in place."""
    from dataclasses import replace

    from matcher.matching.document import answer_json, error_document

    out = sys.stdout.buffer
    for number, line in enumerate(question_lines(path), 1):
        asked_id: str | None = None
        try:
            asked = read_line(line, f"{path.name}:{number}")
            asked_id = asked.get("id")
            wish = replace(
                defaults,
                text=asked["text"],
                side=asked.get("side") or defaults.side,
                sector=asked.get("sector") or defaults.sector,
                countries=countries(asked.get("country")) or defaults.countries,
                asker=asked.get("for") or defaults.asker,
            )
            answered = answer_json(matcher.match(wish, reasons), asked_id)
        except MatcherError as error:
            answered = orjson.dumps(error_document(error, asked_id or named_id(line)))
        out.write(answered + b"\n")
    out.flush()


def question_lines(path: Path) -> list[bytes]:
    """The lines of a file of questions; BadInput if it cannot be read."""
    try:
        return path.read_bytes().removeprefix(b"\xef\xbb\xbf").splitlines()
    except OSError as error:
        raise BadInput(
            Bilingual(f"读不了这个文件：{error.strerror}。", f"cannot be read: {error.strerror}."),
            Bilingual("检查路径和权限。", "check the path and the permissions."),
            where=str(path),
        ) from None


def countries(value: Any) -> tuple[str, ...]:
    """One country or several."""
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)


def named_id(line: bytes) -> str | None:
    """The id of a bad line, if one can still be read."""
    try:
        asked = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    named = asked.get("id") if isinstance(asked, dict) else None
    return named if isinstance(named, str) else None


def read_line(line: bytes, where: str) -> dict[str, Any]:
    """One question; BadInput names what is wrong with it."""
    try:
        asked = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise BadInput(
            Bilingual(f"不是 JSON：{error}。", f"not JSON: {error}."),
            Bilingual('一行一个，如 {"id": "1", "text": "…"}。',
                      'one a line, like {"id": "1", "text": "..."}.'),
            where=where,
        ) from None  # fmt: skip
    wrong = wrong_with(asked)
    if wrong:
        raise BadInput(
            Bilingual(f"问题行有误：{wrong}。", f"not a question: {wrong}."),
            Bilingual(
                "需要 text（文字）；可有 id、side、sector、country、for，均为文字。",
                "text is needed; id, side, sector, country and for may be given, all strings.",
            ),
            where=where,
        )
    return dict(asked)


def wrong_with(asked: Any) -> str:
    """What keeps this from being a question, "" if nothing does."""
    if not isinstance(asked, dict):
        return type(asked).__name__
    unknown = sorted(set(asked) - LINE_KEYS)
    if unknown:
        return ", ".join(unknown)
    for key, value in asked.items():
        many = key == "country" and isinstance(value, list)
        values = value if many else [value]
        if value is not None and not all(isinstance(v, str) for v in values):
            return str(key)
    return "" if isinstance(asked.get("text"), str) else "text"
