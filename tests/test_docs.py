"""The documents tell the truth: their commands run, their links lead somewhere, their YAML works as written."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import get_args

import pytest
from command_line import run
from openpyxl import Workbook, load_workbook

from xiaobao_xl import resources
from xiaobao_xl.checks import KINDS
from xiaobao_xl.figures.kinds import AnyFigure, Figure
from xiaobao_xl.rules import load_rules

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
SAMPLE = "投诉台账_样例.xlsx"
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
BASIS = {"seen": "见于原文", "secondary": "二手资料", "unverified": "未经核实"}


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def blocks(page: str, language: str) -> list[tuple[str, str]]:
    """Name and text of every fenced block in a language."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return [(name, body) for kind, name, body in BLOCK.findall(text) if kind == language]


def commands(*pages: str) -> list[tuple[str, str]]:
    """Page and command, each command once; the demo has a test of its own."""
    found: dict[str, str] = {}
    for page in pages:
        for line in "".join(body for _, body in blocks(page, "console")).splitlines():
            found.setdefault(line, page)
    return [(page, line) for line, page in found.items() if line != "xiaobao demo"]


def write_files(page: str, folder: Path) -> None:
    """Files a page shows under their names."""
    for name, body in blocks(page, "yaml") + blocks(page, "csv"):
        if name:
            (folder / name).write_text(body, encoding="utf-8")


@pytest.mark.parametrize(("page", "command"), commands("docs/manual.md", "README.md", "README.en.md"))
def test_every_command_runs_as_printed(page, command, tmp_path, monkeypatch):
    program, *words = shlex.split(command)
    assert program == "xiaobao"
    monkeypatch.chdir(tmp_path)
    write_files(page, tmp_path)
    for register in ("台账.xlsx", "去年.xlsx", "发出.xlsx", "收回.xlsx"):
        shutil.copyfile(resources.sample_path(SAMPLE), tmp_path / register)
    before = (tmp_path / "台账.xlsx").read_bytes()
    ran = run(*words)
    assert ran.code == (1 if words[0] == "check" else 0), ran
    assert ran.out
    assert (tmp_path / "台账.xlsx").read_bytes() == before
    for option in ("--out", "--json"):
        if option in words:
            assert (tmp_path / words[words.index(option) + 1]).exists()


def test_both_readmes_show_the_same_commands():
    for language in ("sh", "console"):
        assert blocks("README.md", language) == blocks("README.en.md", language)


def test_the_commands_of_filing_run_in_order(tmp_path, monkeypatch):
    """One after the other in one folder, as the page goes: what a command writes the next one reads."""
    monkeypatch.chdir(tmp_path)
    write_files("docs/filing.md", tmp_path)
    for name in ("台账.xlsx", "去年.xlsx", "上期.xlsx", "报送时.xlsx", "监管清单.xlsx"):
        shutil.copyfile(resources.sample_path(SAMPLE), tmp_path / name)
    for name in ("标记表.xlsx", "新空表.xlsx"):
        shutil.copyfile(resources.template_path("complaint_quarterly"), tmp_path / name)
    before = (tmp_path / "台账.xlsx").read_bytes()
    for _, command in commands("docs/filing.md"):
        if "--check-text" in command:
            [written] = (tmp_path / "文字").glob("*.docx")
            shutil.copyfile(written, tmp_path / "分析报告.docx")
        ran = run(*shlex.split(command)[1:], "--quiet") if " --list" not in command else run("letter", "--list")
        assert ran.code in {0, 1}, (command, ran)
        assert ran.out
        words = shlex.split(command)
        assert "--out" not in words or (tmp_path / words[words.index("--out") + 1]).exists(), command
    assert (tmp_path / "台账.xlsx").read_bytes() == before


DUTIES = "docs/duties.md"
LINKING = {"linked", "link_agrees", "not_recurring"}


def bind(out: Path, *books: str) -> None:
    """The registers of several samples as the sheets of one workbook."""
    workbook = Workbook()
    for name in books:
        sheet = workbook.create_sheet(name)
        for row in load_workbook(resources.sample_path(f"{name}_样例.xlsx")).worksheets[0].iter_rows(values_only=True):
            sheet.append(row)
    workbook.remove(workbook.worksheets[0])
    workbook.save(out)


