"""The header row of a table: which kind of rows follow it, and how one becomes cells by field."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from matcher.errors import Bilingual, FileFault
from matcher.vocabulary import Vocabulary

from . import cordis, tabular
from .cells import Cells, RowRejected, SourceRow
from .columns import CURE, ERROR, EXAMPLE, MARKS, RAW, field_of, folded_header, missing
from .delimited import Scanner, State, broken_quote
from .faults import fault, unrecognised
from .flagged import letters_of
from .mapping import proposal
from .reading import Reading

Reader = Callable[[Any, Vocabulary], SourceRow]
"""One row's cells, or one JSON object, to what it says; RowRejected if it cannot be."""

DANGEROUS = tuple("=+-@\t\r\n＝＋－＠")
"""Signs that make a spreadsheet take a text for a formula, full width ones included."""
DELIMITERS = (",", ";", "\t")
MOST_COLUMNS = 16_384
_EXAMPLE, _RAW, _MARKS = (
    folded_header(EXAMPLE),
    folded_header(RAW),
    {folded_header(mark) for mark in MARKS},
)


class Header:
    """A header row that was understood."""

    def __init__(
        self,
        headers: Sequence[str],
        names: Sequence[str | None],
        content: str,
        reader: Reader,
        *,
        lettered: bool,
    ) -> None:
        """`names` are the fields by column; `lettered`: columns have letters, as in a sheet."""
        self.headers = tuple(headers)
        self.content = content
        self.reader = reader
        self.examples = self.repeated = 0
        """Rows passed over so far: examples of the template, headers met again."""
        self._picks = [(place, name) for place, name in enumerate(names) if name]
        self.spelled = {
            name: f"{letters_of(place)} {headers[place]}" if lettered else headers[place]
            for place, name in self._picks
        }
        folded = [folded_header(header[:99]) for header in headers]
        self.marks = {place for place, header in enumerate(folded) if header in _MARKS}
        own = {folded_header(ERROR), folded_header(CURE)} <= set(folded)
        self._raw = folded.index(_RAW) if own and _RAW in folded else None
        self._quoted = own
        self._example = folded.index(_EXAMPLE) if _EXAMPLE in folded else None
        known = {place for place, _ in self._picks} | self.marks
        self.ignored = {
            header or f"({letters_of(place)})"
            for place, header in enumerate(headers)
            if place not in known and folded[place] != _EXAMPLE and (header or lettered)
        }
        self._first = True

    @property
    def strength(self) -> int:
        """How many fields it has."""
        return len(self._picks)

    def cells(self, row: Sequence[str]) -> Cells | RowRejected | None:
        """The row's cells by field, why it cannot be cut, or None for a row that is to be passed
        over. A row has at least as many cells as the header."""
        place, _ = self._picks[0]
        if (self._first or row[place] == self.headers[place]) and self._is_header(row):
            self.repeated += 1
            return None
        self._first = False
        if self._example is not None and row[self._example].strip():
            self.examples += 1
            return None
        if self._quoted:
            row = [unquoted(cell) for cell in row]
            if self._raw is not None and row[self._raw].strip():
                others = set(range(len(row))) - self.marks
                if not any(row[place].strip() for place in others):
                    return self._cut_again(row[self._raw])
        return Cells({name: row[place] for place, name in self._picks}, self.spelled)

    def plain(self, row: Sequence[str]) -> tuple[list[str], str]:
        """A row's own cells, without what was added when it was rejected before, and the text
        that could not be cut, if that is all there is."""
        raw = row[self._raw] if self._raw is not None else ""
        cells = [cell for place, cell in enumerate(row) if place not in self.marks]
        return ([unquoted(cell) for cell in cells], unquoted(raw)) if self._quoted else (cells, raw)

    def _is_header(self, row: Sequence[str]) -> bool:
        """Whether the row says of its columns what the header says, in whatever language."""
        said = [(row[place], place, name) for place, name in self._picks if row[place].strip()]
        return bool(said) and all(
            text == self.headers[place] or field_of(text) == name for text, place, name in said
        )

    def _cut_again(self, raw: str) -> Cells | RowRejected:
        """A row that could not be cut, and that a person has mended since."""
        width = len(self.headers) - len(self.marks)
        for delimiter in DELIMITERS:
            scanner = Scanner(delimiter)
            states = [scanner.feed(line) for line in raw.split("\n")]
            whole = states == [State.OPEN] * (len(states) - 1) + [State.WHOLE]
            if whole and len(scanner.cells) >= width and not any(scanner.cells[width:]):
                cut = iter(scanner.cells)
                row = ["" if p in self.marks else next(cut) for p in range(len(self.headers))]
                return Cells({name: row[place] for place, name in self._picks}, self.spelled)
        return RowRejected(RAW, *broken_quote())


