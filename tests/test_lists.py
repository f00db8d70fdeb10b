"""The lists of the sectors: who stands in them, that every format says the same, that nothing a
source wrote can run, and that a file is whole or not there."""

from __future__ import annotations

import csv
import io
import json
import re
import resource
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import jsonschema
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from registry_factory import ARegistry, a_cooperation, a_matcher, a_profile, an_organisation

from matcher.errors import BadInput, UnknownTerm
from matcher.lists.batch import ListsNotWritten, make_lists, write_lists
from matcher.lists.export.csv import DANGEROUS, csv_file, safe
from matcher.lists.export.html import html_file
from matcher.lists.export.json import json_file, list_document
from matcher.lists.export.xlsx import xlsx_file
from matcher.lists.table import COLUMNS, EXCERPT, Cell, cells, excerpt, width
from matcher.lists.topk import RowKind, SectorList
from matcher.matching.pipeline import Reasons
from matcher.organisation import ProfileKind, Publication
from matcher.service import Matcher, Wish, open_matcher
from matcher.settings import REPOSITORY

DAY = date(2026, 6, 1)
FORMATS = ("xlsx", "csv", "html", "json")
SECTOR = ("materials",)
ASKED = "low-temperature encapsulation of perovskite solar modules"
HOSTILE = (
    '=HYPERLINK("http://evil.example","x")',
    "+1+1",
    "@SUM(A1)",
    "-2+3",
    "<script>alert(1)</script>",
    "{{ 7*7 }} & Söhne",
    "http://evil.example/a",
)
KEYS = [column.key for column in COLUMNS]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Matcher:
    """One sector with a body of every fate, and partners with names that mean harm."""
    asker = an_organisation("asker", country="CN")
    closed = an_organisation("closed", country="CN", active=False)
    expired = an_organisation("expired", country="CN")
    hidden = an_organisation("hidden", country="CN")
    later = an_organisation("later", country="CN")
    elsewhere = an_organisation("elsewhere", country="CN")
    known = an_organisation("known")
    partners = [
        an_organisation(name, country=country)
        for name, country in zip(HOSTILE, ("DE", "HK", "TW", "MO", "FR", None, "US"), strict=True)
        if country
    ]
    registry = ARegistry(
        made=[asker, closed, expired, hidden, later, elsewhere, known, *partners],
        with_profiles=[
            a_profile(asker, ASKED, sectors=SECTOR),
            a_profile(closed, ASKED, sectors=SECTOR),
            a_profile(
                expired, ASKED, sectors=SECTOR, kind=ProfileKind.OFFER,
                publication=Publication.PUBLISHED, valid_until=date(2025, 1, 1),
            ),
            a_profile(hidden, ASKED, sectors=SECTOR, anonymous=True),
            a_profile(later, ASKED, sectors=SECTOR, dated=date(2026, 9, 1)),
            a_profile(elsewhere, "surgical robots", sectors=("health",)),
            a_profile(known, f"{ASKED}, known", sectors=SECTOR),
            *(
                a_profile(partner, f"{name}: perovskite encapsulation", sectors=SECTOR)
                for partner, name in zip(partners, HOSTILE, strict=False)
            ),
        ],
        with_cooperations=[a_cooperation("c1", asker, known, date(2020, 5, 1))],
    )  # fmt: skip
    return a_matcher(tmp_path_factory.mktemp("small"), registry)


@pytest.fixture(scope="module")
def made(small: Matcher) -> SectorList:
    return make_lists(small, ["materials"], 3, DAY)[0]


@pytest.fixture(scope="module")
def demo(demo_home: Path) -> Matcher:
    return open_matcher(demo_home)


def sheet_rows(content: bytes, sheet: int = 0) -> list[tuple[Any, ...]]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return list(book.worksheets[sheet].iter_rows(values_only=True))


def csv_rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


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


