from datetime import date, datetime

import pytest
from exchange_registers import by_key, complaint, make_register, table
from openpyxl import Workbook, load_workbook

from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.tasks.gathering import gather, write_gathered
from xiaobao_xl.tasks.intake import Reading
from xiaobao_xl.workbook import reading

LAYOUTS = {"丁版": {"流水": "投诉编号", "哪天来的": "收到日期", "说了什么": "投诉内容"}}
FIVE = (
    {"投诉编号": "{n}", "收到日期": date(2026, 8, 1), "投诉内容": "内容{n}", "涉及金额": 1200},
    {"工单号": "{n}", "投诉时间": "2026.8.1", "投诉描述": "内容{n}", "投诉金额（万元）": 0.12, "本行备注栏": "备注{n}"},
    {"序号": 1, "台账编号": "{n}", "投诉日期": "2026年8月1日", "事由": "内容{n}", "争议金额": "1,200元"},
    {"流水": "{n}", "哪天来的": 20260801, "说了什么": "内容{n}", "经办柜员": "柜员{n}", "本行备注栏": "备注{n}"},
    {"投诉单号": "{n}", "来件日期": "2026-08-01", "主要内容": "内容{n}", "投诉编号": "旧{n}"},
)


def write(path, rows, above=(), below=()):
    book = Workbook()
    sheet = book.active
    sheet.title = "台账"
    for line in (*above, list(rows[0]), *(list(row.values()) for row in rows), *below):
        sheet.append(line)
    book.save(path)
    return path


def numbered(layout, number):
    return {head: cell.format(n=number) if isinstance(cell, str) else cell for head, cell in layout.items()}


@pytest.fixture
def files(tmp_path):
    return [
        write(
            tmp_path / f"支行{place}.xlsx",
            [numbered(layout, f"T{place}{line}") for line in range(3)],
            below=[["合计", None, 3]],
        )
        for place, layout in enumerate(FIVE)
    ]


@pytest.fixture
def stacked(rules, files, tmp_path):
    result = gather(rules, files, Reading(layouts=LAYOUTS))
    write_gathered(result, tmp_path / "汇总.xlsx")
    return result, tmp_path / "汇总.xlsx"


def test_the_receipt_adds_up(stacked):
    result, path = stacked
    told = result.as_json()
    assert (told["rows_read"], told["rows_used"], told["rows_skipped"]) == (20, 15, 5)
    assert all(sheet["rows_read"] == sheet["rows_used"] + sheet["rows_skipped"] for sheet in told["sheets"])
    assert next(result.lines()) == "汇总 5 个文件：读到 20 行＝采用 15 行＋跳过 5 行。"
    assert len(table(path)) == 15
    assert len(table(path, "没有用的行", 3)) == 5


def test_five_layouts_stand_under_our_headings_and_in_our_units(stacked):
    _, path = stacked
    rows = by_key(path)
    assert {rows[f"T{place}0"]["投诉内容"] for place in range(4)} == {f"内容T{place}0" for place in range(4)}
    assert {rows[f"T{place}0"]["收到日期"] for place in range(4)} == {datetime(2026, 8, 1)}  # noqa: DTZ001
    assert {rows[f"T{place}0"]["涉及金额"] for place in range(3)} == {1200}


def test_nothing_is_lost_of_what_stood_in_the_files(stacked, files):
    _, path = stacked
    home = {str(cell) for sheet in load_workbook(path) for row in sheet.iter_rows(values_only=True) for cell in row}
    texts = {
        row[head]
        for file in files
        for row in table(file, "台账")
        for head in row
        if head not in {"序号", "投诉金额（万元）", "投诉时间"}
    }
    sought = {text for text in texts if isinstance(text, str) and text[0] in "T内备柜旧"}
    assert len(sought) == 15 + 15 + 6 + 3 + 3
    assert sought <= home


def test_unknown_columns_stand_at_the_right_under_their_own_headings_and_rows_tell_their_origin(stacked):
    _, path = stacked
    heads = [cell.value for cell in load_workbook(path).worksheets[0][1]]
    assert heads[-5:] == ["来源文件", "来源行", "本行备注栏", "经办柜员", "投诉单号"]
    row = by_key(path)["T31"]
    assert (row["来源文件"], row["来源行"], row["本行备注栏"], row["经办柜员"]) == (
        "支行3.xlsx",
        3,
        "备注T31",
        "柜员T31",
    )