def unquoted(cell: str) -> str:
    """A cell of a file of rejected rows without the quote that `quoted` put before it."""
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(DANGEROUS) else cell


def quoted(cell: str) -> str:
    """The cell with a quote before what a spreadsheet would run as a formula, or would if the
    quotes before it were taken away."""
    return f"'{cell}" if cell.lstrip("'").startswith(DANGEROUS) else cell


def recognise(
    headers: Sequence[str], where: str, reading: Reading, *, lettered: bool = False
) -> Header | None:
    """What a row says if it is a header; None if it is none that can be read. FileFault for one
    that lacks a column which its kind needs, or has one twice."""
    if len(headers) > MOST_COLUMNS:
        raise fault(
            where,
            f"表头有 {len(headers):,} 列，最多 {MOST_COLUMNS:,} 列。",
            f"The header has {len(headers):,} columns; {MOST_COLUMNS:,} are the most.",
            Bilingual("检查分隔符和换行。", "Check separators and line breaks."),
        )
    if reading.admits("cordis"):
        known = cordis.recognise(frozenset(headers))
        if known is not None:
            content, reader, needed = known
            _need(where, headers, needed)
            names = [header if header in cordis.READ else None for header in headers]
            _once(where, names, headers)
            return Header(headers, names, content, reader, lettered=lettered)
    if reading.admits("tabular"):
        fields = [_field(header, reading.mapping) for header in headers]
        if not missing(name for name in fields if name):
            _once(where, fields, headers)
            return Header(headers, fields, "tabular", tabular.row, lettered=lettered)
    return None


def unknown_header(headers: Sequence[str], where: str, reading: Reading) -> FileFault:
    """Why the content is none that can be read, with a mapping to start from."""
    if reading.fmt == "cordis":
        return unrecognised(
            where,
            "表头不是 CORDIS 的 project.csv 或 organization.csv。",
            "Its header is not that of CORDIS's project.csv or organization.csv.",
            Bilingual("换用 CORDIS 原始文件。", "Use the file as CORDIS publishes it."),
        )
    if not reading.admits("tabular"):
        return unrecognised(
            where,
            f"不是 {reading.fmt} 文件。",
            f"It is no {reading.fmt} file.",
            Bilingual("换用原始文件，或用 --format auto。", "Use the original, or --format auto."),
        )
    proposed = proposal(headers)
    return unrecognised(
        where,
        "缺少必需的列：中文名称（name_zh）或英文名称（name_en）。",
        "A needed column is missing: name_zh or name_en.",
        Bilingual(
            "补上该列（列名见 docs/import.md，模板见 matcher template）；或把下面这行存为 "
            f"mapping.yaml，改正后用 --mapping mapping.yaml：{proposed}",
            "Add it (docs/import.md lists all, `matcher template` gives a file to fill in); or "
            f"save this line as mapping.yaml, correct it, and give --mapping mapping.yaml: "
            f"{proposed}",
        ),
    )


def _field(header: str, mapping: Mapping[str, str | None]) -> str | None:
    folded = folded_header(header[:999]) if mapping else ""
    if folded in mapping:
        return mapping[folded]
    name = field_of(header)
    return None if name in mapping.values() else name


def _need(where: str, headers: Sequence[str], needed: Sequence[str]) -> None:
    absent = [name for name in needed if name not in headers]
    if absent:
        raise fault(
            where,
            f"缺少必需的列：{'、'.join(absent)}。",
            f"Needed columns are missing: {', '.join(absent)}.",
            Bilingual("补上这些列，或重新导出文件。", "Add them, or export the file again."),
        )


def _once(where: str, names: Sequence[str | None], headers: Sequence[str]) -> None:
    counted = Counter(name for name in names if name)
    twice = sorted(
        {h for name, h in zip(names, headers, strict=True) if name and counted[name] > 1}
    )
    if twice:
        raise fault(
            where,
            f"列名重复：{'、'.join(twice)}。",
            f"A column stands twice: {', '.join(twice)}.",
            Bilingual("删去或改名其中一列。", "Delete or rename one of them."),
        )
