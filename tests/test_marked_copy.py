"""Marked copies are the user's own file: what was not marked stays as it was, byte for byte."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from command_line import Ran, run
from making_rich_register import FIRST, LAST, NOTE, NOTED, THREAD, THREADED, TITLE, put_together, rich_register
from msoffcrypto.format.ooxml import OOXMLFile
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from package.bricks import SHEET, Bricks
from package.making_drawn import compound
from package.proving import changed_parts, elements, packed, rows, shell, unpacked

from xiaobao_xl.workbook import palette

pytestmark = pytest.mark.filterwarnings("ignore:.* is not supported and will be removed")  # openpyxl, on reading

DAY = ("--as-of", "2026-10-08")
MARKED = {"M6", "F7", "A8", "F10", "B13"}
SELECTED = b' tabSelected="1"'  # the results in front are shown first, so the register no longer is
TOUCHED = {
    "[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml", SHEET, "xl/comments1.xml",
    "xl/drawings/vmlDrawing1.vml",
}  # fmt: skip
COMMANDS = {
    "check": ("check", "台账.xlsm", *DAY, "--out"),
    "classify": ("classify", "台账.xlsm", "--out"),
    "due": ("due", "台账.xlsm", *DAY, "--out"),
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("台账.xlsm").write_bytes(rich_register())


@pytest.fixture(scope="module")
def copies(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The copy each command writes."""
    held = tmp_path_factory.mktemp("copies")
    (held / "台账.xlsm").write_bytes(rich_register())
    found = {}
    for name, words in COMMANDS.items():
        ran = run(
            *(str(held / word) if word.startswith("台账") else word for word in words), str(held / f"{name}.xlsm")
        )
        assert ran.code == (1 if name == "check" else 0), ran
        found[name] = (held / f"{name}.xlsm").read_bytes()
    assert (held / "台账.xlsm").read_bytes() == rich_register()
    return found


def marked(*words: str, source: str = "台账.xlsm", out: str = "副本.xlsm") -> Ran:
    return run("check", source, *DAY, "--out", out, *words)


def refused(ran: Ran, sentence: str) -> None:
    """One sentence, and nothing new in the folder."""
    assert ran.code == 2, ran
    assert sentence in ran.err
    assert ran.err.strip().count("\n") == 0
    assert sorted(path.name for path in Path().iterdir()) == ["台账.xlsm"]


def register(data: bytes) -> Worksheet:
    return load_workbook(io.BytesIO(data))[TITLE]


def told(data: bytes, title: str = "说明") -> str:
    sheet = load_workbook(io.BytesIO(data))[title]
    return "\n".join(str(cell.value) for (cell,) in sheet["A3:A60"] if cell.value)


def test_parts_that_were_not_touched_are_the_same_packed_bytes(copies: dict[str, bytes]) -> None:
    before = packed(rich_register())
    for name, copy in copies.items():
        assert before.keys() <= packed(copy).keys()
        touched = TOUCHED if name == "check" else TOUCHED - {"xl/comments1.xml", "xl/drawings/vmlDrawing1.vml"}
        assert {part for part in changed_parts(rich_register(), copy) if part in before} == touched


def test_the_sheet_around_the_rows_stays_as_it_was(copies: dict[str, bytes]) -> None:
    before = shell(unpacked(rich_register())[SHEET])
    after = shell(unpacked(copies["check"])[SHEET])
    assert after == before.replace(SELECTED, b"")
    for feature in (
        b"<x14:sparkline>", b"<x14:dataBar ", b'type="dataBar"', b'type="cellIs"', b"<dataValidation ", b"<drawing ",
        b"<x14:dataValidation ", b"<legacyDrawing ", b"<control ", b"<mergeCell ", b"<pane ", b"<pageSetup ",
    ):  # fmt: skip
        assert feature in after


def test_rows_differ_only_in_the_style_of_marked_cells(copies: dict[str, bytes]) -> None:
    before, after = rows(unpacked(rich_register())[SHEET]), rows(unpacked(copies["check"])[SHEET])
    assert before.attributes == after.attributes
    assert before.cells.keys() == after.cells.keys()
    differing = {place for place, cell in before.cells.items() if cell != after.cells[place]}
    assert differing == MARKED
    for place in differing:
        old, new = before.cells[place], after.cells[place]
        assert (old.kind, old.formula, old.content) == (new.kind, new.formula, new.content)


