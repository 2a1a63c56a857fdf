"""The command line: exit codes, JSON, one Chinese sentence for every failure, and nothing overwritten unasked."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from command_line import Ran, run
from msoffcrypto.format.ooxml import OOXMLFile
from openpyxl import Workbook, load_workbook

from xiaobao_xl import tasks

FEE = "客户反映信用卡年费未告知，要求退还信用卡年费"
IN_ORDER = {
    "投诉编号": "TS-1",
    "事项性质": "消费投诉",
    "收到日期": date(2026, 3, 2),
    "投诉人姓名": "赵一",
    "投诉人类型": "个人",
    "联系电话": "13800000001",
    "被投诉机构": "城东支行",
    "来源": "客服电话",
    "受理渠道": "电话",
    "业务办理渠道": "营业现场",
    "业务类别": "信用卡",
    "投诉原因": "因信息披露引起的投诉",
    "诉求": "退还年费",
    "投诉内容": FEE,
    "复杂程度": "简单",
    "经办人": "孙三",
    "告知日期": date(2026, 3, 10),
    "告知方式": "电话",
    "办结日期": date(2026, 3, 10),
    "办理状态": "办结",
}
OVERDUE = IN_ORDER | {"投诉编号": "TS-2", "告知日期": None, "告知方式": None, "办结日期": None, "办理状态": "在办"}
DAY = ("--as-of", "2026-03-20")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
DECISION = ("due", "--deadline", "decision")


def write(name: str, *rows: Mapping[str, object]) -> None:
    book = Workbook()
    book.active.title = "消费投诉台账"
    for row in (dict(zip(IN_ORDER, IN_ORDER, strict=True)), *rows):
        book.active.append(list(row.values()))
    book.save(name)


@pytest.fixture(autouse=True)
def desk(tmp_path, monkeypatch) -> Path:
    """A folder with a register in order and one with an overdue complaint."""
    monkeypatch.chdir(tmp_path)
    write("好.xlsx", IN_ORDER)
    write("超期.xlsx", IN_ORDER, OVERDUE)
    return tmp_path


def data(ran: Ran) -> dict:
    """Standard output as JSON; anything else printed there breaks it."""
    assert ran.err == ""
    return json.loads(ran.out)


class TestExitCodes:
    def test_zero_when_nothing_is_wrong(self):
        ran = run("check", "好.xlsx", *DAY)
        assert (ran.code, ran.err) == (0, "")
        assert "没有发现问题" in ran.out

    def test_one_when_an_error_is_found(self):
        ran = run("check", "超期.xlsx", *DAY)
        assert ran.code == 1
        assert "超期.xlsx 消费投诉台账!Q3 [错误] 收到 2026-03-02，简单投诉限 15 日" in ran.out
        assert (
            "complaint.decided_in_time; 银行业保险业消费投诉处理管理办法（银保监会令2020年第3号）第18条、第43条"
            in ran.out
        )

    def test_zero_when_only_warnings_are_found(self):
        write("提示.xlsx", IN_ORDER | {"诉求": None})
        ran = run("check", "提示.xlsx", *DAY)
        assert "错误 0、提示 1" in ran.out
        assert ran.code == 0

    def test_the_same_register_is_in_order_on_an_earlier_day(self):
        assert run("check", "超期.xlsx", "--as-of", "2026-03-17").code == 0


FAILURES = {
    "missing file": ("check", "没有.xlsx"),
    "a folder": ("check", "."),
    "no table": ("check", "空.txt"),
    "as-of": ("check", "好.xlsx", "--as-of", "2026-13-01"),
    "institution": ("check", "好.xlsx", "--institution", "fund"),
    "sheet": ("check", "好.xlsx", "--sheet", "三季度"),
    "register": ("check", "好.xlsx", "--register", "complain"),
    "rules": ("check", "好.xlsx", "--rules", "没有.yaml"),
    "headings": ("check", "好.xlsx", "--headings", "没有.yaml"),
    "waivers": ("check", "好.xlsx", "--waivers", "没有.yaml"),
    "out folder": ("check", "好.xlsx", "--out", "没有/校验.xlsx"),
    "wrong password": ("check", "加密.xlsx", "--password", "不对"),
    "no password": ("check", "加密.xlsx"),
    "period": ("report", "complaint_quarterly", "好.xlsx", "--period", "2026Q5"),
    "report": ("report", "complaint_monthly", "好.xlsx", "--period", "2026Q1"),
    "template": ("report", "complaint_quarterly", "好.xlsx", "--period", "2026Q1", "--template", "没有.xlsx"),
    "base": ("report", "complaint_quarterly", "好.xlsx", "--period", "2026Q1", "--base", "没有.xlsx"),
    "codes": ("classify", "--text", FEE, "--codes", "没有.xlsx"),
    "nothing to classify": ("classify",),
    "both to classify": ("classify", "好.xlsx", "--text", FEE),
    "deadline": ("due", "--deadline", "decison", "--set", "received_on=2025-01-15"),
    "deadline of a register": ("due", "好.xlsx", "--deadline", "decison"),
    "nothing set": DECISION,
    "no equals sign": (*DECISION, "--set", "received_on"),
    "ambiguous date": (*DECISION, "--set", "received_on=1/5/2025"),
    "unknown column": (*DECISION, "--set", "recieved_on=2025-01-15"),
    "unknown value": (*DECISION, "--set", "received_on=2025-01-15", "--set", "complexity=hard"),
    "no start": (*DECISION, "--set", "complexity=simple"),
    "not announced": ("due", "--deadline", "regulator_transfer", "--set", "regulator_received_on=2026-12-25"),
}


@pytest.mark.parametrize("words", FAILURES.values(), ids=FAILURES.keys())
def test_a_failure_is_one_chinese_sentence(words, desk):
    Path("空.txt").write_text("没有表格", encoding="utf-8")
    with Path("加密.xlsx").open("wb") as stream:
        OOXMLFile(io.BytesIO(Path("好.xlsx").read_bytes())).encrypt("密码123", stream)
    before = sorted(desk.iterdir())
    ran = run(*words)
    assert (ran.code, ran.out) == (2, ""), ran
    assert len(ran.err.splitlines()) == 1
    assert CHINESE.search(ran.err)
    assert "Traceback" not in ran.err
    assert sorted(desk.iterdir()) == before


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("chek", "好.xlsx"), "没有 chek 这个命令，是否想写 check？"),
        (("check",), "缺少 台账。"),
        (("report", "complaint_quarterly", "好.xlsx"), "缺少 --period。"),
        (("check", "好.xlsx", "--overwrit"), "没有 --overwrit 这个选项，是否想写 --overwrite？"),
        (("check", "好.xlsx", "--out"), "--out 后面要写它的值。"),
        (("check", "我的", "台账.xlsx"), "多出了 台账.xlsx；文件名中有空格的，请用引号括起。"),
    ],
)
def test_a_mistyped_command_is_answered_in_chinese(words, sentence):
    ran = run(*words)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.splitlines() == [sentence, "用法见：xiaobao --help"]


def test_an_unexpected_error_names_its_place_and_no_data(monkeypatch):
    def broken(*_, **__):
        raise KeyError("13800000001")

    monkeypatch.setattr(tasks, "check", broken, raising=False)
    ran = run("check", "好.xlsx")
    assert ran.code == 2
    assert ran.err.startswith("程序内部出错（KeyError，test_cli.py:")
    assert "13800000001" not in ran.err


class TestPassword:
    def test_opens_with_its_password(self):
        with Path("加密.xlsx").open("wb") as stream:
            OOXMLFile(io.BytesIO(Path("好.xlsx").read_bytes())).encrypt("密码123", stream)
        assert run("check", "加密.xlsx", "--password", "密码123", *DAY).code == 0
        assert "密码不对" in run("check", "加密.xlsx", "--password", "密码", *DAY).err


class TestJson:
    def test_check(self):
        told = data(run("check", "超期.xlsx", *DAY, "--json", "-"))
        assert told["receipt"]["rows_read"] == told["receipt"]["rows_used"] + told["receipt"]["rows_skipped"] == 2
        [finding] = told["findings"]
        assert {"file", "sheet", "cell", "row", "column", "check", "level", "message", "source", "value"} <= set(
            finding
        )
        place = [finding[part] for part in ("file", "sheet", "cell", "row", "column", "key")]
        assert place == ["超期.xlsx", "消费投诉台账", "Q3", 3, "notified_on", "TS-2"]
        assert (finding["check"], finding["level"]) == ("complaint.decided_in_time", "error")

    def test_private_values_are_masked(self):
        write("电话.xlsx", IN_ORDER | {"联系电话": "1380000"})
        ran = run("check", "电话.xlsx", *DAY, "--json", "-")
        [finding] = data(ran)["findings"]
        assert finding["check"] == "complaint.phone_valid"
        assert "1380000" not in ran.out
        assert "赵一" not in ran.out

    def test_classify_a_register(self):
        told = data(run("classify", "好.xlsx", "--json", "-"))
        [row] = told["rows"]
        assert {"row", "key", "product_line", "reason", "product_line_score", "reason_score", "confident", "not_complaint",
                "evidence", "product_line_detail"} <= set(row)  # fmt: skip
        assert (row["row"], row["key"], row["product_line"], row["not_complaint"]) == (2, "TS-1", "信用卡", False)
        assert row["evidence"]["product_line"][0]["word"] in FEE
        assert 0 <= row["reason_score"] <= 1

    def test_classify_one_text_is_the_same_object(self):
        row = data(run("classify", "--text", FEE, "--json", "-"))
        [same] = data(run("classify", "好.xlsx", "--json", "-"))["rows"]
        assert {name: same[name] for name in row if name not in {"row", "key"}} == {
            name: value for name, value in row.items() if name not in {"row", "key"}
        }

    def test_classify_says_when_it_is_no_complaint(self):
        row = data(run("classify", "--text", "想问一下你们网点周末几点开门", "--json", "-"))
        assert row["not_complaint"] is True
        assert row["not_complaint_kind"] == "咨询"

    def test_an_insurer_has_schemes_of_its_own(self):
        row = data(run("classify", "--institution", "insurer", "--text", "车险理赔拖了三个月不赔", "--json", "-"))
        assert (row["product_line"], row["reason"]) == ("机动车辆保险", "理赔纠纷")

    def test_due(self):
        told = data(run("due", "超期.xlsx", *DAY, "--deadline", "decision", "--json", "-"))
        assert [
            [row[part] for part in ("row", "cell", "key", "deadline", "due_on", "status", "days_left")]
            for row in told["rows"]
        ] == [
            [2, "C2", "TS-1", "decision", "2026-03-17", "按时办结", None],
            [3, "C3", "TS-2", "decision", "2026-03-17", "已超期", -3],
        ]
        assert "已超期 3 日" in told["rows"][1]["explanation"]

    def test_report(self):
        told = data(
            run(
                "report",
                "complaint_quarterly",
                "超期.xlsx",
                "--period",
                "2026Q1",
                "--as-of",
                "2026-04-02",
                "--json",
                "-",
            )
        )
        assert told["receipt"]["rows_used"] == 2
        figures = {figure["figure"]: figure for figure in told["figures"] if not figure["member"]}
        assert figures["received"]["value"] == 2
        assert figures["received"]["keys"] == ["TS-1", "TS-2"]
        assert figures["overdue_at_end"]["keys"] == ["TS-2"]
        [sheet, cell] = figures["received"]["cell"].split("!")
        filled = load_workbook("消费投诉季度统计表_2026年第一季度.xlsx")
        assert filled[sheet][cell].value == 2
        assert all(foot["holds"] for foot in told["cross_foots"])

    def test_rules(self):
        told = data(run("rules", "--json", "-"))
        assert told["registers"]["complaint"] == "消费投诉台账"
        assert list(told["checks"]) == list(told["registers"])
        assert told["categories"]["reason"] == "投诉原因"
        assert len(told["checks"]["complaint"]) >= 50

    def test_into_a_file(self):
        ran = run("check", "超期.xlsx", *DAY, "--json", "结果.json")
        assert "超期" in ran.out
        assert len(json.loads(Path("结果.json").read_text(encoding="utf-8"))["findings"]) == 1


WRITERS = {
    "check": (("check", "好.xlsx", "--out", "新.xlsx"), "新.xlsx"),
    "check json": (("check", "好.xlsx", "--json", "新.json"), "新.json"),
    "classify": (("classify", "好.xlsx", "--out", "新.xlsx"), "新.xlsx"),
    "due": (("due", "好.xlsx", "--out", "新.xlsx"), "新.xlsx"),
    "due ics": (("due", "好.xlsx", "--out", "另.xlsx", "--ics", "新.ics"), "新.ics"),
    "due ics beside": (("due", "好.xlsx", "--out", "新.xlsx"), "新.ics"),
    "report": (
        ("report", "complaint_quarterly", "好.xlsx", "--period", "2026Q1"),
        "消费投诉季度统计表_2026年第一季度_底稿.xlsx",
    ),
    "blank": (("blank", "新.xlsx"), "新.xlsx"),
}


class TestNothingIsOverwritten:
    @pytest.mark.parametrize(("words", "target"), WRITERS.values(), ids=WRITERS.keys())
    def test_unasked(self, words, target, desk):
        Path(target).write_bytes(b"hers")
        before = sorted(desk.iterdir())
        ran = run(*words)
        assert ran.code == 2
        assert ran.err.startswith(f"{target}：已存在，未覆盖；")
        assert Path(target).read_bytes() == b"hers"
        assert sorted(desk.iterdir()) == before
        assert run(*words, "--overwrite").code == 0
        assert Path(target).read_bytes() != b"hers"

    @pytest.mark.parametrize("option", ["--out", "--json"])
    @pytest.mark.parametrize("verb", ["check", "classify", "due"])
    def test_the_register_itself_never(self, verb, option):
        before = Path("好.xlsx").read_bytes()
        ran = run(verb, "好.xlsx", option, "./好.xlsx", "--overwrite")
        assert ran.code == 2
        assert "这是原文件，不能覆盖" in ran.err
        assert Path("好.xlsx").read_bytes() == before


class TestDueCalculator:
    def test_reading_a_decides_and_b1_is_shown_beside(self):
        row, *others = data(
            run(*DECISION, "--set", "received_on=2025-01-15", "--set", "complexity=simple", "--json", "-")
        )["rows"]
        assert (row["due_on"], row["wide_due_on"], others) == ("2025-01-30", "2025-02-05", [])

    def test_titles_do_as_well_as_ids(self):
        ran = run(*DECISION, "--set", "收到日期=2025年1月15日", "--set", "复杂程度=简单", "--as-of", "2025-01-20")
        assert ran.code == 0
        assert ran.out.splitlines()[-1] == "届满日：2025-01-30，未到期"
        assert "顺延则为 2025-02-05，仅供参考" in ran.out

    def test_an_empty_complexity_is_simple_and_said_to_be(self):
        assert "复杂程度未填，按简单投诉限 15 日" in run("due", "--set", "received_on=2025-01-15").out

    def test_a_year_without_a_calendar_is_not_guessed(self):
        ran = run("due", "--deadline", "regulator_transfer", "--set", "regulator_received_on=2026-12-25")
        assert ran.code == 2
        assert "日历未公布" in ran.err
        assert "2027" not in ran.err.replace("2026", "")

    def test_a_week_that_is_announced_is_counted(self):
        ran = run("due", "--deadline", "regulator_transfer", "--set", "regulator_received_on=2025-09-26", "--json", "-")
        assert data(ran)["rows"][0]["due_on"] == "2025-10-13"


class TestRules:
    BAD = """\
