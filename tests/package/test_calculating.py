"""Kept values after a change: computed as Excel does, or dropped and named, never stale."""

import math
import shutil
import subprocess
import time

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaobao_xl.package import calculating
from xiaobao_xl.package.calculating import recalculate
from xiaobao_xl.package.cells import CellError
from xiaobao_xl.package.dependents import Readers
from xiaobao_xl.package.functions import FUNCTIONS
from xiaobao_xl.package.references import MAX_COLUMNS, MAX_ROWS, Area, cell

# column A of sheet 表, from row 1; A1 is the cell that changes
COLUMN = [10, 4, "无", None, True, CellError("#N/A"), "12", 0, 0.1, 0.2, 0.3, -2.5, "", "Abc", 1.005, 25]
OTHER = {("Other", 1, 2): 7, ("it's", 2, 1): 8}
NOT_AVAILABLE, DIVISION, WRONG, NUMBER = "#N/A", "#DIV/0!", "#VALUE!", "#NUM!"

# formula → its value; each reads A1, some only in name
VALUES = {
    "A1+A2*2": 18,
    "(A1+A2)*2": 28,
    "A1-A2-1": 5,
    "A1/A2/2": 1.25,
    "-A1^2": 100,
    "0-A1^2": -100,
    "2^3^2+A1*0": 64,
    "A1%": 0.1,
    "A1*5%%": 0.005,
    "--A1": 10,
    "A1+A4": 10,
    "A1/A4": DIVISION,
    "A1/A8": DIVISION,
    "A1+A3": WRONG,
    "A1+A7": 22,
    "A1+A5": 11,
    "A1+A6": NOT_AVAILABLE,
    "A1*A13": WRONG,
    "A1^500": NUMBER,
    "(0-A1)^0.5": NUMBER,
    "IF(A1,A4,1)": 0,
    "A1&A4": "10",
    'A1&"%"': "10%",
    "A9+A10&A1": "0.310",
    "A1 + Other!B1 + 'it''s'!A2": 25,
    "other!B1*A1": 70,
    "SUM(A1:A4)": 14,
    "SUM(A1:A6)": NOT_AVAILABLE,
    "SUM(A1,A7)": 10,
    "SUM(A1:A2,A2,3)": 21,
    "SUM(A$1:$A$2)*2": 28,
    "SUM(A1,A9:A11)": 10.6,
    'SUM(A1,"x")': WRONG,
    "AVERAGE(A1:A4)": 7,
    "AVERAGE(A3:A4)+A1": DIVISION,
    "MIN(A1:A4)": 4,
    "MAX(A1:A4,99)": 99,
    "MAX(A3:A4)+A1": 10,
    "COUNT(A1:A4,A6:A16)": 9,
    "COUNTA(A1:A8)": 7,
    "COUNTBLANK(A1:A5)": 1,
    "PRODUCT(A1:A5)": 40,
    "ABS(A12)+A1": 12.5,
    "INT(A12)+A1": 7,
    "ROUND(A15,2)+A1": 11.01,
    "ROUND(A12,0)+A1": 7,
    "ROUND(A1*2.5,-1)": 30,
    "ROUND(A1/3,4)": 3.3333,
    "ROUNDUP(A1/3,1)": 3.4,
    "ROUNDDOWN(A12,0)+A1": 8,
    "ROUND(A3,A1)": WRONG,
    'IF(A1>A2,"大","小")': "大",
    "IF(A1<A2,1)": False,
    "IF(A1=10,,1)": 0,
    "IF(A8=0,0,A1/A8)": 0,
    "IF(A6=0,A1,2)": NOT_AVAILABLE,
    'IF(A4="",A1,2)': 10,
    "IF(A4=0,A1,2)": 10,
    "IF(A4=FALSE,A1,2)": 10,
    "IF(A3,A1,2)": WRONG,
    "IF(A5,A1,2)": 10,
    'IF(A14="aBC",A1,2)': 10,
    'IF("9">A1,1,2)': 1,
    "IF(A9+A10=A11,A1,2)": 10,
    "IF(A1>=10,IF(A2<>4,1,2),3)": 2,
    "IFERROR(A1/A8,0)": 0,
    'IFERROR(A1/A2,"—")': 2.5,
    'IFERROR(A1/A8,"—")': "—",
    "IFERROR(SUM(A1:A6),A2)": 4,
    "_xlfn.IFNA(A6,A1)": 10,
    "_xlfn.IFNA(A1/0,1)": DIVISION,
    "AND(A1>5,A2>5)": False,
    "OR(A1>5,A2>5)": True,
    "AND(A1:A5)": True,
    "NOT(A1)": False,
    "ISERROR(A1/A8)": True,
    "ISNUMBER(A1)": True,
    "ISBLANK(A4)+A1": 11,
    "ISTEXT(A3)+A1": 11,
    "SUM(IF(A1>5,A1:A2,A3))": 14,
    "ROW()*0+A1": 10,
    "ROW(A16)+COLUMN(B2)+A1*0": 18,
    "A1*0+A9+A10-A11": 0,
    "SUM(A1,#REF!)": "#REF!",
    "A1\n + 1": 11,
    "SUM((A1))": 10,
    "1E+2+A1": 110,
    "ROUNDUP(A1,-3)": 1000,
    "ROUND(A1,-400)": 0,
    "1E+300*A1*1E+300": NUMBER,
    "SUM(1E+308,1E+308,A1)": NUMBER,
}  # fmt: skip
# LibreOffice says otherwise: to it truth values are numbers, and every difference near zero is zero
VALUES_OF_EXCEL = {
    "SUM(A1:A5)": 14,
    "AVERAGE(A1:A5)": 7,
    "AVERAGE(A3:A5)+A1": DIVISION,
    "MIN(A1:A5)": 4,
    "COUNT(A1:A16)": 9,
    'COUNT(A1,"3","x",TRUE,A5)': 3,
    'SUM(A1,"12",TRUE)': 23,
    "A9+A10&A5&A1": "0.3TRUE10",
    "IF(TRUE>A14,A1,2)": 10,
    "A9+A10-A11+A1*0": 5.551115123125783e-17,
}
# formulas whose value is left to the spreadsheet program
DROPPED = [
    "VLOOKUP(A1,A1:B2,2)", "A1*税率", "T[a]", 'INDIRECT("A"&1)', "A1:A2*2", "TODAY()+A1", "[1]表!A1+A1", "A1#",
    "SUM(A1:A2 A2:A3)", "SUM((A1,A2))", "SUM(表:Other!A1)", 'A1+"1,234"', 'A1+"2026-1-5"', 'A14>"abd"&A1', "{1,2}+A1",
    "SUM(A1", "A1+", "A1 A2", "SUM(A:A)", "IF(A9+A10-A11=A1*0,1,2)", '1E-7*A1&""', "FOO(A1)", "SUM()+A1", "IF(A1)",
    "INT((0.1+0.7)*A1)", "(" * 500 + "A1" + ")" * 500,
]  # fmt: skip