def test_what_lies_on_the_sheet_is_still_there(copies: dict[str, bytes]) -> None:
    for copy in copies.values():
        parts = unpacked(copy)
        for name in (
            "xl/vbaProject.bin", "xl/drawings/drawing1.xml", "xl/charts/chart1.xml", "xl/ctrlProps/ctrlProp1.xml",
            "xl/slicers/slicer1.xml", "xl/slicerCaches/slicerCache1.xml", "xl/tables/table1.xml", "customXml/item1.xml",
            "xl/threadedComments/threadedComment1.xml", "xl/persons/person.xml",
        ):  # fmt: skip
            assert parts[name] == unpacked(rich_register())[name]
        assert parts["xl/vbaProject.bin"] == compound()
        assert b'ObjectType="Button"' in parts["xl/drawings/vmlDrawing1.vml"]
        assert not elements(rich_register()) - elements(copy)


def test_marks_have_the_colour_of_their_level_and_keep_the_rest_of_the_look(copies: dict[str, bytes]) -> None:
    before, after = register(rich_register()), register(copies["check"])
    for place in MARKED:
        assert after[place].fill.fgColor.rgb[2:] == palette.LEVEL_FILLS["error"]
        assert after[place].number_format == before[place].number_format
        assert repr(after[place].border) == repr(before[place].border)
        assert repr(after[place].font) == repr(before[place].font)


def test_a_note_is_appended_to_the_one_a_cell_had(copies: dict[str, bytes]) -> None:
    sheet = register(copies["check"])
    text = sheet[NOTED].comment.text
    assert text.startswith(NOTE)
    assert "已于 2026-08-22 告知，超期 35 日" in text
    assert "“投诉编号”未填写；请补填" in sheet["A8"].comment.text


def test_a_cell_with_a_thread_is_coloured_and_not_noted_and_it_is_said(copies: dict[str, bytes]) -> None:
    sheet = register(copies["check"])
    assert sheet[THREADED].comment.text == register(rich_register())[THREADED].comment.text
    assert THREAD in sheet[THREADED].comment.text
    assert "已有会话式批注" in told(copies["check"])
    assert f"（如 {THREADED}）" in told(copies["check"])


def test_results_stand_in_front_and_the_explanation_at_the_end(copies: dict[str, bytes]) -> None:
    theirs = [TITLE, "机构汇总", "代码表"]
    for name, front in (("check", ["校验结果"]), ("classify", []), ("due", ["时限看板"])):
        workbook = load_workbook(io.BytesIO(copies[name]))
        assert workbook.sheetnames == [*front, *theirs, "说明"]
        assert workbook["代码表"].sheet_state == "hidden"
        assert workbook[TITLE].print_area == "'投诉台账'!$A$1:$P$37"
        assert workbook[TITLE].print_title_rows == "$3:$4"
        shown = [sheet.title for sheet in workbook if sheet.sheet_view.tabSelected]
        assert shown == [workbook.sheetnames[0]]
        assert "原文件上就地标记" in told(copies[name])


def test_links_of_the_results_lead_to_the_marked_cells(copies: dict[str, bytes]) -> None:
    sheet = load_workbook(io.BytesIO(copies["check"]))["校验结果"]
    links = {cell.hyperlink.location for line in sheet.iter_rows() for cell in line if cell.hyperlink}
    formulas = {str(cell.value) for line in sheet.iter_rows() for cell in line if str(cell.value).startswith("=HYPER")}
    found = " ".join(map(str, links | formulas))
    assert all(re.search(rf"投诉台账'?!\$?{place}\b", found) for place in MARKED), found


