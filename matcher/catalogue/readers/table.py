"""One table: the rows of a text, of a sheet or of a member of an archive, ready to be read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from matcher.errors import Bilingual

from .cells import Cells, RowRejected
from .header import Header, Reader

Original = tuple[str, ...] | Mapping[str, Any] | str
"""A row as it stood in the file: its cells, its JSON object, or a text that could not be cut."""
Read = tuple[int, Cells | Mapping[str, Any] | RowRejected, Original]
"""Number of the row (line, row of a sheet, or record); what its reader takes, or why it cannot be
read; the row as it stood."""


class Table:
    """What one table holds, and its rows, read once."""

    def __init__(
        self,
        where: str,
        content: str,
        reader: Reader,
        rows: Iterable[Read],
        *,
        encoding: Callable[[], str],
        ignored: set[str],
        header: Header | None = None,
        mark: str = ":",
        notes: Iterable[Bilingual] = (),
    ) -> None:
        """`mark` stands between the table and the number of a row; `header` is None for JSON."""
        self.where = where
        self.content = content
        self.reader = reader
        self._rows = rows
        self._encoding = encoding
        self._ignored = ignored
        self._header = header
        self._mark = mark
        self._notes = list(notes)

    def __iter__(self) -> Iterator[Read]:
        return iter(self._rows)

    def place(self, number: int) -> str:
        """Where a row stands, for people: `file.csv:17`, `file.xlsx[供需]:17`, `file.json#17`."""
        return f"{self.where}{self._mark}{number}"

    @property
    def encoding(self) -> str:
        """How the text is encoded, or the kind of spreadsheet; final when all rows are read."""
        return self._encoding()

    @property
    def ignored(self) -> tuple[str, ...]:
        """Columns met so far that nothing is taken from."""
        return tuple(sorted(self._ignored))

    @property
    def columns(self) -> list[str] | None:
        """The file's own headers as they stand, None for JSON."""
        if self._header is None:
            return None
        return [h for n, h in enumerate(self._header.headers) if n not in self._header.marks]

    def plain(self, original: Original) -> tuple[list[str], str]:
        """Of a row as it stood in a table with columns: its own cells, and the text that could not
        be cut."""
        if isinstance(original, str) or self._header is None:
            return [], str(original)
        return self._header.plain(tuple(original))

    @property
    def notes(self) -> tuple[Bilingual, ...]:
        """What a person should know of how it was read; final when all rows are read."""
        notes = list(self._notes)
        if self._header and self._header.examples:
            count = self._header.examples
            notes.append(Bilingual(f"跳过 {count} 行示例。", f"Example rows passed over: {count}."))
        if self._header and self._header.repeated:
            count = self._header.repeated
            notes.append(
                Bilingual(f"跳过 {count} 行重复的表头。", f"Repeated headers passed over: {count}.")
            )
        return tuple(notes)
