import shutil
import tempfile
from datetime import datetime
from pathlib import Path

import pytest
from exchange_registers import HEADINGS, SHEET, by_key, changed, complaint, make_register, table
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from openpyxl import load_workbook

from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.returns import Take
from xiaobao_xl.tasks.comparing import compare
from xiaobao_xl.tasks.intake import Reading
from xiaobao_xl.tasks.merging import merge, write_merged
from xiaobao_xl.tasks.splitting import Division, split, write_split
from xiaobao_xl.workbook import origin_sheet, reading

ROWS = [complaint(number, f"支行{number % 3}", 处理人="旧人" if number == 3 else None) for number in range(1, 10)]


@pytest.fixture
def register(tmp_path):
    return make_register(tmp_path / "台账.xlsx", ROWS)


@pytest.fixture
def sent(rules, register, tmp_path):
    """Unit → its workbook."""
    paths = write_split(split(rules, register, Reading(), Division()), tmp_path / "分发")
    return {path.stem.removeprefix("转办单_"): path for path in paths}


@pytest.fixture
def bring_home(rules, register, sent):
    def merged(**take):
        return merge(rules, register, list(sent.values()), Reading(), Take(**take))

    return merged


def drop(path, sheet):
    book = load_workbook(path)
    del book[sheet]
    book.save(path)


def drop_property(path):
    book = load_workbook(path)
    for name in book.custom_doc_props.names:
        del book.custom_doc_props[name]
    book.save(path)


def troubles(merged):
    return [(trouble.sender, trouble.message) for trouble in merged.troubles]


def test_what_came_back_untouched_changes_nothing(bring_home, register, tmp_path):
    merged = bring_home()
    assert (merged.settled, merged.troubles, merged.needs_eyes) == ([], [], False)
    out = tmp_path / "合并.xlsx"
    write_merged(merged, out)
    assert SHEET not in compare(register, out).counts()
    assert table(out) == table(register)


def test_what_units_filled_goes_home_and_everything_else_stays(bring_home, register, sent, tmp_path):
    changed(
        sent["支行1"],
        {("TS0001", "处理结果"): "已致歉", ("TS0004", "办结日期"): "2026年9月1日", ("TS0007", "投诉是否成立"): "是"},
    )
    changed(sent["支行0"], {("TS0003", "处理人"): "新人", ("TS0009", "赔付金额"): 120.5})
    merged = bring_home()
    out = tmp_path / "合并.xlsx"
    write_merged(merged, out)
    wanted = by_key(register)
    wanted["TS0001"]["处理结果"] = "已致歉"
    wanted["TS0004"]["办结日期"] = datetime(2026, 9, 1)  # noqa: DTZ001
    wanted["TS0007"]["投诉是否成立"] = "是"
    wanted["TS0003"]["处理人"] = "新人"
    wanted["TS0009"]["赔付金额"] = 120.5
    assert by_key(out) == wanted
    assert sorted((each.outcome, merged.address(each)) for each in merged.settled) == [
        ("changed", "F4"), ("filled", "G5"), ("filled", "H2"), ("filled", "I8"), ("filled", "J10"),
    ]  # fmt: skip


def test_a_cell_changed_here_and_there_is_shown_and_left_alone(bring_home, register, sent, tmp_path):
    changed(sent["支行1"], {("TS0001", "处理结果"): "已致歉"})
    changed(register, {("TS0001", "处理结果"): "已退费"}, SHEET, 1)
    merged = bring_home()
    (conflict,) = merged.undecided
    assert (conflict.outcome, merged.address(conflict), conflict.replies[0].sender) == ("conflict", "H2", "支行1")
    assert any("台账现为“已退费”，支行1填“已致歉”" in line for line in merged.lines())
    out = tmp_path / "合并.xlsx"
    write_merged(merged, out)
    assert by_key(out)["TS0001"]["处理结果"] == "已退费"
    cells = {cell for row in load_workbook(out)["合并结果"].iter_rows(values_only=True) for cell in row}
    assert {"TS0001", "已退费", "已致歉", "支行1", f"转办单_支行1.xlsx {conflict.replies[0].cell}"} <= cells


@pytest.mark.parametrize(
    ("take", "left"), [({"theirs": True}, "已致歉"), ({"units": ("支行1",)}, "已致歉"), ({"ours": True}, "已退费")]
)
def test_a_conflict_is_settled_as_told_and_still_listed(bring_home, register, sent, tmp_path, take, left):
    changed(sent["支行1"], {("TS0001", "处理结果"): "已致歉"})
    changed(register, {("TS0001", "处理结果"): "已退费"}, SHEET, 1)
    merged = bring_home(**take)
    assert not merged.undecided
    out = tmp_path / "合并.xlsx"
    write_merged(merged, out)
    assert by_key(out)["TS0001"]["处理结果"] == left
    assert "五、按设定处理的不一致" in [row[0].value for row in load_workbook(out)["合并结果"].iter_rows()]