@pytest.mark.parametrize(("name", "heading"), [("classify", "建议投诉业务类别"), ("due", "作出处理决定并告知·届满日")])
def test_columns_are_added_right_of_the_register_under_headings_like_its_own(
    copies: dict[str, bytes], name: str, heading: str
) -> None:
    sheet, before = register(copies[name]), register(rich_register())
    added = {cell.column_letter: cell.value for cell in sheet[4][16:] if cell.value}
    assert next(iter(added)) == "Q"
    assert heading in added.values()
    for letter in added:
        head, beside = sheet[f"{letter}4"], before["O4"]
        assert repr(head.alignment) == repr(beside.alignment)
        assert repr(head.border) == repr(beside.border)
        assert head.font.name == beside.font.name
        assert head.fill.fgColor.rgb[2:] == sheet[f"{letter}3"].fill.fgColor.rgb[2:] == palette.OURS
    assert any(sheet[f"{next(iter(added))}{row}"].value for row in range(FIRST, LAST + 1))
    old, new = rows(unpacked(rich_register())[SHEET]), rows(unpacked(copies[name])[SHEET])
    assert {place: new.cells[place] for place in old.cells} == old.cells


def test_added_dates_are_dates(copies: dict[str, bytes]) -> None:
    sheet = register(copies["due"])
    place = next(cell.column_letter for cell in sheet[4] if cell.value and str(cell.value).endswith("届满日"))
    assert str(sheet[f"{place}{FIRST}"].value)[:10] == "2026-07-16"
    assert sheet[f"{place}{FIRST}"].number_format == palette.DATE_FORMAT


@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS)
def test_the_copy_of_a_workbook_with_macros_must_be_one(words: tuple[str, ...]) -> None:
    refused(run(*words, "副本.xlsx"), "原文件带有宏，副本只能存为 .xlsm；请把文件名改成 副本.xlsm")


def test_the_copy_of_a_workbook_without_macros_must_have_none() -> None:
    workbook = Workbook()
    for line in (
        ["投诉编号", "收到日期", "投诉内容"],
        ["TS1", "2026-07-01", "年费未告知"],
        ["TS2", "七月初", "年费误收"],
    ):
        workbook.worksheets[0].append(line)
    workbook.save("无宏.xlsx")
    ran = marked(source="无宏.xlsx")
    assert ran.code == 2
    assert "副本只能存为 .xlsx；请把文件名改成 副本.xlsx" in ran.err
    assert not Path("副本.xlsm").exists()
    assert marked(source="无宏.xlsx", out="副本.xlsx").code == 1


def test_a_signed_workbook_is_refused_until_that_is_allowed() -> None:
    Path("台账.xlsm").write_bytes(_signed())
    refused(marked(), "数字签名")
    assert marked("--allow-unsigned").code == 1
    assert register(Path("副本.xlsm").read_bytes())["A8"].fill.fgColor.rgb[2:] == palette.LEVEL_FILLS["error"]


def test_a_workbook_with_protected_structure_is_marked_and_stays_protected() -> None:
    book = put_together()
    book.book["workbookProtection"] = '<workbookProtection workbookPassword="CC1A" lockStructure="1"/>'
    Path("台账.xlsm").write_bytes(book.build())
    assert marked().code == 1
    data = Path("副本.xlsm").read_bytes()
    assert b'lockStructure="1"' in unpacked(data)["xl/workbook.xml"]
    assert load_workbook(io.BytesIO(data)).sheetnames[0] == "校验结果"


@pytest.mark.parametrize("name", ["旧.csv", "旧.xls"])
def test_what_cannot_be_edited_in_place_is_drawn_anew_and_it_is_said(name: str) -> None:
    lines = [("投诉编号", "收到日期", "投诉内容"), ("TS1", "2026-07-01", "年费未告知"), ("TS2", "七月初", "年费误收")]
    cells = "".join(f"<tr>{''.join(f'<td>{word}</td>' for word in line)}</tr>" for line in lines)
    text = "\n".join(map(",".join, lines)) if name.endswith("csv") else f"<html><table>{cells}</table></html>"
    Path(name).write_text(text, encoding="utf-8")
    assert marked(source=name, out="副本.xlsx").code == 1
    assert "由原表的数值重新绘制" in told(Path("副本.xlsx").read_bytes())


