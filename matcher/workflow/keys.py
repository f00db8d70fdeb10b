"""API keys: who may ask, on behalf of which tenant. Stored hashed in the home, never in clear.

A secret is `mk_<id>_<43 characters>`: 8 characters that find the key and 256 random bits that
prove it. The home's `keys.json` (mode 0600) keeps a salt and the BLAKE2b hash keyed by it; so
much randomness needs no slow hash. The file is replaced whole by one rename, and read again when
it changes, so that a revoked key stops working in every running server at its next request.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import orjson

from matcher.errors import Bilingual, NotReady, Unauthorised

PREFIX = "mk"
FILE = "keys.json"
SCHEMA = 1
ID_BYTES, SECRET_BYTES, SALT_BYTES = 4, 32, 16


@dataclass(frozen=True, slots=True)
class Key:
    """What is kept of a key; the secret is not."""

    id: str
    tenant: str
    label: str
    created: datetime
    expires: datetime | None
    revoked: datetime | None
    salt: str
    hash: str

    def usable(self, now: datetime) -> bool:
        """Neither revoked nor past its day."""
        return self.revoked is None and (self.expires is None or now < self.expires)


NOBODY = Key("", "", "", datetime.min.replace(tzinfo=UTC), None, None, "00", "00")
"""Compared with where no key has the id given, so that both cases take the same time."""


class KeyStore:
    """The keys of one home. Safe to share among threads; writers of several processes queue."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._file = home / FILE
        self._stamp: tuple[int, int, int] | None = None
        self._keys: dict[str, Key] = {}

    def create(self, tenant: str, label: str, expires: datetime | None = None) -> str:
        """Make a key and return its secret, which is shown this once and kept nowhere.

        `expires` needs a time zone. Raises NotReady where the home cannot be written.
        """
        if expires is not None and expires.tzinfo is None:
            raise ValueError("the end of a key needs a time zone")
        with self._changing() as keys:
            number = secrets.token_hex(ID_BYTES)
            while number in keys:
                number = secrets.token_hex(ID_BYTES)
            secret = f"{PREFIX}_{number}_{secrets.token_urlsafe(SECRET_BYTES)}"
            salt = secrets.token_hex(SALT_BYTES)
            keys[number] = Key(
                id=number,
                tenant=tenant,
                label=label,
                created=datetime.now(UTC),
                expires=expires,
                revoked=None,
                salt=salt,
                hash=hashed(secret, salt),
            )
        return secret

    def revoke(self, name: str) -> int:
        """Revoke every key of this id or label for good; gives how many that were."""
        now, revoked = datetime.now(UTC), 0
        with self._changing() as keys:
            for number, key in keys.items():
                if name in (number, key.label) and key.revoked is None:
                    keys[number] = replace(key, revoked=now)
                    revoked += 1
        return revoked

    def list(self, *, every: bool = False) -> list[Key]:
        """The usable keys, oldest first; with `every`, the revoked and expired ones too."""
        now = datetime.now(UTC)
        kept = [key for key in self._read().values() if every or key.usable(now)]
        return sorted(kept, key=lambda key: (key.created, key.id))

    def check(self, secret: str, now: datetime | None = None) -> Key:
        """The key of this secret; Unauthorised if there is none, or it is revoked or expired.

        The comparison takes the same time wherever the secret differs, and the error does not
        say which of the three it was.
        """
        parts = secret.split("_", 2)
        key = self._read().get(parts[1] if len(parts) == 3 else "", NOBODY)
        right = hmac.compare_digest(hashed(secret, key.salt), key.hash)
        if not (right and key.usable(now or datetime.now(UTC))):
            raise Unauthorised(
                Bilingual(
                    "密钥不对、已过期或已撤销。", "the key is wrong, has expired or was revoked."
                ),
                Bilingual(
                    "检查密钥是否完整；需要新密钥请联系运营方。",
                    "check that it is complete; ask the operator for a new one.",
                ),
            )
        return key

    def _read(self) -> dict[str, Key]:
        try:
            found = self._file.stat()
        except (FileNotFoundError, NotADirectoryError):
            return {}
        stamp = (found.st_mtime_ns, found.st_size, found.st_ino)
        if stamp != self._stamp:
            self._keys = decoded(self._file)
            self._stamp = stamp
        return self._keys

    @contextmanager
    def _changing(self) -> Iterator[dict[str, Key]]:
        """The keys as they stand, under the home's key lock; written back whole at the end."""
        try:
            self._home.mkdir(parents=True, exist_ok=True)
            with (self._home / f".{FILE}.lock").open("ab") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                keys = decoded(self._file) if self._file.exists() else {}
                yield keys
                self._write(keys)
        except OSError as fault:
            raise NotReady(
                Bilingual(
                    f"无法写入密钥文件（{fault.strerror}）。",
                    f"the file of keys cannot be written ({fault.strerror}).",
                ),
                Bilingual(
                    "检查文件夹权限和磁盘空间。", "check the folder's permissions and space."
                ),
                where=str(self._file),
            ) from fault

    def _write(self, keys: dict[str, Key]) -> None:
        body = {"schema": SCHEMA, "keys": [asdict(key) for key in keys.values()]}
        draft = self._file.with_name(f".{FILE}.new")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            out.write(orjson.dumps(body, option=orjson.OPT_INDENT_2))
            out.flush()
            os.fsync(out.fileno())
        draft.rename(self._file)


def hashed(secret: str, salt: str) -> str:
    """The keyed hash, in hex, that is kept of a secret."""
    body = secret.encode("utf-8", "surrogatepass")
    return hashlib.blake2b(body, key=bytes.fromhex(salt), digest_size=32).hexdigest()


def decoded(file: Path) -> dict[str, Key]:
    """The keys of a file by id; NotReady if it is not as it was written."""
    try:
        raw = orjson.loads(file.read_bytes())
        if raw["schema"] != SCHEMA:
            raise ValueError(f"schema {raw['schema']}")
        keys = {}
        for entry in raw["keys"]:
            for moment in ("created", "expires", "revoked"):
                if entry[moment] is not None:
                    entry[moment] = datetime.fromisoformat(entry[moment])
            keys[entry["id"]] = Key(**entry)
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise NotReady(
            Bilingual(
                f"密钥文件无法读取（{fault}）。", f"the file of keys cannot be read ({fault})."
            ),
            Bilingual(
                "从备份恢复它；或删去它并重新发放密钥。",
                "restore it from a backup, or delete it and hand out new keys.",
            ),
            where=str(file),
        ) from fault
    return keys
