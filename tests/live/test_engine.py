import datetime as dt
import time

import numpy as np
import openpyxl
import pandas as pd
import pytest
import xlwings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from live.listening_office import running_office

from xiaobao_xl import libreoffice
from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.libreoffice import NotReachable, bridge, formulas


def until_it_fails(action):
    """An office that is told to close takes its time."""
    for _ in range(200):
        action()
        time.sleep(0.05)


def moment(*parts):
    return dt.datetime(*parts)  # noqa: DTZ001 - cells know no time zone


ROWS = [
    ["编号", "日期", "金额", "是否", "备注"],
    ["00123", moment(2024, 1, 5), 12.5, True, None],
    ["110101199003074512", moment(2024, 1, 5, 10, 30), 7.0, False, "两行\n文字"],
]


class CountedCalls:
    """A UNO object that counts every call and every property asked of it, and of what it gives back."""

    def __init__(self, inner, counter):
        object.__setattr__(self, "_inner", inner)
        object.__setattr__(self, "_counter", counter)

    def __getattr__(self, name):
        self._counter[0] += 1
        found = getattr(self._inner, name)
        if not callable(found):
            return self.wrapped(found)
        return lambda *arguments: self.wrapped(found(*[getattr(one, "_inner", one) for one in arguments]))

    def __setattr__(self, name, value):
        self._counter[0] += 1
        setattr(self._inner, name, value)

    def wrapped(self, value):
        return CountedCalls(value, self._counter) if type(value).__name__ == "pyuno" else value


@pytest.fixture
def calls(book):
    """Number of calls to LibreOffice through the sheet and its document."""
    counter = [0]
    sheet = book.sheets[0]
    sheet.impl.api = CountedCalls(sheet.impl.api, counter)
    sheet.impl.book.document = CountedCalls(sheet.impl.book.document, counter)

    def of(action):
        counter[0] = 0
        action(sheet)
        return counter[0]

    return of