@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS)
def test_nothing_is_left_half_written_when_writing_fails(
    words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("xiaobao_xl.package.saving.write", full)
    refused(run(*words, "副本.xlsm"), "无法写入")


def test_a_file_that_stands_there_survives_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("副本.xlsm").write_bytes(b"before")
    assert marked().code == 2

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("xiaobao_xl.package.saving.write", full)
        assert marked("--overwrite").code == 2
    assert Path("副本.xlsm").read_bytes() == b"before"
    assert marked("--overwrite").code == 1


def test_a_marked_copy_can_be_checked_again() -> None:
    assert marked().code == 1
    first = marked("--json", "一.json")
    assert first.code == 2
    assert marked("--overwrite", "--json", "一.json").code == 1
    assert marked("--json", "二.json", source="副本.xlsm", out="再校.xlsm").code == 1
    data = Path("再校.xlsm").read_bytes()
    assert load_workbook(io.BytesIO(data)).sheetnames == [
        "校验结果2",
        "校验结果",
        TITLE,
        "机构汇总",
        "代码表",
        "说明",
        "说明2",
    ]
    again, once = register(data), register(Path("副本.xlsm").read_bytes())
    for place in MARKED:
        assert again[place].comment.text == once[place].comment.text
        assert repr(again[place].fill) == repr(once[place].fill)


def test_a_copy_with_suggestions_can_be_checked() -> None:
    assert run("classify", "台账.xlsm", "--out", "分类.xlsm").code == 0
    assert marked(source="分类.xlsm").code == 1
    assert {place for place in MARKED if register(Path("副本.xlsm").read_bytes())[place].comment} == MARKED


def test_added_columns_show_where_unused_columns_were_hidden() -> None:
    book = put_together()
    hidden = '<col min="17" max="16384" width="9" hidden="1"/></cols>'
    book.shell["cols"] = book.shell["cols"].replace("</cols>", hidden)
    Path("台账.xlsm").write_bytes(book.build())
    assert run("classify", "台账.xlsm", "--out", "副本.xlsm").code == 0
    shown = shell(unpacked(Path("副本.xlsm").read_bytes())[SHEET]).decode()
    added = sum(bool(cell.value) for cell in register(Path("副本.xlsm").read_bytes())[4][16:])
    columns = re.findall(r'<col min="(\d+)" max="(\d+)"[^>]*hidden="1"', shown)
    assert columns == [(str(17 + added), "16384")]


def test_columns_are_listed_once_where_none_were() -> None:
    book = put_together()
    del book.shell["cols"]
    Path("台账.xlsm").write_bytes(book.build())
    assert run("classify", "台账.xlsm", "--out", "副本.xlsm").code == 0
    assert shell(unpacked(Path("副本.xlsm").read_bytes())[SHEET]).count(b"<cols>") == 1


def test_a_template_is_drawn_anew() -> None:
    book = put_together()
    book.book_type = book.book_type.replace("sheet", "template")
    Path("台账.xlsm").write_bytes(book.build())
    assert marked(out="副本.xlsx").code == 1
    assert "原文件是模板" in told(Path("副本.xlsx").read_bytes())


def test_the_copy_of_an_encrypted_workbook_says_that_it_is_not() -> None:
    plain = io.BytesIO(rich_register())
    with Path("台账.xlsm").open("wb") as stream:
        OOXMLFile(plain).encrypt("口令", stream)
    assert marked("--password", "口令").code == 1
    data = Path("副本.xlsm").read_bytes()
    assert "副本没有加密" in told(data)
    assert packed(data)["xl/charts/chart1.xml"] == packed(rich_register())["xl/charts/chart1.xml"]


def _signed() -> bytes:
    book: Bricks = put_together()
    kind = "http://schemas.openxmlformats.org/package/2006/relationships/digital-signature"
    types = "application/vnd.openxmlformats-package.digital-signature-"
    book.relate("", f"{kind}/origin", "_xmlsignatures/origin.sigs")
    book.relate("_xmlsignatures/origin.sigs", f"{kind}/signature", "_xmlsignatures/sig1.xml")
    book.add("_xmlsignatures/origin.sigs", b"", f"{types}origin")
    book.add(
        "_xmlsignatures/sig1.xml", '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/>', f"{types}xmlsignature+xml"
    )
    return book.build()
