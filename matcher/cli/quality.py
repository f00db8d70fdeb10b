"""The verb `advise`: what to mend in the profiles of a catalogue."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from .options import AsOf, Home, Json, Language, day, home_folder, read_settings, reader_language


def advise(
    organisation: Annotated[
        str | None,
        typer.Argument(
            help="机构编号、来源:编号或名称；不写则全部 Id, source:key or name; else all."
        ),
    ] = None,
    count: Annotated[int, typer.Option("-n", min=1, help="条数 How many profiles.")] = 20,
    as_of: AsOf = None,
    home: Home = None,
    json: Json = False,
    language: Language = None,
) -> None:
    """供需资料哪里薄弱、补什么 Where profiles are thin and what to add; thinnest first."""
    from matcher.catalogue.store import Catalogue
    from matcher.errors import Bilingual, UnknownOrganisation
    from matcher.organisation import Publication
    from matcher.quality import advice, completeness
    from matcher.snapshot.names import keys_of
    from matcher.text.normalise import fold_name

    from .output import write_json

    settings = read_settings()
    chinese = reader_language(language, settings) == "zh"
    today = day(as_of) or datetime.now(UTC).date()
    with Catalogue.open(home_folder(home, settings)) as catalogue:
        bodies = {o.id: o for o in catalogue.organisations()}
        wanted = None if organisation is None else fold_name(organisation)
        chosen = {
            o.id
            for o in bodies.values()
            if wanted is None
            or wanted
            in {fold_name(k) for k in (*keys_of(o.id, o.sources), *(n.text for n in o.names))}
        }
        if not chosen:
            raise UnknownOrganisation(
                Bilingual("目录中没有这个机构。", "No organisation in the catalogue goes by this."),
                Bilingual("检查名称，或用编号。", "Check the name, or use its id."),
                where=organisation or "",
            )
        profiles = [
            p
            for p in catalogue.profiles()
            if p.organisation in chosen and p.publication is not Publication.INFERRED
        ]
    profiles.sort(key=lambda p: (completeness(p), p.id))
    documents: list[dict[str, Any]] = []
    for profile in profiles[:count]:
        body = bodies[profile.organisation]
        found = advice(profile, today, tuple(name.text for name in body.names))
        documents.append(
            {
                "profile": profile.id,
                "reference": f"{profile.source.source}:{profile.source.key}",
                "organisation": {"id": body.id, "name": body.name()},
                "completeness": completeness(profile),
                "advice": [
                    {
                        "rule": one.rule,
                        "severity": one.severity.value,
                        "field": one.field,
                        "what": {"zh": one.what.zh, "en": one.what.en},
                        "cure": {"zh": one.cure.zh, "en": one.cure.en},
                    }
                    for one in found
                ],
            }
        )
    if json:
        write_json({"profiles": documents, "all": len(profiles)})
        return
    tongue = "zh" if chinese else "en"
    for document in documents:
        typer.echo(
            f"{document['completeness']:.2f}  {document['reference']}  "
            f"{document['organisation']['name']}"
        )
        for one in document["advice"]:
            typer.echo(f"    {one['field']}: {one['what'][tongue]} {one['cure'][tongue]}")
    typer.echo(
        f"共 {len(profiles)} 份发布的资料，以上 {len(documents)} 份最不完整。完整度从不影响得分。"
        if chinese
        else f"{len(profiles)} published profiles; the {len(documents)} above are the least "
        "complete. Completeness never changes a score."
    )
