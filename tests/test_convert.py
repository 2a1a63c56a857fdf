"""convert: a consultation becomes a complaint in a copy of the register; nothing is lost, guessed or done twice."""

from __future__ import annotations

import json
from datetime import date, datetime, time
from pathlib import Path

import pytest
from command_line import run
from hypothesis import given
from hypothesis import strategies as some
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font

from xiaobao_xl.conversions import carried, next_number
from xiaobao_xl.errors import RulesError, WorkbookError
from xiaobao_xl.rules import load_rules
from xiaobao_xl.tasks.converting import WantedConversion, convert, write_converted
from xiaobao_xl.tasks.intake import Reading
from xiaobao_xl.workbook import appended_row

DAY = date(2026, 9, 30)
RECEIVED = datetime.combine(DAY, time())
ASKED = {
    "咨询编号": "ZX001", "咨询日期": date(2026, 9, 28), "咨询渠道": "柜面", "受理机构": "城东支行", "网点机构号": "010203",
    "咨询人姓名": "赵一", "咨询人电话": "013800001111", "业务类别": "信用卡", "咨询事项": "收费标准",
    "咨询内容": "年费为什么没有提前告诉我，要求退还", "解答人": "钱二", "咨询状态": "已答复", "是否转为投诉": "否",
}  # fmt: skip
LODGED = {
    "投诉编号": "TS2026008", "事项性质": "消费投诉", "收到日期": date(2026, 9, 20), "投诉来源": "客服电话", "投诉受理渠道": "电话",
    "被投诉机构": "城西支行", "网点机构号": "020301", "投诉人姓名": "孙三", "联系电话": "13900002222", "投诉请求": "退还利息",
    "投诉内容": "贷款利息多收，要求退还", "投诉业务类别": "贷款", "经办人": "李四", "赔付金额": 12.5, "备注": None,
}  # fmt: skip


def book(path: Path, title: str, *rows: dict, below: tuple = (), number_of_row: bool = False) -> Path:
    """A register, perhaps with a column of row numbers before it and something beneath."""
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = title
    headings = list(dict.fromkeys(heading for row in rows for heading in row))
    sheet.append([*(["序号"] if number_of_row else []), *headings])
    for number, row in enumerate(rows, start=1):
        sheet.append([*([number] if number_of_row else []), *(row.get(heading) for heading in headings)])
    for row in below:
        sheet.append(row)
    for cells in sheet.iter_rows(min_row=2):
        for cell in cells:
            cell.font = Font(name="仿宋", size=11)
            if cell.is_date:
                cell.number_format = "yyyy/m/d"
    workbook.save(path)
    return path


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """A folder with both registers."""
    monkeypatch.chdir(tmp_path)
    book(
        tmp_path / "咨询.xlsx",
        "咨询解答台账",
        ASKED,
        ASKED | {"咨询编号": "ZX002", "咨询人姓名": "周五", "咨询渠道": "传真"},
    )
    book(tmp_path / "投诉.xlsx", "消费投诉台账", LODGED | {"投诉编号": "TS2026007"}, LODGED)
    return tmp_path


def command(*words: str, key: str = "ZX001", to: str = "投诉.xlsx"):
    return run("convert", "咨询.xlsx", "--no", key, "--to", to, "--as-of", "2026-09-30", *words)


def row_of(path: Path, number: int) -> dict:
    sheet = load_workbook(path).worksheets[0]
    return {head.value: cell for head, cell in zip(sheet[1], sheet[number], strict=True)}


def test_a_consultation_becomes_the_next_complaint(desk):
    before = {path.name: path.read_bytes() for path in desk.glob("*.xlsx")}
    ran = command("--out", "新.xlsx", "--json", "结果.json")
    assert ran.code == 0, ran
    cells = row_of(desk / "新.xlsx", 4)
    assert {head: cell.value for head, cell in cells.items()} == {
        "投诉编号": "TS2026009", "事项性质": "消费投诉", "收到日期": RECEIVED, "投诉来源": "客户来访", "投诉受理渠道": "现场",
        "被投诉机构": "城东支行", "网点机构号": "010203", "投诉人姓名": "赵一", "联系电话": "013800001111", "投诉请求": None,
        "投诉内容": "年费为什么没有提前告诉我，要求退还", "投诉业务类别": "信用卡", "经办人": "钱二", "赔付金额": None,
        "备注": "由咨询解答台账 ZX001 转来",
    }  # fmt: skip
    assert {cells[name].number_format for name in ("投诉编号", "网点机构号", "联系电话")} == {"@"}
    assert cells["收到日期"].number_format == "yyyy/m/d"
    assert {cell.font.name for cell in cells.values()} == {"仿宋"}
    assert "ZX001 → TS2026009（消费投诉台账第 4 行）" in ran.out
    assert "“投诉请求”未填写" in ran.out
    assert "台账里没有这些列，没有带入：登记日期、办理状态" in ran.out
    assert (
        "请在咨询解答台账登记 ZX001：投诉编号填 TS2026009，转投诉日期填 2026-09-30，是否转为投诉填 是，咨询状态填 已转投诉"
        in ran.out
    )
    assert {name: (desk / name).read_bytes() for name in before} == before
    told = (desk / "结果.json").read_text(encoding="utf-8")
    assert json.loads(told)["row"] == 4
    assert not [word for word in ("赵一", "013800001111") if word in ran.out + told]


