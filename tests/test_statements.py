"""保险消费投诉季度统计表 and 年度投诉情况: small registers a lawyer can read, and the finished workbooks."""

from __future__ import annotations

import csv
import random
import shutil
import subprocess
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from openpyxl import load_workbook
from small_registers import register_of

from xiaobao_xl import resources
from xiaobao_xl.figures.counting import count
from xiaobao_xl.figures.kinds import split_term
from xiaobao_xl.figures.values import Figures, Value
from xiaobao_xl.periods import parse_period
from xiaobao_xl.rules import Rules
from xiaobao_xl.workbook.filling import Filled, fill
from xiaobao_xl.workbook.recounting import recounted
from xiaobao_xl.workbook.working_paper import Stamp, write_working_paper

CASES: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "cases/statements.yaml").read_text(encoding="utf-8")
)
STAMP = Stamp(program="xiaobao-xl", rules_version="1", rules_sha256="0" * 64, as_of="2026-10-10")
BASES = {
    "营业网点数": 126, "个人客户数": 2_154_000, "保费收入[车险]": 18.62e8, "保费收入[普通人寿保险]": 22.5e8, "保费收入[疾病保险]": 6.31e8,
    "保单数量[车险]": 912_000, "保单数量[普通人寿保险]": 480_000, "承保人次[疾病保险]": 280_000, "机构保费收入[江宁支公司]": 12e8,
}  # fmt: skip


def counted(rules: Rules, report: str, rows: list[dict[str, Any]], period: str, base: Mapping[str, float]) -> Figures:
    register = register_of(rows, rules.registers["complaint"], rules.categories)
    context = rules.context(date(2026, 10, 10))
    return count(report, rules.reports[report], [register], parse_period(period), context, base_table=base)


def term(figures: Figures, name: str) -> Value:
    title, members = split_term(name)
    figure = figures.id_of(title)
    assert figure is not None, title
    member = figures.member_of(figure, members)
    assert member is not None, name
    return figures.values[figure][member]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case(rules: Rules, case: Mapping[str, Any]) -> None:
    figures = counted(rules, case["report"], case["register"], case["period"], case.get("base", {}))
    for name, expected in case["figures"].items():
        value = term(figures, name).value
        assert value == (
            None if expected == "无" else pytest.approx(expected) if isinstance(expected, float) else expected
        )
    for name, keys in case.get("rows", {}).items():
        assert figures.keys_of(term(figures, name)) == keys, name
    assert all(foot.holds or foot.unchecked for foot in figures.footings)
    told = "\n".join(finding.message for finding in figures.findings)
    assert [words for words in case.get("says", []) if words not in told] == []


def invented(seed: int = 5) -> list[dict[str, Any]]:
    """Two years of an invented institution's complaints."""
    choose = random.Random(seed)  # noqa: S311  (a reproducible sample)
    words = {
        "险种": ["机动车辆保险", "普通人寿保险", "疾病保险", "保证保险", None], "纠纷类型": ["理赔纠纷", "销售纠纷", "退保纠纷", "其他"],
        "被投诉机构": ["江宁支公司", "吴中支公司", "锡山支公司"], "投诉业务类别": ["信用卡", "贷款", "自营理财", "银行卡"],
        "投诉原因": ["因定价收费引起的投诉", "因营销方式和手段引起的投诉", None], "投诉来源": ["客服电话", "金融监管部门转办", "来信"],
        "投诉业务办理渠道": ["营业现场", "网银", "电子渠道", "中、后台业务渠道"], "所在地区": ["南京市", "苏州市", "无锡市", None],
        "赔付金额": [0, 88.5, 1200, 3456.78], "是否重复投诉": ["是", "否"], "投诉是否成立": ["是", "否"],
    }  # fmt: skip
    rows = []
    for number in range(240):
        received = date(2025, 1, 1) + timedelta(days=choose.randrange(638))
        ended = received + timedelta(days=choose.choice([3, 9, 14, 20]))
        row: dict[str, Any] = {"投诉编号": f"T{number:03d}", "收到日期": received}
        row |= {name: choose.choice(known) for name, known in words.items()}
        way = choose.choice([["办结日期", "告知日期"], ["办结日期", "告知日期"], ["撤回日期"], ["不予受理日期"], []])
        rows.append(row | dict.fromkeys(way, ended))
    return rows


@pytest.fixture(params=[("insurance_quarterly", "2026Q3"), ("complaint_annual", "2025")], ids=lambda one: one[0])
def finished(rules: Rules, request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Figures, Filled, Path]:
    report, period = request.param
    figures = counted(rules, report, invented(), period, BASES)
    filled = fill(resources.template_path(report), figures, tmp_path / "报表.xlsx")
    return figures, filled, write_working_paper(tmp_path / "底稿.xlsx", figures, filled, STAMP)


def test_every_figure_is_printed_and_recounted(finished: tuple[Figures, Filled, Path]) -> None:
    figures, filled, paper = finished
    assert filled.findings == ()
    assert all(foot.holds for foot in figures.footings)
    assert [one for one in recounted(paper) if not one.agrees] == []
    sheets = load_workbook(filled.path).worksheets
    assert [cell.value for sheet in sheets for row in sheet for cell in row if "{{" in str(cell.value)] == []


def test_shares_of_the_annual_table_print_exactly_one_hundred(rules: Rules, tmp_path: Path) -> None:
    figures = counted(rules, "complaint_annual", invented(), "2025", BASES)
    filled = fill(resources.template_path("complaint_annual"), figures, tmp_path / "报表.xlsx")
    book = load_workbook(filled.path)
    for name in ("product_line_share", "reason_share", "channel_share", "source_share", "region_share"):
        printed = [book[one.sheet][one.cell].value for one in filled.cells if one.figure == name]
        assert round(sum(printed), 9) == 1.0
        assert printed == [round(share, 3) for share in printed]


@pytest.mark.skipif(shutil.which("soffice") is None, reason="needs LibreOffice")
def test_formulas_of_the_working_paper_agree_in_a_spreadsheet_program(
    finished: tuple[Figures, Filled, Path], tmp_path: Path
) -> None:
    *_, paper = finished
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    form = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
    command = ["soffice", profile, "--headless", "--convert-to", form, "--outdir", tmp_path, paper]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    lines = list(csv.reader((tmp_path / "底稿-指标.csv").read_text("utf-8").splitlines()))[3:]
    assert {line[12] for line in lines if len(line) > 12} == {"相符", ""}
    told = {line[7] for line in lines if len(line) > 12 and line[12] == "相符"}
    assert {"计件", "占比", "排名", "比率"} <= told
    assert told & {"舍入核对", "各项中位数"}