def test_every_format_holds_the_same_rows(small: Matcher, made: SectorList) -> None:
    words = small.vocabulary
    table = [cells(row, words) for row in made.rows]
    heads, *sheet = sheet_rows(xlsx_file([made], words))
    assert [head.split("\n") for head in heads] == [[c.head.zh, c.head.en] for c in COLUMNS]
    assert [_sheet_cells(row) for row in sheet] == [_sheet_cells(row) for row in table]
    first, *lines = csv_rows(csv_file(made, words))
    assert first == [f"{c.head.zh} / {c.head.en}" for c in COLUMNS]
    assert [[_bare(cell) for cell in line] for line in lines] == [
        ["" if cell is None else str(cell) for cell in row] for row in table
    ]
    document = json.loads(json_file(made))
    told = [
        [
            row.get("rank"),
            row["body"]["id"],
            row.get("partner", {}).get("id", ""),
            row.get("score"),
            row.get("evidence", {}).get("text", ""),
            row.get("evidence", {}).get("licence", ""),
        ]
        for row in document["rows"]
    ]
    assert told == [
        [*(row[KEYS.index(key)] for key in ("rank", "body_id", "partner_id", "score", "evidence")),
         str(row[KEYS.index("licence")]).split("\n")[0]]
        for row in table
    ]  # fmt: skip
    page = Page(html_file(made, words).decode())
    assert page.partners == [row[2] for row in told if row[2]]
    assert page.bodies == list(dict.fromkeys(row[1] for row in told))
    for row in table:
        for key in ("reasons_zh", "reasons_en", "evidence", "partner"):
            for line in str(row[KEYS.index(key)]).split("\n"):
                assert line in page.text


def _sheet_cells(row: Sequence[Cell]) -> list[Cell]:
    """As a workbook keeps them: nothing for an empty text, fifteen digits of a number."""
    return [c or None if isinstance(c, str | None) else float(f"{c:.15g}") for c in row]


def _bare(cell: str) -> str:
    return cell[1:] if cell.startswith("'") else cell


