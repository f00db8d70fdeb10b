"""A snapshot is whole or is not served: damage, half-built folders, roll back, rebuilding."""

from __future__ import annotations

import random
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from registry_factory import ARegistry, a_matcher, a_profile, an_organisation

from matcher.errors import NotReady, SnapshotDamaged, SnapshotMismatch
from matcher.organisation import Side, organisation_id
from matcher.service import Matcher
from matcher.snapshot.build import BuildReport, build
from matcher.snapshot.census import census
from matcher.snapshot.manifest import Manifest
from matcher.snapshot.shelf import BUILDING, CURRENT, LOCK_FILE, Shelf
from matcher.snapshot.snapshot import Snapshot
from matcher.text.encoder import Vectors, default_encoder
from matcher.vocabulary import load_vocabulary


class OtherEncoder:
    """The project's encoder under another fingerprint: as if it had been trained again."""

    name = "other"
    fingerprint = "another"
    dimension = default_encoder().dimension

    def encode(self, texts: Sequence[str], is_query: bool = False) -> Vectors:
        return -default_encoder().encode(texts, is_query)


def a_registry(count: int = 6, more: str = "") -> ARegistry:
    made = [an_organisation(f"partner-{n}") for n in range(count)]
    made.append(an_organisation("body", country="CN"))
    profiles = [
        a_profile(o, f"Membranes of kind {n} for capture{more if n == 0 else ''}",
                  sectors=("environment",) if n % 2 else ())
        for n, o in enumerate(made)
    ]  # fmt: skip
    return ARegistry(made, profiles)


def built(home: Path, registry: ARegistry) -> BuildReport:
    return build(home, registry, default_encoder(), default_encoder(), load_vocabulary())


def test_the_same_catalogue_gives_the_same_snapshot_once(tmp_path: Path) -> None:
    first = built(tmp_path, a_registry())
    again = built(tmp_path, a_registry())
    assert (first.encoded, first.already_there) == (7, False)
    assert (again.snapshot, again.encoded, again.already_there) == (first.snapshot, 0, True)
    assert Shelf(tmp_path).ids() == [first.snapshot]


def test_only_what_is_new_is_encoded(tmp_path: Path) -> None:
    built(tmp_path, a_registry())
    second = built(tmp_path, a_registry(count=8, more=" at sea"))
    assert (second.encoded, second.reused) == (3, 6)
    fresh = built(tmp_path / "fresh", a_registry(count=8, more=" at sea"))
    assert fresh.snapshot == second.snapshot
    ours, theirs = (
        np.load(home / "snapshots" / fresh.snapshot / "vectors.npy")
        for home in (tmp_path, tmp_path / "fresh")
    )
    np.testing.assert_array_equal(ours, theirs)


def test_another_encoder_encodes_everything_again(tmp_path: Path) -> None:
    first = built(tmp_path, a_registry())
    other = build(tmp_path, a_registry(), OtherEncoder(), default_encoder(), load_vocabulary())
    assert (other.encoded, other.reused) == (7, 0)
    assert other.snapshot != first.snapshot
    with pytest.raises(SnapshotMismatch, match="other"):
        Matcher.open(tmp_path)


def test_a_former_snapshot_serves_again(tmp_path: Path) -> None:
    first = built(tmp_path, a_registry()).snapshot
    second = built(tmp_path, a_registry(more=" at sea")).snapshot
    shelf = Shelf(tmp_path)
    assert shelf.current_id() == second
    assert shelf.roll_back() == first
    assert Snapshot.open_current(tmp_path).id == first
    with pytest.raises(NotReady):
        shelf.roll_back()
    assert shelf.roll_back(second) == second
    with pytest.raises(NotReady, match=first):
        shelf.roll_back("sneverthere")


def test_an_empty_home_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NotReady) as caught:
        Matcher.open(tmp_path)
    assert "matcher import" in caught.value.message("en")
    with pytest.raises(NotReady):
        built(tmp_path, ARegistry())
    assert not Shelf(tmp_path).ids()


def test_a_half_built_folder_never_serves(tmp_path: Path) -> None:
    whole = built(tmp_path, a_registry()).snapshot
    shelf = Shelf(tmp_path)
    half = shelf.folder / f"{BUILDING}shalf"
    shutil.copytree(shelf.folder / whole, half)
    (half / "manifest.json").unlink()
    assert shelf.ids() == [whole]
    assert Snapshot.open_current(tmp_path).id == whole
    built(tmp_path, a_registry(more=" at sea"))
    assert not half.exists()


