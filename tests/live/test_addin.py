from datetime import date
from types import SimpleNamespace

import pytest
import xlwings as xw
from live import memory_engine as memory
from live.live_registers import SHEET, sample_rows

from xiaobao_xl import addin
from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.live import buttons, desk, undo
from xiaobao_xl.live.doors import ExcelDoor, OfficeDoor, Painted, PlainDoor, door_of, merges_of_xml
from xiaobao_xl.live.ours import MARKS, RESULTS, STATUS, UNDO
from xiaobao_xl.workbook.drawing import lines_needed

DAY = date(2026, 8, 15)
ROWS = 60


@pytest.fixture(autouse=True)
def door(monkeypatch):
    found = memory.MemoryDoor()
    monkeypatch.setattr(desk, "door_of", lambda *_: found)
    monkeypatch.setattr(addin, "door_of", lambda *_: found)
    return found


@pytest.fixture
def app():
    before = xw.engines.active if list(xw.engines) else None
    yield memory.start()
    if before is not None:
        before.activate()


@pytest.fixture
def book(app, tmp_path):
    made = memory.opened(app, tmp_path / "台账.xlsx", {SHEET: sample_rows(ROWS)})
    made.sheets[SHEET].range("C5:D6").select()
    return made


def everything(book, *, without=(STATUS, UNDO)):
    """All that an officer could see change: cells, formats, marks and sizes of every sheet, and the settings."""
    app = book.app.impl
    return {
        sheet._name: (
            dict(sheet._cells),
            dict(sheet._formats),
            list(sheet._painted),
            dict(sheet._looks),
            dict(sheet._widths),
            dict(sheet._heights),
            dict(sheet._places),
        )
        for sheet in book.sheets.impl._all
        if sheet._name not in without
    } | {
        "switches": dict(app._switches),
        "bar": app._bar,
        "front": book.sheets.active.name,
        "at": app._selected.address,
    }


def status(book):
    return book.sheets[STATUS].range("B1").value


def cells(book, sheet):
    return book.sheets[sheet].impl._cells


def rows_of_status(book, title):
    heading = [cell for (row, _), cell in sorted(cells(book, SHEET).items()) if row == 1]
    return heading.index(title) + 1


def test_check_colours_cells_lists_findings_and_says_so_in_the_status_cell(book):
    text = addin.check(book, as_of=DAY)
    assert text == status(book)
    assert text.startswith(f"校验完 {ROWS} 行：错误 ")
    assert book.impl._names["XB_STATUS"] == f"='{STATUS}'!$B$1"
    line = undo.now(book).lines[0]
    row = int("".join(filter(str.isdigit, line[1])))
    assert "e" in cells(book, MARKS)[row, 1] or "w" in cells(book, MARKS)[row, 1]
    assert cells(book, RESULTS)[5, 2] == f"""formula =HYPERLINK("#'{SHEET}'!{line[1]}","{line[1]}")"""
    assert [one[3] for one in book.sheets[SHEET].impl._painted] == ["F9D5D0", "FCEAC3", "DCE8F2"]


def test_check_changes_no_cell_of_the_register(book):
    before = dict(cells(book, SHEET))
    addin.check(book, as_of=DAY)
    assert cells(book, SHEET) == before


def test_our_sheets_but_the_results_are_hidden(book):
    addin.check(book, as_of=DAY)
    assert [sheet.name for sheet in book.sheets if sheet.visible] == [SHEET, RESULTS]


@pytest.mark.parametrize("verb", ["check", "classify", "due"])
def test_every_button_leaves_front_sheet_selection_and_switches_as_they_were(book, verb):
    book.app.impl._switches["calculation"] = "semiautomatic"
    before = everything(book)
    addin.VERBS[verb](book)
    after = everything(book)
    assert {key: after[key] for key in ("switches", "bar", "front", "at")} == {
        key: before[key] for key in ("switches", "bar", "front", "at")
    }
    assert any(isinstance(text, str) and text.startswith("消保：") for text in book.app.impl._said)


