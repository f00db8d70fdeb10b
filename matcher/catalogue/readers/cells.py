"""One record's cells by field, and what they may say; a cell that may not rejects its row."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from matcher.errors import Bilingual, UnknownTerm
from matcher.vocabulary import Scheme, Vocabulary

LONGEST_CELL = 100_000
"""Characters; ten times the longest description anybody publishes."""

_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[T ][\d:.Z+-]*)?")
_NO_CHARACTER = re.compile("[\x00\u202d\u202e\ud800-\udfff]")
"""NUL, the two marks that turn the direction of what follows, halves of characters."""
_LIST = re.compile(r"[|;；]")
_WORDS = re.compile(r"[|;；,，、]")
_ERRORS = frozenset(
    {"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#SPILL!", "#CALC!"}
    | {"#ERROR!", "#FORMULA!", "#DIGITS!"}
)
"""What a spreadsheet shows instead of a value; the last two are told apart by their messages."""
_TRUE = frozenset({"true", "yes", "1", "是", "y", "t"})
_FALSE = frozenset({"false", "no", "0", "否", "n", "f"})


class RowRejected(Exception):
    """What is wrong with a row, in which column, and what mends it."""

    def __init__(self, column: str, what: Bilingual, cure: Bilingual) -> None:
        super().__init__(what.en)
        self.column = column
        self.what = what
        self.cure = cure


@dataclass(frozen=True, slots=True)
class SourceRow:
    """What one record of a file says, codes resolved; the unit that is added, changed or unchanged.

    `payload["appearances"]`, where it is there, holds what the record says of each organisation
    that it describes, by the id of its appearance; `dossiers` are what its texts and cooperation
    are derived from together. `repeatable`: the source may list different content under one key,
    and all of it holds.
    """

    source: str
    key: str
    kind: str
    payload: dict[str, Any]
    dossiers: tuple[str, ...] = ()
    repeatable: bool = False

    @property
    def appearances(self) -> tuple[str, ...]:
        """Ids of the organisations described, as this source names them."""
        return tuple(self.payload.get("appearances", ()))


class Cells:
    """The cells of one record. Every reader of one gives "", (), or None for an empty cell and
    raises RowRejected for one that cannot be what is asked."""

    def __init__(self, values: Mapping[str, object], headers: Mapping[str, str]) -> None:
        """`values` by field; `headers` are the fields' names in the file, for messages."""
        self._values = values
        self._headers = headers

    def header(self, name: str) -> str:
        return self._headers.get(name, name)

    def filled(self, *names: str) -> bool:
        """Whether any of the cells holds something."""
        return any(self._values.get(name) not in (None, "", [], {}) for name in names)

    def text(self, name: str) -> str:
        """Without blanks at its ends, line ends as LF."""
        value = self._values.get(name)
        if value is None:
            return ""
        if isinstance(value, bool | list | dict):
            raise self.rejected(
                name,
                Bilingual("这里应为文本。", "Text is expected here."),
                Bilingual("改为带引号的字符串。", "Write it as a string in quotes."),
            )
        return self._cleaned(name, str(value))

    def key(self, name: str) -> str:
        """As `text`, for ids: full-width letters and figures are the ordinary ones."""
        return unicodedata.normalize("NFKC", self.text(name))

    def needed(self, name: str) -> str:
        """As `text`, but an empty cell rejects the row."""
        found = self.text(name)
        if not found:
            raise self.rejected(
                name,
                Bilingual("缺少必填内容。", "It is needed and empty."),
                Bilingual("填写这一栏。", "Fill it in."),
            )
        return found

    def list(self, name: str) -> tuple[str, ...]:
        """Its values, without repetition, in the order given."""
        return self._split(name, _LIST)

    def words(self, name: str) -> tuple[str, ...]:
        """As `list`, for keywords: commas divide too."""
        return self._split(name, _WORDS)

    def _split(self, name: str, divider: re.Pattern[str]) -> tuple[str, ...]:
        value = self._values.get(name)
        if isinstance(value, list):
            if not all(isinstance(part, str) for part in value):
                raise self.rejected(
                    name,
                    Bilingual("列表里只能是字符串。", "The list may hold strings only."),
                    Bilingual('写成 ["甲", "乙"]。', 'Write it as ["one", "two"].'),
                )
            parts = [self._cleaned(name, part) for part in value]
        else:
            parts = divider.split(self.text(name))
        tidy = (" ".join(part.split()) for part in parts)
        return tuple(dict.fromkeys(part for part in tidy if part))

    def term(self, name: str, scheme: Scheme) -> str | None:
        """The code of the term that the cell names by code, Chinese or English name."""
        text = self.text(name)
        return self._resolved(name, text, scheme) if text else None

    def terms(self, name: str, scheme: Scheme) -> tuple[str, ...]:
        codes = (self._resolved(name, text, scheme) for text in self.list(name))
        return tuple(dict.fromkeys(codes))

    def _resolved(self, name: str, text: str, scheme: Scheme) -> str:
        try:
            return scheme.resolve(text, self.header(name)).code
        except UnknownTerm as fault:
            raise self.rejected(name, fault.what, fault.cure) from fault

    def country(self, name: str, city: str, vocabulary: Vocabulary) -> str | None:
        """The code, or None where the cell is empty. A row of the mainland whose city lies in
        Hong Kong, Macao or Taiwan belongs there."""
        text = self.text(name)
        if not text:
            return None
        code = vocabulary.country_code(text) or self._resolved(name, text, vocabulary.country)
        return (vocabulary.special_city_country(city) or code) if code == "CN" else code

    def date(self, name: str) -> date | None:
        text = unicodedata.normalize("NFKC", self.text(name))
        if not text:
            return None
        match = _DATE.fullmatch(text)
        try:
            return date(*map(int, match.groups())) if match else date.fromisoformat(text)
        except ValueError as fault:
            raise self.rejected(
                name,
                Bilingual(f"“{text[:40]}”不是日期。", f'"{text[:40]}" is no date.'),
                Bilingual("写成 2024-03-31 的样子。", "Write it like 2024-03-31."),
            ) from fault

    def whole(self, name: str, least: int, most: int, prefix: str = "") -> int | None:
        """A whole number from `least` to `most`; a leading `prefix` word is passed over."""
        text = unicodedata.normalize("NFKC", self.text(name)).casefold()
        text = text.removeprefix(prefix).strip().removesuffix(".0")
        if not text:
            return None
        if text.isdecimal() and len(text) < 10 and least <= int(text) <= most:
            return int(text)
        raise self.rejected(
            name,
            Bilingual(
                f"应为 {least} 到 {most} 的整数。",
                f"A whole number from {least} to {most} is expected.",
            ),
            Bilingual("改正数字，或留空表示不详。", "Correct it, or leave it empty for unknown."),
        )

    def amount(self, name: str) -> float | None:
        """A number above zero, with a point or a comma before its decimals; 0 is "not stated"."""
        text = unicodedata.normalize("NFKC", self.text(name)).replace(" ", "")
        if not text:
            return None
        if text.count(",") == 1 and "." not in text and not re.search(r",\d{3}$", text):
            text = text.replace(",", ".")
        try:
            number = float(text.replace(",", ""))
        except ValueError:
            number = math.nan
        if not 0 <= number < math.inf:
            raise self.rejected(
                name,
                Bilingual(f"“{text[:40]}”不是金额。", f'"{text[:40]}" is no amount.'),
                Bilingual("只写数字，如 1250000.50。", "Write figures only, like 1250000.50."),
            )
        return number or None

    def flag(self, name: str) -> bool:
        """Yes or no; empty is no."""
        value = self._values.get(name)
        if isinstance(value, bool):
            return value
        text = unicodedata.normalize("NFKC", self.text(name)).casefold()
        if not text or text in _FALSE:
            return False
        if text in _TRUE:
            return True
        raise self.rejected(
            name,
            Bilingual(
                f"“{text[:40]}”既不是“是”也不是“否”。", f'"{text[:40]}" is neither yes nor no.'
            ),
            Bilingual("写“是”或“否”。", "Write yes or no."),
        )

    def rejected(self, name: str, what: Bilingual, cure: Bilingual) -> RowRejected:
        """The row's rejection because of this column (raise it)."""
        return RowRejected(self.header(name), what, cure)

    def _no_value(self, name: str, text: str) -> RowRejected:
        if text == "#FORMULA!":
            what = Bilingual(
                "这里是公式，而文件没有存下它的值。",
                "It is a formula whose value the file does not hold.",
            )
            cure = Bilingual(
                "在 Excel 或 WPS 中打开并保存一次，再导入。",
                "Open the file in a spreadsheet program, save it, and import it again.",
            )
        elif text == "#DIGITS!":
            what = Bilingual(
                "数字超过 15 位，表格软件已丢掉末尾几位。",
                "A number of more than 15 digits: the spreadsheet has dropped the last ones.",
            )
            cure = Bilingual(
                "把这一列设为文本格式，重新填写。",
                "Set the column to text and type the number again.",
            )
        else:
            what = Bilingual(f"公式出错：{text}。", f"Its formula fails: {text}.")
            cure = Bilingual("改正公式，或直接填写值。", "Mend the formula, or write the value.")
        return self.rejected(name, what, cure)

    def _cleaned(self, name: str, text: str) -> str:
        if len(text) > LONGEST_CELL:
            raise self.rejected(
                name,
                Bilingual(
                    f"单元格有 {len(text):,} 个字符，最多 {LONGEST_CELL:,} 个。",
                    f"The cell has {len(text):,} characters; {LONGEST_CELL:,} are the most.",
                ),
                Bilingual("缩短内容，或检查引号。", "Shorten it, or check the quotes."),
            )
        if _NO_CHARACTER.search(text):
            raise self.rejected(
                name,
                Bilingual(
                    "含有无法显示的字符（NUL、半个字符或改变书写方向的符号）。",
                    "It holds a NUL, half a character or a mark that turns the text around.",
                ),
                Bilingual("删去该字符，或重新输入这一格。", "Delete it, or type the cell again."),
            )
        if text.startswith("#") and text in _ERRORS:
            raise self._no_value(name, text)
        return text.replace("\r\n", "\n").replace("\r", "\n").strip().strip("\ufeff").strip()
