"""The verbs as a user types them: real processes for what start-up matters to, else the same
`main` in this process. What they refuse stands in `test_cli_refusals.py`."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from cli_factory import Run, a_terminal, check

from matcher.cli.output import show_answer
from matcher.matching.pairing import OneTextRule
from matcher.service import Matcher, Wish
from matcher.settings import REPOSITORY, shipped

QUESTION = "我们要找做钙钛矿封装的欧洲伙伴"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Run:
    return a_terminal(monkeypatch, capfdbinary)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli")
    for verb in (["import", str(shipped("data", "sample", "demo.jsonl"))], ["index"]):
        command = [sys.executable, "-m", "matcher.cli.main", *verb, "--home", str(folder)]
        subprocess.run(command, check=True, capture_output=True)
    return folder


def test_schemas_are_schemas() -> None:
    paths = list((REPOSITORY / "docs" / "schema").glob("*.json"))
    assert len(paths) >= 11
    for path in paths:
        jsonschema.Draft202012Validator.check_schema(json.loads(path.read_text()))


def test_a_question_in_text_and_json(run: Run, home: Path) -> None:
    shown = run("query", QUESTION, "--home", home, "-k", 3)
    assert shown.code == 0
    assert "（虚构示例）" in shown.out
    assert "公开" in shown.out
    document = check(run("query", QUESTION, "--home", home, "-k", 3, "--json").document(), "answer")
    assert [p["rank"] for p in document["pairings"]] == [1, 2, 3]
    assert document["pairings"][0]["organisation"]["sources"][0]["key"] == "de-glasholm"
    assert all(p["fictional"] for p in document["pairings"])
    for pairing in document["pairings"]:
        assert pairing["organisation"]["id"] in shown.out
        total = pairing["prior"] + sum(r["contribution"] for r in pairing["reasons"])
        assert abs(total - pairing["score"]) <= 1e-9
    english = run("query", "Who seals perovskite modules?", "--home", home, "-k", 1)
    assert "(fictional sample)" in english.out
    assert "published" in english.out


def test_filters_by_code_and_name(run: Run, home: Path) -> None:
    for wanted in (["--country", "德国"], ["--country", "DE"], ["--country", "Germany"]):
        found = run("query", "封装", "--home", home, "--json", *wanted).document()
        assert {p["organisation"]["country"] for p in found["pairings"]} == {"DE"}
    for wanted in (["--region", "欧洲"], ["--region", "europe"]):
        found = run("query", "封装", "--home", home, "--json", *wanted).document()
        assert {p["organisation"]["region"] for p in found["pairings"]} == {"europe"}
    beijing = run("query", "封装", "--home", home, "--json", "--side", "北京").document()
    assert {p["organisation"]["side"] for p in beijing["pairings"]} == {"beijing"}
    sector = run("query", "封装", "--home", home, "--json", "--sector", "新材料").document()
    assert all("materials" in p["organisation"]["sectors"] for p in sector["pairings"])


@pytest.mark.parametrize(("reasons", "most"), [("all", 99), ("top", 5), ("none", 0)])
def test_reasons(run: Run, home: Path, reasons: str, most: int) -> None:
    found = run("query", QUESTION, "--home", home, "--json", "--reasons", reasons).document()
    check(found, "answer")
    assert all(len(p["reasons"]) <= most for p in found["pairings"])
    assert (reasons == "none") == (found["pairings"][0]["reasons"] == [])


def test_past_partners_of_the_asker_stand_apart(run: Run, home: Path) -> None:
    found = run("query", QUESTION, "--for", "bj-xurenlan", "--home", home, "--json").document()
    known = {p["organisation"]["sources"][0]["key"] for p in found["known_partners"]}
    assert "es-montequel" in known
    assert found["missing"] == []
    shown = run("query", QUESTION, "--for", "bj-xurenlan", "--home", home)
    assert "已有合作" in shown.out


def test_match_explain_and_show(run: Run, home: Path) -> None:
    found = check(run("match", "bj-xurenlan", "--home", home, "--json").document(), "answer")
    first = found["pairings"][0]
    partner = first["organisation"]["id"]
    why = check(
        run("explain", "bj-xurenlan", partner, "--home", home, "--json").document(), "explain"
    )
    assert why["suggested"]
    assert why["pairing"]["score"] == first["score"]
    words = run("explain", "bj-xurenlan", partner, "--home", home)
    assert f"{first['score']:+.3f}" in words.out
    same_side = run("explain", "bj-xurenlan", "bj-muchuan", "--home", home, "--json").document()
    assert (same_side["suggested"], same_side["rule"]) == (False, "side")
    record = check(run("show", partner, "--home", home, "--json").document(), "show")
    assert record["fictional"]
    assert record["profiles"]
    assert "虚构" in run("show", partner, "--home", home).out


def test_questions_from_a_file(run: Run, home: Path, tmp_path: Path) -> None:
    lines = [
        json.dumps({"id": "a", "text": QUESTION}),
        "not json",
        json.dumps({"id": "b", "text": "  "}),
        json.dumps({"id": "c", "text": "membranes", "side": "foreign", "country": "德国"}),
        json.dumps({"id": "d", "text": "membranes", "tenant": "other"}),
        json.dumps({"id": "e", "text": 3}),
        json.dumps({"id": "f", "text": "membranes", "for": "nobody at all"}),
        json.dumps(["text"]),
        json.dumps({"id": "g", "text": "膜", "sector": "materials", "for": "bj-muchuan"}),
        "  ",
        json.dumps({"id": 7, "text": "膜"}),
        json.dumps({"id": 8, "text": None}),
        json.dumps({"id": [9], "text": "膜"}),
    ]
    path = tmp_path / "questions.jsonl"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    outcome = run("query", "--from", path, "--home", home, "-k", 2)
    answers = [json.loads(line) for line in outcome.out.splitlines()]
    assert outcome.code == 0
    ids = ["a", None, "b", "c", "d", "e", "f", None, "g", "7", "8", None]
    assert [a.get("id") for a in answers] == ids
    for place, answer in enumerate(answers):
        check(answer, "answer" if place in (0, 3, 8, 9) else "error")
        said = answer.get("error", {"what": {"zh": ""}})["what"]["zh"]
        assert not re.search("list|dict|str|Type|[a-z] [a-z]", said), said
    assert "不认识的键 tenant" in answers[4]["error"]["what"]["zh"]
    assert answers[11]["error"]["where"] == "questions.jsonl:13"
    assert answers[6]["error"]["where"].startswith("questions.jsonl:7")
    assert answers[3]["pairings"][0]["organisation"]["country"] == "DE"
    assert "questions.jsonl:2" in answers[1]["error"]["where"]
    assert answers[2]["error"]["code"] == "empty_question"
    assert answers[6]["error"]["code"] == "unknown_organisation"


def test_import_index_and_snapshot(run: Run, tmp_path: Path) -> None:
    folder, sample = tmp_path / "home", shipped("data", "sample", "demo.jsonl")
    first = run("import", sample, "--home", folder, "--json")
    report = check(first.document(), "import")
    assert first.code == 0
    parts = report["added"] + report["changed"] + report["unchanged"] + report["rejected"]
    assert report["read"] == parts == report["added"]
    again = run("import", sample, "--home", folder, "--json").document()
    assert (again["unchanged"], again["added"]) == (report["read"], 0)
    built = check(run("index", "--home", folder, "--json").document(), "index")
    assert built["encoded"] > 60
    assert check(run("index", "--home", folder, "--json").document(), "index")["already_there"]
    shown = check(run("snapshot", "show", "--home", folder, "--json").document(), "snapshot")
    assert shown["snapshot"] == built["snapshot"]
    assert {r["side"] for r in shown["rows"]} == {"beijing", "foreign", "none"}
    assert "北京" in run("snapshot", "show", "--home", folder).out
    listed = check(run("snapshot", "list", "--home", folder, "--json").document(), "snapshots")
    assert listed["current"] == built["snapshot"]
    assert run("snapshot", "verify", "--home", folder).code == 0
    assert check(run("doctor", "--home", folder, "--json").document(), "doctor")["ok"]


def test_rejected_rows_are_named_and_the_rest_is_in(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("id,name_en,country\n1,Alpha,DE\n2,Beta,Nowhereland\n3,Gamma,FR\n", "utf-8")
    strict = run("import", path, "--home", tmp_path / "strict", "--strict")
    assert strict.code == 2
    outcome = run("import", path, "--home", tmp_path / "home", "--json")
    assert outcome.code == 3
    report = check(outcome.document(), "import")
    assert (report["added"], report["rejected"]) == (2, 1)
    assert report["faults"][0]["place"].endswith("mine.csv:3")
    words = run("import", path, "--home", tmp_path / "home")
    assert "处理办法" in words.err
    assert "To mend it" in words.err


def test_lists_are_written(run: Run, home: Path, tmp_path: Path) -> None:
    outcome = run("lists", "--sector", "新材料", "--home", home, "--out", tmp_path / "out", "-k", 3,
                  "--formats", "csv,json", "--json")  # fmt: skip
    files = check(outcome.document(), "lists")["files"]
    assert sorted(Path(f).name for f in files) == ["materials.csv", "materials.json"]
    assert all(Path(f).stat().st_size > 500 for f in files)


def test_the_country_eu_is_explained_where_it_finds_nobody(run: Run, home: Path) -> None:
    asked = run("query", "封装", "--home", home, "--country", "欧盟")
    assert "--region europe" in asked.out
    assert "bodies of the Union" in run("query", "membrane", "--home", home, "--country", "EU").out
    assert "--region europe" not in run("query", "封装", "--home", home, "--country", "DE").out


def test_the_rule_of_one_text_is_said_with_its_price(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    matcher = Matcher.open(home)
    answer = matcher.match(Wish(text=QUESTION, k=1))
    for price, said in ((0.5, True), (0.0, False)):
        ruled = replace(answer, one_text=OneTextRule(most=3, moved=0, price=price))
        show_answer(ruled, "zh", matcher.vocabulary)
        show_answer(ruled, "en", matcher.vocabulary)
        out = capsys.readouterr().out
        assert ("同一资料至多占前十的三席，为此 0 家后移，代价 0.50。" in out) == said
        assert ("0 moved down for it, at a price of 0.50." in out) == said


def test_a_question_never_loads_what_only_training_or_import_needs(home: Path) -> None:
    code = (
        "import sys; sys.argv = ['matcher', 'query', '膜', '--home', sys.argv[1]]\n"
        "from matcher.cli.main import main\n"
        "try:\n    main()\nexcept SystemExit as e:\n    assert not e.code, e.code\n"
        "heavy = {'torch', 'sentence_transformers', 'sklearn', 'pandas', 'scipy', 'sqlalchemy',\n"
        "         'alembic', 'fastapi', 'jinja2', 'xlsxwriter', 'babel'}\n"
        "print('LOADED', sorted(heavy & {name.split('.')[0] for name in sys.modules}))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(home)], check=True, capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
    )  # fmt: skip
    assert done.stdout.splitlines()[-1] == "LOADED []"


def test_demo_runs_through_and_refuses_a_home_with_imported_data(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the first sixty organisations of its registry, for speed."""
    monkeypatch.setattr("matcher.cli.walk.SAMPLE", shipped("data", "sample", "demo.jsonl"))
    demo = run("demo", "--home", tmp_path / "demo")
    assert demo.code == 0, demo.err
    for said in (
        QUESTION,
        "虚构",
        "关键词",
        "完全一致",
        "materials.html",
        "不是证据",
        "matcher serve",
    ):
        assert said in demo.out
    assert run("demo", "--home", tmp_path / "demo").code == 0
    path = tmp_path / "mine.csv"
    path.write_text("id,name_en,country\n1,Alpha,DE\n", "utf-8")
    assert run("import", path, "--home", tmp_path / "mine").code == 0
    refused = run("demo", "--home", tmp_path / "mine")
    assert refused.code == 2
    assert "示例不会动它" in refused.err


def test_every_verb_option_and_exit_code_is_documented() -> None:
    from typer.main import get_command

    from matcher.cli import exits
    from matcher.cli.main import app

    page = (REPOSITORY / "docs" / "cli.md").read_text("utf-8")
    verbs: dict[str, Any] = dict(get_command(app).commands)  # type: ignore[attr-defined]
    for name, verb in list(verbs.items()):
        for inner, command in getattr(verb, "commands", {}).items():
            verbs[f"{name} {inner}"] = command
    for name, verb in verbs.items():
        if not hasattr(verb, "commands"):
            assert f"`matcher {name}" in page, name
            for parameter in verb.params:
                for option in parameter.opts:
                    assert not option.startswith("-") or f"`{option}`" in page, (name, option)
    for line in page.splitlines():
        if line.startswith("| `matcher "):
            words = line.split("`")[1].split()[1:]
            assert words[0] in verbs, line
    codes = {exits.DONE, exits.REFUSED, exits.ROWS_REJECTED, exits.NOT_READY}
    codes |= {exits.INTERRUPTED, exits.READER_GONE}
    assert {int(line.split("|")[1]) for line in page.splitlines() if line[2:3].isdigit()} == codes
    assert {code for _, code in exits.EXITS} <= codes