extends: shipped
laws: {}
registers:
  complaint:
    checks:
      key_filled: {kind: required, columns: [a]}
      odd: {kind: requird, columns: [a]}
"""

    def test_every_mistake_is_named_with_its_place(self):
        Path("坏.yaml").write_text(self.BAD, encoding="utf-8")
        ran = run("rules", "--rules", "坏.yaml")
        assert (ran.code, ran.out) == (2, "")
        lines = ran.err.splitlines()
        assert sorted(line.split(": ")[0] for line in lines[:-1]) == ["坏.yaml:2:1", "坏.yaml:6:7", "坏.yaml:7:19"]
        assert "registers.complaint.checks.odd.kind: 不认识的 kind requird" in ran.err
        assert "是否想写 required？" in ran.err
        assert lines[-1] == "共 3 处错误，改好后再运行。"

    def test_a_reference_to_nothing_is_named_as_well(self):
        text = "extends: shipped\nregisters:\n  complaint:\n    checks:\n      odd: {kind: required, columns: [recived_on]}\n"
        Path("坏.yaml").write_text(text, encoding="utf-8")
        ran = run("check", "好.xlsx", "--rules", "坏.yaml")
        assert ran.code == 2
        assert ran.err.startswith("坏.yaml:5:7: registers.complaint.checks.odd: 列 recived_on 没有定义；")
        assert "是否想写 received_on？" in ran.err

    def test_the_shipped_rules_are_in_order(self):
        ran = run("rules", "--quiet")
        assert ran.code == 0
        assert re.fullmatch(r"规则 2026-\d\d-\d\d，写法无误。.+\n", ran.out)


def test_quiet_prints_the_conclusion_only():
    assert run("check", "超期.xlsx", *DAY, "--quiet").out == "共 2 件：错误 1、提示 0。\n"
    assert len(run("classify", "好.xlsx", "--quiet").out.splitlines()) == 2


def test_version():
    assert re.fullmatch(r"xiaobao-xl \S+，规则 \d{4}-\d\d-\d\d\n", run("--version").out)


@pytest.mark.parametrize(
    "command", [(), ("check",), ("classify",), ("due",), ("report",), ("blank",), ("rules",), ("demo",)]
)
def test_help_is_in_chinese_and_shows_an_example(command):
    ran = run(*command, "--help")
    assert ran.code == 0
    assert CHINESE.search(ran.out)
    assert "\n  xiaobao " in ran.out or "：  xiaobao " in ran.out


class TestHeadings:
    """An institution's own headings, mapped once in headings.yaml beside the register."""

    def test_own_headings_are_read_and_others_set_aside(self):
        book = Workbook()
        book.active.append(["客诉流水", "客诉登记日", "反映的情况", "投诉人姓名", "内部打分"])
        book.active.append(["TS-1", date(2026, 3, 2), FEE, "赵一", "A"])
        book.save("本行.xlsx")
        text = "本行版式: {客诉流水: 投诉编号, 客诉登记日: received_on, 反映的情况: 投诉内容, 内部打分: 不读}"
        Path("headings.yaml").write_text(text, encoding="utf-8")
        [sheet] = data(run("check", "本行.xlsx", *DAY, "--json", "-"))["receipt"]["sheets"]
        assert sheet["columns"] == {"complaint_no": "A", "received_on": "B", "text": "C", "complainant_name": "D"}
        assert sheet["unknown_headings"] == {}

    def test_a_column_nobody_knows_is_refused_with_a_guess(self):
        Path("headings.yaml").write_text("本行版式: {反映的情况: 投诉内荣}", encoding="utf-8")
        ran = run("check", "好.xlsx")
        assert ran.code == 2
        assert "是否想写 投诉内容？" in ran.err


