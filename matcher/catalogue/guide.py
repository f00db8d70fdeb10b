"""What each column of the template is for, in Chinese and English, and what it may hold."""

from __future__ import annotations

from dataclasses import dataclass

from matcher.errors import Bilingual


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its field, what belongs in it, and what bounds it."""

    field: str
    about: Bilingual
    scheme: str = ""
    """The vocabulary its terms are of."""
    several: bool = False
    """Whether it holds a list."""
    longest: int = 0
    """Characters, as the Enterprise Europe Network bounds them; 0 for no bound."""
    date: bool = False


def _c(field: str, zh: str, en: str, scheme: str = "", *, several: bool = False,
       longest: int = 0, date: bool = False) -> Column:  # fmt: skip
    return Column(field, Bilingual(zh, en), scheme, several, longest, date)


TITLE, SUMMARY, LONG = 256, 500, 4000
"""Most characters of the Enterprise Europe Network's title, short summary and long texts."""

_ABOUT_TITLE = (
    "一句话说明供给或需求，至多 256 字符。",
    "The offer or request in one line, 256 characters at most.",
)
_ABOUT_SUMMARY = (
    "是什么、给谁用、找什么样的伙伴，至多 500 字符。",
    "What it is, for whom, which partner is sought; 500 characters at most.",
)
_ABOUT_TEXT = (
    "原理、指标、优势、条件，至多 4,000 字符。",
    "Principle, figures, advantages, conditions; 4,000 characters at most.",
)
_ABOUT_ROLE = (
    "希望对方做什么，至多 4,000 字符。",
    "What the partner is to do; 4,000 characters at most.",
)
_ABOUT_WORDS = (
    "用“;”隔开；技术、市场关键词各至多 5 个。",
    'Separated by ";"; at most 5 on the technology and 5 on the market.',
)

ENTRIES: tuple[Column, ...] = (
    _c(
        "source",
        "来源登记库的代号，小写字母；空：tabular。",
        "Short name of the register, lower case; empty: tabular.",
    ),
    _c(
        "id",
        "机构在来源中的编号；同一机构的几行写同一编号。",
        "The organisation's id in that source; the same in all its rows.",
    ),
    _c("name_zh", "中英文名称至少填一个。", "One of the two names is needed."),
    _c("name_en", "中英文名称至少填一个。", "One of the two names is needed."),
    _c(
        "aliases",
        "其他写法、简称，用“;”隔开。",
        'Other spellings and acronyms, separated by ";".',
        several=True,
    ),
    _c(
        "identifiers",
        "如 ror:03cve4549，用“;”隔开。",
        'Like ror:03cve4549, separated by ";".',
        several=True,
    ),
    _c(
        "country",
        "国家/地区；空：不详，不参与推荐。",
        "Country/region; empty: unknown, then nobody is suggested for it.",
        "country",
    ),
    _c("city", "城市。", "City."),
    _c("district", "北京的区。", "District of Beijing.", "district"),
    _c("entity_type", "机构类型。", "Type of organisation.", "entity_type"),
    _c("partner_nature", "合作方性质。", "Nature of the partner.", "partner_nature"),
    _c(
        "parents",
        "上级机构的编号，用“;”隔开。",
        'Ids of its parent organisations, separated by ";".',
        several=True,
    ),
    _c("entry_year", "首次国际合作的年份。", "First year of international cooperation."),
    _c("fictional", "是否虚构的机构：是、否。", "Whether it is invented: yes, no.", "flag"),
    _c("profile_id", "供需或能力在来源中的编号。", "The profile's id in that source."),
    _c(
        "profile_kind",
        "技术供给、技术需求或能力；空：能力。",
        "Offer, request or capability; empty: capability.",
        "profile_kind",
    ),
    _c("publication", "发布状态。", "State of publication.", "publication"),
    _c("reference", "对外引用的编号。", "Number under which it may be quoted."),
    _c("title_zh", *_ABOUT_TITLE, longest=TITLE),
    _c("title_en", *_ABOUT_TITLE, longest=TITLE),
    _c("summary_zh", *_ABOUT_SUMMARY, longest=SUMMARY),
    _c("summary_en", *_ABOUT_SUMMARY, longest=SUMMARY),
    _c("description_zh", *_ABOUT_TEXT, longest=LONG),
    _c("description_en", *_ABOUT_TEXT, longest=LONG),
    _c("partner_role_zh", *_ABOUT_ROLE, longest=LONG),
    _c("partner_role_en", *_ABOUT_ROLE, longest=LONG),
    _c("keywords_zh", *_ABOUT_WORDS, several=True),
    _c("keywords_en", *_ABOUT_WORDS, several=True),
    _c(
        "sectors",
        "产业领域，用“;”隔开；空：由文字推断。",
        'Sectors, separated by ";"; empty: inferred from the texts.',
        "sector_other",
        several=True,
    ),
    _c(
        "capabilities",
        "技术能力的代码或名称；空：由文字推断。",
        "Codes or names of capabilities; empty: inferred from the texts.",
        several=True,
    ),
    _c(
        "trl",
        "技术成熟度 1 到 9；供给必填。",
        "Technology readiness level, 1 to 9; needed of offers.",
        "trl",
    ),
    _c(
        "ip_status",
        "知识产权状态；供给必填。",
        "State of the intellectual property; needed of offers.",
        "ip_status",
    ),
    _c(
        "protected_countries",
        "受保护的国家/地区，用“;”隔开。",
        'Countries/regions where it is protected, separated by ";".',
        "country",
        several=True,
    ),
    _c(
        "cooperation_types",
        "1 到 3 种伙伴关系，用“;”隔开。",
        '1 to 3 types of partnership, separated by ";".',
        "partnership_type",
        several=True,
    ),
    _c(
        "modes",
        "合作模式，用“;”隔开。",
        'Modes of cooperation, separated by ";".',
        "cooperation_mode",
        several=True,
    ),
    _c(
        "target_countries",
        "希望合作的国家/地区，用“;”隔开。",
        'Countries/regions sought, separated by ";".',
        "country",
        several=True,
    ),
    _c("valid_from", "起始日期，如 2026-03-31。", "First day, like 2026-03-31.", date=True),
    _c("valid_until", "截止日期，如 2026-12-31。", "Last day, like 2026-12-31.", date=True),
    _c("date", "发布日期，如 2026-03-31。", "Day of publication, like 2026-03-31.", date=True),
    _c("licence", "数据许可；空：未说明。", "Licence of the data; empty: not stated."),
    _c("attribution", "署名；空：来源。", "To whom it is attributed; empty: the source."),
    _c(
        "anonymous",
        "双方同意前不公开机构名称：是、否。",
        "The holder is named only after both sides agree: yes, no.",
        "flag",
    ),
)
"""The columns of the sheet of organisations and profiles, in order."""

