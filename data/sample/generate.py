"""Writes the fictional sample registry, and its counts into the data card: `make sample`, or

    python -m data.sample.generate

The same seed, stories and vocabulary give the same bytes on every machine. README.md beside this
file says what the registry is and what it is not.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from matcher.vocabulary import Vocabulary, load_vocabulary

from . import card
from .bodies import Abroad, Beijing, Body, relate, written
from .draw import Draw
from .names import Namer, Part
from .names import read as lexicon
from .phrases import Phrasebook
from .profiles import PUBLIC, Desk
from .quotas import SECTORS
from .story import read_stories
from .works import (
    Meeting,
    Tally,
    Work,
    add_second_sectors,
    follow_up,
    give_modes,
    give_natures,
    invite,
    links_left,
    missing,
    outline,
    row,
)

FOLDER = Path(__file__).resolve().parent
BY_HAND = FOLDER / "demo.jsonl"
TARGET = FOLDER / "registry.jsonl"
SEED = 20230612
PROFILES = {1: 40, 2: 40, 3: 20}
PUBLIC_PROFILES = {1: 80, 2: 20}
"""How many profiles a body has: so often one, two, three."""


class Registry:
    """All rows, in the order of the file."""

    def __init__(self, vocabulary: Vocabulary, seed: int = SEED) -> None:
        self._vocabulary, self._seed = vocabulary, seed
        self._by_hand = read(BY_HAND)
        self._activities: dict[str, list[str]] = lexicon("phrases")["activities"]
        self._hand_works = [one for one in self._by_hand if one.get("record") == "cooperation"]

    def rows(self) -> Iterator[dict[str, Any]]:
        """The hand-written rows as they are, then the profiles of every further body, then the
        further cooperations by their first day."""
        yield from self._by_hand
        written_bodies = written(self._by_hand)
        namer = Namer(self._draw("names"), [key.split("-", 1)[1] for key in written_bodies])
        beijing = Beijing(self._draw("beijing"), namer, written_bodies.values()).bodies
        abroad = Abroad(self._draw("abroad"), namer, written_bodies.values())
        works = self._works(beijing, abroad, written_bodies)
        abroad.fill(self._wanted(beijing, abroad))
        met = {(b.id, p.id) for work in works for b in work.beijing for p in work.partners}
        relate(self._draw("trees"), beijing, abroad, met)
        bodies = beijing + [body for kept in abroad.bodies.values() for body in kept]
        yield from self._profiles([body for body in bodies if not body.by_hand])
        titles, told = self._draw("titles"), self._draw("works")
        used: set[str] = set()
        for work in works:
            yield row(told, work, self._title(titles, work, used))

    def _draw(self, purpose: str) -> Draw:
        return Draw(self._seed, purpose)

    def _works(self, beijing: list[Body], abroad: Abroad, places: dict[str, Body]) -> list[Work]:
        region_of = self._vocabulary.region_of
        left = links_left(self._hand_works, places)
        works = outline(self._draw("outline"), left, missing(self._hand_works), region_of)
        give_modes(self._draw("modes"), works, region_of)
        give_natures(self._draw("natures"), works)
        meeting = Meeting(self._draw("meeting"), abroad)
        for work in works:
            meeting.join(work)
        invite(self._draw("invite"), works, beijing, self._hand_works)
        add_second_sectors(self._draw("second"), works, Tally(region_of))
        works.sort(key=lambda work: work.start)
        for number, work in enumerate(works, 1):
            work.id = f"w-{number:03d}"
        follow_up(self._draw("follow"), works)
        return works

    def _wanted(self, beijing: list[Body], abroad: Abroad) -> dict[str, float]:
        """How much more the sectors want of partners without a history: rare ones more."""
        held = Counter(
            one for body in (*beijing, *(b for kept in abroad.bodies.values() for b in kept))
            for one in body.sectors[:2]
        )  # fmt: skip
        most = max(held.values())
        wanted: dict[str, float] = {sector: most + 20 - held[sector] for sector in SECTORS}
        return wanted | {"services": wanted["services"] / 5}  # every public body serves it

    def _profiles(self, bodies: list[Body]) -> Iterator[dict[str, Any]]:
        draw = self._draw("profiles")
        book = Phrasebook(self._draw("phrases"), self._country, self._zones())
        desk = Desk(self._draw("desk"), read_stories(), book, self._vocabulary)
        desk.know(self._by_hand)
        for body in bodies:
            near: str | None = None
            many = PUBLIC_PROFILES if body.kind in PUBLIC else PROFILES
            for number in range(1, draw.weighted(many) + 1):
                wide = 0.15 if body.kind == "enterprise" else 0.6
                second = number > 1 and len(body.sectors) > 1 and draw.chance(wide)
                sector = (
                    body.sectors[1 + draw.below(len(body.sectors) - 1)]
                    if second
                    else body.sectors[0]
                )
                profile, near = desk.write(body, sector, number, near)
                yield {**(body.row() if number == 1 else body.label()), **profile}

    def _title(self, draw: Draw, work: Work, used: set[str]) -> str:
        capabilities = self._vocabulary.capabilities_of(work.sector)
        while True:
            term = draw.pick(capabilities)
            zh, _, en = draw.pick(self._activities[work.modes[0]]).partition("~")
            names = draw.pick((term.zh, *term.synonyms_zh)), draw.pick((term.en, *term.synonyms_en))
            title = f"{names[0]}{zh} / {en} {names[1]}"
            if title not in used:
                used.add(title)
                return title

    def _country(self, code: str) -> Part:
        term = self._vocabulary.country.get(code)
        return Part(term.en, term.zh)

    def _zones(self) -> dict[str, list[Part]]:
        """District -> the zones that lie in it."""
        zones: dict[str, list[Part]] = {}
        for term in self._vocabulary.zone:
            for reference in term.crosswalk:
                zones.setdefault(reference.removeprefix("district:"), []).append(
                    Part(term.en, term.zh)
                )
        return zones


def read(path: Path) -> list[dict[str, Any]]:
    """The rows of a JSON Lines file."""
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def text(seed: int = SEED) -> str:
    """The whole registry as JSON Lines."""
    rows = Registry(load_vocabulary(), seed).rows()
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def main() -> None:
    """Write the registry beside this file, and its counts into the data card."""
    TARGET.write_bytes(text().encode())
    card.write(FOLDER / "README.md", read(TARGET))
    print(f"{TARGET}: {TARGET.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
