"""The verb that hands out the template for organisations, profiles and cooperations."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from matcher.errors import BadInput, Bilingual

from .options import one_of


def template(
    format: Annotated[  # noqa: A002 (the option's name)
        str, typer.Option("--format", help="格式 xlsx|csv Kind of file.")
    ] = "xlsx",
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="写到哪里 Where to [./matcher-template.xlsx]"),
    ] = None,
) -> None:
    """生成填报模板 Write the template to fill in and import."""
    from matcher.catalogue.template import FORMATS, template_csv, template_xlsx
    from matcher.vocabulary import load_vocabulary

    one_of(format, FORMATS, "--format")
    target = output or Path(f"matcher-template.{format}")
    if target.exists():
        raise BadInput(
            Bilingual("文件已存在，不会覆盖。", "It is there already and is not overwritten."),
            Bilingual("用 -o 指定另一个文件名。", "name another file with -o."),
            where=str(target),
        )
    content = template_csv() if format == "csv" else template_xlsx(load_vocabulary())
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
    typer.echo(str(target))
