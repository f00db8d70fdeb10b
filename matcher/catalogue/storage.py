"""The catalogue's file as a database, and what goes wrong with files and disks."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError, IntegrityError, ProgrammingError
from sqlalchemy.pool import NullPool

from matcher.errors import Bilingual, HomeRefused, NotReady


def engine(path: Path) -> Engine:
    """The database of a catalogue's file: transactions begin where we say so, and last."""
    made = create_engine(
        f"sqlite:///{path}", poolclass=NullPool, json_serializer=lambda x: orjson.dumps(x).decode()
    )

    @event.listens_for(made, "connect")
    def _prepare(connection: sqlite3.Connection, _: object) -> None:
        # The driver would begin transactions at its own time; ours begin where we say so.
        connection.isolation_level = None
        for pragma in (
            "busy_timeout = 10000",
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
            "cache_size = -65536",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(made, "begin")
    def _begin(connection: Connection) -> None:
        immediate = connection.get_execution_options().get("immediate")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    return made


def refused(home: Path, fault: Exception) -> HomeRefused:
    """The home cannot be used, for what the system or the database says."""
    reason = getattr(fault, "strerror", None) or str(getattr(fault, "orig", fault))
    return HomeRefused(
        Bilingual(f"无法使用这个数据文件夹（{reason}）。", f"The home cannot be used ({reason})."),
        Bilingual(
            "检查文件夹的权限和剩余空间，或用 --home 指定另一个文件夹。",
            "Check the folder's permissions and free space, or name another one with --home.",
        ),
        where=str(home),
    )


@contextmanager
def storage_faults(path: Path) -> Iterator[None]:
    """What SQLite cannot read or write: HomeRefused, or NotReady for a damaged file."""
    try:
        yield
    except (IntegrityError, ProgrammingError):
        raise  # our own mistake, not the disk's
    except DatabaseError as fault:
        if isinstance(fault.orig, sqlite3.OperationalError):
            raise refused(path.parent, fault) from fault
        raise _damaged(path) from fault


def _damaged(path: Path) -> NotReady:
    return NotReady(
        Bilingual("该文件不是可读的目录，或已损坏。", "The file is no catalogue, or is damaged."),
        Bilingual(
            "从备份恢复它；或移走它，再重新导入原始文件。",
            "Restore it from a backup; or move it away and import the source files again.",
        ),
        where=str(path),
    )
