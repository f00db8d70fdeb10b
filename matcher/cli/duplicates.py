"""Verbs about who is who: duplicates review, show, merge, separate, undo, history."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .options import Home, Json, Language, home_folder, read_settings, reader_language

if TYPE_CHECKING:
    from matcher.catalogue.duplicates import Entry, Pair
    from matcher.catalogue.resolution.appearance import Appearance

duplicates = typer.Typer(
    no_args_is_help=True,
    help="重复机构 Who is who: review, show, merge, separate, undo, history.",
)

Count = Annotated[int, typer.Option("-n", min=1, help="条数 How many.")]
Note = Annotated[str, typer.Option("--note", help="理由 Why, for the journal.")]
By = Annotated[str | None, typer.Option("--by", help="谁决定 Who decides; default the user.")]


@duplicates.command("review")
def review_verb(
    count: Count = 20, home: Home = None, json: Json = False, language: Language = None
) -> None:
    """待判断的疑似重复，把握大的在前 Pairs that may be one, the surest first."""
    from matcher.catalogue.duplicates import review

    from .output import write_json

    catalogue, chinese = _open(home, language)
    with catalogue:
        pairs = review(catalogue)
    if json:
        write_json({"pairs": [pair_document(pair) for pair in pairs[:count]], "all": len(pairs)})
        return
    for pair in pairs[:count]:
        show_pair(pair, chinese)
    typer.echo(
        f"共 {len(pairs)} 对待判断。合并：matcher duplicates merge A B；"
        "不是同一家：matcher duplicates separate A B。"
        if chinese
        else f"{len(pairs)} pairs wait. One organisation: matcher duplicates merge A B; "
        "two: matcher duplicates separate A B."
    )


@duplicates.command("show")
def show_verb(
    organisation: Annotated[
        str, typer.Argument(help="机构编号或来源:编号 Id of an organisation, or source:key.")
    ],
    home: Home = None,
    json: Json = False,
    language: Language = None,
) -> None:
    """一家机构由哪些出处合成，为什么 What an organisation is joined of, and why."""
    from matcher.catalogue.duplicates import appearances_of

    from .output import write_json

    catalogue, chinese = _open(home, language)
    with catalogue:
        appearances, pairs = appearances_of(catalogue, organisation)
    if json:
        write_json(
            {
                "appearances": [appearance_document(one) for one in appearances],
                "joins": [pair_document(pair) for pair in pairs],
            }
        )
        return
    for appearance in appearances:
        typer.echo(line_of(appearance))
    for pair in pairs:
        typer.echo(f"  {pair.first.id} = {pair.second.id}  {grounds(pair, chinese)}")


@duplicates.command("merge")
def merge_verb(
    first: Annotated[str, typer.Argument(help="机构编号或来源:编号 Id or source:key.")],
    second: Annotated[str, typer.Argument(help="另一家 The other one.")],
    note: Note = "",
    by: By = None,
    home: Home = None,
    json: Json = False,
    language: Language = None,
) -> None:
    """判定为同一家机构（可撤销） Decide that two are one organisation; can be undone."""
    _decide("merge", first, second, note, by, home, json, language)


@duplicates.command("separate")
def separate_verb(
    first: Annotated[str, typer.Argument(help="出处编号或来源:编号 Id or source:key.")],
    second: Annotated[str, typer.Argument(help="另一条 The other one.")],
    note: Note = "",
    by: By = None,
    home: Home = None,
    json: Json = False,
    language: Language = None,
) -> None:
    """判定不是同一家（可撤销） Decide that two are different ones; can be undone."""
    _decide("separate", first, second, note, by, home, json, language)


@duplicates.command("undo")
def undo_verb(
    number: Annotated[int, typer.Argument(help="决定的编号 Number of the decision.")],
    note: Note = "",
    by: By = None,
    home: Home = None,
    json: Json = False,
    language: Language = None,
) -> None:
    """撤销一项决定 Take a decision back; the catalogue is as it was before."""
    from matcher.catalogue.duplicates import undo

    catalogue, chinese = _open(home, language)
    with catalogue:
        entry = undo(catalogue, number, by=by or getpass.getuser(), note=note)
    _tell(entry, chinese=chinese, json=json)


@duplicates.command("history")
def history_verb(home: Home = None, json: Json = False, language: Language = None) -> None:
    """所有决定与撤销 Every decision and undoing, oldest first."""
    from matcher.catalogue.duplicates import history

    from .output import write_json

    catalogue, chinese = _open(home, language)
    with catalogue:
        entries = history(catalogue)
    if json:
        write_json({"entries": [entry_document(entry) for entry in entries]})
        return
    for entry in entries:
        state = "" if entry.stands or entry.undid else (" 已撤销" if chinese else " undone")
        what = f"{entry.first} {entry.second}" if entry.undid is None else f"-> {entry.undid}"
        typer.echo(
            f"{entry.number:>4} {entry.at:%Y-%m-%d %H:%M} {entry.action:<8} {what} "
            f"{entry.by}{state} {entry.note}".rstrip()
        )


def pair_document(pair: Pair) -> dict[str, Any]:
    """A pair as plain data."""
    return {
        "first": appearance_document(pair.first),
        "second": appearance_document(pair.second),
        "rule": pair.rule,
        "confidence": round(pair.confidence, 3),
        "evidence": list(pair.evidence),
    }


def appearance_document(appearance: Appearance) -> dict[str, Any]:
    """An appearance as plain data."""
    return {
        "id": appearance.id,
        "source": appearance.source,
        "key": appearance.key,
        "names": [name.text for name in appearance.names],
        "country": appearance.country,
        "city": appearance.city,
        "active": appearance.active,
    }


def entry_document(entry: Entry) -> dict[str, Any]:
    """A line of the journal as plain data."""
    return {
        "number": entry.number,
        "at": entry.at.isoformat(timespec="seconds"),
        "action": entry.action,
        "first": entry.first,
        "second": entry.second,
        "by": entry.by,
        "note": entry.note,
        "undid": entry.undid,
        "stands": entry.stands,
    }


def line_of(appearance: Appearance) -> str:
    """Id, names, place and source on one line."""
    names = " / ".join(name.text for name in appearance.names[:3])
    place = ", ".join(part for part in (appearance.city, appearance.country) if part)
    return f"{appearance.id}  {names}  ({place})  {appearance.source}:{appearance.key}"


# Resolution says its grounds in English; what a broker reads in Chinese.
_RULES = {
    "decided": "人工判定",
    "identifier": "标识符相同",
    "name": "名称相同",
    "order": "词序不同",
    "spacing": "空格不同",
    "variant": "名称仅有可解释的差别",
    "parent": "名称含上级机构",
    "acronym": "缩写",
}
_PHRASES = {
    "other names differ": "其他名称不一致",
    "several bear this name": "有多家机构用此名称",
    "a name that many could bear": "名称过于一般",
    "as like to another": "与另一家同样相像",
    "part of": "隶属",
    "begins with": "开头相同",
}


def grounds(pair: Pair, chinese: bool) -> str:
    """Confidence, rule and evidence of a pair, in the reader's language."""
    said = list(pair.evidence)
    rule = pair.rule
    if chinese:
        rule = _RULES.get(rule, rule)
        for phrase, spoken in _PHRASES.items():
            said = [
                spoken + one.removeprefix(phrase) if one.startswith(phrase) else one for one in said
            ]
    return f"{pair.confidence:.2f}  {rule}  {'; '.join(said)}"


