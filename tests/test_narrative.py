"""Reports in sentences: every number is a figure's, charts too; an edited text is held against the figures."""

from __future__ import annotations

import copy
import io
import re
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from zipfile import ZipFile

import docx
import pytest
from command_line import run
from docx.oxml.ns import qn
from lxml import etree
from openpyxl import load_workbook
from openpyxl.chart.chartspace import ChartSpace
from openpyxl.chart.reader import read_chart
from openpyxl.xml.functions import fromstring

from xiaobao_xl import resources, tasks
from xiaobao_xl.documents.charts import plot_of
from xiaobao_xl.documents.facts import Facts, Tag, shortened
from xiaobao_xl.documents.narrative import narrate
from xiaobao_xl.documents.numerals import numerals
from xiaobao_xl.documents.phrases import Chart
from xiaobao_xl.documents.proofreading import proofread
from xiaobao_xl.documents.reading import passages
from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.figures.kinds import Change
from xiaobao_xl.periods import parse_period
from xiaobao_xl.tasks.narrating import facts_of

SAMPLE, CLEAN = "投诉台账_样例.xlsx", "投诉台账_规范样例.xlsx"
CASES = [
    ("complaint_quarterly", SAMPLE, "2026Q3"), ("complaint_quarterly", CLEAN, "2026Q3"), ("complaint_quarterly", CLEAN, "2025Q1"),
    ("complaint_quarterly", SAMPLE, "2026-08"), ("complaint_annual", SAMPLE, "2026"), ("complaint_annual", CLEAN, "2024"),
]  # fmt: skip
TEMPLATE = resources.document_path("complaint_quarterly")
NAMESPACES = {"c": "http://schemas.openxmlformats.org/drawingml/2006/chart"}


def counted(rules, report, sample, period):
    wanted = tasks.Wanted(report=report, period=period, texts={"institution": "望澜银行"})
    return tasks.report(rules, [resources.sample_path(sample)], tasks.Reading(), wanted, date(2026, 9, 30))


@pytest.fixture(scope="module")
def facts(rules) -> Facts:
    return facts_of(counted(rules, *CASES[0]))


@pytest.fixture(scope="module")
def written(facts, tmp_path_factory) -> Path:
    return narrate(TEMPLATE, facts, tmp_path_factory.mktemp("text")).path


@pytest.fixture
def report(written, tmp_path) -> Path:
    """A finished text in a folder of its own."""
    return Path(shutil.copy(written, tmp_path))


@pytest.fixture(params=CASES, ids="-".join, scope="module")
def case(request, rules, tmp_path_factory):
    """Facts and the finished text of every kind of period."""
    found = facts_of(counted(rules, *request.param))
    return found, narrate(resources.document_path(request.param[0]), found, tmp_path_factory.mktemp("texts")).path


def template(path, *lines, rows=()):
    document = docx.Document()
    for line in lines:
        document.add_paragraph(line)
    for row in rows:
        cells = document.add_table(1, len(row)).rows[0].cells
        for cell, text in zip(cells, row, strict=True):
            cell.text = text
    document.save(path)
    return path


def texts(path):
    return [passage.text for passage in passages(path)]


def told(facts, tmp_path, *lines, rows=()):
    """The paragraphs a template of these lines becomes."""
    return texts(narrate(template(tmp_path / "模板.docx", *lines, rows=rows), facts, tmp_path, overwrite=True).path)


def edited(path, change):
    document = docx.Document(path)
    change(document.element.body)
    out = path.with_name("改过.docx")
    document.save(out)
    return out


def controls(body, tag):
    return [one for one in body.iter(qn("w:sdt")) if one.find(f"{qn('w:sdtPr')}/{qn('w:tag')}").get(qn("w:val")) == tag]


def write(control, text):
    control.find(f".//{qn('w:t')}").text = text


def typed(facts, tmp_path, *lines):
    """What is found in a text typed without content controls."""
    document = docx.Document()
    for line in lines:
        document.add_paragraph(line)
    document.save(tmp_path / "手写.docx")
    return proofread(tmp_path / "手写.docx", facts)


