"""CORDIS, as the European Union publishes it: `project.csv` and `organization.csv`.

A body is known by its folded name and country, whether or not `organisationID` is filled (it is
kept as the identifier `pic`): the same body has the same id in a file with and in one without.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from matcher.errors import Bilingual
from matcher.organisation import NameKind, organisation_id
from matcher.vocabulary import Vocabulary

from ..identity import language_of, name_and_country
from .cells import Cells, SourceRow

SOURCE = "cordis"
LICENCE = "CC BY 4.0"
ATTRIBUTION = "CORDIS, © European Union"
MODE = "rd_cooperation"
"""The cooperation mode of a research project's consortium."""

PROJECT_COLUMNS = ("id", "title", "objective", "startDate")
"""Needed in a project file; endDate, totalCost, keywords are read where they are."""
PARTICIPANT_COLUMNS = ("projectID", "name", "country", "city")
"""Needed in an organisation file; organisationID, shortName, activityType, role are read too."""

_TELLING = (
    frozenset({"id", "acronym", "title", "objective", "startDate", "frameworkProgramme", "topics"}),
    frozenset({"projectID", "organisationID", "name", "activityType", "country", "ecContribution"}),
)
_ENOUGH = 4

READ = frozenset(
    {*PROJECT_COLUMNS, *PARTICIPANT_COLUMNS}
    | {"endDate", "totalCost", "keywords", "organisationID", "shortName", "activityType", "role"}
)

# activityType: entity type, partner nature. A public body (PUB) that is neither university nor
# research institute is of no entity type of ours; OTH says nothing.
ACTIVITY: dict[str, tuple[str | None, str | None]] = {
    "HES": ("university", "university"),
    "PRC": ("enterprise", "enterprise"),
    "REC": ("research_institute", "research_institute"),
    "PUB": (None, "government"),
    "OTH": (None, None),
    "": (None, None),
}
_PROJECT_ID = re.compile(r"[A-Za-z0-9._-]{1,40}")

Reader = Callable[[Cells, Vocabulary], SourceRow]


def recognise(headers: frozenset[str]) -> tuple[str, Reader, tuple[str, ...]] | None:
    """For a header row of CORDIS: what the file holds, how a row is read, the columns it needs."""
    if len(headers & _TELLING[1]) >= _ENOUGH and "projectID" in headers:
        return "cordis organisations", participant, PARTICIPANT_COLUMNS
    if len(headers & _TELLING[0]) >= _ENOUGH:
        return "cordis projects", project, PROJECT_COLUMNS
    return None


def project(cells: Cells, _: Vocabulary) -> SourceRow:
    """One project: its text, dates and cost."""
    number = _project_number(cells, "id")
    title = " ".join(cells.text("title").split())
    objective = cells.text("objective")
    if not title and not objective:
        cells.needed("title")
    start, end = cells.date("startDate"), cells.date("endDate")
    if start and end and end < start:
        raise cells.rejected(
            "endDate",
            Bilingual("结束日期早于开始日期。", "It ends before it begins."),
            Bilingual("核对两个日期。", "Check both dates."),
        )
    payload = {
        "language": language_of(f"{title} {objective}", "en"),
        "title": title,
        "objective": objective,
        "keywords": cells.words("keywords"),
        "start": start,
        "end": end,
        "amount": cells.amount("totalCost"),
    }
    return SourceRow(SOURCE, f"project/{number}", "project", payload, (f"{SOURCE}:{number}",))


def participant(cells: Cells, vocabulary: Vocabulary) -> SourceRow:
    """One body's part in one project. CORDIS may list a body twice in a project."""
    number = _project_number(cells, "projectID")
    name = " ".join(cells.needed("name").split())
    city = " ".join(cells.text("city").split())
    country = cells.country("country", city, vocabulary)
    identity = name_and_country(name, country)
    if not identity:
        raise cells.rejected(
            "name",
            Bilingual("名称里没有文字。", "The name has no letter in it."),
            Bilingual("填写机构名称。", "Give the body's name."),
        )
    activity = cells.text("activityType").upper()
    if activity not in ACTIVITY:
        raise cells.rejected(
            "activityType",
            Bilingual(f"未知的机构类型“{activity[:20]}”。", f'Unknown activity "{activity[:20]}".'),
            Bilingual(
                "用 HES、PRC、REC、PUB、OTH，或留空。", "Use HES, PRC, REC, PUB, OTH or none."
            ),
        )
    entity_type, nature = ACTIVITY[activity]
    names = [[name, language_of(name, "und"), NameKind.OFFICIAL]]
    short = " ".join(cells.text("shortName").split())
    if short and short != name:
        names.append([short, language_of(short, "und"), NameKind.ACRONYM])
    pic = cells.text("organisationID")
    claims: dict[str, Any] = {
        "key": identity,
        "names": names,
        "identifiers": [["pic", pic]] if pic else [],
        "country": country,
        "city": city or None,
        "entity_type": entity_type,
        "partner_nature": nature,
    }
    return SourceRow(
        SOURCE,
        f"participant/{number}/{identity}",
        "participant",
        {
            "appearances": {organisation_id(SOURCE, identity): claims},
            "role": cells.text("role").casefold(),
        },
        (f"{SOURCE}:{number}",),
        repeatable=True,
    )


def _project_number(cells: Cells, column: str) -> str:
    number = cells.needed(column)
    if not _PROJECT_ID.fullmatch(number):
        raise cells.rejected(
            column,
            Bilingual(f"“{number[:40]}”不是项目编号。", f'"{number[:40]}" is no project number.'),
            Bilingual(
                "核对这一栏，以及前一行的引号。", "Check it, and the quotes of the row before."
            ),
        )
    return number
