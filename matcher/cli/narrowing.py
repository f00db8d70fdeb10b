"""What narrowed an answer, as the terminal shows it, and what would narrow it further: words that
were understood as rules, terms insisted on and how they are met, counts by facet."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from matcher.matching.facets import MOST
from matcher.matching.musts import How, Met
from matcher.matching.pairing import Answer, Pairing
from matcher.organisation import Side
from matcher.query import Kind, Must, Query, Understood
from matcher.scheme import Scheme, folded

from .lines import GLUE

if TYPE_CHECKING:
    from .output import Speaker

SHOWN_CODES = 4
"""Entries shown of a facet."""
ONE_EACH = ("region", "country", "nature")
"""Facets of which an organisation stands under one code only: one code alone narrows nothing."""


def show_understood(answer: Answer, say: Speaker) -> None:
    """Each rule read out of the words, and how to strike it out."""
    rules: dict[tuple[str, bool], list[Understood]] = {}
    for each in answer.question.query.understood:
        rules.setdefault((each.words, each.wanted), []).append(each)
    if not rules:
        return
    say("理解为条件（--literal 全部不理解）：", "Understood as rules (--literal: as none):")
    for (words, wanted), read in rules.items():
        struck = read[0].code if read[0].kind is Kind.MUST else words
        typed = struck if struck.isalnum() else shlex.quote(struck)
        option = f"--strike {typed}".replace(" ", GLUE)
        say.line(f"  {read_as(words, wanted, read, say)}   {option}", hang=2)


def read_as(words: str, wanted: bool, read: list[Understood], say: Speaker) -> str:
    """What words were read as: “Dutch” = country/region Netherlands."""
    if read[0].kind is Kind.MUST:
        said = quoted(read[0].code)
        no = "" if wanted else say.word("不", "not ")
        return say.word(f"资料{no or '须'}含{said}", f"a profile must {no}hold {said}")
    scheme = scheme_of(read[0].kind.value, say, read[0].code)
    names = [scheme.get(each.code) for each in read]
    named = [each.zh if say.language == "zh" else each.en for each in names[:SHOWN_CODES]]
    more = len(names) - SHOWN_CODES
    listed = say.listed(named) + (say.word(f" 等 {len(names)} 个", f" +{more}") if more > 0 else "")
    kind = say.word(scheme.zh, scheme.en)
    refused = "" if wanted else say.word("不要", "not ")
    return say.word(
        f"“{words}” = {refused}{kind}：{listed}", f"“{words}” = {refused}{kind} {listed}"
    )


def scheme_of(facet: str, say: Speaker, code: str = "") -> Scheme:
    """The scheme that a facet's (or an understood rule's) codes stand in."""
    words = say.vocabulary
    if facet == "nature":
        return words.partner_nature if code in words.partner_nature else words.entity_type
    if facet == "mode":
        return words.cooperation_mode
    found: Scheme = words.sector_other if facet == "sector" else getattr(words, facet)
    return found


def quoted(text: str) -> str:
    """A term between quotation marks."""
    return f"“{text}”"


def show_unmet(answer: Answer, say: Speaker) -> bool:
    """Which terms nobody meets, before the nearest without them; False where all are met."""
    if not answer.unmet:
        return False
    musts = [must for must in answer.question.query.musts if must.text in answer.unmet]
    named = say.listed([demanded(must, say) for must in musts])
    say(f"没有机构的资料满足：{named}。", f"Nobody's profile meets: {named}.")
    if answer.nearest:
        count = len(answer.nearest)
        say(
            f"—— 不计必须的词，最接近的 {count} 家 ——",
            f"-- Nearest without the terms insisted on, {count} --",
        )
    else:
        say("不计必须的词，也没有符合条件的机构。", "Nobody is eligible without them either.")
    return True


def demanded(must: Must, say: Speaker) -> str:
    """A must as a person says it."""
    said = quoted(must.text)
    if not must.wanted:
        return say.word(f"不得有{said}", f"not {said}")
    return say.word(f"原文{said}", f"{said} as it is written") if must.literal else said


def show_musts(pairing: Pairing, musts: tuple[Must, ...], say: Speaker) -> None:
    """How the evidence meets each term insisted on, and with which words; a term that the text
    shown first does not hold is looked for in the others."""
    for must in musts:
        if not must.wanted:
            continue
        said = quoted(must.text)
        for place, evidence in enumerate(pairing.evidence):
            met = next((each for each in evidence.musts if each.text == must.text), None)
            if met is not None:
                where = f" [{evidence.source}:{evidence.key}, {evidence.language}]" if place else ""
                told = how_met(met, say) + where
                say(f"     必须{said}：{told}", f"     must {said}: {told}")
                break
        else:
            say(
                f"     必须{said}：见于该机构未列出的文本",
                f"     must {said}: in a text of its that is not shown",
            )


def how_met(met: Met, say: Speaker) -> str:
    """By meaning, “seawater” (similarity 0.79)."""
    words = f" {quoted(met.words)}" if met.words else say.word("的变形", ", in another form")
    if met.how is How.LITERAL:
        return say.word(f"原词{words}", f"the term itself{words}")
    if met.how is How.SYNONYM:
        return say.word(f"该能力的其他名称{words}", f"another name of the capability{words}")
    near = met.similarity or 0.0
    return say.word(
        f"含义相近{words}（相似度 {near:.2f}）", f"by meaning{words} (similarity {near:.2f})"
    )


def show_facets(answer: Answer, say: Speaker) -> None:
    """By which options the answer can be narrowed, with codes to copy."""
    query = answer.question.query
    kept = {facet: narrowing(facet, counts, query) for facet, counts in answer.facets}
    told = {facet: counts for facet, counts in kept.items() if counts}
    if not told:
        return
    say("可再缩小（与问题相近的机构数）：", "To narrow further (organisations near the question):")
    room = max(map(len, told)) + len("  --  ")
    for facet, counts in told.items():
        shown = [entry(facet, *each, answer, say) for each in counts[:SHOWN_CODES]]
        if left := len(counts) - len(shown):
            whole = len(dict(answer.facets)[facet]) < MOST
            shown.append(
                say.word(f"另 {left} 项", f"+{left} more")
                if whole
                else say.word(f"另 {left} 项以上", f"+{left} or more")
            )
        listed = f"{GLUE}· ".join(shown)
        say.line(f"  --{facet}".ljust(room) + listed, hang=room - 2)


def entry(facet: str, code: str, count: int, answer: Answer, say: Speaker) -> str:
    """One code with its name, where that says more, and its count: DE (Germany) 12."""
    scheme = scheme_of(facet, say, code)
    if facet == "nature" and answer.question.side is Side.BEIJING:
        scheme = say.vocabulary.entity_type if code in say.vocabulary.entity_type else scheme
    named = scheme.get(code)
    name = say.word(named.zh, named.en)
    called = "" if folded(name) == folded(code) else say.word(f"（{name}）", f" ({name})")
    return f"{code}{called}{GLUE}{count}"


def narrowing(
    facet: str, counts: tuple[tuple[str, int], ...], query: Query
) -> tuple[tuple[str, int], ...]:
    """The codes of a facet that narrow the answer: not the one asked for already, nor, where each
    organisation stands under one code, the only one."""
    if facet in ONE_EACH:
        return counts if len(counts) > 1 else ()
    asked = {"sector": query.sector, "capability": query.capability}[facet]
    return tuple(each for each in counts if each[0] != asked)
