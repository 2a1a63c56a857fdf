"""today: what each level sees, from several registers, on the page, in the calendar and on the screen."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from command_line import run
from day_books import write_book
from openpyxl import load_workbook

from xiaobao_xl import resources, roles
from xiaobao_xl.day import Item, in_order
from xiaobao_xl.errors import RulesError, WorkbookError
from xiaobao_xl.rules import load_rules
from xiaobao_xl.tasks import Reading, today
from xiaobao_xl.tasks.planning import FILINGS

AS_OF = date(2026, 9, 30)


def complaint(number: str, received: date, **cells: Any) -> dict[str, Any]:
    empty = dict.fromkeys(
        (
            "处理决定日期",
            "告知日期",
            "办结日期",
            "撤回日期",
            "不予受理日期",
            "延期审批日期",
            "延期告知日期",
            "回访日期",
            "满意度",
        )
    )
    fixed = {
        "投诉编号": number, "事项性质": "消费投诉", "收到日期": received, "登记日期": received, "投诉来源": "客服电话",
        "被投诉机构": "东海分行", "网点名称": "城东支行", "处理机构": "运营管理部", "经办人": "张敏", "投诉人姓名": "李小明",
        "联系电话": "13800138000", "投诉内容": "反映年费未告知，要求退还", "复杂程度": "简单", "是否重大投诉": "否",
    }  # fmt: skip
    return {**fixed, **empty, **cells}


ROWS = [
    complaint("TS1", date(2026, 9, 1)),  # due 09-16
    complaint("TS2", date(2026, 9, 15)),  # due 09-30
    complaint("TS3", date(2026, 9, 19), 网点名称="城西支行"),  # due 10-04
    complaint("TS4", date(2026, 9, 28), 被投诉机构="南山分行", 网点名称="南山营业部"),  # due 10-13
    complaint("TS5", date(2026, 9, 20), 处理决定日期=date(2026, 9, 25)),
    complaint("TS6", date(2026, 9, 10), 处理决定日期=date(2026, 9, 18), 告知日期=date(2026, 9, 20)),
    complaint("TS7", date(2026, 9, 20), 投诉来源="金融监管部门转办", 是否重大投诉="是"),
    complaint("TS8", date(2026, 8, 1), 告知日期=date(2026, 8, 10), 回访日期=date(2026, 8, 12), 满意度="满意", 办结日期=date(2026, 8, 12)),
]  # fmt: skip
FILING_ROWS = [
    {"报送编号": "BS1", "报送年度": 2026, "报送事项": "三季度投诉数据", "报送周期": "每季", "性质": "惯例", "期限说明": "季后十五日",
     "启动日期": date(2026, 10, 1), "到期日期": date(2026, 10, 15), "报送日期": None, "报送状态": "未开始"},
    {"报送编号": "BS2", "报送年度": 2026, "报送事项": "年度披露", "报送周期": "每年", "性质": "法规要求", "期限说明": "每年一次",
     "启动日期": date(2026, 11, 1), "到期日期": date(2026, 12, 31), "报送日期": None, "报送状态": "未开始"},
]  # fmt: skip


@pytest.fixture(autouse=True)
def without_sample(monkeypatch):
    """Filings come from the workbook alone, unless a test says otherwise."""

    def nothing(name):
        raise WorkbookError(name)

    monkeypatch.setattr(resources, "sample_path", nothing)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return write_book(tmp_path / "工作台.xlsx", {"消费投诉台账": ROWS, "报送日历": FILING_ROWS})


def page(rules, book: Path, role: str, unit: str = "", **settings: Any):
    return next(iter(today(rules, [book], Reading(), AS_OF, role=role, unit=unit, **settings).pages.values()))


def keys(page, section: str) -> list[tuple[str, int | None]]:
    return [(item.key, item.days) for item in page.items if item.section == section]


def test_deadlines_are_told_apart_by_how_soon_they_end(rules, book):
    seen = page(rules, book, "sub_branch")
    assert keys(seen, "overdue") == [("TS1", -14)]
    assert keys(seen, "today") == [("TS2", 0)]
    assert keys(seen, "soon") == [("TS3", 4), ("TS7", 5)]


def test_each_level_looks_as_far_ahead_as_its_setting(rules, book):
    assert keys(page(rules, book, "head"), "soon") == []
    assert keys(page(rules, book, "branch"), "soon") == [("TS3", 4), ("TS7", 5)]


def test_somebody_must_be_told_or_called_back(rules, book):
    told = [
        (item.title, item.key, item.days) for item in page(rules, book, "sub_branch").items if item.section == "contact"
    ]
    assert told == [("已作处理决定，还没告知", "TS5", 5), ("已告知，还没回访", "TS6", 10)]


def test_what_is_chased_is_a_matter_of_the_level(rules, book):
    assert keys(page(rules, book, "sub_branch"), "chase") == []
    branch = [(item.title, item.key) for item in page(rules, book, "branch").items if item.section == "chase"]
    assert branch == [
        ("监管转办未办结（督办）", "TS7"),
        *(("转办未回", key) for key in ("TS1", "TS2", "TS3", "TS7")),
        ("重大投诉未办结（督办）", "TS7"),
    ]


def test_filings_of_the_next_thirty_days_carry_their_own_titles(rules, book):
    items = [item for item in page(rules, book, "head").items if item.section == "filings"]
    assert [(item.key, item.title, item.days, item.says) for item in items] == [
        ("BS1", "三季度投诉数据", 15, "惯例；季后十五日")
    ]
    assert keys(page(rules, book, "sub_branch"), "filings") == []


@pytest.mark.parametrize(
    ("role", "unit", "seen"),
    [
        ("sub_branch", "城西支行", {"TS3"}),
        ("branch", "南山", {"TS4"}),
        ("branch", "东海分行", {"TS1", "TS2", "TS3", "TS7"}),
    ],
)
def test_a_unit_sees_its_own_rows(rules, book, role, unit, seen):
    found = page(rules, book, role, unit)
    assert {row.key for row in found.calendar if row.deadline == "decision"} == seen
    assert all(unit in name for name in found.found)


def test_a_unit_nobody_names_is_refused_with_those_there_are(rules, book):
    with pytest.raises(WorkbookError, match=r"名称含“北山”的机构.*东海分行"):
        page(rules, book, "branch", "北山")


def test_a_role_nobody_knows_is_refused(rules, book):
    with pytest.raises(WorkbookError, match="--role 支部 不认识；请写 sub_branch（网点）"):
        page(rules, book, "支部")


def test_a_page_for_every_role_where_none_is_named(rules, book):
    assert list(today(rules, [book], Reading(), AS_OF).pages) == ["sub_branch", "branch", "head"]


def test_what_could_not_be_shown_is_said(rules, tmp_path):
    rows = [{name: value for name, value in row.items() if name != "告知日期"} for row in ROWS]
    told = "".join(page(rules, write_book(tmp_path / "台账.xlsx", {"台账": rows}), "branch").notes)
    assert "没有“报送日历”，没有列出" in told
    assert "没有接上预警分析" in told
    assert "没有“告知日期、" in told
    assert "已作处理决定，还没告知" in told


def test_filings_of_the_sample_are_marked_and_stay_out_of_the_calendar(rules, tmp_path, monkeypatch):
    sample = write_book(tmp_path / "样例.xlsx", {"报送日历": FILING_ROWS})
    monkeypatch.setattr(resources, "sample_path", lambda name: sample if name == "报送日历_样例.xlsx" else None)
    seen = page(rules, write_book(tmp_path / "台账.xlsx", {"台账": ROWS}), "head")
    assert [(item.key, item.unit) for item in seen.items if item.section == "filings"] == [("BS1", "（随附样例）")]
    assert all(row.key.startswith("TS") for row in seen.calendar)
    assert any("只供参考" in note for note in seen.notes)


def test_warnings_come_from_whoever_gives_them(rules, book):
    def warner(_, registers, as_of):
        counted = [register for register in registers if register.id == "complaint"]
        yield Item(section="warnings", title=f"{len(counted[0])} 件", key=f"{as_of}")

    seen = page(rules, book, "branch", "南山", warner=warner)
    assert [(item.title, item.key) for item in seen.items if item.section == "warnings"] == [("1 件", "2026-09-30")]
    assert not any("预警" in note for note in seen.notes)
    assert keys(page(rules, book, "sub_branch", warner=warner), "warnings") == []


def test_the_page_links_to_the_rows_and_prints_on_one_width(book, tmp_path):
    out, ics = tmp_path / "今日.xlsx", tmp_path / "今日.ics"
    ran = run("today", str(book), "--role", "支行", "--as-of", "2026-09-30", "--out", str(out), "--ics", str(ics))
    assert ran.code == 0, ran
    sheet = load_workbook(out)["今日·网点"]
    cards = {sheet[f"{letter}4"].value: sheet[f"{letter}5"].value for letter in "ABCDEFG"}
    assert cards == {"已超期": 1, "今日到期": 1, "即将到期": 2, "该联系": 2, "该催办": 0, "该报送": 0, "预警": 0}
    links = {
        cell.value: (cell.hyperlink.target, cell.hyperlink.location)
        for line in sheet.iter_rows()
        for cell in line
        if cell.hyperlink
    }
    assert links["TS1"] == ("%E5%B7%A5%E4%BD%9C%E5%8F%B0.xlsx", "'消费投诉台账'!C2")
    assert sheet.page_setup.fitToWidth == 1
    text = ics.read_text(encoding="utf-8").replace("\r\n ", "")
    assert "SUMMARY:投诉 TS1 作出处理决定并告知届满" in text
    assert "SUMMARY:报送日历" not in text
    assert not any(private in text for private in ("李小明", "13800138000", "张敏"))


def test_filings_are_called_by_their_register_in_the_calendar(book, tmp_path):
    run("today", str(book), "--role", "head", "--as-of", "2026-09-30", "--ics", str(tmp_path / "总行.ics"))
    text = (tmp_path / "总行.ics").read_text(encoding="utf-8").replace("\r\n ", "")
    assert "SUMMARY:报送日历 BS1 三季度投诉数据届满" in text


def test_the_screen_tells_what_waits_and_no_private_data(book):
    ran = run("today", str(book), "--role", "branch", "--as-of", "2026-09-30")
    assert ran.code == 0, ran
    assert (
        "  超期 14 天（2026-09-16 届满）  TS1  作出处理决定并告知  城东支行／运营管理部  张敏" in ran.out.splitlines()
    )
    assert "李小明" not in ran.out
    quiet = run("today", str(book), "--role", "branch", "--as-of", "2026-09-30", "-q").out
    assert quiet.splitlines()[1] == "分行：已超期 1、今日到期 1、即将到期 2、该联系 1、该催办 6、该报送 1、预警 3。"


def test_json_has_every_item(book):
    told = json.loads(run("today", str(book), "--as-of", "2026-09-30", "--json", "-").out)
    assert told["pages"]["sub_branch"]["counts"]["该联系"] == 2
    first = told["pages"]["head"]["items"][0]
    assert (first["section"], first["key"], first["due_on"]) == ("overdue", "TS1", "2026-09-16")


def test_an_existing_file_is_not_overwritten(book, tmp_path):
    out = tmp_path / "今日.xlsx"
    out.write_bytes(b"mine")
    assert run("today", str(book), "--out", str(out)).code == 2
    assert out.read_bytes() == b"mine"


def test_what_waits_longest_stands_first_in_its_list():
    items = [
        Item(section="chase", title="转办未回", key="B", days=3),
        Item(section="overdue", title="决定", key="C", due_on=AS_OF, days=-1),
        Item(section="chase", title="转办未回", key="A", days=9),
    ]
    assert [item.key for item in in_order(items)] == ["C", "A", "B"]


def test_a_deadline_only_a_setting_tells_is_shown_all_the_same(rules, tmp_path):
    row = {
        "事件编号": "YJ1",
        "记录类型": "事件",
        "发现时间": "2026-09-28 09:00",
        "首报时间": None,
        "事件名称": "系统中断",
    }
    schema = rules.registers["incident"]
    titles = {column.title for column in schema.columns.values()}
    rows = [{name: value for name, value in row.items() if name in titles}]
    book = write_book(tmp_path / "应急.xlsx", {"应急": rows})
    found = today(rules, [book], Reading(register="incident"), AS_OF, role="head").pages["head"]
    assert [(row.deadline, row.due_on, row.status) for row in found.calendar] == [
        ("incident_first_report", date(2026, 9, 29), "overdue")
    ]


def test_references_of_roles_that_lead_nowhere_are_refused(tmp_path):
    own = tmp_path / "本行.yaml"
    own.write_text(
        "extends: shipped\n"
        "day_lists:\n"
        "  mine: {title: 我的, section: chase, register: complaint, since: nowhere, until: [], when: {sourse: media}}\n"
        "  other: {title: 其他, section: chase, register: complaint, since: handler, until: closed_on}\n"
        "roles:\n"
        "  clerk: {title: 柜员, units: [nobody], lists: [lost], hides: [never]}\n",
        encoding="utf-8",
    )
    with pytest.raises(RulesError) as refused:
        load_rules(own)
    told = "\n".join(refused.value.problems)
    for what in (
        "列 handler 不是日期",
        "列 nowhere 没有定义",
        "至少写一列",
        "列 sourse 没有定义",
        "列 nobody 没有定义",
        "清单 lost 没有定义",
        "时限 never 没有定义",
    ):
        assert what in told


def test_all_registers_of_the_post_meet_on_one_page(rules):
    folder = Path(__file__).parents[1] / "examples"
    samples = [path for path in sorted(folder.glob("*_样例.xlsx")) if not path.name.startswith("投诉台账")]
    assert len(samples) == len(rules.registers) - 1
    found = today(rules, samples, Reading(), AS_OF, role="head").pages["head"]
    overdue = {item.file for item in found.items if item.section == "overdue"}
    assert {"纠纷调解台账_样例.xlsx", "溯源整改台账_样例.xlsx", "制度流程台账_样例.xlsx"} <= overdue
    assert [item.key for item in found.items if item.section == "filings"] == ["BS2026-10"]
    assert not any(re.search(r"1[3-9]\d{9}", repr(item)) for item in found.items)


def test_two_files_of_one_name_are_not_linked(rules, tmp_path):
    books = []
    for name in ("甲", "乙"):
        (tmp_path / name).mkdir()
        books.append(write_book(tmp_path / name / "台账.xlsx", {"台账": ROWS[:1]}))
    found = today(rules, books, Reading(), AS_OF, role="head")
    assert len(found.pages["head"].calendar) == 2
    assert found.paths == {}


def test_every_shipped_list_is_seen_by_somebody(rules):
    assert set(rules.day_lists) == {name for role in rules.roles.values() for name in role.lists}
    assert FILINGS in rules.registers
    assert roles.role_of(rules.roles, "总公司") == "head"