def test_a_build_that_breaks_off_leaves_the_former_serving(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = built(tmp_path, a_registry()).snapshot
    for step in ("write_tokens", "write_indexes", "seal_files"):
        with monkeypatch.context() as broken:
            broken.setattr(f"matcher.snapshot.build.{step}", lambda *_: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                built(tmp_path, a_registry(more=f" {step}"))
        assert Snapshot.open_current(tmp_path).id == whole
        assert Shelf(tmp_path).ids() == [whole]


def test_every_truncation_and_bit_flip_is_found(tmp_path: Path) -> None:
    snapshot = built(tmp_path, a_registry()).snapshot
    folder = Shelf(tmp_path).folder / snapshot
    rng = random.Random(5)
    files = sorted(p for p in folder.rglob("*") if p.is_file() and p.stat().st_size)
    for path in rng.choices(files, k=120):
        before = path.read_bytes()
        place = rng.randrange(len(before))
        if rng.random() < 0.4:
            path.write_bytes(before[:place])
        else:
            flipped = bytes([before[place] ^ (1 << rng.randrange(8))])
            path.write_bytes(before[:place] + flipped + before[place + 1 :])
        with pytest.raises(SnapshotDamaged, match=snapshot):
            Manifest.read(folder).verify(folder)
        path.write_bytes(before)
    Manifest.read(folder).verify(folder)


def test_a_damaged_snapshot_is_built_again(tmp_path: Path) -> None:
    snapshot = built(tmp_path, a_registry()).snapshot
    folder = Shelf(tmp_path).folder / snapshot
    (folder / "vectors.npy").write_bytes(b"")
    with pytest.raises(SnapshotDamaged, match=r"vectors\.npy"):
        Snapshot.open_current(tmp_path)
    assert built(tmp_path, a_registry()).already_there is False
    assert Snapshot.open_current(tmp_path).id == snapshot
    kept = {p.name for p in Shelf(tmp_path).folder.iterdir()}
    assert kept == {snapshot, CURRENT, LOCK_FILE}


def test_a_snapshot_of_another_schema_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built(tmp_path, a_registry())
    monkeypatch.setattr("matcher.snapshot.manifest.SCHEMA", 99)
    with pytest.raises(SnapshotMismatch, match="schema"):
        Snapshot.open_current(tmp_path)


def test_families_and_sectors_have_their_own_index(tmp_path: Path) -> None:
    built(tmp_path, a_registry())
    snapshot = Snapshot.open_current(tmp_path)
    sectors = snapshot.manifest.sectors
    assert len(sectors) == 11
    names = snapshot.index_names()
    assert len(names) == 1 + 2 * 12
    assert "capability" in names
    whole, rows = snapshot.index(Side.FOREIGN, None)
    assert len(whole) == len(rows) == 6
    part, rows = snapshot.index(Side.FOREIGN, "environment")
    assert len(part) == 3
    np.testing.assert_array_equal(
        part.search(snapshot.vectors[rows[:1]], 1)[1], np.zeros((1, 1), np.int64)
    )
    assert len(snapshot.index(Side.BEIJING, "health")[0]) == 0


def test_the_census_counts_what_is_there(tmp_path: Path) -> None:
    matcher = a_matcher(tmp_path, a_registry())
    rows = {(r["side"], r["sector"]): r for r in census(matcher.snapshot)["rows"]}
    foreign = rows["foreign", None]
    assert (foreign["organisations"], foreign["profiles"], foreign["vectors"]) == (6, 6, 6)
    assert rows["foreign", "environment"]["profiles"] == 3
    assert rows["foreign", "other"]["profiles"] == 3
    assert rows["beijing", None]["en"] == 1.0
    assert rows["none", None]["organisations"] == 0


def test_main_sector_is_where_most_profiles_lie(tmp_path: Path) -> None:
    who = an_organisation("who")
    registry = ARegistry(
        [who],
        [
            a_profile(who, "one", key="1", sectors=("health",)),
            a_profile(who, "two", key="2", sectors=("ai",)),
            a_profile(who, "three", key="3", sectors=("ai",)),
            a_profile(who, "four", key="4", sectors=("health",), participants=50),
        ],
    )
    record = a_matcher(tmp_path, registry).organisation("who Institute")
    assert record["main_sector"] == "ai"
    assert set(record["sectors"]) == {"health", "ai"}


def test_names_are_found_by_any_spelling(tmp_path: Path) -> None:
    matcher = a_matcher(tmp_path, a_registry())
    ids = {
        matcher.organisation(name)["id"]
        for name in ("partner-3 Institute", "PARTNER 3 institute", "ｐａｒｔｎｅｒ-3 Institute")
    }
    assert len(ids) == 1
    found = matcher.organisation(ids.pop())
    assert found["name"] == "partner-3 Institute"
    [source] = found["sources"]
    for key in (
        source["key"],
        f"{source['source']}:{source['key']}",
        organisation_id(source["source"], source["key"]),
    ):
        assert matcher.organisation(key)["id"] == found["id"]
