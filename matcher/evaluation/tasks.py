"""The matching tasks: who may be ranked, what is asked, what is right. Defined once, here.

A question is the text of a real project or paper, never the identity of who asks. The catalogue of
a question holds what it may know:

* *forward*: projects begun up to the cut year; those begun later ask;
* *leave-one-out*: every project but the one that asks.

Of papers (OpenAlex; a text is a title) only those with a Beijing body ask; the catalogue holds all.

Candidates are the organisations of the side looked for with at least `minimum` texts in the
catalogue's years (Beijing bodies in the reverse task). Right are the candidates that took part in
the asking project; a project without one asks nothing and is counted as dropped. Identity is the
catalogue's own: the ROR id, else (for CORDIS always) folded name and country. Ties are broken by
the SHA-256 of that key, never by the order of files.

Slices look at some of the right answers only; the others are taken out of the ranking there,
neither right nor wrong:

* *with a Beijing body*: projects in which a Beijing body took part, all their right answers;
* *never together before*: of those, the right candidates that stand in no project of the question's
  catalogue with any body of the asking side (Beijing; in the reverse task the partners abroad);
* *cold start*: right candidates of whom the question's catalogue has exactly one text.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from matcher.organisation import Cooperation, Organisation, Profile, Side

from .metrics import Qrels, Run

CUT = 2018
"""Last year of the catalogue in the forward tasks on CORDIS."""
PAPERS_CUT = 2012
"""The same for papers."""
LARGEST = 20

WITH_BEIJING = "with a Beijing body"
NEVER_TOGETHER = "never together before"
COLD_START = "cold start"
SLICES = (WITH_BEIJING, NEVER_TOGETHER, COLD_START)


@dataclass(frozen=True, slots=True)
class Project:
    """One text with those who took part in it."""

    key: str
    """Source and its own key, "cordis:861917": what `Query.leave_out` takes."""
    text: str
    members: frozenset[str]
    begun: date | None


@dataclass(frozen=True, slots=True)
class Body:
    """What a task needs to know of an organisation."""

    side: Side
    key: str
    """Its own key in the source, whose hash breaks ties."""


@dataclass(frozen=True, slots=True)
class Question:
    """A project's text, put without saying who asks."""

    id: str
    text: str
    right: frozenset[str]
    askers: frozenset[str]
    """Members on the other side: for the slices only, no system sees them."""
    leave_out: frozenset[str] = frozenset()
    """Keys of the projects that this question's catalogue lacks."""


@dataclass(frozen=True)
class Task:
    """One row of the report."""

    name: str
    side: Side
    """The side looked for."""
    minimum: int
    as_of: date
    """The day on which the questions are put: the last of the catalogue's years."""
    texts: tuple[Project, ...]
    """What the catalogue holds, by key."""
    candidates: tuple[str, ...]
    """In the order that breaks ties."""
    questions: tuple[Question, ...]
    dropped: int
    """Projects that ask nothing, because no candidate took part in them."""

    @cached_property
    def sizes(self) -> Counter[str]:
        """Texts of each candidate in the whole catalogue."""
        held = Counter(member for project in self.texts for member in project.members)
        return Counter({each: held[each] for each in self.candidates})

    @cached_property
    def largest(self) -> frozenset[str]:
        """The twenty candidates with most texts."""
        ordered = sorted(self.candidates, key=lambda each: -self.sizes[each])
        return frozenset(ordered[:LARGEST])

    @cached_property
    def qrels(self) -> Qrels:
        return {question.id: question.right for question in self.questions}

    def known_to(self, question: Question) -> Iterator[Project]:
        """The projects in the question's catalogue."""
        return (project for project in self.texts if project.key not in question.leave_out)

    @cached_property
    def with_one_text(self) -> dict[str, frozenset[str]]:
        """For each question, the candidates of whom its catalogue has exactly one text."""
        members = {project.key: project.members for project in self.texts}
        found: dict[str, frozenset[str]] = {}
        for question in self.questions:
            lost = Counter(each for key in question.leave_out for each in members.get(key, ()))
            found[question.id] = frozenset(
                each for each in self.candidates if self.sizes[each] - lost[each] == 1
            )
        return found

    def slice_qrels(self, name: str) -> Qrels:
        """The right answers that count in a slice; questions left with none are absent."""
        return {q.id: right for q in self.questions if (right := self._counting(name, q))}

    def slice_run(self, name: str, run: Run) -> Run:
        """`run` on the questions of a slice, without the right answers that do not count there."""
        counting = self.slice_qrels(name)
        right = self.qrels
        return {
            q: [each for each in ranked if each not in right[q] or each in counting[q]]
            for q, ranked in run.items()
            if q in counting
        }

    def _counting(self, name: str, question: Question) -> frozenset[str]:
        if name == COLD_START:
            return question.right & self.with_one_text[question.id]
        if not question.askers:
            return frozenset()
        if name == WITH_BEIJING:  # in the reverse task every right answer is a Beijing body
            return question.right
        if name == NEVER_TOGETHER:
            met: set[str] = set()
            for project in self.known_to(question):
                if project.members & question.askers:
                    met |= project.members
            return question.right - met
        raise ValueError(f"no slice named {name}")


def tie_order(ids: Iterable[str], bodies: Mapping[str, Body]) -> tuple[str, ...]:
    """Each id once, by the SHA-256 of its key's UTF-8 bytes."""

    def digest(each: str) -> tuple[bytes, str]:
        return hashlib.sha256(bodies[each].key.encode()).digest(), each

    return tuple(sorted(set(ids), key=digest))


