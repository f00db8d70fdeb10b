"""A list as one self-contained page: Chinese or English at a click, printable, no script, no
request to any host."""

from __future__ import annotations

from functools import cache
from itertools import groupby
from pathlib import Path

import jinja2

from matcher.lists.provenance import facts
from matcher.lists.table import (
    FICTIONAL,
    KINDS,
    evidence,
    excerpt,
    kind,
    label,
    place,
    reasons,
)
from matcher.lists.topk import RowKind, SectorList
from matcher.vocabulary import Vocabulary


@cache
def template() -> jinja2.Template:
    """The page, with every value escaped."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("list.html.jinja")


def html_file(made: SectorList, vocabulary: Vocabulary) -> bytes:
    """The page of a list; rows stand under their Beijing body."""
    page = template().render(
        made=made,
        groups=[list(rows) for _, rows in groupby(made.rows, key=lambda row: row.body["id"])],
        facts=facts([made]),
        kinds=KINDS,
        fictional=FICTIONAL,
        any_fictional=any(row.fictional for row in made.rows),
        vocabulary=vocabulary,
        RowKind=RowKind,
        evidence=evidence,
        excerpt=excerpt,
        kind=kind,
        label=label,
        place=place,
        reasons=reasons,
    )
    return page.encode("utf-8", "replace")
