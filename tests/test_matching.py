"""The laws of the pipeline, on a registry made to order and asked through the service."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from registry_factory import ARegistry, a_matcher, a_profile, an_organisation
from small_world import QUESTION, TEXTS, TODAY, a_world, ask, essence

from matcher.errors import BadInput
from matcher.matching.document import answer_document
from matcher.matching.pipeline import Reasons
from matcher.organisation import ProfileKind, Publication
from matcher.query import Query
from matcher.service import Matcher, Wish


@pytest.fixture(scope="module")
def world() -> ARegistry:
    return a_world()


@pytest.fixture(scope="module")
def matcher(world: ARegistry, tmp_path_factory: pytest.TempPathFactory) -> Matcher:
    return a_matcher(tmp_path_factory.mktemp("world"), world)


@pytest.mark.parametrize("reasons", [Reasons.ALL, Reasons.TOP])
def test_score_is_prior_plus_contributions(matcher: Matcher, reasons: Reasons) -> None:
    for question in (QUESTION, "钙钛矿封装", "x"):
        for pairing in ask(matcher, question, reasons, k=60).pairings:
            total = pairing.prior + sum(r.contribution for r in pairing.reasons)
            assert abs(total - pairing.score) <= 1e-9
            blocks = pairing.prior + pairing.fit + pairing.track_record
            assert abs(blocks - pairing.score) <= 1e-9
            if reasons is Reasons.ALL:
                fit = sum(r.contribution for r in pairing.reasons if r.block.value == "fit")
                assert abs(fit - pairing.fit) <= 1e-9


def test_fewer_is_the_beginning_of_more(matcher: Matcher) -> None:
    whole = essence(ask(matcher, k=60))
    for k in (1, 2, 3, 5, 9, 10, 11, 30, 59):
        assert essence(ask(matcher, k=k)) == whole[:k]


def test_a_deeper_tier_changes_nothing_before_it(
    matcher: Matcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("matcher.matching.retrieve.FIRST_DEPTH", 8)
    shallow = essence(ask(matcher, k=5))
    deep = essence(ask(matcher, k=60))
    assert deep[:5] == shallow
    assert len(deep) == 60
    assert len(set(deep)) == 60


def test_shuffling_the_registry_changes_nothing(
    world: ARegistry, matcher: Matcher, tmp_path: Path
) -> None:
    shuffled = ARegistry(list(world.made), list(world.with_profiles), list(world.with_cooperations))
    for part in (shuffled.made, shuffled.with_profiles, shuffled.with_cooperations):
        random.Random(3).shuffle(part)
    again = a_matcher(tmp_path, shuffled)
    assert again.snapshot.id == matcher.snapshot.id
    for question in (QUESTION, "钙钛矿封装"):
        assert answer_document(ask(again, question)) == answer_document(ask(matcher, question))


def test_adding_who_is_not_eligible_moves_nobody(
    world: ARegistry, matcher: Matcher, tmp_path: Path
) -> None:
    shanghai = an_organisation("elsewhere", country="CN", city="Shanghai")
    unknown = an_organisation("nowhere", country=None)
    closed = an_organisation("closed", country="FR", active=False)
    more = ARegistry(
        [*world.made, shanghai, unknown, closed],
        [
            *world.with_profiles,
            *(a_profile(o, TEXTS[0] + "!") for o in (shanghai, unknown, closed)),
        ],
        world.with_cooperations,
    )
    wider = a_matcher(tmp_path, more)
    assert essence(ask(wider, k=60)) == essence(ask(matcher, k=60))
    assert dict(ask(wider).excluded) == {"side": 8, "inactive": 1}


def test_everyone_is_eligible_or_counted_under_a_rule(matcher: Matcher) -> None:
    everyone = len(matcher.snapshot.organisations)
    wishes: tuple[dict[str, Any], ...] = (
        {}, {"countries": ["德国", "FR"]}, {"regions": ["亚洲"]}, {"sector": "health"},
        {"as_of": date(2000, 1, 1)}, {"asker": "body-1 Institute"}, {"side": "beijing"},
    )  # fmt: skip
    for wish in wishes:
        answer = ask(matcher, **wish)
        assert answer.eligible + sum(count for _, count in answer.excluded) == everyone


def test_nobody_is_paired_within_a_side_or_with_itself(matcher: Matcher) -> None:
    for organisation, side in (("body-2 Institute", "foreign"), ("partner-5 Institute", "beijing")):
        answer = matcher.match(Wish(organisation=organisation, k=100), today=TODAY)
        assert answer.pairings
        assert {p.organisation["side"] for p in answer.pairings} == {side}
    with pytest.raises(BadInput, match="within one side"):
        matcher.match(Wish(organisation="body-2 Institute", side="beijing"), today=TODAY)


def test_nobody_is_paired_within_a_corporate_tree(tmp_path: Path) -> None:
    group = an_organisation("group", country="US")
    daughter = an_organisation("daughter", country="CN", parents=(group.id,))
    sister = an_organisation("sister", country="FR", parents=(group.id,))
    stranger = an_organisation("stranger", country="FR")
    everyone = [group, daughter, sister, stranger]
    registry = ARegistry(everyone, [a_profile(o, TEXTS[0]) for o in everyone])
    answer = a_matcher(tmp_path, registry).match(Wish(organisation="daughter Institute"))
    assert [p.organisation["name"] for p in answer.pairings] == ["stranger Institute"]
    assert dict(answer.excluded) == {"side": 1, "corporate_tree": 2}


def test_past_partners_stand_apart_and_use_up_no_place(world: ARegistry, matcher: Matcher) -> None:
    body = next(o for o in world.made if o.names[0].text == "body-1 Institute")
    known = {
        partner
        for c in world.with_cooperations
        for partner in c.partners
        if body.id in c.beijing and c.start and c.start <= TODAY
    }
    assert known
    answer = ask(matcher, asker=body.id, k=60)
    assert {p.id for p in answer.known_partners} == known
    assert all(p.last_cooperation for p in answer.known_partners)
    assert known.isdisjoint({p.id for p in answer.pairings})
    assert len(answer.pairings) == 60 - len(known)
    before = ask(matcher, asker=body.id, k=60, as_of=date(2009, 1, 1))
    assert not before.known_partners


def test_at_most_a_third_of_the_first_ten_by_one_text(matcher: Matcher) -> None:
    answer = ask(matcher, TEXTS[0], k=40)
    first = [p.evidence[0].text for p in answer.pairings[:10]]
    assert max(first.count(text) for text in first) <= answer.one_text.most == 3
    assert answer.one_text.moved > 0
    assert answer.one_text.price > 0
    assert all(p.moved_from is None or p.moved_from < p.rank for p in answer.pairings)


def test_who_is_no_better_than_unknown_does_not_count_as_something_else(tmp_path: Path) -> None:
    made = [an_organisation(f"p{n}") for n in range(18)]
    profiles = [a_profile(o, TEXTS[0], participants=9) for o in made[:9]]
    profiles += [a_profile(o, f"{TEXTS[5]} {n}") for n, o in enumerate(made[9:])]
    answer = ask(a_matcher(tmp_path, ARegistry(made, profiles)))
    assert all(p.score > p.prior for p in answer.pairings[:9])
    assert answer.pairings[9].score <= answer.pairings[9].prior
    assert [p.evidence[0].text for p in answer.pairings].count(TEXTS[0]) == 9
    assert answer.one_text.moved == 0


@pytest.mark.parametrize("depth", [1, 2, 3, 7, 1024])
def test_prefixes_hold_where_one_text_fills_a_tier(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, depth: int
) -> None:
    """Many by one text, few by others, all near: the trap for a rule that looks too shallow."""
    monkeypatch.setattr("matcher.matching.retrieve.FIRST_DEPTH", depth)
    made = [an_organisation(f"p{n}") for n in range(16)]
    profiles = [a_profile(o, TEXTS[0], participants=5) for o in made[:7]]
    profiles += [a_profile(o, f"{TEXTS[0]} {n}") for n, o in enumerate(made[7:])]
    matcher = a_matcher(tmp_path, ARegistry(made, profiles))
    whole = essence(ask(matcher, k=16))
    assert len({who for who, _ in whole}) == 16
    for k in range(1, 16):
        assert essence(ask(matcher, k=k)) == whole[:k]


def test_one_text_may_fill_the_ten_if_there_is_nothing_else(tmp_path: Path) -> None:
    partners = [an_organisation(f"p{n}") for n in range(8)]
    registry = ARegistry(partners, [a_profile(o, TEXTS[0], participants=8) for o in partners])
    assert len(ask(a_matcher(tmp_path, registry)).pairings) == 8


def test_only_published_profiles_expire(tmp_path: Path) -> None:
    lapsed, derived = an_organisation("lapsed"), an_organisation("derived")
    ended: dict[str, Any] = {"valid_until": date(2020, 1, 1), "dated": date(2019, 1, 1)}
    registry = ARegistry(
        [lapsed, derived],
        [
            a_profile(lapsed, TEXTS[0], kind=ProfileKind.OFFER,
                      publication=Publication.PUBLISHED, **ended),
            a_profile(derived, TEXTS[0], **ended),
        ],
    )  # fmt: skip
    matcher = a_matcher(tmp_path, registry)
    answer = ask(matcher)
    assert [p.organisation["name"] for p in answer.pairings] == ["derived Institute"]
    assert dict(answer.excluded) == {"as_of": 1}
    assert len(ask(matcher, as_of=date(2019, 6, 1)).pairings) == 2
    assert len(ask(matcher, as_of=date(2018, 6, 1)).pairings) == 0


def test_what_is_left_out_counts_nowhere(world: ARegistry, matcher: Matcher) -> None:
    plain = Query(text=TEXTS[0], k=60)
    without = replace(plain, leave_out=frozenset({"made:consortium", "made:coop-1"}))
    shown = matcher.match(without, today=TODAY)
    assert "consortium" not in {e.key for p in shown.pairings for e in p.evidence}
    abroad = next(c for c in world.with_cooperations if c.source.key == "coop-1").partners[0]

    def experience(query: Query) -> float | None:
        answer = matcher.match(query, today=TODAY)
        pairing = next(p for p in answer.pairings if p.id == abroad)
        return next(r.value for r in pairing.reasons if r.feature == "experience")

    before, after = experience(plain), experience(without)
    assert before is not None
    assert after == before - 1


def test_further_evidence_is_of_other_profiles_and_leaves_fit_alone(tmp_path: Path) -> None:
    once, often = an_organisation("once"), an_organisation("often")
    registry = ARegistry(
        [once, often],
        [
            a_profile(once, TEXTS[0]),
            a_profile(often, TEXTS[0], key="1"),
            a_profile(often, TEXTS[1], key="2"),
            a_profile(often, TEXTS[2], key="3"),
            a_profile(often, TEXTS[5], key="4"),
        ],
    )
    answer = ask(a_matcher(tmp_path, registry))
    by_name = {p.organisation["name"]: p for p in answer.pairings}
    alone, more = by_name["once Institute"], by_name["often Institute"]
    further = {
        p.id: next(r.value for r in p.reasons if r.feature == "further_evidence")
        for p in answer.pairings
    }
    assert further[alone.id] == 0
    assert (further[more.id] or 0) > 2
    assert more.fit == alone.fit
    assert more.score > alone.score
