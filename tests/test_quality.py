"""What is thin in a profile, what to add, and how complete it is."""

from __future__ import annotations

import dataclasses
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from cli_factory import a_terminal
from import_factory import lines_of

from matcher.catalogue.intake import import_files
from matcher.catalogue.store import Catalogue
from matcher.organisation import (
    Profile,
    ProfileKind,
    ProfileText,
    Publication,
    SourceKey,
)
from matcher.quality import LIMITS, Advice, Severity, advice, completeness

TODAY = date(2026, 11, 23)
ENGLISH = ProfileText(
    "en",
    "Hollow-fibre membrane contactors that keep their flux in flue gas with 80 ppm SO2",
    "We draw hollow fibres of 0.4 mm and pot them in modules of 12 m2. In a slip stream they held "
    "93 % of their flux over 2,100 hours. We look for a user with real flue gas.",
    "The fibres are spun from a polymer blend at 62 °C and coated in line. " * 8,
    "A power or cement plant that gives access to a slip stream and reports the results openly.",
    ("hollow fibre", "membrane contactor"),
)
CHINESE = ProfileText(
    "zh",
    "在含80ppm二氧化硫烟气中保持通量的中空纤维膜接触器",
    "纤维外径0.4毫米，封装成12平方米组件，旁路烟气运行2100小时后通量保持93%。希望找到有真实烟气的用户单位一起做考核。",
    "纤维由共混聚合物在62摄氏度下纺制并在线涂覆。" * 8,
    "希望对方是电厂或水泥厂，能提供旁路烟气接口并公开结果。",
    ("中空纤维", "膜接触器"),
)
WHOLE = Profile(
    id="p1",
    organisation="o1",
    kind=ProfileKind.OFFER,
    publication=Publication.PUBLISHED,
    texts=(CHINESE, ENGLISH),
    source=SourceKey("t", "1"),
    licence="x",
    attribution="x",
    trl=6,
    ip_status="granted",
    cooperation_types=("rd_cooperation",),
    valid_from=date(2026, 6, 1),
    valid_until=date(2027, 5, 31),
)


def text(**changes: Any) -> Profile:
    """WHOLE in English only, with its text changed."""
    return dataclasses.replace(WHOLE, texts=(dataclasses.replace(ENGLISH, **changes),))


def rules(found: list[Advice]) -> set[tuple[str, str]]:
    return {(one.rule, one.field) for one in found}


def test_a_whole_profile_needs_nothing() -> None:
    assert advice(WHOLE, TODAY) == []
    assert completeness(WHOLE) == 1.0


@pytest.mark.parametrize(
    ("profile", "rule", "field"),
    [
        (text(title="Membranes"), "short", "title_en"),
        (text(title="m" * 257), "too_long", "title_en"),
        (text(summary=""), "empty", "summary_en"),
        (text(summary="9" * 501), "too_long", "summary_en"),
        (text(description="Short, of 1 line."), "short", "description_en"),
        (text(description=ENGLISH.description + "and then the"), "cut_off", "description_en"),
        (text(partner_role=""), "empty", "partner_role_en"),
        (text(keywords=()), "no_keyword", "keywords_en"),
        (text(keywords=tuple("abcdef")), "many_keywords", "keywords_en"),
        (text(summary="We make membranes. " * 8, description="They last. " * 40), "no_figure",
         "description_en"),
        (text(description=ENGLISH.description + "Write to li@example.org."), "contact",
         "description_en"),
        (text(description=ENGLISH.description + "Call 13800138000."), "contact", "description_en"),
        (text(description="<p>" + ENGLISH.description), "markup", "description_en"),
        (text(description=ENGLISH.description + "the userâ€™s."), "garbled", "description_en"),
        (text(summary=CHINESE.summary), "wrong_language", "summary_en"),
        (text(), "one_language", "title_zh"),
        (dataclasses.replace(WHOLE, trl=None), "no_trl", "trl"),
        (dataclasses.replace(WHOLE, ip_status=None), "no_ip_status", "ip_status"),
        (dataclasses.replace(WHOLE, cooperation_types=()), "partnership_types",
         "cooperation_types"),
        (dataclasses.replace(WHOLE, cooperation_types=tuple("abcd")), "partnership_types",
         "cooperation_types"),
        (dataclasses.replace(WHOLE, valid_until=None), "no_end", "valid_until"),
        (dataclasses.replace(WHOLE, valid_until=date(2026, 11, 1)), "expired", "valid_until"),
        (dataclasses.replace(WHOLE, valid_until=date(2029, 1, 1)), "long_validity",
         "valid_until"),
    ],
)  # fmt: skip
def test_each_fault_is_named_with_its_field_and_cure(
    profile: Profile, rule: str, field: str
) -> None:
    found = advice(profile, TODAY)
    assert (rule, field) in rules(found)
    for one in found:
        assert all((one.what.zh, one.what.en, one.cure.zh, one.cure.en))
    order = [list(Severity).index(one.severity) for one in found]
    assert order == sorted(order)


