"""The documents tell of what exists: files, commands, symbols, settings, features, layers."""

from __future__ import annotations

import ast
import math
import re
import shlex
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import pytest
import typer

from docs.generate import features_page, with_figures, with_files
from matcher.cli.main import app
from matcher.matching.features import BLOCKS, FEATURES, RERANK
from matcher.matching.ranker import shipped_ranker
from matcher.settings import REPOSITORY, Settings

READMES = ("README.md", "README.zh.md")
PAGES = sorted(
    path.relative_to(REPOSITORY).as_posix()
    for pattern in ("*.md", "docs/**/*.md", "models/*/*.md", "data/**/*.md")
    for path in REPOSITORY.glob(pattern)
)
NOT_YET = ("not yet", "尚未")
FILE = re.compile(r"(?:[\w.-]+/)*[\w.-]+\.(?:py|md|yaml|yml|json|jsonl|toml|txt|html)|(?:[\w-]+/)+")
MODULE_OF = {"scikit-learn": "sklearn", "faiss-cpu": "faiss"}
VARIABLE_PLACES = ("var/", "build/")
SHOWN = (
    "organisation", "partner abroad", "asker", "profile", "offer · request · capability",
    "catalogue", "snapshot", "query", "sector", "feature", "evidence", "score", "prior",
    "fit · track record", "alignment", "reason", "pairing", "known partner", "list",
)  # fmt: skip
"""Words of the glossary that the product itself uses before its users."""


def page(name: str) -> str:
    return (REPOSITORY / name).read_text(encoding="utf-8")


def table(name: str, mark: str) -> list[list[str]]:
    """The cells of the table below `<!-- checked: mark -->`, without its two head lines."""
    after = page(name).split(f"<!-- checked: {mark} -->\n", 1)[1]
    rows = []
    for line in after.splitlines():
        if not line.startswith("|"):
            break
        cells = re.split(r"(?<!\\)\|", line.strip().strip("|"))
        rows.append([cell.strip().replace("\\|", "|") for cell in cells])
    assert len(rows) > 2, f"{name}: the table {mark} is empty"
    return rows[2:]


def code(text: str) -> list[str]:
    """What stands between backticks on one line."""
    return re.findall(r"`([^`\n]+)`", text)


@cache
def parsed(file: str) -> ast.Module:
    return ast.parse(page(file))


def defines(file: str, symbol: str) -> bool:
    """Whether a Python file defines a function, class, method or name, as `Class.method`."""
    body: list[ast.stmt] = parsed(file).body
    for part in symbol.split("."):
        for node in body:
            if (
                isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
                and node.name == part
            ):
                body = node.body
                break
        else:
            return False
    return True


def calls(function: ast.FunctionDef, among: list[str]) -> list[str]:
    """The functions of `among` that this one calls, by the place of the call."""
    found = [
        (node.lineno, node.col_offset, node.func.id)
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    ]
    return [name for *_, name in sorted(found) if name in among]


def verbs() -> dict[str, set[str]]:
    """Every verb of the command line with its options."""
    group = typer.main.get_command(app)
    found = {}
    for name, command in getattr(group, "commands", {}).items():
        inner = getattr(command, "commands", {"": command})
        for sub, each in inner.items():
            options = {o for p in each.params for o in (*p.opts, *p.secondary_opts)}
            found[f"{name} {sub}".strip()] = options | {"--help"}
    return found


def unknown_in_command(command: str) -> Iterator[str]:
    """What a `matcher ...` or `make ...` command names that does not exist."""
    words = shlex.split(command, comments=True)
    if words[0] == "make":
        targets = set(re.findall(r"^([a-z-]+):", page("Makefile"), re.MULTILINE))
        yield from (w for w in words[1:] if "=" not in w and w not in targets)
        return
    known = verbs()
    if len(words) == 1 or words[1] in ("VERB", "--help"):
        return
    verb = " ".join(words[1:3]) if " ".join(words[1:3]) in known else words[1]
    if verb not in known:
        if not any(name.startswith(f"{verb} ") for name in known):
            yield verb
        return
    yield from (w for w in words[2:] if re.match(r"--?[a-z]", w) and w not in known[verb])


def commands_of(text: str) -> Iterator[str]:
    """Commands in backticks and in indented or fenced blocks."""
    for span in code(text):
        if re.match(r"(matcher|make) [a-z-]", span):
            yield span
    for line in text.splitlines():
        if re.match(r"(?: {4}|\$ )(matcher|make) [a-z-]", line):
            yield line.strip().lstrip("$ ")


@pytest.mark.parametrize("name", PAGES)
def test_every_link_leads_somewhere(name: str) -> None:
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", page(name)):
        if target.startswith(("http:", "https:", "mailto:", "#")):
            continue
        place = (REPOSITORY / name).parent / unquote(target.split("#")[0])
        if not place.exists():
            broken.append(target)
    assert broken == []


