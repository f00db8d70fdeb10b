"""From the papers of OpenAlex: who worked with whom, and what each organisation works on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from statistics import median_low

from matcher.organisation import (
    Cooperation,
    Profile,
    ProfileKind,
    ProfileText,
    Publication,
    SourceKey,
    cooperation_id,
    profile_id,
)

from .readers import openalex
from .rows import Bodies, Dossier, StoredRow
from .themes import Themes

MOST_TITLES = 12
"""Of one theme, the latest; a profile's text stays readable."""
MOST_KEYWORDS = 8


def dossier(name: str, rows: Sequence[StoredRow], bodies: Bodies, themes: Themes) -> Dossier:
    """One paper's cooperation, or the profiles that one organisation's papers give."""
    author = name.removeprefix(openalex.THEMES)
    if author == name:
        return _cooperation(rows[0], bodies)
    return _profiles(author, rows, bodies, themes)


def to_group(rows: Sequence[StoredRow]) -> list[str]:
    """The titles of a dossier's papers where several are to be grouped by theme."""
    several = len(rows) > 1 and all(row.kind == "work" for row in rows)
    return [row.payload["title"] for row in rows] if several else []


def _cooperation(row: StoredRow, bodies: Bodies) -> Dossier:
    """Who wrote the paper together; one organisation alone is no cooperation."""
    paper = row.payload
    named = sorted({bodies.organisation(part) for part in row.appearances})
    if len(named) < 2:
        return Dossier(frozenset(named))
    return Dossier(
        frozenset(named),
        cooperation=Cooperation(
            id=cooperation_id(openalex.SOURCE, paper["number"]),
            **bodies.by_side(named),
            source=SourceKey(openalex.SOURCE, paper["number"]),
            licence=openalex.LICENCE,
            attribution=openalex.ATTRIBUTION,
            title=paper["title"],
            modes=(openalex.MODE,),
            start=_begun(paper["year"]),
            tenant=row.tenant,
        ),
    )


def _profiles(author: str, rows: Sequence[StoredRow], bodies: Bodies, themes: Themes) -> Dossier:
    """A capability for each theme of an organisation's papers, inferred from their titles."""
    body = bodies.organisation(author)
    rows = sorted(rows, key=lambda row: (-(row.payload["year"] or 0), row.payload["number"]))
    key = rows[0].appearances[author]["key"]
    profiles = []
    for group in themes.group([row.payload["title"] for row in rows]):
        central = rows[group[0]].payload
        papers = [rows[n] for n in sorted(group)]
        first = min(row.payload["number"] for row in papers)
        words = Counter(word for row in papers for word in row.payload["keywords"])
        profiles.append(
            Profile(
                id=profile_id(openalex.SOURCE, f"{key}/{first}"),
                organisation=body,
                kind=ProfileKind.CAPABILITY,
                publication=Publication.INFERRED,
                texts=(
                    ProfileText(
                        language=central["language"],
                        title=central["title"],
                        description="\n".join(_others(central["title"], papers)),
                        keywords=tuple(sorted(words, key=lambda w: (-words[w], w)))[:MOST_KEYWORDS],
                    ),
                ),
                source=SourceKey(openalex.SOURCE, first),
                licence=openalex.LICENCE,
                attribution=openalex.ATTRIBUTION,
                dated=_begun(papers[0].payload["year"]),
                participants=median_low([len(row.appearances) for row in papers]),
                tenant=rows[0].tenant,
            )
        )
    return Dossier(frozenset({body}), profiles=profiles)


def _others(title: str, papers: Sequence[StoredRow]) -> list[str]:
    """The other titles, latest first, each once."""
    found = dict.fromkeys(row.payload["title"] for row in papers)
    found.pop(title)
    return list(found)[: MOST_TITLES - 1]


def _begun(year: int | None) -> date | None:
    return None if year is None else date(year, 1, 1)
