"""Decisions about who is who: merge, separate, undo, and what they leave behind."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cli_factory import a_terminal
from import_factory import ENTRIES, lines_of, their_bodies, two_projects
from sqlalchemy import select

from matcher.catalogue import tables as t
from matcher.catalogue.duplicates import (
    MERGE,
    SEPARATE,
    appearances_of,
    decide,
    history,
    undo,
)
from matcher.catalogue.intake import import_files
from matcher.catalogue.store import Catalogue
from matcher.errors import BadInput
from matcher.organisation import organisation_id

A, B, C = (organisation_id("tabular", key) for key in "abc")
ALPHA = organisation_id("cordis", "alpha gmbh|DE")


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    files = [two_projects(tmp_path), their_bodies(tmp_path), lines_of(tmp_path, "e", *ENTRIES)]
    with Catalogue.open(tmp_path / "home", create=True) as opened:
        import_files(opened, files)
        yield opened


def content(catalogue: Catalogue) -> dict[str, list[Any]]:
    """Every row of every table but the journal."""
    with catalogue.reading() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(select(table))))
            for table in t.metadata.sorted_tables
            if table is not t.identity_journal
        }


def test_a_merge_joins_names_profiles_and_cooperations(catalogue: Catalogue) -> None:
    decide(catalogue, MERGE, B, ALPHA, by="li", note="one firm")
    [merged] = [o for o in catalogue.organisations() if o.id in (B, ALPHA)]
    assert {s.source for s in merged.sources} == {"cordis", "tabular"}
    assert {n.text for n in merged.names} >= {"Alpha GmbH", "Beta"}
    held = [p for p in catalogue.profiles() if p.organisation == merged.id]
    assert {p.source.source for p in held} == {"cordis", "tabular"}
    for cooperation in catalogue.cooperations():
        assert {B, ALPHA} & {*cooperation.participants} <= {merged.id}
    assert [o.parents for o in catalogue.organisations() if o.id == merged.id] == [(C,)]
    shown, joins = appearances_of(catalogue, "cordis:alpha gmbh|DE")
    assert {a.id for a in shown} == {B, ALPHA}
    assert [j.rule for j in joins] == ["decided"]


def test_two_hundred_random_merges_undone_leave_every_table_as_before(
    catalogue: Catalogue,
) -> None:
    """One after the other, and stacks of them undone in whatever order they can be."""
    before = content(catalogue)
    ids = sorted(o.id for o in catalogue.organisations())
    chance = random.Random(20261123)
    done = 0
    while done < 200:
        stack = []
        for _ in range(chance.randint(1, 4)):
            first, second = chance.sample(ids, 2)
            stack.append(decide(catalogue, MERGE, first, second, by="test").number)
            done += 1
        assert content(catalogue) != before
        for number in sorted(stack, reverse=chance.random() < 0.5):
            try:
                undo(catalogue, number, by="test")
            except BadInput:  # a later decision on the same two stands on it
                assert number != stack[-1]
        for number in reversed(stack):
            if next(e for e in history(catalogue) if e.number == number).stands:
                undo(catalogue, number, by="test")
        assert content(catalogue) == before


def test_what_was_merged_stays_merged_after_the_next_import(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    decide(catalogue, MERGE, B, C, by="li")
    import_files(
        catalogue, [lines_of(tmp_path, "n", {**ENTRIES[2], "name_zh": "乙", "city": "Köln"})]
    )
    [merged] = [o for o in catalogue.organisations() if o.id in (B, C)]
    assert {"乙", "Gamma"} <= {n.text for n in merged.names}


def test_decisions_in_another_order_give_the_same_catalogue(tmp_path: Path) -> None:
    fingerprints = set()
    for number, order in enumerate(((0, 1, 2), (2, 0, 1))):
        home = tmp_path / str(number)
        with Catalogue.open(home, create=True) as catalogue:
            import_files(catalogue, [lines_of(tmp_path, "e", *ENTRIES)])
            pairs = [(MERGE, A, C), (SEPARATE, A, B), (MERGE, B, B)][:2]
            for step in order:
                if step < len(pairs):
                    decide(catalogue, *pairs[step], by="x")
            fingerprints.add(catalogue.fingerprint())
    assert len(fingerprints) == 1


def test_contradictions_and_mistakes_change_nothing(catalogue: Catalogue) -> None:
    decide(catalogue, MERGE, A, B, by="li")
    decide(catalogue, SEPARATE, B, C, by="li")
    before = content(catalogue)
    for action, first, second, said in (
        (MERGE, A, C, "opposite"),
        (SEPARATE, "no-such", B, "Nothing goes by"),
        (MERGE, A, A, "same appearance"),
    ):
        with pytest.raises(BadInput, match=said):
            decide(catalogue, action, first, second, by="li")
    for number, said in ((99, "no decision"), (0, "no decision")):
        with pytest.raises(BadInput, match=said):
            undo(catalogue, number, by="li")
    assert content(catalogue) == before
    assert len(history(catalogue)) == 2
    undo(catalogue, 1, by="wang")
    with pytest.raises(BadInput, match="undone already"):
        undo(catalogue, 1, by="wang")


def test_the_command_line_says_how_to_take_it_back(
    catalogue: Catalogue,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    run_cli = a_terminal(monkeypatch, capfdbinary)
    home = ("--home", str(tmp_path / "home"))
    told = run_cli("duplicates", "merge", A, "tabular:c", "--language", "en", *home)
    assert (told.code, "matcher duplicates undo 1" in told.out) == (0, True)
    assert "tabular:c" in run_cli("duplicates", "show", A, *home).out
    assert run_cli("duplicates", "undo", "1", *home).code == 0
    told = run_cli("duplicates", "history", "--json", *home)
    assert '"stands":false' in told.out.replace(" ", "")
    assert run_cli("duplicates", "review", *home).code == 0
    assert run_cli("duplicates", "merge", A, "nobody", *home).code == 2
