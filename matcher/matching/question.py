"""The question as the pipeline sees it: texts with vectors and weighted words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from matcher.errors import BadInput, Bilingual, EmptyQuestion
from matcher.organisation import ProfileKind, Side
from matcher.query import Query
from matcher.snapshot.columns import KINDS, SIDES, sector_bit
from matcher.snapshot.snapshot import Snapshot
from matcher.text.asked import Asked, ask
from matcher.text.encoder import Encoder, StaticEncoder, TokenisedText
from matcher.text.expansion import Names
from matcher.text.telling import counts, tells

from .eligibility import open_profiles

Floats = NDArray[np.float32]

MOST_TEXTS = 12
"""Texts of an organisation that ask on its behalf, the newest first: enough for its themes,
few enough to answer at once."""
MOST_TOKENS = 64
"""Words of one asking text that are aligned, the rarest first."""
COUNTED = 0.5
"""What is left of the weight of a number: it tells something, but meets its like anywhere."""


@dataclass(frozen=True, slots=True)
class AskedText:
    """One text of the question."""

    text: str
    kind: ProfileKind | None
    """What kind of profile it comes from; None for free text."""
    vector: Floats
    """(d,) of the encoder that retrieves."""
    pooled: Floats
    """(d,) of the project's own static table."""
    token_vectors: Floats
    """(m, 256) unit rows of the project's own static table."""
    token_weights: Floats
    """(m,) idf squared times how much the word tells, 0 to 1."""
    token_tells: NDArray[np.bool_]
    """(m,) Whether it tells what the text is about."""
    token_starts: NDArray[np.int32]
    token_ends: NDArray[np.int32]
    terms: tuple[Asked, ...]
    """What is looked for word by word, with what the vocabulary adds."""


@dataclass(frozen=True, slots=True)
class Question:
    """A query made ready to search with."""

    query: Query
    as_of: date
    side: Side
    asker: int | None
    """Row of the organisation on whose behalf it is put."""
    texts: tuple[AskedText, ...]
    asker_texts: NDArray[np.int64]
    """Text rows of what the asker offers or can do, for the second direction."""


def read_question(
    query: Query,
    today: date,
    snapshot: Snapshot,
    encoder: Encoder,
    static: StaticEncoder,
    names: Names,
) -> Question:
    """Resolve who asks for whom, and encode what is asked.

    Raises EmptyQuestion for a text without a word, UnknownOrganisation for an asker nobody
    knows, BadInput where the asker stands on the side looked for or on neither.
    """
    as_of = query.as_of or today
    if query.organisation is not None:
        asker: int | None = snapshot.find_organisation(query.organisation)
    elif query.profile is not None:
        asker = int(snapshot.columns.profile_organisation[profile_row(snapshot, query.profile)])
    elif query.asker is not None:
        asker = snapshot.find_organisation(query.asker)
    else:
        asker = None
    side = side_looked_for(query, asker, snapshot)
    if query.text is not None:
        asked = query.text if query.subject is None else query.subject
        bodies: list[tuple[str, ProfileKind | None]] = [(asked, None)]
        if not any(character.isalnum() for character in asked):
            raise EmptyQuestion(
                Bilingual("问题里没有文字。", "the question holds no word."),
                Bilingual(
                    "写一句要找什么，例如“钙钛矿封装”。",
                    'say what is looked for, e.g. "perovskite encapsulation".',
                ),
                where=repr(query.text)[:40],
            )
    else:
        bodies = profile_bodies(query, as_of, asker, snapshot)
    return Question(
        query=query,
        as_of=as_of,
        side=side,
        asker=asker,
        texts=tuple(encode_texts(bodies, encoder, static, names)),
        asker_texts=offered_texts(query, as_of, asker, snapshot),
    )


def side_looked_for(query: Query, asker: int | None, snapshot: Snapshot) -> Side:
    """The side asked for, else the opposite of the asker's, else partners abroad."""
    if asker is None:
        return query.side or Side.FOREIGN
    own = SIDES[snapshot.columns.organisation_side[asker]]
    wanted = query.side or own.opposite
    if own is Side.NONE or wanted is own:
        record = snapshot.organisations[asker]
        raise BadInput(
            Bilingual(
                "这个机构既不在北京也不在境外，或与所找的一方同侧；同侧之间不作推荐。",
                "this organisation stands on neither side, or on the side that is looked for; "
                "nobody is suggested within one side.",
            ),
            Bilingual(
                "换一个提问机构，或去掉/改正 --side。",
                "ask for another organisation, or drop or change --side.",
            ),
            where=f"{record['id']} {record['name']}",
        )
    return wanted


def profile_row(snapshot: Snapshot, profile: str) -> int:
    """The row of a profile by its id; rows are sorted by id."""
    low, high = 0, len(snapshot.profiles)
    while low < high:
        middle = (low + high) // 2
        if snapshot.profiles[middle]["id"] < profile:
            low = middle + 1
        else:
            high = middle
    if low == len(snapshot.profiles) or snapshot.profiles[low]["id"] != profile:
        raise BadInput(
            Bilingual("快照中没有这条资料。", "the snapshot holds no such profile."),
            Bilingual(
                "用 `matcher show 机构` 查看该机构的资料编号。",
                "look the profile's id up with `matcher show ORGANISATION`.",
            ),
            where=profile,
        )
    return low


