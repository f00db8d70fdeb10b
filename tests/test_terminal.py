"""What a broker reads on the terminal beside the pairings: rules, terms insisted on, facets, and
lines that fit."""

from __future__ import annotations

import re
import shlex
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from registry_factory import ARegistry, a_matcher, a_profile, an_organisation

from matcher.cli.lines import broken, columns, shortened, width
from matcher.cli.narrowing import SHOWN_CODES
from matcher.cli.output import show_answer
from matcher.matching.document import answer_document
from matcher.matching.facets import MOST
from matcher.matching.musts import MEANT, How
from matcher.organisation import Profile, ProfileText
from matcher.query import Kind
from matcher.service import Matcher, Wish

SEAWATER_EN = "Reverse osmosis skids that turn seawater into drinking water on islands."
SEAWATER_ZH = "海岛用反渗透装置，把海水变成饮用水。"
COUNTRIES = ["DE", "FR", "IT", "ES", "JP", "KR", "US", "CA", "BR", "ZA", "SE", "NO", "FI", "DK"]


def in_both(profile: Profile, zh: str, en: str) -> Profile:
    return replace(profile, texts=(ProfileText("zh", zh), ProfileText("en", en)))


@pytest.fixture(scope="module")
def matcher(tmp_path_factory: pytest.TempPathFactory) -> Matcher:
    world = ARegistry()

    def hold(key: str, text: str, country: str = "DE", **others: str) -> Profile:
        who = an_organisation(key, country=country, partner_nature=others.pop("nature", None))
        world.made.append(who)
        world.with_profiles.append(a_profile(who, text, sectors=("environment",)))
        return world.with_profiles[-1]

    hold("literal", SEAWATER_ZH, nature="university")
    hold("meant", SEAWATER_EN, nature="enterprise")
    hold("drones", "Inspection of power lines with unmanned aircraft and cameras.", "FR")
    hold("forms", "We draw hollow fibre membranes for gas separation.", "FR")
    twin = hold("twin", SEAWATER_ZH, "SE")
    world.with_profiles[-1] = in_both(twin, "另做电渗析。", "Small plants for islands.")
    for number, country in enumerate(COUNTRIES):
        hold(f"wafer-{number}", f"Wafer bonding at low temperature, line {number}.", country)
    body = an_organisation("body", country="CN", entity_type="university")
    world.made.append(body)
    world.with_profiles.append(a_profile(body, "晶圆键合设备。"))
    return a_matcher(tmp_path_factory.mktemp("terminal"), world)


def shown(
    matcher: Matcher, capsys: pytest.CaptureFixture[str], text: str, language: str, **wish: object
) -> str:
    answer = matcher.match(Wish(text=text, **wish))  # type: ignore[arg-type]
    show_answer(answer, language, matcher.vocabulary)
    return capsys.readouterr().out


def block(out: str, name: str) -> str:
    """The lines of one pairing."""
    return re.split(r"(?m)^(?= *\d+\. |\S)", out.split(f"{name} Institute")[1])[0]


@pytest.mark.parametrize(
    ("text", "name", "zh", "en"),
    [
        ("+海水 饮用水", "literal", "必须“海水”：原词 “海水”",
         "must “海水”: the term itself “海水”"),
        ("+海水 饮用水", "meant", "必须“海水”：含义相近 “seawater”（相似度 0.",
         "must “海水”: by meaning “seawater” (similarity 0."),
        ("+seawater skids", "literal", "必须“seawater”：含义相近 “海水”（相似度 0.",
         "must “seawater”: by meaning “海水” (similarity 0."),
        ("+无人机 巡检", "drones", "必须“无人机”：该能力的其他名称 “unmanned aircraft”",
         "must “无人机”: another name of the capability “unmanned aircraft”"),
        ("+membrane gas", "forms", "必须“membrane”：原词的变形",
         "must “membrane”: the term itself, in another form"),
        ('"hollow fibre" gas', "forms", "必须“hollow fibre”：原词 “hollow fibre”",
         "must “hollow fibre”: the term itself “hollow fibre”"),
    ],
)  # fmt: skip
def test_how_a_term_insisted_on_is_met_stands_beside_the_evidence(
    matcher: Matcher, capsys: pytest.CaptureFixture[str], text: str, name: str, zh: str, en: str
) -> None:
    assert zh in block(shown(matcher, capsys, text, "zh"), name)
    assert en in block(shown(matcher, capsys, text, "en"), name)


