"""Rules of conditional formats are seen at once, also beside the officer's own, and go without a trace."""

from __future__ import annotations

import re
import zipfile

import pytest
from openpyxl import Workbook
from openpyxl.formatting.rule import CellIsRule, ColorScaleRule, DataBarRule, FormulaRule, IconSetRule, Rule
from openpyxl.styles import Font, PatternFill
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName

from xiaobao_xl.libreoffice import bridge, conditional_layout

OURS = {"formula": "=INDEX(校验标记!$A:$Z,ROW(),COLUMN())=1", "fill_color": "#ffc7ce"}
ALSO_OURS = {"formula": "=INDEX(校验标记!$A:$Z,ROW(),COLUMN())=2", "fill_color": "#ffeb9c"}
SCALE, BAR = 1, 2  # com.sun.star.sheet.ConditionEntryType


@pytest.fixture
def sheet(book):
    """A sheet whose diagonal bears marks, and looks of its own."""
    marks = book.sheets.add("校验标记")
    marks["A1:F6"].value = [
        [1 if row == column else 2 if row == column + 1 else 0 for column in range(6)] for row in range(6)
    ]
    marks.visible = False
    first = book.sheets["Sheet1"]
    first["A1:F20"].value = [[row for _ in range(6)] for row in range(20)]
    first["A1:H30"].font.size = 11
    first.activate()
    return first


def rules(sheet):
    return sheet.cells.impl.conditional_formats


def shown(sheet, tmp_path):
    """The colours of the cells as LibreOffice draws them, how often each; from the open workbook as it stands."""
    path = tmp_path / "现在.html"
    sheet.book.impl.document.storeToURL(bridge.to_url(path), bridge.properties(FilterName="HTML (StarCalc)"))
    colours = re.findall(r'<td[^>]*bgcolor="#(\w+)"', path.read_text(encoding="utf-8", errors="replace"))
    return {colour.lower(): colours.count(colour) for colour in colours}


def everything(sheet):
    """The formats of the sheet's list, and which cells look the same."""
    apis = sheet.impl.api.ConditionalFormats.getConditionalFormats()
    entries = [[api.getByIndex(index) for index in range(api.getCount())] for api in apis]
    looks = sheet["A1:H30"].api.getUniqueCellFormatRanges()
    return (
        sorted(
            (api.Range.RangeAddressesAsString, [(one.Type, getattr(one, "Formula1", "")) for one in some])
            for api, some in zip(apis, entries, strict=True)
        ),
        sorted(looks.getByIndex(number).RangeAddressesAsString for number in range(looks.Count)),
    )


def drawn_by_program(sheet, address, kind):
    """A scale or bar of colours, as LibreOffice itself would make it."""
    formats = sheet.impl.api.ConditionalFormats
    number = formats.createByRange(sheet.impl.collected([sheet[address].impl.area]))
    made = next(found for found in formats.getConditionalFormats() if number == found.ID)
    made.createEntry(kind, 0)


def test_rules_are_seen_at_once_and_go_without_a_trace(sheet, tmp_path):
    before = everything(sheet)
    assert "ffc7ce" not in shown(sheet, tmp_path)
    sheet["A1:F9"].impl.conditional_formats.add_customs([OURS, ALSO_OURS])
    seen = shown(sheet, tmp_path)
    assert seen["ffc7ce"] == 6
    assert seen["ffeb9c"] == 5
    assert sheet["C3"].api.ConditionalFormat.getCount() == 2
    rules(sheet).remove(lambda _: True)
    assert everything(sheet) == before
    assert "ffc7ce" not in shown(sheet, tmp_path)


