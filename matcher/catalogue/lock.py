"""The lock that lets one process at a time change a home's catalogue."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from matcher import lock
from matcher.errors import Bilingual, CatalogueBusy

LOCK_FILE = "catalogue.lock"


@contextmanager
def exclusive(home: Path) -> Iterator[None]:
    """Hold the home's lock; CatalogueBusy at once if another process or thread holds it."""
    busy = CatalogueBusy(
        Bilingual(
            "另一个导入或索引正在写入这个数据文件夹，本次没有改动任何内容。",
            "Another import or index is writing to this home; nothing was changed.",
        ),
        Bilingual("等它结束后再试一次。", "Wait until it has ended, then try again."),
        where=str(home),
    )
    with lock.exclusive(home / LOCK_FILE, busy):
        yield
