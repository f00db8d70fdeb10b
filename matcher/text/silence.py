"""Which terms of a question are not looked for: its way of asking, and legal forms.

They stand in the index all the same, so that words in quotation marks are found as they stand.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from .telling import ASKING_EN_WORDS, SILENT_ZH
from .terms import Term, is_han

LEGAL_FORMS_ZH = (
    "股份有限公司 有限责任公司 有限公司 股份公司 集团公司 有限合伙 合伙企业 株式会社 股份 集团"
)
LEGAL_FORMS_EN = (
    "gmbh ggmbh kgaa aktiengesellschaft ltd limited llc llp inc incorporated corp corporation plc "
    "pte pty pvt sarl srl sro zrt kft spzoo ltda"
)
"""Only those that are no other word: AG is silver and CO a gas as well."""

_SILENT = frozenset(f"{ASKING_EN_WORDS} {LEGAL_FORMS_EN}".split())
_SILENT_ZH = SILENT_ZH | frozenset(LEGAL_FORMS_ZH.split())
_LONG = sorted((word for word in _SILENT_ZH if len(word) > 1 and is_han(word)), key=len)
# Single characters are parts of too many words (能 of 能源), but for these.
_ASKING = re.compile("|".join([*reversed(_LONG), "[我你您谁哪吗呢吧的帮找做想请]"]))


def telling(words: Sequence[Term]) -> list[bool]:
    """Of each word and character of a question (n,): whether it says something of the subject.

    Numbers do, and rare ones are rare; characters are judged by the words of asking that they
    stand in (需要, 公司).
    """
    letters = "".join(one.plain if is_han(one.plain) else "\0" for one in words)
    silent = {place for found in _ASKING.finditer(letters) for place in range(*found.span())}
    return [i not in silent and one.plain not in _SILENT for i, one in enumerate(words)]