class TestFinishedText:
    def test_every_bound_number_is_its_figure_printed(self, case):
        facts, path = case
        found = [
            (p.text[s.start : s.end], facts.tag_of(s.tag), s.was)
            for p in passages(path)
            for s in p.spans
            if s.tag != "note"
        ]
        assert len(found) > 8
        assert [one for one in found if one[1] is None or one[0] != one[2]] == []
        plain = [(text, tag) for text, tag, _ in found if not tag.form and not isinstance(facts.value(tag).value, str)]
        for text, tag in plain:
            [number] = numerals(text)
            unit = facts.figures.spec(tag.figure).unit
            assert number.agrees(facts.value(tag).value), (text, tag, unit)

    def test_proofreading_it_finds_nothing_and_leaves_nothing_out(self, case):
        facts, path = case
        found = proofread(path, facts)
        assert (found.untrue, found.unjudged) == ([], [])
        assert found.judged > 8

    def test_no_mark_is_left_and_every_part_is_well_formed(self, case):
        _, path = case
        with ZipFile(path) as packed:
            for name in packed.namelist():
                content = packed.read(name)
                assert b"{{" not in content or name.endswith(".xlsx")
                if name.endswith((".xml", ".rels")):
                    etree.fromstring(content)

    def test_numbers_of_controls_differ_and_tags_fit_words_limit(self, case):
        document = docx.Document(case[1])
        properties = [one.find(qn("w:sdtPr")) for one in document.element.body.iter(qn("w:sdt"))]
        numbers = [one.find(qn("w:id")).get(qn("w:val")) for one in properties]
        assert len(set(numbers)) == len(numbers)
        assert (
            max(len(one.find(qn(name)).get(qn("w:val"))) for one in properties for name in ("w:tag", "w:alias")) <= 64
        )

    def test_writing_twice_gives_the_same_bytes(self, facts, tmp_path):
        first, second = (
            narrate(TEMPLATE, facts, folder) for folder in (_made(tmp_path / "一"), _made(tmp_path / "二"))
        )
        assert first.path.read_bytes() == second.path.read_bytes()

    def test_an_existing_file_is_kept(self, report, facts):
        with pytest.raises(WorkbookError, match="已存在"):
            narrate(TEMPLATE, facts, report.parent)

    def test_shipped_templates_are_drawn_by_their_script(self, tmp_path, monkeypatch):
        monkeypatch.syspath_prepend(str(TEMPLATE.parent))
        import draw_narrative  # noqa: PLC0415  (a script beside the templates)
        import pages_of_text  # noqa: PLC0415

        for name, draw in draw_narrative.TEMPLATES.items():
            pages_of_text.save(draw(), tmp_path / "drawn.docx")
            assert (tmp_path / "drawn.docx").read_bytes() == resources.document_path(name).read_bytes()


def _made(folder):
    folder.mkdir()
    return folder


