"""What is asked and how it is answered: words, sectors, askers, mistakes."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
from registry_factory import ARegistry, a_matcher, a_profile, an_organisation
from small_world import TEXTS, TODAY, a_world, ask, essence

from matcher.errors import BadInput, EmptyQuestion, UnknownOrganisation, UnknownTerm
from matcher.matching.document import answer_document, answer_json
from matcher.organisation import ProfileKind, Publication
from matcher.service import Matcher, Wish


@pytest.fixture(scope="module")
def world() -> ARegistry:
    return a_world()


@pytest.fixture(scope="module")
def matcher(world: ARegistry, tmp_path_factory: pytest.TempPathFactory) -> Matcher:
    return a_matcher(tmp_path_factory.mktemp("world"), world)


def test_without_an_asker_the_second_direction_is_missing(tmp_path: Path) -> None:
    body = an_organisation("body", country="CN")
    wants = an_organisation("wants")
    registry = ARegistry(
        [body, wants],
        [
            a_profile(body, "二氧化碳捕集膜", kind=ProfileKind.OFFER),
            a_profile(
                wants, "We look for membranes that capture carbon dioxide",
                kind=ProfileKind.REQUEST, publication=Publication.ACCEPTING,
            ),
        ],
    )  # fmt: skip
    matcher = a_matcher(tmp_path, registry)

    def second(asker: str | None) -> float | None:
        pairing = ask(matcher, asker=asker).pairings[0]
        return next(r.value for r in pairing.reasons if r.feature == "second_direction")

    assert second(None) is None
    assert "second_direction" in ask(matcher).missing
    known = second("body Institute")
    assert known is not None
    assert known > 1.0


def test_a_text_too_long_to_be_read_for_rules_says_so(matcher: Matcher) -> None:
    long = "+graphene " + "membranes that capture carbon dioxide " * 12
    answer = matcher.match(Wish(text=long))
    assert "understanding" in answer.missing
    assert not answer.question.query.understood
    for short in (Wish(text=long[:300]), Wish(text=long, literal=True)):
        assert "understanding" not in matcher.match(short).missing


def test_a_sector_asked_for_restricts_the_evidence(world: ARegistry, matcher: Matcher) -> None:
    answer = ask(matcher, sector="health", k=60)
    tagged = {p.id for p in world.with_profiles for t in p.sectors if t.code == "health"}
    assert answer.pairings
    assert {e.profile for p in answer.pairings for e in p.evidence} <= tagged


def test_in_a_sector_an_organisation_asks_with_its_profiles_of_that_sector(
    tmp_path: Path,
) -> None:
    body, eye, sun = an_organisation("body", country="CN"), *map(an_organisation, ("eye", "sun"))
    registry = ARegistry(
        [body, eye, sun],
        [
            a_profile(body, "视网膜基因治疗载体", key="1", sectors=("health",)),
            a_profile(body, "钙钛矿电池封装", key="2", sectors=("materials",)),
            a_profile(eye, TEXTS[5], sectors=("health",)),
            a_profile(sun, TEXTS[4], sectors=("materials",)),
        ],
    )
    matcher = a_matcher(tmp_path, registry)
    for sector, asked in (("health", "视网膜基因治疗载体"), ("materials", "钙钛矿电池封装")):
        answer = matcher.match(Wish(organisation=body.id, sector=sector), today=TODAY)
        assert [text.text for text in answer.question.texts] == [asked]
    assert len(matcher.match(Wish(organisation=body.id), today=TODAY).question.texts) == 2


def test_an_anonymous_profile_names_nobody(tmp_path: Path) -> None:
    hidden = an_organisation("hidden")
    registry = ARegistry([hidden], [a_profile(hidden, TEXTS[0], anonymous=True)])
    answer = ask(a_matcher(tmp_path, registry))
    assert not answer.pairings
    assert dict(answer.excluded) == {"anonymous": 1}


def test_chinese_and_english_find_each_other(tmp_path: Path) -> None:
    """The same thing said in both languages comes first whichever language asks."""
    same = (
        "用原子层沉积封装钙钛矿太阳能电池",
        "Perovskite solar cells encapsulated by atomic layer deposition",
    )
    others = TEXTS[5:]
    made = [an_organisation(f"p{n}") for n in range(len(same) + len(others))]
    told = zip(made, same + others, strict=True)
    registry = ARegistry(made, [a_profile(who, text) for who, text in told])
    matcher = a_matcher(tmp_path, registry)
    for question in ("encapsulation of perovskite solar cells", "钙钛矿太阳能电池的封装"):
        first = ask(matcher, question, k=2).pairings
        assert {p.evidence[0].text for p in first} == set(same)


def test_words_that_met_stand_where_they_say(matcher: Matcher) -> None:
    answer = ask(matcher, "钙钛矿电池的封装")
    words = [(e, w) for p in answer.pairings for e in p.evidence for w in e.words]
    assert words
    for evidence, word in words:
        assert evidence.text[word.found_start :].startswith(word.found)
        assert "钙钛矿电池的封装"[word.asked_start :].startswith(word.asked)


def test_scores_survive_json(matcher: Matcher) -> None:
    import json

    import orjson

    document = json.loads(orjson.dumps(answer_document(ask(matcher))))
    for pairing in document["pairings"]:
        total = pairing["prior"] + sum(r["contribution"] for r in pairing["reasons"])
        assert abs(total - pairing["score"]) <= 1e-9


def test_to_frame_has_a_row_a_pairing(matcher: Matcher) -> None:
    answer = ask(matcher, k=7)
    frame = answer.to_frame()
    assert list(frame["id"]) == [p.id for p in answer.pairings]
    parts = frame.drop(columns=["rank", "id", "name", "country", "score", "fit", "track_record"])
    np.testing.assert_allclose(parts.sum(axis=1), frame["score"], atol=1e-9)


@pytest.mark.parametrize("text", ["", "  ", "？！", "\n\t"])
def test_an_empty_question_is_refused(matcher: Matcher, text: str) -> None:
    with pytest.raises(EmptyQuestion) as caught:
        ask(matcher, text)
    assert "问题" in caught.value.message("zh")


@pytest.mark.parametrize(
    "text", ["페로브스카이트 태양전지", "الطاقة الشمسية", "เซลล์แสง", "תאי שמש"]
)
def test_a_language_that_nobody_reads_is_refused(matcher: Matcher, text: str) -> None:
    with pytest.raises(EmptyQuestion, match="Chinese and English"):
        ask(matcher, text)
    assert ask(matcher, f"{text} membranes").pairings


@pytest.mark.parametrize("unseen", ["\u200b", "\u2060", "\ufeff", "\u00ad", "\u202e"])
def test_what_nobody_sees_parts_no_word(matcher: Matcher, unseen: str) -> None:
    plain = ask(matcher, "carbon dioxide capture 碳捕集")
    pasted = ask(matcher, f"{unseen}carbon dio{unseen}xide capture 碳{unseen}捕集")
    assert pasted.question.query == plain.question.query
    assert essence(pasted) == essence(plain)


def test_a_question_that_only_refuses_is_none(matcher: Matcher) -> None:
    with pytest.raises(EmptyQuestion, match="only what is not wanted"):
        ask(matcher, '-membranes -"carbon dioxide"')
    assert ask(matcher, "-membranes", literal=True).pairings
    assert ask(matcher, "-membranes", strike=["membranes"]).pairings
    assert ask(matcher, "carbon dioxide -membranes").question.query.musts


def test_what_is_said_twice_counts_once(matcher: Matcher) -> None:
    query = ask(
        matcher, "+membranes +membranes capture", countries=["DE", "德国"],
        regions=["asia", "亚洲"], natures=["university", "大学"],
    ).question.query  # fmt: skip
    assert [must.text for must in query.musts] == ["membranes"]
    assert (query.countries, query.regions) == (("DE",), ("asia",))
    assert query.natures == ("university",)


def test_half_and_control_characters_are_blanks(matcher: Matcher) -> None:
    answer = ask(matcher, "\ud800carbon\x00dioxide\x1b")
    assert answer.question.query.text == " carbon dioxide "
    assert orjson.loads(answer_json(answer))["asked"]["text"] == " carbon dioxide "


@pytest.mark.parametrize("text", ["二氧化碳", "钙", "carbon ", "国别：日本 ", "+a "])
def test_a_very_long_question_is_answered_soon(matcher: Matcher, text: str) -> None:
    begun = time.process_time()
    assert ask(matcher, (text * 100_000)[:100_000]).pairings
    assert time.process_time() - begun < 5.0


def test_unknown_names_are_refused_with_near_ones(matcher: Matcher) -> None:
    with pytest.raises(UnknownOrganisation, match="partner-5"):
        ask(matcher, asker="partner-5 Institut")
    for wish in ({"sector": "nonsense"}, {"countries": ["Germoney"]}, {"regions": ["Atlantis"]}):
        with pytest.raises(UnknownTerm):
            ask(matcher, **wish)
    with pytest.raises(BadInput):
        ask(matcher, side="none")
    with pytest.raises(BadInput):
        ask(matcher, k=0)


def test_explain_says_why_and_why_not(matcher: Matcher) -> None:
    best = matcher.match(Wish(organisation="body-0 Institute"), today=TODAY).pairings[0]
    why = matcher.explain("body-0 Institute", best.id, today=TODAY)
    assert why.pairing is not None
    assert (why.pairing.rank, why.pairing.score) == (best.rank, best.score)
    not_so = matcher.explain("body-0 Institute", "body-1 Institute", today=TODAY)
    assert (not_so.pairing, not_so.rule) == (None, "side")


def test_words_that_only_ask_do_not_count(matcher: Matcher) -> None:
    bare = essence(ask(matcher, "钙钛矿封装", k=20))
    assert essence(ask(matcher, "我们要找做钙钛矿封装的伙伴", k=20)) == bare
    pairing = ask(matcher, "who can help us with heat pumps").pairings[0]
    asked = {w.asked.casefold() for e in pairing.evidence for w in e.words}
    assert asked <= {"heat pumps", "heat", "pumps"}
    assert len(ask(matcher, "我们要找伙伴").pairings) == 10


def test_the_second_direction_knows_neither_the_future_nor_the_nameless(tmp_path: Path) -> None:
    body, partner = an_organisation("body", country="CN"), an_organisation("partner")

    def second(as_of: date, **request: Any) -> float | None:
        registry = ARegistry(
            [body, partner],
            [
                a_profile(body, "二氧化碳捕集膜", kind=ProfileKind.OFFER),
                a_profile(partner, TEXTS[4], key="capability"),
                a_profile(partner, "We look for membranes that capture carbon dioxide",
                          key="request", kind=ProfileKind.REQUEST,
                          publication=Publication.ACCEPTING, **request),
            ],
        )  # fmt: skip
        home = tmp_path / f"{as_of}-{len(request)}"
        home.mkdir()
        answer = ask(a_matcher(home, registry), asker=body.id, as_of=as_of)
        return next(r.value for r in answer.pairings[0].reasons if r.feature == "second_direction")

    window = {"dated": date(2025, 1, 1), "valid_until": date(2025, 6, 1)}
    assert second(date(2024, 6, 1), **window) is None
    assert second(date(2025, 3, 1), **window) is not None
    assert second(date(2025, 7, 1), **window) is None
    assert second(date(2025, 3, 1), anonymous=True) is None


def test_a_nameless_profile_stands_beside_no_name(tmp_path: Path) -> None:
    hidden = an_organisation("hidden")
    registry = ARegistry(
        [hidden],
        [
            a_profile(hidden, TEXTS[0], key="open", sectors=("environment",)),
            a_profile(hidden, "secret widgets", key="secret", sectors=("ai",), anonymous=True),
        ],
    )
    record = a_matcher(tmp_path, registry).organisation("hidden Institute")
    assert record["anonymous_profiles"] == 1
    assert record["sectors"] == ["environment"]
    assert "secret" not in str(record)


def test_a_shared_sector_is_one_that_both_have(tmp_path: Path) -> None:
    """The reason names what question and profile share, not all that the question touches."""
    wide, narrow, apart = map(an_organisation, ("wide", "narrow", "apart"))
    registry = ARegistry(
        [wide, narrow, apart],
        [
            a_profile(wide, TEXTS[3], sectors=("environment", "materials", "ic")),
            a_profile(narrow, f"{TEXTS[3]} 1", sectors=("environment",)),
            a_profile(apart, f"{TEXTS[3]} 2", sectors=("health",)),
        ],
    )
    answer = ask(a_matcher(tmp_path, registry), "钙钛矿太阳能电池封装与二氧化碳捕集膜材料")
    said = {
        p.organisation["name"]: (r.value, r.sentence.zh)
        for p in answer.pairings
        for r in p.reasons
        if r.feature == "sector_fit"
    }
    assert said["narrow Institute"] == (1.0, "同属产业领域：节能环保。")
    value, sentence = said["wide Institute"]
    assert value == 1.0
    assert "节能环保" in sentence
    assert "医药健康" not in sentence
    assert said["apart Institute"][0] == 0.0


def test_words_of_reports_numbers_and_units_do_not_align(matcher: Matcher) -> None:
    for text in ("the consortium participants in this Horizon project 12345 kW ASTM heat pumps",
                 "四十 五位 每分钟 热泵 consortium"):  # fmt: skip
        pairing = ask(matcher, text).pairings[0]
        asked = {w.asked.casefold() for e in pairing.evidence for w in e.words}
        assert asked <= {"heat pumps", "heat", "pumps", "热泵"}
