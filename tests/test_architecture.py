"""The house rules that a reader counts on: who may import whom and what, and how files look.

The layers stand in `pyproject.toml` (import-linter); what that tool cannot see is read here from
the syntax trees. `docs/architecture.md` says the same in words.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from matcher.settings import REPOSITORY

PRODUCT = ("matcher", "api")
CODE = (*PRODUCT, "bench", "models", "data", "tests")
LONGEST = 400
"""Lines of a file."""

ONLY_IN: dict[str, tuple[str, ...]] = {
    "alembic": ("matcher/catalogue/",),
    "babel": ("data/",),
    "datasets": ("models/",),
    "faiss": ("matcher/index/",),
    "fastapi": ("api/",),
    "ijson": ("matcher/catalogue/readers/",),
    "opencc": ("matcher/catalogue/resolution/", "models/"),
    "pandas": (
        "matcher/catalogue/readers/",
        "matcher/evaluation/",
        "matcher/lists/export/",
        "matcher/matching/pairing.py",
    ),
    "python_calamine": ("matcher/catalogue/readers/",),
    "rapidfuzz": ("matcher/catalogue/resolution/", "matcher/snapshot/snapshot.py"),
    "rjieba": ("models/",),
    "scipy": ("matcher/evaluation/", "bench/", "models/"),
    "sentence_transformers": ("matcher/text/", "models/"),
    "sklearn": ("matcher/evaluation/", "bench/", "models/"),
    "sqlalchemy": ("matcher/catalogue/",),
    "starlette": ("api/",),
    "tantivy": ("matcher/text/",),
    "torch": ("matcher/text/", "models/"),
    "transformers": ("models/",),
    "typer": ("matcher/cli/",),
    "uvicorn": ("matcher/cli/",),
    "xlsxwriter": ("matcher/catalogue/template.py", "matcher/lists/export/"),
    "models": ("bench/", "models/"),
    "bench": ("bench/",),
}
"""Package -> the only places, tests aside, that may import it."""

LAZY = {"datasets", "pandas", "scipy", "sentence_transformers", "sklearn", "torch", "transformers"}
"""Slow to import or optional: in the product only inside the function that needs it."""

SETTINGS_READERS = ("matcher/settings.py", "matcher/cli/", "api/app.py", "bench/", "models/")
DOOR = "api.app:create_app"
"""The one string by which the domain library reaches the web face."""


@cache
def sources(*folders: str) -> tuple[str, ...]:
    """Every Python file below the folders, as a path from the repository's root."""
    return tuple(
        sorted(
            path.relative_to(REPOSITORY).as_posix()
            for folder in folders
            for path in (REPOSITORY / folder).rglob("*.py")
        )
    )


@cache
def tree(source: str) -> ast.Module:
    return ast.parse((REPOSITORY / source).read_text(encoding="utf-8"), source)


def imports(root: ast.AST) -> Iterator[tuple[ast.Import | ast.ImportFrom, str]]:
    """Every import below a node with the name it imports from; relative ones begin with dots."""
    for node in ast.walk(root):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node, alias.name
        elif isinstance(node, ast.ImportFrom):
            yield node, "." * node.level + (node.module or "")


def is_type_checking(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.If)
        and isinstance(node.test, ast.Name)
        and node.test.id == "TYPE_CHECKING"
    )


def imported_on_load(root: ast.AST) -> set[str]:
    """Top packages that loading a module itself imports: not in functions, not for types only."""
    found = set()
    for node in ast.iter_child_nodes(root):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add((node.module or "").split(".")[0])
        elif not is_type_checking(node) and not isinstance(
            node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
        ):
            found |= imported_on_load(node)
    return found


def room(source: str) -> str | None:
    """`matcher/text` of `matcher/text/encoder.py`, `api` of anything there, else None."""
    parts = source.split("/")
    if parts[0] == "api":
        return "api"
    return "/".join(parts[:2]) if parts[0] == "matcher" and len(parts) > 2 else None