class TestWaivers:
    """From finding to waiver and back, as the officer goes about it."""

    def fingerprint(self) -> str:
        assert run("check", "超期.xlsx", *DAY, "--out", "校验.xlsx").code == 1
        cells = [str(cell.value) for row in load_workbook("校验.xlsx")["校验结果"].iter_rows() for cell in row]
        [mark] = [cell for cell in cells if re.fullmatch(r"W[0-9a-f]{11}", cell)]
        return mark

    def waive(self, expires_on: str) -> None:
        waiver = {
            "check": "complaint.decided_in_time",
            "key": "TS-2",
            "fingerprint": self.fingerprint(),
            "reason": "系统外已告知",
            "approver": "王主任",
            "expires_on": expires_on,
        }
        Path("waivers.yaml").write_text(json.dumps([waiver], ensure_ascii=False), encoding="utf-8")  # JSON is YAML

    def test_an_accepted_finding_is_silent_and_counted(self):
        self.waive("2026-12-31")
        told = run("check", "超期.xlsx", *DAY)
        assert told.code == 0
        assert "豁免 1 条" in told.out

    def test_it_speaks_again_when_its_term_is_over(self):
        self.waive("2026-03-19")
        told = run("check", "超期.xlsx", *DAY)
        assert told.code == 1
        assert "已于 2026-03-19 到期" in told.out

    def test_it_speaks_again_when_the_row_has_changed(self):
        self.waive("2026-12-31")
        write("超期.xlsx", IN_ORDER, OVERDUE | {"投诉人姓名": "钱二"})
        assert run("check", "超期.xlsx", *DAY).code == 1