@pytest.mark.parametrize("verb", ["check", "classify", "due"])
def test_undo_puts_everything_back(book, verb):
    before = everything(book, without=(STATUS, UNDO, MARKS))
    addin.VERBS[verb](book)
    assert everything(book, without=(STATUS, UNDO, MARKS)) != before
    assert addin.undo(book) == f"已撤销“{buttons.TITLES[verb]}”，恢复到点它之前的样子。"
    after = everything(book, without=(STATUS, UNDO, MARKS))
    added = {place for place in after[SHEET][1] if place not in before[SHEET][1]}
    assert not added
    assert after == before | {SHEET: (*before[SHEET][:4], after[SHEET][4], *before[SHEET][5:])}
    assert all(width == 8.43 for place, width in after[SHEET][4].items() if place not in before[SHEET][4])
    assert MARKS not in book.sheets or not cells(book, MARKS)
    assert addin.undo(book) == "没有可以撤销的操作。"


@pytest.mark.parametrize("verb", ["classify", "due"])
def test_a_second_run_writes_into_the_same_columns_and_undo_brings_back_what_the_officer_wrote_there(book, verb):
    addin.VERBS[verb](book)
    width = book.sheets[SHEET].used_range.last_cell.column
    book.sheets[SHEET].range((3, width)).value = "我改的"
    before = everything(book, without=(STATUS, UNDO))
    addin.VERBS[verb](book)
    assert book.sheets[SHEET].used_range.last_cell.column == width
    assert book.sheets[SHEET].range((3, width)).value != "我改的"
    addin.undo(book)
    assert everything(book, without=(STATUS, UNDO))[SHEET] == before[SHEET]


def test_texts_of_added_columns_stay_texts_though_they_look_like_numbers(book):
    sheet = book.sheets[SHEET]
    addin.due(book, as_of=DAY)
    new = [place for place, code in sheet.impl._formats.items() if place[1] > 55 and place[0] > 1]
    assert {sheet.impl._formats[place] for place in new} == {"@", "yyyy-mm-dd"}


@pytest.mark.parametrize("own_height", [None, 22.0, 60.0])
@pytest.mark.parametrize("verb", ["classify", "due"])
def test_headings_of_added_columns_have_room_and_undo_gives_their_row_its_height_again(book, verb, own_height):
    sheet = book.sheets[SHEET]
    if own_height:
        sheet.range("A1").row_height = own_height
    before, height = dict(sheet.impl._heights), sheet.range("A1").row_height
    addin.VERBS[verb](book)
    assert set(sheet.impl._heights) == {1}
    assert sheet.range("A1").row_height == max(height, 30)
    for column in range(56, sheet.used_range.last_cell.column + 1):
        title, width = sheet.range((1, column)).value, sheet.range((1, column)).column_width
        assert lines_needed(title, width - 1) <= (2 if height < 60 else 4), title
    addin.undo(book)
    assert sheet.impl._heights == before


@pytest.mark.parametrize("own_height", [15.0, 40.0])
def test_a_row_of_headings_the_officer_has_changed_since_keeps_that_height(book, own_height):
    sheet = book.sheets[SHEET]
    sheet.range("A1").row_height = own_height
    addin.due(book, as_of=DAY)
    sheet.range("A1").row_height = 77
    addin.undo(book)
    assert sheet.range("A1").row_height == 77


def test_long_sentences_are_cut_dates_and_states_stand_in_the_middle_and_the_officers_columns_keep_their_widths(book):
    sheet = book.sheets[SHEET]
    sheet.range("A:BC").column_width = 7
    addin.due(book, as_of=DAY)
    assert [sheet.range((1, column)).column_width for column in range(1, 56)] == [7] * 55
    placed = {sheet.range((1, column)).value[-4:]: sheet.impl._places.get((2, column)) for column in range(56, 60)}
    assert placed == {"·届满日": "centred", "知·状态": "centred", "剩余天数": "centred", "怎样算出": "cut"}
    assert sheet.range((1, 59)).column_width == 48


