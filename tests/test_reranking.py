"""A re-ranker in the pipeline: what it reads, what it may change, who names it; off by default."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from api_factory import a_client
from cli_factory import Run, a_terminal, check
from registry_factory import ARegistry, a_matcher, a_profile, an_organisation
from small_models import a_cross_encoder
from small_world import QUESTION, TEXTS, TODAY, a_world, ask, essence

from matcher.errors import Bilingual
from matcher.lists.batch import make_lists
from matcher.lists.export.json import list_document
from matcher.lists.provenance import facts
from matcher.matching.document import answer_document
from matcher.matching.features import BLOCKS, RERANK
from matcher.matching.pairing import Pairing, Reason
from matcher.matching.pipeline import Reasons, find_texts
from matcher.matching.ranker import shipped_ranker
from matcher.matching.rereading import RERANKED, UsedReranker, used
from matcher.query import Query
from matcher.service import Matcher, Wish
from matcher.text.reranker import Scores


class SharedSigns:
    """Judges by the share of the question's signs, or of given ones, that stand in a text;
    remembers what it read."""

    name = "/somewhere/of/the/operator/shared-signs"
    fingerprint = "0123456789abcdef"

    def __init__(self, signs: str = "") -> None:
        self.signs = signs
        self.read: list[tuple[str, str]] = []

    def scores(self, question: str, texts: Sequence[str]) -> Scores:
        self.read += [(question, text) for text in texts]
        signs = set(self.signs or question.lower())
        return np.array([len(signs & set(t.lower())) / len(signs) for t in texts], np.float32)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Matcher:
    return a_matcher(tmp_path_factory.mktemp("world"), a_world())


def read_by(reranker: SharedSigns, matcher: Matcher) -> Matcher:
    return Matcher(replace(matcher.equipment, reranker=reranker))


def of_the_reranker(pairing: Pairing) -> Reason:
    (reason,) = (r for r in pairing.reasons if r.feature == "rerank")
    return reason


def test_without_one_nothing_tells_of_it(plain: Matcher) -> None:
    answer = ask(plain, k=60)
    assert answer.reranker is None
    assert answer.ranker == shipped_ranker(tuple(BLOCKS.items())).label
    document = answer_document(answer)
    assert document.pop("reranker") is None
    assert "rerank" not in str(document)
    again = Matcher(replace(read_by(SharedSigns(), plain).equipment, reranker=None))
    assert answer_document(ask(again, k=60)) == answer_document(answer)


def test_it_moves_whom_it_says_by_what_it_says(tmp_path: Path) -> None:
    partners = [an_organisation(f"partner-{n}") for n in range(8)]
    words = ("module", "plant", "xyz", "pilot", "jumbo", "tender", "quick", "lab")
    texts = [f"{TEXTS[0]}, {word}" for word in words]
    registry = ARegistry(partners, [a_profile(o, t) for o, t in zip(partners, texts, strict=True)])
    plain, reranker = a_matcher(tmp_path, registry), SharedSigns("jxz")
    question = "membranes of a quick pilot plant"
    before, after = ask(plain, question), ask(read_by(reranker, plain), question)
    assert {text for _, text in reranker.read} == set(texts)
    scored = dict(essence(before))
    for pairing in after:
        reason = of_the_reranker(pairing)
        (judged,) = SharedSigns("jxz").scores(question, [pairing.evidence[0].text])
        assert reason.value == pytest.approx(judged)
        assert (reason.contribution > 0) == (judged > 0)
        assert pairing.score == pytest.approx(scored[pairing.id] + reason.contribution)
    assert [who for who, _ in essence(after)] != [who for who, _ in essence(before)]
    assert [p.score for p in after] == sorted((p.score for p in after), reverse=True)


@pytest.mark.parametrize("reasons", [Reasons.ALL, Reasons.TOP])
def test_score_is_still_prior_plus_contributions(plain: Matcher, reasons: Reasons) -> None:
    for pairing in ask(read_by(SharedSigns(), plain), reasons=reasons, k=60):
        total = pairing.prior + sum(r.contribution for r in pairing.reasons)
        assert abs(total - pairing.score) <= 1e-9
        assert abs(pairing.prior + pairing.fit + pairing.track_record - pairing.score) <= 1e-9


def test_only_the_best_texts_are_read_and_nobody_falls_by_it(plain: Matcher) -> None:
    reranker = SharedSigns()
    after = ask(read_by(reranker, plain), k=60)
    hits = find_texts(Query(text=QUESTION), plain.equipment, TODAY)
    nearest = [plain.snapshot.texts[text]["body"] for text in hits.texts.tolist()]
    assert len(nearest) > RERANKED
    assert reranker.read == [(QUESTION, text) for text in nearest[:RERANKED]]
    before = dict(essence(ask(plain, k=60)))
    assert all(pairing.score >= before[pairing.id] - 1e-9 for pairing in after)
    unread = [p for p in after if of_the_reranker(p).value is None]
    assert 0 < len(unread) < len(after)
    for pairing in unread:
        assert of_the_reranker(pairing).contribution == 0
        assert of_the_reranker(pairing).sentence == RERANK.missing
        assert pairing.score == pytest.approx(before[pairing.id])
        assert pairing.evidence[0].text in nearest[RERANKED:]


def test_a_better_judgement_never_adds_less() -> None:
    (curve,) = shipped_ranker(((RERANK.name, RERANK.block),), "rerank.json").curves
    added = curve.contribution(np.linspace(0, 1, 101))
    assert added[0] == curve.missing == 0
    assert (np.diff(added) > 0).all()
    for value in (0.0, 0.37, 1.0):
        sentence = RERANK.sentence(value, None)  # type: ignore[arg-type]
        assert f"{value:.2f}" in sentence.zh
        assert f"{value:.2f}" in sentence.en


def test_fewer_is_the_beginning_of_more(plain: Matcher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("matcher.matching.rereading.RERANKED", 5)
    for depth in (256, 8):  # all in one tier; in several
        monkeypatch.setattr("matcher.matching.retrieve.FIRST_DEPTH", depth)
        reranker = SharedSigns()
        matcher = read_by(reranker, plain)
        whole = essence(ask(matcher, k=60))
        assert len(whole) == 60
        assert len(reranker.read) == 5
        for k in (1, 2, 5, 10, 11, 30, 59):
            assert essence(ask(matcher, k=k)) == whole[:k]


def test_each_text_is_read_with_what_it_answers(tmp_path: Path) -> None:
    body = an_organisation("body", country="CN")
    partners = [an_organisation(f"partner-{n}") for n in range(len(TEXTS))]
    registry = ARegistry(
        [body, *partners],
        [
            a_profile(body, "capture of carbon dioxide by membranes", key="1"),
            a_profile(body, "钙钛矿组件的封装", key="2"),
            *(a_profile(o, text) for o, text in zip(partners, TEXTS, strict=True)),
        ],
    )
    plain, reranker = a_matcher(tmp_path, registry), SharedSigns()
    matcher = read_by(reranker, plain)
    answer = matcher.match(Wish(organisation=body.id, k=20), today=TODAY)
    read = {text: asked for asked, text in reranker.read}
    assert len(read) == len(reranker.read) == len(TEXTS)
    assert read[TEXTS[0]] == "capture of carbon dioxide by membranes"
    assert read[TEXTS[3]] == "钙钛矿组件的封装"
    for pairing in answer:
        text = pairing.evidence[0].text
        (judged,) = SharedSigns().scores(read[text], [text])
        assert of_the_reranker(pairing).value == pytest.approx(judged)
    (other,) = (p for p in answer if p.evidence[0].text == TEXTS[3])
    explained = matcher.explain(body.id, other.id, today=TODAY).pairing
    assert explained is not None
    assert explained.score == other.score


def test_who_comes_nearest_without_a_must_is_read_too(plain: Matcher) -> None:
    reranker = SharedSigns()
    answer = ask(read_by(reranker, plain), "+qqqqqq membranes for carbon dioxide capture")
    assert answer.unmet == ("qqqqqq",)
    assert answer.nearest
    assert len(reranker.read) == RERANKED
    assert any(of_the_reranker(pairing).value for pairing in answer.nearest)


def test_answer_and_list_name_it_but_not_where_it_stands(plain: Matcher) -> None:
    matcher = read_by(SharedSigns(), plain)
    named = {"name": "shared-signs", "fingerprint": "0123456789abcdef"}
    answer = answer_document(ask(matcher))
    assert answer["reranker"] == named
    assert "operator" not in str(answer)
    assert answer["ranker"] != ask(plain).ranker
    (made,) = make_lists(matcher, ["environment"], 2, TODAY)
    assert list_document(made)["reranker"] == named
    told = Bilingual("重排模型", "Re-ranker")
    assert dict(facts([made]))[told].en == "shared-signs 0123456789abcdef"
    (bare,) = make_lists(plain, ["environment"], 2, TODAY)
    assert list_document(bare)["reranker"] is None
    assert told not in dict(facts([bare]))
    of_the_hub = SharedSigns()
    of_the_hub.name = "owner/model"
    assert used(of_the_hub) == UsedReranker("owner/model", "0123456789abcdef")


@pytest.fixture
def home(demo_home: Path, tmp_path: Path) -> Path:
    """A copy of the demo's home, because the API's keys are written into it."""
    return Path(shutil.copytree(demo_home, tmp_path / "home"))


@pytest.fixture
def type_in(monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Run:
    return a_terminal(monkeypatch, capfdbinary)


def test_one_that_is_not_there_is_refused_as_an_encoder_is(
    type_in: Run, demo_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = str(tmp_path / "no" / "model")
    verbs = ("query 膜", "match bj-muchuan", "explain bj-muchuan bj-muchuan",
             f"lists --sector ic --out {tmp_path / 'out'}", "serve")  # fmt: skip
    for verb in verbs:
        for option in ("--model", "--rerank"):
            refused = type_in(*verb.split(), option, nowhere, "--home", demo_home)
            assert refused.code == 2, (verb, option)
            assert nowhere in refused.err
            assert "没有这个文件夹" in refused.err
            assert "There is no such folder" in refused.err
    assert not (tmp_path / "out").exists()
    monkeypatch.setenv("MATCHER_RERANK", nowhere)
    assert type_in("query", "膜", "--home", demo_home).code == 2
    found = type_in("doctor", "--home", demo_home, "--json")
    assert found.code == 4
    states = {each["name"]: each for each in check(found.document(), "doctor")["checks"]}
    assert not states["re-ranker"]["ok"]
    assert "There is no such folder" in states["re-ranker"]["what"]


def test_a_request_cannot_name_one(home: Path) -> None:
    with a_client(home) as client:
        refused = client.post("/v1/matches", json={"text": "膜", "rerank": "owner/model"})
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["pointer"] == "#/rerank"
        assert client.post("/v1/matches", json={"text": "膜"}).json()["reranker"] is None


@pytest.mark.transformer
def test_a_real_one_answers_the_same_at_every_door(
    type_in: Run, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cross = a_cross_encoder(tmp_path / "cross")
    asked = ("query", "perovskite solar cell", "--home", home, "-k", "5")
    bare = type_in(*asked, "--json").document()
    told = check(type_in(*asked, "--json", "--rerank", cross).document(), "answer")
    assert bare["reranker"] is None
    assert told["reranker"]["name"] == "cross"
    values = [
        r["value"] for p in told["pairings"] for r in p["reasons"] if r["feature"] == "rerank"
    ]
    assert len(values) == 5
    assert all(value is None or 0 <= value <= 1 for value in values)
    assert any(values)
    assert [p["score"] for p in told["pairings"]] != [p["score"] for p in bare["pairings"]]
    assert "重排模型 cross" in type_in(*asked, "--rerank", cross, "--language", "zh").out

    monkeypatch.setenv("MATCHER_RERANK", str(cross))
    assert type_in(*asked, "--json").document() == told
    found = {c["name"]: c for c in type_in("doctor", "--home", home, "--json").document()["checks"]}
    assert told["reranker"]["fingerprint"] in found["re-ranker"]["what"]
    assert told["ranker"] in found["answers"]["what"]
    with a_client(home) as client:
        served = client.post("/v1/matches", json={"text": "perovskite solar cell", "k": 5}).json()
    assert served == told
    first = told["pairings"][0]["organisation"]["id"]
    why = type_in("explain", "bj-muchuan", first, "--home", home, "--json").document()
    assert check(why, "explain")["reranker"] == told["reranker"]