def test_a_unit_nobody_sent_to_cannot_be_preferred(bring_home):
    with pytest.raises(WorkbookError, match=r"--take 支行9：收回的文件里没有这个机构；有：.*支行0"):
        bring_home(units=("支行9",))


def test_the_register_may_have_been_sorted_and_grown_meanwhile(bring_home, register, sent, tmp_path):
    changed(sent["支行1"], {("TS0001", "处理结果"): "已致歉"})
    make_register(register, [complaint(20, "支行0"), *reversed(ROWS)])
    out = tmp_path / "合并.xlsx"
    write_merged(bring_home(), out)
    assert {key: row.get("处理结果") for key, row in by_key(out).items() if "处理结果" in row} == {"TS0001": "已致歉"}


def test_the_unit_may_have_sorted_its_rows(bring_home, sent):
    book = load_workbook(sent["支行1"])
    sheet = book["转办单"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=5, max_row=7)]
    for number, row in enumerate(reversed(rows), start=5):
        for place, value in enumerate(row, start=1):
            sheet.cell(number, place).value = value
    book.save(sent["支行1"])
    changed(sent["支行1"], {("TS0001", "处理结果"): "已致歉"})
    merged = bring_home()
    assert [(each.outcome, merged.address(each)) for each in merged.settled] == [("filled", "H2")]
    assert not merged.troubles


def test_deleted_and_added_rows_are_told_and_the_register_keeps_its_own(bring_home, sent):
    book = load_workbook(sent["支行1"])
    book["转办单"].delete_rows(5)
    book["转办单"].append([4, "TS9999", "2026-09-01", "丙某", "新来的一件"])
    book.save(sent["支行1"])
    merged = bring_home()
    receipt = next(each for each in merged.receipts if each.sender == "支行1")
    assert (receipt.sent, receipt.back, receipt.matched, receipt.missing) == (3, 3, 2, ["TS0001"])
    (added,) = receipt.added
    assert "TS9999" in added
    assert "丙某" not in added
    assert not merged.settled
    assert merged.needs_eyes


def test_a_row_of_another_unit_does_not_go_home(bring_home, sent):
    changed(sent["支行1"], {("TS0001", "投诉编号"): "TS0002"})
    merged = bring_home()
    assert ("支行1", "TS0002 不在发给该机构的清单里，没有并入") in troubles(merged)
    assert next(each for each in merged.receipts if each.sender == "支行1").missing == ["TS0001"]


def test_faults_are_told_to_their_sender_and_the_rest_goes_home(bring_home, sent):
    edits = {
        ("TS0001", "投诉内容"): "改了描述",
        ("TS0004", "办结日期"): "9月1日",
        ("TS0007", "投诉是否成立"): "也许",
        ("TS0007", "处理结果"): "已退",
    }
    changed(sent["支行1"], edits)
    sent["坏"] = sent["支行1"].with_name("坏.xlsx")
    sent["坏"].write_bytes(b"PK\x03\x04 broken")
    merged = bring_home()
    told = troubles(merged)
    assert ("支行1", "TS0001 锁定的“投诉内容”由“反映第 1 件事”改成了“改了描述”，没有采用") in told
    assert any(
        sender == "支行1" and message.startswith("TS0004 “办结日期”填的“9月1日”：缺少年份") for sender, message in told
    )
    assert any(sender == "支行1" and "“投诉是否成立”填的“也许”" in message for sender, message in told)
    assert any(sender == "坏" for sender, _ in told)
    assert len(told) == 4
    assert [each.replies[0].there for each in merged.applied] == ["已退"]


def test_what_a_unit_added_has_no_place_and_is_told(bring_home, sent):
    book = load_workbook(sent["支行1"])
    sheet = book["转办单"]
    width = sheet.max_column
    sheet.cell(4, width + 1).value, sheet.cell(5, width + 1).value = "我们的备注", "见附件"
    sheet.cell(4, width + 2).value, sheet.cell(5, width + 2).value = "撤回日期", "2026-09-01"
    sheet.cell(6, width + 5).value = "写在旁边的话"
    book.save(sent["支行1"])
    told = [message for _, message in troubles(bring_home())]
    assert "多出“撤回日期”一列，没有并入；要用的请自行转录" in told
    assert "多出“我们的备注”一列，没有并入；要用的请自行转录" in told
    assert any("没有表头的列里有零散内容" in message for message in told)
    assert len(told) == 3