def test_texts_so_short_that_filling_would_show_them_twice_are_not_cut(book):
    addin.classify(book)
    sheet = book.sheets[SHEET]
    reasons = rows_of_status(book, "投诉原因依据")
    assert min(len(str(sheet.range((row, reasons)).value or "")) for row in range(2, ROWS + 2)) * 2 < 30
    assert sheet.impl._places.get((2, reasons)) is None


def test_due_then_check_reads_the_register_and_not_its_own_columns(book):
    first = addin.check(book, as_of=DAY)
    addin.due(book, as_of=DAY)
    addin.classify(book)
    assert addin.check(book, as_of=DAY) == first


def test_undo_refuses_where_the_added_columns_were_moved(book):
    addin.due(book, as_of=DAY)
    sheet = book.sheets[SHEET]
    sheet.range((1, sheet.used_range.last_cell.column)).value = "别的"
    before = everything(book)
    with pytest.raises(WorkbookError, match="什么都没有改"):
        addin.undo(book)
    assert everything(book) == before


def test_clear_marks_takes_them_away_and_can_be_undone(book):
    addin.check(book, as_of=DAY)
    before = everything(book)
    assert "已清除" in addin.clear_marks(book)
    assert RESULTS not in [sheet.name for sheet in book.sheets]
    assert not book.sheets[SHEET].impl._painted
    addin.undo(book)
    assert everything(book) == before
    assert addin.check(book, as_of=DAY) == status(book)


def test_checking_again_takes_the_place_of_the_former_marks(book):
    addin.check(book, as_of=DAY)
    before = everything(book)
    addin.check(book, as_of=DAY)
    assert everything(book) == before


def test_next_finding_goes_through_the_marked_cells_and_begins_again(book):
    addin.check(book, as_of=DAY)
    places = {line[1] for line in undo.now(book).lines if line[1]}
    book.sheets[SHEET].range("A1").select()
    seen = []
    for _ in range(len(places) + 1):
        text = addin.next_finding(book)
        seen.append(book.app.impl._selected.address.replace("$", ""))
        assert text.startswith(f"{seen[-1]} [")
    assert len(set(seen)) == len(places)
    assert seen[-1] == seen[0]


def test_next_finding_says_when_rows_were_moved(book):
    addin.check(book, as_of=DAY)
    line = undo.now(book).lines[0]
    book.sheets[SHEET].range(line[9]).value = "TS别的"
    book.sheets[SHEET].range("A1").select()
    assert addin.next_finding(book).startswith("这一行已不是当时那件投诉")


def test_next_finding_before_any_check_says_what_to_do(book):
    with pytest.raises(WorkbookError, match="请先点“校验”"):
        addin.next_finding(book)


@pytest.mark.parametrize(
    ("flag", "on", "words"),
    [
        ("protected", "sheet", "受保护，加不了标记"),
        ("structure", "book", "结构受保护"),
        ("shared", "book", "是共享工作簿"),
    ],
)
@pytest.mark.parametrize("verb", ["check", "classify", "due"])
def test_what_stands_in_the_way_is_one_sentence_and_nothing_changes(book, flag, on, words, verb):
    (book.sheets[SHEET] if on == "sheet" else book).impl._flags.add(flag)
    before = everything(book)
    with pytest.raises(WorkbookError, match=words):
        addin.VERBS[verb](book)
    assert everything(book) == before


def test_two_books_of_one_name_are_refused(app, book, tmp_path):
    memory.opened(app, tmp_path / "另处" / "台账.xlsx", {SHEET: sample_rows(3)})
    with pytest.raises(WorkbookError, match=r"同时打开了 2 个名为 台账\.xlsx"):
        addin.check(book)


