"""Verbs about capabilities: list, show, mark."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from .options import Home, Json, Language, Sector, home_folder, read_settings, reader_language

if TYPE_CHECKING:
    from matcher.vocabulary import Term, Vocabulary

capabilities = typer.Typer(no_args_is_help=True, help="技术能力 Capabilities: list, show, mark.")

Named = Annotated[
    str, typer.Argument(help="能力的代码、中文或英文名 A capability: code, zh or en name.")
]


@capabilities.command("list")
def list_verb(
    sector: Sector = None,
    mark: Annotated[
        str | None, typer.Option("--mark", help="只列有此标记的 Only those with this mark.")
    ] = None,
    home: Home = None,
    json: Json = False,
    language: Language = None,
) -> None:
    """按产业链列出能力与标记 Capabilities by sector and chain link, with their marks."""
    from matcher.vocabulary import load_vocabulary

    from .output import write_json

    settings = read_settings()
    chinese = reader_language(language, settings) == "zh"
    vocabulary = load_vocabulary()
    chosen = vocabulary.sector.codes
    if sector is not None:
        chosen = (vocabulary.sector.resolve(sector, "--sector").code,)
    wanted = vocabulary.mark.resolve(mark, "--mark").code if mark is not None else None
    held = _marks(home_folder(home, settings))
    terms = [
        term
        for code in chosen
        for term in vocabulary.capabilities_of(code)
        if wanted is None or wanted in held.get(term.code, ())
    ]
    if json:
        documents = [document(term, vocabulary, held.get(term.code, ())) for term in terms]
        write_json({"capabilities": documents})
        return
    link = None
    for term in terms:
        if term.parent != link:
            link = term.parent
            above = vocabulary.chain_link.get(link or "")
            root = vocabulary.sector.get(above.parent or "")
            typer.echo(f"{_name(root, chinese)} · {_name(above, chinese)}")
        said = [_name(vocabulary.mark.get(m), chinese) for m in held.get(term.code, ())]
        typer.echo(
            f"    {term.code}  {term.zh} / {term.en}" + (f"  [{', '.join(said)}]" * bool(said))
        )


@capabilities.command("show")
def show_verb(
    capability: Named, home: Home = None, json: Json = False, language: Language = None
) -> None:
    """定义、同义词、相邻能力与标记 Definition, synonyms, neighbours, marks of a capability."""
    from matcher.vocabulary import load_vocabulary

    from .output import write_json

    settings = read_settings()
    chinese = reader_language(language, settings) == "zh"
    vocabulary = load_vocabulary()
    term = vocabulary.capability.resolve(capability, "CAPABILITY")
    found = document(term, vocabulary, _marks(home_folder(home, settings)).get(term.code, ()))
    if json:
        write_json(found)
        return
    tongue = "zh" if chinese else "en"
    typer.echo(f"{term.code}  {term.zh} / {term.en}")
    typer.echo(found["definition"][tongue])
    for name in ("synonyms", "neighbours", "sectors_2021", "marks"):
        shown = [
            one if isinstance(one, str) else one[tongue]
            for one in (found[name][tongue] if name == "synonyms" else found[name])
        ]
        if shown:
            typer.echo(f"{_LABELS[name][0 if chinese else 1]}: {'; '.join(shown)}")


@capabilities.command("mark")
def mark_verb(
    capability: Named,
    marks: Annotated[
        list[str] | None,
        typer.Argument(help="战略性、未来产业、卡脖子 strategic, future, bottleneck."),
    ] = None,
    clear: Annotated[
        bool, typer.Option("--clear", help="撤去标记 Take these marks away, or all of them.")
    ] = False,
    home: Home = None,
    language: Language = None,
) -> None:
    """给能力加标记或撤去 Set the operator's marks of a capability, or take them away."""
    from matcher.catalogue.marks import put_marks
    from matcher.catalogue.store import Catalogue
    from matcher.errors import BadInput, Bilingual
    from matcher.vocabulary import load_vocabulary

    settings = read_settings()
    chinese = reader_language(language, settings) == "zh"
    vocabulary = load_vocabulary()
    term = vocabulary.capability.resolve(capability, "CAPABILITY")
    said = {vocabulary.mark.resolve(one, "MARK").code for one in marks or ()}
    if not said and not clear:
        raise BadInput(
            Bilingual("没有给出标记。", "No mark was given."),
            Bilingual(
                "写上 strategic、future 或 bottleneck；--clear 撤去全部。",
                "Give strategic, future or bottleneck; --clear takes all away.",
            ),
            where="MARK",
        )
    folder = home_folder(home, settings)
    with Catalogue.open(folder, create=True) as catalogue:
        held = {*_marks(folder).get(term.code, ())}
        now = (held - said if said else set()) if clear else held | said
        put_marks(catalogue, term.code, now)
    shown = ", ".join(_name(vocabulary.mark.get(one), chinese) for one in sorted(now))
    typer.echo(f"{_name(term, chinese)}: {shown or ('无标记' if chinese else 'no mark')}")


def document(term: Term, vocabulary: Vocabulary, marks: tuple[str, ...]) -> dict[str, Any]:
    """A capability as plain data."""
    return {
        "code": term.code,
        "sector": vocabulary.sector_of(term.code),
        "link": term.parent,
        "zh": term.zh,
        "en": term.en,
        "definition": {"zh": term.definition_zh, "en": term.definition_en},
        "synonyms": {"zh": list(term.synonyms_zh), "en": list(term.synonyms_en)},
        "neighbours": [_brief(one) for one in vocabulary.neighbours_of(term.code)],
        "sectors_2021": [_brief(one) for one in vocabulary.corresponding(term, "sector_2021")],
        "marks": [_brief(vocabulary.mark.get(mark)) for mark in marks],
    }


_LABELS = {
    "synonyms": ("同义词", "synonyms"),
    "neighbours": ("相邻能力", "neighbours"),
    "sectors_2021": ("2021 年产业", "sectors of 2021"),
    "marks": ("标记", "marks"),
}


def _brief(term: Term) -> dict[str, str]:
    return {"code": term.code, "zh": term.zh, "en": term.en}


def _name(term: Term, chinese: bool) -> str:
    return term.zh if chinese else term.en


def _marks(folder: Any) -> dict[str, tuple[str, ...]]:
    """The marks set in a home; none where there is no catalogue yet."""
    from matcher.catalogue.marks import marks
    from matcher.catalogue.store import CATALOGUE_FILE, Catalogue

    if not (folder / CATALOGUE_FILE).is_file():
        return {}
    with Catalogue.open(folder) as catalogue:
        return marks(catalogue)
