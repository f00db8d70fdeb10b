"""Options that several verbs share, spelled once."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from matcher.errors import BadInput, Bilingual, HomeRefused
from matcher.settings import Settings

LANGUAGES = ("zh", "en")

Home = Annotated[
    Path | None,
    typer.Option(
        "--home", help="数据文件夹 Folder of catalogue and snapshots [MATCHER_HOME, ./var]"
    ),
]
Json = Annotated[bool, typer.Option("--json", help="输出 JSON Print one JSON document.")]
Language = Annotated[
    str | None, typer.Option("--language", help="输出语言 zh 或 en Language of the output.")
]
Count = Annotated[int, typer.Option("-k", help="条数 How many pairings.")]
SideOption = Annotated[
    str | None, typer.Option("--side", help="所找一方 beijing|foreign (Beijing, partner abroad).")
]
Sector = Annotated[
    str | None, typer.Option("--sector", help="产业领域 Sector: code, zh or en name.")
]
Country = Annotated[
    list[str] | None, typer.Option("--country", help="国家/地区 Country/Region; may be repeated.")
]
Region = Annotated[list[str] | None, typer.Option("--region", help="大洲 Region; may be repeated.")]
Capability = Annotated[
    str | None,
    typer.Option("--capability", help="能力 Capability: code or name; only such profiles count."),
]
Nature = Annotated[
    list[str] | None,
    typer.Option("--nature", help="合作方性质 Nature of the partner; may be repeated."),
]
Strike = Annotated[
    list[str] | None,
    typer.Option("--strike", help="划掉被理解为条件的词 Words not to be understood as a rule."),
]
Literal = Annotated[
    bool, typer.Option("--literal", help="不作理解，全文检索 Understand nothing: all is subject.")
]
For = Annotated[
    str | None, typer.Option("--for", help="代谁提问 The asker: id or name of an organisation.")
]
AsOf = Annotated[
    str | None, typer.Option("--as-of", help="以此日为准 Answer as of this day, YYYY-MM-DD.")
]
ReasonsOption = Annotated[
    str, typer.Option("--reasons", help="理由 all|top|none How many reasons to give.")
]
Model = Annotated[
    str | None,
    typer.Option("--model", help="编码器 Encoder: name or path of a sentence-transformers model."),
]
Rerank = Annotated[
    str | None,
    typer.Option(
        "--rerank", help="重排模型 Re-ranker: name or path of a cross-encoder; else none."
    ),
]


def day(text: str | None, where: str = "--as-of") -> date | None:
    """A date as YYYY-MM-DD; BadInput for anything else."""
    if text is None:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 (a day has no zone)
    except ValueError:
        raise BadInput(
            Bilingual(f"“{text}”不是日期。", f"“{text}” is not a date."),
            Bilingual("写作 2026-01-31 这样。", "write it like 2026-01-31."),
            where=where,
        ) from None


def one_of(text: str, allowed: tuple[str, ...], where: str) -> str:
    """`text` if it is among `allowed`; BadInput that names them otherwise."""
    if text in allowed:
        return text
    raise BadInput(
        Bilingual(f"不认识“{text}”。", f"“{text}” is not known here."),
        Bilingual(f"可用：{'、'.join(allowed)}。", f"use one of: {', '.join(allowed)}."),
        where=where,
    )


def read_settings() -> Settings:
    """The settings of the environment; BadInput names a variable that cannot be used."""
    try:
        return Settings()
    except ValidationError as error:
        fault = error.errors()[0]
        raise BadInput(
            Bilingual(f"设置的值“{fault['input']}”不能用。", f"{fault['msg']}."),
            Bilingual("各项设置见 docs/settings.md。", "docs/settings.md explains each setting."),
            where=f"MATCHER_{fault['loc'][0]}".upper(),
        ) from None


def home_folder(given: Path | None, settings: Settings) -> Path:
    """The home to work in; HomeRefused where a file stands in its place or on the way to it."""
    home = given or settings.home
    standing = next((place for place in (home, *home.parents) if place.exists()), None)
    if standing is not None and not standing.is_dir():
        raise HomeRefused(
            Bilingual(
                f"{standing} 是文件，不是文件夹。", f"{standing} is a file and not a folder."
            ),
            Bilingual("用 --home 指定一个文件夹。", "name a folder with --home."),
            where=str(home),
        )
    return home


def reader_language(given: str | None, settings: Settings, otherwise: str = "zh") -> str:
    """The language to print in: as typed, else as set, else `otherwise`; BadInput for others."""
    if given is not None:
        return one_of(given, LANGUAGES, "--language")
    if settings.language:
        return one_of(settings.language, LANGUAGES, "MATCHER_LANGUAGE")
    return otherwise