@pytest.mark.parametrize("name", PAGES)
def test_every_command_exists(name: str) -> None:
    wrong = {c: list(unknown_in_command(c)) for c in commands_of(page(name))}
    assert {command: words for command, words in wrong.items() if words} == {}


def test_a_command_that_does_not_exist_is_noticed() -> None:
    assert list(unknown_in_command("matcher guess x")) == ["guess"]
    assert list(unknown_in_command("matcher query x --colour")) == ["--colour"]
    assert list(unknown_in_command("make coffee")) == ["coffee"]


@pytest.mark.parametrize("name", [*READMES, "docs/architecture.md"])
def test_every_file_named_exists(name: str) -> None:
    missing = [
        span
        for span in code(page(name).split("## Every file")[0])
        if FILE.fullmatch(span)
        and not span.startswith(VARIABLE_PLACES)
        and not any((base / span).exists() for base in (REPOSITORY, (REPOSITORY / name).parent))
    ]
    assert missing == []


@pytest.mark.parametrize("name", READMES)
def test_the_five_packages_are_at_work_where_the_readme_says(name: str) -> None:
    rows = table(name, "packages")
    packages = [code(row[0])[0] for row in rows]
    assert packages == ["scikit-learn", "sentence-transformers", "fastapi", "faiss-cpu", "pandas"]
    for package, row in zip(packages, rows, strict=True):
        (file,), (symbol,) = code(row[2]), code(row[3])
        assert defines(file, symbol), f"{file} does not define {symbol}"
        module = MODULE_OF.get(package, package.replace("-", "_"))
        imported = re.search(rf"^\s*(?:from|import) {module}\b", page(file), re.MULTILINE)
        assert imported, f"{file} does not import {module}"


@pytest.mark.parametrize("name", READMES)
def test_each_user_has_a_first_command(name: str) -> None:
    rows = table(name, "users")
    assert len(rows) == 3
    for row in rows:
        (command,) = code(row[2])
        assert list(unknown_in_command(command)) == []


@pytest.mark.parametrize("name", READMES)
def test_every_clause_is_served_by_something_that_exists_or_not_yet(name: str) -> None:
    rows = table(name, "clauses")
    assert [row[0] for row in rows] == [str(n) for n in range(1, len(rows) + 1)]
    for row in rows:
        named = code(row[3])
        assert named or any(word in row[3] for word in NOT_YET), row[3]
        for span in named:
            if span.startswith("matcher "):
                assert list(unknown_in_command(span)) == []
            else:
                assert (REPOSITORY / span).exists(), span


def test_both_readmes_tell_the_same_facts() -> None:
    english, chinese = map(page, READMES)
    for mark in ("users", "packages", "clauses"):
        for en, zh in zip(table(READMES[0], mark), table(READMES[1], mark), strict=True):
            assert [code(c) for c in en] == [code(c) for c in zh]
            assert [NOT_YET[0] in c for c in en] == [NOT_YET[1] in c for c in zh]
    for en, zh in zip(table(READMES[0], "clauses"), table(READMES[1], "clauses"), strict=True):
        assert en[1:3] == zh[1:3]
    assert english.count("\n## ") == chinese.count("\n## ")
    blocks = [re.findall(r"^    (make \S+)", text, re.MULTILINE) for text in (english, chinese)]
    assert blocks[0] == blocks[1] == ["make demo", "make test"]
    links = [sorted(re.findall(r"\]\(([^)]+)\)", text)) for text in (english, chinese)]
    assert [x for x in links[0] if x != READMES[1]] == [x for x in links[1] if x != READMES[0]]


def test_the_core_is_three_clicks_away() -> None:
    assert "](docs/architecture.md)" in page("README.md")
    assert "](../matcher/matching/pipeline.py)" in page("docs/architecture.md")


