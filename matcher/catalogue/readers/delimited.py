"""Lines to records, for CSV: a broken quote costs its own row and never those after it.

A quoted cell may hold line breaks, so a quote that is never closed could run on to the end of the
file. A record that runs over lines is therefore only believed if it ends as a record of the right
width and does not hold line after line that would be whole records themselves. Otherwise its first
line is given up and reading goes on with the next line that can begin a record.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from matcher.errors import Bilingual

_MOST_LINES = 500
"""Of one record; more is an open quote that runs away."""
_TELLING_WIDTH = 5
"""From so many cells on, one inner line of just this width betrays a swallowed row; below, three
in a row do (a sentence may hold a comma or two)."""


class State(Enum):
    """How a line leaves the record that it belongs to."""

    WHOLE = "whole"
    OPEN = "open"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Record:
    """Cells, or else what is wrong and the lines as they stand; `line` is its first line."""

    line: int
    cells: tuple[str, ...] = ()
    fault: tuple[Bilingual, Bilingual] | None = None
    raw: str = ""


class Scanner:
    """Cuts one record into cells, line by line."""

    def __init__(self, delimiter: str) -> None:
        self.delimiter = delimiter
        self.cells: list[str] = []
        self._quoted: list[str] | None = None

    def feed(self, line: str) -> State:
        """Take the next line; WHOLE if the record ends with it, OPEN if a quoted cell goes on."""
        if self._quoted is None and '"' not in line:
            self.cells.extend(line.split(self.delimiter))
            return State.WHOLE
        at = 0
        if self._quoted is not None:
            self._quoted.append("\n")
            after = self._within_quotes(line, 0)
            if after is None:
                return State.OPEN
            if after < 0:
                return State.BROKEN
            at = after
        while at <= len(line):
            start = at
            while line.startswith(" ", start):
                start += 1
            if line.startswith('"', start):
                self._quoted = []
                after = self._within_quotes(line, start + 1)
                if after is None:
                    return State.OPEN
                if after < 0:
                    return State.BROKEN
                at = after
            else:
                end = line.find(self.delimiter, at)
                end = len(line) if end < 0 else end
                cell = line[at:end]
                # Inches stay; a cell that ends in a lone quote has lost its opening one.
                if cell.count('"') % 2 and cell.rstrip().endswith('"'):
                    return State.BROKEN
                self.cells.append(cell)
                at = end + 1
        return State.WHOLE

    def _within_quotes(self, line: str, at: int) -> int | None:
        """From inside a quoted cell: where the next cell begins (past the line's end if there is
        none), None if the cell goes on, -1 if its end is followed by anything but a delimiter."""
        assert self._quoted is not None
        while True:
            quote = line.find('"', at)
            if quote < 0:
                self._quoted.append(line[at:])
                return None
            self._quoted.append(line[at:quote])
            if not line.startswith('"', quote + 1):
                break
            self._quoted.append('"')
            at = quote + 2
        self.cells.append("".join(self._quoted))
        self._quoted = None
        end = line.find(self.delimiter, quote)
        end = len(line) if end < 0 else end
        return -1 if line[quote + 1 : end].strip() else end + 1


class Records:
    """The records of a delimited file after its header."""

    def __init__(self, lines: Iterator[tuple[int, str]], delimiter: str, width: int) -> None:
        self._lines = lines
        self._ahead: deque[tuple[int, str]] = deque()
        self.delimiter = delimiter
        self.width = width
        self._quoted_start = False

    def __iter__(self) -> Iterator[Record]:
        while (first := self._take()) is not None:
            if not first[1].strip(f"{self.delimiter} \t\r\ufeff"):
                continue
            yield self._record(first)

    def _record(self, first: tuple[int, str]) -> Record:
        state, cells, taken = self._attempt(first)
        if state is State.WHOLE and self._fits(cells) and not self._swallowed(taken):
            self._quoted_start = first[1].startswith('"')
            return Record(first[0], tuple(cells[: self.width]))
        self._ahead.extendleft(reversed(taken[1:]))
        if state is State.WHOLE and len(taken) == 1:
            return Record(first[0], fault=_wrong_width(len(cells), self.width), raw=first[1])
        rest = self._continuation(goes_on=first[1].count('"') % 2 == 1)
        return Record(first[0], fault=broken_quote(), raw="\n".join([first[1], *rest]))

    def _attempt(self, first: tuple[int, str]) -> tuple[State, list[str], list[tuple[int, str]]]:
        """Read one record as it is written, over as many lines as its quotes span."""
        scanner = Scanner(self.delimiter)
        taken = [first]
        state = scanner.feed(first[1])
        while state is State.OPEN and len(taken) < _MOST_LINES:
            further = self._take()
            if further is None:
                break
            taken.append(further)
            state = scanner.feed(further[1])
        return state, scanner.cells, taken

    def _fits(self, cells: list[str]) -> bool:
        return len(cells) >= self.width and not any(c.strip() for c in cells[self.width :])

    def _swallowed(self, taken: list[tuple[int, str]]) -> bool:
        """Whether every inner line of a record would be a whole record by itself."""
        inner = [line for _, line in taken[1:-1]]
        if len(inner) < (1 if self.width >= _TELLING_WIDTH else 3):
            return False
        return all(
            (scanner := Scanner(self.delimiter)).feed(line) is State.WHOLE
            and len(scanner.cells) == self.width
            for line in inner
        )

    def _continuation(self, goes_on: bool) -> list[str]:
        """The lines that can only be the rest of a broken record: in a file whose records begin
        with a quote those that do not, else (if a quote `goes_on`) short ones."""
        rest: list[str] = []
        while (line := self._take()) is not None:
            state, cells, taken = self._attempt(line)
            self._ahead.extendleft(reversed(taken[1:]))
            begins = state is State.WHOLE and self._fits(cells)
            short = goes_on and len(cells) <= self.width // 2
            unquoted = self._quoted_start and not line[1].startswith('"')
            if begins or not (short or unquoted):
                self._ahead.appendleft(line)
                break
            rest.append(line[1])
        return rest

    def _take(self) -> tuple[int, str] | None:
        return self._ahead.popleft() if self._ahead else next(self._lines, None)


def broken_quote() -> tuple[Bilingual, Bilingual]:
    """What is wrong with a row whose quotes do not pair, and the cure."""
    return (
        Bilingual("引号不成对，这一行无法分栏。", "A quote has no partner; the row cannot be cut."),
        Bilingual(
            "含分隔符、引号或换行的单元格要整体加双引号，其中的引号写成两个。",
            "Put a cell that holds a separator, quote or line break in double quotes, and double "
            "the quotes inside it.",
        ),
    )


def _wrong_width(found: int, width: int) -> tuple[Bilingual, Bilingual]:
    return (
        Bilingual(
            f"这一行有 {found} 栏，表头有 {width} 栏。",
            f"The row has {found} cells, the header {width}.",
        ),
        Bilingual(
            "补上或删去多余的分隔符；含分隔符的单元格要加双引号。",
            "Add or remove separators; put a cell that holds one in double quotes.",
        ),
    )
