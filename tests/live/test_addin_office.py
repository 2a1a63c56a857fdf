"""The entry functions on a workbook that is open in LibreOffice."""

from datetime import date
from pathlib import Path
from shutil import copy

import pytest
from live.live_registers import SHEET, sample_rows
from openpyxl import Workbook, load_workbook

from xiaobao_xl import addin, resources
from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.libreoffice import bridge
from xiaobao_xl.live import undo
from xiaobao_xl.live.ours import MARKS, RESULTS, STATUS
from xiaobao_xl.tasks import Reading, check, due, timing
from xiaobao_xl.workbook.scanning import column_letters

DAY = date(2026, 8, 15)


@pytest.fixture
def opened(app, tmp_path):
    """Opens a register of so many rows; all books are closed at the end."""

    def make(rows, name="台账.xlsx"):
        workbook = Workbook()
        sheet = workbook.active
        sheet.title = SHEET
        for line in sample_rows(rows):
            sheet.append(line)
        sheet.auto_filter.ref = f"A1:BC{rows + 1}"
        (tmp_path / name).parent.mkdir(exist_ok=True)
        workbook.save(tmp_path / name)
        return app.books.open(str(tmp_path / name))

    yield make
    for left in list(app.books):
        left.close()


def everything(book):
    """Contents, formats, rules and sizes of the register, cell for cell."""
    sheet = book.sheets[SHEET].impl.api
    cursor = sheet.createCursor()
    cursor.gotoEndOfUsedArea(False)
    area = sheet.getCellRangeByPosition(0, 0, cursor.RangeAddress.EndColumn, cursor.RangeAddress.EndRow)
    formats = area.getUniqueCellFormatRanges()
    return (
        area.getFormulaArray(),
        sorted(formats.getByIndex(number).RangeAddressesAsString for number in range(formats.Count)),
        len(book.sheets[SHEET].cells.impl.conditional_formats),
        [book.sheets[SHEET].range((1, column)).column_width for column in range(1, 80)],
        heights(book),
    )


def heights(book, rows=82):
    """Height of each of the first rows, and whether it follows what stands in it.

    That of the headings, which is made higher and lower, can follow only where LibreOffice still finds the same height.
    """
    every = [book.sheets[SHEET].impl.api.Rows.getByIndex(row) for row in range(rows)]
    return [(every[0].Height, None), *((row.Height, row.OptimalHeight) for row in every[1:])]


def place(book):
    return book.sheets.active.name, book.selection.address, book.app.calculation


def test_five_thousand_rows_are_checked_classified_and_dated_and_each_is_undone_cell_for_cell(opened):
    book = opened(5000)
    # Cells without any looks of their own are told apart from those that had some and lost them, though nobody sees it.
    book.sheets[SHEET].used_range.font.size = 11
    book.sheets[SHEET].range("C5:D9").select()
    before, where = everything(book), place(book)
    assert addin.check(book, as_of=DAY).startswith("校验完 5000 行：错误 ")
    assert everything(book)[0] == before[0]
    assert everything(book)[2] == 3
    assert place(book) == where
    addin.undo(book)
    assert everything(book) == before

    addin.check(book, as_of=DAY)
    marked = everything(book)
    addin.clear_marks(book)
    assert everything(book) == before
    addin.undo(book)
    assert everything(book) == marked

    for verb, title in (("classify", "建议投诉业务类别"), ("due", "投诉处理·届满日")):
        addin.VERBS[verb](book)
        heads = book.sheets[SHEET].range("A1:CZ1").value
        assert any(str(head).endswith(title[-3:]) for head in heads[55:]), title
        assert everything(book)[0][100][:55] == before[0][100][:55]
        assert place(book) == where
        addin.undo(book)
        assert everything(book) == marked


def test_marks_and_results_say_what_the_check_of_the_file_says(opened, rules, tmp_path):
    book = opened(80)
    addin.check(book, as_of=DAY)
    of_file = check(rules, tmp_path / "台账.xlsx", Reading(), DAY)
    lines = undo.now(book).lines
    assert [(line[1], line[2], line[6]) for line in lines] == [
        (one.cell, one.level, one.message) for one in of_file.findings
    ]
    shown = book.sheets[RESULTS].range("A5").resize(len(lines), 6).value
    assert [row[1] for row in shown] == [line[1] for line in lines]
    letters = book.sheets[MARKS].range("A1:A81").value
    first = next(line for line in lines if line[2] == "error")
    assert "e" in letters[int("".join(filter(str.isdigit, first[1]))) - 1]


def test_a_register_with_merged_headings_hidden_rows_and_errors_is_read_as_from_its_file(app, rules, tmp_path):
    path = Path(copy(resources.sample_path("投诉台账_样例.xlsx"), tmp_path))
    of_file = check(rules, path, Reading(sheet=("2026年台账",)), DAY)
    book = app.books.open(str(path))
    book.sheets["2026年台账"].activate()
    addin.check(book, as_of=DAY)
    lines = undo.now(book).lines
    book.close()
    assert [(line[1], line[2], line[8]) for line in lines] == [
        (one.cell or (f"{line[9]}" if one.row else ""), one.level, one.check)
        for one, line in zip(of_file.findings, lines, strict=True)
    ]


