"""One frozen Settings, read only at the entries (`matcher/cli`, `api/app.py`, `bench`).

Every setting is an environment variable with the prefix `MATCHER_`; `docs/settings.md` is checked
against this file by a test.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from .shipped import REPOSITORY, shipped

__all__ = ["REPOSITORY", "Settings", "shipped"]


class Settings(BaseSettings):
    """What an operator may set. Secrets are never among them: API keys live hashed in the home."""

    model_config = SettingsConfigDict(env_prefix="MATCHER_", frozen=True, extra="ignore")

    home: Path = Field(default=Path("./var"), description="folder of catalogue and snapshots")
    model: str | None = Field(
        default=None,
        description="encoder: name or path of a sentence-transformers model; empty: our own",
    )
    rerank: str | None = Field(
        default=None,
        description="re-ranker: name or path of a sentence-transformers cross-encoder; empty: none",
    )
    language: str | None = Field(
        default=None,
        description="language of the terminal, zh or en; empty: the question's, else zh",
    )
    shared_data: Path | None = Field(
        default=None,
        description="folder of the shared real data; empty: ../shared/data beside the project",
    )
    host: str = Field(default="127.0.0.1", description="address that `matcher serve` listens on")
    port: int = Field(
        default=8350, ge=1, le=65535, description="port that `matcher serve` listens on"
    )

    def shared_data_folder(self) -> Path | None:
        """The shared real data, or None where it is absent."""
        folder = self.shared_data or REPOSITORY.parent / "shared" / "data"
        return folder if folder.is_dir() else None