def test_an_anonymous_profile_does_not_name_its_holder() -> None:
    profile = dataclasses.replace(
        text(summary=ENGLISH.summary + " Muchuan Works has 40 staff."), anonymous=True
    )
    assert ("names_holder", "summary_en") in rules(advice(profile, TODAY, ("MUCHUAN WORKS",)))
    assert ("names_holder", "summary_en") not in rules(advice(profile, TODAY, ("Another",)))


def test_a_request_needs_no_readiness_and_what_was_inferred_has_no_advice() -> None:
    request = dataclasses.replace(WHOLE, kind=ProfileKind.REQUEST, trl=None, ip_status=None)
    assert advice(request, TODAY) == []
    assert completeness(request) == 1.0
    inferred = dataclasses.replace(
        text(title="x"), kind=ProfileKind.CAPABILITY, publication=Publication.INFERRED
    )
    assert advice(inferred, TODAY) == []


def test_completeness_rises_with_all_that_is_added() -> None:
    bare = dataclasses.replace(
        text(summary="", description="", partner_role="", keywords=()),
        trl=None,
        ip_status=None,
        cooperation_types=(),
        valid_until=None,
    )
    steps = [
        bare,
        dataclasses.replace(bare, trl=6),
        dataclasses.replace(text(description="", partner_role="", keywords=()), trl=6),
        dataclasses.replace(text(partner_role=""), trl=6),
        text(),
        WHOLE,
    ]
    found = [completeness(step) for step in steps]
    assert found == sorted(set(found))
    assert 0 < found[0] < 0.3


def test_limits_are_those_of_the_template() -> None:
    assert LIMITS == {"title": 256, "summary": 500, "description": 4000, "partner_role": 4000}


def test_the_verb_shows_the_least_complete_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    run_cli = a_terminal(monkeypatch, capfdbinary)
    row = {"name_en": "Beta", "country": "DE", "profile_kind": "offer"}
    good = {
        f"{name}_en": getattr(ENGLISH, name)
        for name in ("title", "summary", "description", "partner_role")
    }
    path = lines_of(
        tmp_path,
        "rows",
        {**row, "id": "b", "profile_id": "good", **good},
        {**row, "id": "b", "profile_id": "bare", "title_en": "Membranes"},
    )
    home = ("--home", str(tmp_path / "home"))
    with Catalogue.open(tmp_path / "home", create=True) as catalogue:
        import_files(catalogue, [path])
    told = run_cli("advise", "Beta", "--json", *home).document()
    assert [p["reference"] for p in told["profiles"]] == ["tabular:bare", "tabular:good"]
    said = run_cli("advise", "--language", "en", *home).out
    assert "summary_en: The summary is empty." in said
    assert run_cli("advise", "nobody", *home).code == 2
