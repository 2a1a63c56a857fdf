"""Formulas taken apart without loss, and their references moved as Excel moves them."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaobao_xl.package.formulas import (
    Kind,
    function_names,
    hangs_on_place,
    is_opaque,
    is_three_dimensional,
    outline,
    references,
    shift,
    tokens,
    translate,
)
from xiaobao_xl.package.references import MAX_ROWS, Shift, address, cell

# one token each, of the kind named
SINGLE_TOKENS = {
    Kind.TEXT: ['"a""b"', '"A1"', '""', '"（全角）A1"', '"no end A1'],
    Kind.ARRAY: ['{1,"a";2}', '{"}"}', "{#N/A,TRUE}"],
    Kind.REFERENCE: [
        "A1", "$A$1", "a1", "XFD1048576", "A1:B2", "A1 : B2", "$A$1:\nB2", "A:C", "$A:$C", "2:5", "$2:$5", "TAX2025",
        "Sheet1!A1", "'it''s'!A1", "投诉台账!A1:B2", "'a b'!2:5", "Sheet1!A:A", "[1]Sheet1!A1", "'[1]a b'!A1",
        "Sheet1:Sheet3!A1", "'1月:3月'!A1:B2", "Sheet1!A1:Sheet1!B2", "2025年!A1", "#REF!A1", "'C:\\x\\[a.xlsx]表'!A1",
    ],
    Kind.FUNCTION: ["SUM(", "LOG10(", "_xlfn.IFNA(", "_xlfn._xlws.SORT(", "[1]!MINE(", "ATAN2("],
    Kind.TABLE: [
        "Table1[]", "Table1[列 名]", "Table1[[#This Row],[列 名]]", "表1[[#Headers],[a]:[b]]", "T['[A1'] x]", "[@A1]",
        "[1]!T[A1]", "T[[a'']]",
    ],
    Kind.ERROR: ["#REF!", "#N/A", "#DIV/0!", "Sheet1!#REF!"],
    Kind.NUMBER: ["1", "1.5", ".5", "1E+5", "1e-5", "2."],
    Kind.NAME: ["税率", "A1B", "XFE1", "A1048577", "R1C1", "A01", "A1年", "TRUE", "Sheet1!rate", "[1]!rate", "_a.b", "ABCD1"],
    Kind.BLANK: [" ", "\n ", "\u3000"],
    Kind.OPERATOR: ["+", "<=", "<>", "%", "(", ",", "#", "@", "&"],
}  # fmt: skip


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in SINGLE_TOKENS.items() for text in texts])
def test_a_token_is_one_of_its_kind(kind, text):
    assert tokens(text) == [(kind, text)]


@pytest.mark.parametrize(
    ("formula", "texts"),
    [
        ("A1#", ["A1", "#"]),
        ("A1:A5 A3:C3", ["A1:A5", " ", "A3:C3"]),
        ("(A1,B2)", ["(", "A1", ",", "B2", ")"]),
        ("LOG10(A1)", ["LOG10(", "A1", ")"]),
        ("A1:INDEX(B:B,2)", ["A1", ":", "INDEX(", "B:B", ",", "2", ")"]),
        ("A1:Sheet1!B2", ["A1", ":", "Sheet1!B2"]),
        ("A1:B2:C3", ["A1:B2", ":", "C3"]),
        ("1E+5+E5", ["1E+5", "+", "E5"]),
        ("-A1%", ["-", "A1", "%"]),
        ("A1<>B1", ["A1", "<>", "B1"]),
    ],
)
def test_tokens_stand_side_by_side(formula, texts):
    assert [token.text for token in tokens(formula)] == texts


PIECES = [*"AZ19$:!'\"[]{}()#,; .\n+-%表（", "Sheet1!", "'it''s'!", "#REF!", "SUM("]
SIGNS = st.lists(st.sampled_from(PIECES)).map("".join)


@given(SIGNS)
def test_tokens_are_lossless(formula):
    assert "".join(token.text for token in tokens(formula)) == formula


# two rows inserted at row 9 of 甲; the formula stands on the sheet named
@pytest.mark.parametrize(
    ("home", "before", "after"),
    [
        ("甲", "A8+A9+$A$9", "A8+A11+$A$11"),
        ("甲", "SUM(A5:A9)", "SUM(A5:A11)"),
        ("甲", "SUM(A5 : A9)", "SUM(A5 : A11)"),
        ("甲", "SUM(A5:A8)", "SUM(A5:A8)"),
        ("甲", "SUM(A9:A5)", "SUM(A11:A5)"),
        ("甲", "SUM(A:C)+SUM(A1:C1048576)", "SUM(A:C)+SUM(A1:C1048576)"),
        ("甲", "SUM(2:9)+SUM($9:$9)", "SUM(2:11)+SUM($11:$11)"),
        ("甲", "SUM(1:1048576)", "SUM(1:1048576)"),
        ("甲", "乙!A9+甲!A9", "乙!A9+甲!A11"),
        ("乙", "A9+甲!A9+'甲'!B9:B10", "A9+甲!A11+'甲'!B11:B12"),
        ("甲", "[1]甲!A9+'[1]甲'!A9", "[1]甲!A9+'[1]甲'!A9"),
        ("甲", "[0]甲!A9", "[0]甲!A11"),
        ("甲", "SUM(甲:丙!A9)", "SUM(甲:丙!A9)"),
        ("甲", '"A9"&A9', '"A9"&A11'),
        ("甲", "T[A9]+A9B+LOG10(A9)+#REF!A9", "T[A9]+A9B+LOG10(A11)+#REF!A9"),
        ("甲", "A9#", "A11#"),
        ("甲", "A1048575", "#REF!"),
        ("乙", "甲!A1048575", "甲!#REF!"),
        ("甲", "A1048570:A1048576", "A1048572:A1048576"),
        ("甲", "A1048575:A1048576", "#REF!"),
        ("甲", "1048575:1048576", "#REF!"),
        ("甲", "甲!A9:甲!B9", "甲!A11:甲!B11"),
    ],
)
def test_references_move_when_rows_are_inserted(home, before, after):
    assert shift(before, Shift("甲", at=9, count=2), home) == after


def test_titles_are_compared_without_case_and_without_quotes():
    assert shift("sheet1!A9+'IT''S'!A9", Shift("Sheet1", at=9, count=1), "x") == "sheet1!A10+'IT''S'!A9"
    assert shift("sheet1!A9+'IT''S'!A9", Shift("it's", at=9, count=1), "x") == "sheet1!A9+'IT''S'!A10"
    assert shift("A9", Shift("Sheet1", at=9, count=1), "SHEET1") == "A10"


def test_ranges_that_end_in_a_repeated_row_grow_over_its_copies():
    repeated = Shift("甲", at=9, count=3, stretches_at=8)
    assert shift("SUM(B8:B8)+B8+SUM(8:8)+SUM(B7:B8)", repeated, "甲") == "SUM(B8:B11)+B8+SUM(8:11)+SUM(B7:B11)"
    assert shift("SUM(B8:B8)+B9", repeated.without_stretch(), "甲") == "SUM(B8:B8)+B12"


def test_a_formula_in_which_nothing_moves_is_the_same_string():
    formula = "SUM( A1:A8 )+乙!A9"
    assert shift(formula, Shift("甲", at=9, count=2), "甲") is formula
    assert shift("A9", Shift("甲", at=9, count=2), "乙") == "A9"


@pytest.mark.parametrize(
    ("before", "rows", "columns", "after"),
    [
        ("A1+$A1+A$1+$A$1", 2, 1, "B3+$A3+B$1+$A$1"),
        ("SUM(A1:$B$2)", 1, 0, "SUM(A2:$B$2)"),
        ("SUM(A:$C)+SUM(2:$5)", 1, 1, "SUM(B:$C)+SUM(3:$5)"),
        ("甲!A1+[1]甲!A1+甲:丙!A1", 1, 0, "甲!A2+[1]甲!A2+甲:丙!A2"),
        ("甲!A1:甲!B2", 1, 1, "甲!B2:甲!C3"),
        ("A1:A1048576", 5, 1, "B1:B1048576"),
        ("A1+甲!A1", -1, 0, "#REF!+甲!#REF!"),
        ("A1:B2", 0, -1, "#REF!"),
        ("XFD1", 0, 1, "#REF!"),
        ("2:5", -2, 0, "#REF!"),
        ('"A1"&T[A1]&LOG10(A1)&#REF!A1', 1, 0, '"A1"&T[A1]&LOG10(A2)&#REF!A1'),
    ],
)
def test_references_move_with_a_copied_cell(before, rows, columns, after):
    assert translate(before, rows, columns) == after


NUMBERS = st.integers(20, 60)
CELLS = st.builds(
    lambda column_fixed, column, row_fixed, row: f"{column_fixed}{column}{row_fixed}{row}",
    st.sampled_from(["", "$"]), st.sampled_from(["T", "Z", "AA", "XBC"]), st.sampled_from(["", "$"]), NUMBERS,
)  # fmt: skip
SHEETS = st.sampled_from(["", "甲!", "'a''b'!", "乙!"])
REFERENCES = st.one_of(
    st.builds(lambda sheet, first: sheet + first, SHEETS, CELLS),
    st.builds(lambda sheet, first, last: f"{sheet}{first}:{last}", SHEETS, CELLS, CELLS),
    st.builds(lambda sheet, first, last: f"{sheet}{first}:${last}", SHEETS, NUMBERS, NUMBERS),
)
FORMULAS = st.lists(REFERENCES, min_size=1, max_size=5).map(
    lambda found: "SUM(" + ",".join(found) + ')&"A30"+TAX30年*30'
)


@given(FORMULAS, st.integers(-19, 40), st.integers(-19, 40))
def test_a_copy_copied_back_reads_as_before(formula, rows, columns):
    assert translate(translate(formula, rows, columns), -rows, -columns) == formula


@given(st.lists(CELLS, min_size=1, max_size=6), st.integers(1, 70), st.integers(1, 30))
def test_inserting_rows_moves_each_row_number_from_there_on(cells, at, count):
    def brute(found):
        row, column = cell(found[0])
        written = address(row + count if row >= at else row, column)
        signs = re.fullmatch(r"(\$?)[A-Z]+(\$?)\d+", found[0])
        letters, digits = re.fullmatch(r"([A-Z]+)(\d+)", written).groups()
        return signs[1] + letters + signs[2] + digits

    formula = "+".join(cells)
    assert shift(formula, Shift("甲", at, count), "甲") == re.sub(r"[^+]+", brute, formula)


@given(FORMULAS, st.integers(1, 70), st.integers(1, 30))
def test_the_cells_read_before_and_after_an_insertion_are_the_same(formula, at, count):
    inserted = Shift("甲", at, count)
    before, after = references(formula, "甲"), references(shift(formula, inserted, "甲"), "甲")
    for (title, old), (new_title, new) in zip(before, after, strict=True):
        assert title == new_title
        rows = range(old.top, old.bottom + 1)
        if title != "甲":
            assert old == new
            continue
        kept = {inserted.row(row) for row in rows}
        grown = {row for row in range(at, at + count) if min(rows) < at <= max(rows)}
        assert set(range(new.top, new.bottom + 1)) == kept | grown
        assert (new.left, new.right) == (old.left, old.right)


def test_references_are_listed_with_their_sheet():
    found = references("A1+SUM($B$3:B2)+'it''s'!C:C+乙!2:3+[1]甲!A1+甲:丙!A1+名称+#REF!A1", "甲")
    assert [(title, str(area)) for title, area in found] == [
        ("甲", "A1"), ("甲", "B2:B3"), ("it's", f"C1:C{MAX_ROWS}"), ("乙", "A2:XFD3"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("formula", "opaque", "unseen"),
    [
        ("SUM(A1:B2)*2%", False, False),
        ('IF(TRUE,甲!A1,"名称")', False, False),
        ("A1*税率", True, True),
        ("A1*甲!税率", True, True),
        ("[0]!税率", True, True),
        ("T[a]", True, True),
        ('INDIRECT("A1")', True, True),
        ("SUM(OFFSET(A1,1,1))", True, True),
        ("SUM(甲:丙!A1)", True, True),
        ("A1:INDEX(B:B,2)", True, True),
        ("A1#", True, True),
        ("[1]甲!A1", True, False),
        ("[1]!税率", True, False),
        ("[1]!FUNC(A1)", True, True),
        ("TODAY()-A1", True, False),
        ("_xlfn.RANDARRAY(2)", True, False),
        ("#REF!A1+1", True, False),
    ],
)  # fmt: skip
def test_what_a_formula_reads_beyond_its_references(formula, opaque, unseen):
    assert (is_opaque(formula), bool(outline(formula, "甲").unseen)) == (opaque, unseen)


def test_references_through_several_sheets_are_recognised():
    assert is_three_dimensional("SUM(甲:丙!A1)")
    assert is_three_dimensional("SUM('a b:丙'!A1:B2)")
    assert not is_three_dimensional('SUM(A1:B2)+"甲:丙!A1"')
    assert not is_three_dimensional("SUM([1]甲:丙!A1)")


def test_functions_are_named_without_prefix():
    assert list(function_names('_xlfn.IFNA(sum(A1),"MAX(")')) == ["IFNA", "SUM"]
    assert hangs_on_place("ROW()-3")
    assert not hangs_on_place("ROUND(A1,2)")


@pytest.mark.parametrize("piece", ["''", "'[", "[", "A1:", '{"', "A", "1", "$A", "#", "(", "!"])
def test_a_formula_made_to_be_slow_is_not(piece):
    started = time.process_time()
    tokens("甲!" + piece * 8000)
    assert time.process_time() - started < 3