def test_a_rule_of_the_officer_is_parted_while_ours_stands_and_whole_again_afterwards(sheet, tmp_path):
    own = {"formula": '=AND($B2>1,MOD($A1,2)=0,"a;b"<>B3)', "fill_color": "#00ff00"}
    sheet["A2:C20"].impl.conditional_formats.add_custom(own)
    before, green = everything(sheet), shown(sheet, tmp_path)["00ff00"]
    made = sheet["B1:F6"].impl.conditional_formats.add_customs([OURS, ALSO_OURS], is_first=True)
    assert sorted(rule.formula for rule in rules(sheet)) == sorted(one["formula"] for one in (own, OURS, ALSO_OURS))
    seen = shown(sheet, tmp_path)
    assert seen["ffc7ce"] == 5  # ours before hers
    assert 0 < seen["00ff00"] < green
    made[0].delete()
    assert "ffc7ce" not in shown(sheet, tmp_path)
    made[1].delete()
    assert everything(sheet) == before
    assert shown(sheet, tmp_path)["00ff00"] == green


def test_a_rule_added_behind_leaves_the_colours_of_the_first(sheet, tmp_path):
    sheet["A1:F9"].impl.conditional_formats.add_custom({"formula": "=TRUE()", "fill_color": "#00ff00"})
    sheet["A1:F9"].impl.conditional_formats.add_custom(OURS)
    assert [rule.formula for rule in rules(sheet)] == ["=TRUE()", OURS["formula"]]
    assert "ffc7ce" not in shown(sheet, tmp_path)


@pytest.mark.parametrize("kind", [SCALE, BAR])
def test_scales_and_bars_of_colours_stay_as_they_are(sheet, app, tmp_path, kind):
    drawn_by_program(sheet, "B2:B9", kind)
    before = everything(sheet)
    sheet["A1:F9"].impl.conditional_formats.add_customs([OURS, ALSO_OURS], is_first=True)
    assert shown(sheet, tmp_path)["ffc7ce"] == 5  # all but B2, which shows it once opened again
    rules(sheet).remove(lambda one: one.type == "custom")
    assert everything(sheet) == before
    sheet["A1:F9"].impl.conditional_formats.add_customs([OURS, ALSO_OURS], is_first=True)
    sheet.book.save(tmp_path / "台账.xlsx")
    sheet.book.close()
    assert shown(app.books.open(tmp_path / "台账.xlsx").sheets["Sheet1"], tmp_path)["ffc7ce"] == 6


def test_cells_under_several_formats_stay_as_they_are(sheet):
    sheet["A1:B9"].impl.conditional_formats.add_custom({"formula": "=A1>1", "font_bold": True})
    drawn_by_program(sheet, "B1:C9", SCALE)
    before = everything(sheet)
    sheet["A1:F9"].impl.conditional_formats.add_customs([OURS], is_first=True)
    listed = [one for one in conditional_layout.formats_of(sheet.impl) if not one.is_plain]
    assert [len(one.rules) for one in listed] == [1, 1, 1]
    rules(sheet).remove(lambda one: one.formula == OURS["formula"])
    assert everything(sheet) == before


def test_rules_that_compare_are_kept_with_both_bounds(sheet):
    cells = sheet["A1:B9"].api
    made = cells.ConditionalFormat
    for operator, first, second in (("BETWEEN", "1", "$B$2+1"), ("GREATER", "A2", "0")):
        made.addNew(
            bridge.properties(
                Operator=bridge.enum("sheet.ConditionOperator", operator), Formula1=first, Formula2=second, StyleName="Default",
                SourcePosition=sheet["A1"].impl.cell_address,
            )
        )  # fmt: skip
    cells.ConditionalFormat = made
    before = conditional_layout.formats_of(sheet.impl)[0].rules
    rule = sheet["B3:D4"].impl.conditional_formats.add_custom(OURS)
    assert len(conditional_layout.formats_of(sheet.impl)) == 3
    rule.delete()
    (after,) = conditional_layout.formats_of(sheet.impl)
    assert (after.rules, [area.text() for area in after.areas]) == (before, ["$A$1:$B$9"])


def test_rules_whose_cells_were_moved_or_deleted_go_without_a_trace_too(sheet, tmp_path):
    before = everything(sheet)
    moving = OURS | {"formula": f"=AND(B$1<9,{OURS['formula'][1:]})"}
    sheet["A2:F9"].impl.conditional_formats.add_customs([moving, ALSO_OURS])
    rows = sheet.api.Rows
    rows.insertByIndex(4, 3)
    assert shown(sheet, tmp_path)["ffc7ce"] == 5  # moved with the rows, coloured where the marks are
    rows.removeByIndex(4, 3)
    rules(sheet).remove(lambda _: True)
    assert everything(sheet) == before
    sheet["A2:F9"].impl.conditional_formats.add_customs([moving])
    rows.removeByIndex(0, 1)
    assert not conditional_layout.formats_of(sheet.impl)[0].is_plain  # its formula is lost
    rules(sheet).remove(lambda _: True)
    rows.insertByIndex(0, 1)
    sheet["A1:H1"].font.size = 11
    assert everything(sheet) == before


