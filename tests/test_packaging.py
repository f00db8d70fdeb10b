"""What is installed: the wheel's content, a run from the wheel alone, and the pins."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from matcher.settings import REPOSITORY

SHIPPED = "matcher/_shipped/"
NOT_SHIPPED = ("tests/", "bench/", "models/", "data/", "docs/", "shared/")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[zipfile.ZipFile]:
    """The wheel, built here and now from the working tree."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=REPOSITORY,
        check=True,
        capture_output=True,
    )
    (built,) = folder.glob("*.whl")
    with zipfile.ZipFile(built) as opened:
        yield opened


def project() -> dict[str, Any]:
    """The table `project` of pyproject.toml."""
    table: dict[str, Any] = tomllib.loads(
        (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")
    )["project"]
    return table


def folded(name: str) -> str:
    """A distribution's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def requirement(line: str) -> str:
    """The folded name in `name[extra]>=1.0; marker`."""
    found = re.match(r"[A-Za-z0-9._-]+", line)
    assert found, line
    return folded(found[0])


def pins() -> dict[str, str]:
    """constraints.txt: folded name -> version."""
    rows = (REPOSITORY / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pairs = [row.split("==") for row in rows if row and not row.startswith("#")]
    return {folded(name): version for name, version in pairs}


def test_the_wheel_holds_the_product_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    names = wheel.namelist()
    tops = {name.split("/")[0] for name in names}
    assert tops == {"matcher", "api", "tech_transfer_matcher-0.1.0.dist-info"}
    assert [n for n in names if n.removeprefix(SHIPPED) != n and n.endswith(".py")
            and "/data/vocabulary/" not in n and "/data/sample/" not in n] == []  # fmt: skip
    assert [name for name in names if name.startswith(NOT_SHIPPED)] == []
    assert not any("__pycache__" in name or name.endswith(".pyc") for name in names)


def test_the_wheel_holds_every_file_of_the_product(wheel: zipfile.ZipFile) -> None:
    there = set(wheel.namelist())
    ours = [
        path.relative_to(REPOSITORY).as_posix()
        for folder in ("matcher", "api")
        for path in (REPOSITORY / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    ]
    assert len(ours) > 50
    assert sorted(set(ours) - there) == []


def test_the_wheel_holds_what_is_shipped(wheel: zipfile.ZipFile) -> None:
    there = set(wheel.namelist())
    for folder in ("data/vocabulary", "data/sample", "models/encoder/artefact"):
        files = [p for p in (REPOSITORY / folder).iterdir() if p.suffix not in {".py", ""}]
        assert files, folder
        missing = [p.name for p in files if f"{SHIPPED}{folder}/{p.name}" not in there]
        assert missing == []
    for name in ("ranker", "rerank"):
        assert f"{SHIPPED}models/ranker/{name}.json" in there
    size = sum(i.file_size for i in wheel.infolist() if "encoder/artefact" in i.filename)
    assert size <= 40 * 2**20


def test_the_licence_goes_with_the_wheel(wheel: zipfile.ZipFile) -> None:
    folder = "tech_transfer_matcher-0.1.0.dist-info"
    text = wheel.read(f"{folder}/licenses/LICENSE").decode()
    assert "Apache License" in text
    assert "END OF TERMS AND CONDITIONS" in text
    assert f"{folder}/licenses/NOTICE" in wheel.namelist()
    metadata = wheel.read(f"{folder}/METADATA").decode()
    assert "License-Expression: Apache-2.0" in metadata
    assert "Private :: Do Not Upload" in metadata
    assert "matcher = matcher.cli.main:main" in wheel.read(f"{folder}/entry_points.txt").decode()


def test_the_wheel_answers_without_the_repository(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    """Unpacked elsewhere it finds vocabulary, sample, encoder and ranker inside itself, imports
    the sample and answers from it."""
    wheel.extractall(tmp_path / "site")
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "import matcher\n"
        "from matcher.settings import shipped\n"
        "site = Path(sys.argv[1]).resolve()\n"
        "assert Path(matcher.__file__).is_relative_to(site), matcher.__file__\n"
        "for parts in (('data', 'vocabulary'), ('data', 'sample'),\n"
        "              ('models', 'encoder', 'artefact'), ('models', 'ranker', 'ranker.json')):\n"
        "    assert shipped(*parts).resolve().is_relative_to(site), shipped(*parts)\n"
        "import matcher.cli.main as cli\n"
        "for verb in (['import', *map(str, sorted(shipped('data', 'sample').glob('*.jsonl')))],\n"
        "             ['index'], ['query', '质子交换膜', '--reasons', 'top']):\n"
        "    sys.argv = ['matcher', *verb, '--home', str(site.parent / 'home')]\n"
        "    try:\n        cli.main()\n"
        "    except SystemExit as end:\n        assert not end.code, (verb, end.code)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "site")],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "site")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "虚构" in run.stdout


def test_every_requirement_is_pinned() -> None:
    pinned, table = pins(), project()
    named = {
        requirement(line)
        for group in (table["dependencies"], *table["optional-dependencies"].values())
        for line in group
    } - {"tech-transfer-matcher"}
    assert sorted(named - pinned.keys()) == []
    assert all(re.fullmatch(r"[0-9][0-9A-Za-z.]*", version) for version in pinned.values())
    assert pinned["torch"] == "2.13.0"


def test_the_default_install_has_no_torch() -> None:
    """Nor does anything that it needs in turn, by the resolved lock."""
    packages = tomllib.loads((REPOSITORY / "uv.lock").read_text(encoding="utf-8"))["package"]
    needs = {p["name"]: [d["name"] for d in p.get("dependencies", [])] for p in packages}
    waiting, installed = ["tech-transfer-matcher"], set()
    while waiting:
        name = waiting.pop()
        if name not in installed:
            installed.add(name)
            waiting += needs[name]
    assert "numpy" in installed
    assert installed & {"torch", "sentence-transformers", "transformers", "accelerate"} == set()


def test_both_locks_agree() -> None:
    """Where both name a package they name one version; uv's also has other platforms' packages."""
    packages = tomllib.loads((REPOSITORY / "uv.lock").read_text(encoding="utf-8"))["package"]
    locked = {p["name"]: p["version"] for p in packages if "registry" in p.get("source", {})}
    pinned = pins()
    both = locked.keys() & pinned.keys()
    assert {n: (locked[n], pinned[n]) for n in both if locked[n] != pinned[n]} == {}
    assert sorted(pinned.keys() - locked.keys()) == []


def test_nobody_is_told_where_to_fetch_packages() -> None:
    text = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")
    assert not re.search(r"index-url|find-links|\[\[tool\.uv\.index", text)
    constraints = (REPOSITORY / "constraints.txt").read_text(encoding="utf-8")
    assert "://" not in constraints
    assert "--hash" not in constraints