def test_the_new_register_is_read_as_one(stacked, rules):
    _, path = stacked
    (register,) = reading.read(
        path, {"complaint": rules.registers["complaint"]}, rules.categories, register="complaint"
    )
    assert len(register) == 15
    assert not register.faults


def test_a_number_that_stands_in_two_files_is_shown_with_what_differs(rules, tmp_path):
    one = write(tmp_path / "甲.xlsx", [numbered(FIVE[0], "T1"), numbered(FIVE[0], "T2")])
    other = write(tmp_path / "乙.xlsx", [numbered(FIVE[0], "T1") | {"涉及金额": 5}, numbered(FIVE[0], "T2")])
    result = gather(rules, [one, other], Reading())
    assert [(each.key, each.places, each.differing) for each in result.twice] == [
        ("T1", [("甲.xlsx", 2), ("乙.xlsx", 2)], ["涉及金额"]),
        ("T2", [("甲.xlsx", 3), ("乙.xlsx", 3)], []),
    ]
    assert result.rows == 4
    assert result.needs_eyes


def test_a_file_that_cannot_be_read_is_told_and_the_others_are_gathered(rules, files, tmp_path):
    broken = tmp_path / "坏.xlsx"
    broken.write_bytes(b"PK\x03\x04 broken")
    strange = write(tmp_path / "食谱.xlsx", [{"菜名": "面", "用料": "粉"}])
    result = gather(rules, [*files, broken, strange], Reading(layouts=LAYOUTS))
    assert list(result.failed) == ["坏.xlsx", "食谱.xlsx"]
    assert result.rows == 15
    with pytest.raises(WorkbookError, match="1 个文件都没有读成"):
        gather(rules, [broken], Reading())


def test_files_of_one_name_are_told_apart_by_their_folder(rules, tmp_path):
    paths = []
    for name in ("城东", "城西"):
        (tmp_path / name).mkdir()
        paths.append(write(tmp_path / name / "台账.xlsx", [numbered(FIVE[0], name)]))
    result = gather(rules, paths, Reading())
    assert [part.file.replace("\\", "/") for part in result.parts] == ["城东/台账.xlsx", "城西/台账.xlsx"]


def test_codes_explained_in_a_heading_become_words_and_merged_cells_fill_their_rows(rules, tmp_path):
    path = write(
        tmp_path / "甲.xlsx",
        [
            {
                "投诉编号": f"T{n}",
                "收到日期": "2026-08-01",
                "被投诉机构": "城东" if n == 1 else None,
                "办理状态(01在办/02办结)": "02",
            }
            for n in (1, 2)
        ],
    )
    book = load_workbook(path)
    book["台账"].merge_cells("C2:C3")
    book.save(path)
    result = gather(rules, [path], Reading())
    assert result.parts[0].columns["status"] == ["办结", "办结"]
    assert result.parts[0].columns["respondent"] == ["城东", "城东"]


def test_a_register_that_was_gathered_may_be_gathered_again(stacked, rules, files, tmp_path):
    _, path = stacked
    again = gather(rules, [path, files[0]], Reading(layouts=LAYOUTS, sheet=()))
    write_gathered(again, tmp_path / "再汇总.xlsx")
    heads = [cell.value for cell in load_workbook(tmp_path / "再汇总.xlsx").worksheets[0][1]]
    assert len(set(heads)) == len(heads)
    assert {"来源文件", "来源文件（又一列）"} <= set(heads)
    assert len(again.twice) == 3


def test_what_cannot_be_read_stands_as_it_stood(rules, tmp_path):
    path = make_register(tmp_path / "甲.xlsx", [complaint(1, "城东", 办结日期="9月1日", 赔付金额="约三百")])
    (part,) = gather(rules, [path], Reading()).parts
    assert (part.columns["closed_on"], part.columns["compensation_cny"]) == (["9月1日"], ["约三百"])
