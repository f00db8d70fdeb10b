"""In which encoding a text is written: BOM, UTF-8, UTF-16 by its NULs, GB18030 or Big5.

Almost any bytes are valid GB18030, so that alone says nothing: a text is Chinese in an encoding
if it turns into characters that Chinese texts are made of.
"""

from __future__ import annotations

import codecs
import unicodedata
from collections.abc import Iterable

from matcher.errors import BadInput, Bilingual

UTF_8 = "UTF-8"
CHINESE = {"GB18030": ("gb18030",), "Big5": ("cp950", "big5hkscs")}
"""Names as shown, and the codecs that read them."""
_NO_ENCODINGS = {"idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape", "utf-7"}
_ENOUGH = 0.2
"""Least share of frequent characters; Chinese texts have .5 to .8, others under .1."""
_MARKS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF8, UTF_8),
    (codecs.BOM_UTF16_LE, "UTF-16LE"),
    (codecs.BOM_UTF16_BE, "UTF-16BE"),
)

# The most frequent of the vocabulary's definitions, of names of bodies and of any text; then the
# traditional forms of those that have one.
_FREQUENT = frozenset(
    "与和电化制器机能的用合高动分测物子量体性数中光料工成计热理控学度业研网材人设以件提并技模信生车智备"
    "发可系据产区率作科构务算片通金气术地统服源在导管低定自线基及流质空多全行装或力检国时一水安复程型压"
    "建感氧间芯药文供集加传开关应解环碳亚联络晶储大内预等降实密维交平标保接组同知液析速态对结膜温外新软"
    "有超微验池利存无经识属路资语特波相级台功编式园形运图调单离监转方病品息入共位处造医面效换核减证评声"
    "公司厂院校团京州市省县海北南西东上下名称编号类别地址城家是了不我他这们来到说为要就会出也你过天去好"
    "教育厅政府委员央军江苏浙吉林黑龙山陕甘肃河川湖广福湾港澳云贵青宁"
    "年月日前后本部局所室中心有限责任股份集团企业机构大学研究所实验国家重点协会基金银行技术转移需求供给"
    "與電機動測體數計熱學業網設並車備發據產區構務氣術統導線質裝檢國時復壓間藥傳開關應環亞聯絡儲內預實維"
    "標組態對結溫軟驗無經識屬資語級臺編園運圖調單離監轉處醫換減證評規聲協氣群療為達變場別現試載層納進於"
    "優價頻島帶幹過準爾專斷衛護類風習權馬連細礦選種碼擬視決節損長鏈號庫極驅強採織問確縮訓稱東廠團這們來說"
    "廳員軍蘇龍陝肅廣灣貴寧雲"
)


def by_mark(head: bytes) -> tuple[str, int]:
    """The encoding that a byte order mark states and the mark's length; "", 0 without one."""
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name, len(mark)
    return "", 0


def by_nuls(head: bytes) -> str:
    """UTF-16LE or BE where the NULs of a text without mark stand as that one puts them, else ""."""
    head = head[: len(head) // 2 * 2]
    high, low = head[0::2].count(0), head[1::2].count(0)
    if max(high, low) < 2 or min(high, low) * 20 > max(high, low):
        return ""
    name = "UTF-16LE" if low > high else "UTF-16BE"
    text = head.decode(name, "replace")
    strange = sum(unicodedata.category(letter) in ("Cn", "Co", "Cs") for letter in text)
    ends = "\n" in text or "\r" in text
    return name if ends and strange * 20 <= len(text) else ""


def share_of_frequent(text: str) -> float:
    """Which share of the characters beyond ASCII are frequent Chinese ones or their punctuation."""
    letters = [letter for letter in text if letter > "\x7f"]
    known = sum(
        letter in _FREQUENT or "\u3000" <= letter <= "\u3020" or "\uff01" <= letter <= "\uff5e"
        for letter in letters
    )
    return known / len(letters) if letters else 0.0


def decoded_as(name: str, sample: bytes) -> str | None:
    """`sample` in the encoding shown as `name`; None where it is not valid in it."""
    for codec in CHINESE.get(name, (name,)):
        try:
            return sample.decode(codec)
        except UnicodeDecodeError:
            continue
    return None


def chinese_encoding(sample: bytes) -> str:
    """GB18030 or Big5, whichever turns `sample`, that is no UTF-8, into Chinese; "" if none."""
    texts = {name: decoded_as(name, sample) for name in CHINESE}
    shares = {name: share_of_frequent(text) for name, text in texts.items() if text}
    best = max(shares, key=lambda name: shares[name], default="")
    return best if best and shares[best] >= _ENOUGH else ""


def is_utf_8(line: bytes) -> bool:
    """Whether a line that is no ASCII is meant as UTF-8: valid, and no Chinese text in GB18030
    whose bytes are so by chance."""
    text = decoded_as("utf-8", line)
    if text is None:
        return False
    chance = decoded_as("GB18030", line)
    return chance is None or share_of_frequent(text) >= share_of_frequent(chance)


def previews(sample: bytes, names: Iterable[str] = ("GB18030", "Big5", "cp1252")) -> str:
    """How the start of `sample` reads in each of these, for a person to choose."""
    shown = ((name, decoded_as(name, sample)) for name in names)
    return "; ".join(
        f"{name}: {''.join(c if c.isprintable() else ' ' for c in text)[:30]}"
        for name, text in shown
        if text
    )


def encoding_named(name: str) -> str:
    """The name as Python's codecs know it, for `--encoding`; BadInput where none goes by it."""
    for shown, (codec, *_) in CHINESE.items():
        if name.casefold() in (shown.casefold(), codec):
            return shown
    try:
        found = codecs.lookup(name)
        if getattr(found, "_is_text_encoding", True) and found.name not in _NO_ENCODINGS:
            return UTF_8 if found.name in ("utf-8", "utf-8-sig") else found.name
    except (LookupError, ValueError):
        pass
    raise BadInput(
        Bilingual(f"没有“{name}”这种文本编码。", f'There is no text encoding "{name}".'),
        Bilingual(
            "例如 UTF-8、GB18030、Big5、UTF-16、cp1252。",
            "Use for example UTF-8, GB18030, Big5, UTF-16, cp1252.",
        ),
        where="--encoding",
    )
