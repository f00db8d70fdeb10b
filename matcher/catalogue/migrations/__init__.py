"""Changes of the catalogue's schema, oldest first; loaded only when a catalogue needs one."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Engine

from matcher.errors import Bilingual, NotReady


def upgrade(engine: Engine, where: str) -> None:
    """Bring the schema to the newest revision; NotReady if it is newer than this program."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["engine"] = engine
    try:
        command.upgrade(config, "head")
    except CommandError as fault:
        raise NotReady(
            Bilingual(
                "这个目录是由更新版本的程序建立的。",
                "This catalogue was made by a newer version of the program.",
            ),
            Bilingual("升级程序后再打开。", "Upgrade the program, then open it again."),
            where=where,
        ) from fault