def answer(slip: Path) -> None:
    """A branch fills in the first complaint of its slip."""
    workbook = load_workbook(slip)
    sheet = workbook.worksheets[0]
    result = next(cell for row in sheet.iter_rows() for cell in row if str(cell.value).endswith("处理结果"))
    sheet.cell(result.row + 1, result.column).value = "已退还费用并致歉"
    workbook.save(slip)


def test_the_commands_of_the_duties_run_in_order(tmp_path, monkeypatch):
    """A month, a quarter and a year in one folder; a blank register is the sample once it has been drawn."""
    monkeypatch.chdir(tmp_path)
    write_files(DUTIES, tmp_path)
    (tmp_path / "支行").mkdir()
    for name in ("去年.xlsx", "监管清单.xlsx", "支行/城东.xlsx", "支行/城西.xlsx"):
        shutil.copyfile(resources.sample_path(SAMPLE), tmp_path / name)
    (tmp_path / "归档材料").mkdir()
    (tmp_path / "归档材料" / "WL20260907252_登记表.pdf").write_bytes(b"%PDF-1.4")
    (tmp_path / "折页.txt").write_text("理财有风险，投资须谨慎。\n本产品保本保收益，绝对安全。\n", encoding="utf-8")
    bind(tmp_path / "合订本.xlsx", "纠纷调解台账", "溯源整改台账", "监督检查台账")
    for _, command in commands(DUTIES):
        words = shlex.split(command)[1:]
        before = set(tmp_path.glob("*.xlsx"))
        if words[0] == "merge" and "--new" not in words:
            answer(next((tmp_path / "分发").glob("转办单_*.xlsx")))
        ran = run(*words)
        assert ran.code in {0, 1}, (command, ran)
        assert ran.out, command
        written = [words[place + 1] for place, word in enumerate(words) if word in {"--out", "--ics", "--new"}]
        assert all((tmp_path / name).exists() for name in written), command
        if words[0] == "blank" and "all" not in words:
            [drawn] = set(tmp_path.glob("*.xlsx")) - before
            sample = SAMPLE if drawn.stem == "台账" else f"{drawn.stem}_样例.xlsx"
            shutil.copyfile(resources.sample_path(sample), drawn)
    assert "写回 1 格" in run("merge", "台账.xlsx", "分发/*.xlsx", "--out", "再合并.xlsx").out


def test_the_table_of_duties_names_every_register_its_report_and_its_links():
    rules = load_rules()
    rows = [
        line.strip("| ").split(" | ")
        for line in (ROOT / DUTIES).read_text("utf-8").splitlines()
        if "`xiaobao blank" in line
    ]
    assert {row[1].strip("`") for row in rows} == set(rules.registers)
    for _, name, blank, report, linked in rows:
        register = rules.registers[name.strip("`")]
        others = {rules.registers[check.register].title for check in register.checks.values() if check.KIND in LINKING}
        assert blank == f"`xiaobao blank --register {name.strip('`')}`"
        assert rules.reports[report.strip("`")].register == name.strip("`")
        assert set(linked.split("、")) == (others - {register.title} or {"—"}), name


