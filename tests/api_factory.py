"""The API to ask: a real server process over a home, or the app in this process; and a problem
document checked whole."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from starlette.testclient import TestClient

from api.app import create_app
from api.problems import MEDIA_TYPE, TITLES
from api.schemas import Problem
from matcher.settings import REPOSITORY, Settings
from matcher.workflow.keys import KeyStore

START_SECONDS = 60


@dataclass(frozen=True)
class Server:
    """A real server process over a home of its own."""

    url: str
    home: Path
    secret: str
    log: Path

    def client(self, **headers: str) -> httpx2.Client:
        """A client that brings the key unless it brings another one."""
        return httpx2.Client(
            base_url=self.url,
            headers={"Authorization": f"Bearer {self.secret}", **headers},
            timeout=30,
        )


@contextmanager
def a_server(home: Path) -> Iterator[Server]:
    """A server on a free port over `home`, with a key; its log stands beside the home."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = home.parent / "server.log"
    command = [sys.executable, "-m", "uvicorn", "api.app:create_app", "--factory",
               "--port", str(port), "--no-access-log", "--log-level", "warning"]  # fmt: skip
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, stderr=out, cwd=REPOSITORY, env={**os.environ, "MATCHER_HOME": str(home)}
        )
    secret = KeyStore(home).create("centre", "tests")
    made = Server(f"http://127.0.0.1:{port}", home, secret, log)
    try:
        wait_until_ready(made, process)
        yield made
    finally:
        process.terminate()
        ended = process.wait(10)
    assert ended in {0, -15}


def wait_until_ready(server: Server, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    with server.client() as client:
        while process.poll() is None and time.monotonic() < deadline:
            try:
                client.get("/v1/health/ready").raise_for_status()
            except httpx2.HTTPError:
                time.sleep(0.05)
            else:
                return
    raise AssertionError(server.log.read_text())


@contextmanager
def a_client(home: Path) -> Iterator[TestClient]:
    """The app over `home` in this process, with a key."""
    secret = KeyStore(home).create("centre", "client")
    with TestClient(create_app(Settings(home=home))) as made:
        made.headers["Authorization"] = f"Bearer {secret}"
        yield made


def checked(response: Any, status: int) -> dict[str, Any]:
    """A problem document that is whole, in both languages."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == MEDIA_TYPE
    document: dict[str, Any] = response.json()
    assert Problem.model_validate(document).model_dump(exclude_unset=True) == document
    assert document["status"] == status
    assert document["code"] in TITLES
    assert document["type"] == f"/v1/docs#{document['code']}"
    for both in (document["titles"], document["what"], document["cure"]):
        assert re.search("[\u4e00-\u9fff]", both["zh"])
        assert re.search("[a-z]{3}", both["en"])
    return document