def profile_bodies(
    query: Query, as_of: date, asker: int | None, snapshot: Snapshot
) -> list[tuple[str, ProfileKind | None]]:
    """The texts of the asking profile, or of the asking organisation's open profiles."""
    columns = snapshot.columns
    if query.profile is not None:
        rows = np.array([profile_row(snapshot, query.profile)])
    else:
        mask = open_profiles(snapshot, as_of, query.leave_out)
        # What was published without a name must not be quoted beside one.
        mask &= ~columns.profile_anonymous
        rows = np.flatnonzero(mask & (columns.profile_organisation == asker))
        rows = in_sector(snapshot, rows, query.sector)
        kinds = columns.profile_kind[rows]
        # Published offers and requests say what the organisation wants; what was inferred
        # speaks for it only where it has not spoken itself.
        inferred = kinds == KINDS.index(ProfileKind.CAPABILITY)
        if not inferred.all():
            rows = rows[~inferred]
        rows = rows[np.argsort(-columns.profile_dated[rows], kind="stable")]
    bodies: dict[int, ProfileKind | None] = {}
    for row in rows:
        for text in snapshot.texts_of_profile(int(row)):
            bodies.setdefault(int(text), KINDS[columns.profile_kind[row]])
    if not bodies:
        raise EmptyQuestion(
            Bilingual(
                "这个机构在该日期没有可用来提问的资料。",
                "this organisation has no profile to ask with on that day.",
            ),
            Bilingual(
                "用一句话提问并以 --for 指明机构，或先导入它的资料。",
                "ask in a sentence with --for, or import a profile of it first.",
            ),
            where=query.organisation or query.profile or "",
        )
    return [(snapshot.texts[t]["body"], kind) for t, kind in list(bodies.items())[:MOST_TEXTS]]


def in_sector(snapshot: Snapshot, rows: NDArray[np.int64], sector: str | None) -> NDArray[np.int64]:
    """Those of the asker's profiles that lie in the sector asked for; all, where none does."""
    if sector is None:
        return rows
    bit = sector_bit(snapshot.manifest.sectors[:-1], sector)
    inside = rows[(snapshot.columns.profile_sectors[rows] & bit) != 0]
    return inside if len(inside) else rows


def offered_texts(
    query: Query, as_of: date, asker: int | None, snapshot: Snapshot
) -> NDArray[np.int64]:
    """What the asker could give: its open offers and capabilities."""
    if asker is None:
        return np.empty(0, np.int64)
    columns = snapshot.columns
    mine = open_profiles(snapshot, as_of, query.leave_out) & (columns.profile_organisation == asker)
    mine &= columns.profile_kind != KINDS.index(ProfileKind.REQUEST)
    mine &= ~columns.profile_anonymous
    return np.unique(columns.holding_text[mine[columns.holding_profile]]).astype(np.int64)


def encode_texts(
    bodies: list[tuple[str, ProfileKind | None]],
    encoder: Encoder,
    static: StaticEncoder,
    names: Names,
) -> list[AskedText]:
    """Vectors, weighted tokens and terms of each asking text."""
    texts = [body for body, _ in bodies]
    tokens = static.tokenise(texts)
    telling = [telling_tokens(body, told) for body, told in zip(texts, tokens, strict=True)]
    subjects = [
        body if kind else subject(body, told, speaks)
        for (body, kind), told, speaks in zip(bodies, tokens, telling, strict=True)
    ]
    vectors = encoder.encode(subjects, is_query=True)
    pooled = vectors if encoder is static else static.encode(subjects)
    asked = []
    for (body, kind), vector, own, told, speaks in zip(
        bodies, vectors, pooled, tokens, telling, strict=True
    ):
        weights = static.idf[told.ids] ** 2 * speaks
        # Of a word said twice, that which counts more; then the rarest.
        order = np.lexsort((-weights, told.ids))
        first = order[np.unique(told.ids[order], return_index=True)[1]]
        first = first[weights[first] > 0]
        rarest = np.sort(first[np.argsort(-weights[first], kind="stable")[:MOST_TOKENS]])
        asked.append(
            AskedText(
                text=body,
                kind=kind,
                vector=vector,
                pooled=own,
                token_vectors=static.token_vectors(told.ids[rarest]),
                token_weights=weights[rarest].astype(np.float32),
                token_tells=speaks[rarest] == 1.0,
                token_starts=told.starts[rarest],
                token_ends=told.ends[rarest],
                terms=ask(body, names),
            )
        )
    return asked


def telling_tokens(text: str, tokens: TokenisedText) -> Floats:
    """(n,) How much each token tells of what a text is about: 1, COUNTED for a number, 0 for a word
    with which questions are put; 1 for all, where none tells anything."""
    words = (
        text[start:end].strip()
        for start, end in zip(tokens.starts.tolist(), tokens.ends.tolist(), strict=True)
    )
    told = np.array(
        [1.0 if tells(word) else COUNTED if counts(word) else 0.0 for word in words], np.float32
    )
    return told if (told == 1.0).any() else np.ones(len(told), np.float32)


def subject(text: str, tokens: TokenisedText, telling: Floats) -> str:
    """What free text tells, its tokens in order; pieces that touched stay one word."""
    joined, last = "", 0
    kept = telling == 1.0
    starts, ends = tokens.starts[kept].tolist(), tokens.ends[kept].tolist()
    for start, end in zip(starts, ends, strict=True):
        apart = joined and (start > last or text[start].isspace())
        joined += f"{' ' if apart else ''}{text[start:end].strip()}"
        last = end
    return joined or text
