"""Filings: reports delivered together, compared with each other complaint by complaint; hints for the analyst."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest
from command_line import run
from openpyxl import load_workbook
from small_books import changed, ordinary_rows, write_book
from small_registers import register_of

from xiaobao_xl.figures import counting
from xiaobao_xl.figures.hints import from_to, hints, period_before
from xiaobao_xl.figures.kinds import Flow, Total
from xiaobao_xl.figures.stacking import Prepared, stack
from xiaobao_xl.filings.figures import compared
from xiaobao_xl.filings.filing import Filing
from xiaobao_xl.periods import parse_period
from xiaobao_xl.reports import CrossFoot, Hints, Report
from xiaobao_xl.tasks import find_report, taking

AS_OF = date(2026, 10, 8)
WORDS = ("--period", "2026Q3", "--as-of", "2026-10-08")


def register(rules, rows):
    return register_of(rows, rules.registers["complaint"], rules.categories)


def counted(rules, rows, reports, period="2026Q3"):
    """Every report over the same rows."""
    registers = [register(rules, rows)]
    prepared = Prepared(stack(registers))
    return {
        name: counting.count(name, report, registers, parse_period(period), rules.context(AS_OF), prepared=prepared)
        for name, report in reports.items()
    }


def two_reports(rules, rows, **figures):
    """The quarterly report, and another of one figure, with the relation that both must be equal."""
    base = rules.reports["complaint_quarterly"]
    other = Report(title="另一张表", register="complaint", where=figures.pop("where", base.where), figures=figures)
    reports = {"complaint_quarterly": base, "other": other}
    term = figures.pop("_left", "received")
    relation = CrossFoot(left=(f"complaint_quarterly.{term}",), right=(f"other.{list(figures)[-1]}",), title="两表相同")
    filing = Filing(title="试报送", reports=tuple(reports), cross_foots={"same": relation})
    return compared("trial", filing, counted(rules, rows, reports), rules.categories)


RECEIVED = Flow(flow="received_on", title="收到")


class TestAcrossReports:
    def test_equal_reports_agree(self, rules):
        found = two_reports(rules, ordinary_rows(), received=RECEIVED)
        assert [footing.verdict for footing in found.footings] == ["平"]
        assert found.findings == []

    def test_a_complaint_counted_in_one_report_only_is_named_with_the_cell_that_keeps_it_out(self, rules):
        rows = changed(ordinary_rows(), "T017", 合并至编号="T016")
        found = two_reports(rules, rows, received=RECEIVED, where={"route": ("empty", "complaint")})
        broken, one = found.findings
        assert broken.level == "error"
        assert broken.message.startswith(
            "勾稽不平：《消费投诉季度统计表》本期收到 10 = 10，《另一张表》收到 11 = 11，相差 -1"
        )
        assert (one.key, one.row) == ("T017", 20)
        assert (
            one.message
            == "两表相同：投诉 T017 左边 《消费投诉季度统计表》本期收到 没有计入（合并至编号为T016）；右边计入 《另一张表》收到"
        )

    def test_a_planted_double_count_is_named(self, rules):
        rows = changed(ordinary_rows(), "T018", 投诉来源="金融监管部门转办", 是否监管转办="是")
        referred = {
            "_left": "regulator_referred",
            "by_source": Flow(flow="received_on", where={"source": ("regulator_12378",)}, title="来源"),
            "by_mark": Flow(flow="received_on", where={"is_regulator_referral": True}, title="标明"),
            "both": Total(total=("by_source", "by_mark"), title="转办"),
        }
        left = referred.pop("_left")
        found = two_reports(rules, rows, _left=left, **referred)
        broken, one = found.findings
        assert "《消费投诉季度统计表》监管转办 1 = 1，《另一张表》转办 2 = 2" in broken.message
        assert "T018 左边计入 《消费投诉季度统计表》监管转办；右边计入 《另一张表》转办（计 2）" in one.message

    def test_breaks_that_cancel_out_are_found_too(self, rules):
        rows = changed(changed(ordinary_rows(), "T017", 合并至编号="T016"), "T014", 投诉来源="媒体")
        other = Flow(flow="received_on", where={"source": ("hotline",)}, title="收到")
        found = two_reports(rules, rows, received=other, where={"route": ("empty", "complaint")})
        assert [footing.verdict for footing in found.footings] == ["抵消后相等"]
        told = {finding.key: finding.message for finding in found.findings if finding.key}
        assert "合并至编号为T016" in told["T017"]
        assert "投诉来源为媒体" in told["T014"]

    @pytest.mark.parametrize(
        ("cells", "reason"),
        [
            ({"收到日期": date(2026, 6, 1)}, "收到日期 2026-06-01 不在本期"),
            ({"收到日期": None}, "收到日期未填"),
            ({"事项性质": "举报"}, "事项性质为举报"),
        ],
    )
    def test_the_reason_is_the_cell_that_keeps_it_out(self, rules, cells, reason):
        other = Flow(flow="notified_on", title="告知")
        rows = changed(ordinary_rows(), "T017", **cells)
        found = two_reports(rules, rows, notified=other, where={})
        told = {finding.key: finding.message for finding in found.findings if finding.key}
        assert f"本期收到 没有计入（{reason}）" in told["T017"]


class TestShipped:
    def test_every_relation_between_reports_holds_over_an_invented_register(self, rules):
        rows = changed(changed(ordinary_rows(), "T017", 合并至编号="T016"), "T015", 撤回日期=date(2026, 7, 9))
        rows = changed(rows, "T020", 投诉原因="看不懂的原因", 投诉业务办理渠道=None, 是否监管转办="是")
        for name, filing in rules.filings.items():
            reports = {one: rules.reports[one] for one in filing.reports}
            period = "2026" if name == "year_end" else "2026Q3"
            found = compared(name, filing, counted(rules, rows, reports, period), rules.categories)
            assert {foot.id: foot.verdict for foot in found.footings if not foot.holds} == {}, name

    def test_a_name_may_be_an_id_or_a_title(self, rules):
        assert find_report(rules, "季度报送") == find_report(rules, "quarter_end") == "quarter_end"
        assert find_report(rules, "投诉原因统计表") == "reason_by_branch"

    def test_sharing_the_work_changes_no_number(self, rules):
        report, rows = rules.reports["complaint_quarterly"], ordinary_rows()
        apart = counting.count("x", report, [register(rules, rows)], parse_period("2026Q3"), rules.context(AS_OF))
        shared = counted(rules, rows, {"first": rules.reports["open_list"], "x": report})["x"]
        assert [(v.key, v.value) for v in shared] == [(v.key, v.value) for v in apart]


@pytest.mark.parametrize(
    ("filing", "told"),
    [
        ("reports: [complaint_quartely]", "报表 complaint_quartely 没有定义"),
        ("reports: [open_list]\n    cross_foots: {a: {left: [open_list.pendin], right: [open_list.overdue], title: 甲}}", "报表 open_list 没有指标 pendin"),
        ("reports: [open_list]\n    cross_foots: {a: {left: [received], right: [open_list.overdue], title: 甲}}", "应写成“报表.指标”"),
    ],
)  # fmt: skip
def test_mistakes_in_a_filing_are_told_with_their_place(tmp_path, filing, told):
    (tmp_path / "本行.yaml").write_text(
        f"extends: shipped\nfilings:\n  own:\n    title: 自定报送\n    {filing}\n", encoding="utf-8"
    )
    ran = run("rules", "--rules", str(tmp_path / "本行.yaml"))
    assert (ran.code, told in ran.err) == (2, True), ran
    assert "filings.own" in ran.err


class TestCommand:
    @pytest.fixture(scope="class")
    @classmethod
    def filed(cls, tmp_path_factory):
        """A small filing of three reports, one relation of which is wrong on purpose."""
        folder = tmp_path_factory.mktemp("filed")
        own = folder / "本行.yaml"
        own.write_text(
            "extends: shipped\nfilings:\n  small:\n    title: 小报送\n    reports: [complaint_quarterly, reason_by_branch, withdrawn_list]\n"
            "    cross_foots:\n"
            "      reasons: {each: reason, left: [complaint_quarterly.by_reason], right: [reason_by_branch.by_reason], title: 原因相同}\n"
            "      wrong: {left: [complaint_quarterly.received], right: [complaint_quarterly.closed], title: 收到等于办结}\n",
            encoding="utf-8",
        )
        book = write_book(folder / "台账.xlsx", ordinary_rows())
        words = ("report", "小报送", str(book), "--rules", str(own), *WORDS, "--out", str(folder / "报送"))
        return folder, words, run(*words)

    def test_every_report_comes_with_working_paper_and_record(self, filed):
        folder, _, ran = filed
        assert ran.code == 1, ran  # the relation that is wrong
        names = {path.name for path in (folder / "报送").iterdir()}
        for title in ("消费投诉季度统计表", "投诉原因统计表", "撤回投诉清单"):
            name = f"{title}_2026年第三季度"
            assert {f"{name}.xlsx", f"{name}_底稿.xlsx", f"报送记录_{name}.json"} <= names
        assert {"勾稽核对_小报送_2026年第三季度.xlsx", "报送清单_小报送_2026年第三季度.json"} <= names
        assert len(names) == 11

    def test_the_screen_tells_the_broken_relation_and_its_complaints(self, filed):
        out = filed[2].out
        assert "表间［不平］收到等于办结" in out
        assert (
            "T018 左边计入 《消费投诉季度统计表》本期收到；右边 《消费投诉季度统计表》本期办结 没有计入（办结日期未填）"
            in out
        )
        assert "小报送：报表 3 张，表间勾稽 2 条，平 1 条" in out

    def test_the_workbook_of_relations_has_them_too(self, filed):
        book = load_workbook(filed[0] / "报送" / "勾稽核对_小报送_2026年第三季度.xlsx")
        assert book.sheetnames == ["总览", "表间勾稽", "表内勾稽", "需要注意"]
        told = [row for row in book["表间勾稽"].iter_rows(min_row=4, values_only=True) if row[0]]
        assert [row[4] for row in told if not row[0].startswith("　")] == ["平", "不平"]
        assert any("T018（第19行）" in row[0] for row in told)
        overview = list(book["总览"].iter_rows(min_row=4, max_col=6, values_only=True))
        assert [row[0] for row in overview] == ["消费投诉季度统计表", "投诉原因统计表", "撤回投诉清单"]

    def test_the_register_was_read_once(self, filed, monkeypatch, tmp_path):
        opened, original = [], taking.open_registers
        monkeypatch.setattr(taking, "open_registers", lambda *words: opened.append(1) or original(*words))
        run(*filed[1][:-1], str(tmp_path / "再来"))
        assert opened == [1]

    def test_the_list_is_verified_as_a_whole(self, filed):
        folder, words, _ = filed
        listed = folder / "报送" / "报送清单_小报送_2026年第三季度.json"
        ran = run("verify", str(listed), *words[3:5], "--quiet")
        assert (ran.code, ran.out.count("相符：")) == (0, 3), ran
        assert len(json.loads(listed.read_text(encoding="utf-8"))["files"]) == 10

    def test_nothing_is_written_where_a_file_stands_already(self, filed):
        folder, words, _ = filed
        before = {path: path.stat().st_mtime_ns for path in (folder / "报送").iterdir()}
        ran = run(*words)
        assert (ran.code, "已存在，未覆盖" in ran.err) == (2, True)
        assert {path: path.stat().st_mtime_ns for path in (folder / "报送").iterdir()} == before

    def test_one_template_cannot_serve_many_reports(self, filed):
        ran = run(*filed[1], "--template", "表.xlsx")
        assert (ran.code, "不能用 --template" in ran.err) == (2, True)


class TestHints:
    def figures(self, rules, rows, settings):
        report = replace(rules.reports["complaint_quarterly"], hints=settings)
        registers = [register(rules, rows)]
        prepared, context = Prepared(stack(registers)), rules.context(AS_OF)
        found = counting.count(
            "complaint_quarterly", report, registers, parse_period("2026Q3"), context, prepared=prepared
        )
        return found, period_before(found, context, prepared)

    def rows(self, **counts):
        """Complaints of the second and third quarter by unit: (before, now)."""
        days = {0: date(2026, 5, 6), 1: date(2026, 8, 6)}
        pairs = [(unit, days[place]) for unit, both in counts.items() for place in (0, 1) for _ in range(both[place])]
        base = ordinary_rows(1)[0]
        return [
            {
                **base,
                "投诉编号": f"H{number:03d}",
                "被投诉机构": unit,
                "收到日期": day,
                "办结日期": day,
                "告知日期": day,
            }
            for number, (unit, day) in enumerate(pairs)
        ]

    def test_a_small_base_is_said_before_its_percentage(self, rules):
        figures, before = self.figures(rules, self.rows(城东支行=(3, 9), 城西支行=(40, 44)), Hints(of=("by_unit",)))
        told = [finding.message for finding in hints(figures, figures.report.hints, before)]
        assert "按机构较上期（2026年第二季度）：城东支行由 3 件增至 9 件（基数小，百分比仅供参考）" in told
        assert not any("城西支行" in message for message in told)
        assert all(finding.level == "note" for finding in hints(figures, figures.report.hints, before))

    def test_a_printed_percentage_of_a_small_base_is_explained(self, rules):
        figures, before = self.figures(rules, self.rows(城东支行=(3, 9)), Hints())
        told = [finding.message for finding in hints(figures, Hints(), before)]
        assert "收到环比 +200.0%：由 3 件增至 9 件（基数小，百分比仅供参考）" in told

    def test_a_unit_far_above_the_others_is_named_with_the_setting(self, rules):
        rows = self.rows(甲=(1, 4), 乙=(1, 5), 丙=(1, 6), 丁=(1, 5), 戊=(1, 30))
        figures, _ = self.figures(rules, rows, Hints(of=("by_unit",)))
        (told,) = [finding.message for finding in hints(figures, figures.report.hints) if "明显高于" in finding.message]
        assert told.startswith("按机构明显高于其他：戊 30 件（中位数 5 件，界限 10.2 件")
        assert "本工具的分析设置" in told

    def test_the_report_shows_them_as_notes(self, tmp_path):
        book = write_book(tmp_path / "台账.xlsx", self.rows(城东支行=(3, 9), 城西支行=(40, 44)))
        ran = run("report", "complaint_quarterly", str(book), *WORDS, "--out", str(tmp_path))
        assert "[说明] 按机构较上期（2026年第二季度）：城东支行由 3 件增至 9 件（基数小，百分比仅供参考）" in ran.out

    def test_four_units_are_too_few_to_single_one_out(self, rules):
        figures, _ = self.figures(rules, self.rows(甲=(1, 4), 乙=(1, 5), 丙=(1, 6), 戊=(1, 30)), Hints(of=("by_unit",)))
        assert not [finding for finding in hints(figures, figures.report.hints) if "明显高于" in finding.message]

    def test_without_the_period_before_nothing_is_compared(self, rules):
        figures, before = self.figures(rules, self.rows(甲=(0, 9)), Hints(of=("by_unit",)))
        assert before is None
        assert not [finding for finding in hints(figures, figures.report.hints, before) if "较上期" in finding.message]

    @pytest.mark.parametrize(
        ("before", "now", "told"),
        [
            (12, 9, "由 12 件减至 9 件（-25.0%）"),
            (5, 5, "保持 5 件（基数小，百分比仅供参考）"),
            (0, 2, "由 0 件增至 2 件（上期为零，不计算百分比）"),
        ],
    )
    def test_words(self, before, now, told):
        assert from_to(before, now, 10) == told
