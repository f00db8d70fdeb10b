"""The columns that a tabular file may have, and how a header is understood.

They are set out in `docs/import.md`; a test keeps the two alike.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

HEADERS: dict[str, tuple[str, ...]] = {
    "record": ("记录类型", "Record type"),
    "source": ("来源", "Source"),
    "id": ("机构编号", "编号", "Organisation ID"),
    "name_zh": ("中文名称", "Chinese name"),
    "name_en": ("英文名称", "English name"),
    "aliases": ("别名", "Other names"),
    "identifiers": ("标识符", "Identifiers"),
    "country": ("国家/地区", "Country/Region"),
    "city": ("城市", "City"),
    "district": ("区", "所在区", "District"),
    "entity_type": ("机构类型", "Entity type"),
    "partner_nature": ("合作方性质", "Partner nature"),
    "parents": ("上级机构", "Parent organisations"),
    "entry_year": ("国际合作起始年", "Entry year"),
    "fictional": ("虚构", "Fictional"),
    "profile_id": ("供需编号", "Profile ID"),
    "profile_kind": ("供需类型", "Profile kind", "Profile type"),
    "publication": ("发布状态", "Publication"),
    "reference": ("参考编号", "Reference", "Profile reference"),
    "title_zh": ("中文标题", "Chinese title", "Title (ZH)"),
    "title_en": ("英文标题", "English title", "Title (EN)"),
    "summary_zh": ("中文摘要", "Chinese summary", "Short summary (ZH)"),
    "summary_en": ("英文摘要", "English summary", "Short summary (EN)"),
    "description_zh": ("中文描述", "Chinese description", "Full description (ZH)"),
    "description_en": ("英文描述", "English description", "Full description (EN)"),
    "partner_role_zh": (
        "中文合作方角色",
        "Chinese partner role",
        "Expected role of the partner (ZH)",
    ),
    "partner_role_en": (
        "英文合作方角色",
        "English partner role",
        "Expected role of the partner (EN)",
    ),
    "keywords_zh": ("中文关键词", "Chinese keywords", "Keywords (ZH)"),
    "keywords_en": ("英文关键词", "English keywords", "Keywords (EN)"),
    "sectors": ("产业领域", "Sectors"),
    "capabilities": ("能力", "Capabilities"),
    "trl": ("技术成熟度", "Technology readiness level", "Stage of development"),
    "ip_status": ("知识产权状态", "IP status", "IPR status"),
    "protected_countries": ("知识产权保护国家/地区", "Countries protected in"),
    "cooperation_types": ("伙伴关系类型", "Partnership types", "Type of partnership"),
    "modes": ("合作模式", "Cooperation modes"),
    "target_countries": ("目标国家/地区", "Target countries", "Targeted countries"),
    "valid_from": ("有效期起", "Valid from"),
    "valid_until": ("有效期止", "Valid until", "Expiry date"),
    "date": ("日期", "Date"),
    "licence": ("许可", "Licence", "License"),
    "attribution": ("署名", "Attribution"),
    "anonymous": ("匿名", "Anonymous"),
    "title": ("合作名称", "Cooperation title"),
    "beijing": ("北京方", "Beijing bodies"),
    "partners": ("境外合作方", "Partners abroad"),
    "leader": ("牵头方", "Leader"),
    "form": ("合作形式", "Form"),
    "start": ("开始日期", "Start date"),
    "end": ("结束日期", "End date"),
    "follow_up_of": ("后续于", "Follow-up of"),
    "amount": ("金额", "Amount"),
    "currency": ("币种", "Currency"),
}

EEN: dict[str, str] = {
    "profile_kind": "Profile type",
    "reference": "Profile reference",
    "title_zh": "Title (ZH)",
    "title_en": "Title (EN)",
    "summary_zh": "Short summary (ZH)",
    "summary_en": "Short summary (EN)",
    "description_zh": "Full description (ZH)",
    "description_en": "Full description (EN)",
    "partner_role_zh": "Expected role of the partner (ZH)",
    "partner_role_en": "Expected role of the partner (EN)",
    "keywords_zh": "Keywords (ZH)",
    "keywords_en": "Keywords (EN)",
    "trl": "Stage of development",
    "ip_status": "IPR status",
    "cooperation_types": "Type of partnership",
    "target_countries": "Targeted countries",
    "valid_until": "Expiry date",
}
"""What the Enterprise Europe Network calls the fields that its profiles have too."""

GUIDE, CODES = "说明 Guide", "代码 Codes"
"""Sheets of the template that hold no rows."""
EXAMPLE = "示例 example"
"""Header of a column that marks rows which only show how to fill in the template."""
ERROR, CURE, PLACE, RAW = "错误 error", "处理办法 cure", "位置 place", "原文 raw"
"""Headers that a file of rejected rows has besides the original ones."""
MARKS = (ERROR, CURE, PLACE, RAW)

LONGEST_HEADER = 200
_BLANKS = re.compile(r"[\s_\-\ufeff]+")
_REMARK = re.compile(
    r"[*＊]|[(（\[【](?:必填|选填|可选|required|optional|mandatory)[)）\]】]", re.I
)
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_JOINTS = re.compile(
    r"(?<=[\u4e00-\u9fff)）])[\s(（/|:：\-]*(?=[A-Za-z])|(?<=[A-Za-z)])[\s(（/|:：\-]*(?=[\u4e00-\u9fff])"
)


def folded_header(header: str) -> str:
    """What two spellings of a header have in common."""
    return _BLANKS.sub("", unicodedata.normalize("NFKC", header).casefold())


_FIELDS = {
    folded_header(spelling): name
    for name, others in HEADERS.items()
    for whole in (name, *others)
    for spelling in (whole, whole.partition("/")[0])  # who is asked for both often writes one
}


@lru_cache(maxsize=4096)
def field_of(header: str) -> str | None:
    """The field that a header stands for; None for a column nothing is taken from.

    A header may be written in both languages ("中文名称 name_zh", "国家/地区 (Country)"): its
    Chinese part decides, and an English part that says something else makes it nobody's.
    """
    if len(header) > LONGEST_HEADER:
        return None
    found = _FIELDS.get(folded_header(header))
    if found is None and _REMARK.search(header):
        header = _REMARK.sub("", header)
        found = _FIELDS.get(folded_header(header))
    if found is not None:
        return found
    for joint in _JOINTS.finditer(header):
        parts = header[: joint.start()], header[joint.end() :]
        chinese, latin = map(_known, parts if _CHINESE.search(parts[0]) else parts[::-1])
        if chinese is not None and latin in (None, chinese):
            return chinese
    return None


def _known(text: str) -> str | None:
    return _FIELDS.get(folded_header(text)) or _FIELDS.get(folded_header(text.strip(" ()（）")))


def missing(fields: Iterable[str]) -> bool:
    """Whether neither organisations nor cooperations could be read from these fields."""
    return not {"name_zh", "name_en", "beijing", "partners"} & set(fields)
