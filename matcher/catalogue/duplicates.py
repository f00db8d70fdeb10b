"""What people decide about who is who: merge, separate, undo; and what waits for them.

A decision is about two appearances and stands until it is undone; the catalogue is derived from the
rows and the decisions that stand, so that undoing one leaves no trace of it but in the journal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, delete, insert, or_, select

from matcher.errors import BadInput, Bilingual
from matcher.text.encoder import default_encoder
from matcher.vocabulary import load_vocabulary

from . import registrar
from . import tables as t
from .lock import exclusive
from .resolution.appearance import Appearance, Verdict
from .store import Catalogue
from .themes import Themes
from .upkeep import Upkeep, touch_nothing

MERGE, SEPARATE, UNDO = "merge", "separate", "undo"
_VERDICT = {MERGE: Verdict.SAME, SEPARATE: Verdict.DIFFERENT}


@dataclass(frozen=True, slots=True)
class Pair:
    """Two appearances, what speaks for their being one, and how sure that is (0 to 1)."""

    first: Appearance
    second: Appearance
    rule: str
    confidence: float
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the journal: what was decided or undone, when, by whom and why."""

    number: int
    at: datetime
    action: str
    first: str
    second: str
    by: str
    note: str
    undid: int | None
    stands: bool


def review(catalogue: Catalogue) -> list[Pair]:
    """Pairs that may be one organisation and that nobody decided yet, the surest first."""
    return _pairs(catalogue, review=True)


def joined(catalogue: Catalogue) -> list[Pair]:
    """Pairs that were found to be one organisation, the least sure first."""
    return _pairs(catalogue, review=False)[::-1]


def appearances_of(catalogue: Catalogue, named: str) -> tuple[list[Appearance], list[Pair]]:
    """All appearances of the organisation that `named` (an id, or source:key) is one of, and the
    joins between them; BadInput if nothing goes by that name."""
    with catalogue.reading() as connection:
        identity = _appearance(connection, named)
        held = t.appearances.c
        organisation = select(held.organisation).where(held.id == identity).scalar_subquery()
        chosen = select(held.description).where(held.organisation == organisation)
        own = [registrar.read(said) for said in connection.scalars(chosen.order_by(held.id))]
    ids = {appearance.id for appearance in own}
    pairs = [pair for pair in joined(catalogue) if {pair.first.id, pair.second.id} <= ids]
    return own, pairs


def decide(
    catalogue: Catalogue, action: str, first: str, second: str, *, by: str, note: str = ""
) -> Entry:
    """Decide that two organisations are one (`merge`) or that two appearances are not (`separate`).

    Both are ids of organisations or appearances, or source:key. BadInput if one is unknown, both
    are the same, or another decision that stands says the opposite; CatalogueBusy while an import
    is running. Nothing is changed then.
    """
    with exclusive(catalogue.home), catalogue.writing() as connection:
        pair = sorted((_appearance(connection, first), _appearance(connection, second)))
        if pair[0] == pair[1]:
            raise BadInput(
                Bilingual("两个编号指的是同一条出处。", "Both ids mean the same appearance."),
                Bilingual(
                    "给出两个不同的编号；`matcher duplicates show` 列出一家机构的全部出处。",
                    "Give two different ones; `matcher duplicates show` lists an organisation's.",
                ),
                where=f"{first} {second}",
            )
        former = _put(connection, pair, _VERDICT[action])
        number = _note(connection, action, pair, former=former, by=by, note=note, undid=None)
        _derive(connection)
        _check(connection, action, pair)
        return _entry(connection, number)


def undo(catalogue: Catalogue, number: int, *, by: str, note: str = "") -> Entry:
    """Take back the decision of journal entry `number`; what stood before it stands again.

    BadInput if there is no such entry, if it is no decision or was undone, or if a later decision
    on the same two stands on it.
    """
    with exclusive(catalogue.home), catalogue.writing() as connection:
        entries = {entry.number: entry for entry in _journal(connection)}
        entry = entries.get(number)
        if entry is None or entry.action == UNDO:
            raise BadInput(
                Bilingual(f"没有编号为 {number} 的决定。", f"There is no decision {number}."),
                Bilingual(
                    "编号见 `matcher duplicates history`。",
                    "`matcher duplicates history` lists their numbers.",
                ),
                where=str(number),
            )
        later = [
            one.number
            for one in entries.values()
            if one.stands and one.number > number
            and (one.first, one.second) == (entry.first, entry.second)
        ]  # fmt: skip
        if not entry.stands or later:
            raise BadInput(
                Bilingual(
                    f"决定 {number} 已被{'撤销' if not later else f'决定 {later[-1]} 取代'}。",
                    f"Decision {number} "
                    + (f"was replaced by decision {later[-1]}." if later else "is undone already."),
                ),
                Bilingual(
                    f"先撤销决定 {later[-1]}。" if later else "无需处理。",
                    f"Undo decision {later[-1]} first." if later else "Nothing needs doing.",
                ),
                where=str(number),
            )
        journal = t.identity_journal.c
        former = connection.scalar(select(journal.former).where(journal.id == number))
        pair = [entry.first, entry.second]
        _put(connection, pair, None if former is None else Verdict(former))
        made = _note(connection, UNDO, pair, former=None, by=by, note=note, undid=number)
        _derive(connection)
        return _entry(connection, made)