class TestSentences:
    def test_a_clause_without_a_number_is_left_out(self, facts, tmp_path):
        line = "收到{{ 本期收到 }}件；同比{{ 收到同比.变动 }}；另有{{ 不予受理 }}件。同比{{ 收到同比.变动 }}。"
        assert told(facts, tmp_path, line) == ["收到97件；另有3件。"]

    def test_the_last_clause_left_out_leaves_a_full_stop(self, facts, tmp_path):
        assert told(facts, tmp_path, "收到{{ 本期收到 }}件；同比{{ 收到同比.变动 }}。") == ["收到97件。"]

    def test_a_part_in_brackets_goes_alone(self, facts, tmp_path):
        line = "收到{{ 本期收到 }}件〔，环比{{ 收到环比.变动 }}〕〔，同比{{ 收到同比.变动 }}；真的〕，〔2026〕1号。"
        assert told(facts, tmp_path, line) == ["收到97件，环比上升29.3%，〔2026〕1号。"]

    def test_a_paragraph_and_a_heading_with_nothing_to_say_go(self, facts, tmp_path):
        document = docx.Document()
        for text, style in (
            ("同比", "Heading 1"),
            ("同比{{ 收到同比.变动 }}。", None),
            ("总数", "Heading 1"),
            ("{{ 本期收到 }}", None),
        ):
            document.add_paragraph(text, style=style)
        document.save(tmp_path / "模板.docx")
        assert texts(narrate(tmp_path / "模板.docx", facts, tmp_path).path) == ["总数", "97"]

    def test_why_there_is_no_number_can_be_said(self, facts, tmp_path):
        line = "{{ 收到同比.未算原因 }}，未作比较。{{ 收到环比.未算原因 }}，未作比较。"
        assert told(facts, tmp_path, line) == ["无去年同期数据（2025年第三季度），未作比较。"]

    def test_zero_can_have_words_of_its_own(self, facts, tmp_path):
        lines = (
            "重大{{ 重大投诉.非零 }}件。{{ 重大投诉.为零 }}没有重大投诉。",
            "{{ 本期收到.为零 }}没有投诉。群体{{ 群体性投诉.非零 }}件。",
        )
        assert told(facts, tmp_path, *lines) == ["没有重大投诉。", "群体1件。"]

    def test_a_change_from_a_small_number_is_told_in_numbers(self, facts, tmp_path):
        assert told(facts, tmp_path, "", rows=[("{{ 按机构.名称 }}", "{{ 按机构.变动 }}")]) == [
            "望澜银行南京分行", "上升31.4%", "望澜银行苏州分行", "上升5.3%", "望澜银行南通分行", "由7件增至12件",
            "望澜银行无锡分行", "下降7.7%", "望澜银行徐州分行", "由1件增至7件",
        ]  # fmt: skip

    def test_the_most_and_those_that_moved_are_ranked(self, facts, tmp_path):
        lines = told(facts, tmp_path, "{{ 按机构.前2 }}", "{{ 按机构.增加前2 }}", "{{ 按机构.减少前2 }}")
        assert lines == [
            "望澜银行南京分行46件（占47.4%）、望澜银行苏州分行20件（占20.6%）",
            "望澜银行南京分行由35件增至46件（上升31.4%）、望澜银行徐州分行由1件增至7件",
            "望澜银行无锡分行由13件减至12件（下降7.7%）",
        ]

    def test_a_mark_cut_into_runs_keeps_the_looks_of_its_beginning(self, facts, tmp_path):
        document = docx.Document()
        written = document.add_paragraph("收到")
        for part, is_bold in (("{{ 本期", True), ("收到 }", False), ("}件", False)):
            written.add_run(part).bold = is_bold
        document.save(tmp_path / "模板.docx")
        path = narrate(tmp_path / "模板.docx", facts, tmp_path).path
        [control] = controls(docx.Document(path).element.body, "received")
        assert texts(path) == ["收到97件"]
        assert control.find(f".//{qn('w:r')}/{qn('w:rPr')}/{qn('w:b')}") is not None

    def test_months_add_up_to_the_figure(self, facts):
        for name in ("received", "closed", "withdrawn"):
            months = facts.months[name]
            inside = [value for month, value in months.items() if month.start >= facts.figures.period.start]
            assert [value.value for value in inside] == [len(value.positions) for value in inside]
            assert sum(value.value for value in inside) == facts.figures.values[name][()].value

    def test_earlier_numbers_are_those_the_report_compares_with(self, rules):
        wanted = tasks.Wanted(report="complaint_quarterly", period="2026Q3")
        books = [resources.sample_path(CLEAN), resources.sample_path(SAMPLE)]  # the second serves the quarter before
        facts = facts_of(tasks.report(rules, books, tasks.Reading(), wanted, date(2026, 9, 30)))
        report = facts.figures.report
        changes = {
            name: one for name, one in report.figures.items() if isinstance(one, Change) and one.versus in facts.past
        }
        compared = {name: facts.figures.values[name][()].parts for name in changes}
        found = [
            (facts.past[changes[name].versus][changes[name].change][()], parts[1])
            for name, parts in compared.items()
            if parts
        ]
        assert len(found) == 2
        for earlier, part in found:
            assert earlier.value == part.value > 0
            assert list(earlier.positions) == list(part.positions)
        assert facts.months["received"][parse_period("2026-06")].value > 0

    @pytest.mark.parametrize(
        ("mark", "words"),
        [
            ("{{ 本期收道 }}", "没有定义；是否想写 本期收到"), ("{{ 按原因[没有] }}", "不属于该指标"), ("{{ 本期收到.走向 }}", "没有这种说法"),
            ("{{ 本期收到.前3 }}", "没有分类"), ("{{ 按原因.前 }}", "没有这种说法"), ("{{ [x] }}", "写法不对"), ("{{ 按原因[其他][其他] }}", "多于"),
        ],
    )  # fmt: skip
    def test_an_unknown_mark_is_named_with_its_place(self, facts, tmp_path, mark, words):
        with pytest.raises(WorkbookError, match=re.escape(words)) as mistake:
            told(facts, tmp_path, f"这一段{mark}")
        assert "模板.docx" in str(mistake.value)
        assert "这一段" in str(mistake.value)

    @pytest.mark.parametrize("line", ["收到{{ 本期收到 }件", "收到}}件", "收到｛｛ 本期收到 ｝｝件"])
    def test_braces_that_are_no_mark_are_refused(self, facts, tmp_path, line):
        with pytest.raises(WorkbookError, match="花括号不成对或是全角的"):
            told(facts, tmp_path, line)

    def test_a_mark_where_it_cannot_be_filled_is_refused(self, facts, tmp_path):
        document = docx.Document()
        paragraph = document.add_paragraph()
        link = paragraph._p.makeelement(qn("w:hyperlink"))
        link.append(paragraph.add_run("{{ 本期收到 }}")._r)
        paragraph._p.append(link)
        document.save(tmp_path / "模板.docx")
        with pytest.raises(WorkbookError, match="填不进数字"):
            narrate(tmp_path / "模板.docx", facts, tmp_path)

    def test_a_name_from_the_register_cannot_break_the_text(self, facts, tmp_path):
        figures = facts.figures
        titles = {**figures.axes["by_unit"][0].titles}
        titles[next(iter(titles))] = "{{ 甲 }}<w:t>&\x01支行"
        axes = {**figures.axes, "by_unit": (replace(figures.axes["by_unit"][0], titles=titles),)}
        odd = replace(facts, figures=replace(figures, axes=axes))
        assert told(odd, tmp_path, "{{ 按机构.前1 }}") == ["{{ 甲 }}<w:t>&支行46件（占47.4%）"]

    @pytest.mark.parametrize("content", [b"", b"no document", b"PK\x03\x04broken"])
    def test_a_broken_template_is_one_sentence(self, facts, tmp_path, content):
        (tmp_path / "坏.docx").write_bytes(content)
        with pytest.raises(WorkbookError, match="不是完好的"):
            narrate(tmp_path / "坏.docx", facts, tmp_path)


