from pathlib import Path

import pytest
from exchange_registers import HEADINGS, complaint, make_register, table
from hypothesis import given
from hypothesis import strategies as some
from openpyxl import load_workbook

from xiaobao_xl.errors import RulesError, WorkbookError
from xiaobao_xl.rules import load_rules
from xiaobao_xl.tasks.intake import Reading
from xiaobao_xl.tasks.splitting import Division, split, write_split
from xiaobao_xl.workbook import opening, origin_sheet
from xiaobao_xl.workbook.file_names import file_names

ROWS = [
    complaint(1, "城东支行", 赔付金额=12.5),
    complaint(2, "城西支行(本部)"),
    complaint(3, "城西支行（本部）", 投诉是否成立="是"),
    complaint(4, "城西支行（本部）"),
    complaint(5, ""),
]


BRIEF_MASKED = """
  brief:
    {title: 简表, register: complaint, by: respondent, shown: [complainant_name], filled: [result], masked: [complainant_name]}
"""
BRIEF_WRONG = """
  brief: {title: 简表, register: complaint, by: respondent, filled: [resultt, complaint_no]}
"""


@pytest.fixture
def register(tmp_path):
    return make_register(tmp_path / "台账.xlsx", ROWS, above=1)


def divided(rules, register, **asked):
    return split(rules, register, Reading(), Division(**asked))


def written(rules, register, folder, **asked):
    return {path.name: path for path in write_split(divided(rules, register, **asked), folder)}


def test_a_workbook_for_each_unit_and_one_for_rows_without(rules, register, tmp_path):
    files = written(rules, register, tmp_path / "分发")
    assert list(files) == ["转办单_城东支行.xlsx", "转办单_城西支行（本部）.xlsx", "未填写.xlsx", "分发清单.xlsx"]
    keys = {
        name: [row["投诉编号"] for row in table(path, load_workbook(path).sheetnames[0], 4)]
        for name, path in files.items()
        if "清单" not in name
    }
    assert list(keys.values()) == [["TS0001"], ["TS0002", "TS0003", "TS0004"], ["TS0005"]]


def test_spellings_that_differ_in_width_only_are_one_unit_and_that_is_told(rules, register):
    result = divided(rules, register)
    assert [(unit.name, len(unit.positions)) for unit in result.units] == [("城东支行", 1), ("城西支行（本部）", 3)]
    told = "\n".join(result.lines())
    assert "共 5 行，按“被投诉机构”分给 2 个机构 4 行，没有填写机构的 1 行" in told
    assert "“城西支行（本部）”有几种写法" in told


def test_only_the_cells_to_fill_are_open_and_the_sheet_needs_no_password(rules, register, tmp_path):
    path = written(rules, register, tmp_path / "分发", filled=("处理结果", "办结日期"), shown=("投诉内容",))[
        "转办单_城东支行.xlsx"
    ]
    sheet = load_workbook(path)["转办单"]
    heads = [cell.value for cell in sheet[4]]
    assert heads == ["序号", "投诉编号", "投诉内容", "处理结果", "办结日期"]
    assert [cell.protection.locked for cell in sheet[5]] == [True, True, True, False, False]
    assert sheet.protection.sheet
    assert not sheet.protection.password
    shown = " ".join(str(cell) for row in table(path, "转办单", 4) for cell in row.values())
    assert "甲某某" not in shown


def test_nothing_that_may_not_be_seen_hides_anywhere_in_the_file(rules, register, tmp_path):
    path = written(rules, register, tmp_path / "分发", filled=("处理结果",), shown=("投诉内容",))[
        "转办单_城东支行.xlsx"
    ]
    book = load_workbook(path)
    everything = [
        str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None
    ]
    assert not any("甲某某" in text for text in everything)
    assert any("反映第 1 件事" in text for text in everything)


def test_coded_columns_have_drop_downs_and_dates_their_rule(rules, register, tmp_path):
    path = written(rules, register, tmp_path / "分发")["转办单_城东支行.xlsx"]
    found = {str(rule.sqref): rule.type for rule in load_workbook(path)["转办单"].data_validations.dataValidation}
    heads = {cell.value: cell.column_letter for cell in load_workbook(path)["转办单"][4]}
    assert found[f"{heads['办结日期']}5"] == "date"
    assert found[f"{heads['投诉是否成立']}5"] == "list"


