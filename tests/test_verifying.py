"""verify: a filed report against its register and its own files."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta

import pytest
from command_line import run
from openpyxl import load_workbook
from small_books import changed, ordinary_rows, without, write_book

from xiaobao_xl import package
from xiaobao_xl.filings.records import OFFICER
from xiaobao_xl.resources import template_path
from xiaobao_xl.workbook.record_sheet import RECORD

NAME = "消费投诉季度统计表_2026年第三季度"


@pytest.fixture
def filed(tmp_path):
    """A report filed from a register beside it."""
    write_book(tmp_path / "台账.xlsx", ordinary_rows())
    words = ("--period", "2026Q3", "--as-of", "2026-10-08", "--name", "样例银行")
    ran = run("report", "complaint_quarterly", str(tmp_path / "台账.xlsx"), *words, "--out", str(tmp_path / "报送"))
    assert ran.code == 0, ran
    return tmp_path


def record(folder):
    return folder / "报送" / f"报送记录_{NAME}.json"


def cell_of(folder, figure):
    """Sheet and address of an undivided figure in the report."""
    told = json.loads(record(folder).read_text(encoding="utf-8"))["figures"][figure]["numbers"]
    return next(one for one in told if not one["member"])["cells"][0].split("!")


def type_over(folder, figure, value):
    """Change a cell of the finished report, as a hand would."""
    output = folder / "报送" / f"{NAME}.xlsx"
    with package.open(output) as book:
        book.set(*cell_of(folder, figure), value)
        book.save(folder / "改过.xlsx")
    (folder / "改过.xlsx").replace(output)


def verified(folder, *words):
    return run("verify", str(record(folder)), *words)


def test_nothing_changed_agrees(filed):
    ran = verified(filed)
    assert ran.code == 0, ran
    assert "相符：" in ran.out
    assert ran.out.count("：未变") == 5


def test_the_record_names_every_file_and_leaves_the_officers_places_blank(filed):
    told = json.loads(record(filed).read_text(encoding="utf-8"))
    assert [mark["role"] for mark in told["files"]] == ["register", "rules", "template", "output", "working_paper"]
    assert all(len(mark["sha256"]) == 64 for mark in told["files"])
    assert told["officer"] == dict.fromkeys(OFFICER, "")
    received = told["figures"]["received"]["numbers"][0]
    assert (received["value"], received["complaints"]) == (11, 11)
    assert "T013" not in record(filed).read_text(encoding="utf-8")


def test_the_working_paper_has_the_same_on_a_sheet(filed):
    sheet = load_workbook(filed / "报送" / f"{NAME}_底稿.xlsx")[RECORD]
    cells = {row[0]: row for row in sheet.iter_rows(min_row=4, max_col=4, values_only=True)}
    told = {mark["role"]: mark for mark in json.loads(record(filed).read_text(encoding="utf-8"))["files"]}
    assert cells["台账"][1:3] == ("../台账.xlsx", told["register"]["sha256"])
    assert [cells[name][1] for name in OFFICER] == [None] * 3


def test_a_changed_register_names_figure_and_complaint(filed):
    write_book(filed / "台账.xlsx", changed(ordinary_rows(), "T015", 办结日期=None))
    ran = verified(filed)
    assert ran.code == 1
    assert "本期办结：报送 10，现在 9" in ran.out
    assert "T015（第16行）：报送时计入，现在不再计入；办结日期由 2026-07-20 改为（空）" in ran.out
    assert "台账 台账.xlsx：已变" in ran.out


def test_a_dropped_complaint_is_named(filed):
    write_book(filed / "台账.xlsx", without(ordinary_rows(), "T020"))
    ran = verified(filed)
    assert ran.code == 1
    assert "本期收到：报送 11，现在 10" in ran.out
    assert "T020（第21行）：报送时计入，现在不再计入；台账中已没有这一件" in ran.out


def test_the_same_number_by_other_complaints_is_seen(filed):
    rows = changed(
        changed(ordinary_rows(), "T015", 投诉原因="因信息披露引起的投诉"),
        "T014",
        投诉原因="因服务态度及服务质量引起的投诉",
    )
    write_book(filed / "台账.xlsx", rows)
    ran = verified(filed, "--json", "-")
    told = {one["title"]: one for one in json.loads(ran.out)["records"][0]["moved"]}
    one = told["按原因［因信息披露引起的投诉］"]
    assert one["old"] == one["new"]
    assert {mover["key"]: mover["way"] for mover in one["movers"]} == {"T014": "left", "T015": "entered"}


def test_a_change_that_alters_no_number_agrees_and_says_so(filed):
    write_book(filed / "台账.xlsx", [{**row, "备注": "补充说明"} for row in ordinary_rows()])
    ran = verified(filed)
    assert ran.code == 0, ran
    assert "台账文件已改动，但不影响本表任何数字。" in ran.out


def test_a_register_that_moved_can_be_given(filed):
    (filed / "台账.xlsx").rename(filed / "归档.xlsx")
    assert "请用 --register 给出台账文件" in (refused := verified(filed)).err
    assert refused.code == 2
    assert verified(filed, "--register", str(filed / "归档.xlsx")).code == 0


def test_a_cell_changed_by_hand_is_named(filed):
    type_over(filed, "received", 12)
    ran = verified(filed)
    assert ran.code == 1
    assert f"{'!'.join(cell_of(filed, 'received'))}：内容由“11”变为“12”" in ran.out
    assert "报表文件有 1 处被改动" in ran.out


def test_a_cell_changed_by_hand_is_found_though_the_register_changed_too(filed):
    type_over(filed, "received", 12)
    write_book(filed / "台账.xlsx", without(ordinary_rows(), "T020"))
    ran = verified(filed)
    assert f"{'!'.join(cell_of(filed, 'received'))}：内容由“11”变为“12”" in ran.out
    assert "报表文件有 1 处被改动" in ran.out
    assert "T020" in ran.out


def test_a_list_is_compared_line_by_line(filed):
    words = ("--period", "2026Q3", "--as-of", "2026-10-08", "--out", str(filed / "清单"))
    assert run("report", "open_list", str(filed / "台账.xlsx"), *words).code == 0
    told, output = next((filed / "清单").glob("报送记录_*.json")), filed / "清单" / "在办投诉清单_2026年第三季度.xlsx"
    assert run("verify", str(told)).code == 0
    sheet = load_workbook(output).worksheets[0]
    place = next(cell.coordinate for row in sheet.iter_rows() for cell in row if cell.value == "T018")
    with package.open(output) as book:
        book.set(sheet.title, place, "T999")
        book.save(filed / "改过.xlsx")
    (filed / "改过.xlsx").replace(output)
    ran = run("verify", str(told))
    assert ran.code == 1
    assert f"{sheet.title}!{place}：内容由“T018”变为“T999”" in ran.out


def test_an_own_template_that_is_gone_leaves_the_report_uncompared(filed):
    own = filed / "本行表样.xlsx"
    shutil.copyfile(template_path("complaint_quarterly"), own)
    words = ("--period", "2026Q3", "--as-of", "2026-10-08", "--template", str(own), "--overwrite")
    assert (
        run("report", "complaint_quarterly", str(filed / "台账.xlsx"), *words, "--out", str(filed / "报送")).code == 0
    )
    assert verified(filed).code == 0
    type_over(filed, "received", 12)
    own.unlink()
    ran = verified(filed)
    assert (ran.code, "模板不在，未能逐格比较" in ran.out) == (1, True), ran


def test_without_the_working_paper_only_the_numbers_are_told(filed):
    (filed / "报送" / f"{NAME}_底稿.xlsx").unlink()
    write_book(filed / "台账.xlsx", without(ordinary_rows(), "T020"))
    ran = verified(filed)
    assert "本期收到：报送 11，现在 10" in ran.out
    assert "底稿不在记录旁边" in ran.out
    assert "T020" not in ran.out


def test_a_report_that_is_gone_does_not_agree(filed):
    (filed / "报送" / f"{NAME}.xlsx").unlink()
    ran = verified(filed)
    assert ran.code == 1
    assert "报表文件不在记录旁边，未能比较" in ran.out


@pytest.mark.parametrize(
    ("text", "told"),
    [("不是 JSON", "不是 JSON 文件"), ("{}", "不是报送记录"), ('{"kind": "xiaobao-xl 报送记录", "form": 1}', "残缺或被改动"),
     ('{"kind": "xiaobao-xl 报送记录", "form": 99}', "更新的版本")],
)  # fmt: skip
def test_what_is_no_record_is_refused(tmp_path, text, told):
    (tmp_path / "记录.json").write_text(text, encoding="utf-8")
    ran = run("verify", str(tmp_path / "记录.json"))
    assert (ran.code, told in ran.err) == (2, True), ran


def write_mediation(path, row):
    """A mediation register of one row."""
    book = load_workbook(write_book(path, [row]))
    book.active.title = "纠纷调解台账"
    book.save(path)


def test_a_register_read_beside_counts_is_recorded_and_read_again(tmp_path):
    """The complaint is answered after 25 days; 20 of them were mediation, which another register knows."""
    row = next(row for row in ordinary_rows() if row["收到日期"].month == 8)
    first = row["收到日期"]
    write_book(
        tmp_path / "台账.xlsx",
        changed([row], row["投诉编号"], 告知日期=first + timedelta(days=25), 办结日期=first + timedelta(days=25)),
    )
    mediation = {
        "调解编号": "TJ1", "投诉编号": row["投诉编号"], "提议调解日期": first, "双方同意日期": first + timedelta(days=1),
        "调解终结日期": first + timedelta(days=20), "被投诉机构": "城东支行",
    }  # fmt: skip
    write_mediation(tmp_path / "调解.xlsx", mediation)
    words = (
        "report",
        "complaint_quarterly",
        str(tmp_path / "台账.xlsx"),
        "--period",
        "2026Q3",
        "--as-of",
        "2026-10-08",
    )
    alone = run(*words, "--out", str(tmp_path / "单独"))
    beside = run(*words, "--beside", str(tmp_path / "调解.xlsx"), "--out", str(tmp_path / "报送"))
    assert (alone.code, beside.code) == (0, 0), beside
    figures = [
        json.loads((tmp_path / folder / f"报送记录_{NAME}.json").read_text(encoding="utf-8"))["figures"]
        for folder in ("单独", "报送")
    ]
    assert [one["closed_in_time"]["numbers"][0]["value"] for one in figures] == [0, 1]
    assert verified(tmp_path).code == 0
    write_mediation(tmp_path / "调解.xlsx", mediation | {"调解终结日期": first + timedelta(days=2)})
    ran = verified(tmp_path)
    assert ran.code == 1
    assert "一起读的台账 调解.xlsx：已变" in ran.out
    (tmp_path / "调解.xlsx").unlink()
    assert "一起读的台账找不到了" in verified(tmp_path).err


def test_a_file_beside_that_would_count_for_nothing_is_refused(tmp_path):
    write_book(tmp_path / "台账.xlsx", ordinary_rows())
    words = (
        "report",
        "complaint_quarterly",
        str(tmp_path / "台账.xlsx"),
        "--period",
        "2026Q3",
        "--out",
        str(tmp_path / "报送"),
    )
    ran = run(*words, "--beside", str(write_book(tmp_path / "清单.xlsx", [{"姓名": "甲", "电话": "1"}])))
    assert ran.code == 2
    assert "清单.xlsx：没有认出“消费投诉台账”能用到的台账；能一起读的有：纠纷调解台账" in ran.err
    assert not (tmp_path / "报送").exists()
