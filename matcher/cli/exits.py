"""Exit codes, one table: what a script may rely on. `docs/cli.md` is checked against it."""

from __future__ import annotations

from matcher.errors import (
    AddressTaken,
    BadInput,
    FileFault,
    HomeRefused,
    MatcherError,
    MissingExtra,
    NotReady,
    Unauthorised,
)

DONE = 0
REFUSED = 2
"""What was asked or given cannot be used; nothing was changed."""
ROWS_REJECTED = 3
"""Imported, except for the rows that were rejected and named."""
NOT_READY = 4
"""The home, an extra, the address or the disk is not ready for this."""
INTERRUPTED = 130
"""Stopped from the keyboard."""
READER_GONE = 141
"""Whoever read standard output closed it, as `head` does: the code that a shell gives for it."""

EXITS: tuple[tuple[type[MatcherError], int], ...] = (
    (BadInput, REFUSED),
    (FileFault, REFUSED),
    (HomeRefused, REFUSED),
    (Unauthorised, REFUSED),
    (NotReady, NOT_READY),
    (MissingExtra, NOT_READY),
    (AddressTaken, NOT_READY),
    (MatcherError, REFUSED),
)


def exit_code(error: MatcherError) -> int:
    """The code of the first class in the table that the error is of."""
    return next(code for kind, code in EXITS if isinstance(error, kind))
