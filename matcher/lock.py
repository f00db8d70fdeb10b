"""One process at a time: a lock that the kernel frees when its holder ends, however it ends."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from matcher.errors import MatcherError


@contextmanager
def exclusive(file: Path, busy: MatcherError) -> Iterator[None]:
    """Hold the lock on `file`, made if need be; raise `busy` at once if another holds it."""
    with file.open("ab") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise busy from None
        yield