def test_a_heading_that_was_renamed_is_told(bring_home, sent):
    book = load_workbook(sent["支行1"])
    book["转办单"]["H4"] = "随便改的"
    heading = load_workbook(sent["支行0"])["转办单"]["H4"].value
    book.save(sent["支行1"])
    told = [message for _, message in troubles(bring_home())]
    assert told == [
        "多出“随便改的”一列，没有并入；要用的请自行转录",
        f"“{heading}”一列不见了，或表头被改，这一列没有并入",
    ]


def test_a_row_given_to_another_unit_meanwhile_is_told(bring_home, sent, register):
    changed(sent["支行1"], {("TS0001", "处理结果"): "已致歉"})
    changed(register, {("TS0001", "被投诉机构"): "支行2"}, SHEET, 1)
    merged = bring_home()
    assert troubles(merged) == [("支行1", "TS0001 在台账里现在归“支行2”，内容照常比较，请核实")]
    assert len(merged.applied) == 1


def test_a_workbook_from_another_sheet_waits_for_its_own_merging(bring_home, rules, register, sent):
    book = load_workbook(register)
    book.copy_worksheet(book[SHEET]).title = "上月"
    book.save(register)
    changed(sent["支行1"], {("TS0001", "处理结果"): "已致歉"})
    merged = merge(rules, register, [sent["支行1"]], Reading(sheet=("上月",)))
    assert not merged.settled
    assert f"请另用 --sheet {SHEET} 合并" in merged.receipts[0].note
    assert len(bring_home().applied) == 1  # where no sheet is named, the one they were divided from is taken


def test_the_merged_copy_is_read_like_the_register(bring_home, rules, tmp_path):
    out = tmp_path / "合并.xlsx"
    write_merged(bring_home(), out)
    (register,) = reading.read(out, rules.registers, rules.categories)
    assert (register.id, register.origin.sheet, len(register)) == ("complaint", SHEET, len(ROWS))


def test_a_private_value_is_masked_in_what_is_told(bring_home, sent):
    changed(sent["支行1"], {("TS0001", "投诉人姓名"): "乙某某"})
    ((_, message),) = troubles(bring_home())
    assert "由“甲**”改成了“乙**”" in message


def test_a_formula_or_a_merged_cell_of_the_register_is_not_written_over(bring_home, sent, register):
    book = load_workbook(register)
    book[SHEET]["H2"] = '=IF(G2="","","已办结")'
    book[SHEET].merge_cells("F5:F8")
    book.save(register)
    changed(sent["支行1"], {("TS0001", "处理结果"): "已致歉", ("TS0007", "处理人"): "新人"})
    merged = bring_home(theirs=True)
    assert sorted((merged.address(each), each.is_applied, each.message) for each in merged.settled) == [
        ("F8", False, "台账这一格在合并单元格里，没有写入"),
        ("H2", False, "台账这一格是公式，没有写入"),
    ]


def test_without_the_hidden_sheet_rows_come_home_by_number_and_heading(bring_home, sent):
    changed(sent["支行1"], {("TS0001", "处理结果"): "已致歉", ("TS0004", "投诉内容"): "改了"})
    changed(sent["支行0"], {("TS0003", "处理人"): "新人"})
    for path in sent.values():
        if "转办单" in path.name:
            drop(path, origin_sheet.SHEET)
    merged = bring_home()
    assert {receipt.sender for receipt in merged.receipts} >= {"支行0", "支行1"}  # the document's property still tells
    assert [(each.outcome, merged.address(each)) for each in merged.settled] == [
        ("filled", "H2"), ("conflict", "F4"), ("locked", "E5"),
    ]  # fmt: skip
    assert sum("“收发对号”不见了" in message for _, message in troubles(merged)) == 3


def test_without_any_origin_the_file_itself_is_the_sender(bring_home, sent):
    changed(sent["支行1"], {("TS0001", "处理结果"): "已致歉"})
    drop(sent["支行1"], origin_sheet.SHEET)
    drop_property(sent["支行1"])
    merged = bring_home()
    assert [(each.outcome, each.replies[0].sender) for each in merged.settled] == [("filled", "转办单_支行1")]


def test_the_list_of_what_was_sent_is_no_return(bring_home):
    merged = bring_home()
    assert [each.note for each in merged.receipts if "清单" in each.file] == ["不是发出的转办单，略过"]