def read(title, row, column):
    if title == "表":
        return COLUMN[row - 1] if column == 1 and row <= len(COLUMN) else None
    return OTHER.get((title, row, column))


def computed(formula, **options):
    """What one formula in C1 comes to when A1 changes to what the table says."""
    formulas = {("表", 1, 3): formula, ("Other", 1, 1): "0", ("it's", 1, 1): "0"}
    outcome = recalculate({("表", 1, 1): COLUMN[0]}, formulas, read, **options)
    assert len(outcome.values) + len(outcome.dropped) == 1
    return outcome.values.get(("表", 1, 3))


@pytest.mark.parametrize(("formula", "value"), [*VALUES.items(), *VALUES_OF_EXCEL.items()])
def test_a_formula_comes_to_what_excel_says(formula, value):
    assert same(computed(formula), value)


@pytest.mark.parametrize("formula", DROPPED)
def test_what_cannot_be_computed_is_dropped(formula):
    assert computed(formula) is None


def same(found, expected):
    if isinstance(found, (int, float)) and isinstance(expected, (int, float)):
        return math.isclose(found, expected, rel_tol=1e-12, abs_tol=1e-18)
    return found == expected


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
def test_libreoffice_computes_the_same(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "表"
    for row, value in enumerate(COLUMN, 1):
        sheet.cell(row, 1, '=""' if value == "" else f"={value}" if isinstance(value, CellError) else value)
    sheet["A7"].data_type = "s"
    for (title, row, column), value in OTHER.items():
        book.create_sheet(title).cell(row, column, value)
    for row, formula in enumerate(VALUES, 1):
        sheet.cell(row, 3, "=" + formula)
    book.save(tmp_path / "计算.xlsx")
    subprocess.run(
        ["soffice", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless", "--convert-to", "xlsx",
         "--outdir", tmp_path / "out", tmp_path / "计算.xlsx"],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    answered = openpyxl.load_workbook(tmp_path / "out" / "计算.xlsx", data_only=True)["表"]
    theirs = {formula: answered.cell(row, 3).value for row, formula in enumerate(VALUES, 1)}
    assert {text: value for text, value in theirs.items() if not same(value, VALUES[text])} == {}


def keys(texts):
    """`{"A1": …}` as keys of sheet 表."""
    return {("表", *cell(address)): value for address, value in texts.items()}


def test_a_change_reaches_formulas_through_others_in_any_order():
    formulas = keys({"C1": "B1*2", "B1": "A1+1", "D1": "C1+B1", "E1": "A2+1"})
    outcome = recalculate(keys({"A1": 5}), formulas, read)
    assert outcome.values == keys({"C1": 12, "B1": 6, "D1": 18})
    assert outcome.dropped == []


def test_a_changed_cell_that_holds_a_formula_is_computed():
    assert recalculate(keys({"B1": None}), keys({"B1": "A2*2"}), read).values == keys({"B1": 8})


def test_nothing_changed_means_nothing_to_do():
    assert recalculate({}, keys({"B1": "INDIRECT(A1)"}), read).dropped == []


def test_what_reads_a_dropped_formula_is_dropped_unless_the_value_does_not_hang_on_it():
    formulas = keys({"B1": "VLOOKUP(A1,A2:B3,2)", "C1": "B1+1", "D1": "IF(A1>0,A1,B1)", "E1": "SUM(C1:D1)"})
    outcome = recalculate(keys({"A1": 1}), formulas, read)
    assert outcome.values == keys({"D1": 1})
    assert outcome.dropped == list(keys({"B1": 0, "C1": 0, "E1": 0}))


def test_circles_are_dropped_with_what_reads_them():
    formulas = keys({"B1": "C1+A1", "C1": "D1", "D1": "B1", "E1": "D1+1", "F1": "F1+A1", "G1": "A1+1"})
    outcome = recalculate(keys({"A1": 1}), formulas, read)
    assert outcome.values == keys({"G1": 2})
    assert outcome.dropped == list(keys({"B1": 0, "C1": 0, "D1": 0, "E1": 0, "F1": 0}))


def test_the_clock_alone_makes_no_formula_stale():
    assert recalculate(keys({"A1": 1}), keys({"B1": "TODAY()-A2", "C1": "[1]表!A1"}), read) == calculating.Outcome()


def test_titles_in_formulas_may_differ_in_case():
    formulas = {("Other", 1, 1): "SUM(B1:B2)", ("表", 1, 1): "oTHER!A1*2"}
    assert recalculate({("Other", 2, 2): 3}, formulas, read).values == {("Other", 1, 1): 10, ("表", 1, 1): 20}


def test_whole_columns_are_computed_where_the_extent_is_known():
    def extent(_):
        return 5, 1

    assert computed("SUM(A:A)", extent=extent) == 14
    assert computed("SUM(2:3)+A1", extent=lambda _: (MAX_ROWS, MAX_COLUMNS)) == 14
    assert computed("SUM(2:300000)+A1", extent=lambda _: (MAX_ROWS, MAX_COLUMNS)) is None
    formulas = keys({"B9": "SUM(A:A)", "B10": "COUNTBLANK(A:A)"})
    assert recalculate(keys({"A8": 1}), formulas, lambda *_: None, extent).values == keys(
        {"B9": 1, "B10": MAX_ROWS - 1}
    )


def test_names_and_tables_are_followed_where_somebody_knows_them():
    areas = {"税率": [("表", Area(1, 1, 1, 1))], "别处": [("表", Area(9, 1, 9, 1))], "T[a]": [("表", Area(1, 1, 2, 1))]}
    formulas = keys({"C1": "A2*税率", "C2": "A1*别处", "C3": "别处*2", "C4": "SUM(T[a])", "C5": 'INDIRECT("A9")'})
    outcome = recalculate(keys({"A1": 3}), formulas, read, behind=lambda token, _: areas.get(token.text))
    assert outcome.values == keys({"C1": 12, "C2": pytest.approx(0.3)})
    assert outcome.dropped == list(keys({"C4": 0, "C5": 0}))


AREAS = st.builds(
    lambda top, left, down, across: Area(top, left, min(top + down, MAX_ROWS), min(left + across, MAX_COLUMNS)),
    st.integers(1, 40), st.integers(1, 20), st.sampled_from([0, 1, 7, 33, MAX_ROWS]), st.sampled_from([0, 2, MAX_COLUMNS]),
)  # fmt: skip


@given(st.lists(AREAS, max_size=8), st.integers(1, 80), st.integers(1, 30))
def test_readers_of_a_cell_are_those_whose_area_holds_it(areas, row, column):
    readers = Readers()
    for number, area in enumerate(areas):
        readers.add("表", area, ("表", number, 0))
    expected = {number for number, area in enumerate(areas) if area.holds(row, column)}
    assert {key[1] for key in readers.pop("表", row, column)} == expected


SUMS = st.lists(st.tuples(st.integers(1, 14), st.integers(0, 2)), min_size=10, max_size=10)


@given(SUMS)
def test_sums_of_sums_agree_with_plain_recursion(drawn):
    rows_read = {row: range(top, top + down + 1) for row, (top, down) in enumerate(drawn, 6)}
    formulas = {("表", row, 1): f"SUM(A{rows[0]}:A{rows[-1]})" for row, rows in rows_read.items()}
    stale = {row: rows for row, rows in rows_read.items() if 1 in reached(row, rows_read)}
    circular = {row for row in stale if row in reached(row, stale)}

    def total(row):
        return sum(map(total, stale[row])) if row in stale else row * 100

    outcome = recalculate({("表", 1, 1): 100}, formulas, lambda _, row, __: row * 100)
    lost = {row for row in stale if not circular.isdisjoint({row, *reached(row, stale)})}
    assert outcome.values == {("表", row, 1): total(row) for row in stale if row not in lost}
    assert outcome.dropped == [("表", row, 1) for row in sorted(lost)]


def reached(row, rows_read):
    """Rows that a row reads, directly or not."""
    found, waiting = set(), [row]
    while waiting:
        for other in rows_read.get(waiting.pop(), ()):
            if other not in found:
                found.add(other)
                waiting.append(other)
    return found


PIECES = [
    "A1", "A2:A4", "A:A", "A16", "C1", "表!A3", "x!A1", "1", "0", "1E+300", "2.5", '"3"', '"无"', '""', "TRUE", "#N/A", "名",
    "+", "-", "*", "/", "^", "%", "&", "=", "<", ">=", "(", ")", ")", ",", ",", " ", "{1}", "T[a]", ":", "'", '"',
    *(f"{name}(" for name in FUNCTIONS),
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_whatever_stands_in_a_formula_it_is_computed_or_dropped(formula):
    everything = {("表", 1, 1): 10, ("表", 1, 3): None}
    outcome = recalculate(everything, {("表", 1, 3): formula}, read, lambda _: (20, 3))
    value = outcome.values.get(("表", 1, 3), "dropped")
    assert isinstance(value, (str, bool)) or math.isfinite(value)
    assert len(outcome.values) + len(outcome.dropped) == 1


SUMS_OF_ONE = st.recursive(
    st.sampled_from(["A1", "A2", "A8", "A9", "A12", "2", "0.5"]),
    lambda inner: st.builds("({}{}{})".format, inner, st.sampled_from("+-*"), inner) | st.builds("-{}".format, inner),
    max_leaves=12,
)


@given(SUMS_OF_ONE)
def test_arithmetic_agrees_with_that_of_python(formula):
    names = {f"A{row}": value for row, value in enumerate(COLUMN, 1)}
    assert computed(f"A1*0+{formula}") == pytest.approx(eval(formula, names))  # noqa: S307  (made of numbers above)


def test_long_chains_and_long_sums_are_computed():
    chain = keys({f"B{row}": f"B{row - 1}+A1" for row in range(2, 5001)})
    assert recalculate(keys({"A1": 1}), chain, lambda *_: 0).values["表", 5000, 2] == 4999
    assert computed("+".join(["A1"] * 4000)) == 40000
    assert computed("-" * 4001 + "A1") == -10


def test_thousands_of_formulas_over_ranges_take_no_long_time():
    formulas = keys(
        {f"F{row}": f"SUM(B{row}:E{row})" for row in range(2, 5002)}
        | {f"G{row}": f"F{row}/SUM(F$2:F$5001)*VLOOKUP(A{row},H:Z,2,0)" for row in range(2, 5002)}
        | {"F5002": "SUM(F2:F5001)"}
    )
    started = time.process_time()
    outcome = recalculate({("表", row, 2): row for row in range(2, 5002)}, formulas, lambda *_: 1)
    assert outcome.values["表", 5002, 6] == sum(range(2, 5002)) + 3 * 5000
    assert len(outcome.dropped) == 5000
    assert time.process_time() - started < 20