def test_the_layers_in_words_are_those_of_the_contract() -> None:
    contracts = tomllib.loads(page("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    layers = next(c["layers"] for c in contracts if c.get("containers") == ["matcher"])
    assert [code(row[0])[0] for row in table("docs/architecture.md", "layers")] == layers


def test_the_packages_in_words_are_those_of_the_rule() -> None:
    rule: dict[str, tuple[str, ...]] = {}
    for node in parsed("tests/test_architecture.py").body:
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "ONLY_IN":
            assert node.value is not None
            rule = ast.literal_eval(node.value)
    told = {code(r[0])[0]: tuple(code(r[1])) for r in table("docs/architecture.md", "packages")}
    own = ("models", "bench")
    assert told == {name: places for name, places in rule.items() if name not in own}


def test_a_question_walks_as_told() -> None:
    """The steps in the document are the calls of the pipeline, in its order."""
    rows = table("docs/architecture.md", "walk")
    steps = [code(row[0])[0] for row in rows]
    functions = {
        node.name: node
        for node in parsed("matcher/matching/pipeline.py").body
        if isinstance(node, ast.FunctionDef)
    }
    assert [*calls(functions["rank"], steps), *calls(functions["match"], steps)] == steps
    for step, row in zip(steps, rows, strict=True):
        assert defines(code(row[1])[0], step)


def test_settings_are_documented() -> None:
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in page("docs/settings.md").splitlines()
        if line.startswith("| `MATCHER_")
    ]
    told = {name: (default.strip("`"), english) for name, default, english, _ in rows}
    true = {
        f"`MATCHER_{name.upper()}`": (
            "" if field.default is None else str(field.default),
            field.description,
        )
        for name, field in Settings.model_fields.items()
    }
    assert told == true
    assert all(re.search(r"[\u4e00-\u9fff]", chinese) for *_, chinese in rows)


def test_features_page_is_made_from_the_code() -> None:
    assert page("docs/features.md") == features_page(), "run: make docs"


def test_the_figures_of_the_catalogue_are_the_frozen_ones() -> None:
    assert page("docs/catalogue.md") == with_figures(page("docs/catalogue.md")), "run: make docs"


def test_the_list_of_files_is_made_from_the_code() -> None:
    text = page("docs/architecture.md")
    assert text == with_files(text), "run: make docs"


def test_every_feature_has_a_unit_a_direction_and_both_languages() -> None:
    for feature in (*FEATURES, RERANK):
        said = " ".join((feature.compute.__doc__ or "").split())
        assert re.search(r"\((higher|more|fewer|younger|lower|less) is better\)", said), said
        assert feature.unit
        assert feature.compute.__name__ == feature.name


def test_the_rankers_card_tells_its_curves() -> None:
    ranker = shipped_ranker(tuple(BLOCKS.items()))
    card = page("models/ranker/CARD.md")
    for curve in ranker.curves:
        span = f"{min(curve.contributions):+.2f} to {max(curve.contributions):+.2f}"
        block = curve.block.value.replace("_", " ")
        assert f"| `{curve.feature}` | {block} | {span} |" in card
        assert curve.source == "set by hand"
        assert curve.missing == 0.0
    assert card.count("\n| `") == len(ranker.curves)
    assert f"`{ranker.name}`" in card
    assert f"prior is {ranker.prior:g}" in " ".join(card.split())
    assert math.isclose(math.exp(ranker.prior), 1 / 50, rel_tol=0.02)
    (joined,) = shipped_ranker(((RERANK.name, RERANK.block),), "rerank.json").curves
    span = f"{min(joined.contributions):+.2f} to {max(joined.contributions):+.2f}"
    assert f"`rerank`, fit, {span}" in " ".join(card.split())


def test_decisions_are_all_listed() -> None:
    folder = REPOSITORY / "docs" / "decisions"
    listed = re.findall(r"^- \[(.+?)\]\((.+?)\)$", page("docs/decisions/README.md"), re.MULTILINE)
    there = sorted(p.name for p in folder.glob("*.md") if p.name != "README.md")
    assert [name for _, name in listed] == there
    assert len({name[:4] for name in there}) == len(there)
    for title, name in listed:
        assert (folder / name).read_text(encoding="utf-8").splitlines()[0] == f"# {title}"


def test_the_glossary_gives_every_word_in_both_languages() -> None:
    rows = [line.strip("|").split("|") for line in page("docs/glossary.md").splitlines()
            if line.startswith("|")][2:]  # fmt: skip
    assert len(rows) >= 30
    for english, chinese, meaning, meaning_zh, *_ in rows:
        assert english.strip().isascii() or "·" in english
        assert re.search(r"[\u4e00-\u9fff]", chinese)
        assert meaning.strip()
        assert re.search(r"[\u4e00-\u9fff]", meaning_zh)


def test_the_glossary_gives_the_words_that_are_shown() -> None:
    """What answers, lists and messages call these things is what the glossary calls them."""
    said = "\n".join(
        path.read_text(encoding="utf-8")
        for folder in ("matcher", "api")
        for path in (REPOSITORY / folder).rglob("*.py")
    )
    rows = [line.strip("|").split("|") for line in page("docs/glossary.md").splitlines()
            if line.startswith("|")][2:]  # fmt: skip
    chinese = {row[0].strip(): row[1].strip() for row in rows}
    for word in SHOWN:
        for part in chinese[word].split(" · "):
            assert part in said, f"{word}: {part}"


def test_the_pages_are_found() -> None:
    assert {*READMES, "docs/architecture.md", "docs/import.md", "CHANGELOG.md"} <= set(PAGES)
    assert all(Path(REPOSITORY / name).is_file() for name in PAGES)
