"""All registers in one workbook: drawn from the rules, read back, and linked by their numbers."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
import yaml
from command_line import run
from openpyxl import Workbook, load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from xiaobao_xl import resources
from xiaobao_xl.categories import Category, Scheme
from xiaobao_xl.checks import Linked
from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.registers import Column, Schema
from xiaobao_xl.rules import Rules
from xiaobao_xl.tasks import Checked, Reading, blank, blanks, check
from xiaobao_xl.workbook import blank as drawing
from xiaobao_xl.workbook import reading
from xiaobao_xl.workbook.blank import ROWS, Blank
from xiaobao_xl.workbook.workbench import write_workbench

ROOT = Path(__file__).parent.parent
AS_OF = date(2026, 9, 30)
OTHERS = ["填写说明", "代码表", "基础数据", "豁免"]
COMPLAINTS = ("投诉台账_样例.xlsx", "投诉台账_规范样例.xlsx")  # the samples of the other registers name rows of both


@pytest.fixture(scope="module")
def drawn(rules: Rules, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("workbench") / "消保工作台.xlsx"
    blank(rules, "all", path)
    return path


@pytest.fixture(scope="module")
def book(drawn: Path) -> Workbook:
    return load_workbook(drawn)


@pytest.fixture(scope="module")
def filled(rules: Rules, drawn: Path) -> Path:
    """The workbook with the rows of every sample typed into it."""
    book = load_workbook(drawn)
    for name, rows in rows_of_samples(rules):
        sheet, columns = book[rules.registers[name].title], rules.registers[name].columns
        places = {column.title: number for number, column in enumerate(columns.values(), start=1)}
        moments = {column.title for column in columns.values() if column.type == "moment"}
        for number, row in enumerate(rows, start=2):
            for heading, value in row.items():
                is_moment = heading in moments and isinstance(value, str)
                cell = datetime.fromisoformat(value) if is_moment else value
                sheet.cell(number, places[heading], {True: "是", False: "否"}[cell] if isinstance(cell, bool) else cell)
    path = drawn.with_name("工作台_已填.xlsx")
    book.save(path)
    return path


@pytest.fixture(scope="module")
def checked(rules: Rules, filled: Path) -> Checked:
    return check(rules, filled, Reading(sheet=("all",)), AS_OF)


def rows_of_samples(rules: Rules) -> Iterator[tuple[str, list[dict]]]:
    for path in sorted((ROOT / "examples" / "samples").glob("*.yaml")):
        yield path.stem, sample(path.stem)["rows"]
    rows: list[dict] = []
    for name in COMPLAINTS:
        (register,) = reading.read(resources.sample_path(name), rules.registers, rules.categories)
        sheet = load_workbook(resources.sample_path(name))[register.origin.sheet]
        titles = {letter: register.schema.columns[column].title for column, letter in register.origin.letters.items()}
        rows += [
            {title: sheet[f"{letter}{row}"].value for letter, title in titles.items()} for row in register.origin.rows
        ]
    yield "complaint", rows


def sample(register: str) -> dict:
    return yaml.safe_load((ROOT / "examples" / "samples" / f"{register}.yaml").read_text(encoding="utf-8"))


def validations(book: Workbook, schema: Schema) -> dict[str, DataValidation]:
    """Column id → its rule."""
    letters = {get_column_letter(number): name for number, name in enumerate(schema.columns, start=1)}
    rules = book[schema.title].data_validations.dataValidation
    return {letters[str(rule.sqref).partition("2:")[0]]: rule for rule in rules}


def cells(book: Workbook, address: str) -> list[object]:
    sheet, _, place = address.rpartition("!")
    return [row[0].value for row in book[sheet.strip("'")][place.replace("$", "")]]


def cascade(book: Workbook, rule: DataValidation) -> tuple[str, dict[object, list[object]]]:
    """Letter of the column a drop-down follows, and group → entries it shows."""
    first, letter, groups = re.fullmatch(
        r"OFFSET\((.+?),IFERROR\(MATCH\(\$([A-Z]+)2,(.+?),0\),1\)-1,0,.+\)", rule.formula1
    ).groups()
    owners = cells(book, groups)
    start = re.fullmatch(r"(.+!\$([A-Z]+)\$)2", first)
    entries = cells(book, f"{first}:${start[2]}${len(owners) + 1}")
    return letter, {owner: entries[owners.index(owner) : owners.index(owner) + owners.count(owner)] for owner in owners}


def told_by(path: Path) -> list[tuple]:
    """Rows of the sheet 试; the others hold dates that are none, which openpyxl would warn of."""
    book = load_workbook(path, data_only=True, read_only=True)
    rows = list(book["试"].iter_rows(values_only=True))
    book.close()
    return rows


# --- the sheets


def test_the_complaints_come_first_behind_the_cover(rules: Rules, book: Workbook) -> None:
    registers = [schema.title for schema in rules.registers.values()]
    assert book.sheetnames == ["首页", *registers, *OTHERS]
    assert (book.active.title, registers[0]) == ("首页", rules.registers["complaint"].title)


def test_the_blank_is_read_as_every_register_and_nothing_is_found(rules: Rules, drawn: Path) -> None:
    found = check(rules, drawn, Reading(sheet=("all",)), AS_OF)
    assert [register.id for register in found.registers] == list(rules.registers)
    assert all(not register.receipt.missing_columns for register in found.registers)
    assert not any(register.receipt.unknown_headings for register in found.registers)
    assert not found.findings


def test_the_cover_leads_to_every_sheet_and_counts_its_rows(rules: Rules, book: Workbook) -> None:
    cover = book["首页"]
    told = {row[1].value: row for row in cover.iter_rows(min_row=5) if row[1].hyperlink}
    assert list(told) == [*(schema.title for schema in rules.registers.values()), *OTHERS]
    for title, row in told.items():
        assert row[1].hyperlink.location.replace("'", "") == f"{title}!A1"
    for schema in rules.registers.values():
        row, key = told[schema.title], get_column_letter(list(schema.columns).index(schema.key) + 1)
        assert (row[2].value, row[5].value) == (
            schema.note or f"一行一件{schema.noun}",
            f"=COUNTA('{schema.title}'!${key}$2:${key}${ROWS + 1})",
        )
        place = row[6].hyperlink.location.partition("!")[2]
        assert book["填写说明"][place].value == schema.title


def test_every_column_of_every_register_is_explained(rules: Rules, book: Workbook) -> None:
    explained = [row[1] for row in book["填写说明"].iter_rows(min_row=3, values_only=True) if row[1]]
    assert explained == [column.title for schema in rules.registers.values() for column in schema.columns.values()]


def test_registers_print_over_several_pages_that_repeat_head_and_number(rules: Rules, book: Workbook) -> None:
    for schema in rules.registers.values():
        sheet: Worksheet = book[schema.title]
        width = sum(size.width for size in sheet.column_dimensions.values())
        assert (sheet.print_title_rows, sheet.print_title_cols, sheet.freeze_panes) == ("$1:$1", "$A:$A", "B2")
        assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("landscape", 0)
        assert width / sheet.page_setup.fitToWidth <= 150
        assert {size.border.bottom.style for size in sheet.column_dimensions.values()} == {"thin"}


# --- drop-downs


def test_every_coded_column_offers_what_its_own_blank_offers(rules: Rules, book: Workbook) -> None:
    for name, schema in rules.registers.items():
        rules_of = validations(book, schema)
        for column, entries in drawing.drop_downs(Blank(register=name, schema=schema, schemes=rules.categories)):
            rule = rules_of[column]
            assert len(rule.formula1) <= 255  # Excel refuses a longer one
            if rule.formula1.startswith("OFFSET("):
                shown = [entry for group in cascade(book, rule)[1].values() for entry in group]
            else:
                shown = cells(book, rule.formula1)
            assert (shown, rule.showErrorMessage) == (entries, True)


def test_equal_lists_stand_once_on_the_sheet_of_codes_and_every_head_is_its_own(book: Workbook) -> None:
    columns = [tuple(filter(None, column)) for column in book["代码表"].iter_cols(values_only=True)]
    assert len({column[1:] for column in columns}) == len({column[0] for column in columns}) == len(columns)


def test_a_detail_follows_the_category_before_it(rules: Rules, book: Workbook) -> None:
    schema, scheme = rules.registers["complaint"], rules.categories["product_line"]
    rule_of = validations(book, schema)
    letter, groups = cascade(book, rule_of["product_line_detail"])
    assert letter == get_column_letter(list(schema.columns).index("product_line") + 1)
    assert list(groups) == cells(book, rule_of["product_line"].formula1)
    for group, entries in groups.items():
        assert {scheme.reported(scheme.find(entry)) for entry in entries} == {scheme.find(group)}
        assert entries


def test_numbers_of_another_register_are_offered_and_others_may_be_typed(rules: Rules, book: Workbook) -> None:
    complaint, seen = rules.registers["complaint"].title, 0
    for name, schema in rules.registers.items():
        for each in schema.checks.values():
            if isinstance(each, Linked) and each.column != schema.key:
                other = rules.registers[each.register]
                rule = validations(book, schema)[each.column]
                assert (f"'{other.title}'!$A$2" in rule.formula1, rule.showErrorMessage) == (True, False)
                assert len(rule.formula1) <= 255
                seen += other.title == complaint and name != "complaint"
    assert seen == 11


def test_a_number_nobody_registered_is_coloured(rules: Rules, book: Workbook) -> None:
    schema = rules.registers["mediation"]
    letter = get_column_letter(list(schema.columns).index("complaint_no") + 1)
    ((place, (rule,)),) = [(str(found.sqref), found.rules) for found in book[schema.title].conditional_formatting]
    assert place == f"{letter}2:{letter}{ROWS + 1}"
    assert rule.formula[0].startswith(f"AND(${letter}2<>\"\",COUNTIF('消费投诉台账'!$A$2:$A${ROWS + 1},${letter}2)=0,")


@pytest.mark.skipif(shutil.which("soffice") is None, reason="needs LibreOffice")
def test_libreoffice_works_out_what_the_drop_downs_show(rules: Rules, filled: Path, tmp_path: Path) -> None:
    book = load_workbook(filled)
    schema, complaints = rules.registers["complaint"], book[rules.registers["complaint"].title]
    rule = validations(book, schema)["product_line_detail"]
    letter, groups = cascade(book, rule)
    numbers = validations(book, rules.registers["mediation"])["complaint_no"].formula1
    probe = book.create_sheet("试")
    chosen = [*groups, None, "没有这一类"]
    for number, group in enumerate(chosen, start=1):
        complaints[f"{letter}{1900 + number}"] = group
        shown = rule.formula1.replace(f"${letter}2", f"'{complaints.title}'!${letter}${1900 + number}")
        probe.append([f"=COUNTA({shown})", f"=INDEX({shown},1)"])
    probe.append([f"=COUNTA({numbers})", f"=INDEX({numbers},ROWS({numbers}))"])
    book.save(tmp_path / "试.xlsx")
    profile = f"-env:UserInstallation=file://{tmp_path / 'profile'}"
    command = ["soffice", profile, "--headless", "--convert-to", "xlsx", "--outdir", tmp_path / "out"]
    subprocess.run([*command, tmp_path / "试.xlsx"], check=True, capture_output=True, timeout=180)
    *told, registered = told_by(tmp_path / "out" / "试.xlsx")
    every = [entry for group in groups.values() for entry in group]
    wanted = [groups.get(group, every) for group in chosen]
    assert told == [(len(entries), entries[0]) for entries in wanted]
    known = [cell.value for cell in complaints["A"][1:] if cell.value]
    assert registered == (len(known), known[-1])


# --- rows typed into it


def test_planted_faults_of_every_register_are_found(checked: Checked) -> None:
    found = Counter(finding.check for finding in checked.findings)
    for path in (ROOT / "examples" / "samples").glob("*.yaml"):
        for name, count in sample(path.stem)["planted"].items():
            assert found[f"{path.stem}.{name}"] >= count, name


def test_nothing_else_is_found_but_what_the_other_sheets_tell(checked: Checked, rules: Rules) -> None:
    """Samples written apart from one another break links between them; no other check sees more than before."""
    complaints = rules.registers["complaint"].title
    found = Counter(finding.check for finding in checked.findings if finding.sheet != complaints)
    planted = Counter({
        f"{path.stem}.{name}": count
        for path in (ROOT / "examples" / "samples").glob("*.yaml") for name, count in sample(path.stem)["planted"].items()
    })  # fmt: skip
    for name in found - planted:
        register, _, each = name.partition(".")
        assert rules.checks[register][each].registers_named(), name


def test_a_mediation_without_its_complaint_is_told_in_both_directions(checked: Checked) -> None:
    lost = {finding.check: finding for finding in checked.findings}
    assert "“消费投诉台账”" in lost["mediation.complaint_exists"].message
    assert lost["mediation.complaint_exists"].sheet == "纠纷调解台账"
    assert "“纠纷调解台账”" in lost["complaint.mediation_registered"].message
    assert lost["complaint.mediation_registered"].sheet == "消费投诉台账"


def test_a_complaint_taken_away_is_missed_by_those_that_name_it(
    rules: Rules, filled: Path, checked: Checked, tmp_path: Path
) -> None:
    book = load_workbook(filled)
    (number,) = (book["纠纷调解台账"].cell(2, 2).value,)
    sheet = book["消费投诉台账"]
    row = next(cell.row for cell in sheet["A"] if cell.value == number)
    for cell in sheet[row]:
        cell.value = None
    book.save(tmp_path / "缺一件.xlsx")
    found = check(rules, tmp_path / "缺一件.xlsx", Reading(sheet=("all",)), AS_OF)
    new = {(each.sheet, each.message) for each in found.findings if each.check.endswith(".complaint_exists")}
    before = {(each.sheet, each.message) for each in checked.findings if each.check.endswith(".complaint_exists")}
    assert number in "".join(message for sheet, message in new if sheet == "纠纷调解台账")
    assert number not in "".join(message for _, message in before)


# --- the command, the shipped file, other rules


def test_the_command_names_the_workbook_and_keeps_one_that_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    made = run("blank", "--register", "all")
    assert (made.code, made.out.strip()) == (
        0,
        "已新建 消保工作台.xlsx。填好后校验：xiaobao check 消保工作台.xlsx --sheet all",
    )
    assert run("check", "消保工作台.xlsx", "--sheet", "all").code == 0
    again = run("blank", "--register", "all")
    assert (again.code, "已存在，未覆盖" in again.err) == (2, True)


def test_the_shipped_workbook_is_drawn_from_the_rules_to_the_byte(tmp_path: Path) -> None:
    folder = tmp_path / "workbooks"
    folder.mkdir()
    for name in ("draw_workbench.py", "draw_templates.py"):
        shutil.copy(ROOT / "workbooks" / name, folder)
    subprocess.run([sys.executable, folder / "draw_workbench.py"], check=True, capture_output=True, timeout=120)
    name = f"{blanks.WORKBENCH}.xlsx"
    assert (folder / name).read_bytes() == (ROOT / "workbooks" / name).read_bytes()


def test_registers_of_other_rules_are_linked_under_the_sheets_they_get(tmp_path: Path) -> None:
    things = Scheme(title="物品", codes={"paper": Category(title="纸", codes={"thin": Category(title="薄纸")}),
                                        "pen": Category(title="笔")})  # fmt: skip
    first = Schema(
        title="建议/意见",
        key="no",
        columns={"no": Column(title="编号", type="code"), "unit": Column(title="机构"), "said": Column(title="内容")},
    )
    second = Schema(
        title="首页",
        key="no",
        columns={
            "no": Column(title="单号", type="code"),
            "about": Column(title="所涉编号", type="code"),
            "thing": Column(title="物品", scheme="things"),
            "detail": Column(title="物品明细", scheme="things"),
        },
    )
    out = tmp_path / "两种.xlsx"
    linked = {"known": Linked(column="about", register="first")}
    write_workbench(
        [
            Blank(register="first", schema=first),
            Blank(register="second", schema=second, checks=linked, schemes={"things": things}),
        ],
        out,
    )
    book = load_workbook(out)
    assert book.sheetnames == ["首页", "建议_意见", "首页2", *OTHERS]
    rules = {str(rule.sqref)[0]: rule for rule in book["首页2"].data_validations.dataValidation}
    assert "'建议_意见'!$A$2" in rules["B"].formula1
    assert cascade(book, rules["D"])[1] == {"纸": ["纸/薄纸"], "笔": ["笔"]}
    with pytest.raises(WorkbookError, match="已存在，未覆盖"):
        write_workbench([Blank(register="first", schema=first)], out)
