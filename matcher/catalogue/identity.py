"""Who is who and where: the folded name that identifies a body without an id, its side, scripts."""

from __future__ import annotations

import re
import unicodedata

from matcher.organisation import Side
from matcher.vocabulary import Vocabulary

_NOT_WORD = re.compile(r"[\W_]+")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_HAN_SHARE = 0.3


def folded_name(name: str) -> str:
    """`name` by NFKC, without case; all that is neither letter nor digit becomes one space."""
    return _NOT_WORD.sub(" ", unicodedata.normalize("NFKC", name).casefold()).strip()


def name_and_country(name: str, country: str | None) -> str:
    """The key of a body that its source gives no id: folded name, "|", country or nothing.

    Empty where the name holds no letter and no digit.
    """
    folded = folded_name(name)
    return f"{folded}|{country or ''}" if folded else ""


def side_of(
    country: str | None, city: str | None, vocabulary: Vocabulary, district: str | None = None
) -> Side:
    """The side of a place: Beijing; the rest of the mainland and unknown countries, none; all
    else, Hong Kong, Macao and Taiwan included, foreign. `country` and `district` are codes."""
    if country is None:
        return Side.NONE
    if country != "CN":
        return Side.FOREIGN
    in_beijing = district is not None or (city is not None and vocabulary.is_beijing(city))
    return Side.BEIJING if in_beijing else Side.NONE


def language_of(text: str, latin: str) -> str:
    """ "zh" if at least three letters in ten are Chinese characters, else `latin`."""
    chinese = len(_HAN.findall(text))
    if not chinese:
        return latin
    letters = sum(character.isalpha() for character in text)
    return "zh" if chinese >= _HAN_SHARE * letters else latin
