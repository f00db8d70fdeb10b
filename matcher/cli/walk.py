"""The demo's walk: import, index, the figures, two questions, a keyword search beside one of them,
ten lists, and the API asked the same. Everything in it is fictional and says so."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import typer

from matcher.catalogue.intake import import_files
from matcher.catalogue.store import Catalogue
from matcher.catalogue.tagging import refresh_tags
from matcher.errors import Bilingual, HomeRefused, NotReady
from matcher.evaluation.keywords import keyword_ranking
from matcher.insight.published import CAUTION, Comparison, compare
from matcher.lists.batch import FORMATS, write_lists
from matcher.matching.document import answer_document
from matcher.matching.pairing import Answer
from matcher.organisation import Side
from matcher.service import Matcher, Wish
from matcher.settings import shipped
from matcher.snapshot.build import build
from matcher.snapshot.columns import SIDES
from matcher.text.encoder import default_encoder
from matcher.vocabulary import load_vocabulary
from matcher.workflow.keys import KeyStore

from .output import Speaker, show_answer

SAMPLE = shipped("data", "sample", "registry.jsonl")
SAMPLE_SOURCE = "sample"
QUESTIONS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("zh", "我们要找做钙钛矿封装的欧洲伙伴", ("europe",)),
    ("en", "Who can supply membranes for carbon dioxide capture?", ()),
)
START_SECONDS = 20


def walk(home: Path, language: str) -> None:
    """Run the whole demo in `home`; HomeRefused if it holds anything but the sample."""
    begun = time.monotonic()
    vocabulary, static = load_vocabulary(), default_encoder()
    say = Speaker(language, vocabulary)
    refuse_real_data(home)
    say(
        "== 1. 导入虚构的样例登记册并建索引 ==",
        "== 1. Import the fictional sample registry, index ==",
    )
    catalogue = Catalogue.open(home, create=True)
    try:
        report = import_files(catalogue, [SAMPLE])
        refresh_tags(catalogue, static, vocabulary)
        built = build(home, catalogue, static, static, vocabulary)
        counts = catalogue.counts()
        figures = compare(catalogue.organisations(), catalogue.cooperations(), vocabulary)
    finally:
        catalogue.close()
    say(
        f"读取 {report.read} 行，拒绝 {report.rejected} 行；快照 {built.snapshot}。",
        f"{report.read} rows read, {report.rejected} rejected; snapshot {built.snapshot}.",
    )
    show_size(counts, figures, say)
    matcher = Matcher.open(home)
    say("== 2. 用中文和英文各问一句 ==", "== 2. One question in Chinese, one in English ==")
    answers = []
    for tongue, text, regions in QUESTIONS:
        typer.echo(f"\n> {text}")
        answer = matcher.match(Wish(text=text, regions=regions, k=3))
        show_answer(answer, tongue, vocabulary)
        answers.append(answer)
    show_keyword_search(matcher, QUESTIONS[0][1], answers[0], say)
    say("\n== 3. 十个产业领域的名单 ==", "\n== 3. A list for each of the ten sectors ==")
    sectors = matcher.snapshot.manifest.sectors[:-1]
    paths = write_ten_lists(home, sectors)
    typer.echo(f"   {home / 'lists' / 'materials.html'}")
    say(
        f"   同一文件夹另有 {len(paths) - 1} 个文件（xlsx、csv、html、json）。",
        f"   and {len(paths) - 1} files beside it (xlsx, csv, html, json).",
    )
    say("\n== 4. 用 HTTP 接口问同一个问题 ==", "\n== 4. The HTTP API asked the same question ==")
    for (_, text, regions), answer in zip(QUESTIONS, answers, strict=True):
        served = ask_api(home, text, regions)
        agree(answer_document(answer), served)
    say("编号、得分与理由完全一致。", "Ids, scores and reasons agree.")
    took = time.monotonic() - begun
    say(
        f"\n用时 {took:.1f} 秒。以上机构全部为虚构。接下来可以试：",
        f"\nTook {took:.1f} s. All organisations above are fictional. What to type next:",
    )
    first = answers[0].pairings[0].id
    for line in (
        f'matcher query "固态电池电解质" --home {home}',
        f"matcher figures --home {home}",
        f"matcher show {first} --home {home}",
        f"matcher snapshot show --home {home}",
        f"matcher serve --home {home}",
        "matcher import FILE... --home ./var && matcher index --home ./var",
    ):
        typer.echo(f"   {line}")


def show_size(counts: dict[str, int], figures: Comparison, say: Speaker) -> None:
    """How large the registry is, and what its agreement with the published figures is worth."""
    say(
        f"北京机构 {counts['beijing']} 家，境外合作方 {counts['foreign']} 家，"
        f"资料 {counts['profiles']} 项，合作 {counts['cooperations']} 次。",
        f"{counts['beijing']} Beijing bodies, {counts['foreign']} partners abroad, "
        f"{counts['profiles']} profiles, {counts['cooperations']} cooperations.",
    )
    agreeing = sum(finding.agrees for finding in figures.findings)
    say(
        f"论文的 {len(figures.findings)} 项数字中 {agreeing} 项相符（逐项见 matcher figures）。",
        f"{agreeing} of the paper's {len(figures.findings)} figures agree "
        "(matcher figures shows each).",
    )
    typer.echo(CAUTION.in_language(say.language))


def write_ten_lists(home: Path, sectors: Sequence[str]) -> list[Path]:
    """A file a sector and format in `home/lists`; as many sectors at a time as there are cores."""
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as pool:
        made = pool.map(partial(write_list, home), sectors)
        return [path for paths in made for path in paths]


def write_list(home: Path, sector: str) -> list[Path]:
    """One sector's list in every format, by a process of its own."""
    return write_lists(Matcher.open(home), [sector], home / "lists", list(FORMATS), 5)


