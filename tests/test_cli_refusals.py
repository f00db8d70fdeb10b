"""What the command line refuses, or cannot do: said in both languages, with an exit code that a
script may rely on, and never a traceback."""

from __future__ import annotations

import os
import resource
import signal
import socket
import subprocess
from pathlib import Path

import pytest
from cli_factory import Run, a_process, a_terminal, check

from matcher.settings import shipped

QUESTION = "我们要找做钙钛矿封装的欧洲伙伴"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Run:
    return a_terminal(monkeypatch, capfdbinary)


@pytest.fixture
def home(demo_home: Path) -> Path:
    return demo_home


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
    (("query", os.fsdecode(b"\xff\xfe abc")), 2, r"\xff\xfe abc"),
    (("query", "膜", "--sector", os.fsdecode(b"\xbc\xd7")), 2, "UTF-8"),
    (("query", "膜", "--language", "fr"), 2, "zh, en"),
    (("snapshot", "show", "--language", "fr"), 2, "zh、en"),
    (("query", "膜", "-k", "many"), 2, "参数的值不能用：-k。"),
    (("query", "膜", "--colour", "red"), 2, "没有这个选项：--colour。"),
    (("match",), 2, "缺少必需的参数：organisation。"),
    (("explain", "a", "b", "c"), 2, "命令行的用法不对：c。"),
    (("frob",), 2, "没有这个命令：frob。"),
    (("query", "膜", "--sector", ""), 2, "sector"),
    (("query", "膜", "--capability", ""), 2, "capability"),
    (("query", "膜", "--sector", "ai", "--sector", "ic"), 2, "--sector: 这个选项只能给一次。"),
    (("query", "膜", "-k", "3", "-k", "3"), 2, "-k: 这个选项只能给一次。"),
    (("match", "x", "--capability", "a", "--capability=b"), 2, "--capability: 这个选项"),
    (("query", "膜", "--country", "\x1b[31m"), 2, r"“\x1b[31m”"),
    (("query", "지도 학습"), 2, "问题里没有认得的词"),
    (("query", "膜", "-k", "9" * 30), 2, "至多为 1,000,000,000"),
    (("query", "膜", "--side", "nonsense"), 2, "用 beijing"),
    (("query", "-钙钛矿 膜"), 2, "前面加 --"),
    (("advise", ""), 2, "没有这个机构"),
)


@pytest.mark.parametrize(("arguments", "code", "said"), BAD)
def test_bad_input_is_answered_in_both_languages(
    run: Run, home: Path, arguments: tuple[str, ...], code: int, said: str
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


def test_an_error_as_json(run: Run, home: Path) -> None:
    outcome = run("query", "膜", "--sector", "魔法", "--home", home, "--json")
    assert outcome.code == 2
    check(outcome.document(), "error")


def test_an_empty_home_says_what_to_do(run: Run, tmp_path: Path) -> None:
    for verb in (["query", "膜"], ["index"], ["lists", "--all"], ["serve"], ["snapshot", "show"]):
        outcome = run(*verb, "--home", tmp_path / "nothing")
        assert outcome.code == 4
        assert "matcher import" in outcome.err
        assert not (tmp_path / "nothing").exists()
    assert run("doctor", "--home", tmp_path / "nothing").code == 4


def test_a_home_that_is_a_file_is_refused(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("mine")
    verbs = ("query 膜", "match a", "explain a b", "show a", "index", "import x", "lists --all",
             "serve", "doctor", "demo", "snapshot show", "snapshot list", "snapshot verify",
             "snapshot rollback")  # fmt: skip
    for verb in verbs:
        for place in (path, path / "below"):
            outcome = run(*verb.split(), "--home", place)
            assert outcome.code == 2, verb
            assert f"{path} 是文件" in outcome.err
            assert f"{path} is a file" in outcome.err
    assert (
        check(run("query", "膜", "--home", path, "--json").document(), "error")["error"]["code"]
        == "home_refused"
    )
    assert path.read_text() == "mine"


def test_a_setting_that_cannot_be_used_is_named(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("MATCHER_PORT", "many"), ("MATCHER_LANGUAGE", "fr")):
        with monkeypatch.context() as changed:
            changed.setenv(name, value)
            outcome = run("query", "膜", "--home", home)
        assert outcome.code == 2
        assert f"错误：{name}" in outcome.err
        assert f"Error: {name}" in outcome.err


def test_a_disk_that_takes_no_more_is_said(home: Path, tmp_path: Path) -> None:
    limit = 60_000

    def small_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    sample = shipped("data", "sample", "demo.jsonl")
    for arguments in (
        ["import", sample, "--home", tmp_path / "home"],
        ["lists", "--sector", "materials", "--home", home, "--out", tmp_path / "out"],
    ):
        full = a_process(*arguments, stdout=subprocess.PIPE, preexec_fn=small_files)
        assert full.returncode in {2, 4}
        assert "处理办法" in full.stderr.decode()
        assert b"Traceback" not in full.stderr
    with Path("/dev/full").open("wb") as no_space:
        full = a_process("query", QUESTION, "--home", home, stdout=no_space)
    assert full.returncode == 4
    assert "系统拒绝了操作" in full.stderr.decode()
    assert b"To mend it" in full.stderr
    assert b"Traceback" not in full.stderr
    assert b"Exception" not in full.stderr


def test_a_reader_that_has_seen_enough_ends_it_quietly(home: Path) -> None:
    for json_too in ([], ["--json"]):
        reading, writing = os.pipe()
        os.close(reading)
        done = a_process("query", QUESTION, "--home", home, *json_too, stdout=writing)
        os.close(writing)
        assert (done.returncode, done.stderr) == (141, b"")


def test_an_interruption_is_one_line(run: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from matcher.service import Matcher

    monkeypatch.setattr(Matcher, "match", lambda *_: os.kill(os.getpid(), signal.SIGINT))
    # A shell starts what runs in the background with interrupts ignored; a terminal does not.
    former = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        outcome = run("query", QUESTION, "--home", home)
    finally:
        signal.signal(signal.SIGINT, former)
    assert (outcome.code, outcome.err) == (130, "已中断。/ Interrupted.\n")


def test_a_taken_port_is_named(run: Run, home: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        outcome = run("serve", "--home", home, "--port", port)
    assert outcome.code == 4
    assert str(port) in outcome.err


def test_a_refused_first_import_leaves_no_home_behind(run: Run, tmp_path: Path) -> None:
    outcome = run("import", tmp_path / "absent.csv", "--home", tmp_path / "new")
    assert outcome.code == 2
    assert not (tmp_path / "new").exists()