def officers_rules():
    """One of each kind of rule that Excel's own dialogues make."""
    look = DifferentialStyle(fill=PatternFill(bgColor="00FF00", fill_type="solid"), font=Font(bold=True))
    compared = [CellIsRule(operator=one, formula=["3", "7"][: 2 if "etween" in one else 1]) for one in (
        "between", "notBetween", "equal", "notEqual", "greaterThan", "lessThan", "greaterThanOrEqual", "lessThanOrEqual",
    )]  # fmt: skip
    by_formula = [
        FormulaRule(formula=[one]) for one in (
            '$A2="急"', "AND(A2>1,MOD(ROW(),2)=0)", "另页!$A2>别名", "SUM({1,2;3,4})=A$1", "ISNUMBER(MATCH(B3,另页!$A:$A,0))",
        )
    ]  # fmt: skip
    kinds = {
        "containsText": {"operator": "containsText", "text": "急", "formula": ['NOT(ISERROR(SEARCH("急",A2)))']},
        "beginsWith": {"operator": "beginsWith", "text": "急", "formula": ['LEFT(A2,1)="急"']},
        "duplicateValues": {}, "uniqueValues": {}, "top10": {"rank": 3}, "aboveAverage": {"aboveAverage": False},
        "timePeriod": {"timePeriod": "last7Days", "formula": ["TODAY()-A2<7"]}, "containsBlanks": {"formula": ["LEN(TRIM(A2))=0"]},
    }  # fmt: skip
    rules = [*compared, *by_formula, *(Rule(type=kind, **given) for kind, given in kinds.items())]
    for rule in rules:
        rule.dxf = look
    icons, bars = IconSetRule("3Arrows", "percent", [0, 33, 67]), DataBarRule("min", None, "max", None, color="638EC6")
    return [
        *rules,
        icons,
        bars,
        ColorScaleRule(start_type="min", start_color="FFFFFF", end_type="max", end_color="FF0000"),
    ]


def told(path):
    """The rules of a saved workbook, of each what it says but for its rank and its numbers in this file."""
    with zipfile.ZipFile(path) as parts:
        text = parts.read("xl/worksheets/sheet1.xml").decode("utf-8")
    found = re.findall(r"<conditionalFormatting.*?</conditionalFormatting>", text, re.DOTALL)
    return sorted(re.sub(r' (priority|dxfId)="\d+"|\{[-0-9A-F]{36}\}', "", one) for one in found)


def test_each_kind_of_rule_the_officer_can_make_is_saved_as_it_was(app, tmp_path):
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = "台账"
    for number in range(60):
        sheet.append([number] * 30)
    for number, rule in enumerate(officers_rules()):
        letter = get_column_letter(number + 1)
        sheet.conditional_formatting.add(f"{letter}2:{letter}50", rule)
    for name in ("另页", "校验标记"):
        workbook.create_sheet(name)
    workbook.defined_names["别名"] = DefinedName("别名", attr_text="另页!$B$1")
    workbook.save(tmp_path / "台账.xlsx")

    book = app.books.open(tmp_path / "台账.xlsx")
    book.save(tmp_path / "原样.xlsx")
    cells = book.sheets["台账"]["A5:AD40"].impl
    cells.conditional_formats.add_customs([OURS, ALSO_OURS], is_first=True)
    cells.conditional_formats.remove(lambda one: "校验标记" in (one.formula or ""))
    book.save(tmp_path / "之后.xlsx")
    assert len(told(tmp_path / "原样.xlsx")) == len(officers_rules())
    assert told(tmp_path / "之后.xlsx") == told(tmp_path / "原样.xlsx")
