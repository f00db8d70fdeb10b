"""Malformed spreadsheets, each with what is to come of it."""

from __future__ import annotations

import datetime
from typing import Any

import xlwt
from hostile import (
    TWO_ROWS,
    Case,
    bare,
    bare_parts,
    later,
    lying,
    many_cells,
    ods,
    ods_row,
    ole,
    one_sheet,
    packed,
    sheet_xml,
    text_cell,
    with_parts,
    xls,
    xlsx,
    zip_bomb,
)

from matcher.catalogue.readers.archive import Limits

HEAD = ["编号", "中文名称 name_zh", "国家/地区"]
ROW = ["1", "北京示例膜科技有限公司", "中国"]
BODY = [HEAD, ROW]
PLAIN = one_sheet(*BODY)
DOCTYPE = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
ONE_MORE = f'<row r="3">{text_cell("A3", "x2")}{text_cell("B3", "Beta")}</row>'
OPEN_TABLE = '<table:table table:name="供需">'
REPEATED = ' table:number-rows-repeated="1048000"'


def _hide(book: Any, state: str) -> None:
    sheet = book.worksheets()[-1]
    sheet.very_hidden() if state == "very" else sheet.hide()


def hidden(state: str, shown: list[list[Any]]) -> bytes:
    """A second sheet that is hidden."""
    return xlsx({"封面": shown, "供需": BODY}, lambda book: _hide(book, state))


def merged(area: str, text: str, *rows: list[Any]) -> bytes:
    """One sheet with an area of merged cells."""
    return one_sheet(*rows, and_then=lambda book: book.worksheets()[0].merge_range(area, text))


def with_chart(book: Any) -> None:
    """Add a sheet that is a chart."""
    chart = book.add_chart({"type": "bar"})
    chart.add_series({"values": "=供需!$A$1:$A$2"})
    book.add_chartsheet("图").set_chart(chart)


def _typed(book: Any) -> None:
    sheet = book.worksheets()[0]
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(0, 0, ["id", "name_zh", "title_zh", "date", "fictional", "trl"])
    sheet.write_number(1, 0, 1.0)
    sheet.write_string(1, 1, "甲公司")
    sheet.write_string(1, 2, "膜")
    sheet.write_datetime(1, 3, datetime.datetime(2024, 3, 31), day)  # noqa: DTZ001
    sheet.write_boolean(1, 4, True)
    sheet.write_number(1, 5, 6)


def _formulas(book: Any) -> None:
    sheet = book.worksheets()[0]
    sheet.write_formula(1, 1, '=A1&"x"', None, "甲公司")
    sheet.write_formula(2, 1, "=1/0", None, "#DIV/0!")
    sheet.write_formula(3, 0, "=1/0", None, "#DIV/0!")


def _xls_parts(book: xlwt.Workbook) -> None:
    book.get_sheet(0).row(2).set_cell_error(1, "#DIV/0!")
    book.get_sheet(0).write(2, 0, "2")
    extra = book.add_sheet("隐藏")
    extra.visibility = 1
    extra.write(0, 0, "id")


def far(place: str, row: int) -> str:
    """A sheet with one cell far away from the others."""
    return sheet_xml(TWO_ROWS + f'<row r="{row}">{text_cell(place, "far")}</row>')


