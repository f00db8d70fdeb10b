"""What is wrong with a file as a whole, said once."""

from __future__ import annotations

from matcher.errors import Bilingual, FileFault


class Unrecognised(FileFault):
    """A file, sheet or member whose content is none that can be read; beside others that can be
    it is passed over, and the report says so."""


def fault(where: str, zh: str, en: str, cure: Bilingual) -> FileFault:
    """The fault of the file, sheet or member `where` (raise it)."""
    return FileFault(Bilingual(zh, en), cure, where=where)


def unrecognised(where: str, zh: str, en: str, cure: Bilingual) -> Unrecognised:
    """As `fault`, of a content that is not known."""
    return Unrecognised(Bilingual(zh, en), cure, where=where)


GIVE_ROWS = Bilingual("换一个有内容的文件。", "Give a file with rows.")
CHECK_PATH = Bilingual("检查路径和权限。", "Check its path and permissions.")
MAKE_AGAIN = Bilingual("重新导出或重新下载这个文件。", "Export or download the file again.")
UNPACK = Bilingual("先解压，再导入解压后的文件。", "Unpack it first and import what comes out.")
SAVE_AS = Bilingual(
    "在 Excel 或 WPS 中打开，另存为 .xlsx 或“CSV UTF-8”，再导入。",
    "Open it in a spreadsheet program, save it as .xlsx or CSV UTF-8, and import that.",
)
AS_TEXT = Bilingual(
    "另存为 .xlsx、CSV 或 JSON Lines，再导入。", "Save it as .xlsx, CSV or JSON Lines."
)
