"""The catalogue: organisations, profiles and cooperations in SQL, the truth of a home."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any, Self

import orjson
from sqlalchemy import Connection, Engine, Row, Select, func, select

from matcher.errors import Bilingual, MatcherError, NotReady
from matcher.organisation import (
    OTHER_SECTOR,
    SECTOR_SCHEME,
    Cooperation,
    Form,
    Identifier,
    Name,
    NameKind,
    Organisation,
    Origin,
    Profile,
    ProfileKind,
    ProfileText,
    Publication,
    Side,
    SourceKey,
    Tag,
    Visibility,
)

from . import tables as t
from .lock import exclusive
from .storage import engine, refused, storage_faults

CATALOGUE_FILE = "catalogue.sqlite"
MAX_SECTORS = 3


class Catalogue:
    """One home's catalogue. Reading is safe while another process imports."""

    def __init__(self, home: Path, engine: Engine) -> None:
        self.home = home
        self.engine = engine

    @classmethod
    def open(cls, home: Path, *, create: bool = False) -> Self:
        """Open `home/catalogue.sqlite`; with `create`, make it (and its folder) where absent.

        An older schema is brought up to date first. NotReady if there is no catalogue and
        `create` is false, if the file is no catalogue or was written by a newer version;
        HomeRefused if the folder cannot be made or written.
        """
        path = home / CATALOGUE_FILE
        if not path.is_file() and not create:
            raise NotReady(
                Bilingual("这里还没有目录。", "There is no catalogue here yet."),
                Bilingual(
                    "先运行 matcher import FILE...，或运行 matcher demo。",
                    "Run matcher import FILE... first, or matcher demo.",
                ),
                where=str(home),
            )
        try:
            home.mkdir(parents=True, exist_ok=True)
        except OSError as fault:
            raise refused(home, fault) from fault
        catalogue = cls(home, engine(path))
        try:
            with storage_faults(path):
                if catalogue._revision() != t.SCHEMA:
                    catalogue._migrate()
        except MatcherError:
            catalogue.close()
            raise
        except OSError as fault:
            raise refused(home, fault) from fault
        return catalogue

    def close(self) -> None:
        """Let go of the file. The object is of no use afterwards."""
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view of the catalogue, whatever is written meanwhile."""
        with (
            storage_faults(self.home / CATALOGUE_FILE),
            self.engine.connect() as connection,
            connection.begin(),
        ):
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One write transaction (BEGIN IMMEDIATE): all of it is stored, or nothing."""
        with storage_faults(self.home / CATALOGUE_FILE), self.engine.connect() as connection:
            immediate = connection.execution_options(immediate=True)
            with immediate.begin():
                yield immediate

    def organisations(self) -> Iterator[Organisation]:
        """Every organisation of every side, by id."""
        with self.reading() as c:
            names = _follow(c, t.organisation_names)
            sources = _follow(c, t.appearances, order="source", then="key")
            identifiers = _follow(c, t.organisation_identifiers)
            parents = _follow(c, t.organisation_parents)
            first = {r.organisation: r.start.year for r in c.execute(_first_cooperations())}
            for row in c.execute(select(t.organisations).order_by(t.organisations.c.id)):
                year = first.get(row.id) if row.entry_year is None else row.entry_year
                yield Organisation(
                    id=row.id,
                    names=tuple(Name(n.text, n.language, NameKind(n.kind)) for n in names(row.id)),
                    side=Side(row.side),
                    sources=tuple(SourceKey(s.source, s.key) for s in sources(row.id)),
                    identifiers=tuple(Identifier(i.scheme, i.value) for i in identifiers(row.id)),
                    entity_type=row.entity_type,
                    partner_nature=row.partner_nature,
                    country=row.country,
                    city=row.city,
                    district=row.district,
                    parents=tuple(p.parent for p in parents(row.id)),
                    entry_year=year,
                    active=row.active,
                    fictional=row.fictional,
                    tenant=row.tenant,
                    visibility=Visibility(row.visibility),
                )

    def profiles(self) -> Iterator[Profile]:
        """Every profile, by id, with its declared tags or else those inferred from its texts."""
        with self.reading() as c:
            texts = {row.id: text_of(row) for row in c.execute(select(t.texts))}
            inferred: dict[str, list[Tag]] = {}
            for row in c.execute(select(t.text_tags)):
                tag = Tag(row.scheme, row.code, Origin.INFERRED, row.confidence)
                inferred.setdefault(row.text, []).append(tag)
            held = _follow(c, t.profile_texts, "profile")
            declared = _follow(c, t.profile_tags, "profile")
            for row in c.execute(select(t.profiles).order_by(t.profiles.c.id)):
                ids = [h.text for h in held(row.id)]
                own = [Tag(d.scheme, d.code) for d in declared(row.id)]
                tags = _tags_of_profile(own, [inferred.get(i, []) for i in ids])
                yield Profile(
                    id=row.id,
                    organisation=row.organisation,
                    kind=ProfileKind(row.kind),
                    publication=Publication(row.publication),
                    texts=tuple(texts[i] for i in ids),
                    source=SourceKey(row.source, row.source_key),
                    licence=row.licence,
                    attribution=row.attribution,
                    dated=row.dated,
                    sectors=tuple(tag for tag in tags if tag.scheme == SECTOR_SCHEME),
                    capabilities=tuple(tag for tag in tags if tag.scheme != SECTOR_SCHEME),
                    trl=row.trl,
                    ip_status=row.ip_status,
                    protected_countries=tuple(row.protected_countries),
                    cooperation_types=tuple(row.cooperation_types),
                    cooperation_modes=tuple(row.cooperation_modes),
                    target_countries=tuple(row.target_countries),
                    valid_from=row.valid_from,
                    valid_until=row.valid_until,
                    cooperation=row.cooperation,
                    participants=row.participants,
                    anonymous=row.anonymous,
                    tenant=row.tenant,
                    visibility=Visibility(row.visibility),
                )

    def cooperations(self) -> Iterator[Cooperation]:
        """Every cooperation, by id; its participants by side, each side sorted by id."""
        with self.reading() as c:
            members = _follow(c, t.cooperation_participants, "cooperation", "organisation")
            for row in c.execute(select(t.cooperations).order_by(t.cooperations.c.id)):
                sides: dict[str, list[str]] = {side: [] for side in Side}
                for member in members(row.id):
                    sides[member.side].append(member.organisation)
                yield Cooperation(
                    id=row.id,
                    beijing=tuple(sides[Side.BEIJING]),
                    partners=tuple(sides[Side.FOREIGN]),
                    others=tuple(sides[Side.NONE]),
                    source=SourceKey(row.source, row.source_key),
                    licence=row.licence,
                    attribution=row.attribution,
                    title=row.title,
                    leader=row.leader,
                    modes=tuple(row.modes),
                    form=None if row.form is None else Form(row.form),
                    start=row.start,
                    end=row.end,
                    sectors=tuple(Tag(SECTOR_SCHEME, code) for code in row.sectors),
                    follow_up_of=row.follow_up_of,
                    amount=row.amount,
                    currency=row.currency,
                    tenant=row.tenant,
                    visibility=Visibility(row.visibility),
                )

    def fingerprint(self) -> str:
        """SHA-256 (64 hex characters) of the content, tags included.

        Equal content has the equal fingerprint, in every home and whatever the order of import.
        """
        digest = hashlib.sha256()
        with self.reading() as c:
            for table in (t.organisations, t.profiles, t.cooperations):
                digest.update(table.name.encode())
                chosen = select(table.c.id, table.c.digest).order_by(table.c.id)
                for row in c.execute(chosen):
                    digest.update(f"{row.id} {row.digest}\n".encode())
            tags = t.text_tags
            ordered = select(tags).order_by(tags.c.text, tags.c.scheme, tags.c.code)
            for row in c.execute(ordered):
                digest.update(orjson.dumps([row.text, row.scheme, row.code, row.confidence]))
        return digest.hexdigest()

    def counts(self) -> dict[str, int]:
        """How many of each: organisations (also by side), profiles, texts, cooperations,
        source rows, and dossiers that wait for a part of themselves."""
        with self.reading() as c:
            found = {
                table.name: _count(c, table)
                for table in (t.organisations, t.profiles, t.texts, t.cooperations, t.source_rows)
            }
            side = t.organisations.c.side
            by_side = select(side, func.count()).group_by(side)
            found |= dict.fromkeys(Side, 0) | {row[0]: row[1] for row in c.execute(by_side)}
            named = t.dossier_organisations.c
            waiting = select(func.count(named.dossier.distinct())).where(named.complete.is_(False))
            found["waiting"] = c.scalar(waiting) or 0
        return {str(name): number for name, number in found.items()}

    def _revision(self) -> str | None:
        """The schema's revision, None in an empty file. Alembic itself stays unloaded."""
        with self.reading() as c:
            known = "SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'"
            if c.exec_driver_sql(known).first() is None:
                return None
            return c.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()

    def _migrate(self) -> None:
        from .migrations import upgrade

        with exclusive(self.home):
            if self._revision() != t.SCHEMA:
                upgrade(self.engine, str(self.home / CATALOGUE_FILE))
                self._derive_again()

    def _derive_again(self) -> None:
        """After a migration: everything derived from the rows and decisions that it kept."""
        from .intake import bring_up_to_date

        with self.reading() as connection:
            empty = _count(connection, t.source_rows) == 0
        if not empty:
            with self.writing() as connection:
                bring_up_to_date(connection)


