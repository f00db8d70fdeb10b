"""The measures against hand-made figures and against ir-measures; the tasks on a tiny catalogue
whose right answers were worked out by hand."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import ir_measures
import numpy as np
import pytest

from matcher.catalogue.intake import import_files
from matcher.catalogue.store import Catalogue
from matcher.evaluation import baselines, metrics, report, tasks
from matcher.organisation import (
    Cooperation,
    Profile,
    ProfileKind,
    ProfileText,
    Publication,
    Side,
    SourceKey,
)
from matcher.query import Query
from matcher.service import Matcher
from matcher.settings import Settings

BODIES = {
    "b1": tasks.Body(Side.BEIJING, "one|CN"),
    "f1": tasks.Body(Side.FOREIGN, "two|DE"),
    "f2": tasks.Body(Side.FOREIGN, "three|FR"),
    "f3": tasks.Body(Side.FOREIGN, "four|GB"),
    "f4": tasks.Body(Side.FOREIGN, "five|HK"),
    "n1": tasks.Body(Side.NONE, "six|CN"),
}
PROJECTS = {
    # key: (start, text, Beijing, partners, others)
    "1": (date(2016, 5, 1), "membrane carbon capture", ("b1",), ("f1", "f2"), ()),
    "2": (date(2017, 5, 1), "wind turbine blade", (), ("f1", "f3"), ()),
    "3": (date(2018, 12, 31), "solar cell", (), ("f1", "f3"), ("n1",)),
    "4": (date(2019, 1, 1), "carbon membrane solar", ("b1",), ("f2", "f3"), ()),
    "5": (date(2020, 5, 1), "quantum optics", (), ("f4",), ()),
    "6": (date(2020, 6, 1), "turbine blade", (), ("f3",), ("n1",)),
}
POPULAR = ["f1", "f3", "f2"]
"""Up to 2018 they hold 3, 2 and 1 texts."""


def tiny_projects() -> tuple[tasks.Project, ...]:
    profiles: list[Profile] = []
    cooperations: list[Cooperation] = []
    for key, (start, text, beijing, partners, others) in PROJECTS.items():
        source = SourceKey("cordis", key)
        cooperations.append(
            Cooperation(
                f"c{key}", beijing, partners, source, "CC BY 4.0", "EU", others=others, start=start
            )
        )
        profiles += [
            Profile(
                f"p{key}{member}",
                member,
                ProfileKind.CAPABILITY,
                Publication.INFERRED,
                (ProfileText("en", text),),
                source,
                "CC BY 4.0",
                "EU",
                dated=start,
            )
            for member in (*beijing, *partners, *others)
        ]
    profiles.append(replace(profiles[0], id="p-other", source=SourceKey("openalex", "W1")))
    return tasks.read_projects(profiles, cooperations)


@pytest.fixture(scope="module")
def forward() -> tasks.Task:
    return tasks.forward("forward", tiny_projects(), BODIES, minimum=1)


@pytest.fixture(scope="module")
def left_out() -> tasks.Task:
    return tasks.leave_one_out("leave-one-out", tiny_projects(), BODIES, minimum=2)


# --- measures ---------------------------------------------------------------------------------


def test_measures_of_a_ranking_worked_out_by_hand() -> None:
    ranked, right = ["a", "b", "c", "d"], {"b", "d", "unranked"}
    found = metrics.per_question({"q": ranked}, {"q": right})[0]
    best = 1 + 1 / math.log2(3) + 1 / 2
    expected = [1 / 2, (1 / math.log2(3) + 1 / math.log2(5)) / best, 2 / 10, 2 / 3, 2 / 3]
    assert found == pytest.approx(expected)


def test_a_question_without_an_answer_scores_nothing_and_still_counts() -> None:
    found = metrics.per_question({"q": ["a"]}, {"q": {"a"}, "unanswered": {"a"}})
    assert found[:, 0].tolist() == [1.0, 0.0]


@pytest.mark.parametrize("run", [{"never judged": ["a"]}, {"q": ["a", "a"]}])
def test_a_run_that_cannot_be_measured_is_refused(run: dict[str, list[str]]) -> None:
    with pytest.raises(ValueError, match=r"never judged|twice"):
        metrics.per_question(run, {"q": {"a"}})


def test_measures_agree_with_ir_measures() -> None:
    draw = random.Random(7)
    ids = [f"d{i}" for i in range(80)]
    run: dict[str, Sequence[str]] = {}
    qrels: dict[str, set[str]] = {}
    for q in range(40):
        run[f"q{q}"] = draw.sample(ids, draw.randint(5, 80))
        qrels[f"q{q}"] = set(draw.sample(ids, draw.randint(1, 20)))
    names = {
        "MRR": ir_measures.RR,
        "nDCG@10": ir_measures.nDCG @ 10,
        "P@10": ir_measures.P @ 10,
        "R@10": ir_measures.R @ 10,
        "R@50": ir_measures.R @ 50,
    }
    theirs = {
        (metric.query_id, str(metric.measure)): metric.value
        for metric in ir_measures.iter_calc(
            list(names.values()),
            {q: dict.fromkeys(right, 1) for q, right in qrels.items()},
            {q: {d: float(-i) for i, d in enumerate(ranked)} for q, ranked in run.items()},
        )
    }
    ours = metrics.per_question(run, qrels)
    for row, question in zip(ours, qrels, strict=True):
        for value, name in zip(row, metrics.MEASURES, strict=True):
            assert value == pytest.approx(theirs[question, str(names[name])], abs=1e-9), name


def test_bootstrap_agrees_with_the_normal_interval_of_many_questions() -> None:
    values = np.random.default_rng(1).normal(0.3, 0.2, size=(2_000, 1))
    (found,) = metrics.bootstrap(values)
    half = 1.96 * values.std() / math.sqrt(len(values))
    assert found.value == pytest.approx(values.mean())
    assert found.low == pytest.approx(values.mean() - half, abs=0.0005)
    assert found.high == pytest.approx(values.mean() + half, abs=0.0005)


def test_the_paired_bootstrap_pairs() -> None:
    """Two systems far apart between questions and always .1 apart on each: the difference is
    certain, though their own intervals overlap."""
    baseline = np.linspace(0, 0.9, 30).reshape(-1, 1)
    (paired,) = metrics.paired_bootstrap(baseline + 0.1, baseline)
    assert (paired.low, paired.high) == pytest.approx((0.1, 0.1))
    (own,), (other,) = metrics.bootstrap(baseline + 0.1), metrics.bootstrap(baseline)
    assert own.low < other.high
    with pytest.raises(ValueError, match="unpaired"):
        metrics.paired_bootstrap(baseline, baseline[:-1])


def test_the_bootstrap_is_seeded() -> None:
    values = np.random.default_rng(1).random((20, 2))
    assert metrics.bootstrap(values) == metrics.bootstrap(values)
    assert metrics.bootstrap(values) != metrics.bootstrap(values, seed=1)


def test_gini_of_equal_and_of_single_exposure() -> None:
    assert metrics.gini([3, 3, 3, 3]) == pytest.approx(0)
    assert metrics.gini([0, 0, 0, 8]) == pytest.approx(3 / 4)
    assert metrics.gini([0, 0]) == 0


def test_exposure_by_hand() -> None:
    found = metrics.exposure(
        {"q1": ["a", "b", "c"], "q2": ["a", "d", "c"]},
        ["a", "b", "c", "d"],
        largest={"a"},
        with_one_text={"q1": {"b"}, "q2": {"b", "c"}},
        k=2,
    )
    assert found == metrics.Exposure(
        places=4,
        largest_twenty=1 / 2,
        one_text=1 / 4,
        distinct=3,
        most_shown=1.0,
        gini=0.375,  # 2 (2 + 3 + 4 x 2) / (4 x 4) - 5 / 4
    )


# --- tasks ------------------------------------------------------------------------------------


def test_forward_knows_nothing_after_the_cut(forward: tasks.Task) -> None:
    assert [project.key for project in forward.texts] == ["cordis:1", "cordis:2", "cordis:3"]
    assert set(forward.candidates) == {"f1", "f2", "f3"}
    assert forward.sizes == {"f1": 3, "f3": 2, "f2": 1}
    assert forward.qrels == {"cordis:4": {"f2", "f3"}, "cordis:6": {"f3"}}
    assert forward.dropped == 1
    assert forward.as_of == date(2018, 12, 31)


def test_a_candidate_needs_its_texts_within_the_catalogue_years() -> None:
    task = tasks.forward("", tiny_projects(), BODIES, minimum=2)
    assert set(task.candidates) == {"f1", "f3"}
    assert task.qrels == {"cordis:4": {"f3"}, "cordis:6": {"f3"}}


def test_leave_one_out_leaves_only_the_asking_project_out(left_out: tasks.Task) -> None:
    assert set(left_out.candidates) == {"f1", "f2", "f3"}
    assert left_out.dropped == 1
    for question in left_out.questions:
        known = {project.key for project in left_out.known_to(question)}
        assert known == {project.key for project in left_out.texts} - {question.id}


def test_reverse_asks_for_the_beijing_body() -> None:
    task = tasks.leave_one_out("", tiny_projects(), BODIES, minimum=2, side=Side.BEIJING)
    assert task.candidates == ("b1",)
    assert task.qrels == {"cordis:1": {"b1"}, "cordis:4": {"b1"}}
    assert task.dropped == 4


def test_slices_keep_only_what_counts(forward: tasks.Task) -> None:
    run = {"cordis:4": POPULAR, "cordis:6": POPULAR}
    assert forward.slice_qrels(tasks.WITH_BEIJING) == {"cordis:4": {"f2", "f3"}}
    # b1 met f1 and f2 in project 1: of those right only f3 is new, f2 is neither right nor wrong.
    assert forward.slice_qrels(tasks.NEVER_TOGETHER) == {"cordis:4": {"f3"}}
    assert forward.slice_run(tasks.NEVER_TOGETHER, run) == {"cordis:4": ["f1", "f3"]}
    assert forward.slice_qrels(tasks.COLD_START) == {"cordis:4": {"f2"}}
    assert forward.slice_run(tasks.COLD_START, run) == {"cordis:4": ["f1", "f2"]}


def test_one_text_is_counted_as_the_question_sees_it(left_out: tasks.Task) -> None:
    assert left_out.with_one_text["cordis:1"] == {"f2"}
    assert left_out.with_one_text["cordis:2"] == frozenset()


def test_ties_are_broken_by_hash_whatever_the_order_of_files() -> None:
    projects = tiny_projects()
    once = tasks.forward("", projects, BODIES, minimum=1)
    again = tasks.forward("", projects[::-1], BODIES, minimum=1)
    assert once.candidates == again.candidates == tasks.tie_order(["f2", "f1", "f3"], BODIES)
    for lexical in baselines.LEXICAL:
        assert baselines.lexical_run(once, lexical) == baselines.lexical_run(again, lexical)


# --- baselines --------------------------------------------------------------------------------


def test_popularity_by_hand(forward: tasks.Task, left_out: tasks.Task) -> None:
    run = baselines.popularity_run(forward)
    assert run == {"cordis:4": POPULAR, "cordis:6": POPULAR}
    row = report.row(forward, {"popularity": run, "product": run})
    figures = row["all"]["systems"]["popularity"]
    two = (1 / math.log2(3) + 1 / 2) / (1 + 1 / math.log2(3))
    assert figures["MRR"]["value"] == 0.5
    assert figures["nDCG@10"]["value"] == round((two + 1 / math.log2(3)) / 2, 4)
    assert figures["P@10"]["value"] == round((0.2 + 0.1) / 2, 4)
    assert figures["R@10"]["value"] == 1
    # In leave-one-out the asking project does not count: for project 2 f1 keeps two, f3 three.
    assert baselines.popularity_run(left_out)["cordis:2"][0] == "f3"


def test_lexical_by_hand(forward: tasks.Task) -> None:
    """Project 4 shares two words with project 1 (f1, f2) and one with project 3 (f1, f3)."""
    for lexical in baselines.LEXICAL:
        ranked = baselines.lexical_run(forward, lexical)["cordis:4"]
        if lexical.best == 1:
            assert set(ranked[:2]) == {"f1", "f2"}, lexical.name
        else:
            assert ranked == ["f1", "f2", "f3"], lexical.name


@pytest.mark.parametrize("lexical", baselines.LEXICAL, ids=lambda each: each.name)
def test_a_text_left_out_leaves_no_trace(left_out: tasks.Task, lexical: baselines.Lexical) -> None:
    """The run of a question is the run of a catalogue that never held its project: not its words,
    not its document frequencies, not its length."""
    whole = baselines.lexical_run(left_out, lexical)
    for question in left_out.questions:
        without = replace(
            left_out,
            texts=tuple(left_out.known_to(question)),
            questions=(replace(question, leave_out=frozenset()),),
        )
        assert whole[question.id] == baselines.lexical_run(without, lexical)[question.id]


def test_chance_is_chance() -> None:
    """The first of 4 candidates at random: reciprocal rank 25/48 on average."""
    questions = tuple(
        tasks.Question(f"q{i}", "text", frozenset({"f1"}), frozenset()) for i in range(2_000)
    )
    task = tasks.Task(
        "", Side.FOREIGN, 1, date(2018, 12, 31), (), ("f1", "f2", "f3", "f4"), questions, 0
    )
    found = metrics.per_question(baselines.random_run(task), task.qrels)
    assert found[:, 0].mean() == pytest.approx(25 / 48, abs=0.02)
    assert baselines.random_run(task) == baselines.random_run(task)


def test_tied_candidates_give_popularity_a_range() -> None:
    project = tasks.Project("cordis:1", "text", frozenset({"f1", "f2"}), date(2016, 1, 1))
    question = tasks.Question("cordis:2", "text", frozenset({"f1"}), frozenset())
    task = tasks.Task(
        "", Side.FOREIGN, 1, date(2018, 12, 31), (project,), ("f1", "f2"), (question,), 0
    )
    found = baselines.popularity_ties(task)
    assert (found.low, found.high) == (0.5, 1.0)
    assert 0.5 < found.value < 1.0


def test_the_products_run_is_its_answer_among_the_candidates(demo_home: Path) -> None:
    matcher = Matcher.open(demo_home)
    query = Query(text="carbon dioxide capture membrane", side=Side.FOREIGN, k=100)
    answer = [pairing.id for pairing in matcher.match(query, today=date(2026, 11, 1))]
    candidates = tuple(sorted(answer[1::2]))
    question = tasks.Question("q", str(query.text), frozenset(candidates[:1]), frozenset())
    task = tasks.Task("", Side.FOREIGN, 1, date(2026, 11, 1), (), candidates, (question,), 0)
    done: list[int] = []
    run = baselines.product_run(matcher, task, k=100, progress=done.append)
    assert run == {"q": answer[1::2]}
    assert len(answer) > 10
    assert done == [1]
    # What the evidence of all came from is left out: nobody is suggested for it.
    everything = frozenset(
        f"{evidence.source}:{evidence.key}"
        for pairing in matcher.match(query, today=date(2026, 11, 1))
        for evidence in pairing.evidence
    )
    blind = replace(task, questions=(replace(question, leave_out=everything),))
    assert baselines.product_run(matcher, blind, k=100) != run


# --- report -----------------------------------------------------------------------------------


def test_a_row_says_everything_and_its_lines_repeat_it(forward: tasks.Task) -> None:
    popular = baselines.popularity_run(forward)
    perfect = {q.id: sorted(q.right) for q in forward.questions}
    row = report.row(forward, {"popularity": popular, "product": perfect})
    assert (row["questions"], row["dropped"], row["candidates"]) == (2, 1, 3)
    assert row["candidates_with_one_text"] == 1
    assert row["all"]["product_minus"]["popularity"]["MRR"]["value"] == 0.5
    assert row["places"]["popularity"]["distinct"] == 3
    assert row["slices"][tasks.COLD_START]["questions"] == 1
    shown = "\n".join(report.lines(row, {"popularity": {"MRR": 0.227}}))
    for expected in ("2 questions (1 dropped", "3 candidates (1 with one text)", "0.227", "+0.500"):
        assert expected in shown


def test_an_empty_slice_is_said_not_averaged() -> None:
    task = tasks.forward("", tiny_projects(), BODIES, minimum=2)
    row = report.row(task, {"popularity": baselines.popularity_run(task)})
    assert row["slices"][tasks.COLD_START] == {
        "questions": 0,
        "dropped": 2,
        "systems": {},
        "product_minus": {},
    }
    assert row["all"]["product_minus"] == {}


# --- the real catalogue -----------------------------------------------------------------------


@pytest.mark.shared
def test_the_cordis_tasks_are_of_the_known_size(tmp_path: Path) -> None:
    """As counted apart from this code, by the bare country code: 80 / 395, 83 / 2,028, 243 / 623,
    104 / 36, popularity .227, .225, .177, .390. Hong Kong bodies booked under CN add one question
    and one or two candidates; what is left of the difference is ties."""
    folder = Settings().shared_data_folder()
    assert folder is not None
    with closing(Catalogue.open(tmp_path, create=True)) as catalogue:
        import_files(catalogue, cordis_files(folder), join=False)
        bodies = tasks.read_bodies(catalogue.organisations())
        projects = tasks.read_projects(catalogue.profiles(), catalogue.cooperations())
    rows = tasks.cordis_tasks(projects, bodies)
    assert [(len(t.questions), len(t.candidates)) for t in rows] == [
        (80, 396),
        (84, 2030),
        (244, 625),
        (104, 36),
    ]
    asked = [len(t.questions) + t.dropped for t in rows]
    assert asked == [84, 84, 244, 244]
    popular = [
        metrics.per_question(baselines.popularity_run(t), t.qrels)[:, 0].mean() for t in rows
    ]
    assert popular == pytest.approx([0.227, 0.225, 0.177, 0.390], abs=0.01)


def cordis_files(folder: Path) -> list[Path]:
    return [folder / "cordis" / "project.csv", folder / "cordis" / "organization.csv"]