class TestCharts:
    def parts(self, path):
        with ZipFile(path) as packed:
            names = sorted(name for name in packed.namelist() if name.startswith("word/charts/chart"))
            return [(packed.read(name), self.book(packed, name)) for name in names]

    def book(self, packed, name):
        relations = etree.fromstring(packed.read(name.replace("charts/", "charts/_rels/") + ".rels"))
        target = relations[0].get("Target").replace("../", "word/")
        return load_workbook(io.BytesIO(packed.read(target)))["数据"]

    def test_cached_values_and_the_workbook_inside_are_the_figures(self, report, facts):
        kinds = (("走势图", ("received", "closed")), ("条形图", ("by_product_line",)), ("排列图", ("by_reason",)))
        parts = self.parts(report)
        assert len(parts) == 3
        for (xml, sheet), kind in zip(parts, kinds, strict=True):
            plot, tree = plot_of(Chart(*kind), facts), etree.fromstring(xml)
            for place, series in enumerate(tree.iterfind(".//c:ser", NAMESPACES)):
                cached = [float(v.text) for v in series.iterfind("c:val//c:pt/c:v", NAMESPACES)]
                names = [v.text for v in series.iterfind("c:cat//c:pt/c:v", NAMESPACES)]
                assert cached == list(plot.series[place].values)
                assert names == list(plot.categories)
                assert [row[place + 1].value for row in sheet.iter_rows(min_row=2)] == pytest.approx(cached)
                assert series.find("c:tx//c:v", NAMESPACES).text == sheet.cell(1, place + 2).value

    def test_bars_are_the_members_and_the_line_reaches_the_whole(self, facts):
        plot = plot_of(Chart("排列图", ("by_reason",)), facts)
        members = {m: v.value for m, v in facts.figures.values["by_reason"].items() if m and v.value}
        assert sorted(plot.series[0].values) == sorted(members.values())
        assert sum(plot.series[0].values) == facts.figures.values["received"][()].value
        assert plot.series[1].values[-1] == pytest.approx(1)

    def test_the_markup_is_what_the_schema_knows(self, report):
        for xml, _ in self.parts(report):
            tree = fromstring(xml)
            tree.remove(tree.find("c:externalData", NAMESPACES))  # openpyxl looks for its r:id without the r
            assert read_chart(ChartSpace.from_tree(tree)).series

    def test_elements_of_a_plot_area_stand_in_the_order_of_the_schema(self, report):
        order = ["layout", "barChart", "lineChart", "catAx", "valAx", "spPr"]
        for xml, _ in self.parts(report):
            found = [etree.QName(child).localname for child in etree.fromstring(xml).find(".//c:plotArea", NAMESPACES)]
            places = [order.index(name) if name not in {"catAx", "valAx"} else 3 for name in found]
            assert places == sorted(places)

    def test_titles_are_shortened_to_what_tells_them_apart(self):
        assert shortened(["贷款", "信用卡"]) == ["贷款", "信用卡"]


