"""The HTTP API: the same answers as the service gives, over a real server; a contract that says
all of it; and how a server lives with its home."""

from __future__ import annotations

import asyncio
import http.client
import json
import re
import shutil
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import schemathesis
from api_factory import Server, a_client, a_server, checked
from fastapi import FastAPI
from hypothesis import HealthCheck, settings
from registry_factory import ARegistry, a_matcher, a_profile, an_organisation
from schemathesis.specs.openapi.checks import (
    negative_data_rejection,
    positive_data_acceptance,
)
from starlette.testclient import TestClient

from api.app import create_app
from api.problems import TITLES
from api.schemas import AnswerOut, ListOut
from api.service import Busy, Desk, Service
from matcher.lists.batch import make_lists
from matcher.lists.export.json import list_document
from matcher.matching.document import answer_document
from matcher.matching.pipeline import Reasons
from matcher.service import Matcher, Wish, open_matcher
from matcher.settings import REPOSITORY, Settings
from matcher.workflow.keys import KeyStore

UVICORNS = ("WARNING:  Invalid HTTP request received.",)
"""What the server program says itself, between our lines."""
SECRET_QUESTION = "钙钛矿封装 unheard-of-word-7f3a"


@pytest.fixture(scope="module")
def home(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the demo's home, because keys are written into it."""
    folder = tmp_path_factory.mktemp("api") / "home"
    shutil.copytree(demo_home, folder)
    return folder


@pytest.fixture(scope="module")
def client(home: Path) -> Iterator[TestClient]:
    with a_client(home) as made:
        yield made


@pytest.fixture(scope="module")
def server(home: Path) -> Iterator[Server]:
    with a_server(home) as made:
        yield made


@pytest.fixture(scope="module")
def matcher(demo_home: Path) -> Matcher:
    return open_matcher(demo_home)


def plain(document: Any) -> Any:
    """A document as it is after being sent."""
    return json.loads(json.dumps(document))


def test_a_real_server_gives_the_answers_of_the_service(server: Server, matcher: Matcher) -> None:
    asker = matcher.snapshot.organisations[matcher.snapshot.find_organisation("bj-yanlan")]["id"]
    with server.client() as http:
        for body, wish, reasons in (
            ({"text": "钙钛矿封装", "regions": ["europe"], "k": 3},
             Wish(text="钙钛矿封装", regions=["europe"], k=3), "all"),
            ({"text": "carbon dioxide membranes", "sector": "节能环保", "for": asker, "k": 5,
              "as_of": "2026-10-01", "reasons": "top"},
             Wish(text="carbon dioxide membranes", sector="environment", asker=asker, k=5,
                  as_of=datetime(2026, 10, 1).date()), "top"),  # noqa: DTZ001
            ({"organisation": asker, "countries": ["日本", "DE"], "reasons": "none"},
             Wish(organisation=asker, countries=["JP", "德国"]), "none"),
        ):  # fmt: skip
            response = http.post("/v1/matches", json={"reasons": "all", **body})
            assert response.status_code == 200, response.text
            ours = answer_document(matcher.match(wish, Reasons(reasons)))
            assert response.json() == plain(ours)
            assert ours["pairings"]
        answer = http.get(f"/v1/organisations/{asker}/matches", params={"k": 4}).json()
        ours = answer_document(matcher.match(Wish(organisation=asker, k=4)))
        assert answer == plain(ours)
        listed = http.get("/v1/lists/新材料", params={"k": 2, "as_of": "2026-10-01"}).json()
        day = datetime(2026, 10, 1).date()  # noqa: DTZ001
        assert listed == plain(list_document(make_lists(matcher, ["materials"], 2, day)[0]))


def test_the_contract_describes_every_field(client: TestClient) -> None:
    asked = {"text": "membranes for carbon dioxide capture", "for": "bj-muchuan", "k": 100}
    answer = client.post("/v1/matches", json=asked).json()
    assert answer["known_partners"]
    said = AnswerOut.model_validate(answer).model_dump(by_alias=True, exclude_unset=True)
    assert said == answer
    schema = json.loads((REPOSITORY / "docs" / "schema" / "answer.json").read_text("utf-8"))
    jsonschema.validate(answer, schema)
    for sector in ("materials", "environment"):
        listed = client.get(f"/v1/lists/{sector}").json()
        assert ListOut.model_validate(listed).model_dump(exclude_unset=True) == listed


def test_the_published_schemas_are_the_contracts() -> None:
    """Made anew by: AnswerOut or ListOut.model_json_schema(), with $schema and title."""
    for name, contract in (("answer", AnswerOut), ("list", ListOut)):
        text = (REPOSITORY / "docs" / "schema" / f"{name}.json").read_text("utf-8")
        published, ours = json.loads(text), contract.model_json_schema()
        for document in (published, ours):
            document.pop("title")
        published.pop("$schema")
        assert published == ours, name


def test_a_home_without_a_snapshot_says_so_until_it_has_one(home: Path, tmp_path: Path) -> None:
    with a_client(tmp_path) as early:
        assert early.get("/v1/health/live").json() == {"status": "live"}
        for response in (early.get("/v1/health/ready"),
                         early.post("/v1/matches", json={"text": "膜"})):  # fmt: skip
            problem = checked(response, 503)
            assert problem["code"] == "not_ready"
            assert str(tmp_path) not in response.text  # the operator's folders are nobody's here
            assert int(response.headers["retry-after"]) >= 1
        shutil.copytree(home / "snapshots", tmp_path / "snapshots")
        ready = early.get("/v1/health/ready")
        assert ready.status_code == 200
        assert (
            early.post("/v1/matches", json={"text": "膜"}).json()["snapshot"]
            == (ready.json()["snapshot"])
        )


def test_a_newly_published_snapshot_serves_and_a_broken_one_does_not(
    home: Path, tmp_path: Path
) -> None:
    shutil.copytree(home / "snapshots", tmp_path / "snapshots")
    with a_client(tmp_path) as served:
        first = served.get("/v1/health/ready").json()["snapshot"]
        partner = an_organisation("newcomer")
        registry = ARegistry([partner], [a_profile(partner, "membranes")])
        second = a_matcher(tmp_path, registry).snapshot.id
        answer = served.post("/v1/matches", json={"text": "membranes"}).json()
        assert answer["snapshot"] == second != first
        assert [p["organisation"]["id"] for p in answer["pairings"]] == [partner.id]
        (tmp_path / "snapshots" / first / "manifest.json").write_text("{}")
        (tmp_path / "snapshots" / "CURRENT").write_text(first)
        assert served.get("/v1/health/ready").json()["snapshot"] == second


def test_a_failure_of_ours_tells_the_reader_nothing(
    home: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    app: FastAPI = create_app(Settings(home=home))

    async def broken() -> None:
        raise RuntimeError(SECRET_QUESTION)

    app.add_api_route("/broken", broken)
    with TestClient(app) as served:
        problem = checked(served.get("/broken"), 500)
    said = capfd.readouterr().err
    assert problem["code"] == "internal"
    assert "RuntimeError" in said
    assert "test_api.py" in said
    assert SECRET_QUESTION not in said + json.dumps(problem, ensure_ascii=False)


def test_a_full_desk_turns_away_and_goes_on() -> None:
    async def scene() -> None:
        desk, may_go_on = Desk("test", 2), threading.Event()

        def slow() -> bytes:
            may_go_on.wait(10)
            return b"done"

        waiting = [asyncio.create_task(desk.run(slow)) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(Busy):
            await desk.run(slow)
        may_go_on.set()
        assert await asyncio.gather(*waiting) == [b"done", b"done"]
        assert await desk.run(slow) == b"done"
        desk.close()

    asyncio.run(scene())


def test_ready_waits_for_no_question(home: Path) -> None:
    app = create_app(Settings(home=home))
    may_go_on = threading.Event()

    async def scene() -> None:
        async with app.router.lifespan_context(app):
            service: Service = app.state.service
            first = await service.ready()

            def slow() -> bytes:
                may_go_on.wait(10)
                return b"done"

            desk = service._questions
            waiting = [asyncio.create_task(desk.run(slow)) for _ in range(64)]
            await asyncio.sleep(0)
            with pytest.raises(Busy):
                await service.matches(Wish(text="膜"), Reasons.NONE)
            began = time.monotonic()
            assert await asyncio.wait_for(service.ready(), 5) == first
            with service._opening:  # another snapshot is being opened
                assert await asyncio.wait_for(service.ready(), 5) == first
            assert time.monotonic() - began < 1
            assert not any(task.done() for task in waiting)
            may_go_on.set()
            assert set(await asyncio.gather(*waiting)) == {b"done"}

    try:
        asyncio.run(scene())
    finally:
        may_go_on.set()


def test_health_answers_head_without_a_body(server: Server, tmp_path: Path) -> None:
    with server.client() as asking:
        for address in ("/v1/health/live", "/v1/health/ready"):
            response = asking.head(address)
            assert response.status_code == 200
            assert response.content == b""
    with a_client(tmp_path) as early:
        assert early.head("/v1/health/ready").status_code == 503


def test_an_address_beyond_the_parser_gets_a_bare_400(server: Server) -> None:
    """As the guide says."""
    for length, status in ((60_000, 200), (70_000, 400)):
        connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=10)
        connection.request("GET", "/v1/health/live?x=" + "x" * length)
        response = connection.getresponse()
        assert response.status == status
        connection.close()
    assert response.headers.get_content_type() == "text/plain"


def test_the_log_holds_neither_questions_nor_secrets(server: Server) -> None:
    with server.client() as http:
        assert http.post("/v1/matches", json={"text": SECRET_QUESTION}).status_code == 200
        http.post("/v1/matches", json={"text": SECRET_QUESTION, "k": 0})
        http.get(f"/v1/organisations/{SECRET_QUESTION}/matches")
        http.get(f"/v1/{SECRET_QUESTION}")
        key = KeyStore(server.home).check(server.secret)
    time.sleep(0.2)
    text = server.log.read_text("utf-8")
    ours = [line for line in text.splitlines() if line not in UVICORNS]
    lines = [json.loads(line) for line in ours]
    mine = [line for line in lines if line["event"] == "request" and line["key"] == key.id]
    assert {"method", "route", "status", "ms", "tenant"} <= mine[0].keys()
    assert {line["route"] for line in mine} >= {"/v1/matches", "/v1/organisations/{id}/matches"}
    assert "unheard-of-word" not in text
    assert server.secret.split("_", 2)[2] not in text


def test_the_reference_page_asks_no_other_host(client: TestClient) -> None:
    page = client.get("/v1/docs")
    assert page.status_code == 200
    assert "default-src 'none'" in page.headers["content-security-policy"]
    links = re.findall(r'(?:src|href|action)="([^"]*)"', page.text)
    assert links
    assert all(link.startswith(("/v1/", "#")) for link in links)
    assert "<script" not in page.text
    for code in TITLES:
        assert f'id="{code}"' in page.text
    for path in client.get("/v1/openapi.json").json()["paths"]:
        assert path in page.text


def test_the_guide_names_every_address_and_problem(client: TestClient) -> None:
    guide = (REPOSITORY / "docs" / "api.md").read_text("utf-8")
    document = client.get("/v1/openapi.json").json()
    for path in document["paths"]:
        assert path in guide
    for code in TITLES:
        assert f"`{code}`" in guide
    for field in document["components"]["schemas"]["MatchRequest"]["properties"]:
        assert f"`{field}`" in guide


@pytest.fixture(scope="module")
def tally() -> Iterator[Counter[int]]:
    """Statuses of the requests made up below; at the end, that they reached every kind."""
    seen: Counter[int] = Counter()
    yield seen
    assert sum(seen.values()) > 300
    # Few made-up names of sectors, capabilities, natures and places are names of anything.
    assert seen[200] > 5
    assert not any(status >= 500 for status in seen)


CONTRACT = schemathesis.openapi.from_dict(create_app(Settings(home=Path("nowhere"))).openapi())


@CONTRACT.parametrize()
@settings(max_examples=60, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_request_whatever_gets_an_undocumented_answer(
    case: Any, server: Server, tally: Counter[int]
) -> None:
    """Names are open lists, so that a request that fits the contract may still name nobody; all
    other checks apply: no server error, documented status, documented body, faults refused."""
    fits = case.meta.generation.mode.is_positive
    if fits and isinstance(case.body, dict) and len(str(case.body.get("text", ""))) % 2:
        for field in ("sector", "side", "for", "countries", "regions", "profile", "organisation"):
            case.body.pop(field, None)  # so that half of the questions get as far as an answer
    response = case.call(base_url=server.url, headers={"Authorization": f"Bearer {server.secret}"})
    tally[response.status_code] += 1
    excluded = [positive_data_acceptance]
    if response.status_code == 413:  # schemathesis does not count "too large" as a refusal
        excluded.append(negative_data_rejection)
    case.validate_response(response, excluded_checks=excluded)
