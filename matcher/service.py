"""The one service behind all doors: command line, API, lists, demo and Python.

Each function answers one question. Names of sectors, countries and regions come in as a person
writes them (code, Chinese or English name) and are resolved here, once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from matcher.errors import BadInput, Bilingual, EmptyQuestion, SnapshotMismatch, UnknownTerm
from matcher.matching.eligibility import RULES
from matcher.matching.features import BLOCKS
from matcher.matching.pairing import Answer, Pairing
from matcher.matching.pipeline import Equipment, Reasons, explainer, match, rank
from matcher.matching.question import Question
from matcher.matching.ranker import shipped_ranker
from matcher.organisation import Side
from matcher.query import Kind, Query
from matcher.snapshot.manifest import REBUILD
from matcher.snapshot.snapshot import Snapshot
from matcher.text.encoder import Encoder, default_encoder, load_encoder
from matcher.text.normalise import as_seen
from matcher.text.reranker import load_reranker
from matcher.text.terms import words_and_characters
from matcher.understanding.places import member_countries
from matcher.understanding.reading import LONGEST, Reading, read
from matcher.vocabulary import Vocabulary, load_vocabulary

ALL = 1_000_000_000
SAME_MODEL = Bilingual(
    "用建快照时的编码器（--model 或 MATCHER_MODEL），"
    "或以现在的编码器运行 `matcher index` 重建快照。",
    "take the encoder it was made with (--model or MATCHER_MODEL), or build it again: run "
    "`matcher index` with the encoder of now.",
)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asks, as they wrote it; `Matcher.query` resolves it."""

    text: str | None = None
    profile: str | None = None
    organisation: str | None = None
    asker: str | None = None
    side: str | None = None
    sector: str | None = None
    capability: str | None = None
    countries: Sequence[str] = ()
    regions: Sequence[str] = ()
    natures: Sequence[str] = ()
    strike: Sequence[str] = ()
    """Words that must not be understood as rules, as an answer's `understood` shows them."""
    literal: bool = False
    """Nothing is understood: every word of the text is its subject."""
    k: int = 10
    as_of: date | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why two organisations are, or are not, suggested to each other."""

    pairing: Pairing | None
    """None where a rule keeps them apart."""
    rule: str | None
    question: Question
    known_partner: bool


class Matcher:
    """One open snapshot with its encoder, vocabulary and ranker. Safe to share among threads."""

    def __init__(self, equipment: Equipment) -> None:
        self.equipment = equipment

    @classmethod
    def open(cls, home: Path, model: str | None = None, rerank: str | None = None) -> Matcher:
        """The snapshot that serves in `home`, asked with `model` (None: the project's encoder);
        `rerank` names a cross-encoder that reads the best texts once more (None: nothing does).

        Raises NotReady without a snapshot, SnapshotDamaged, SnapshotMismatch where the snapshot
        was made with another encoder or vocabulary, and what the two models' loaders raise.
        """
        snapshot = Snapshot.open_current(home)
        encoder, static, vocabulary = load_encoder(model), default_encoder(), load_vocabulary()
        check_agreement(snapshot, encoder, static.fingerprint, vocabulary)
        ranker = shipped_ranker(tuple(BLOCKS.items()))
        reranker = load_reranker(rerank)
        return cls(Equipment(snapshot, encoder, static, vocabulary, ranker, reranker))

    @property
    def snapshot(self) -> Snapshot:
        return self.equipment.snapshot

    @property
    def vocabulary(self) -> Vocabulary:
        return self.equipment.vocabulary

    def query(self, wish: Wish) -> Query:
        """The wish with every name resolved; UnknownTerm, with near names, where one is not."""
        words = self.vocabulary
        put = [x for x in (wish.text, wish.profile, wish.organisation) if x is not None]
        if len(put) != 1:
            raise BadInput(
                Bilingual(
                    "一次只能用文字、资料编号或机构三者之一提问。",
                    "a query is one of a text, a profile or an organisation.",
                ),
                Bilingual("只给其中一项。", "give exactly one of them."),
            )
        if not 1 <= wish.k <= ALL:
            raise BadInput(
                Bilingual(
                    f"条数至少为 1，至多为 {ALL:,}。",
                    f"the number of pairings must be at least 1 and at most {ALL:,}.",
                ),
                Bilingual("例如 -k 10。", "e.g. -k 10."),
                where="k",
            )
        text = None if wish.text is None else as_seen(wish.text)
        countries = [words.country.resolve(c, "country").code for c in wish.countries]
        regions = [words.region.resolve(r, "region").code for r in wish.regions]
        sector, capability = words.sector_other.resolve, words.capability.resolve
        query = Query(
            text=text,
            profile=wish.profile,
            organisation=wish.organisation,
            asker=wish.asker,
            side=self.side(wish.side),
            # An empty name is a mistake (an unset variable of a shell), not the wish for all.
            sector=None if wish.sector is None else sector(wish.sector, "sector").code,
            capability=(
                None if wish.capability is None else capability(wish.capability, "capability").code
            ),
            countries=tuple(dict.fromkeys(countries)),
            regions=tuple(dict.fromkeys(regions)),
            natures=tuple(dict.fromkeys(map(self.nature, wish.natures))),
            k=wish.k,
            as_of=wish.as_of,
            unread=text is not None and len(text) > LONGEST and not wish.literal,
        )
        if text is None:
            return query
        reading = read(text, words, strike=wish.strike, literal=wish.literal)
        return understood(query, reading, words)

    def nature(self, text: str) -> str:
        """A partner nature or entity type by code or name."""
        words = self.vocabulary
        found = words.partner_nature.find(text) or words.entity_type.find(text)
        return (found or words.partner_nature.resolve(text, "nature")).code

    def side(self, text: str | None) -> Side | None:
        """The side looked for, by code or name."""
        if text is None:
            return None
        cure = Bilingual("用 beijing（北京）或 foreign（境外）。", "use beijing or foreign.")
        term = self.vocabulary.side.find(text)
        if term is None:  # not `resolve`, whose near names may be one that is refused below
            what = Bilingual(f"“{text}”不是已知的所属方。", f'"{text}" is no known side.')
            raise UnknownTerm(what, cure, where="side")
        if term.code == Side.NONE.value:
            what = Bilingual(
                "不会推荐两侧之外的机构。", "nobody of neither side is ever suggested."
            )
            raise BadInput(what, cure, where="side")
        return Side(term.code)

    def match(
        self, query: Query | Wish | str, reasons: Reasons = Reasons.ALL, today: date | None = None
    ) -> Answer:
        """The pairings worth a broker's time; see `matcher.matching.pipeline.match`."""
        if isinstance(query, str):
            query = Wish(text=query)
        if isinstance(query, Wish):
            query = self.query(query)
        self.check_script(query)
        return match(query, self.equipment, today or local_day(), reasons)

    def check_script(self, query: Query) -> None:
        """EmptyQuestion where the project's encoder knows nothing of the text, and no text holds a
        word of it: all partners would come equally near."""
        encoder, static = self.equipment.encoder, self.equipment.static
        asked = query.subject or query.text or ""
        if not any(map(str.isalnum, asked)) or encoder.fingerprint != static.fingerprint:
            return
        if static.knows(asked):
            return
        if not any(
            map(self.snapshot.lexicon.frequency, {w.text for w in words_and_characters(asked)})
        ):
            raise EmptyQuestion(
                Bilingual(
                    "问题里没有认得的词：自带的编码器只懂中文和英文。",
                    "no word of the question is known: our own encoder reads Chinese and English.",
                ),
                Bilingual(
                    "用中文或英文提问，或用 --model 换一个懂这种语言的模型。",
                    "ask in Chinese or English, or take a model that reads the language (--model).",
                ),
                where=asked[:40],
            )

    def explain(
        self, asker: str, partner: str, as_of: date | None = None, today: date | None = None
    ) -> Explanation:
        """Why `partner` is, or is not, suggested to `asker`; both by id or name."""
        row = self.snapshot.find_organisation(partner)
        query = Query(organisation=asker, k=ALL, as_of=as_of)
        ranking = rank(query, self.equipment, today or local_day())
        broken = int(ranking.eligible.rule_of[row])
        if broken >= 0:
            return Explanation(None, RULES[broken], ranking.question, known_partner=False)
        for places, known in ((ranking.placed.pairings, False), (ranking.placed.partners, True)):
            for place in places:
                if place.organisation == row:
                    pairing = explainer(self.equipment, query).pairing(place, Reasons.ALL.value)
                    return Explanation(pairing, None, ranking.question, known_partner=known)
        raise AssertionError(f"{partner} is eligible, so it must have a place")

    def organisation(self, name: str) -> dict[str, Any]:
        """One organisation with its profiles and their texts, by id or name."""
        return self.snapshot.describe(self.snapshot.find_organisation(name))


def local_day() -> date:
    """Today where the operator is."""
    return datetime.now().astimezone().date()


def check_agreement(
    snapshot: Snapshot, encoder: Encoder, static_fingerprint: str, vocabulary: Vocabulary
) -> None:
    """Refuse to answer from a snapshot that was made with something else than is at hand."""
    manifest = snapshot.manifest
    for zh, en, theirs, ours in (
        ("编码器", "encoder", manifest.encoder_fingerprint, encoder.fingerprint),
        ("词向量表", "token table", manifest.alignment_fingerprint, static_fingerprint),
        ("词表", "vocabulary", manifest.vocabulary, vocabulary.fingerprint),
    ):
        if theirs != ours:
            raise SnapshotMismatch(
                Bilingual(
                    f"快照是用另一个{zh}建的（快照：{manifest.encoder}，指纹 {theirs[:12]}；"
                    f"现在：{encoder.name}，指纹 {ours[:12]}）。",
                    f"the snapshot was made with another {en} (snapshot: {manifest.encoder}, "
                    f"fingerprint {theirs[:12]}; now: {encoder.name}, {ours[:12]}).",
                ),
                SAME_MODEL if en == "encoder" else REBUILD,
                where=snapshot.id,
            )


def open_matcher(home: str | Path, model: str | None = None, rerank: str | None = None) -> Matcher:
    """The service over a home folder; see `Matcher.open`."""
    return Matcher.open(Path(home), model, rerank)


PLACES = (Kind.COUNTRY, Kind.REGION, Kind.INITIATIVE)


def understood(query: Query, reading: Reading, words: Vocabulary) -> Query:
    """The query with the rules that its text sets. An option that was given wins over words of
    the text that ask for the same: these are then not said to be understood."""
    taken: set[Kind] = {Kind.NATURE} if query.natures else set()
    if query.countries or query.regions:
        taken |= {*PLACES}
    rules = tuple(u for u in reading.understood if not (u.wanted and u.kind in taken))
    spoken = any(map(str.isalnum, reading.subject))
    if not spoken and rules and all(u.kind is Kind.MUST and not u.wanted for u in rules):
        raise EmptyQuestion(  # searched by, the words would put first what comes nearest to them
            Bilingual(
                "问题只说了不要什么，没有说要找什么。",
                "the question says only what is not wanted, and not what is looked for.",
            ),
            Bilingual(
                "加上要找的内容，例如“光伏组件 -钙钛矿”。",
                'add what is looked for, e.g. "solar modules -perovskite".',
            ),
            where=repr(reading.text)[:40],
        )

    def codes(kind: Kind, *, wanted: bool) -> tuple[str, ...]:
        return tuple(dict.fromkeys(u.code for u in rules if (u.kind, u.wanted) == (kind, wanted)))

    def countries(*, wanted: bool) -> tuple[str, ...]:
        named = [code for c in codes(Kind.COUNTRY, wanted=wanted) for code in member_countries(c)]
        if codes(Kind.INITIATIVE, wanted=wanted):
            named += [c for c in words.country.codes if words.on_belt_and_road(c)]
        return tuple(dict.fromkeys(named))

    return replace(
        query,
        # Where nothing is asked for but rules, the words themselves are what can be searched by.
        subject=reading.subject if spoken else None,
        countries=query.countries or countries(wanted=True),
        regions=query.regions or codes(Kind.REGION, wanted=True),
        not_countries=countries(wanted=False),
        not_regions=codes(Kind.REGION, wanted=False),
        natures=query.natures or codes(Kind.NATURE, wanted=True),
        not_natures=codes(Kind.NATURE, wanted=False),
        modes=codes(Kind.MODE, wanted=True),
        not_modes=codes(Kind.MODE, wanted=False),
        musts=tuple(dict.fromkeys(reading.musts)),
        understood=rules,
    )