def test_a_term_in_another_text_of_the_profile_is_found_there(
    matcher: Matcher, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = matcher.match(Wish(text="+电渗析 small plants for islands"))
    (pairing,) = answer.pairings
    first, second = pairing.evidence
    assert (first.language, first.musts) == ("en", ())  # no claim that it meets it by meaning
    assert [(met.how, met.words) for met in second.musts] == [(How.LITERAL, "电渗析")]
    out = shown(matcher, capsys, "+电渗析 small plants for islands", "en")
    assert "must “电渗析”: the term itself “电渗析” [made:twin/1, zh]" in out
    hidden = replace(answer, pairings=(replace(pairing, evidence=pairing.evidence[:1]),))
    show_answer(hidden, "zh", matcher.vocabulary)
    assert "必须“电渗析”：见于该机构未列出的文本" in capsys.readouterr().out


def test_the_similarity_is_that_which_let_the_text_pass(matcher: Matcher) -> None:
    answer = matcher.match(Wish(text="+海水 饮用水"))
    document = answer_document(answer)
    met = [m for p in document["pairings"] for e in p["evidence"] for m in e["musts"]]
    assert {m["how"] for m in met} == {"literal", "meaning"}
    for one in met:
        assert (one["similarity"] is None) == (one["how"] == "literal")
        assert one["how"] == "literal" or MEANT - 0.001 <= one["similarity"] <= 1.0


def test_unwanted_terms_and_no_reasons_show_no_term_met(
    matcher: Matcher, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "     must " not in shown(matcher, capsys, "wafer bonding -seawater", "en")


def test_nobody_meets_a_term(matcher: Matcher, capsys: pytest.CaptureFixture[str]) -> None:
    text = '+qzxwv "low temperature" wafer bonding'
    zh, en = (shown(matcher, capsys, text, tongue) for tongue in ("zh", "en"))
    assert "没有机构的资料满足：“qzxwv”。" in zh
    assert "Nobody's profile meets: “qzxwv”." in en
    assert "—— 不计必须的词，最接近的 5 家 ——" in zh
    assert len(re.findall(r"(?m)^ +\d+\. ", en.split("-- Nearest without")[1])) == 5
    assert "19 without a profile that meets the terms insisted on" in en
    assert "没有资料满足必须的词 19 家" in zh
    assert "To narrow further" not in en


def test_all_that_nobody_meets_is_named_as_it_was_asked_for(
    matcher: Matcher, capsys: pytest.CaptureFixture[str]
) -> None:
    both = shown(matcher, capsys, "+seawater -seawater", "en")
    assert "Nobody's profile meets: “seawater”, not “seawater”." in both
    assert "不得有“seawater”" in shown(matcher, capsys, "+seawater -seawater", "zh")
    phrase = shown(matcher, capsys, '"low pressure wafer"', "en", countries=("JP",))
    assert "Nobody's profile meets: “low pressure wafer” as it is written." in phrase
    nowhere = shown(matcher, capsys, "+qzxwv wafer", "en", countries=("MT",))
    assert "Nobody is eligible without them either." in nowhere


RULED = 'Swedish university for "hollow fibre" -glue, not from Japan'


def test_what_was_understood_is_shown_and_each_can_be_struck(
    matcher: Matcher, capsys: pytest.CaptureFixture[str]
) -> None:
    out = shown(matcher, capsys, RULED, "en")
    assert "Understood as rules (--literal: as none):" in out
    assert "“Swedish” = country/region Sweden   --strike Swedish" in out
    assert "“Japan” = not country/region Japan   --strike Japan" in out
    assert "a profile must hold “hollow fibre”   --strike 'hollow fibre'" in out
    assert "a profile must not hold “glue”   --strike glue" in out
    zh = shown(matcher, capsys, RULED, "zh")
    assert "“Japan” = 不要国家/地区：日本   --strike Japan" in zh
    group = shown(matcher, capsys, "北欧的海上风电伙伴", "zh")
    assert "“北欧” = 国家/地区：丹麦、芬兰、冰岛、挪威 等 5 个   --strike 北欧" in group
    assert "资料须含“hollow fibre”" in zh
    assert "资料不含“glue”" in zh
    options = re.findall(r"(?m)   --strike (.+)$", out)
    rules = matcher.query(Wish(text=RULED)).understood
    assert len(options) == len({(u.words, u.wanted) for u in rules})
    for option in options:
        (typed,) = shlex.split(option)
        left = matcher.query(Wish(text=RULED, strike=(typed,))).understood
        assert len(left) < len(rules)
        assert typed not in {u.code if u.kind is Kind.MUST else u.words for u in left}
    assert "--strike" not in shown(matcher, capsys, RULED, "en", literal=True)


def facet_lines(out: str, head: str) -> dict[str, str]:
    """Facet to what stands behind its option."""
    lines = out.split(head)[1].splitlines()[1:]
    found = (re.match(r"  --(\w+) +(.+)", line) for line in lines)
    return {match[1]: match[2] for match in found if match}


def test_each_code_of_a_facet_narrows_the_answer(
    matcher: Matcher, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "wafer bonding at low temperature"
    whole = matcher.match(Wish(text=text))
    out = shown(matcher, capsys, text, "en")
    facets = facet_lines(out, "To narrow further (organisations near the question):")
    assert {"sector", "region", "country"} <= set(facets)
    assert out.index("--region") > out.index("  1. ")
    counted = dict(whole.facets)
    options = {"region": "regions", "country": "countries", "nature": "natures"}
    for facet, line in facets.items():
        entries = [e for e in line.split(" · ") if not e.startswith("+")]
        assert len(entries) <= SHOWN_CODES
        for entry in entries:
            code, count = entry.split(" ")[0], int(entry.split(" ")[-1])
            assert dict(counted[facet])[code] == count
            key = options.get(facet, facet)
            wish = Wish(text=text, **{key: (code,) if facet in options else code})  # type: ignore[arg-type]
            assert count <= matcher.match(wish).eligible <= whole.eligible
    assert len(counted["country"]) == MOST
    assert facets["country"].endswith(f"+{MOST - SHOWN_CODES} or more")
    assert "DE (Germany) 1" in facets["country"]
    assert facets["region"].startswith("europe ")


def test_facets_in_chinese_and_what_is_asked_for_already(
    matcher: Matcher, capsys: pytest.CaptureFixture[str]
) -> None:
    head = "可再缩小（与问题相近的机构数）："
    zh = facet_lines(shown(matcher, capsys, "晶圆键合", "zh"), head)
    assert "europe（欧洲）" in zh["region"]
    assert zh["country"].endswith(f"另 {MOST - SHOWN_CODES} 项以上")
    assert re.fullmatch(r"environment（节能环保） \d+", zh["sector"])
    asked = shown(matcher, capsys, "晶圆键合", "zh", sector="environment", countries=("FR",))
    assert "--sector" not in asked
    assert "--country" not in asked
    assert "--region" not in asked
    none = shown(matcher, capsys, "晶圆键合", "zh", countries=("MT",))
    assert head not in none


@pytest.mark.parametrize("wide", [80, 120])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_line_is_wider_than_the_terminal(
    matcher: Matcher, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
    wide: int, language: str,
) -> None:  # fmt: skip
    monkeypatch.setenv("COLUMNS", str(wide))
    for text in ("+海水 饮用水", RULED, "+qzxwv 海水", "wafer bonding at low temperature", "膜"):
        out = shown(matcher, capsys, text, language)
        assert max(map(width, out.splitlines())) <= wide
    monkeypatch.delenv("COLUMNS")
    assert columns() is None  # captured, no terminal: one sentence a line
    assert max(map(width, shown(matcher, capsys, "膜", language).splitlines())) > 80


WORDS = st.lists(
    st.sampled_from(["海水", "淡化，", "（膜）", "membrane", "a", "+0.52", "“x”", "…", "地区："])
)  # fmt: skip


@given(WORDS.map(" ".join) | WORDS.map("".join).filter(lambda text: len(text) < 30),
       st.integers(40, 90), st.integers(0, 8))  # fmt: skip
def test_a_broken_line_fits_and_says_the_same(text: str, wide: int, hang: int) -> None:
    lines = broken(f"   {text}", wide, hang).split("\n")
    assert all(width(line) <= wide for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    indent = " " * (3 + hang)
    assert all(line.startswith(indent) and line[len(indent)] not in " ，）：" for line in lines[1:])
    assert broken(f"   {text}", None, hang) == f"   {text}".rstrip(" ")


def test_widths_count_chinese_twice() -> None:
    assert (width("膜ab"), width("abc")) == (4, 3)
    assert shortened("海水淡化", 5) == "海水…"
    assert shortened("海水淡化", 8) == "海水淡化"
    assert broken("x" * 50, 40) == "x" * 50