def test_the_workbook_knows_where_it_comes_from(rules, register, tmp_path):
    path = written(rules, register, tmp_path / "分发")["转办单_城西支行（本部）.xlsx"]
    book = opening.open_book(path)
    assert book.hidden == [origin_sheet.SHEET]
    sent = origin_sheet.read(book)
    assert (sent.unit, sent.register, sent.file, sent.sheet) == (
        "城西支行（本部）",
        "complaint",
        "台账.xlsx",
        "消费投诉台账",
    )
    assert [row.row for row in sent.rows.values()] == [4, 5, 6]
    assert len(sent.sha256) == 64


def test_no_file_is_overwritten_unasked_and_none_is_written_if_one_may_not_be(rules, register, tmp_path):
    folder = tmp_path / "分发"
    folder.mkdir()
    (folder / "分发清单.xlsx").write_text("mine")
    with pytest.raises(WorkbookError, match="已存在，未覆盖"):
        written(rules, register, folder)
    assert [path.name for path in folder.iterdir()] == ["分发清单.xlsx"]
    write_split(divided(rules, register), folder, overwrite=True)
    assert len(list(folder.iterdir())) == 4


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"by": "被投诉机关"}, "没有“被投诉机关”这一列；是否想写"),
        ({"layout": "referal"}, "没有编号为 referal 的拆分方式；是否想写 referral"),
        ({"filled": ("投诉编号",)}, "是编号，收回时靠它对号"),
        ({"filled": ("满意度",)}, "要机构填写的列台账里一列也没有"),
        ({"by": "处理机构"}, "没有“处理机构”一列，不能按机构拆分"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_one_sentence(rules, register, asked, sentence):
    with pytest.raises(WorkbookError, match=sentence):
        divided(rules, register, **asked)


def test_a_file_for_every_complaint_is_not_what_anyone_means(rules, tmp_path):
    register = make_register(tmp_path / "台账.xlsx", [complaint(number, "城东支行") for number in range(2001)])
    with pytest.raises(WorkbookError, match="按“投诉编号”会分成 2,001 份"):
        divided(rules, register, by="投诉编号")


def test_a_register_without_numbers_cannot_be_divided(rules, tmp_path):
    register = make_register(tmp_path / "台账.xlsx", ROWS, HEADINGS[1:])
    with pytest.raises(WorkbookError, match="没有“投诉编号”一列，不能按编号拆分"):
        divided(rules, register)


def test_masked_columns_show_only_the_ends(tmp_path, register):
    own = tmp_path / "本行规则.yaml"
    own.write_text("extends: shipped\nsplits:\n" + BRIEF_MASKED, encoding="utf-8")
    path = written(load_rules(own), register, tmp_path / "分发", layout="brief")["简表_城东支行.xlsx"]
    (row,) = table(path, "简表", 4)
    assert row["投诉人姓名"] == "甲**"


def test_what_an_audience_may_not_see_is_hidden_but_never_the_number_or_a_cell_to_fill(rules, register, tmp_path):
    asked = Division(shown=("投诉人姓名",), filled=("投诉人姓名", "赔付金额"))
    for audience in ("public", "training"):
        result = split(rules, register, Reading(audience=audience), Division())
        paths = write_split(result, tmp_path / audience)
        (row,) = table(paths[0], "转办单", 4)
        assert (row["投诉编号"], row["投诉人姓名"], row["赔付金额"]) == ("TS0001", "投诉人001", 12.5)
    filled = split(rules, register, Reading(audience="public"), asked)
    (row,) = table(write_split(filled, tmp_path / "填写")[0], "转办单", 4)
    assert row["投诉人姓名"] == "甲某某"
    assert filled.unhidden() == {"投诉人姓名": 5}


def test_rules_that_name_no_column_are_refused_with_their_place(tmp_path):
    own = tmp_path / "本行规则.yaml"
    own.write_text("extends: shipped\nsplits:\n" + BRIEF_WRONG, encoding="utf-8")
    with pytest.raises(RulesError) as refused:
        load_rules(own)
    assert [line.split(": ", 2)[1:] for line in refused.value.problems] == [
        ["splits.brief.filled", "列 resultt 没有定义"],
        ["splits.brief.filled", "complaint_no 是编号，收回时靠它对号，不能由机构填写"],
    ]


@given(some.lists(some.text(), unique=True, max_size=12))
def test_every_unit_has_a_file_of_its_own_under_a_name_every_system_takes(units):
    names = file_names(units)
    assert len({name.casefold() for name in names.values()}) == len(units)
    for name in names.values():
        assert Path(name).name == name
        assert not set(name) & set('\\/:*?"<>|\n\0')
        assert name == name.strip(" .")
        assert 0 < len(name) < 80