def test_a_row_copied_twice_counts_once(bring_home, sent):
    book = load_workbook(sent["支行1"])
    sheet = book["转办单"]
    sheet.append([cell.value for cell in sheet[5]])
    book.save(sent["支行1"])
    assert ("支行1", "与第 5 行是同一件（TS0001），只用前一行") in troubles(bring_home())


def test_rows_under_one_number_are_told_apart_by_what_was_sent(rules, tmp_path):
    rows = [complaint(1, "支行1"), complaint(1, "支行1", 投诉内容="另一件"), complaint(2, "支行1")]
    register = make_register(tmp_path / "台账.xlsx", rows)
    path, _ = write_split(split(rules, register, Reading(), Division()), tmp_path / "分发")
    book = load_workbook(path)
    heads = {cell.value: cell.column for cell in book["转办单"][4]}
    book["转办单"].cell(6, heads["处理结果"]).value = "已致歉"
    book.save(path)
    make_register(register, [complaint(9, "支行0"), *reversed(rows)])
    merged = merge(rules, register, [path], Reading())
    assert [merged.address(each) for each in merged.applied] == ["H4"]
    assert not merged.troubles


def test_a_return_for_another_register_is_refused(rules, sent, tmp_path):
    other = make_register(tmp_path / "咨询.xlsx", [], ("咨询编号", "咨询日期", "咨询内容", "答复内容"))
    with pytest.raises(WorkbookError):
        merge(rules, other, [sent["支行1"]], Reading())


def test_the_register_itself_is_no_return(rules, register):
    with pytest.raises(WorkbookError, match="是台账本身"):
        merge(rules, register, [register], Reading())


def test_the_original_is_never_written_over(bring_home, register, tmp_path):
    with pytest.raises(WorkbookError, match="这是原文件"):
        write_merged(bring_home(), register, overwrite=True)
    with pytest.raises(WorkbookError, match=r"只能存为 \.xlsx"):
        write_merged(bring_home(), tmp_path / "合并.xls")


texts = some.text(some.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Co")), max_size=12)
values = {
    "处理结果": texts, "处理人": texts, "投诉内容": texts, "赔付金额": some.one_of(some.none(), some.floats(0, 1e6), texts),
    "办结日期": some.one_of(some.none(), some.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)).map(lambda day: day.replace(microsecond=0)), texts),  # noqa: DTZ001
    "投诉是否成立": some.sampled_from(["是", "否", "", "0", "也许", None]),
}  # fmt: skip
complaints = some.lists(
    some.fixed_dictionaries({"被投诉机构": some.sampled_from(["甲", "乙/丙", ""]), **values}), min_size=1, max_size=6
)


def tidy(text):
    return "\n".join(line.strip() for line in text.strip().splitlines())


@settings(max_examples=12, deadline=None)
@given(some.dictionaries(some.tuples(some.sampled_from(range(1, 7)), some.sampled_from(["处理结果", "处理人"])), texts))
def test_whatever_is_typed_into_empty_cells_is_found_in_the_register_and_nothing_else(rules, typed):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        register = make_register(
            folder / "台账.xlsx", [complaint(number, f"支行{number % 2}") for number in range(1, 7)]
        )
        paths = write_split(split(rules, register, Reading(), Division()), folder / "分发")
        edits = {
            (f"TS{number:04d}", heading): text for (number, heading), text in typed.items() if not text.startswith("=")
        }
        for unit in (0, 1):
            own = {place: text for place, text in edits.items() if int(place[0][2:]) % 2 == unit}
            changed(folder / "分发" / f"转办单_支行{unit}.xlsx", own)
        merged = merge(rules, register, paths, Reading())
        write_merged(merged, folder / "合并.xlsx")
        wanted = by_key(register)
        for (key, heading), text in edits.items():
            if tidy(text):
                wanted[key][heading] = tidy(text)
        assert by_key(folder / "合并.xlsx") == wanted


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(complaints)
def test_divided_and_brought_back_without_an_edit_nothing_changes(rules, drawn):
    folder = Path(tempfile.mkdtemp())
    try:
        rows = [complaint(number, "", **row) for number, row in enumerate(drawn, start=1)]
        register = make_register(folder / "台账.xlsx", rows, HEADINGS)
        paths = write_split(split(rules, register, Reading(), Division()), folder / "分发")
        merged = merge(rules, register, paths, Reading())
        assert (merged.settled, merged.troubles) == ([], [])
        assert all(not receipt.missing and not receipt.added for receipt in merged.receipts)
    finally:
        shutil.rmtree(folder)
