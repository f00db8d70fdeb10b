"""The verbs as a user types them: real processes for what start-up matters to, else the same
`main` in this process. Errors say what, where and how, in both languages, with an exit code."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from matcher.cli.main import main
from matcher.settings import REPOSITORY, shipped

QUESTION = "我们要找做钙钛矿封装的欧洲伙伴"


class Outcome:
    """What a run gave."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    def document(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Any:
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


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli")
    for verb in (["import", str(shipped("data", "sample", "demo.jsonl"))], ["index"]):
        command = [sys.executable, "-m", "matcher.cli.main", *verb, "--home", str(folder)]
        subprocess.run(command, check=True, capture_output=True)
    return folder


def schema(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(
        (REPOSITORY / "docs" / "schema" / f"{name}.json").read_text()
    )
    return loaded


def check(document: Any, name: str) -> Any:
    jsonschema.validate(document, schema(name), format_checker=jsonschema.FormatChecker())
    return document


def test_schemas_are_schemas() -> None:
    for path in (REPOSITORY / "docs" / "schema").glob("*.json"):
        jsonschema.Draft202012Validator.check_schema(json.loads(path.read_text()))


def test_a_question_in_text_and_json(run: Any, home: Path) -> None:
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


def test_filters_by_code_and_name(run: Any, home: Path) -> None:
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
def test_reasons(run: Any, home: Path, reasons: str, most: int) -> None:
    found = run("query", QUESTION, "--home", home, "--json", "--reasons", reasons).document()
    check(found, "answer")
    assert all(len(p["reasons"]) <= most for p in found["pairings"])
    assert (reasons == "none") == (found["pairings"][0]["reasons"] == [])


def test_past_partners_of_the_asker_stand_apart(run: Any, home: Path) -> None:
    found = run("query", QUESTION, "--for", "bj-xurenlan", "--home", home, "--json").document()
    known = {p["organisation"]["sources"][0]["key"] for p in found["known_partners"]}
    assert "es-montequel" in known
    assert found["missing"] == []
    shown = run("query", QUESTION, "--for", "bj-xurenlan", "--home", home)
    assert "已有合作" in shown.out


def test_match_explain_and_show(run: Any, home: Path) -> None:
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


def test_questions_from_a_file(run: Any, home: Path, tmp_path: Path) -> None:
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
    ]
    path = tmp_path / "questions.jsonl"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    outcome = run("query", "--from", path, "--home", home, "-k", 2)
    answers = [json.loads(line) for line in outcome.out.splitlines()]
    assert outcome.code == 0
    assert [a.get("id") for a in answers] == ["a", None, "b", "c", "d", "e", "f", None, "g"]
    for place, answer in enumerate(answers):
        check(answer, "answer" if place in (0, 3, 8) else "error")
    assert answers[3]["pairings"][0]["organisation"]["country"] == "DE"
    assert "questions.jsonl:2" in answers[1]["error"]["where"]
    assert answers[2]["error"]["code"] == "empty_question"
    assert answers[6]["error"]["code"] == "unknown_organisation"


def test_import_index_and_snapshot(run: Any, tmp_path: Path) -> None:
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


def test_a_refused_first_import_leaves_no_home_behind(run: Any, tmp_path: Path) -> None:
    outcome = run("import", tmp_path / "absent.csv", "--home", tmp_path / "new")
    assert outcome.code == 2
    assert not (tmp_path / "new").exists()


def test_rejected_rows_are_named_and_the_rest_is_in(run: Any, tmp_path: Path) -> None:
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


def test_lists_are_written(run: Any, home: Path, tmp_path: Path) -> None:
    outcome = run("lists", "--sector", "新材料", "--home", home, "--out", tmp_path / "out", "-k", 3,
                  "--formats", "csv,json", "--json")  # fmt: skip
    files = check(outcome.document(), "lists")["files"]
    assert sorted(Path(f).name for f in files) == ["materials.csv", "materials.json"]
    assert all(Path(f).stat().st_size > 500 for f in files)


BAD: tuple[tuple[tuple[str, ...], int, str], ...] = (
    (("query", ""), 2, "问题里没有文字"),
    (("query",), 2, "--from"),
    (("query", "膜", "--sector", "魔法"), 2, "魔法"),
    (("query", "膜", "--country", "Atlantis"), 2, "Atlantis"),
    (("query", "膜", "--region", "Atlantis"), 2, "Atlantis"),
    (("query", "膜", "--for", "没有这家"), 2, "没有这家"),
    (("query", "膜", "--as-of", "31.12.2026"), 2, "2026-01-31"),
    (("query", "膜", "--reasons", "some"), 2, "all"),
    (("query", "膜", "-k", "0"), 2, "-k 10"),
    (("query", "膜", "--side", "none"), 2, "foreign"),
    (("query", "--from", "/nowhere/at/all"), 2, "/nowhere/at/all"),
    (("query", "膜", "--model", "/nowhere/at/all"), 4, ""),
    (("match", "没有这家"), 2, "没有这家"),
    (("show", "没有这家"), 2, "没有这家"),
    (("lists",), 2, "--sector"),
    (("lists", "--sector", "materials", "--formats", "doc"), 2, "xlsx"),
    (("snapshot", "rollback", "snone"), 4, "snone"),
)


@pytest.mark.parametrize(("arguments", "code", "said"), BAD)
def test_bad_input_is_answered_in_both_languages(
    run: Any, home: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    before = fingerprints(home)
    outcome = run(*arguments, "--home", home)
    assert outcome.code in {code, 2}
    assert outcome.out == ""
    assert "处理办法" in outcome.err
    assert "To mend it" in outcome.err
    assert said in outcome.err
    assert "Traceback" not in outcome.err
    assert fingerprints(home) == before


def fingerprints(home: Path) -> dict[str, bytes]:
    return {
        str(p.relative_to(home)): p.read_bytes()
        for p in home.rglob("*")
        if p.is_file() and not p.name.startswith("catalogue")
    }


def test_an_error_as_json(run: Any, home: Path) -> None:
    outcome = run("query", "膜", "--sector", "魔法", "--home", home, "--json")
    assert outcome.code == 2
    check(outcome.document(), "error")


def test_an_empty_home_says_what_to_do(run: Any, tmp_path: Path) -> None:
    for verb in (["query", "膜"], ["index"], ["lists", "--all"], ["serve"], ["snapshot", "show"]):
        outcome = run(*verb, "--home", tmp_path / "nothing")
        assert outcome.code == 4
        assert "matcher import" in outcome.err
        assert not (tmp_path / "nothing").exists()
    assert run("doctor", "--home", tmp_path / "nothing").code == 4


def test_a_taken_port_is_named(run: Any, home: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        outcome = run("serve", "--home", home, "--port", port)
    assert outcome.code == 4
    assert str(port) in outcome.err


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


def test_demo_runs_through_and_refuses_a_home_with_imported_data(run: Any, tmp_path: Path) -> None:
    demo = run("demo", "--home", tmp_path / "demo")
    assert demo.code == 0, demo.err
    for said in (QUESTION, "虚构", "关键词", "完全一致", "lists.xlsx", "matcher serve"):
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
    assert {int(line.split("|")[1]) for line in page.splitlines() if line[2:3].isdigit()} == codes
    assert {code for _, code in exits.EXITS} <= codes
