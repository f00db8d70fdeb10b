"""The lists of the sectors: who stands in them and why, and that a file is whole or not there."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest
from list_factory import (
    ASKED,
    DAY,
    SECTOR,
    a_small_sector,
    csv_rows,
)
from registry_factory import ARegistry, a_cooperation, a_matcher, a_profile, an_organisation

from matcher.errors import BadInput, UnknownTerm
from matcher.lists.batch import ListsNotWritten, make_lists, write_lists
from matcher.lists.export.json import list_document
from matcher.lists.topk import RowKind, SectorList
from matcher.matching.pipeline import Reasons
from matcher.service import Matcher, Wish, open_matcher

FORMATS = ("xlsx", "csv", "html", "json")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Matcher:
    return a_small_sector(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="module")
def made(small: Matcher) -> SectorList:
    return make_lists(small, ["materials"], 3, DAY)[0]


@pytest.fixture(scope="module")
def demo(demo_home: Path) -> Matcher:
    return open_matcher(demo_home)


def test_a_list_is_what_each_body_would_be_answered(demo: Matcher) -> None:
    for one in make_lists(demo, ["新材料", "health"], 4, DAY):
        bodies = dict.fromkeys(row.body["id"] for row in one.rows)
        assert len(bodies) > 1
        for body in bodies:
            wish = Wish(organisation=body, sector=one.sector.code, k=4, as_of=DAY)
            answer = demo.match(wish, Reasons.TOP)
            mine = [row for row in one.rows if row.body["id"] == body]
            suggested = [r.pairing for r in mine if r.kind is RowKind.SUGGESTED]
            known = [r.pairing for r in mine if r.kind is RowKind.KNOWN_PARTNER]
            assert suggested == list(answer.pairings)
            assert known == list(answer.known_partners)


def test_every_body_of_the_sector_stands_in_the_list_or_is_counted(made: SectorList) -> None:
    fates = {
        row.body["name"].split()[0]: row.kind
        for row in made.rows
        if row.kind is not RowKind.KNOWN_PARTNER
    }
    assert fates == {
        "asker": RowKind.SUGGESTED,
        "closed": RowKind.NOT_ASKED,
        "expired": RowKind.NOT_ASKED,
    }
    assert made.anonymous == 1
    assert made.bodies == 3
    known = [row.pairing for row in made.rows if row.kind is RowKind.KNOWN_PARTNER]
    assert [p.last_cooperation for p in known if p] == [2020]
    assert made.count(RowKind.SUGGESTED) == made.k


def test_a_body_without_a_pairing_says_why(tmp_path: Path) -> None:
    asker = an_organisation("asker", country="CN")
    lonely = ARegistry([asker], [a_profile(asker, ASKED, sectors=SECTOR)])
    (row,) = make_lists(a_matcher(tmp_path / "a", lonely), ["materials"], 3, DAY)[0].rows
    assert row.kind is RowKind.NONE
    assert row.why
    assert "符合条件" in row.why.zh
    partner = an_organisation("partner")
    old_friends = ARegistry(
        [asker, partner],
        [a_profile(o, ASKED, sectors=SECTOR) for o in (asker, partner)],
        [a_cooperation("c", asker, partner, date(2019, 1, 1))],
    )
    rows = make_lists(a_matcher(tmp_path / "b", old_friends), ["materials"], 3, DAY)[0].rows
    assert [row.kind for row in rows] == [RowKind.NONE, RowKind.KNOWN_PARTNER]
    assert rows[0].why
    assert "已有合作" in rows[0].why.zh


def test_bodies_stand_best_score_first(demo: Matcher) -> None:
    (one,) = make_lists(demo, ["equipment"], 3, DAY)
    best = [r.pairing.score for r in one.rows if r.kind is RowKind.SUGGESTED and r.pairing
            and r.pairing.rank == 1]  # fmt: skip
    assert best == sorted(best, reverse=True)


def test_the_score_of_a_row_is_the_sum_of_its_reasons(demo: Matcher) -> None:
    for row in list_document(make_lists(demo, ["ai"], 5, DAY)[0])["rows"]:
        summed = row["prior"] + sum(reason["contribution"] for reason in row["reasons"])
        assert summed == pytest.approx(row["score"], abs=1e-9)
        assert row["prior"] + row["fit"] + row["track_record"] == pytest.approx(row["score"])


def test_the_same_run_gives_the_same_bytes(demo_home: Path, tmp_path: Path) -> None:
    written = []
    for number in range(2):
        folder = tmp_path / str(number)
        paths = write_lists(
            open_matcher(demo_home), ["ic", "software"], folder, FORMATS, k=3, as_of=DAY
        )
        written.append({path.name: path.read_bytes() for path in paths})
    assert written[0] == written[1]
    assert sorted(written[0]) == [
        "ic.csv", "ic.html", "ic.json", "lists.xlsx", "software.csv", "software.html",
        "software.json",
    ]  # fmt: skip


def test_one_sector_has_a_workbook_of_its_name(demo: Matcher, tmp_path: Path) -> None:
    heard: list[tuple[int, int]] = []
    folder = tmp_path / "new" / "folder"
    paths = write_lists(demo, ["新材料", "materials"], folder, ["xlsx", "xlsx"], k=2, as_of=DAY,
                        progress=lambda done, total: heard.append((done, total)))  # fmt: skip
    assert paths == [folder / "materials.xlsx"]
    assert heard[-1][0] == heard[-1][1] == len(heard)


def test_a_sector_without_a_body_gives_an_empty_list(small: Matcher, tmp_path: Path) -> None:
    paths = write_lists(small, ["software"], tmp_path, FORMATS, as_of=DAY)
    assert len(paths) == len(FORMATS)
    assert "没有北京机构" in (tmp_path / "software.html").read_text("utf-8")
    assert len(csv_rows((tmp_path / "software.csv").read_bytes())) == 1


@pytest.mark.parametrize(
    ("sectors", "formats", "k", "error", "named"),
    [
        (["magic"], FORMATS, 3, UnknownTerm, "magic"),
        (["other"], FORMATS, 3, UnknownTerm, "other"),
        (["materials"], ["docx"], 3, BadInput, "docx"),
        (["materials"], [], 3, BadInput, "xlsx"),
        (["materials"], FORMATS, 0, BadInput, "-k 10"),
    ],
)
def test_what_cannot_be_asked_changes_nothing(
    small: Matcher,
    tmp_path: Path,
    sectors: list[str],
    formats: list[str],
    k: int,
    error: type[BadInput],
    named: str,
) -> None:
    with pytest.raises(error) as raised:
        write_lists(small, sectors, tmp_path, formats, k=k, as_of=DAY)
    assert named in raised.value.message("zh")
    assert named in raised.value.message("en")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_none_is_named(small: Matcher, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(ListsNotWritten) as raised:
            write_lists(small, ["materials"], folder, FORMATS, as_of=DAY)
        assert str(folder) in raised.value.message("zh")
    assert (tmp_path / "file").read_text() == "mine"


@contextmanager
def no_file_longer_than(size: int) -> Iterator[None]:
    """The kernel refuses longer files, as a full disk would."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_leaves_the_former_files_whole(small: Matcher, tmp_path: Path) -> None:
    first = write_lists(small, ["materials"], tmp_path, FORMATS, k=1, as_of=DAY)
    before = {path.name: path.read_bytes() for path in first}
    longest = max(map(len, before.values()))
    with no_file_longer_than(longest - 1), pytest.raises(ListsNotWritten) as raised:
        write_lists(small, ["materials"], tmp_path, FORMATS, k=1, as_of=DAY)
    assert str(tmp_path) in raised.value.message("en")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
