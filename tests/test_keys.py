"""Keys of the API: shown once, kept hashed, refused when wrong, past their day or revoked."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from matcher.errors import NotReady, Unauthorised
from matcher.workflow.keys import FILE, KeyStore


def test_a_key_opens_and_its_secret_is_kept_nowhere(tmp_path: Path) -> None:
    store = KeyStore(tmp_path / "home")
    secret = store.create("centre", "门户 portal")
    key = store.check(secret)
    assert (key.tenant, key.label, key.expires, key.revoked) == (
        "centre",
        "门户 portal",
        None,
        None,
    )
    file = tmp_path / "home" / FILE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert secret.split("_", 2)[2] not in file.read_text("utf-8")
    assert secret.startswith(f"mk_{key.id}_")
    assert KeyStore(tmp_path / "home").check(secret) == key


def test_equal_labels_have_different_secrets(tmp_path: Path) -> None:
    store = KeyStore(tmp_path)
    secrets = {store.create("centre", "same") for _ in range(5)}
    assert len(secrets) == len(store.list()) == 5
    assert len({key.hash for key in store.list()}) == 5


@pytest.mark.parametrize(
    "wrong", ["", "mk", "mk_", "mk__", "mk_00000000_x", "Bearer", "mk_é_\udcff", "a_b_c_d"]
)
def test_what_is_no_key_opens_nothing(tmp_path: Path, wrong: str) -> None:
    store = KeyStore(tmp_path)
    with pytest.raises(Unauthorised):
        store.check(wrong)
    secret = store.create("centre", "a")
    for attempt in (wrong, secret[:-1], secret + "a", secret.swapcase(), secret[:12]):
        with pytest.raises(Unauthorised) as raised:
            store.check(attempt)
        assert secret not in str(raised.value)
    store.check(secret)


def test_a_key_ends_on_its_day(tmp_path: Path) -> None:
    store = KeyStore(tmp_path)
    end = datetime(2026, 7, 1, tzinfo=UTC)
    secret = store.create("centre", "guest", expires=end)
    store.check(secret, end - timedelta(seconds=1))
    with pytest.raises(Unauthorised):
        store.check(secret, end)
    with pytest.raises(ValueError, match="time zone"):
        store.create("centre", "guest", expires=datetime(2026, 7, 1))  # noqa: DTZ001


def test_a_revoked_key_stops_at_once_in_every_process(tmp_path: Path) -> None:
    serving, operator = KeyStore(tmp_path), KeyStore(tmp_path)
    first, second = operator.create("centre", "demo"), operator.create("portal", "other")
    serving.check(first)
    assert operator.revoke("demo") == 1
    assert operator.revoke("demo") == operator.revoke("nobody") == 0
    with pytest.raises(Unauthorised):
        serving.check(first)
    assert [key.label for key in serving.list()] == ["other"]
    assert [key.label for key in serving.list(every=True)] == ["demo", "other"]
    assert operator.revoke(serving.check(second).id) == 1


def test_processes_that_make_keys_at_once_lose_none(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-c",
        "import sys; from pathlib import Path; from matcher.workflow.keys import KeyStore\n"
        "for n in range(10): print(KeyStore(Path(sys.argv[1])).create('centre', str(n)))",
        str(tmp_path),
    ]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    secrets = [line for one in running for line in one.communicate()[0].split()]
    store = KeyStore(tmp_path)
    assert len({store.check(secret).id for secret in secrets}) == 30


@pytest.mark.parametrize("content", ["", "{", "[]", '{"schema": 9, "keys": []}', '{"schema": 1}'])
def test_a_damaged_file_is_named_and_left_alone(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE).write_text(content)
    store = KeyStore(tmp_path)
    for attempt in (lambda: store.check("mk_a_b"), lambda: store.create("centre", "a")):
        with pytest.raises(NotReady) as raised:
            attempt()
        assert FILE in raised.value.where
    assert (tmp_path / FILE).read_text() == content


def test_a_home_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(NotReady) as raised:
        KeyStore(tmp_path / "file").create("centre", "a")
    assert str(tmp_path / "file") in raised.value.where


def test_the_file_says_what_an_operator_needs(tmp_path: Path) -> None:
    KeyStore(tmp_path).create("centre", "门户", expires=datetime(2030, 1, 1, tzinfo=UTC))
    (entry,) = json.loads((tmp_path / FILE).read_text("utf-8"))["keys"]
    assert entry["label"] == "门户"
    assert entry["expires"].startswith("2030-01-01")