def test_the_rows_above_stay_as_they_were(desk):
    command("--out", "新.xlsx")
    old, new = (list(load_workbook(desk / name).worksheets[0].values) for name in ("投诉.xlsx", "新.xlsx"))
    assert new[: len(old)] == old
    assert len(new) == len(old) + 1


def test_totals_below_move_down_and_that_is_told(desk):
    total = ("合计", *[None] * 12, "=SUM(N2:N3)", None)
    book(desk / "投诉.xlsx", "消费投诉台账", LODGED | {"投诉编号": "TS2026007"}, LODGED, below=(total,))
    ran = command("--out", "新.xlsx")
    assert "已整体下移一行" in ran.out
    assert row_of(desk / "新.xlsx", 4)["投诉编号"].value == "TS2026009"
    assert row_of(desk / "新.xlsx", 5)["投诉编号"].value == "合计"
    assert row_of(desk / "新.xlsx", 5)["赔付金额"].value == "=SUM(N2:N3)"


def test_rows_numbered_beforehand_are_used(desk):
    book(desk / "投诉.xlsx", "消费投诉台账", LODGED, below=((2,), (3,)), number_of_row=True)
    ran = command("--out", "新.xlsx")
    assert "下移" not in ran.out
    cells = row_of(desk / "新.xlsx", 3)
    assert (cells["序号"].value, cells["投诉编号"].value) == (2, "TS2026009")


def test_what_has_no_like_is_left_to_fill(desk):
    ran = command("--out", "新.xlsx", key="ZX002")
    assert "写法对不上，留空待填：投诉来源、投诉受理渠道" in ran.out
    assert row_of(desk / "新.xlsx", 4)["投诉来源"].value is None


def test_nothing_is_written_without_being_asked(desk):
    ran = command("--new-no", "TS2026100")
    assert ran.code == 0
    assert "ZX001 → TS2026100（消费投诉台账）" in ran.out
    assert "下一步：加 --out" in ran.out
    assert len(list(desk.glob("*.xlsx"))) == 2


def test_a_consultation_is_not_converted_twice(desk):
    command("--out", "新.xlsx")
    ran = command("--out", "更新.xlsx", to="新.xlsx")
    assert ran.code == 2
    assert "消费投诉台账里的 TS2026009 就是由 ZX001 转来的" in ran.err
    assert not (desk / "更新.xlsx").exists()


@pytest.mark.parametrize(
    ("marks", "sentence"),
    [
        ({"投诉编号": "TS2026001"}, "ZX001 已转过，投诉编号是 TS2026001"),
        ({"转投诉日期": date(2026, 9, 29)}, "ZX001 的“转投诉日期”是 2026-09-29，已经转过"),
        ({"是否转为投诉": "是"}, "ZX001 的“是否转为投诉”是 是，已经转过"),
        ({"咨询状态": "已转投诉"}, "ZX001 的“咨询状态”是 已转投诉，已经转过"),
    ],
)
def test_what_says_that_it_was_converted_is_refused(desk, marks, sentence):
    book(desk / "咨询.xlsx", "咨询解答台账", ASKED | marks)
    ran = command("--out", "新.xlsx")
    assert ran.code == 2
    assert sentence in ran.err
    assert not (desk / "新.xlsx").exists()