class TestEditedText:
    def test_a_changed_number_is_found_with_the_rows_behind_it(self, report, facts):
        path = edited(report, lambda body: write(controls(body, "received")[0], "123"))
        [found] = proofread(path, facts).untrue
        assert (found.said, found.now, found.was, found.behind) == ("123", "97", "97", 97)
        assert found.place == "“总体情况”下第1段"
        assert found.rows[0].startswith("WL2026")
        assert "本期收到：文中“123”，按现在的数据应为“97”" in found.line()

    def test_a_flipped_trend_word_is_found(self, report, facts):
        path = edited(report, lambda body: write(controls(body, "received_period_on_period.trend")[0], "下降"))
        [found] = proofread(path, facts).untrue
        assert (found.said, found.now) == ("下降", "上升")

    def test_another_word_for_the_same_trend_and_rounding_are_true(self, report, facts):
        def change(body):
            write(controls(body, "received_period_on_period.trend")[0], "增长")
            write(controls(body, "received_period_on_period.size")[0], "29%")
            write(controls(body, "disputed")[0], "61.95")
            controls(body, "disputed")[0].getnext().find(qn("w:t")).text = "万元。"

        assert proofread(edited(report, change), facts).untrue == []

    def test_a_moved_sentence_is_still_true(self, report, facts):
        def change(body):
            paragraphs = [p for p in body.findall(qn("w:p")) if p.find(qn("w:sdt")) is not None]
            body.insert(0, paragraphs[4])
            body.insert(3, copy.deepcopy(paragraphs[3]))

        assert proofread(edited(report, change), facts).untrue == []

    def test_a_deleted_control_leaves_text_that_is_read(self, report, facts):
        def change(body):
            control = controls(body, "received")[0]
            control.addprevious(control.find(f".//{qn('w:r')}"))
            control.getparent().remove(control)

        assert proofread(edited(report, change), facts).untrue == []

        def also(body):
            change(body)
            next(t for t in body.iter(qn("w:t")) if t.text == "97").text = "98"

        [found] = proofread(edited(report, also), facts).untrue
        assert (found.said, found.now, found.was) == ("98", "97", "")

    def test_a_number_under_the_wrong_title_is_found(self, report, facts):
        def change(body):
            paragraph = controls(body, "received")[0].getparent()
            for text in paragraph.iter(qn("w:t")):
                text.text = text.text.replace("本期收到投诉", "期末在办")

        [found] = [one for one in proofread(edited(report, change), facts).untrue if one.title == "期末在办"]
        assert (found.said, found.now) == ("97", "25")

    def test_what_is_struck_out_in_a_tracked_change_is_not_read(self, report, facts):
        def change(body):
            control = controls(body, "received")[0]
            run = control.find(f".//{qn('w:r')}")
            struck = run.makeelement(qn("w:del"))
            new = copy.deepcopy(run)
            new.find(qn("w:t")).text = "123"
            inserted = run.makeelement(qn("w:ins"))
            run.addprevious(struck)
            struck.append(run)
            run.find(qn("w:t")).tag = qn("w:delText")
            struck.addnext(inserted)
            inserted.append(new)

        [found] = proofread(edited(report, change), facts).untrue
        assert found.said == "123"

    def test_an_emptied_control_claims_nothing(self, report, facts):
        assert proofread(edited(report, lambda body: write(controls(body, "received")[0], "")), facts).untrue == []

    def test_a_text_of_another_period_is_refused(self, report, rules):
        other = facts_of(counted(rules, "complaint_quarterly", SAMPLE, "2026Q2"))
        with pytest.raises(WorkbookError, match="写的是2026年第三季度，现在按2026年第二季度核对"):
            proofread(report, other)

    def test_a_register_that_has_changed_is_told_from_an_edited_text(self, report, rules):
        clean = facts_of(counted(rules, "complaint_quarterly", CLEAN, "2026Q3"))
        found = {one.title: one for one in proofread(report, clean).untrue}
        assert "台账或规则有变动" in found["本期收到"].line()
        assert found["收到环比"].now.startswith("无此数（无上期数据")


