"""What an import did: every row accounted for, every rejected one with place, cause and cure."""

from __future__ import annotations

from dataclasses import dataclass, field

from matcher.errors import Bilingual

SKIPPED = "skipped"
"""The content of what was found in a file and not read."""


@dataclass(frozen=True, slots=True)
class RowFault:
    """Why one row was rejected. `place` is table:line of the row's start (table#record in a JSON
    array), `column` may be ""."""

    place: str
    column: str
    what: Bilingual
    cure: Bilingual

    def message(self, language: str) -> str:
        """Place, column, cause and cure on one line, for a reader of `language`."""
        where = f"{self.place} [{self.column}]" if self.column else self.place
        if language.startswith("zh"):
            return f"{where}：{self.what.zh}处理办法：{self.cure.zh}"
        return f"{where}: {self.what.en} To mend it: {self.cure.en}"

    def as_dict(self) -> dict[str, object]:
        return {
            "place": self.place,
            "column": self.column,
            "what": {"zh": self.what.zh, "en": self.what.en},
            "cure": {"zh": self.cure.zh, "en": self.cure.en},
        }


@dataclass(frozen=True, slots=True)
class FileRead:
    """One table of an import: a file, a sheet (`file.xlsx[sheet]`) or a member of an archive
    (`file.zip/member`), with the SHA-256 of the file.

    What was found and not read has the content SKIPPED, no rows, and says why in its notes.
    """

    path: str
    content: str
    rows: int
    sha256: str
    ignored: tuple[str, ...] = ()
    """Headers of columns that nothing is taken from."""
    encoding: str = ""
    """Of a text; of a spreadsheet its kind."""
    notes: tuple[Bilingual, ...] = ()

    def as_dict(self) -> dict[str, object]:
        return {
            "path": self.path,
            "content": self.content,
            "rows": self.rows,
            "sha256": self.sha256,
            "ignored_columns": list(self.ignored),
            "encoding": self.encoding,
            "notes": [{"zh": note.zh, "en": note.en} for note in self.notes],
        }


@dataclass(slots=True)
class ImportReport:
    """read = added + changed + unchanged + rejected, always.

    With `strict` and a faulty row nothing is stored: `committed` is false, every row that would
    have been added or changed counts as rejected, and `faults` holds the ones at fault.
    """

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: int = 0
    faults: list[RowFault] = field(default_factory=list)
    files: list[FileRead] = field(default_factory=list)
    rejected_files: list[str] = field(default_factory=list)
    """Where the rejected rows were written, to be mended and imported again."""
    waiting: int = 0
    """Projects and cooperations in the catalogue, of this import or an earlier one, that lack
    their own row or an organisation they name."""
    committed: bool = True

    @property
    def read(self) -> int:
        return self.added + self.changed + self.unchanged + self.rejected

    def as_dict(self) -> dict[str, object]:
        """The report as plain data for `--json`."""
        return {
            "read": self.read,
            "added": self.added,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "rejected": self.rejected,
            "rejected_files": list(self.rejected_files),
            "waiting": self.waiting,
            "committed": self.committed,
            "files": [file.as_dict() for file in self.files],
            "faults": [fault.as_dict() for fault in self.faults],
        }