@pytest.mark.parametrize("page", [page for page in PAGES if page.name in {"README.en.md", "manual.md"}], ids=name_of)
def test_the_python_example_runs(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.copyfile(resources.sample_path(SAMPLE), tmp_path / "台账.xlsx")
    [(_, example)] = blocks(name_of(page), "python")
    told: dict[str, object] = {}
    exec(compile(example, page.name, "exec"), told)  # noqa: S102  (our own document)
    assert told["found"].findings


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_and_picture_is_there(page):
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in LINK.findall(text):
        if target.startswith(("http:", "https:")):
            continue
        place, _, section = target.partition("#")
        leads_to = (page.parent / place) if place else page
        assert leads_to.exists(), target
        if section:
            assert section in HEADING.findall(leads_to.read_text(encoding="utf-8")), target


def test_the_readme_shows_what_the_demo_prints(tmp_path, monkeypatch):
    """Counts move with the lexicon; the words may not."""
    monkeypatch.chdir(tmp_path)
    printed = re.sub(r"\d+", "0", run("demo").out).splitlines()
    [(_, shown)] = blocks("README.md", "text")
    for line in re.sub(r"\d+", "0", shown).splitlines():
        assert line in printed


def test_sources_name_every_instrument_and_how_it_is_known():
    rows = {}
    for line in (ROOT / "docs" / "sources.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("| `"):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            rows[cells[0].strip("`")] = cells[2]
    assert rows == {name: BASIS[instrument.basis] for name, instrument in load_rules().law.items()}


def test_the_recipes_list_every_kind():
    rows = re.findall(
        r"^\| ((?:`\w+` ?)+) \|", (ROOT / "docs" / "recipes.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    named = [name for row in rows for name in re.findall(r"`(\w+)`", row)]
    common = {field.name for field in fields(Figure)}
    figures = [next(f.name for f in fields(kind) if f.name not in common) for kind in get_args(AnyFigure)]
    assert named == [kind.KIND for kind in KINDS] + figures


def test_decisions_fit_on_a_page():
    for page in sorted((ROOT / "docs" / "decisions").glob("*.md"))[1:]:
        assert len(page.read_text(encoding="utf-8").splitlines()) <= 25, page.name


class TestRecipe:
    """docs/recipes.md, done as a user would do it: YAML written, workbooks filled, no Python of ours touched."""

    PAGE = "docs/recipes.md"
    ROWS = (
        ("YJ-1", date(2026, 7, 1), "收费", date(2026, 7, 2), "已说明收费标准"),
        ("YJ-2", date(2026, 8, 5), "贷款", date(2026, 8, 6), None),  # answered, but no answer written down
        ("YJ-3", date(2026, 9, 30), "收费", None, None),
        ("YJ-4", date(2026, 10, 8), "银行卡", date(2026, 10, 9), "已告知补卡手续"),  # the quarter after
    )
    HEADINGS = ("意见编号", "意见日期", "意见事项", "答复日期", "答复内容")

    @pytest.fixture(autouse=True)
    def desk(self, tmp_path, monkeypatch):
        """The officer's folder with the rules of the recipe and her register drawn and filled."""
        monkeypatch.chdir(tmp_path)
        write_files(self.PAGE, tmp_path)
        rules, blank, *_ = self.commands()
        assert run(*rules).code == 0
        assert run(*blank).code == 0
        book = load_workbook("意见登记簿.xlsx")
        sheet = book["意见登记簿"]
        columns = {cell.value: cell.column for cell in sheet[1]}
        for row, values in enumerate(self.ROWS, start=2):
            for heading, value in zip(self.HEADINGS, values, strict=True):
                sheet.cell(row, columns[heading], value)
        book.save("意见登记簿.xlsx")

    def commands(self) -> list[list[str]]:
        return [shlex.split(line)[1:] for _, line in commands(self.PAGE)]

    def draw_template(self) -> None:
        book = Workbook()
        table = re.findall(
            r"^\| ([A-Z]\d+(?:、[A-Z]\d+)*) \| (.+?) \|", (ROOT / self.PAGE).read_text("utf-8"), re.MULTILINE
        )
        for cells, marks in table:
            for cell, mark in zip(cells.split("、"), re.findall(r"`(.+?)`", marks), strict=True):
                book.active[cell] = mark
        book.save("suggestion_quarterly.xlsx")

    def test_the_new_register_is_checked(self):
        check = next(words for words in self.commands() if words[0] == "check")
        ran = run(*check, "--as-of", "2026-10-31", "--json", "-")
        [finding] = json.loads(ran.out)["findings"]
        assert (finding["key"], finding["check"], finding["cell"]) == ("YJ-2", "suggestion.answer_filled", "F3")
        assert finding["source"] == "本行意见建议管理办法（某银发〔2026〕7号）第5条"
        assert (finding["level"], ran.code) == ("error", 1)

    def test_the_new_report_is_filled(self):
        self.draw_template()
        report = next(words for words in self.commands() if words[0] == "report")
        ran = run(*report)
        assert ran.code == 0, ran
        sheet = load_workbook("报表/意见建议季度统计表_2026年第三季度.xlsx").active
        assert sheet["B2"].value == "2026年第三季度"
        assert [sheet[cell].value for cell in ("B3", "B4", "B5")] == [3, 2, 2]
        rows = {sheet.cell(row, 1).value: sheet.cell(row, 2).value for row in range(7, sheet.max_row + 1)}
        assert (rows["收费"], rows["贷款"], rows["银行卡"], rows["其他"]) == (2, 1, 0, 0)
        assert Path("报表/意见建议季度统计表_2026年第三季度_底稿.xlsx").exists()