@pytest.mark.parametrize(
    ("fullname", "words"),
    [
        ("工作簿1", "还没有保存过"),
        ("https://bank.sharepoint.com/sites/x/台账.xlsx", "在云盘上"),
        (r"C:\Users\li\OneDrive - 某银行\台账.xlsx", "同步文件夹"),
    ],
)
def test_a_book_without_a_place_of_its_own_is_checked_but_no_file_is_written_beside_it(app, fullname, words):
    book = memory.opened(app, fullname, {SHEET: sample_rows(5)})
    assert addin.check(book, as_of=DAY).startswith("校验完 5 行")
    for verb in ("report", "blank"):
        with pytest.raises(WorkbookError, match=words):
            addin.VERBS[verb](book)


def test_a_busy_program_is_told_in_one_sentence(book):
    book.impl._flags.add("busy")
    with pytest.raises(memory.Busy) as fault:
        addin.check(book)
    assert "单元格正在编辑" in addin.told(fault.value)


@pytest.mark.parametrize(
    ("verb", "writes"),
    [
        *(("check", number) for number in range(8)),
        *(("classify", number) for number in range(3)),
        ("due", 0),
        ("due", 1),
    ],
)
def test_a_failure_in_the_middle_leaves_nothing_half_written(book, verb, writes, monkeypatch):
    before = everything(book, without=(STATUS, UNDO, MARKS))
    work = memory.Range.raw_value.fset
    left = [writes]

    def failing(self, value):
        left[0] -= 1
        if left[0] == -1:
            raise RuntimeError("the program gave up")
        work(self, value)

    monkeypatch.setattr(memory.Range, "raw_value", property(memory.Range.raw_value.fget, failing))
    with pytest.raises(RuntimeError):
        addin.VERBS[verb](book)
    after = everything(book, without=(STATUS, UNDO, MARKS))
    assert after[SHEET][:3] == before[SHEET][:3]
    assert after.keys() == before.keys()
    assert after["switches"] == before["switches"]


def test_rows_a_filter_keeps_from_being_written_are_noticed_and_all_is_put_back(book, monkeypatch):
    book.sheets[SHEET].impl._flags.add("filtered")
    before = everything(book, without=(STATUS, UNDO, MARKS))[SHEET]
    put = memory.Range._put
    monkeypatch.setattr(
        memory.Range,
        "_put",
        lambda self, place, cell: None if 20 < place[0] < 30 and place[1] > 55 else put(self, place, cell),
    )
    with pytest.raises(WorkbookError, match="请先清除筛选"):
        addin.due(book, as_of=DAY)
    assert everything(book, without=(STATUS, UNDO, MARKS))[SHEET][:3] == before[:3]


@pytest.mark.parametrize("verb", ["check", "classify", "due", "next_finding", "clear_marks", "undo"])
def test_the_number_of_calls_does_not_depend_on_the_rows(app, tmp_path, verb):
    counts = []
    for rows in (100, 2000):
        book = memory.opened(app, tmp_path / f"{rows}.xlsx", {SHEET: sample_rows(rows)})
        book.sheets[SHEET].range("A1").select()
        addin.check(book, as_of=DAY)
        memory.CALLS.clear()
        addin.VERBS[verb](book)
        counts.append(dict(memory.CALLS))
        app.impl.books.all.clear()
    assert counts[0] == counts[1]


def test_the_report_is_written_beside_the_book_and_opened(book, tmp_path):
    text = addin.report(book, period="2026Q3", as_of=DAY)
    folder = tmp_path / "报表_2026年第三季度"
    assert {path.name for path in folder.iterdir()} == {
        "消费投诉季度统计表_2026年第三季度.xlsx",
        "消费投诉季度统计表_2026年第三季度_底稿.xlsx",
        "报送记录_消费投诉季度统计表_2026年第三季度.json",
    }
    assert str(folder) in text
    assert book.app.books[-1].name == "消费投诉季度统计表_2026年第三季度.xlsx"
    addin.report(book, period="2026Q3", as_of=DAY)
    assert (tmp_path / "报表_2026年第三季度_2").is_dir()


