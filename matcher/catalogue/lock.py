"""The lock that lets one process at a time change a home's catalogue."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from matcher.errors import Bilingual, CatalogueBusy

LOCK_FILE = "catalogue.lock"


@contextmanager
def exclusive(home: Path) -> Iterator[None]:
    """Hold the home's lock; CatalogueBusy at once if another process or thread holds it.

    The kernel frees the lock when its holder ends, however it ends, so none is ever stale.
    """
    with (home / LOCK_FILE).open("ab") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CatalogueBusy(
                Bilingual(
                    "另一个导入正在写入这个目录，本次没有改动任何内容。",
                    "Another import into this home is running; nothing was changed.",
                ),
                Bilingual("等它结束后再试一次。", "Wait until it has ended, then try again."),
                where=str(home),
            ) from None
        yield
