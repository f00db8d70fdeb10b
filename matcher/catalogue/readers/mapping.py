"""Files with headers of their own: which column is which field, in a file that a person writes.

# mapping.yaml: their header: our field; null passes a column over
"单位": name_zh
"Where": country
"Internal note": null
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from matcher.errors import BadInput, Bilingual

from .columns import HEADERS, LONGEST_HEADER, field_of, folded_header

_LARGEST = 1 << 20
_WRITE = Bilingual(
    '每行写“表头: 字段”，如 "单位": name_zh；全部字段见 docs/import.md。',
    'Write "header: field" on each line, like "Company": name_en; docs/import.md lists all fields.',
)
_LIKELY: tuple[tuple[str, str], ...] = (
    *((word, "name_en") for word in ("英文名", "nameen", "englishname")),
    *(
        (word, "title_zh")
        for word in ("标题", "题目", "项目名称", "技术名称", "成果名称", "需求名称")
    ),
    *((word, "keywords_zh") for word in ("关键词", "关键字")),
    *((word, "name_zh") for word in ("名称", "机构", "单位", "企业", "公司", "高校")),
    *((word, "country") for word in (HEADERS["country"][0].partition("/")[0], "country", "nation")),
    *((word, "city") for word in ("城市", "所在地", "地市", "city", "town")),
    *((word, "district") for word in ("区县", "district")),
    *((word, "sectors") for word in ("领域", "行业", "产业", "sector", "industry", "field")),
    *((word, "trl") for word in ("成熟度", "trl", "maturity", "readiness")),
    *((word, "ip_status") for word in ("知识产权", "专利", "patent", "ipr", "intellectual")),
    *((word, "modes") for word in ("合作方式", "合作模式", "合作类型")),
    *((word, "summary_zh") for word in ("摘要", "概要")),
    *((word, "description_zh") for word in ("简介", "介绍", "描述", "说明", "内容")),
    *((word, "date") for word in ("日期", "时间", "date")),
    *((word, "entity_type") for word in ("类型", "性质", "organisationtype", "entity")),
    *((word, "id") for word in ("编号", "序号", "代码", "identifier")),
    *((word, "keywords_en") for word in ("keyword",)),
    *((word, "summary_en") for word in ("summary",)),
    *((word, "description_en") for word in ("description", "abstract")),
    *((word, "title_en") for word in ("title", "technology")),
    *((word, "name_en") for word in ("name", "organi", "institution", "company", "partner")),
)
"""What a header often holds, more telling words first."""


def read_mapping(path: Path) -> dict[str, str | None]:
    """Folded header -> field, None for a column to pass over; BadInput says what is wrong."""
    where = str(path)
    try:
        content = path.read_bytes()[: _LARGEST + 1]
    except OSError as error:
        raise BadInput(
            Bilingual(f"无法读取（{error.strerror}）。", f"It cannot be read ({error.strerror})."),
            Bilingual("检查路径和权限。", "Check its path and permissions."),
            where=where,
        ) from error
    try:
        document = yaml.safe_load(content.decode("utf-8-sig")) if len(content) <= _LARGEST else None
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError) as error:
        told = " ".join(str(error).split())[:200]
        raise BadInput(
            Bilingual(f"不是有效的 YAML：{told}。", f"It is no valid YAML: {told}."),
            _WRITE,
            where=where,
        ) from error
    if not isinstance(document, dict) or not document:
        raise BadInput(
            Bilingual("不是“表头: 字段”的列表。", "It does not map headers to fields."),
            _WRITE,
            where=where,
        )
    return _checked(document, where)


def _checked(document: dict[Any, Any], where: str) -> dict[str, str | None]:
    mapping: dict[str, str | None] = {}
    for header, field in document.items():
        place = f"{where} [{header}]"
        if field is not None and (not isinstance(field, str) or field_of(field) is None):
            near = difflib.get_close_matches(str(field), HEADERS, n=3, cutoff=0.4)
            named_zh = f"是否指 {'、'.join(near)}？" if near else ""
            named_en = f"Did you mean {', '.join(near)}? " if near else ""
            raise BadInput(
                Bilingual(f"没有“{field}”这个字段。", f'There is no field "{field}".'),
                Bilingual(named_zh + _WRITE.zh, named_en + _WRITE.en),
                where=place,
            )
        known = field_of(field) if isinstance(field, str) else None
        folded = folded_header(str(header))
        if folded in mapping or (known is not None and known in mapping.values()):
            raise BadInput(
                Bilingual("同一表头或字段写了两次。", "A header or a field stands twice."),
                Bilingual("只保留其中一个。", "Keep one of them."),
                where=place,
            )
        mapping[folded] = known
    return mapping


def proposal(headers: Sequence[str]) -> str:
    """A mapping for these headers on one line of YAML, with the likeliest field of each, to be
    saved and edited."""
    spellings = {folded_header(s): name for name, all_ in HEADERS.items() for s in (name, *all_)}
    taken: set[str] = set()
    proposed: dict[str, str | None] = {}
    for header in headers[:60]:
        if header and len(header) <= LONGEST_HEADER and header not in proposed:
            field = field_of(header) or _likely(folded_header(header), spellings)
            proposed[header] = None if field in taken else field
            taken.add(field or "")
    return json.dumps(proposed, ensure_ascii=False)


def _likely(header: str, spellings: dict[str, str]) -> str | None:
    near = difflib.get_close_matches(header, spellings, n=1, cutoff=0.75)
    if near:
        return spellings[near[0]]
    return next((field for word, field in _LIKELY if word in header), None)