def test_due_dates_are_dates_and_those_of_the_library(opened, rules, tmp_path):
    book = opened(80)
    addin.due(book, as_of=DAY)
    columns = timing.beside(due(rules, tmp_path / "台账.xlsx", Reading(), DAY))[SHEET]
    sheet = book.sheets[SHEET]
    heads = sheet.range("A1:CZ1").value
    for column in columns:
        written = sheet.range((2, heads.index(column.title) + 1), (81, heads.index(column.title) + 1)).value
        expected = [column.values.get(row) or None for row in range(2, 82)]
        assert [cell.date() if hasattr(cell, "date") else cell for cell in written] == [
            None if value == "" else value for value in expected
        ]


@pytest.mark.parametrize("verb", ["check", "classify", "due"])
def test_rows_stay_as_high_as_they_are_though_their_texts_wrap(opened, verb):
    book = opened(40)
    sheet = book.sheets[SHEET]
    sheet.range("A1:BC41").wrap_text = True
    sheet.range("A3:A41").row_height = 14
    sheet.range("A7").row_height = 40
    sheet.range("A1:BC2").rows.autofit()
    before = everything(book)
    assert before[-1][1][1]
    addin.VERBS[verb](book)
    assert heights(book)[1:] == before[-1][1:]
    addin.undo(book)
    assert everything(book) == before
    assert sheet.range("A1").impl.is_row_fitted


@pytest.mark.parametrize("verb", ["classify", "due"])
def test_rows_as_high_as_the_file_says_stay_so_though_libreoffice_would_make_them_higher(app, tmp_path, verb):
    path = Path(copy(resources.sample_path("投诉台账_规范样例.xlsx"), tmp_path))
    book = app.books.open(str(path))
    before = heights(book)
    addin.VERBS[verb](book)
    assert heights(book)[1:] == before[1:]
    assert heights(book)[0][0] > before[0][0]
    addin.undo(book)
    assert [height for height, _ in heights(book)] == [height for height, _ in before]
    book.close()


def test_added_columns_are_dressed_as_the_register_with_sentences_cut_at_their_edge(opened):
    book = opened(40)
    sheet = book.sheets[SHEET]
    sheet.range("BC1:BC41").font.size = 9
    sheet.range("BC2:BC41").impl.vertical_alignment = "top"
    addin.due(book, as_of=DAY)
    heads = sheet.range("BD1:BG1")
    assert [head[-4:] for head in heads.value] == ["·届满日", "知·状态", "剩余天数", "怎样算出"]
    assert (heads.wrap_text, heads.impl.horizontal_alignment, heads.font.size) == (True, "center", 9)
    body = sheet.range("BD2:BG41")
    assert (body.wrap_text, body.impl.vertical_alignment, body.font.size) == (False, "top", 9)
    assert [sheet.range(f"{letter}2").impl.horizontal_alignment for letter in ("BD", "BE", "BF", "BG")] == [
        "center", "center", "center", "fill",
    ]  # fmt: skip
    assert sheet.range("BG1").column_width == pytest.approx(48, abs=0.1)


def test_colours_leave_font_and_place_of_the_text_alone(opened):
    book = opened(10)
    sheet = book.sheets[SHEET]
    sheet.used_range.font.size = 9
    sheet.used_range.impl.vertical_alignment = "top"
    addin.check(book, as_of=DAY)
    styles = book.impl.document.StyleFamilies.getByName("CellStyles")
    ours = [styles.getByName(name) for name in styles.ElementNames if name.startswith("XB ")]
    looks = [(style.CharHeight, style.CharHeightAsian, style.VertJustify) for style in ours]
    assert styles.getByName("Default").CharHeight == 11  # what a style of a conditional format would bring along
    assert looks.count((9, 9, 1)) == 3
    assert looks.count((11, 11, 3)) == 3  # those of the sheet of results, which has no looks of its own


def test_the_officers_own_formats_and_filter_stay(opened):
    book = opened(30)
    sheet = book.sheets[SHEET]
    sheet.range("A2:B31").impl.conditional_formats.add_custom({"formula": '=$A2="x"', "fill_color": (1, 2, 3)})
    sheet.range("B3").color = (10, 20, 30)
    areas = sheet.impl.filtered_areas
    addin.check(book, as_of=DAY)
    addin.check(book, as_of=DAY)
    assert len(sheet.cells.impl.conditional_formats) == 4
    addin.clear_marks(book)
    assert [one.formula for one in sheet.cells.impl.conditional_formats] == ['=$A2="x"']
    assert sheet.range("B3").color == (10, 20, 30)
    assert sheet.impl.filtered_areas == areas != []


