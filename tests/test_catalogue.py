"""The catalogue's file: opened, migrated, read while written, refused when it is something else."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import orjson
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from import_factory import ENTRIES, fingerprint_of, lines_of, their_bodies, two_projects
from sqlalchemy import create_engine, select

from matcher.catalogue import migrations
from matcher.catalogue import tables as t
from matcher.catalogue.intake import import_files
from matcher.catalogue.store import CATALOGUE_FILE, Catalogue
from matcher.errors import HomeRefused, NotReady
from matcher.organisation import Side, Visibility


def test_without_a_catalogue_there_is_nothing_to_open(tmp_path: Path) -> None:
    with pytest.raises(NotReady) as caught:
        Catalogue.open(tmp_path / "home")
    assert "matcher import" in caught.value.message("zh")
    assert not (tmp_path / "home").exists()


def test_a_new_catalogue_is_empty_and_has_a_fingerprint(tmp_path: Path) -> None:
    with Catalogue.open(tmp_path, create=True) as catalogue:
        assert set(catalogue.counts().values()) == {0}
        assert list(catalogue.organisations()) == []
        first = catalogue.fingerprint()
    with Catalogue.open(tmp_path) as catalogue:
        assert catalogue.fingerprint() == first


def test_the_migrations_make_the_tables_that_the_code_expects(tmp_path: Path) -> None:
    with Catalogue.open(tmp_path, create=True) as catalogue, catalogue.reading() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, t.metadata) == []
        assert context.get_current_revision() == t.SCHEMA


def test_a_catalogue_of_the_first_schema_becomes_what_the_same_files_give_today(
    tmp_path: Path,
) -> None:
    files = [two_projects(tmp_path), their_bodies(tmp_path), lines_of(tmp_path, "e", *ENTRIES)]
    with Catalogue.open(tmp_path / "new", create=True) as catalogue:
        import_files(catalogue, files)
        today = catalogue.fingerprint()
        with catalogue.reading() as connection:
            rows = [dict(row._mapping) for row in connection.execute(select(t.source_rows))]
            links = connection.execute(select(t.source_links)).all()
    (tmp_path / "old").mkdir()
    path = tmp_path / "old" / CATALOGUE_FILE
    migrate_to("0001", path)
    with sqlite3.connect(path) as old:
        for row in rows:
            target = {link.role: link.target for link in links if link.row == row["id"]}
            payload = orjson.loads(row["payload"])
            if "appearances" in payload:
                [payload["organisation"]] = payload.pop("appearances").values()
            old.execute(
                "INSERT INTO source_rows VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (row["source"], row["key"], row["id"], row["kind"], target.get("appearance"),
                 target.get("dossier"), orjson.dumps(payload), row["place"], row["tenant"]),
            )  # fmt: skip
    old.close()
    with Catalogue.open(tmp_path / "old") as catalogue:
        assert catalogue.fingerprint() == today
        again = import_files(catalogue, files)
        assert (again.unchanged, again.added, again.changed) == (again.read, 0, 0)


def migrate_to(revision: str, path: Path) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.attributes["engine"] = create_engine(f"sqlite:///{path}")
    command.upgrade(config, revision)
    config.attributes["engine"].dispose()


def test_what_a_tenant_owns_says_so_from_the_first_migration() -> None:
    for table in (t.organisations, t.profiles, t.cooperations):
        assert {"tenant", "visibility"} <= set(table.c.keys())
    assert "tenant" in t.source_rows.c


def test_a_current_catalogue_opens_without_alembic(tmp_path: Path) -> None:
    Catalogue.open(tmp_path, create=True).close()
    script = (
        "import sys; from pathlib import Path; from matcher.catalogue.store import Catalogue;"
        "c = Catalogue.open(Path(sys.argv[1])); c.counts(); list(c.organisations());"
        "print(sorted(m for m in ('alembic', 'pandas', 'torch', 'sklearn') if m in sys.modules))"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    found = subprocess.run(command, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "content", [b"no database at all" * 100, b"SQLite format 3\x00" + b"x" * 999]
)
def test_a_file_that_is_no_catalogue_is_refused_and_kept(tmp_path: Path, content: bytes) -> None:
    (tmp_path / CATALOGUE_FILE).write_bytes(content)
    with pytest.raises(NotReady, match="damaged"):
        Catalogue.open(tmp_path, create=True)
    assert (tmp_path / CATALOGUE_FILE).read_bytes() == content


def test_a_catalogue_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    with Catalogue.open(tmp_path, create=True) as catalogue, catalogue.writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(NotReady, match="newer"):
        Catalogue.open(tmp_path)


def test_a_home_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(HomeRefused):
        Catalogue.open(tmp_path / "file" / "home", create=True)


def test_the_file_is_safe_against_a_cut_of_power(tmp_path: Path) -> None:
    with Catalogue.open(tmp_path, create=True) as catalogue, catalogue.reading() as connection:
        found = {
            pragma: connection.exec_driver_sql(f"PRAGMA {pragma}").scalar()
            for pragma in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert found == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 10000,
    }


def test_a_reader_sees_one_state_while_another_process_writes(tmp_path: Path) -> None:
    with Catalogue.open(tmp_path / "home", create=True) as catalogue:
        import_files(catalogue, [lines_of(tmp_path, "a.jsonl", *ENTRIES[:5])])
        reading = catalogue.organisations()
        first = next(reading)
        import_files(
            catalogue,
            [lines_of(tmp_path, "b.jsonl", {"id": "zz", "name_en": "Late", "country": "FR"})],
        )
        assert len([first, *reading]) == 3
        assert len(list(catalogue.organisations())) == 4


def test_everything_comes_sorted_by_id_and_names_only_what_is_there(tmp_path: Path) -> None:
    paths = [
        two_projects(tmp_path),
        their_bodies(tmp_path),
        lines_of(tmp_path, "a.jsonl", *ENTRIES),
    ]
    with Catalogue.open(tmp_path / "home", create=True) as catalogue:
        import_files(catalogue, paths)
        organisations = list(catalogue.organisations())
        profiles, cooperations = list(catalogue.profiles()), list(catalogue.cooperations())
        counts = catalogue.counts()
    ids = [o.id for o in organisations]
    for found in (ids, [p.id for p in profiles], [c.id for c in cooperations]):
        assert found == sorted(found)
        assert len(found) == len(set(found))
    assert {p.organisation for p in profiles} <= set(ids)
    assert {body for c in cooperations for body in c.participants} <= set(ids)
    assert {p.cooperation for p in profiles} - {None} <= {c.id for c in cooperations}
    assert (len(ids), len(profiles), len(cooperations)) == (
        counts["organisations"],
        counts["profiles"],
        counts["cooperations"],
    )
    sides = {side: sum(o.side is side for o in organisations) for side in Side}
    assert sides == {side: counts[side] for side in Side}
    assert {o.tenant for o in organisations} == {"centre"}
    assert {p.visibility for p in profiles} == {Visibility.PUBLIC}
    beta = next(o for o in organisations if o.sources[0].key == "b")
    assert (beta.name(), beta.city, beta.fictional) == ("BETA", "Bonn", True)
    assert [name.text for name in beta.names] == ["BETA", "Beta"]


def test_any_difference_in_content_shows_in_the_fingerprint(tmp_path: Path) -> None:
    changes: list[dict[str, object]] = [
        {},
        {"name_en": "Another"},
        {"city": "Bonn"},
        {"title_en": "Other"},
        {"trl": 4},
        {"licence": "CC0"},
        {"date": "2024-01-01"},
        {"sectors": ["materials"]},
        {"anonymous": True},
    ]
    entry: dict[str, object] = {"id": "k", "name_en": "A", "country": "DE", "title_en": "T"}
    seen = {
        fingerprint_of(tmp_path / f"home{n}", [lines_of(tmp_path, f"{n}.jsonl", entry | change)])
        for n, change in enumerate(changes)
    }
    assert len(seen) == len(changes)
