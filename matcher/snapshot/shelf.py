"""The shelf of a home's snapshots: publish by one atomic rename, open the current one, roll back.

home/snapshots/<id>/     an immutable snapshot
home/snapshots/CURRENT   the id that serves, replaced by rename
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from matcher.errors import Bilingual, CatalogueBusy, NotReady
from matcher.lock import exclusive

from .manifest import MANIFEST, Manifest, file_digest

CURRENT = "CURRENT"
BUILDING = ".building-"
LOCK_FILE = ".lock"


class Shelf:
    """The snapshots of one home."""

    def __init__(self, home: Path) -> None:
        self.folder = home / "snapshots"

    def ids(self) -> list[str]:
        """Published snapshots, oldest first by time of publication."""
        if not self.folder.is_dir():
            return []
        found = [p for p in self.folder.iterdir() if p.is_dir() and (p / MANIFEST).is_file()]
        whole = [p for p in found if not p.name.startswith(BUILDING)]
        return [p.name for p in sorted(whole, key=lambda p: (p.stat().st_mtime_ns, p.name))]

    def current_id(self) -> str | None:
        """The id that serves, None before the first publication."""
        try:
            return (self.folder / CURRENT).read_text("utf-8").strip() or None
        except (FileNotFoundError, UnicodeDecodeError):  # none yet, or not what was written
            return None

    def current(self) -> Path:
        """The folder that serves; NotReady if there is none or it has been taken away."""
        current = self.current_id()
        if current is None or not (self.folder / current).is_dir():
            raise NotReady(
                Bilingual("还没有可用的快照。", "there is no snapshot to answer from."),
                Bilingual(
                    "先运行 `matcher import 文件` 再运行 `matcher index`；"
                    "或运行 `matcher demo` 看示例。",
                    "run `matcher import FILE` and then `matcher index`; "
                    "or `matcher demo` for the sample.",
                ),
                where=str(self.folder),
            )
        return self.folder / current

    @contextmanager
    def building(self) -> Iterator[None]:
        """Hold the shelf while something is built; CatalogueBusy if another build is running.

        Left-overs of builds that were killed are swept away, and of this one if it breaks off.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        busy = CatalogueBusy(
            Bilingual("另一个索引正在建快照。", "another index is building a snapshot."),
            Bilingual("等它结束后再试一次。", "wait until it has ended, then try again."),
            where=str(self.folder),
        )
        with exclusive(self.folder / LOCK_FILE, busy):
            self.sweep()
            try:
                yield
            finally:
                self.sweep()

    def sweep(self) -> None:
        """Take away every folder that is still in the making."""
        for left in self.folder.glob(f"{BUILDING}*"):
            shutil.rmtree(left, ignore_errors=True)

    def begin(self, snapshot: str) -> Path:
        """A fresh folder to build `snapshot` in; only while `building` is held."""
        folder = self.folder / f"{BUILDING}{snapshot}"
        folder.mkdir()
        return folder

    def publish(self, building: Path) -> Path:
        """Flush every file, give the folder its name, and let it serve: each step is atomic,
        and until the last rename the former snapshot serves."""
        for path in sorted(building.rglob("*")):
            flush(path)
        flush(building)
        final = self.folder / building.name.removeprefix(BUILDING)
        if final.exists():
            # The same id with damaged files: set it aside, so that no moment has half of each.
            aside = self.folder / f"{BUILDING}aside-{final.name}"
            final.rename(aside)
            building.rename(final)
            shutil.rmtree(aside)
        else:
            building.rename(final)
        flush(self.folder)
        self.serve(final.name)
        return final

    def serve(self, snapshot: str) -> None:
        """Point at `snapshot` by one rename."""
        pointer = self.folder / f".{CURRENT}"
        pointer.write_text(snapshot + "\n", "utf-8")
        flush(pointer)
        pointer.rename(self.folder / CURRENT)
        flush(self.folder)

    def roll_back(self, snapshot: str | None = None) -> str:
        """Verify an earlier snapshot (the one before the current, or `snapshot`) and serve it."""
        ids = self.ids()
        current = self.current_id()
        if snapshot is None:
            before = ids[: ids.index(current)] if current in ids else ids
            snapshot = before[-1] if before else None
        if snapshot is None or snapshot not in ids:
            raise NotReady(
                Bilingual("没有这个较早的快照。", "there is no such earlier snapshot."),
                Bilingual(
                    f"现有快照：{'、'.join(ids) or '无'}。",
                    f"snapshots at hand: {', '.join(ids) or 'none'}.",
                ),
                where=snapshot or "",
            )
        folder = self.folder / snapshot
        Manifest.read(folder).verify(folder)
        self.serve(snapshot)
        return snapshot


def flush(path: Path) -> None:
    """Force a file's or folder's bytes to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def seal_files(folder: Path) -> dict[str, tuple[int, str]]:
    """Size and checksum of every file below `folder`, by relative path."""
    files = sorted(p for p in folder.rglob("*") if p.is_file() and p.name != MANIFEST)
    return {str(p.relative_to(folder)): (p.stat().st_size, file_digest(p)) for p in files}