def show_pair(pair: Pair, chinese: bool) -> None:
    """Both sides, one under the other, and what speaks for their being one."""
    typer.echo(grounds(pair, chinese))
    typer.echo(f"      {line_of(pair.first)}")
    typer.echo(f"      {line_of(pair.second)}")


def _decide(
    action: str,
    first: str,
    second: str,
    note: str,
    by: str | None,
    home: Home,
    json: bool,
    language: Language,
) -> None:
    from matcher.catalogue.duplicates import decide

    catalogue, chinese = _open(home, language)
    with catalogue:
        entry = decide(catalogue, action, first, second, by=by or getpass.getuser(), note=note)
    _tell(entry, chinese=chinese, json=json)


def _tell(entry: Entry, *, chinese: bool, json: bool) -> None:
    from .output import write_json

    if json:
        write_json(entry_document(entry))
        return
    undo = entry.action == "undo"
    typer.echo(
        f"已记录（编号 {entry.number}）。"
        + ("" if undo else f"撤销：matcher duplicates undo {entry.number}。")
        + "重新运行 matcher index 后生效于查询。"
        if chinese
        else f"recorded as number {entry.number}. "
        + ("" if undo else f"Take it back with matcher duplicates undo {entry.number}. ")
        + "Questions see it after the next matcher index."
    )


def _open(home: Home, language: Language) -> tuple[Any, bool]:
    from matcher.catalogue.store import Catalogue

    settings = read_settings()
    chinese = reader_language(language, settings) == "zh"
    return Catalogue.open(home_folder(home, settings)), chinese