def strings_bomb(size: int) -> bytes:
    """A workbook whose texts inflate to that many bytes."""
    text = b"<sst>" + b"<si><t>a</t></si>" * (size // 17) + b"</sst>"
    return packed({**bare_parts(), "xl/sharedStrings.xml": text})


BOMBS = [
    Case("spreadsheet bomb", "strings.xlsx", later(strings_bomb, 380 << 20), "zip bomb|256 MB"),
    Case("spreadsheet bomb", "small.xlsx", later(strings_bomb, 3 << 20), "2 MB",
         limits=Limits(workbook=2 << 20)),
    Case("spreadsheet bomb", "lying.xlsx", lying(PLAIN, "xl/worksheets/sheet1.xml", 10),
         "declares"),
    Case("spreadsheet bomb", "zeros.xlsx", later(zip_bomb, "xl/workbook.xml", 300 << 20),
         "zip bomb|256 MB"),
    Case("spreadsheet bomb", "rows.ods", ods(OPEN_TABLE + ods_row("id", "name_en")
         + ods_row("<table:table-cell office:value-type='string' table:number-columns-repeated="
         "'1000'><text:p>a</text:p></table:table-cell>", more=REPEATED) + "</table:table>"),
         "MB of memory|too long"),
    Case("spreadsheet bomb", "cells.xlsx", later(many_cells, 30_000, 100), "200 times|MB of memory",
         limits=Limits(memory=120 << 20)),
    Case("lying dimensions", "too_much.xlsx", bare(sheet_xml(TWO_ROWS, dimension="A1:XFD1048576")),
         accepted=1),
    Case("lying dimensions", "too_little.xlsx", bare(sheet_xml(TWO_ROWS + ONE_MORE,
         dimension="A1")),
         accepted=2),
    Case("lying dimensions", "none.xlsx", bare(sheet_xml(TWO_ROWS + ONE_MORE)), accepted=2),
    Case("lying dimensions", "rubbish.xlsx", bare(sheet_xml(TWO_ROWS, dimension="B9:A1")),
         accepted=1),
    Case("far cells", "corner.xlsx", bare(far("XFD1048576", 1048576)), "MB of memory|too long"),
    Case("far cells", "column.xlsx", bare(far("XFD3", 3)), rejected=(r"供需\]:3 ",), accepted=1),
    Case("far cells", "beyond.xlsx", bare(far("ZZZ3", 3)), "16,384|damaged"),
    Case("far cells", "row.xlsx", bare(far("A200000", 200_000)), accepted=1,
         rejected=(r"供需\]:200000 \[name_en|供需\]:200000 \[",)),
]  # fmt: skip
ATTACKS = [
    Case("document types", "external.xlsx", bare(sheet_xml(TWO_ROWS, before=DOCTYPE)),
         r"\[xl/worksheets/sheet1.xml\].*attack"),
    Case("document types", "laughs.xlsx", with_parts(PLAIN, {"xl/styles.xml": LAUGHS + "<x/>"}),
         "attack"),
    Case("document types", "relations.xlsx", with_parts(PLAIN, {"_rels/.rels": DOCTYPE + "<x/>"}),
         "attack"),
    Case("document types", "content.ods", ods(OPEN_TABLE + "</table:table>", before=DOCTYPE),
         "attack"),
    Case("document types", "wide.xlsx", bare(sheet_xml(TWO_ROWS).encode("utf-16")), "attack"),
    Case("document types", "split.xlsx", bare(sheet_xml(TWO_ROWS, before=" " * 262_080 + LAUGHS)),
         "attack"),
    Case("links and macros", "external.xlsx", with_parts(PLAIN,
         {"xl/externalLinks/externalLink1.xml": "<x/>"}), accepted=1, noted="not opened"),
    Case("links and macros", "macros.xlsm", with_parts(PLAIN, {"xl/vbaProject.bin": b"\0"}),
         accepted=1, noted="not run"),
    Case("links and macros", "hyperlink.xlsx", one_sheet(HEAD, ["1", "=HYPERLINK(1)", "中国"]),
         accepted=1),
    Case("encrypted", "office.xlsx", ole("EncryptionInfo", "EncryptedPackage"), "encrypted"),
    Case("encrypted", "document.ods", ods(OPEN_TABLE + "</table:table>",
         manifest="<manifest:file-entry><manifest:encryption-data/></manifest:file-entry>"),
         "encrypted"),
    Case("other documents", "text.doc", ole("WordDocument"), "Word file"),
    Case("other documents", "slides.ppt", ole("PowerPoint Document"), "PowerPoint file"),
    Case("other documents", "message.msg", ole("__substg1.0"), "no workbook"),
    Case("pages named xls", "page.xls", b"<html><table><tr><td>id</td></tr></table></html>",
         "web page"),
    Case("pages named xls", "utf_16.xls", "<!DOCTYPE html><table>".encode("utf-16"), "web page"),
    Case("pages named xls", "xml.xls", b'<?xml version="1.0"?><Workbook/>', "web page or XML"),
    Case("pages named xls", "archive.xls", b"MIME-Version: 1.0\nContent-Type: multipart/related\n",
         "web page"),
    Case("pages named xls", "text.xls", "编号,中文名称\n1,甲公司\n".encode("gbk"), accepted=1),
    Case("pages named xls", "tabs.xls", "编号\t中文名称\n1\t甲公司\n".encode("utf-16"), accepted=1),
    Case("pages named xls", "new.xls", PLAIN, accepted=1),
    Case("pages named xls", "book.csv", PLAIN, accepted=1),
]  # fmt: skip
LAYOUT = [
    Case("merged cells", "header.xlsx", merged("B1:C1", "中文名称", ["编号"], ROW),
         r"供需\].*B1:C1 are merged"),
    Case("merged cells", "down.xlsx", merged("B2:B4", "甲公司", ["id", "name_zh", "title_zh"],
         ["1", "", "膜"], ["1", "", "泵"], ["1", "", "阀"]), accepted=3),
    Case("merged cells", "across.xlsx", merged("A2:C2", "境外机构", HEAD, [], ROW), accepted=1,
         rejected=(r"供需\]:2 \[A2:C2\]",)),
    Case("merged cells", "title.xlsx", merged("A1:C1", "机构名单", [], HEAD, ROW), accepted=1,
         noted="row 2"),
    Case("merged cells", "header_down.xlsx", merged("A1:A2", "编号", ["", "中文名称"], ["",
         "name_zh"],
         ["1", "甲公司"]), accepted=1),
    Case("hidden sheets", "hidden.xlsx", later(hidden, "hidden", [["封面"]]), accepted=1,
         noted="Hidden, but read"),
    Case("hidden sheets", "very.xlsx", later(hidden, "very", [["封面"]]), accepted=1,
         noted="Hidden"),
    Case("hidden sheets", "both.xlsx", later(hidden, "hidden", [HEAD, ["2", "乙公司", "德国"]]),
         accepted=2, noted="Hidden"),
    Case("several sheets", "one_of_three.xlsx", xlsx({"说明页": [["本表说明", "x"]], "空": [],
         "数据": BODY}), accepted=1, noted=r"说明页\].*name_zh[\s\S]*空\].*empty"),
    Case("several sheets", "charts.xlsx", xlsx({"供需": BODY}, with_chart), accepted=1,
         noted=r"图\].*chart"),
    Case("several sheets", "all_empty.xlsx", xlsx({"甲": [], "乙": []}), "sheet is empty"),
    Case("several sheets", "none_known.xlsx", xlsx({"甲": [["a", "b"]], "乙": [["c"]]}),
         "None of what it holds.*mapping.yaml"),
    Case("several sheets", "headers_only.xlsx", xlsx({"甲": [HEAD], "乙": [HEAD]}), "no rows"),
    Case("several sheets", "same_id.xlsx", xlsx({"甲": BODY, "乙": [HEAD, ["1", "乙公司",
         "德国"]]}),
         rejected=(r"甲\]:2 \[id\]: .*乙\]:2", r"乙\]:2 \[id\]: .*甲\]:2")),
    Case("sheet header", "third_row.xlsx", one_sheet(["北京技术转移中心"], [], HEAD, ROW),
         accepted=1,
         noted="row 3"),
    Case("sheet header", "shifted.xlsx", one_sheet(["", "", *HEAD], ["", "", *ROW]), accepted=1),
    Case("sheet header", "unknown.xlsx", one_sheet(["单位名称", "所在国"], ["甲", "德国"]),
         '"单位名称": "name_zh", "所在国": '),
    Case("sheet header", "twice.xlsx", one_sheet([*HEAD, "Chinese name"], ROW), "twice"),
    Case("sheet header", "two_languages.xlsx", one_sheet(["编号", "中文名称"], ["id", "name_zh"],
         ["1", "甲公司"]), accepted=1, noted="Repeated"),
    Case("sheet header", "without.xlsx", one_sheet([*HEAD, ""], [*ROW, "note"]), accepted=1),
    Case("sheet values", "types.xlsx", one_sheet([], and_then=_typed), accepted=1),
    Case("sheet values", "column.xlsx", one_sheet(HEAD, ROW, ["2", "乙公司", "Germny"]), accepted=1,
         rejected=(r"供需\]:3 \[C 国家/地区\]: .*Germny",)),
    Case("sheet values", "long.xlsx", one_sheet(HEAD, ["1", "x" * 32_767, "中国"]), accepted=1),
    Case("sheet values", "longer.xlsx", bare(sheet_xml(TWO_ROWS
         + f'<row r="3">{text_cell("A3", "x3")}{text_cell("B3", "y" * 150_000)}</row>')),
         accepted=1, rejected=(r"供需\]:3 \[B name_en\]: .*150,000",)),
    Case("sheet values", "digits.xlsx", one_sheet(HEAD, [12345678901234567, "甲公司", "中国"], ROW),
         accepted=1, rejected=(r"供需\]:2 \[A 编号\]: .*15 digits",)),
    Case("sheet values", "errors.xlsx", one_sheet(HEAD, ["1", "", ""], ["2", "", ""], ["", "丁",
         ""],
         and_then=_formulas), accepted=1, rejected=(r":3 \[B .*#DIV/0!", r":4 \[A .*#DIV/0!")),
    Case("sheet values", "unstored.xlsx", bare(sheet_xml(TWO_ROWS + '<row r="3">'
         + text_cell("A3", "x3") + '<c r="B3"><f>A1</f></c></row>')), accepted=1,
         rejected=(r"供需\]:3 \[B name_en\]: .*formula whose value",)),
    Case("sheet values", "full_width.xlsx", one_sheet(["id", "name_zh", "title_zh", "trl"],
         ["１", "甲公司", "膜", "６"]), accepted=1),
    Case("sheet values", "equals.xlsx", one_sheet(HEAD, ["=1", "=cmd|' /C calc'!A0", "中国"]),
         accepted=1),
]  # fmt: skip
DAMAGE = [
    Case("damaged workbook", "cut.xlsx", PLAIN[:-200], "damaged"),
    Case("damaged workbook", "middle.xlsx", PLAIN[:400] + bytes(200) + PLAIN[600:],
         "damaged|declare"),
    Case("damaged workbook", "no_sheet.xlsx", with_parts(PLAIN, {"xl/worksheets/sheet1.xml": None}),
         "damaged"),
    Case("damaged workbook", "no_relations.xlsx", with_parts(PLAIN,
         {"xl/_rels/workbook.xml.rels": None}), "damaged"),
    Case("damaged workbook", "no_xml.xlsx", bare(b"\x00\x01 rubbish <"), "damaged|empty"),
    Case("damaged workbook", "cut_xml.xlsx", bare(sheet_xml(TWO_ROWS)[:-60]), "damaged"),
    Case("damaged workbook", "strings.xlsx",
         bare(sheet_xml('<row r="1"><c r="A1" t="s"><v>99</v></c>'
         "</row>")), "damaged|empty|name_zh"),
    Case("damaged workbook", "twice.xlsx", with_parts(PLAIN, {"xl/styles.xmk": "<x/>"}).replace(
         b"xl/styles.xmk", b"xl/styles.xml"), "stands in it twice"),
    Case("damaged workbook", "content.ods", packed({"mimetype":
         "application/vnd.oasis.opendocument.spreadsheet"}), "damaged"),
    Case("damaged workbook", "old.xls", later(lambda: xls({"供需": BODY})[:3000]), "damaged"),
    Case("damaged workbook", "header.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504),
         "damaged|holds"),
    Case("damaged workbook", "noise.xls", b"\xd0\xcf\x11\xe0" + bytes(range(256)) * 40,
         "damaged|holds"),
    Case("old spreadsheets", "plain.xls", later(xls, {"供需": BODY}), accepted=1),
    Case("old spreadsheets", "parts.xls", later(xls, {"供需": BODY}, _xls_parts), accepted=1,
         rejected=(r"供需\]:3 \[B .*#DIV/0!",), noted=r"隐藏\].*name_zh"),
    Case("open documents", "plain.ods", ods(OPEN_TABLE + ods_row("id", "name_en") + ods_row("1",
         "A")
         + "</table:table>"), accepted=1),
    Case("open documents", "tail.ods", ods(OPEN_TABLE + ods_row("id", "name_en") + ods_row("1", "A")
         + ods_row("<table:table-cell table:number-columns-repeated='1024'/>", more=REPEATED)
         + "</table:table>"), accepted=1),
    Case("open documents", "error.ods", ods(OPEN_TABLE + ods_row("id", "name_en") + ods_row("1",
         "<table:table-cell table:formula='of:=1/0' office:value-type='string' "
         "calcext:value-type='error'><text:p>#DIV/0!</text:p></table:table-cell>")
         + "</table:table>"), rejected=(r"供需\]:2 \[B name_en\]: .*fails",)),
    Case("limits", "memory.xlsx", later(many_cells, 9000, 100), "MB of memory",
         limits=Limits(memory=80 << 20)),
    Case("limits", "time.xlsx", later(many_cells, 3000, 100), "too long",
         limits=Limits(seconds=0.05, seconds_per_mb=0)),
]  # fmt: skip
CASES = [*BOMBS, *ATTACKS, *LAYOUT, *DAMAGE]