class TestValues:
    def test_what_is_written_is_read_again(self, book):
        sheet = book.sheets[0]
        sheet["B2"].value = ROWS
        assert sheet["B2:F4"].options(ndim=2).value == ROWS
        assert sheet["B2"].expand().address == "$B$2:$F$4"
        assert sheet.used_range.address == "$B$2:$F$4"

    @given(
        rows=some.lists(
            some.lists(
                some.one_of(
                    some.none(),
                    some.booleans(),
                    some.floats(-1e9, 1e9).map(lambda number: round(number, 4)),
                    some.datetimes(moment(1901, 1, 1), moment(2100, 1, 1)).map(
                        lambda any_moment: any_moment.replace(microsecond=0)
                    ),
                    some.text(some.characters(codec="utf-8", exclude_categories=["C"]), min_size=1).filter(
                        lambda text: not text.startswith(("=", "'"))
                    ),
                ),
                min_size=3,
                max_size=3,
            ),
            min_size=1,
            max_size=6,
        )
    )
    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_any_values_survive(self, book, rows):
        sheet = book.sheets[0]
        for written in (rows, rows[::-1]):
            sheet["A1:C9"].clear()
            cells = sheet["A1"].resize(len(rows), 3)
            cells.value = written
            assert cells.options(ndim=2).value == written

    @given(
        rows=some.lists(
            some.lists(some.sampled_from([None, True, False, 1.0, 0.0, "1", "字"]), min_size=2, max_size=2), min_size=2
        )
    )
    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_texts_numbers_and_truth_values_survive_over_each_other(self, book, rows):
        cells = book.sheets[0]["A1"].resize(len(rows), 2)
        cells.value = rows
        read = cells.options(ndim=2).value
        assert read == rows
        assert [[type(one) for one in row] for row in read] == [[type(one) for one in row] for row in rows]

    def test_identifiers_stay_texts(self, book):
        sheet = book.sheets[0]
        sheet["A1"].value = [["00123", "110101199003074512", "1e5", "2024-01-05"]]
        assert sheet["A1:D1"].value == ["00123", "110101199003074512", "1e5", "2024-01-05"]

    def test_formats_stay_when_texts_look_like_numbers(self, book):
        sheet = book.sheets[0]
        sheet["B1:B2"].number_format = "0.00"
        before = [sheet[cell].number_format for cell in ("A1", "B1", "B2")]
        sheet["A1:B2"].value = [["00123", "12:30"], ["2024-01-05", "TRUE"]]
        assert sheet["A1:B2"].value == [["00123", "12:30"], ["2024-01-05", "TRUE"]]
        assert [sheet[cell].number_format for cell in ("A1", "B1", "B2")] == before

    def test_with_the_switch_texts_become_numbers_as_in_excel(self, coercing_book):
        sheet = coercing_book.sheets[0]
        sheet["B1:B9"].number_format = "@"
        texts = ["00123", "110101199003074512", "50%", "2024-01-05", "TRUE", "投诉", "1,234.5"]
        sheet["A1"].options(transpose=True).value = texts
        sheet["B1"].options(transpose=True).value = texts
        assert sheet["A1:A7"].value == [123.0, 110101199003074000.0, 0.5, moment(2024, 1, 5), True, "投诉", 1234.5]
        assert sheet["B1:B7"].value == texts
        sheet["B8"].value = 12
        assert sheet["B8"].value == "12"

    def test_an_apostrophe_in_front_marks_a_text_and_is_not_kept(self, book):
        book.sheets[0]["A1"].value = "'007"
        assert book.sheets[0]["A1"].value == "007"

    def test_nothing_empties_a_cell(self, book):
        sheet = book.sheets[0]
        sheet["A1:B1"].value = ["x", 1]
        sheet["A1:B1"].value = [None, float("nan")]
        assert sheet["A1:B1"].value == [None, None]
        assert sheet["A1"].end("down").row == 1_048_576

    def test_formats_of_dates_stay_as_the_officer_has_them(self, book):
        sheet = book.sheets[0]
        sheet["A1"].number_format = 'yyyy"年"m"月"d"日"'
        sheet["A1:A2"].options(transpose=True).value = [dt.date(2024, 1, 5), dt.date(2024, 1, 6)]
        assert sheet["A1"].number_format.upper() == 'YYYY"年"M"月"D"日"'
        assert sheet["A1:A2"].options(dates=dt.date).value == [dt.date(2024, 1, 5), dt.date(2024, 1, 6)]

    def test_a_number_over_a_truth_value_is_a_number(self, book):
        sheet = book.sheets[0]
        sheet["A1"].value = True
        sheet["A1"].value = 5
        assert sheet["A1"].value == 5.0

    def test_errors_are_none_or_named(self, book):
        sheet = book.sheets[0]
        sheet["A1"].value = [["=1/0", "=NA()", '="x"+1', "=无此名称+1", 3]]
        assert sheet["A1:E1"].value == [None, None, None, None, 3.0]
        named = sheet["A1:E1"].options(err_to_str=True).value
        sheet["A2"].value = "=SQRT(-1)"
        assert sheet["A1:A2"].options(err_to_str=True).value == ["#DIV/0!", "#VALUE!"]
        assert named == ["#DIV/0!", "#N/A", "#VALUE!", "#NAME?", 3.0]

    def test_numbers_and_empties_follow_the_options(self, book):
        sheet = book.sheets[0]
        sheet["A1:B1"].value = [3, None]
        assert sheet["A1:B1"].options(numbers=int, empty="").value == [3, ""]

    def test_numpy_and_pandas(self, book):
        frame = pd.DataFrame(
            {"数": np.array([1, 2]), "是": np.array([True, False]), "日": pd.to_datetime(["2024-01-05", None])},
            index=["甲", "乙"],
        )
        sheet = book.sheets[0]
        sheet["A1"].value = frame
        assert sheet["B2:D3"].value == [[1.0, True, moment(2024, 1, 5)], [2.0, False, None]]
        assert list(sheet["A1"].expand().options(pd.DataFrame).value.columns) == ["数", "是", "日"]

    def test_nothing_empties_whole_columns(self, book):
        sheet = book.sheets[0]
        sheet["A1:C3"].value = 1
        sheet["A:B"].value = None
        assert sheet["A1:C3"].value == [[None, None, 1.0]] * 3

    @pytest.mark.parametrize("rows", [[[1, 2]], [[1], [2, 3]], [[1, 2, 3], [4, 5, 6]]])
    def test_values_that_do_not_fit_are_refused_and_nothing_is_written(self, book, rows):
        with pytest.raises(ValueError, match="2 行 2 列"):
            book.sheets[0]["A1:B2"].raw_value = rows
        assert book.sheets[0]["A1:B2"].value == [[None, None], [None, None]]

    def test_one_value_fills_a_range(self, book):
        book.sheets[0]["A1:B2"].value = "同"
        assert book.sheets[0]["A1:B2"].value == [["同", "同"], ["同", "同"]]

    @pytest.mark.parametrize("action", ["write", "read", "formulas", "colours", "errors"])
    def test_calls_do_not_grow_with_the_rows(self, calls, action):
        def act(rows):
            line = ["文字", 1.5, moment(2024, 1, 5), True, None]
            colours = [[(255, 0, 0), None], [None, (0, 255, 0)]] * (rows // 2)
            links = [[f'=HYPERLINK("#A{row}","x")'] for row in range(rows)]
            before = {"read": [line] * rows, "errors": [["=1/0", 1], ["x", "=NA()"]] * (rows // 2)}.get(action)
            calls(lambda sheet: sheet.clear())
            if before:
                calls(lambda sheet: setattr(sheet["A1"], "value", before))
            return {
                "write": lambda sheet: setattr(sheet["A1"], "value", [line] * rows),
                "read": lambda sheet: sheet["A1"].resize(rows, 5).options(ndim=2).value,
                "formulas": lambda sheet: setattr(sheet["G1"], "value", links),
                "colours": lambda sheet: sheet["A1"].resize(rows, 2).impl.set_colors(colours),
                "errors": lambda sheet: sheet["A1"].resize(rows, 2).options(ndim=2, err_to_str=True).value,
            }[action]

        few, many = calls(act(10)), calls(act(400))
        assert 0 < many <= few <= 80


class TestFormulas:
    @pytest.mark.parametrize(
        "formula",
        [
            "=SUM(A1:B2,$C$3)",
            '=IF(A1>1,"a,b;c","")',
            "=台账!D5+1",
            "='台 账'!D5&\"x\"",
            "=SUM({1,2;3,4})",
            '=COUNTIF(台账!A:A,">1")',
            "=SUM(1:2)",
            "=WORKDAY(A1,5)",
            "=IFS(A1=1,TRUE,A1=2,FALSE)",
            "=SUM((A1,B1))",
            "=SUM(A1:B2 B1:C3)",
            "=-A1%+2^3",
            "=XB_STATUS",
            '=IF(AND(A1<>"",B1>=2),"是""否",-1.5)',
            "=VLOOKUP($A1,台账!$A$1:$C$9,3,FALSE)",
            "=INDEX(台账!$1:$1,1,COLUMN())",
            '=TEXT(A1,"yyyy年m月d日")',
            "=A1^-2*(B1-C1)/4&D1",
            "=ISBLANK('台 账'!$A:$B)",
            "=NETWORKDAYS(A1,B1)",
            "=CONCATENATE(A1,LOG10(100),B1)",
            "={1,2;3,4}",
        ],
    )
    def test_are_read_as_they_were_written(self, book, formula):
        book.sheets.add("台账")
        book.sheets.add("台 账")
        sheet = book.sheets["Sheet1"]
        book.names.add("XB_STATUS", "=台账!$A$1")
        sheet["F9"].formula = formula
        cell = sheet["F9"].impl
        tokens = cell.api.getCellByPosition(0, 0).getTokens()
        theirs = formulas.Parser(book.impl.document).text(tokens, sheet.index - 1, cell.area)
        shown = formula.replace("TRUE", "TRUE()").replace("FALSE", "FALSE()")
        assert theirs.replace("'台账'!", "台账!") == shown
        assert sheet["F9"].formula == shown

    def test_a_younger_function_in_a_name_is_read_without_its_mark(self, book):
        name = book.names.add("消保", "=IFS(Sheet1!$A$1=1,2,Sheet1!$A$1=3,4)")
        assert name.refers_to == "=IFS(Sheet1!$A$1=1,2,Sheet1!$A$1=3,4)"
        book.sheets[0]["A1"].value = [[3, "=消保"]]
        assert book.sheets[0]["B1"].value == 4.0

    def test_one_formula_fills_a_range_and_moves_along(self, book):
        sheet = book.sheets[0]
        sheet["C1:D3"].formula = "=$A1*B$1"
        assert sheet["C1:D3"].formula == (
            ("=$A1*B$1", "=$A1*C$1"),
            ("=$A2*B$1", "=$A2*C$1"),
            ("=$A3*B$1", "=$A3*C$1"),
        )
        assert sheet["D3"].impl.api.getCellByPosition(0, 0).getError() == 0

    def test_values_and_formulas_mix(self, book):
        sheet = book.sheets[0]
        sheet["A1"].value = [[1, "=A1+1"], ["=B1+1", "x"]]
        assert sheet["A1:B2"].value == [[1.0, 2.0], [3.0, "x"]]
        assert sheet["A1:B2"].formula == (("1", "=A1+1"), ("=B1+1", "x"))

    def test_array_formulas(self, book):
        sheet = book.sheets[0]
        sheet["A1"].value = [[1], [2]]
        sheet["C1"].formula_array = "=SUM(A1:A2*2)"
        assert sheet["C1"].value == 6.0
        assert sheet["C1"].has_array is True
        assert sheet["A1"].has_array is False

    def test_constants_written_as_formulas_are_read_as_typed(self, book):
        sheet = book.sheets[0]
        sheet["B1"].number_format = "@"
        sheet["A1:B1"].formula = [["00123", "00123"]]
        assert sheet["A1:B1"].value == [123.0, "00123"]

    def test_on_a_cell_formatted_as_text_a_formula_is_a_text(self, book):
        sheet = book.sheets[0]
        sheet["A1"].number_format = "@"
        sheet["A1"].value = "=1+1"
        assert sheet["A1"].value == "=1+1"


class TestLooks:
    def test_number_formats(self, book):
        sheet = book.sheets[0]
        sheet["A1:A2"].number_format = "@"
        assert sheet["A1:A2"].number_format == "@"
        assert sheet["A1:B1"].number_format is None
        assert sheet["B1"].number_format == "General"

    def test_colours(self, book):
        sheet = book.sheets[0]
        sheet["A1:A2"].color = (255, 199, 206)
        sheet["A1"].font.color = "#9c0006"
        sheet["A1"].font.bold = True
        assert sheet["A1:A2"].color == (255, 199, 206)
        assert sheet["A1"].font.color == (156, 0, 6)
        assert sheet["A1"].font.bold is True
        sheet["A1:A2"].color = None
        assert sheet["A1"].color is None

    def test_sizes(self, book):
        sheet = book.sheets[0]
        sheet["A:B"].column_width = 20
        sheet["A1"].row_height = 30
        assert sheet["A1:B1"].column_width == pytest.approx(20, abs=0.1)
        assert sheet["A1:C1"].column_width is None
        assert sheet["A1"].row_height == pytest.approx(30, abs=0.1)

    def test_hidden_rows_and_columns(self, book):
        cells = book.sheets[0]["A1:B4"].impl
        assert cells.row_hidden is False
        book.sheets[0]["A2:A3"].impl.row_hidden = True
        book.sheets[0]["B1"].impl.column_hidden = True
        assert cells.row_hidden is None
        assert cells.column_hidden is None
        assert book.sheets[0]["A2:A3"].impl.row_hidden is True

    def test_alignment_and_wrapping(self, book):
        cells = book.sheets[0]["A1:B2"].impl
        assert (cells.horizontal_alignment, cells.vertical_alignment, cells.wrap_text) == ("general", "bottom", False)
        cells.horizontal_alignment, cells.vertical_alignment, cells.wrap_text = "center", "top", True
        assert (cells.horizontal_alignment, cells.vertical_alignment, cells.wrap_text) == ("center", "top", True)

    def test_fonts_hold_for_chinese_too(self, book):
        cell = book.sheets[0]["A1"]
        cell.font.name, cell.font.size, cell.font.italic = "宋体", 12, True
        assert (cell.font.name, cell.font.size, cell.font.italic) == ("宋体", 12.0, True)
        native = cell.api
        assert (native.CharFontNameAsian, native.CharHeightAsian) == ("宋体", 12.0)

    def test_places_and_fitting(self, book):
        sheet = book.sheets[0]
        sheet["A1"].value = "一段比标准列宽要长得多的说明文字" * 2
        sheet["A1"].columns.autofit()
        assert sheet["A1"].column_width > 30
        assert sheet["B2"].left == pytest.approx(sheet["A1"].width, abs=0.1)
        assert sheet["B2"].top == pytest.approx(sheet["A1"].height, abs=0.1)

    def test_one_call_paints_many_cells(self, book):
        cells = book.sheets[0]["A1:B2"]
        cells.impl.set_colors([["#ff0000", None], [(0, 255, 0), "#ff0000"]])
        colours = [cell.color for cell in cells]
        assert colours == [(255, 0, 0), None, (0, 255, 0), (255, 0, 0)]

    def test_rules_by_formula_leave_other_rules_alone(self, book):
        book.sheets.add("校验标记")
        sheet = book.sheets["Sheet1"]
        rules = sheet["A2:E9"].impl.conditional_formats
        own = sheet["A1:C9"].impl.conditional_formats.add_custom({"formula": '=$A1="急"', "font_bold": True})
        rule = rules.add_custom({"formula": "=INDEX('校验标记'!$A$1:$E$9,ROW(),COLUMN())=1", "fill_color": "#ffc7ce"})
        assert rule.formula == "=INDEX(校验标记!$A$1:$E$9,ROW(),COLUMN())=1"
        assert rule.fill_color == (255, 199, 206)
        assert len(rules) == 2
        rule.delete()
        assert [left.formula for left in rules] == [own.formula] == ['=$A1="急"']
        rules.clear()
        assert len(rules) == 1
        told = sheet["A9"].impl.conditional_formats.add_custom(
            {"formula": '=IF(AND(A9="a,b;c",校验标记!A9>1),TRUE(),A$1)'}
        )
        assert told.formula == '=IF(AND(A9="a,b;c",校验标记!A9>1),TRUE(),A$1)'

    def test_looks_of_a_rule(self, book):
        rules = book.sheets[0]["A1:A9"].impl.conditional_formats
        spec = {"formula": "=A1>1", "fill_color": None, "font_color": "#9c0006", "font_bold": True, "font_italic": True}
        rule = rules.add_custom(spec)
        assert (rule.type, rule.font_color, rule.font_bold, rule.font_italic) == ("custom", (156, 0, 6), True, True)
        assert 1 in rules
        assert 2 not in rules
        assert rules(1).formula == "=A1>1"
        with pytest.raises(ValueError, match="条件格式用不了"):
            rules.add_custom({"formula": "=[1]Sheet1!A1"})
        assert len(rules) == 1

    def test_one_of_several_rules_of_a_format_is_deleted(self, book):
        sheet = book.sheets[0]
        rules = sheet["A1:A9"].impl.conditional_formats
        rules.add_custom({"formula": "=A1>1", "fill_color": "#ff0000"})
        owner = sheet.api.ConditionalFormats.getConditionalFormats()[0]
        for index, formula in enumerate(["A1>2", "A1>3"], start=1):
            owner.createEntry(0, index)
            entry = owner.getByIndex(index)
            entry.Operator, entry.Formula1, entry.StyleName = 24, formula, "Default"
        first, _, third = rules
        for rule in (first, third):
            rule.delete()
        assert [rule.formula for rule in rules] == ["=A1>2"]
        first.delete()
        assert len(rules) == 1

    def test_own_rules_are_found_and_deleted_after_saving_among_the_officers(self, app, book, tmp_path):
        book.sheets.add("校验标记")
        rules = book.sheets["Sheet1"]["A1:B9"].impl.conditional_formats
        rules.add_custom({"formula": '=$A1="急"', "font_bold": True})
        rules.add_custom({"formula": "=INDEX(校验标记!$A:$B,ROW(),COLUMN())=1", "fill_color": "#ffc7ce"})
        rules.add_custom({"formula": "=INDEX(校验标记!$A:$B,ROW(),COLUMN())=2", "fill_color": "#ffeb9c"})
        book.save(tmp_path / "台账.xlsx")
        book.close()
        again = app.books.open(tmp_path / "台账.xlsx").sheets["Sheet1"].cells.impl.conditional_formats
        assert len(again) == 3
        for rule in reversed(list(again)):
            if "校验标记" in rule.formula:
                rule.delete()
        assert [rule.formula for rule in again] == ['=$A1="急"']

    if hasattr(xlwings.Range, "conditional_formats"):  # since 0.37.5

        def test_rules_through_the_public_api(self, book):
            cells = book.sheets[0]["A1:A9"]
            cells.conditional_formats.add_custom("=A1>1", fill_color="#ffc7ce")
            assert [rule.formula for rule in cells.conditional_formats] == ["=A1>1"]


class TestSheetsAndNames:
    def test_sheets(self, book):
        first = book.sheets[0]
        added = book.sheets.add("状态", after=first)
        assert [sheet.name for sheet in book.sheets] == [first.name, "状态"]
        assert book.sheets.active == added
        assert "状态" in book.sheets
        assert added.index == 2
        added.visible = False
        assert added.visible is False
        added.name = "消保状态"
        assert book.sheets["消保状态"].name == "消保状态"
        first.copy()
        assert len(book.sheets) == 3
        added.delete()
        assert "消保状态" not in [sheet.name for sheet in book.sheets]

    def test_what_is_not_there_is_a_key_error(self, book):
        with pytest.raises(KeyError):
            book.sheets["没有"]
        with pytest.raises(KeyError):
            book.names["没有"]
        with pytest.raises(KeyError):
            book.sheets[0]["没有"]
        with pytest.raises(KeyError):
            book.app.books["没有.xlsx"]

    def test_names(self, book):
        sheet = book.sheets[0]
        book.names.add("XB_STATUS", f"='{sheet.name}'!$B$2")
        sheet["XB_STATUS"].value = "好"
        assert sheet["B2"].value == "好"
        assert book.names["xb_status"].refers_to_range.address == "$B$2"
        assert book.names["XB_STATUS"].refers_to == f"={sheet.name}!$B$2"
        sheet["C3"].name = "另一个"
        assert sheet["C3"].name.name == "另一个"
        book.names["另一个"].delete()
        assert [name.name for name in book.names] == ["XB_STATUS"]

    def test_notes(self, book):
        cell = book.sheets[0]["B2"]
        assert cell.note is None
        cell.impl.add_note("说明")
        assert cell.note.text == "说明"
        cell.note.text = "新的说明"
        assert [note.text for note in book.sheets[0].impl.notes] == ["新的说明"]
        cell.note.delete()
        assert cell.note is None

    def test_moving_about(self, book):
        sheet = book.sheets[0]
        sheet["B2"].value = [["a", "b"], ["c", None], ["d", "e"]]
        assert sheet["B2"].end("down").address == "$B$4"
        assert sheet["C2"].end("down").address == "$C$4"
        assert sheet["B2"].end("right").address == "$C$2"
        assert sheet["B4"].end("up").address == "$B$2"
        assert sheet["B2"].current_region.address == "$B$2:$C$4"
        assert sheet["B2:C3"].offset(1, 1).address == "$C$3:$D$4"
        assert sheet["B2:C3"](2, 1).value == "c"
        assert sheet["B:B"].rows.count == 1_048_576

    def test_protection_and_filters_are_seen(self, book):
        sheet = book.sheets[0]
        assert sheet.impl.is_protected is False
        assert sheet.impl.filtered_areas == []
        sheet["A1"].value = [["编号", "金额"], ["a", 1], ["b", 2]]
        ranges = book.impl.document.DatabaseRanges
        ranges.addNewByName("台账区", sheet["A1:B3"].api.RangeAddress)
        ranges.getByName("台账区").AutoFilter = True
        assert [area.text() for area in sheet.impl.filtered_areas] == ["$A$1:$B$3"]
        sheet.api.protect("密码")
        book.impl.document.protect("密码")
        assert sheet.impl.is_protected is True
        assert book.impl.is_protected is True
        assert book.impl.is_shared is False

    @pytest.mark.parametrize(
        "change",
        [
            lambda cells: setattr(cells, "value", "新"),
            lambda cells: setattr(cells, "value", [["新", 1]]),
            lambda cells: setattr(cells, "formula", "=1+1"),
            lambda cells: setattr(cells, "number_format", "@"),
            lambda cells: setattr(cells, "color", (255, 0, 0)),
            lambda cells: cells.impl.set_colors([["#ff0000", "#ff0000"]]),
            lambda cells: cells.clear_contents(),
            lambda cells: cells.insert("down"),
            lambda cells: cells.impl.add_note("说明"),
            lambda cells: cells.impl.conditional_formats.add_custom({"formula": "=A1=1", "fill_color": "#ff0000"}),
        ],
    )
    def test_protected_cells_refuse_every_change_and_stay_as_they_were(self, book, change):
        sheet = book.sheets[0]
        sheet["A1:B1"].value = ["旧", 2]
        sheet.api.protect("密码")
        with pytest.raises(WorkbookError, match=f"工作表“{sheet.name}”受保护"):
            change(sheet["A1:B1"])
        assert sheet["A1:B1"].value == ["旧", 2.0]
        assert (sheet["A1"].color, sheet["A1"].number_format, sheet["A1"].note) == (None, "General", None)
        assert len(sheet["A1"].impl.conditional_formats) == 0

    def test_cells_left_open_in_a_protected_sheet_can_be_written(self, book):
        sheet = book.sheets[0]
        open_cells = bridge.struct("util.CellProtection", IsLocked=False)
        sheet["A1:A2"].api.CellProtection = open_cells
        sheet.api.protect("密码")
        sheet["A1"].value = "新"
        assert sheet["A1"].value == "新"
        with pytest.raises(WorkbookError, match="受保护"):
            sheet["A1:B2"].value = "新"

    def test_merged_cells(self, book):
        sheet = book.sheets[0]
        sheet["B2:C3"].merge()
        assert sheet["B2"].merge_area.address == "$B$2:$C$3"
        assert sheet["B2:C3"].merge_cells is True
        assert sheet["A5:C9"].merge_cells is False
        assert sheet["A1:C9"].merge_cells is None
        sheet["B2:C3"].unmerge()
        assert sheet["B2:C3"].merge_cells is False

    def test_inserting_and_deleting_rows(self, book):
        sheet = book.sheets[0]
        sheet["A1"].options(transpose=True).value = [1, 2, 3]
        sheet["2:2"].insert("down")
        assert sheet["A1:A4"].value == [1.0, None, 2.0, 3.0]
        sheet["2:3"].delete()
        assert sheet["A1:A2"].value == [1.0, 3.0]

    def test_copying_and_moving_cells(self, book):
        sheet = book.sheets[0]
        sheet["A1"].value = [[1, "=A1*2"]]
        sheet["A1:B1"].copy(sheet["A3"])
        assert sheet["A3:B3"].formula == (("1", "=A3*2"),)
        sheet["A1:B1"].impl.move(sheet["D5"].impl)
        assert sheet["D5:E5"].formula == (("1", "=D5*2"),)
        assert sheet["A1:B1"].value == [None, None]
        with pytest.raises(NotImplementedError, match="destination"):
            sheet["A3"].copy()

    def test_clearing(self, book):
        sheet = book.sheets[0]
        sheet["A1"].value = "x"
        sheet["A1"].color = "#ff0000"
        sheet["A1"].clear_formats()
        assert (sheet["A1"].value, sheet["A1"].color) == ("x", None)
        sheet["A1"].color = "#ff0000"
        sheet["A1"].clear_contents()
        assert (sheet["A1"].value, sheet["A1"].color) == (None, (255, 0, 0))
        sheet["A1"].clear()
        assert sheet["A1"].color is None

    def test_merging_row_by_row(self, book):
        sheet = book.sheets[0]
        sheet["A1:B2"].merge(across=True)
        assert [sheet[cell].merge_area.address for cell in ("A1", "A2")] == ["$A$1:$B$1", "$A$2:$B$2"]

    def test_addresses(self, book):
        sheet = book.sheets[0]
        assert sheet["A1:B2"].get_address(row_absolute=False, column_absolute=False) == "A1:B2"
        assert sheet["A1"].get_address(include_sheetname=True).endswith("Sheet1'!$A$1")
        assert sheet["$C$3"].column == 3
        assert book.sheets[0].range("A1", "C2").shape == (2, 3)
        assert sheet.range((1, 1), (2, 3)).address == "$A$1:$C$2"
        assert [row.address for row in sheet["A1:B2"].rows] == ["$A$1:$B$1", "$A$2:$B$2"]
        with pytest.raises(IndexError):
            sheet.range((0, 1))

    def test_sheets_are_moved(self, book):
        added = book.sheets.add("后", after=book.sheets[0])
        added.impl.move(before=book.sheets[0].impl, after=None)
        assert [sheet.name for sheet in book.sheets] == ["后", "Sheet1"]

    def test_frozen_panes(self, book):
        sheet = book.sheets[0]
        sheet.freeze_panes.freeze_at("1:2")
        controller = book.impl.document.CurrentController
        assert controller.hasFrozenPanes()
        sheet.freeze_panes.unfreeze()
        assert not controller.hasFrozenPanes()


class TestApp:
    def test_settings_are_set_and_restored(self, book):
        app = book.app
        with app.properties(screen_updating=False, calculation="manual", status_bar="校验…"):
            assert (app.screen_updating, app.calculation, app.status_bar) == (False, "manual", "校验…")
        assert (app.screen_updating, app.calculation, app.status_bar) == (True, "automatic", False)

    def test_manual_calculation_waits(self, book):
        sheet = book.sheets[0]
        sheet["A1"].value = [[1, "=A1*2"]]
        book.app.calculation = "manual"
        sheet["A1"].value = 5
        assert sheet["B1"].value == 2.0
        book.app.calculate()
        assert sheet["B1"].value == 10.0

    def test_selection_is_kept_and_told(self, book):
        sheet = book.sheets[0]
        sheet["B2:C3"].select()
        sheet["A1"].value = ROWS
        assert book.selection.address == "$B$2:$C$3"
        assert book.app.selection.sheet == sheet

    def test_what_is_selected(self, app, book):
        sheet = book.sheets[0]
        several = sheet.impl.collected([sheet["B2"].impl.area, sheet["D4:E5"].impl.area])
        book.impl.document.CurrentController.select(several)
        assert app.selection.address == "$B$2"

    def test_the_program_and_its_books(self, app, book):
        assert xlwings.apps[app.pid].pid == app.pid
        assert xlwings.apps.keys() == [app.pid]
        assert app.books[0] == book
        assert app.books.active == book
        assert app.impl.office_version.split(".")[0].isdigit()
        other = app.books.add()
        assert app.books.active == other
        book.activate()
        assert app.books.active == book
        other.close()
        assert len(app.books) == 1

    def test_calling_book(self, book, monkeypatch, tmp_path):
        book.save(tmp_path / "台账.xlsx")
        monkeypatch.setattr("sys.argv", ["-c", "--wb=台账.xlsx", "--from_xl=1"])
        assert xlwings.Book.caller().fullname == str(tmp_path / "台账.xlsx")

    def test_macros(self, book):
        libraries = book.impl.document.BasicLibraries
        if not libraries.hasByName("Standard"):
            libraries.createLibrary("Standard")
        source = 'Sub Mark\n ThisComponent.Sheets(0).getCellByPosition(0, 0).String = "好"\nEnd Sub\n'
        source += "Function Twice(x)\n Twice = 2 * x\nEnd Function\n"
        libraries.getByName("Standard").insertByName("XB", source)
        book.macro("Mark")()
        assert book.sheets[0]["A1"].value == "好"
        assert book.macro("XB.Twice")(21) == 42
        with pytest.raises(KeyError):
            book.macro("没有")()

    def test_an_office_that_was_closed_is_told(self):
        with running_office() as office:
            app = libreoffice.connect(port=office.port)
            assert len(app.books) == 0
            app.kill()
            with pytest.raises(NotReachable, match="已经关闭"):
                until_it_fails(lambda: list(app.books))
            with pytest.raises(NotReachable, match="没有找到"):
                libreoffice.connect(port=office.port, timeout_seconds=0)

    def test_nobody_listening_is_told_with_the_way_out(self):
        with pytest.raises(NotReachable, match="soffice --accept"):
            bridge.resolve("127.0.0.1", 9, 0)

    @pytest.mark.parametrize("name", ["charts", "tables", "pictures", "shapes"])
    def test_what_is_missing_is_named(self, book, name):
        with pytest.raises(NotImplementedError, match=rf"LibreOffice 引擎没有“.+”（Sheet\.{name}）"):
            getattr(book.sheets[0], name)


class TestFiles:
    def test_saved_and_opened_again(self, book, tmp_path):
        path = tmp_path / "台账.xlsx"
        book.sheets[0]["A1"].value = ROWS
        book.save(path)
        assert book.name == "台账.xlsx"
        book.close()
        again = xlwings.Book(path)
        assert again.sheets[0]["A1"].expand().options(ndim=2).value == ROWS
        again.sheets[0]["A1"].value = "改"
        again.save()
        again.close()
        assert xlwings.Book(path).sheets[0]["A1"].value == "改"

    def test_the_open_book_is_found_not_opened_twice(self, book, tmp_path):
        book.save(tmp_path / "台账.xlsx")
        assert xlwings.Book(tmp_path / "台账.xlsx") == book
        assert xlwings.Book("台账.xlsx") == book

    def test_where_it_cannot_be_saved_is_told(self, book, tmp_path):
        with pytest.raises(WorkbookError, match="保存不了"):
            book.save(tmp_path / "没有" / "台账.xlsx")
        (tmp_path / "台账.xlsx").mkdir()
        with pytest.raises(WorkbookError, match="保存不了"):
            book.save(tmp_path / "台账.xlsx")
        with pytest.raises(WorkbookError, match="不会保存这种格式"):
            book.save(tmp_path / "台账.xyz")

    def test_a_book_that_was_never_saved_has_a_name(self, book):
        assert book.name == book.fullname
        assert book.name

    def test_read_only_is_seen(self, app, book, tmp_path):
        path = tmp_path / "只读.xlsx"
        book.save(path)
        book.close()
        assert app.books.open(path, read_only=True).impl.is_read_only is True

    def test_a_password_is_kept(self, app, book, tmp_path):
        path = tmp_path / "密.xlsx"
        book.sheets[0]["A1"].value = "投诉"
        book.save(path, password="密码")  # noqa: S106 - invented
        book.close()
        again = app.books.open(path, password="密码")  # noqa: S106
        assert again.sheets[0]["A1"].value == "投诉"

    def test_what_is_no_workbook_is_refused(self, app, tmp_path):
        path = tmp_path / "图.png"
        path.write_bytes(b"")
        with pytest.raises((WorkbookError, bridge.error("lang.IllegalArgumentException"))):
            app.books.open(path)

    def test_a_filter_of_a_file_is_seen(self, app, tmp_path):
        path = tmp_path / "筛.xlsx"
        made = openpyxl.Workbook()
        made.active.append(["编号", "金额"])
        made.active.append(["a", 1])
        made.active.auto_filter.ref = "A1:B2"
        made.save(path)
        opened = app.books.open(path)
        assert [area.text() for area in opened.sheets[0].impl.filtered_areas] == ["$A$1:$B$2"]
        opened.close()

    def test_pdf(self, book, tmp_path):
        book.sheets[0]["A1"].value = "投诉"
        book.to_pdf(tmp_path / "a.pdf")
        assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")