def refuse_real_data(home: Path) -> None:
    """The demo never mixes with what somebody imported."""
    if not (home / "catalogue.sqlite").exists():
        return
    catalogue = Catalogue.open(home)
    try:
        foreign = {s.source for o in catalogue.organisations() for s in o.sources}
    finally:
        catalogue.close()
    if foreign - {SAMPLE_SOURCE}:
        raise HomeRefused(
            Bilingual(
                "这个文件夹里有导入的数据，示例不会动它。",
                "this home holds imported data; the demo does not touch it.",
            ),
            Bilingual("换一个文件夹，如 --home var/demo2。", "use another, e.g. --home var/demo2."),
            where=str(home),
        )


def show_keyword_search(matcher: Matcher, question: str, answer: Answer, say: Speaker) -> None:
    """What a search for the question's characters would have given, beside the answer."""
    snapshot = matcher.snapshot
    columns = snapshot.columns
    abroad = columns.organisation_side == SIDES.index(Side.FOREIGN)
    holders: dict[str, list[str]] = {}
    for text, profile in zip(columns.holding_text, columns.holding_profile, strict=True):
        row = int(columns.profile_organisation[profile])
        if abroad[row]:
            holders.setdefault(snapshot.organisations[row]["id"], []).append(
                snapshot.texts[int(text)]["body"]
            )
    ranked = keyword_ranking(question, holders)
    place = next((n for n, (who, _) in enumerate(ranked, 1) if who == answer.pairings[0].id), None)
    say(
        f"\n对照：按关键词搜“{question}”，上面的第一名",
        f'\nBeside it, a keyword search for "{question}" puts the first of these',
    )
    first = snapshot.organisations[snapshot.find_organisation(ranked[0][0])] if ranked else None
    if first:
        title = first["names"]["zh"] or first["name"]
        say(f"   （关键词搜索的第一名：{title}）", f"   (its own first place: {first['name']})")
    if place is None:
        say("   根本不会出现（没有一个共同的字）。", "   nowhere: not one character in common.")
    else:
        say(f"   排在第 {place} 位。", f"   at place {place}.")


def ask_api(home: Path, text: str, regions: tuple[str, ...]) -> dict[str, Any]:
    """Start the real server on a free port, ask it with a key of its own, stop it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    store = KeyStore(home)
    secret = store.create(tenant="centre", label="demo")
    command = [sys.executable, "-m", "matcher.cli.main", "serve", "--home", str(home), "--port",
               str(port)]  # fmt: skip
    # Asked the same, it must answer the same: no re-ranker, as in the walk.
    environment = {name: value for name, value in os.environ.items() if name != "MATCHER_RERANK"}
    with subprocess.Popen(  # noqa: S603 (our own interpreter and module)
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment
    ) as server:
        try:
            wait_until_ready(port, server)
            body = {"text": text, "regions": list(regions), "k": 3}
            request = urllib.request.Request(
                f"http://127.0.0.1:{port}/v1/matches",
                data=json.dumps(body).encode(),
                headers={"Authorization": f"Bearer {secret}", "Content-Type": "application/json"},
            )
            with urllib.request.urlopen(request, timeout=START_SECONDS) as reply:  # noqa: S310
                document: dict[str, Any] = json.load(reply)
            return document
        finally:
            server.terminate()
            store.revoke("demo")


def wait_until_ready(port: int, server: subprocess.Popen[bytes]) -> None:
    """Until the server answers; NotReady with what it said if it does not."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            url = f"http://127.0.0.1:{port}/v1/health/ready"
            with urllib.request.urlopen(url, timeout=1):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.05)
    server.kill()
    said = server.stderr.read().decode(errors="replace") if server.stderr else ""
    raise NotReady(
        Bilingual(f"接口没有启动：{said}", f"the API did not start: {said}"),
        Bilingual("运行 `matcher doctor`。", "run `matcher doctor`."),
        where=f"127.0.0.1:{port}",
    )


def agree(ours: dict[str, Any], served: dict[str, Any]) -> None:
    """AssertionError unless both doors gave the same organisations, scores and reasons."""

    def essence(document: dict[str, Any]) -> list[Any]:
        return [
            (p["organisation"]["id"], p["score"], [(r["feature"], r["contribution"],
             r["sentence"]) for r in p["reasons"]])
            for p in document["pairings"]
        ]  # fmt: skip

    if essence(ours) != essence(served):
        raise AssertionError("the API and the command line gave different answers")
