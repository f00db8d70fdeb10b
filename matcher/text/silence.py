"""Which terms of a question are not looked for: its way of asking, legal forms, bare numbers.

They stand in the index all the same, so that words in quotation marks are found as they stand.
"""

from __future__ import annotations

import re

from .telling import SILENT_ZH, tells
from .terms import Term, is_han

LEGAL_FORMS_ZH = (
    "股份有限公司 有限责任公司 有限公司 股份公司 集团公司 有限合伙 合伙企业 株式会社 股份 集团"
)
LEGAL_FORMS_EN = (
    "gmbh ggmbh kgaa aktiengesellschaft ltd limited llc llp inc incorporated corp corporation plc "
    "pte pty pvt sarl srl sro zrt kft spzoo ltda"
)
"""Only those that are no other word: AG is silver and CO a gas as well."""

_FORMS = frozenset(f"{LEGAL_FORMS_ZH} {LEGAL_FORMS_EN}".split())
_LONG = sorted((word for word in SILENT_ZH | _FORMS if len(word) > 1 and is_han(word)), key=len)
_ASKING = re.compile("|".join([*reversed(_LONG), "[的吗呢吧谁哪帮找做]"]))


def told(run: list[Term]) -> list[bool]:
    """Of each word or character of a text (n,): whether it says something of the subject.

    Characters are judged by the Chinese words of asking that they stand in (需要, 公司); pairs of
    characters that tell nothing together (第一) are for `tells` to find.
    """
    letters = "".join(one.plain if is_han(one.plain) else "\0" for one in run)
    silent = {i for found in _ASKING.finditer(letters) for i in range(*found.span())}
    return [i not in silent and says(one.plain) for i, one in enumerate(run)]


def says(word: str) -> bool:
    """Whether a folded word, character or pair of characters says something of the subject."""
    return word not in _FORMS and tells(word)