def history(catalogue: Catalogue) -> list[Entry]:
    """Every decision and every undoing, oldest first."""
    with catalogue.reading() as connection:
        return _journal(connection)


def _pairs(catalogue: Catalogue, *, review: bool) -> list[Pair]:
    with catalogue.reading() as connection:
        found = t.joins.c
        chosen = select(t.joins).where(found.review.is_(review))
        rows = connection.execute(
            chosen.order_by(found.confidence.desc(), found.first, found.second)
        ).all()
        named = {row.first for row in rows} | {row.second for row in rows}
        known = {a.id: a for a in registrar.appearances(connection) if a.id in named}
    return [
        Pair(known[r.first], known[r.second], r.rule, r.confidence, tuple(r.evidence)) for r in rows
    ]


def _appearance(connection: Connection, named: str) -> str:
    """The id of the appearance that goes by this id or source:key."""
    held = t.appearances.c
    source, _, key = named.partition(":")
    chosen = select(held.id).where(
        or_(held.id == named, (held.source == source) & (held.key == key))
    )
    found = connection.scalar(chosen)
    if found is None:
        raise BadInput(
            Bilingual(f"没有“{named}”这条出处。", f'Nothing goes by "{named}".'),
            Bilingual(
                "用 `matcher show 名称` 查机构编号，或用 `来源:编号`。",
                "`matcher show NAME` gives an organisation's id; or write `source:key`.",
            ),
            where=named,
        )
    return str(found)


def _put(connection: Connection, pair: Sequence[str], verdict: Verdict | None) -> str | None:
    """Let `verdict` stand for the pair, or none; what stood before."""
    made = t.identity_decisions.c
    chosen = (made.first == pair[0]) & (made.second == pair[1])
    former = connection.scalar(select(made.verdict).where(chosen))
    connection.execute(delete(t.identity_decisions).where(chosen))
    if verdict is not None:
        row = {"first": pair[0], "second": pair[1], "verdict": verdict}
        connection.execute(insert(t.identity_decisions), row)
    return former


def _note(
    connection: Connection,
    action: str,
    pair: Sequence[str],
    *,
    former: str | None,
    by: str,
    note: str,
    undid: int | None,
) -> int:
    row = {
        "at": datetime.now(UTC).replace(tzinfo=None),
        "action": action,
        "first": pair[0],
        "second": pair[1],
        "former": former,
        "by": by,
        "note": note,
        "undid": undid,
    }
    key = connection.execute(insert(t.identity_journal), row).inserted_primary_key
    assert key is not None
    return int(key[0])


def _derive(connection: Connection) -> None:
    touch_nothing(connection)
    upkeep = Upkeep(connection, load_vocabulary(), Themes(default_encoder()))
    upkeep.run(lambda _done, _total: None, decided=True)


def _check(connection: Connection, action: str, pair: Sequence[str]) -> None:
    """BadInput where the decision had no effect, as others that stand say the opposite."""
    whose = registrar.standing(connection)
    if (whose[pair[0]] == whose[pair[1]]) == (action == MERGE):
        return
    opposite = Verdict.DIFFERENT if action == MERGE else Verdict.SAME
    involved = {whose[pair[0]], whose[pair[1]]}
    against = [
        f"{one.first} {one.second}"
        for one in registrar.decisions(connection)
        if one.verdict is opposite and {whose.get(one.first), whose.get(one.second)} & involved
    ]
    listed = "; ".join(against)
    raise BadInput(
        Bilingual(
            f"与先前的决定矛盾（{listed or '无'}），本次没有改动任何内容。",
            f"Earlier decisions say the opposite ({listed or 'none'}); nothing was changed.",
        ),
        Bilingual(
            "先用 `matcher duplicates undo 编号` 撤销那些决定。",
            "Undo those first: `matcher duplicates undo NUMBER`.",
        ),
        where=" ".join(pair),
    )


def _entry(connection: Connection, number: int) -> Entry:
    return next(entry for entry in _journal(connection) if entry.number == number)


def _journal(connection: Connection) -> list[Entry]:
    rows = connection.execute(select(t.identity_journal).order_by(t.identity_journal.c.id)).all()
    undone = {row.undid for row in rows if row.undid is not None}
    return [
        Entry(
            number=row.id,
            at=row.at,
            action=row.action,
            first=row.first,
            second=row.second,
            by=row.by,
            note=row.note,
            undid=row.undid,
            stands=row.action != UNDO and row.id not in undone,
        )
        for row in rows
    ]