def test_the_layers_hold() -> None:
    run = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--no-logo"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_a_package_is_imported_only_where_it_belongs() -> None:
    strays = [
        f"{source}:{node.lineno} imports {name}"
        for source in sources(*CODE)
        if not source.startswith("tests/")
        for node, name in imports(tree(source))
        if name.split(".")[0] in ONLY_IN
        and not source.startswith(ONLY_IN[name.split(".")[0]])
    ]  # fmt: skip
    assert strays == []


def test_what_is_slow_or_optional_is_imported_only_when_used() -> None:
    early = {s: sorted(imported_on_load(tree(s)) & LAZY) for s in sources(*PRODUCT)}
    assert {source: names for source, names in early.items() if names} == {}


def test_settings_are_read_only_at_the_entries() -> None:
    strays = []
    for source in sources(*PRODUCT, "bench", "models"):
        if source.startswith(SETTINGS_READERS):
            continue
        for node in ast.walk(tree(source)):
            named = getattr(node, "id", None) or getattr(node, "attr", None)
            if named in {"Settings", "environ", "getenv"}:
                strays.append(f"{source}:{getattr(node, 'lineno', 0)} {named}")
    assert strays == []


def test_one_door_leads_from_the_domain_library_to_the_web_face() -> None:
    doors = [
        source
        for source in sources("matcher")
        for node in ast.walk(tree(source))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and DOOR in node.value
    ]
    assert len(doors) == 1
    assert doors[0].startswith("matcher/cli/")


def test_imports_are_relative_inside_a_folder_and_absolute_across_a_border() -> None:
    """The border is the room's; between a room and a folder within it both ways are right."""
    strays = []
    for source in sources(*PRODUCT):
        own = room(source)
        if own is None or "/migrations/" in source:  # Alembic runs these files by their path
            continue
        folder = source.rpartition("/")[0].replace("/", ".")
        levels_in_room = folder.count(".") - own.count("/") + 1
        for node, name in imports(tree(source)):
            dots = len(name) - len(name.lstrip("."))
            if name.rpartition(".")[0] == folder or name == folder or dots > levels_in_room:
                strays.append(f"{source}:{node.lineno} {name}")
    assert strays == []


def test_no_file_is_long() -> None:
    lines = {s: len((REPOSITORY / s).read_bytes().splitlines()) for s in sources(*CODE)}
    assert {source: count for source, count in lines.items() if count > LONGEST} == {}


def test_files_are_named_by_a_noun_of_the_field() -> None:
    drawers = {"utils", "util", "helpers", "helper", "common", "misc", "datastructures"}
    assert [s for s in sources(*CODE) if drawers & set(Path(s).with_suffix("").parts)] == []


def test_only_the_product_is_a_package() -> None:
    outside = sources("tests", "bench", "data", "models")
    assert [source for source in outside if source.endswith("__init__.py")] == []


def test_every_file_says_what_it_is_for() -> None:
    silent = [s for s in sources(*CODE) if tree(s).body and not ast.get_docstring(tree(s))]
    assert silent == []


def test_every_public_class_and_function_has_a_docstring() -> None:
    silent = [
        f"{source}:{node.lineno} {node.name}"
        for source in sources(*PRODUCT)
        for node in tree(source).body
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert silent == [], "\n".join(silent)


def test_nothing_is_written_twice() -> None:
    """Two functions with equal bodies, names of functions and docstrings aside, are one."""
    places: dict[str, list[str]] = defaultdict(list)
    for source in sources(*PRODUCT, "bench", "models"):
        for node in ast.walk(tree(source)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                body = node.body[1:] if ast.get_docstring(node) else node.body
                if sum(1 for statement in body for _ in ast.walk(statement)) >= 40:
                    same = "\n".join(ast.dump(statement) for statement in body)
                    places[same].append(f"{source}:{node.lineno} {node.name}")
    assert [where for where in places.values() if len(where) > 1] == []