class TestTypedText:
    @pytest.mark.parametrize(
        ("line", "said", "now"),
        [
            ("2026年第三季度，本期收到投诉123件。", "123", "97"),
            ("三季度我行共收到消费投诉98件，较上季度上升29.3%。", "98", "97"),
            ("本期收到投诉97件，环比上升5.2%。", "5.2%", "29.3%"),
            ("本期收到投诉97件，环比略有下降。", "下降", "上升"),
            ("收到环比下降29.3%。", "下降", "上升"),
            ("本期办结投诉８３件。", "８３", "82"),
            ("按时办结率为９８％。", "９８％", "92.7%"),
            ("赔付金额8.9万元。", "8.9万", "88,435.79"),
            ("平均办理天数为12天。", "12", "15.2"),
            ("本期收到的投诉中，信用卡14件，占13.4%。", "14", "13"),
            ("贷款投诉17件（占17.9%）。", "17.9%", "17.5%"),
            ("望澜银行南京分行45件。", "45", "46"),
            ("本期办结的投诉中，认定成立44件。", "44", "45"),
            ("本期收到的投诉中，监管转办24件，群体性投诉1件。", "24", "25"),
            ("本期收到投诉97件，环比上升29.3%，其中监管转办24件。", "24", "25"),
            ("本年累计收到253件，本年累计办结226件。", "226", "225"),
            ("本期收到投诉的涉及金额合计61.5万元。", "61.5万", "619,481.21"),
        ],
    )  # fmt: skip
    def test_what_is_not_true_is_found(self, facts, tmp_path, line, said, now):
        found = typed(facts, tmp_path, line)
        assert [(one.said, one.now) for one in found.untrue] == [(said, now)]

    @pytest.mark.parametrize(
        "line",
        [
            "2026年第三季度，本期收到投诉97件，环比上升29.3%；本期办结82件，环比上升24.2%。",
            "我行三季度共收到投诉97件，较上期增加22件。",
            "按时办结率92.7%，平均办理天数15天，赔付金额8.84万元。",
            "贷款投诉17件（占17.5%），信用卡13件，占13.4%。",
            "本期收到投诉约100件。",
            "本期收到投诉97件，环比上升29.3%，其中监管转办25件、群体性投诉1件。",
            "本期收到投诉的涉及金额合计619,481.21元。",
            "本年累计收到253件，本年累计办结225件。",
        ],
    )  # fmt: skip
    def test_what_is_true_is_not_flagged(self, facts, tmp_path, line):
        found = typed(facts, tmp_path, line)
        assert found.untrue == []

    @pytest.mark.parametrize(
        "line",
        [
            "上期本期收到投诉75件。",  # another period
            "望澜银行南京分行：本期收到46件，环比上升31.4%。",  # a part of the whole
            "信用卡中心收到投诉13件。",
            "7月收到投诉35件，8月收到29件。",
            "去年同期收到投诉12件。",
            "上半年本期收到投诉156件。",
            "电话渠道收到投诉12件。",
            "信用卡办结14件。",
            "望澜银行南京分行贷款投诉5件。",
            "收到表扬信3件。",
            "我行共有员工1200人，环比上升2%。",
            "预计全年收到投诉300件。",
            "全年收到投诉300件。",
            "人均办理投诉3件。",
            "期末在办投诉25件，其中重大投诉2件。",
            "本期办结82件，涉及金额20万元。",
            "本期收到投诉97件，其中按时办结3件。",
            "本季整改信用卡投诉流程缺陷，督办信用卡3件。",
            "监管转办投诉中，重大投诉2件。",
            "催收类投诉中，重大投诉2件，群体性投诉3件。",
            "重大投诉涉及金额合计50000元。",
            "本期办结的投诉中，涉及金额合计20万元。",
            "本期收到投诉近百件，较多的有12类。",
        ],
    )  # fmt: skip
    def test_what_is_not_understood_is_counted_and_not_judged(self, facts, tmp_path, line):
        found = typed(facts, tmp_path, line)
        assert found.untrue == []
        assert len(found.unjudged) == 1

    def test_a_sentence_under_the_name_of_a_unit_is_about_that_unit(self, facts, tmp_path):
        document = docx.Document()
        document.add_paragraph("望澜银行南京分行", style="Heading 1")
        document.add_paragraph("本期收到投诉46件，环比下降3%。")
        document.add_paragraph("重点", style="Heading 1")
        document.add_paragraph("信用卡情况如下。本期收到投诉13件。")
        document.save(tmp_path / "手写.docx")
        assert proofread(tmp_path / "手写.docx", facts).untrue == []

    def test_dates_and_ordinals_are_no_numbers(self, facts, tmp_path):
        found = typed(facts, tmp_path, "2026年9月30日，第2位，2026-09-30，12月份，依据2020年第3号令。", "1.概述")
        assert (found.untrue, found.unjudged, found.judged) == ([], [], 0)