def test_settings_beside_the_status_cell_choose_the_report(book, tmp_path):
    addin.check(book, as_of=DAY)
    book.sheets[STATUS].range("B3").value = "2026-07"
    book.sheets[STATUS].range("B4").value = "望澜银行"
    assert "2026年7月" in addin.report(book, as_of=DAY)
    book.sheets[STATUS].range("B5").value = str(tmp_path / "没有.yaml")
    with pytest.raises(WorkbookError, match=r"规则文件 .*没有.yaml 找不到"):
        addin.check(book, as_of=DAY)


def test_a_blank_register_is_written_under_a_free_name(book, tmp_path):
    (tmp_path / "投诉台账.xlsx").write_bytes(b"")
    assert "投诉台账_2.xlsx" in addin.blank(book)
    assert (tmp_path / "投诉台账_2.xlsx").stat().st_size > 1000


def test_in_front_of_the_results_the_register_last_checked_is_meant(book):
    first = addin.check(book, as_of=DAY)
    book.sheets[RESULTS].activate()
    assert addin.check(book, as_of=DAY) == first
    assert book.sheets.active.name == RESULTS


def test_run_tells_failures_in_the_status_cell_and_by_its_exit_code(book, capsys):
    book.sheets[SHEET].impl._flags.add("protected")
    with pytest.raises(SystemExit) as left:
        addin.run("check", book)
    assert left.value.code == 1
    assert "受保护" in status(book)
    assert "受保护" in capsys.readouterr().err


def test_an_unforeseen_fault_names_the_place_and_never_the_data(book, monkeypatch):
    def fails(_):
        raise ValueError("张三 110101199003074512")

    monkeypatch.setitem(addin.VERBS, "check", fails)
    with pytest.raises(SystemExit):
        addin.run("check", book)
    assert "程序内部出错（ValueError，test_addin.py:" in status(book)
    assert "张三" not in status(book)


def test_run_gives_the_sentence_back_where_all_is_well(book):
    assert addin.run("check", book) == status(book)


@pytest.mark.usefixtures("book")
def test_attach_takes_the_book_in_front_or_the_one_named(app, tmp_path):
    memory.opened(app, tmp_path / "别的.xlsx", {SHEET: sample_rows(4)})
    assert "别的.xlsx。校验完 4 行" in addin.attach("check", as_of=DAY)
    assert f"台账.xlsx。校验完 {ROWS} 行" in addin.attach("check", "台账.xlsx", as_of=DAY)
    with pytest.raises(WorkbookError, match=r"没有打开名为 不在.xlsx 的工作簿；现在打开的是 台账.xlsx、别的.xlsx"):
        addin.attach("check", "不在.xlsx")
    with pytest.raises(WorkbookError, match="没有名为 fix 的操作"):
        addin.attach("fix")


def test_attach_says_when_no_program_is_found(monkeypatch):
    monkeypatch.setattr(xw, "engines", [])
    monkeypatch.setenv(addin.PORT, "1")
    monkeypatch.setattr(addin, "_WAIT_SECONDS", 0.1)
    with pytest.raises(WorkbookError, match="没有找到正在运行的 Excel 或 WPS；"):
        addin.attach("check")


@pytest.mark.usefixtures("app")
def test_attach_says_when_no_book_is_open():
    with pytest.raises(WorkbookError, match="里面没有打开工作簿"):
        addin.attach("check")


def test_attach_puts_a_refusal_into_the_status_cell(book):
    book.sheets[SHEET].impl._flags.add("protected")
    with pytest.raises(WorkbookError, match="受保护"):
        addin.attach("check")
    assert "受保护" in status(book)


def test_a_sheet_that_is_no_register_is_refused_with_a_next_step(app, tmp_path):
    book = memory.opened(app, tmp_path / "台账.xlsx", {"名单": [["姓名", "电话"], ["甲", "1"]]})
    with pytest.raises(WorkbookError, match="没有找到"):
        addin.check(book)
    assert [sheet.name for sheet in book.sheets] == ["名单"]


