"""What holds of every resolution: neither the order of rows nor a decision that was taken back
leaves a trace, decisions hold, and crowds cost no square."""

from __future__ import annotations

import random
import time
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st
from resolution_factory import BEIJING, CAS, WUHAN, ror, seen

from matcher.catalogue.resolution.appearance import Decision, Verdict
from matcher.catalogue.resolution.bodies import Register
from matcher.catalogue.resolution.candidates import named_alike
from matcher.catalogue.resolution.resolve import Join, Resolution, resolve

WORLD = [
    CAS,
    WUHAN,
    BEIJING,
    ror("thu", "Tsinghua University", "清华大学", city="Beijing", acronym="THU"),
    ror("iop", "Institute of Physics", "中国科学院物理研究所", city="Beijing", parents=(CAS.id,)),
    ror("nus", "Northeastern University", country="US", city="Boston"),
    ror("neu", "Northeastern University", "东北大学", city="Shenyang"),
    ror("sh1", "Shared Health", country="CA", city="Winnipeg"),
    ror("sh2", "Shared Health", country="CA", city="Winnipeg"),
    seen("1", "中国地质大学"),
    seen("2", "中国地质大学", city="北京"),
    seen("3", "清華大學", city="北京"),
    seen("4", "TSINGHUA UNIVERSITY", source="cordis", city="BEIJING"),
    seen("5", "INSTITUTE OF PHYSICS CHINESE ACADEMY OF SCIENCES", source="cordis", city="BEIJING"),
    seen("6", "Institute of Physics", source="openalex"),
    seen("7", "Institute of Physics", "中国科学院物理研究所", source="openalex"),
    seen("8", "Northeastern University", source="openalex"),
    seen("9", "Northeastern University", source="openalex", country=None),
    seen("10", "Shared Health", country="CA", source="cordis"),
    seen("11", "Tsinghua Univ.", source="portal", ids={"isni": "5"}),
    seen("12", "清华", source="portal", city="北京", ids={"isni": "5"}),
    seen("13", "Jinan University", source="openalex"),
    seen("14", "University of Jinan", source="cordis", city="Jinan"),
]


def told(result: Resolution) -> tuple[dict[str, str], tuple[Join, ...], tuple[Join, ...]]:
    return result.organisation_of, result.joins, result.review


@settings(max_examples=40, deadline=None)
@given(st.randoms(use_true_random=False))
def test_order_changes_nothing(shuffler: random.Random) -> None:
    mixed = list(WORLD)
    shuffler.shuffle(mixed)
    assert told(resolve(mixed)) == told(resolve(WORLD))


ids = st.sampled_from(sorted(one.id for one in WORLD))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(ids, ids, st.sampled_from(Verdict)), max_size=12))
def test_decisions_hold_and_leave_no_trace(made: list[tuple[str, str, Verdict]]) -> None:
    decisions = {
        (min(one, other), max(one, other)): verdict for one, other, verdict in made if one != other
    }
    listed = [Decision(*pair, verdict) for pair, verdict in decisions.items()]
    result = resolve(WORLD, listed)
    owner = result.organisation_of
    assert owner.keys() == {one.id for one in WORLD}
    for (one, other), verdict in decisions.items():
        if verdict is Verdict.DIFFERENT:
            assert owner[one] != owner[other]
        assert (one, other) not in {(join.first, join.second) for join in result.review}
    if all(one.verdict is Verdict.SAME for one in listed):
        assert all(owner[one.first] == owner[one.second] for one in listed)
    for join in (*result.joins, *result.review):
        assert join.first < join.second
        assert 0 < join.confidence <= 1
        assert (owner[join.first] == owner[join.second]) == (join in result.joins)
    every = [(join.first, join.second) for join in (*result.joins, *result.review)]
    assert max(Counter(every).values(), default=1) == 1
    assert told(resolve(WORLD, listed[::-1])) == told(result)
    assert told(resolve(WORLD)) == UNDECIDED


UNDECIDED = told(resolve(WORLD))


def test_an_organisation_is_called_after_its_ror_record_else_after_the_least_id() -> None:
    owner = resolve(WORLD).organisation_of
    known = {one.id: one for one in WORLD}
    groups: dict[str, list[str]] = {}
    for identity, organisation in owner.items():
        groups.setdefault(organisation, []).append(identity)
    for organisation, members in groups.items():
        assert organisation == min(members, key=lambda one: (known[one].source != "ror", one))
    tsinghua = next(one.id for one in WORLD if one.key == "thu")
    assert {known[one].key for one in groups[tsinghua]} == {"thu", "3", "4", "11", "12"}


def test_nothing_comes_of_nothing() -> None:
    assert told(resolve([])) == ({}, (), ())
    odd = [seen("a", "!!!"), seen("b", "。"), seen("c", "名\n称", city="\n"), seen("d", "(China)")]
    assert resolve(odd).organisation_of == {one.id: one.id for one in odd}


def test_progress_is_told_to_the_end() -> None:
    steps: list[tuple[int, int]] = []
    resolve(WORLD, progress=lambda done, all_: steps.append((done, all_)))
    assert steps == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_a_name_that_all_the_world_bears_costs_no_square_and_loses_no_twin() -> None:
    many = [
        seen(f"{side}{n}", "People's Hospital", source=side, city=f"Town{n:04}")
        for side in ("portal", "cordis")
        for n in range(1000)
    ]
    began = time.process_time()
    owner = resolve(many).organisation_of
    assert time.process_time() - began < 30
    for n in range(1000):
        assert owner[many[n].id] == owner[many[1000 + n].id]
    unplaced = [seen(str(n), "People's Hospital", city=None) for n in range(3000)]
    assert len(set(named_alike(Register(unplaced)))) < 2 * len(unplaced)
