"""Domain errors: each says what is wrong, where, and how to mend it, in Chinese and in English.

No HTTP status and no exit code stands here: the two faces (`api/app.py`, `matcher/cli/exits.py`)
each hold one table from these classes to what their reader understands.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bilingual:
    """One statement in both languages of the product."""

    zh: str
    en: str

    def __post_init__(self) -> None:
        if not self.zh.strip() or not self.en.strip():
            raise ValueError("a bilingual text needs both its Chinese and its English")

    def in_language(self, language: str) -> str:
        """The text for a reader of `language` ("zh..." gives Chinese, all else English)."""
        return self.zh if language.startswith("zh") else self.en


class MatcherError(Exception):
    """The root of every error a user can cause or mend.

    `code` is stable (scripts may test it); `where` is a file, row, field, option or organisation,
    "" when the whole request is meant.
    """

    code = "error"

    def __init__(self, what: Bilingual, cure: Bilingual, *, where: str = "") -> None:
        self.what = what
        self.cure = cure
        self.where = where
        super().__init__(self.message("en"))

    def message(self, language: str) -> str:
        """What, where and how to mend it, on one line, for a reader of `language`."""
        place = f"{self.where}: " if self.where else ""
        if language.startswith("zh"):
            return f"{place}{self.what.zh} 处理办法：{self.cure.zh}"
        return f"{place}{self.what.en} To mend it: {self.cure.en}"

    def as_dict(self) -> dict[str, object]:
        """The error as plain data, the same for the command line's `--json` and the API."""
        return {
            "code": self.code,
            "where": self.where,
            "what": {"zh": self.what.zh, "en": self.what.en},
            "cure": {"zh": self.cure.zh, "en": self.cure.en},
        }


class BadInput(MatcherError):
    """What was asked or typed cannot be understood; nothing was changed."""

    code = "bad_input"


class EmptyQuestion(BadInput):
    """A question without a word in it."""

    code = "empty_question"


class UnknownTerm(BadInput):
    """A sector, country, region, capability or other vocabulary term nobody knows."""

    code = "unknown_term"


class UnknownOrganisation(BadInput):
    """No organisation, or more than one, goes by this id or name."""

    code = "unknown_organisation"


class FileFault(MatcherError):
    """An import refused whole: catalogue and snapshot are byte for byte as before."""

    code = "file_fault"


class CatalogueBusy(FileFault):
    """Another import into the same home is running."""

    code = "catalogue_busy"


class NotReady(MatcherError):
    """The home lacks what the question needs: no catalogue, no snapshot, a damaged one."""

    code = "not_ready"


class SnapshotDamaged(NotReady):
    """A snapshot whose files do not agree with its manifest, or that was half written."""

    code = "snapshot_damaged"


class SnapshotMismatch(NotReady):
    """A snapshot made with another encoder, ranker or schema than the one asked for."""

    code = "snapshot_mismatch"


class HomeRefused(MatcherError):
    """The home folder holds something this verb must not touch."""

    code = "home_refused"


class AddressTaken(MatcherError):
    """The address to serve on is in use, or may not be used."""

    code = "address_taken"


class MissingExtra(MatcherError):
    """The code asked for needs an optional extra that is not installed."""

    code = "missing_extra"


class Unauthorised(MatcherError):
    """No key, or one that is wrong, expired or revoked."""

    code = "unauthorised"