def test_error_values_are_findings_of_their_cells(book):
    book.sheets[SHEET].range("E7").value = "#N/A"
    addin.check(book, as_of=DAY)
    assert any(line[1] == "E7" and "#N/A" in line[6] for line in undo.now(book).lines)


def test_what_looks_like_a_formula_in_a_finding_is_written_as_text(book):
    sheet = book.sheets[SHEET]
    sheet.range("E7").number_format = "@"
    sheet.range("E7").value = "=1+1"
    addin.check(book, as_of=DAY)
    assert "=1+1" in {cell for (_, column), cell in cells(book, RESULTS).items() if column == 5}


def test_a_spoilt_undo_sheet_is_as_if_there_were_nothing_to_undo(book):
    addin.check(book, as_of=DAY)
    book.sheets[UNDO].range("A1").value = "zzz"
    assert addin.undo(book) == "没有可以撤销的操作。"


class Formats:
    """Excel's FormatConditions as far as the door uses it."""

    def __init__(self, *formulas):
        self.all = [SimpleNamespace(Type=2, Formula1=formula, Interior=SimpleNamespace()) for formula in formulas]

    def __call__(self):
        return self

    Count = property(lambda self: len(self.all))

    def Add(self, Type, Formula1):  # noqa: N802, N803  (Excel's names)
        one = SimpleNamespace(Type=Type, Formula1=Formula1, Interior=SimpleNamespace(), SetFirstPriority=lambda: None)
        self.all.append(one)
        return one

    def Item(self, number):  # noqa: N802
        one = self.all[number - 1]
        one.Delete = lambda: self.all.remove(one)
        return one


def test_the_door_of_excel_adds_formats_and_deletes_only_ours():
    formats = Formats("=$A1>0", "=MID(INDEX('校验标记'!$B:$B,ROW()),COLUMN(),1)=\"e\"")
    whole = SimpleNamespace(FormatConditions=formats)
    sheet = SimpleNamespace(range=lambda _: SimpleNamespace(api=whole), api=SimpleNamespace(Cells=whole))
    door = ExcelDoor()
    door.paint(sheet, "A2:B9", "A", [Painted("error", '=MID(INDEX(校验标记!$A:$A,ROW()),COLUMN(),1)="e"', "F9D5D0")])
    assert formats.all[-1].Interior.Color == 0xD0D5F9
    assert formats.all[-1].StopIfTrue is False
    door.unpaint(sheet, "A")
    assert [one.Formula1[:10] for one in formats.all] == ["=$A1>0", "=MID(INDEX"]
    door.unpaint(sheet, "B")
    assert len(formats.all) == 1


def test_the_door_of_excel_reads_merged_cells_in_one_call_and_only_where_there_are_some():
    none = SimpleNamespace(api=SimpleNamespace(MergeCells=False))
    assert ExcelDoor().merges(none) == []
    xml = '<Row ss:Index="2"><Cell ss:MergeAcross="1" ss:MergeDown="2"/><Cell/></Row>'
    some = SimpleNamespace(api=SimpleNamespace(MergeCells=None, GetValue=lambda _: xml))
    assert ExcelDoor().merges(some) == [((1, 0), (3, 1))] == merges_of_xml(xml)


def test_the_door_of_excel_places_texts_in_excels_numbers():
    cells, model = (SimpleNamespace(api=SimpleNamespace(VerticalAlignment=at)) for at in (None, -4160))
    door = ExcelDoor()
    door.stand_like(cells, model)
    assert cells.api.VerticalAlignment == -4160
    door.centre(cells)
    assert cells.api.HorizontalAlignment == -4108
    door.cut(cells)
    assert cells.api.HorizontalAlignment == 5


@pytest.mark.parametrize(
    ("engine", "platform", "kind"),
    [("libreoffice", "linux", OfficeDoor), ("excel", "win32", ExcelDoor), ("excel", "darwin", PlainDoor)],
)
def test_each_program_has_its_door(engine, platform, kind):
    book = SimpleNamespace(app=SimpleNamespace(engine=SimpleNamespace(name=engine)))
    assert type(door_of(book, platform)) is kind