def _follow(
    connection: Connection,
    table: Any,
    owner: str = "organisation",
    order: str = "position",
    then: str | None = None,
) -> Callable[[str], Sequence[Row[Any]]]:
    """A reader of one owner's rows of `table`; owners are asked for by rising id."""
    ordered = [table.c[name] for name in (owner, order, then) if name is not None]
    statement: Select[Any] = select(table).order_by(*ordered)
    groups = groupby(connection.execute(statement), key=lambda row: row._mapping[owner])
    ahead: tuple[str, list[Row[Any]]] | None = None

    def rows_of(identity: str) -> Sequence[Row[Any]]:
        nonlocal ahead
        while ahead is None or ahead[0] < identity:
            try:
                key, rows = next(groups)
            except StopIteration:
                return ()
            ahead = (key, list(rows))
        return ahead[1] if ahead[0] == identity else ()

    return rows_of


def text_of(row: Row[Any]) -> ProfileText:
    """A row of `texts` as the noun."""
    return ProfileText(
        language=row.language,
        title=row.title,
        summary=row.summary,
        description=row.description,
        partner_role=row.partner_role,
        keywords=tuple(row.keywords),
    )


def _tags_of_profile(declared: list[Tag], inferred: Sequence[list[Tag]]) -> list[Tag]:
    """The declared tags; in a scheme without any, those of the texts, surest first.

    A tag that several texts (languages) of the profile bear counts with its highest confidence;
    `other` stands only where no text fits a sector.
    """
    stated = {tag.scheme for tag in declared}
    best: dict[tuple[str, str], Tag] = {}
    for tag in (tag for tags in inferred for tag in tags if tag.scheme not in stated):
        known = best.get((tag.scheme, tag.code))
        if known is None or tag.confidence > known.confidence:
            best[tag.scheme, tag.code] = tag
    ranked = sorted(best.values(), key=lambda tag: (-tag.confidence, tag.code))
    sectors = [tag for tag in ranked if tag.scheme == SECTOR_SCHEME]
    real = [tag for tag in sectors if tag.code != OTHER_SECTOR]
    rest = [tag for tag in ranked if tag.scheme != SECTOR_SCHEME]
    return declared + (real or sectors)[:MAX_SECTORS] + rest


def _first_cooperations() -> Select[Any]:
    """organisation, start: of its first dated cooperation in which both sides took part."""
    member, work = t.cooperation_participants.c, t.cooperations.c
    two_sided = (
        select(member.cooperation)
        .where(member.side != Side.NONE)
        .group_by(member.cooperation)
        .having(func.count(member.side.distinct()) == 2)
    )
    return (
        select(member.organisation, func.min(work.start).label("start"))
        .join(t.cooperations, work.id == member.cooperation)
        .where(member.side != Side.NONE, work.start.is_not(None), work.id.in_(two_sided))
        .group_by(member.organisation)
    )


def _count(connection: Connection, table: Any) -> int:
    return connection.scalar(select(func.count()).select_from(table)) or 0
