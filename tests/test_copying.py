# ruff: noqa: DTZ001  (cells know no time zones)
from __future__ import annotations

from datetime import date, datetime
from hashlib import sha256
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from command_line import run
from openpyxl import Workbook, load_workbook

from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.findings import Finding
from xiaobao_xl.registers import Column, Origin, Receipt, Register, Schema
from xiaobao_xl.workbook import board, copying, findings_sheet, marking, palette, reading
from xiaobao_xl.workbook.opening import open_book

SHEET = "投诉"
SCHEMA = Schema(
    title="消费投诉台账",
    key="complaint_no",
    columns={
        "complaint_no": Column(title="投诉编号", type="code"),
        "received_on": Column(title="收到日期", type="date"),
        "id_no": Column(title="证件号码", type="identity", private=True),
        "text": Column(title="投诉内容"),
    },
)
HEADINGS = {"complaint_no": "投诉编号", "received_on": "收到日期", "id_no": "证件号码", "text": "投诉内容"}
LATE = Finding("complaint.decided_in_time", "error", "超过处理时限；请核对告知日期", SHEET, SHEET, 5, "received_on", "收到日期", "B5",
               "TS2", "2026-07-02", "办法第18条")  # fmt: skip
FINDINGS = [
    LATE,
    Finding(
        "complaint.id_no_valid",
        "warning",
        "号码为数字格式",
        SHEET,
        SHEET,
        5,
        "id_no",
        "证件号码",
        "C5",
        "TS2",
        "110***",
    ),
    Finding(
        "complaint.id_no_valid", "error", "末位校验不符", SHEET, SHEET, 5, "id_no", "证件号码", "C5", "TS2", "110***"
    ),
    Finding("complaint.reason_fits_text", "note", "内容更像定价收费", SHEET, SHEET, 6, key="TS3"),
]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A register with a title, a two-level heading, a hidden row, a total, and a hidden code sheet."""
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet.title = SHEET
    sheet.append(["某银行消费投诉台账"])
    sheet.merge_cells("A1:D1")
    sheet.append(["投诉编号", "收到日期", "投诉情况", None])
    sheet.append([None, None, "证件号码", "投诉内容"])
    for place in ("A2:A3", "B2:B3", "C2:D2"):
        sheet.merge_cells(place)
    sheet.append(["TS1", date(2026, 7, 1), "110101199003074512", "=不是公式"])
    sheet["D4"].data_type = "s"
    sheet.append(["TS2", datetime(2026, 7, 2, 9, 30), 110101199003074000, "年费被误收"])
    sheet.append(["TS3", "2026.7.3", "0012", "服务态度差"])
    sheet.append(["合计", None, None, "3 件"])
    sheet.row_dimensions[6].hidden = True
    sheet.column_dimensions["D"].hidden = True
    codes = workbook.create_sheet("代码表")
    codes.append(["001", "信用卡"])
    codes.sheet_state = "hidden"
    path = tmp_path / "台账.xlsx"
    workbook.save(path)
    return path


@pytest.fixture
def register() -> Register:
    frame = pd.DataFrame({"complaint_no": ["TS1", "TS2", "TS3"]})
    letters = dict(zip(HEADINGS, "ABCD", strict=True))
    origin = Origin(
        file=SHEET, sheet=SHEET, header_rows=(2, 3), letters=letters, headings=HEADINGS, rows=np.array([4, 5, 6])
    )
    receipt = Receipt(
        rows_read=4, rows_used=3, skipped=[(7, "合计行")], not_run={"archived": "缺少列“归档日期”"}, waived=2
    )
    return Register(id="complaint", schema=SCHEMA, frame=frame, origin=origin, receipt=receipt)


def outcome(register: Register) -> findings_sheet.Outcome:
    return findings_sheet.Outcome(
        file="台账.xlsx", as_of=date(2026, 10, 8), registers=[register], findings=FINDINGS,
        fingerprints=["W0", "W1", "W2", "W3"], rules={"complaint.decided_in_time": "在时限内作出处理决定"},
    )  # fmt: skip


def test_values_types_and_layout_come_along(source: Path, register: Register, tmp_path: Path) -> None:
    before = sha256(source.read_bytes()).digest()
    copying.draw_copy(open_book(source), [register], tmp_path / "副本.xlsx", findings=FINDINGS)
    assert sha256(source.read_bytes()).digest() == before
    workbook = load_workbook(tmp_path / "副本.xlsx")
    sheet = workbook[SHEET]
    assert [[cell.value for cell in row] for row in sheet["A4:D7"]] == [
        ["TS1", datetime(2026, 7, 1), "110101199003074512", "=不是公式"],
        ["TS2", datetime(2026, 7, 2, 9, 30), 110101199003074000, "年费被误收"],
        ["TS3", "2026.7.3", "0012", "服务态度差"],
        ["合计", None, None, "3 件"],
    ]
    assert [sheet[place].number_format for place in ("B4", "B5", "C4", "C5", "C6")] == [
        "yyyy-mm-dd", "yyyy-mm-dd hh:mm", "@", "0", "@"
    ]  # fmt: skip
    assert {str(merged) for merged in sheet.merged_cells.ranges} == {"A1:D1", "A2:A3", "B2:B3", "C2:D2"}
    assert (sheet.row_dimensions[6].hidden, sheet.row_dimensions[5].hidden) == (True, False)
    assert sheet.column_dimensions["D"].hidden
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("B4", "A3:D6")
    assert (workbook["代码表"].sheet_state, workbook["代码表"]["A1"].value) == ("hidden", "001")


def test_marked_cells_are_coloured_by_their_worst_finding_and_noted(
    source: Path, register: Register, tmp_path: Path
) -> None:
    copying.draw_copy(open_book(source), [register], tmp_path / "副本.xlsx", findings=FINDINGS)
    sheet = load_workbook(tmp_path / "副本.xlsx")[SHEET]
    noted = {cell.coordinate: cell for row in sheet.iter_rows() for cell in row if cell.comment}
    assert set(noted) == {"B5", "C5", "A6"}
    colours = {place: cell.fill.fgColor.rgb[2:] for place, cell in noted.items()}
    assert colours == {
        "B5": palette.LEVEL_FILLS["error"],
        "C5": palette.LEVEL_FILLS["error"],
        "A6": palette.LEVEL_FILLS["note"],
    }
    assert noted["C5"].comment.text == "[错误] 末位校验不符\n[提示] 号码为数字格式"
    assert noted["B5"].comment.text == "[错误] 超过处理时限；请核对告知日期\n依据：办法第18条"
    assert (noted["B5"].number_format, noted["C5"].number_format) == ("yyyy-mm-dd hh:mm", "0")


def test_columns_are_added_right_of_every_value(source: Path, register: Register, tmp_path: Path) -> None:
    added = copying.ExtraColumn(
        title="届满日",
        values={4: date(2026, 7, 16), 5: pd.Timestamp("2026-07-17")},
        number_format="yyyy-mm-dd",
        fills={5: "F9D5D0"},
    )
    copying.draw_copy(open_book(source), [register], tmp_path / "副本.xlsx", columns={SHEET: [added]})
    sheet = load_workbook(tmp_path / "副本.xlsx")[SHEET]
    assert [sheet[f"E{row}"].value for row in range(2, 8)] == [
        "届满日",
        None,
        datetime(2026, 7, 16),
        datetime(2026, 7, 17),
        None,
        None,
    ]
    assert (sheet["E4"].fill.fill_type, sheet["E5"].fill.fgColor.rgb) == (None, "00F9D5D0")
    assert sheet.auto_filter.ref == "A3:E6"


def test_a_value_without_heading_far_down_is_not_overwritten(source: Path, register: Register, tmp_path: Path) -> None:
    workbook = load_workbook(source)
    workbook[SHEET]["F400"] = "远处"
    workbook.save(source)
    added = copying.ExtraColumn(title="状态", values={4: "在办"})
    copying.draw_copy(open_book(source), [register], tmp_path / "副本.xlsx", columns={SHEET: [added]})
    sheet = load_workbook(tmp_path / "副本.xlsx")[SHEET]
    assert (sheet["G4"].value, sheet["F400"].value) == ("在办", "远处")


def test_a_heading_merged_over_empty_columns_keeps_its_place(source: Path, register: Register, tmp_path: Path) -> None:
    workbook = load_workbook(source)
    workbook[SHEET].unmerge_cells("C2:D2")
    workbook[SHEET].merge_cells("C2:F2")
    workbook.save(source)
    added = copying.ExtraColumn(title="状态", values={4: "在办"})
    copying.draw_copy(open_book(source), [register], tmp_path / "副本.xlsx", columns={SHEET: [added]})
    sheet = load_workbook(tmp_path / "副本.xlsx")[SHEET]
    assert (sheet["G2"].value, sheet["G4"].value) == ("状态", "在办")
    assert {"C2:F2", "G2:G3"} <= {str(merged) for merged in sheet.merged_cells.ranges}


def test_a_text_too_long_for_a_cell_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("台账.csv").write_text(
        "投诉编号,收到日期,投诉内容\nTS1,2026-07-01," + "年费" * 20_000 + "\n", encoding="utf-8"
    )
    assert run("check", "台账.csv", "--as-of", "2026-07-02", "--out", "副本.xlsx").code in {0, 1}
    about = [str(cell.value) for row in load_workbook("副本.xlsx")["说明"].iter_rows() for cell in row]
    assert any("有 1 格文字超过 Excel 单元格的 32,767 字上限（如 C2）" in line for line in about)


def test_a_mark_inside_a_merged_range_goes_to_the_cell_that_shows(
    source: Path, register: Register, tmp_path: Path
) -> None:
    workbook = load_workbook(source)
    workbook[SHEET].merge_cells("B4:B5")
    workbook.save(source)
    finding = Finding("complaint.x", "error", "日期不对", SHEET, SHEET, 5, "received_on", cell="B5", key="TS2")
    copying.draw_copy(open_book(source), [register], tmp_path / "副本.xlsx", findings=[finding])
    sheet = load_workbook(tmp_path / "副本.xlsx")[SHEET]
    assert "日期不对" in sheet["B4"].comment.text
    assert sheet["B4"].fill.fgColor.rgb.endswith(palette.LEVEL_FILLS["error"])


def test_the_first_sheet_lists_every_finding_with_its_link(source: Path, register: Register, tmp_path: Path) -> None:
    front = [lambda drawing: findings_sheet.draw(drawing, outcome(register))]
    copying.draw_copy(open_book(source), [register], tmp_path / "副本.xlsx", findings=FINDINGS, front=front)
    workbook = load_workbook(tmp_path / "副本.xlsx")
    assert workbook.sheetnames == ["校验结果", SHEET, "代码表", "说明"]
    sheet = workbook["校验结果"]
    table = sheet.tables["校验问题"]
    rows = [[cell.value for cell in row] for row in sheet[table.ref]]
    assert rows[0] == list(findings_sheet.HEADS)
    assert rows[1] == [
        "错误",
        "B5",
        "收到日期",
        "TS2",
        "2026-07-02",
        "超过处理时限；请核对告知日期",
        "办法第18条",
        "complaint.decided_in_time",
        "W0",
    ]
    assert [row[1] for row in rows[1:]] == ["B5", "C5", "C5", "第6行"]
    first = int(table.ref.split(":")[0][1:]) + 1
    assert [sheet.cell(first + number, 2).hyperlink.location for number in range(4)] == [
        f"'{SHEET}'!{place}" for place in ("B5", "C5", "C5", "A6")
    ]
    assert table.autoFilter.ref == table.ref


def test_the_first_sheet_tells_the_receipt_the_summary_and_what_did_not_run(
    source: Path, register: Register, tmp_path: Path
) -> None:
    front = [lambda drawing: findings_sheet.draw(drawing, outcome(register))]
    copying.draw_copy(open_book(source), [register], tmp_path / "副本.xlsx", findings=FINDINGS, front=front)
    sheet = load_workbook(tmp_path / "副本.xlsx")["校验结果"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    texts = [str(value) for row in rows for value in row if value]
    assert {"错误 2 处", "提示 1 处", "说明 1 处", "已豁免 2 处"} <= set(texts)
    assert "工作表“投诉”（消费投诉台账）：读到 4 行 ＝ 校验 3 行 ＋ 跳过 1 行" in texts
    assert "　跳过第 7 行：合计行" in texts
    assert [row[:4] for row in rows if row[7] in {"complaint.decided_in_time", "complaint.id_no_valid"}][:3] == [
        ["错误", "B5", 1, "在时限内作出处理决定"], ["错误", "C5", 1, "末位校验不符"], ["提示", "C5", 1, "号码为数字格式"]
    ]  # fmt: skip
    assert any(row[0] == "complaint.archived" and row[3] == "缺少列“归档日期”" for row in rows)


def test_a_clean_register_says_so(register: Register, source: Path, tmp_path: Path) -> None:
    clean = findings_sheet.Outcome(file="台账.xlsx", as_of=date(2026, 10, 8), registers=[register], findings=[])
    copying.draw_copy(
        open_book(source),
        [register],
        tmp_path / "副本.xlsx",
        front=[lambda drawing: findings_sheet.draw(drawing, clean)],
    )
    texts = [cell.value for row in load_workbook(tmp_path / "副本.xlsx")["校验结果"].iter_rows() for cell in row]
    assert texts.count("没有发现问题。") == 2


def test_the_copy_says_what_it_is(source: Path, register: Register, tmp_path: Path) -> None:
    lines = copying.draw_copy(open_book(source), [register], tmp_path / "副本.xlsx")
    assert lines[0] == "本文件是 台账.xlsx 的副本，由原表的数值重新绘制；原文件未改动。"
    sheet = load_workbook(tmp_path / "副本.xlsx")["说明"]
    assert [sheet[f"A{row}"].value for row in range(3, 3 + len(lines))] == lines


def test_notes_beyond_the_most_are_named(
    source: Path, register: Register, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(marking, "MOST_NOTES", 1)
    lines = copying.draw_copy(open_book(source), [register], tmp_path / "副本.xlsx", findings=FINDINGS)
    sheet = load_workbook(tmp_path / "副本.xlsx")[SHEET]
    assert [cell.coordinate for row in sheet.iter_rows() for cell in row if cell.comment] == ["C5"]
    assert any("有 3 个着色单元格，只有 1 个" in line for line in lines)


def test_a_copy_checked_again_does_not_carry_the_old_results(source: Path, register: Register, tmp_path: Path) -> None:
    front = [lambda drawing: findings_sheet.draw(drawing, outcome(register))]
    copying.draw_copy(open_book(source), [register], tmp_path / "一.xlsx", findings=FINDINGS, front=front)
    copying.draw_copy(open_book(tmp_path / "一.xlsx"), [register], tmp_path / "二.xlsx", findings=FINDINGS, front=front)
    assert load_workbook(tmp_path / "二.xlsx").sheetnames == ["校验结果", SHEET, "代码表", "说明"]


def test_a_copy_reads_like_its_original(source: Path, register: Register, tmp_path: Path) -> None:
    front = [
        lambda drawing: findings_sheet.draw(drawing, outcome(register)),
        lambda drawing: board.draw(drawing, [], date(2026, 10, 8)),
    ]
    added = copying.ExtraColumn(title="时限状态", values={4: "已超期"})
    copying.draw_copy(
        open_book(source), [register], tmp_path / "副本.xlsx", findings=FINDINGS, columns={SHEET: [added]}, front=front
    )
    (first,), (second,) = (reading.read(path, {"complaint": SCHEMA}, {}) for path in (source, tmp_path / "副本.xlsx"))
    pd.testing.assert_frame_equal(first.frame, second.frame)
    assert [fault.cell for fault in first.faults] == [fault.cell for fault in second.faults] != []
    assert first.origin.rows.tolist() == second.origin.rows.tolist() == [4, 5, 6]
    assert list(second.receipt.unknown_headings) == ["时限状态"]


@pytest.mark.parametrize(("name", "sentence"), [("台账.xlsx", "这是原文件"), ("副本.xls", "只能存为 .xlsx")])
def test_the_original_and_other_formats_are_never_written(
    source: Path, register: Register, name: str, sentence: str
) -> None:
    with pytest.raises(WorkbookError, match=sentence):
        copying.draw_copy(open_book(source), [register], source.parent / name, overwrite=True)


def test_an_existing_copy_is_kept(source: Path, register: Register, tmp_path: Path) -> None:
    (tmp_path / "副本.xlsx").write_bytes(b"mine")
    with pytest.raises(WorkbookError, match="已存在，未覆盖"):
        copying.draw_copy(open_book(source), [register], tmp_path / "副本.xlsx")
    copying.draw_copy(open_book(source), [register], tmp_path / "副本.xlsx", overwrite=True)
    assert load_workbook(tmp_path / "副本.xlsx")[SHEET]["A4"].value == "TS1"