class Page(HTMLParser):
    """The text of a page, the rows it shows, and whatever it would load or run."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self.partners: list[str] = []
        self.bodies: list[str] = []
        self.loads: list[str] = []
        self.feed(content)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if values.get("data-partner"):
            self.partners.append(str(values["data-partner"]))
        if values.get("class") == "body":
            self.bodies.append(str(values["id"]))
        if tag in {"script", "img", "link", "iframe", "object", "embed"}:
            self.loads.append(tag)
        asking = {"src", "href", "srcset", "action"}
        self.loads += [n for n in values if n in asking or n.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)

    @property
    def text(self) -> str:
        return "".join(self.pieces)


def test_hostile_names_are_only_text(small: Matcher, made: SectorList, tmp_path: Path) -> None:
    content = xlsx_file(make_lists(small, ["materials"], 9, DAY), small.vocabulary)
    book = openpyxl.load_workbook(io.BytesIO(content))
    shown = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value]
    assert any(str(cell.value).startswith("=HYPERLINK") for cell in shown)
    assert [cell.coordinate for cell in shown if cell.data_type == "f" or cell.hyperlink] == []
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        sheets = [name for name in parts.namelist() if name.startswith("xl/worksheets/sheet")]
        assert sheets
        assert not any(b"<f>" in parts.read(name) for name in sheets)
    everything = make_lists(small, ["materials"], 9, DAY)[0]
    for row in csv_rows(csv_file(everything, small.vocabulary))[1:]:
        for cell in row:
            assert not cell.startswith(DANGEROUS) or _is_number(cell)
    page = html_file(everything, small.vocabulary).decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert Page(page).loads == []
    assert "default-src 'none'" in page


def _is_number(cell: str) -> bool:
    return re.fullmatch(r"-?\d+(\.\d+)?(e-?\d+)?", cell) is not None


@given(st.text())
def test_no_text_of_a_csv_begins_like_a_formula(text: str) -> None:
    kept = safe(text)
    assert isinstance(kept, str)
    assert not kept.startswith(DANGEROUS)
    assert kept.endswith(text)


@given(st.text(max_size=700))
def test_an_excerpt_is_a_beginning_no_wider_than_allowed(text: str) -> None:
    shown = excerpt(text)
    assert text.startswith(shown.removesuffix("…")) or shown == text
    assert width(shown) <= EXCERPT + width("…")
    assert (width(text) <= EXCERPT) == (shown == text)


def test_places_abroad_are_named_as_they_should_be(small: Matcher, demo: Matcher) -> None:
    made = make_lists(small, ["materials"], 9, DAY)[0]
    for content in outputs(made, small):
        for name in ("中国香港", "中国台湾", "中国澳门", "国家/地区", "境外合作方"):
            assert name in content or '"country"' in content
        assert "Hong Kong, China" in content
    everything = make_lists(demo, demo.vocabulary.sector.codes, 5, DAY)
    texts = [content for one in everything for content in outputs(one, demo)]
    templates = [*REPOSITORY.glob("api/**/*.jinja"), *REPOSITORY.glob("matcher/**/*.jinja")]
    assert templates
    texts += [path.read_text("utf-8") for path in templates]
    for text in texts:
        assert not re.search("外国|国外|foreign (?:partner|compan|bod)", text, re.IGNORECASE)


def outputs(made: SectorList, matcher: Matcher) -> list[str]:
    """What a reader sees of each format, as text."""
    book = openpyxl.load_workbook(io.BytesIO(xlsx_file([made], matcher.vocabulary)))
    seen = [str(c.value) for s in book for row in s.iter_rows() for c in row if c.value]
    return [
        "\n".join([*(s.title for s in book), *seen]),
        csv_file(made, matcher.vocabulary).decode("utf-8-sig"),
        html_file(made, matcher.vocabulary).decode(),
        json_file(made).decode(),
    ]


def test_what_is_made_up_says_so_in_every_row(demo: Matcher, small: Matcher) -> None:
    (one,) = make_lists(demo, ["materials"], 3, DAY)
    column = KEYS.index("fictional")
    rows = [cells(row, demo.vocabulary) for row in one.rows]
    assert rows
    assert all(row[column] == "虚构示例\nfictional" for row in rows)
    assert all(row["fictional"] is True for row in list_document(one)["rows"])
    page = html_file(one, demo.vocabulary).decode()
    assert page.count("made-up") > 2 * len({row.body["id"] for row in one.rows})
    (real,) = make_lists(small, ["materials"], 3, DAY)
    assert not any(cells(row, small.vocabulary)[column] for row in real.rows)
    assert "fictional" not in json_file(real).decode()


def test_an_anonymous_body_is_nowhere_named(small: Matcher, made: SectorList) -> None:
    for content in outputs(made, small):
        assert "hidden Institute" not in content


def test_the_score_of_a_row_is_the_sum_of_its_reasons(demo: Matcher) -> None:
    for row in list_document(make_lists(demo, ["ai"], 5, DAY)[0])["rows"]:
        summed = row["prior"] + sum(reason["contribution"] for reason in row["reasons"])
        assert summed == pytest.approx(row["score"], abs=1e-9)
        assert row["prior"] + row["fit"] + row["track_record"] == pytest.approx(row["score"])


def test_the_document_has_the_published_schema(demo: Matcher, small: Matcher) -> None:
    schema = json.loads((REPOSITORY / "docs" / "schema" / "list.json").read_text("utf-8"))
    for matcher in (demo, small):
        for one in make_lists(matcher, ["materials", "services"], 3, DAY):
            document = json.loads(json_file(one))
            jsonschema.validate(document, closed(schema))


def closed(schema: Any) -> Any:
    """The schema with nothing let through that it does not name."""
    if isinstance(schema, dict):
        tight = {key: closed(value) for key, value in schema.items()}
        return {**tight, "additionalProperties": False} if "properties" in schema else tight
    return [closed(value) for value in schema] if isinstance(schema, list) else schema


def test_a_sheet_is_ready_to_filter_and_to_print(demo: Matcher) -> None:
    lists = make_lists(demo, demo.vocabulary.sector.codes, 3, DAY)
    book = openpyxl.load_workbook(io.BytesIO(xlsx_file(lists, demo.vocabulary)))
    assert book.sheetnames == [*(one.sector.zh for one in lists), "说明 About"]
    for sheet, one in zip(book.worksheets, lists, strict=False):
        assert sheet.freeze_panes == "D2"
        assert sheet.auto_filter.ref.endswith(str(len(one.rows) + 1))
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.page_setup.fitToWidth in {None, 1}  # None: the format's default, which is 1
        assert sheet.page_setup.fitToHeight == 0
        assert sheet.print_title_rows == "$1:$1"
        assert all(cell.alignment.wrap_text for cell in sheet[2])
        assert all(0 < sheet.row_dimensions[n].height <= 409 for n in range(2, len(one.rows) + 2))
    assert "虚构示例" in str([cell.value for row in book["说明 About"] for cell in row])


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
