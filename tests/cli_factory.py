"""The command line as a test types it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest

from matcher.cli.main import main
from matcher.settings import REPOSITORY


class Outcome:
    """What a run gave."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    def document(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Outcome]


def a_terminal(monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Run:
    """Types a verb and its arguments, in this process."""

    def call(*arguments: object) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["matcher", *map(str, arguments)])
        code = 0
        try:
            main()
        except SystemExit as leaving:
            code = int(leaving.code or 0)
        sys.stdout.flush()
        out, err = capfdbinary.readouterr()
        return Outcome(code, out.decode(), err.decode())

    return call


def a_process(*arguments: object, **options: Any) -> subprocess.CompletedProcess[bytes]:
    """The same in a process of its own; `options` are those of `subprocess.run`."""
    command = [sys.executable, "-m", "matcher.cli.main", *map(str, arguments)]
    return subprocess.run(command, stderr=subprocess.PIPE, check=False, **options)


def schema(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(
        (REPOSITORY / "docs" / "schema" / f"{name}.json").read_text()
    )
    return loaded


def check(document: Any, name: str) -> Any:
    jsonschema.validate(document, schema(name), format_checker=jsonschema.FormatChecker())
    return document
