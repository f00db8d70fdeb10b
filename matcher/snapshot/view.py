"""How organisations, profiles and texts stand in a snapshot and so in every answer."""

from __future__ import annotations

from typing import Any

from matcher.organisation import OTHER_SECTOR, Organisation, Profile, ProfileText
from matcher.quality import completeness
from matcher.text.normalise import has_han
from matcher.vocabulary import Vocabulary

from .gather import Gathered, sector_codes


def organisation_records(gathered: Gathered, vocabulary: Vocabulary) -> list[dict[str, Any]]:
    """One record an organisation, in row order."""
    sectors: dict[str, set[str]] = {}
    for profile in gathered.profiles:
        if profile.anonymous:  # its sector would tell of it beside the name
            continue
        codes = sectors.setdefault(profile.organisation, set())
        codes.update(code for code, _ in sector_codes(profile))
    return [
        organisation_record(
            organisation,
            [code for code in gathered.sectors if code in sectors.get(organisation.id, ())],
            gathered.sectors[main] if main >= 0 else None,
            vocabulary,
        )
        for organisation, main in zip(
            gathered.organisations, gathered.main_sectors.tolist(), strict=True
        )
    ]


def organisation_record(
    organisation: Organisation, sectors: list[str], main: str | None, vocabulary: Vocabulary
) -> dict[str, Any]:
    """The organisation block of an answer, ready to be spliced into its JSON."""
    shown = organisation.name()
    country = vocabulary.country.get(organisation.country) if organisation.country else None
    return {
        "id": organisation.id,
        "name": shown,
        "names": {"zh": name_in(organisation, "zh"), "en": name_in(organisation, "en")},
        "aliases": sorted({n.text for n in organisation.names} - {shown}),
        "identifiers": [{"scheme": i.scheme, "value": i.value} for i in organisation.identifiers],
        "sources": [{"source": s.source, "key": s.key} for s in organisation.sources],
        "side": organisation.side.value,
        "country": organisation.country,
        "country_name": {"zh": country.zh, "en": country.en} if country else None,
        "region": vocabulary.region_of(organisation.country) if organisation.country else None,
        "city": organisation.city,
        "district": organisation.district,
        "entity_type": organisation.entity_type,
        "partner_nature": organisation.partner_nature,
        "entry_year": organisation.entry_year,
        "sectors": sectors,
        "main_sector": main or (OTHER_SECTOR if sectors else None),
        "parents": list(organisation.parents),
        "fictional": organisation.fictional,
    }


def name_in(organisation: Organisation, language: str) -> str | None:
    """The best name in zh or en; a name of unknown language counts by its script."""
    named = organisation.name(language)
    if named is None:
        unmarked = [n.text for n in organisation.names if n.language == "und"]
        named = next((n for n in unmarked if has_han(n) == (language == "zh")), None)
    return named


def profile_record(profile: Profile) -> dict[str, Any]:
    """What evidence needs to say of the profile behind it."""
    return {
        "id": profile.id,
        "organisation": profile.organisation,
        "kind": profile.kind.value,
        "publication": profile.publication.value,
        "source": {"source": profile.source.source, "key": profile.source.key},
        "licence": profile.licence,
        "attribution": profile.attribution,
        "date": profile.dated.isoformat() if profile.dated else None,
        "participants": profile.participants,
        "sectors": [
            {"code": t.code, "origin": t.origin.value, "confidence": t.confidence}
            for t in profile.sectors
        ],
        "capabilities": [
            {"code": t.code, "origin": t.origin.value, "confidence": t.confidence}
            for t in profile.capabilities
        ],
        "trl": profile.trl,
        "ip_status": profile.ip_status,
        "protected_countries": list(profile.protected_countries),
        "cooperation_types": list(profile.cooperation_types),
        "cooperation_modes": list(profile.cooperation_modes),
        "target_countries": list(profile.target_countries),
        "valid_from": profile.valid_from.isoformat() if profile.valid_from else None,
        "valid_until": profile.valid_until.isoformat() if profile.valid_until else None,
        "anonymous": profile.anonymous,
        "completeness": completeness(profile),
    }


def text_record(text: ProfileText) -> dict[str, Any]:
    """A text with its fields; `body` is what was encoded and what offsets count in."""
    return {
        "id": text.id,
        "language": text.language,
        "title": text.title,
        "body": text.body,
        "keywords": list(text.keywords),
    }