COOPERATIONS: tuple[Column, ...] = (
    _c("record", "固定写“合作”。", "Always: cooperation.", "record"),
    _c("source", "来源登记库的代号；空：tabular。", "Short name of the register; empty: tabular."),
    _c("id", "合作的编号，必填。", "The cooperation's id, needed."),
    _c("title", "合作名称。", "Its title."),
    _c(
        "beijing",
        "北京方机构的编号，用“;”隔开。",
        'Ids of the Beijing bodies, separated by ";".',
        several=True,
    ),
    _c(
        "partners",
        "境外合作方的编号，用“;”隔开。",
        'Ids of the partners abroad, separated by ";".',
        several=True,
    ),
    _c("leader", "牵头方的编号。", "Id of the leader."),
    _c(
        "modes",
        "合作模式，用“;”隔开。",
        'Modes of cooperation, separated by ";".',
        "cooperation_mode",
        several=True,
    ),
    _c(
        "sectors",
        "产业领域，用“;”隔开。",
        'Sectors, separated by ";".',
        "sector_other",
        several=True,
    ),
    _c("form", "合作形式。", "Form.", "form"),
    _c("start", "开始日期，如 2026-03-31。", "First day, like 2026-03-31.", date=True),
    _c("end", "结束日期，如 2026-12-31。", "Last day, like 2026-12-31.", date=True),
    _c("follow_up_of", "所延续的合作的编号。", "Id of the cooperation that it follows up."),
    _c("amount", "金额，与币种同填。", "Amount, with its currency."),
    _c("currency", "币种，三个字母，如 EUR。", "Currency in three letters, like EUR."),
    _c("licence", "数据许可；空：未说明。", "Licence of the data; empty: not stated."),
    _c("attribution", "署名；空：来源。", "To whom it is attributed; empty: the source."),
)
"""The columns of the sheet of cooperations, in order."""

MARK = "示例，导入时跳过 example, passed over"
EXAMPLES: tuple[dict[str, str], ...] = (
    {
        "source": "centre", "id": "bj-001", "name_zh": "北京示例膜科技有限公司",
        "name_en": "Beijing Example Membrane Co.", "country": "中国", "city": "北京",
        "district": "海淀区", "entity_type": "企业", "fictional": "是", "profile_id": "bj-001-o1",
        "profile_kind": "技术供给", "publication": "公开并接受接洽",
        "title_zh": "烟气二氧化碳分离膜组件",
        "title_en": "Membrane modules that separate carbon dioxide from flue gas",
        "summary_zh": "中空纤维膜，渗透率 1,200 GPU，适用于水泥厂烟气；寻找中试场地。",
        "summary_en": "Hollow-fibre membranes of 1,200 GPU for cement plants; pilot site sought.",
        "keywords_zh": "碳捕集; 中空纤维膜", "keywords_en": "carbon capture; hollow-fibre membrane",
        "sectors": "节能环保", "trl": "6", "ip_status": "知识产权已授权",
        "cooperation_types": "研发合作协议", "modes": "研发合作", "target_countries": "德国; 荷兰",
        "valid_until": "2027-12-31", "date": "2026-03-31", "licence": "CC BY 4.0",
    },
    {
        "source": "centre", "id": "de-004", "name_en": "Example Process Engineering GmbH",
        "country": "Germany", "city": "Aachen", "entity_type": "enterprise", "fictional": "yes",
        "profile_id": "de-004-r1", "profile_kind": "request",
        "title_en": "Membranes for carbon capture in cement works sought",
        "cooperation_types": "supplier agreement", "target_countries": "China",
    },
)  # fmt: skip
EXAMPLE_COOPERATIONS: tuple[dict[str, str], ...] = (
    {
        "record": "合作", "source": "centre", "id": "coop-01", "title": "膜法碳捕集中试",
        "beijing": "bj-001", "partners": "de-004", "leader": "de-004", "modes": "研发合作",
        "form": "联合项目", "start": "2024-05-01", "end": "2026-04-30",
    },
)  # fmt: skip
