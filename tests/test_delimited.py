"""Lines to records: what a broken quote costs, and what it may not."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.catalogue.readers.delimited import Records
from matcher.settings import Settings

Cut = list[tuple[int, tuple[str, ...] | None]]


def cut(text: str, width: int, delimiter: str = ",") -> Cut:
    """line, cells (None for a rejected record) of the records of `text`."""
    numbered = iter(list(enumerate(text.split("\n"), start=1)))
    return [
        (record.line, None if record.fault else record.cells)
        for record in Records(numbered, delimiter, width)
    ]


def test_a_quoted_cell_keeps_separators_quotes_and_line_breaks() -> None:
    assert cut('1,"a, ""b""\nc",x\n2,y,"z"', 3) == [
        (1, ("1", 'a, "b"\nc', "x")),
        (3, ("2", "y", "z")),
    ]


def test_a_quote_that_is_never_closed_costs_its_own_row() -> None:
    assert cut('1,a,b\n2,"open,b\n3,a,b\n4,a,"b"\n5,a,b', 3) == [
        (1, ("1", "a", "b")),
        (2, None),
        (3, ("3", "a", "b")),
        (4, ("4", "a", "b")),
        (5, ("5", "a", "b")),
    ]


def test_an_open_quote_in_a_file_of_quoted_cells_costs_its_own_row() -> None:
    lines = [f'"{n}";"name {n}";"DE"' for n in range(6)]
    lines[2] = '"2";"name 2";"DE'
    assert [line for line, cells in cut("\n".join(lines), 3, ";") if cells is None] == [3]


@pytest.mark.parametrize("lost", [0, 2, 4, 11, 13, 16])
def test_any_one_lost_quote_costs_one_row(lost: int) -> None:
    lines = [f'"{n}";"name {n}";"DE"' for n in range(6)]
    assert lines[3][lost] == '"'
    lines[3] = lines[3][:lost] + lines[3][lost + 1 :]
    found = cut("\n".join(lines), 3, ";")
    assert [cells[0] for _, cells in found if cells and cells != found[3][1]] == list("01245")
    assert len(found) == 6


def test_an_accidental_partner_of_an_open_quote_does_not_hide_the_rows_between() -> None:
    text = '1,"open,a,b,c\n2,x,a,b,c\n3,x,a,b,c\n4,x,a,b,c"\n5,x,a,b,c'
    found = cut(text, 5)
    assert [cells[0] for _, cells in found if cells] == ["2", "3", "5"]
    assert [line for line, cells in found if cells is None] == [1, 4]


def test_prose_with_commas_inside_quotes_is_not_taken_for_rows() -> None:
    text = '1,"apples, pears, plums\nred, green, blue\none, two, three",x\n2,y,z'
    assert [line for line, cells in cut(text, 3) if cells] == [1, 4]


def test_the_rest_of_a_broken_row_is_not_reported_as_rows() -> None:
    text = '"1";"He said "so" and\nwent on\nto the end";"x"\n"2";"y";"z"'
    assert cut(text, 3, ";") == [(1, None), (4, ("2", "y", "z"))]


def test_a_quote_inside_an_unquoted_cell_stays_and_a_lone_one_at_its_end_does_not() -> None:
    assert cut('1,5" pipe,x\n2,the "best" one,x\n3,lost",x', 3) == [
        (1, ("1", '5" pipe', "x")),
        (2, ("2", 'the "best" one', "x")),
        (3, None),
    ]


def test_a_row_of_another_width_is_rejected_alone() -> None:
    assert cut("1,a,b\n2,a\n3,a,b,c\n4,a,b,,\n5,a,b", 3) == [
        (1, ("1", "a", "b")),
        (2, None),
        (3, None),
        (4, ("4", "a", "b")),  # empty cells too many say nothing
        (5, ("5", "a", "b")),
    ]


def test_blank_lines_are_no_rows() -> None:
    assert cut("1,a\n\n  \n,\n2,b\n\n\n", 2) == [(1, ("1", "a")), (5, ("2", "b"))]


CELL = st.text(st.sampled_from('ab ,;"\n\t汉'), max_size=8)


@given(st.lists(st.tuples(CELL, CELL, CELL), max_size=6))
def test_what_is_written_by_the_rules_is_read_back(rows: list[tuple[str, str, str]]) -> None:
    rows = [(str(n), *cells[1:]) for n, cells in enumerate(rows)]
    quoted = [",".join('"' + c.replace('"', '""') + '"' for c in row) for row in rows]
    assert [cells for _, cells in cut("\n".join(quoted), 3)] == rows


@given(st.text(st.sampled_from('a,"\n'), max_size=60))
def test_whatever_is_read_the_whole_rows_after_it_stay(rubbish: str) -> None:
    good = [f'"k{n}","v{n}","w{n}"' for n in range(3)]
    found = cut("\n".join([rubbish, *good]), 3)
    assert [cells for _, cells in found[-2:]] == [("k1", "v1", "w1"), ("k2", "v2", "w2")]


def test_many_open_quotes_take_no_longer_than_their_number() -> None:
    lines = [f'{n},"open,x' for n in range(3000)]
    assert all(cells is None for _, cells in cut("\n".join(lines), 3))


@pytest.mark.shared
def test_one_quote_too_many_or_too_few_in_a_real_file_costs_one_row() -> None:
    folder = Settings().shared_data_folder()
    assert folder is not None
    text = (folder / "cordis" / "project.csv").read_text("utf-8-sig").replace("\r", "")
    header, _, body = text.partition("\n")
    width = header.count(";") + 1
    whole = {cells for _, cells in cut(body, width, ";")}
    assert len(whole) == 244
    assert None not in whole
    chance = random.Random(4)
    quotes = [at for at, letter in enumerate(body) if letter == '"']
    for _ in range(30):
        at, other = chance.choice(quotes), chance.randrange(len(body))
        for broken in (body[:at] + body[at + 1 :], body[:other] + '"' + body[other:]):
            found = [cells for _, cells in cut(broken, width, ";")]
            assert len(found) == 244
            assert len(whole - set(found)) == 1