def test_the_marks_survive_saving_as_xlsx(opened, tmp_path):
    book = opened(30)
    addin.check(book, as_of=DAY)
    book.save(str(tmp_path / "存.xlsx"))
    saved = load_workbook(tmp_path / "存.xlsx")
    rules = [rule for one in saved[SHEET].conditional_formatting for rule in one.rules]
    assert {rule.formula[0][:44] for rule in rules} == {"AND(MID(INDEX(校验标记!$A:$A,ROW()),COLUMN(),1)="[:44]}
    assert saved[MARKS].sheet_state == "hidden"
    assert "XB_STATUS" in saved.defined_names


def coloured(book, addresses):
    """Which of the cells the three rules colour; their formulas, asked from a sheet of their own."""
    names = [sheet.name for sheet in book.sheets]
    asking = book.sheets["试"] if "试" in names else book.sheets.add("试", after=book.sheets[names[-1]])
    formulas = []
    for one in book.sheets[SHEET].cells.impl.conditional_formats:
        text = one.formula.replace(f"${MARKS}.", f"{MARKS}!").replace("INDEX($", f"INDEX({SHEET}!$")
        formulas.append(text.removeprefix("="))
    cells = asking.range((1, 1), (len(addresses), 1))
    cells.formula = [
        [f"=OR({','.join(formulas)})".replace("ROW()", f"ROW({at})").replace("COLUMN()", f"COLUMN({at})")]
        for at in addresses
    ]
    book.app.calculate()
    return [bool(value) for value in cells.options(ndim=1).value]


def test_every_cell_with_a_finding_is_coloured_and_none_that_has_taken_its_place(opened):
    book = opened(60)
    addin.check(book, as_of=DAY)
    marked = sorted({line[1] for line in undo.now(book).lines})
    free = [f"{column_letters(column)}{row}" for column in range(55) for row in (2, 30, 61)]
    assert coloured(book, marked) == [True] * len(marked)
    assert not any(coloured(book, [at for at in free if at not in marked]))
    rows = book.sheets[SHEET].impl.api.Rows
    rows.insertByIndex(1, 1)
    assert not any(coloured(book, marked))
    rows.removeByIndex(1, 1)
    assert all(coloured(book, marked))
    book.sheets[SHEET].impl.api.Columns.insertByIndex(1, 1)
    assert not any(coloured(book, marked))


def test_next_finding_selects_the_cell(opened):
    book = opened(60)
    addin.check(book, as_of=DAY)
    text = addin.next_finding(book)
    assert text.startswith(book.selection.address.replace("$", ""))
    assert book.sheets[STATUS].range("B1").value == text


def test_the_report_is_filled_and_opened(opened, tmp_path):
    book = opened(80)
    addin.report(book, period="2026Q3", as_of=DAY)
    assert "消费投诉季度统计表_2026年第三季度.xlsx" in [other.name for other in book.app.books]
    assert (tmp_path / "报表_2026年第三季度" / "消费投诉季度统计表_2026年第三季度_底稿.xlsx").is_file()


def test_a_protected_sheet_and_a_protected_structure_are_one_sentence(opened):
    book = opened(10)
    before = everything(book)
    book.sheets[SHEET].impl.api.protect("")
    with pytest.raises(WorkbookError, match="受保护，加不了标记"):
        addin.check(book)
    book.sheets[SHEET].impl.api.unprotect("")
    book.impl.api.protect("")
    with pytest.raises(WorkbookError, match="结构受保护"):
        addin.check(book)
    book.impl.api.unprotect("")
    assert everything(book) == before
    assert [sheet.name for sheet in book.sheets] == [SHEET]


def test_an_unsaved_book_is_checked_but_has_no_report(app):
    book = app.books.add()
    sheet = book.sheets[0]
    rows = sample_rows(12)
    sheet.range("A1").resize(13, len(rows[0])).number_format = "@"
    sheet.range("A1").value = [["" if cell is None else str(cell)[:10] for cell in row] for row in rows]
    assert "还没有保存过" in addin.check(book, as_of=DAY)
    with pytest.raises(WorkbookError, match="还没有保存过"):
        addin.report(book)
    book.close()


def test_two_books_of_one_name_are_one_sentence(opened, tmp_path):
    book = opened(5)
    before = everything(book)
    (tmp_path / "另处").mkdir()
    twin = copy(tmp_path / "台账.xlsx", tmp_path / "另处")
    book.app.impl.desktop.loadComponentFromURL(bridge.to_url(twin), "_blank", 0, bridge.properties(Hidden=True))
    with pytest.raises(WorkbookError, match=r"同时打开了 2 个名为 台账\.xlsx"):
        addin.check(book, as_of=DAY)
    with pytest.raises(WorkbookError, match=r"打开着 2 个名为 台账\.xlsx"):
        addin.attach("check", "台账.xlsx")
    assert everything(book) == before


def test_run_tells_a_refusal_in_the_status_cell(opened):
    book = opened(5)
    book.sheets[SHEET].impl.api.protect("")
    with pytest.raises(SystemExit) as left:
        addin.run("check", book)
    assert left.value.code == 1
    assert "受保护" in book.sheets[STATUS].range("B1").value


def test_attach_says_what_it_found(opened):
    opened(5)
    text = addin.attach("check", as_of=DAY)
    assert text.startswith("已连到 LibreOffice 里的 台账.xlsx。校验完 5 行")
