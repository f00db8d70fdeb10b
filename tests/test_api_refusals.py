"""What the HTTP API refuses, each with its documented problem in both languages."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from api_factory import a_client, checked
from starlette.testclient import TestClient

from api.app import MOST_BYTES, STATUS
from api.problems import TITLES
from matcher.errors import MatcherError
from matcher.workflow.keys import KeyStore

OPEN = ("/v1/health/live", "/v1/health/ready", "/v1/docs")


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


def test_nothing_but_health_and_the_page_is_open(client: TestClient, home: Path) -> None:
    stranger = TestClient(client.app)
    document = client.get("/v1/openapi.json").json()
    assert set(OPEN) >= {p for p in document["paths"] if "health" in p}
    checked_some = False
    for path, item in document["paths"].items():
        for method, operation in item.items():
            address = path.replace("{id}", "bj-yanlan").replace("{sector}", "materials")
            if path in OPEN:
                assert stranger.request(method, address).status_code == 200
                continue
            assert operation["security"] == [{"bearer": []}, {"header": []}]
            problem = checked(stranger.request(method, address, content=b"{"), 401)
            assert problem["code"] == "unauthorised"
            checked_some = True
    assert checked_some
    assert stranger.get("/v1/docs").status_code == 200
    checked(stranger.get("/v1/openapi.json"), 401)


def test_keys_that_do_not_open(client: TestClient, home: Path) -> None:
    store = KeyStore(home)
    good = store.create("centre", "good")
    revoked, expired = (
        store.create("centre", "revoked"),
        store.create("centre", "late", datetime(2020, 1, 1, tzinfo=UTC)),
    )
    store.revoke("revoked")
    stranger = TestClient(client.app)
    body = {"text": "膜", "k": 1}
    for headers in (
        {},
        {"Authorization": "Bearer mk_00000000_wrong"},
        {"Authorization": f"Bearer {good}x"},
        {"Authorization": f"Basic {good}"},
        {"Authorization": good},
        {"Authorization": f"Bearer {revoked}"},
        {"X-API-Key": expired},
        {"X-API-Key": ""},
    ):
        response = stranger.post("/v1/matches", json=body, headers=headers)
        assert checked(response, 401)["code"] == "unauthorised"
        assert response.headers["www-authenticate"].startswith("Bearer")
        for secret in (good, revoked, expired):
            assert secret not in response.text
    # Neither an address nor a body can carry a key or name a tenant.
    assert stranger.post(f"/v1/matches?key={good}", json=body).status_code == 401
    tenant = {**body, "tenant": "portal"}
    assert client.post("/v1/matches", json=tenant).status_code == 422
    for headers in ({"X-API-Key": good}, {"Authorization": f"bearer {good}"}):
        assert stranger.post("/v1/matches", json=body, headers=headers).status_code == 200


JSON = {"Content-Type": "application/json"}


BAD_BODIES: tuple[tuple[str, dict[str, Any], int, str, str], ...] = (
    ("not JSON", {"content": b"{", "headers": JSON}, 400, "malformed", ""),
    ("not UTF-8", {"content": b'{"text": "\xff"}', "headers": JSON}, 400, "malformed", ""),
    ("too deep", {"content": b"[" * 50_000, "headers": JSON}, 400, "malformed", ""),
    ("too long a number", {"content": b'{"k": ' + b"9" * 5000 + b"}", "headers": JSON},
     400, "malformed", ""),
    ("half a character", {"content": b'{"text": "\\ud800"}', "headers": JSON}, 422, "invalid",
     "#/text"),
    ("an array", {"json": []}, 422, "invalid", "#"),
    ("nothing", {"headers": JSON}, 422, "invalid", "#"),
    ("unknown field", {"json": {"text": "膜", "txet": "x"}}, 422, "invalid", "#/txet"),
    ("null", {"json": {"text": None}}, 422, "invalid", "#/text"),
    ("text too long", {"json": {"text": "膜" * 20_001}}, 422, "invalid", "#/text"),
    ("sector too long", {"json": {"text": "膜", "sector": "x" * 301}}, 422, "invalid", "#/sector"),
    ("side too long", {"json": {"text": "膜", "side": "x" * 301}}, 422, "invalid", "#/side"),
    ("asker too long", {"json": {"text": "膜", "for": "x" * 301}}, 422, "invalid", "#/for"),
    ("profile too long", {"json": {"profile": "x" * 301}}, 422, "invalid", "#/profile"),
    ("organisation too long", {"json": {"organisation": "x" * 301}}, 422, "invalid",
     "#/organisation"),
    ("country too long", {"json": {"text": "膜", "countries": ["x" * 101]}}, 422, "invalid",
     "#/countries/0"),
    ("too many regions", {"json": {"text": "膜", "regions": ["asia"] * 51}}, 422, "invalid",
     "#/regions"),
    ("k too large", {"json": {"text": "膜", "k": 101}}, 422, "invalid", "#/k"),
    ("k zero", {"json": {"text": "膜", "k": 0}}, 422, "invalid", "#/k"),
    ("k a text", {"json": {"text": "膜", "k": "5"}}, 422, "invalid", "#/k"),
    ("country no text", {"json": {"text": "膜", "countries": ["DE", 5]}}, 422, "invalid",
     "#/countries/1"),
    ("a moment", {"json": {"text": "膜", "as_of": "2026-01-01T00:00:00"}}, 422, "invalid",
     "#/as_of"),
    ("seconds", {"json": {"text": "膜", "as_of": 0}}, 422, "invalid", "#/as_of"),
    ("reasons", {"json": {"text": "膜", "reasons": "some"}}, 422, "invalid", "#/reasons"),
    ("nobody asks", {"json": {}}, 422, "bad_input", ""),
    ("two ask", {"json": {"text": "膜", "organisation": "bj-yanlan"}}, 422, "bad_input", ""),
    ("no word", {"json": {"text": "！？"}}, 422, "empty_question", ""),
    ("sector", {"json": {"text": "膜", "sector": "魔法"}}, 422, "unknown_term", ""),
    ("country", {"json": {"text": "膜", "countries": ["Atlantis"]}}, 422, "unknown_term", ""),
    ("region", {"json": {"text": "膜", "regions": ["Atlantis"]}}, 422, "unknown_term", ""),
    ("side", {"json": {"text": "膜", "side": "none"}}, 422, "bad_input", ""),
    ("asker", {"json": {"text": "膜", "for": "没有这家"}}, 422, "unknown_organisation", ""),
    ("organisation", {"json": {"organisation": "没有这家"}}, 422, "unknown_organisation", ""),
    ("profile", {"json": {"profile": "p0"}}, 422, "bad_input", ""),
    ("no media type", {"content": b"{}"}, 415, "unsupported_media_type", ""),
    ("a form", {"data": {"text": "x"}}, 415, "unsupported_media_type", ""),
    ("too large", {"content": b" " * (MOST_BYTES + 1), "headers": JSON}, 413, "too_large", ""),
)  # fmt: skip


@pytest.mark.parametrize(
    ("sent", "status", "code", "pointer"),
    [bad[1:] for bad in BAD_BODIES],
    ids=[bad[0] for bad in BAD_BODIES],
)
def test_bad_questions(
    client: TestClient, sent: dict[str, Any], status: int, code: str, pointer: str
) -> None:
    problem = checked(client.post("/v1/matches", **sent), status)
    assert problem["code"] == code
    assert [fault["pointer"] for fault in problem.get("errors", [])] == ([pointer] * bool(pointer))


@pytest.mark.parametrize(
    ("field", "value", "zh"),
    [
        ("text", "", "不能为空。"),
        ("text", "膜" * 20_001, "最多 20000 个字符。"),
        ("strike", ["膜"] * 51, "最多 50 项。"),
        ("k", 0, "至少为 1。"),
        ("k", 101, "至多为 100。"),
        ("literal", "yes", "须为 true 或 false。"),
        ("as_of", "2026-02-30", "没有这一天。"),
    ],
)
def test_faults_of_fields_are_said_in_chinese(
    client: TestClient, field: str, value: object, zh: str
) -> None:
    problem = checked(client.post("/v1/matches", json={"text": "膜", field: value}), 422)
    assert [fault["what"]["zh"] for fault in problem["errors"]] == [zh]


def test_a_body_that_hides_its_length_is_cut_off(client: TestClient) -> None:
    stream = (b" " * 8192 for _ in range(MOST_BYTES // 8192 + 1))
    checked(client.post("/v1/matches", content=stream, headers=JSON), 413)
    padding = b" " * (MOST_BYTES - 14)
    fits = client.post("/v1/matches", content=b'{"text":"abc"}' + padding, headers=JSON)
    assert fits.status_code == 200


@pytest.mark.parametrize(
    ("method", "address", "status", "code", "place"),
    [
        ("GET", "/v1/organisations/没有这家/matches", 404, "unknown_organisation", None),
        ("GET", "/v1/organisations/de-glasholm/matches?sector=x", 422, "unknown_term", None),
        ("GET", "/v1/organisations/bj-yanlan/matches?k=0", 422, "invalid", "k"),
        ("GET", "/v1/organisations/bj-yanlan/matches?x=1", 422, "invalid", "x"),
        ("GET", f"/v1/organisations/{'x' * 301}/matches", 422, "invalid", "id"),
        (
            "GET",
            "/v1/organisations/bj-yanlan/matches?countries=DE" + "&countries=DE" * 50,
            422,
            "invalid",
            "countries",
        ),
        (
            "GET",
            f"/v1/organisations/bj-yanlan/matches?regions={'x' * 101}",
            422,
            "invalid",
            "regions",
        ),
        ("GET", f"/v1/lists/{'x' * 301}", 422, "invalid", "sector"),
        ("GET", "/v1/lists/magic", 404, "unknown_term", None),
        ("GET", "/v1/lists/other", 404, "unknown_term", None),
        ("GET", "/v1/lists/materials?format=xlsx", 422, "invalid", "format"),
        ("GET", "/v1/lists/materials?as_of=20260101", 422, "invalid", "as_of"),
        ("GET", "/v1/lists/materials?k=1&k=2", 422, "invalid", "k"),
        (
            "GET",
            "/v1/organisations/bj-yanlan/matches?sector=ai&sector=ic",
            422,
            "invalid",
            "sector",
        ),
        ("GET", "/v1/nowhere", 404, "not_found", None),
        ("GET", "/v1/matches/", 404, "not_found", None),
        ("DELETE", "/v1/matches", 405, "method_not_allowed", None),
        ("POST", "/v1/health/live", 405, "method_not_allowed", None),
    ],
)
def test_bad_addresses(
    client: TestClient, method: str, address: str, status: int, code: str, place: str | None
) -> None:
    response = client.request(method, address)
    problem = checked(response, status)
    assert problem["code"] == code
    assert [fault["parameter"] for fault in problem.get("errors", [])] == ([place] if place else [])
    if status == 405:
        assert response.headers["allow"] in {"GET, HEAD", "POST"}


def test_an_unknown_place_is_found_in_the_request_and_cured_from_here(client: TestClient) -> None:
    page = client.get("/v1/docs").text
    assert 'id="names"' in page
    for field, text, cure in (
        ("countries", "q" * 40, "/v1/docs#names"),
        ("countries", "Germny", "Germany (DE)"),
        ("regions", "Atlantis-xyzzy", "(europe)"),
        ("natures", "Atlantis-xyzzy", "(university)"),
    ):
        body = {"text": "膜", field: [text]}
        problem = checked(client.post("/v1/matches", json=body), 422)
        assert problem["where"] == field
        assert cure in problem["cure"]["en"]
        assert "data/" not in str(problem)
    for named in ("<code>europe</code>", "<code>DE</code> 德国 Germany", "<code>materials</code>"):
        assert named in page


def test_the_language_asked_for_comes_first(client: TestClient) -> None:
    for accepted, language in (
        ("zh-CN,zh;q=0.9,en;q=0.5", "zh"), ("en-GB,zh;q=0.5", "en"), ("", "en"), ("fr", "en"),
        ("zh;q=0", "en"), ("zh;q=x", "en"), ("ZH", "zh"),
    ):  # fmt: skip
        headers = {"Accept-Language": accepted}
        response = client.post("/v1/matches", json={"text": "?"}, headers=headers)
        problem = checked(response, 422)
        assert response.headers["content-language"] == language
        assert problem["title"] == problem["titles"][language]
        assert problem["what"][language][1:] in problem["detail"]


def test_every_domain_error_has_a_status_and_a_title() -> None:
    def below(kind: type[MatcherError]) -> Iterator[type[MatcherError]]:
        yield kind
        for one in kind.__subclasses__():
            yield from below(one)

    for kind in below(MatcherError):
        assert any(issubclass(kind, listed) for listed, _ in STATUS)
        assert any(vars(parent).get("code") in TITLES for parent in kind.__mro__)