def read_bodies(organisations: Iterable[Organisation], source: str = "cordis") -> dict[str, Body]:
    """Every organisation by id; one that the source does not name goes by its id."""
    return {
        each.id: Body(
            each.side, min((s.key for s in each.sources if s.source == source), default=each.id)
        )
        for each in organisations
    }


def read_projects(
    profiles: Iterable[Profile], cooperations: Iterable[Cooperation], source: str = "cordis"
) -> tuple[Project, ...]:
    """The projects of one source, by key: text (title, objective, keywords) from the profiles drawn
    from a project, members from the profiles and the cooperation of the same key."""
    texts: dict[str, str] = {}
    members: dict[str, set[str]] = {}
    begun: dict[str, date | None] = {}
    for profile in profiles:
        if profile.source.source != source:
            continue
        key = f"{source}:{profile.source.key}"
        texts.setdefault(key, "\n".join(text.body for text in profile.texts))
        members.setdefault(key, set()).add(profile.organisation)
        begun.setdefault(key, profile.dated)
    for cooperation in cooperations:
        key = f"{source}:{cooperation.source.key}"
        if cooperation.source.source == source and key in texts:
            members[key].update(cooperation.participants)
            begun[key] = cooperation.start or begun[key]
    return tuple(
        Project(key, texts[key], frozenset(members[key]), begun[key]) for key in sorted(texts)
    )


def read_papers(
    cooperations: Iterable[Cooperation], source: str = "openalex"
) -> tuple[Project, ...]:
    """The papers of one source, by key: title, and the institutions that wrote it. (A profile is
    drawn from several papers of one institution, so it is no paper.)"""
    papers = (
        Project(f"{source}:{c.source.key}", c.title, frozenset(c.participants), c.start)
        for c in cooperations
        if c.source.source == source and c.title
    )
    return tuple(sorted(papers, key=lambda paper: paper.key))


def forward(
    name: str,
    projects: Iterable[Project],
    bodies: Mapping[str, Body],
    *,
    minimum: int,
    cut: int = CUT,
    side: Side = Side.FOREIGN,
    of_beijing: bool = False,
) -> Task:
    """Projects begun after the year `cut` ask for partners on `side`, of whom only projects begun
    up to it are known. A project without a date is in neither half; with `of_beijing` only those
    with a Beijing body ask."""
    dated = [(p, p.begun.year) for p in projects if p.begun is not None]
    known = tuple(project for project, year in dated if year <= cut)
    asking = [project for project, year in dated if year > cut]
    if of_beijing:
        asking = with_beijing(asking, bodies)
    return _task(name, known, asking, bodies, side, minimum, date(cut, 12, 31))


def with_beijing(projects: Iterable[Project], bodies: Mapping[str, Body]) -> list[Project]:
    """The projects in which a Beijing body took part."""
    return [p for p in projects if any(bodies[each].side is Side.BEIJING for each in p.members)]


def leave_one_out(
    name: str,
    projects: Iterable[Project],
    bodies: Mapping[str, Body],
    *,
    minimum: int,
    side: Side = Side.FOREIGN,
    of_beijing: bool = False,
) -> Task:
    """Every project (with `of_beijing`: with a Beijing body) asks for its members of `side`, itself
    left out of what is known."""
    known = tuple(projects)
    asking = with_beijing(known, bodies) if of_beijing else known
    last = max((p.begun.year for p in known if p.begun is not None), default=CUT)
    task = _task(name, known, asking, bodies, side, minimum, date(last, 12, 31))
    questions = tuple(replace(q, leave_out=frozenset({q.id})) for q in task.questions)
    return replace(task, questions=questions)


def cordis_tasks(projects: Iterable[Project], bodies: Mapping[str, Body]) -> tuple[Task, ...]:
    """The four CORDIS rows, in the order of the report."""
    every = tuple(projects)
    return (
        forward("forward, >= 2 texts", every, bodies, minimum=2),
        forward("forward, >= 1 text", every, bodies, minimum=1),
        leave_one_out("leave-one-out, >= 2 texts", every, bodies, minimum=2),
        leave_one_out(
            "reverse leave-one-out, >= 2 texts", every, bodies, minimum=2, side=Side.BEIJING
        ),
    )


def openalex_tasks(papers: Iterable[Project], bodies: Mapping[str, Body]) -> tuple[Task, ...]:
    """The three rows on papers: title -> partners abroad of later papers, title -> the Beijing body
    of later papers, title -> partners abroad of any paper, itself left out."""
    every = tuple(papers)
    return (
        forward("papers forward", every, bodies, minimum=2, cut=PAPERS_CUT, of_beijing=True),
        forward("papers reverse", every, bodies, minimum=2, cut=PAPERS_CUT, side=Side.BEIJING),
        leave_one_out("papers leave-one-out", every, bodies, minimum=2, of_beijing=True),
    )


def _task(
    name: str,
    known: tuple[Project, ...],
    asking: Iterable[Project],
    bodies: Mapping[str, Body],
    side: Side,
    minimum: int,
    as_of: date,
) -> Task:
    held = Counter(
        each for project in known for each in project.members if bodies[each].side is side
    )
    candidates = tie_order((each for each, texts in held.items() if texts >= minimum), bodies)
    among = frozenset(candidates)
    other = side.opposite
    questions: list[Question] = []
    dropped = 0
    for project in asking:
        right = project.members & among
        if not right:
            dropped += 1
            continue
        askers = frozenset(each for each in project.members if bodies[each].side is other)
        questions.append(Question(project.key, project.text, right, askers))
    return Task(name, side, minimum, as_of, known, candidates, tuple(questions), dropped)