class TestTags:
    def test_a_long_member_is_told_by_its_hash_and_found_again(self, facts):
        name = facts.figures.axes["by_unit"][0].titles
        member = next(iter(name))
        long = Tag("by_unit", (member * 9,))
        assert len(str(long)) <= 64
        assert facts.tag_of(str(Tag("by_unit", (member,)))) == Tag("by_unit", (member,))

    @pytest.mark.parametrize("text", ["", "unknown", "received[x]", "by_reason[no_such]", "Received", "goog_rdk_0"])
    def test_foreign_tags_are_not_ours(self, facts, text):
        assert facts.tag_of(text) is None


class TestCommand:
    def test_report_writes_the_text_and_checks_it(self, tmp_path):
        words = (
            "report",
            "complaint_quarterly",
            str(resources.sample_path(SAMPLE)),
            "--period",
            "2026Q3",
            "--as-of",
            "2026-09-30",
        )
        ran = run(*words, "--narrative", "--out", str(tmp_path / "报表"), "--quiet")
        path = tmp_path / "报表" / "消费投诉分析报告_2026年第三季度.docx"
        assert (ran.code, path.is_file()) == (0, True), ran
        assert path.name in ran.out
        again = run(*words, "--narrative", "--out", str(tmp_path / "报表"))
        assert again.code == 2
        fine = run(*words, "--check-text", str(path))
        assert fine.code == 0, fine
        assert "全部相符；未核对 0 句" in fine.out
        wrong = run(*words, "--check-text", str(edited(path, lambda body: write(controls(body, "received")[0], "123"))))
        assert wrong.code == 1
        assert "[不符] 本期收到：文中“123”" in wrong.out
        assert [one.name for one in tmp_path.iterdir()] == ["报表"]

    def test_an_own_template_beside_the_rules_comes_first(self, rules, tmp_path):
        template(tmp_path / "complaint_quarterly.docx", "自拟：{{ 本期收到 }}件")
        own = tmp_path / "本行规则.yaml"
        own.write_text("extends: shipped\n", encoding="utf-8")
        wanted = tasks.Wanted(report="complaint_quarterly", period="2026Q3", rules_file=own)
        result = tasks.report(rules, [resources.sample_path(SAMPLE)], tasks.Reading(), wanted, date(2026, 9, 30))
        assert texts(tasks.write_narrative(result, tmp_path / "报表").path) == ["自拟：97件"]

    def test_a_report_without_a_template_for_words_says_so(self, tmp_path):
        words = (
            "report",
            "open_list",
            str(resources.sample_path(SAMPLE)),
            "--period",
            "2026Q3",
            "--as-of",
            "2026-09-30",
        )
        ran = run(*words, "--narrative", "--out", str(tmp_path / "报表"))
        assert ran.code == 2
        assert "没有分析报告的 Word 模板" in ran.err
        assert not (tmp_path / "报表").exists()

    def test_a_missing_text_is_one_sentence(self, tmp_path):
        words = ("report", "complaint_quarterly", str(resources.sample_path(SAMPLE)), "--period", "2026Q3")
        ran = run(*words, "--check-text", str(tmp_path / "没有.docx"))
        assert ran.code == 2
        assert "找不到这个 Word 文件" in ran.err
