"""Which words of a question tell what it is about.

Not those with which it is put ("we are looking for a partner"): they stand in many a partner's own
text too and would count as agreement. Nor numbers, units and names of standards bodies,
which meet their like anywhere, nor the words in which projects are reported ("consortium").
"""

from __future__ import annotations

ASKING_ZH_WORDS = (
    "我 我们 我方 我司 本公司 我校 我院 本院 你 你们 谁 谁能 谁在 哪 哪家 哪里 哪些 什么 怎么 "
    "有没有 有 是否 请 请问 请帮 帮 帮忙 帮我 帮我们 想 想要 要 需要 需求 急需 希望 拟 打算 "
    "找 找到 寻找 寻 寻求 寻觅 征集 求 求购 求助 招募 能 能够 能否 可以 会 做 在做 搞 从事 研究 "
    "的 地 得 了 着 过 在 和 与 及 或 也 都 对 把 被 为 给 向 从 是 一 一家 一个 几家 最好 "
    "具有 具备 伙伴 合作 合作方 合作伙伴 合作者 单位 机构 公司 企业 厂家 供应商 团队 专家 "
    "提供 供应 吗 呢 吧 啊 以及 等 用于 相关 方面 领域"
)
ASKING_EN_WORDS = (
    "a an the and or of in on for to with by from at as is are be being been was were it its this "
    "that these those there i we us our my me you your who whom whose which what where how does "
    "do did can could would should may might will shall must not any some someone anybody anyone "
    "has have having had need needs needed want wants wanted wish look looks looking seek seeks "
    "seeking search searching find finds finding offer offers offering ask asking please help "
    "helps helping work works working develop develops developing make makes making made doing "
    "supply supplies provide provides partner partners partnership partnerships cooperate "
    "cooperation collaborate collaboration company companies organisation organisations "
    "organization organizations institute institutes institution team teams group groups "
    "supplier suppliers expert experts about into preferably ideally able like such "
    "consortium consortia commission funding funded project projects programme programmes "
    "participant participants participating coordinator beneficiaries deliverables dissemination "
    "horizon eu also all both than then they their them which while within between through during "
    "more most other others each one two three four five will based using used use new"
)
UNIT_WORDS = (
    "每 每年 每月 每天 每小时 每分钟 每秒 年 月 日 天 小时 分钟 秒 度 摄氏度 "
    "米 毫米 厘米 微米 平方米 立方米 公里 公斤 千克 克 吨 毫克 毫 微 升 毫升 "
    "元 万元 亿元 个 台 套 种 次 倍 家 名 项 "
    "mw kw gw wh kwh mwh gwh kv mv ma kpa mpa gpa hz khz mhz ghz nm um db rpm ppm ppb wt vol dpi "
    "astm iso iec din gb en jis ieee ansi ul etsi itu bs trl "
    "percent per year years month months day days hour hours minute minutes second seconds metre "
    "metres meter meters m mm cm km kg g mg t ton tonnes tons l ml h min s eur usd rmb"
)
SILENT_ZH = frozenset(f"{ASKING_ZH_WORDS} {UNIT_WORDS}".split())
SILENT_EN = frozenset(f"{ASKING_EN_WORDS} {UNIT_WORDS}".split())


UNITS = frozenset(UNIT_WORDS.split())
NUMERALS = frozenset("零一二两三四五六七八九十百千万亿半几多余位第左右")


def counts(word: str) -> bool:
    """Whether a token is a number or a unit of one: it meets its like anywhere."""
    word = word.casefold()
    return not any(map(str.isalpha, word)) or NUMERALS.issuperset(word) or word in UNITS


def tells(word: str) -> bool:
    """Whether a token of a question says something of its subject."""
    word = word.casefold()
    return not counts(word) and word not in SILENT_ZH and word not in SILENT_EN