@pytest.mark.parametrize(
    ("words", "key", "sentence"),
    [
        ((), "ZX0O1", "没有编号为 ZX0O1 的一行；是否想写 ZX001？"),
        (("--new-no", "TS2026007"), "ZX001", "已有这个投诉编号"),
        (("--new-no", "TS 9"), "ZX001", "编号中间不能有空格"),
        (("--out", "投诉.xlsx", "--overwrite"), "ZX001", "这是原文件，不能覆盖"),
        (("--out", "咨询.xlsx", "--overwrite"), "ZX001", "这是原文件，不能覆盖"),
        (("--out", "新.xlsm"), "ZX001", "只能存为 .xlsx"),
        (("--conversion", "consultation_to_complain"), "ZX001", "是否想写 consultation_to_complaint？"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_one_sentence(desk, words, key, sentence):
    ran = command(*words, key=key)
    assert ran.code == 2, ran
    assert sentence in ran.err
    assert sorted(path.name for path in desk.iterdir()) == ["咨询.xlsx", "投诉.xlsx"]


def test_a_number_that_stands_twice_is_refused(desk):
    book(desk / "咨询.xlsx", "咨询解答台账", ASKED, ASKED)
    assert "编号 ZX001 不止一行（第 2、3 行）" in command().err


def test_a_register_without_numbers_asks_for_one(desk):
    book(desk / "投诉.xlsx", "消费投诉台账", LODGED | {"投诉编号": "甲"})
    assert "请用 --new-no 写明投诉编号" in command().err
    assert command("--new-no", "TS1", "--out", "新.xlsx").code == 0


def test_a_register_that_cannot_be_edited_in_place_is_told_before_anything_is_written(desk):
    (desk / "投诉.csv").write_text(
        "投诉编号,收到日期,投诉内容,投诉人姓名\nTS1,2026-09-01,利息多收,孙三\n", encoding="utf-8"
    )
    ran = command("--out", "新.xlsx", to="投诉.csv")
    assert ran.code == 2
    assert "不能就地改写" in ran.err
    assert not (desk / "新.xlsx").exists()


def test_both_registers_may_stand_in_one_workbook(desk):
    both = load_workbook(desk / "投诉.xlsx")
    sheet = both.create_sheet("咨询解答台账")
    for row in load_workbook(desk / "咨询.xlsx").active.values:
        sheet.append(row)
    both.save(desk / "工作台.xlsx")
    ran = run(
        "convert", "工作台.xlsx", "--no", "ZX001", "--to", "工作台.xlsx", "--out", "新.xlsx", "--as-of", "2026-09-30"
    )
    assert ran.code == 0, ran
    assert row_of(desk / "新.xlsx", 4)["投诉编号"].value == "TS2026009"


def test_a_copy_that_holds_something_else_is_not_handed_over(rules, desk, monkeypatch):
    result = convert(
        rules, desk / "咨询.xlsx", Reading(), desk / "投诉.xlsx", Reading(), WantedConversion(key="ZX001"), DAY
    )
    honest = appended_row.write
    monkeypatch.setattr(
        appended_row, "write", lambda book, register, cells, *rest, **more: honest(book, register, cells | {"text": "别的话"}, *rest, **more)
    )  # fmt: skip
    with pytest.raises(WorkbookError, match="读回检查没有通过（投诉内容）"):
        write_converted(result, desk / "新.xlsx")
    assert not (desk / "新.xlsx").exists()


def test_every_channel_of_a_consultation_has_its_like_or_is_left_open(rules):
    conversion = rules.conversions["consultation_to_complaint"]
    channels = rules.registers["consultation"].columns["received_via"].values
    for target in ("source", "received_via"):
        like = {value: carried(conversion, target, value, rules.registers, rules.categories) for value in channels}
        assert {value for value, found in like.items() if found is None} == ({"event"} if target == "source" else set())


def test_conversions_that_mean_nothing_are_refused(tmp_path):
    own = tmp_path / "本行.yaml"
    own.write_text(
        "extends: shipped\nconversions:\n  wrong:\n    title: 错\n    origin: consultation\n    target: complaint\n"
        "    columns: {texxt: question, text: questionn, disputed_cny: remark, complaint_no: complaint_no}\n"
        "    values: {source: {fax: letter}}\n    sets: {route: nothing, text: x}\n    days: [result]\n"
        "    number: complaint_no\n    turned_on: turned_on\n    turned: {status: gone}\n",
        encoding="utf-8",
    )
    with pytest.raises(RulesError) as refused:
        load_rules(own)
    told = str(refused.value)
    for words in (
        "列 texxt 在 complaint 中没有定义", "列 questionn 在 consultation 中没有定义", "disputed_cny 是数值列",
        "列 complaint_no 有不止一个来源", "列 text 有不止一个来源", "取值 nothing 没有定义", "result 不是日期列", "取值 gone 没有定义",
        "source 不在 columns 中",
    ):  # fmt: skip
        assert words in told


@given(some.lists(some.from_regex(r"[A-Z]{0,3}[0-9]{1,6}", fullmatch=True), min_size=1, max_size=8))
def test_a_proposed_number_is_new_and_ends_in_digits(numbers):
    number = next_number(numbers)
    assert number not in numbers
    assert number[-1].isdigit()
