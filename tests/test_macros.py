from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import zipfile

import olefile
import pytest
from building import FOLDER, VBA_Parser, build, decompress_stream
from button_sheet import TITLE, buttons
from compound_file import SMALL, compound_file
from hypothesis import given
from hypothesis import strategies as st
from vba_project import CHUNK, Module, compressed, vba_project

from xiaobao_xl import package
from xiaobao_xl.package.markup import Markup
from xiaobao_xl.tasks import blanks

SOURCE = (FOLDER / "XB.bas").read_text(encoding="ascii")
RIBBON = (FOLDER / "customUI14.xml").read_bytes()
VERBS = ["blank", "check", "next_finding", "clear_marks", "undo", "classify", "due", "report"]
LABELS = ["新建台账", "校验", "定位", "清除标记", "撤销上次", "分类", "时限", "报表"]
SUB = re.compile(r"^(Public|Private) Sub (\w+)\((.*?)\)\n(.*?)^End Sub$", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def built(rules):
    """Name → (sources, file)."""
    addin, register, functions = build.macros(is_addin=True), build.macros(is_addin=False), build.functions()
    return {
        build.ADDIN: (addin, build.addin(addin, rules)),
        build.REGISTER: (register, build.register(register, rules)),
        build.CALC_REGISTER: (functions, build.calc_register(functions, rules)),
    }


@pytest.fixture(params=[build.ADDIN, build.REGISTER])
def one(request, built):
    return (request.param, *built[request.param])


def stored_modules(name, data):
    parser = VBA_Parser(name, data=data)
    found = {stream.removeprefix("VBA/"): code for _, stream, _, code in parser.extract_macros()}
    parser.close()
    return found


def parts(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_same_sources_give_the_same_bytes_in_another_process(built, tmp_path):
    settings = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Shanghai", "PYTHONUTF8": "1"}
    subprocess.run([sys.executable, FOLDER / "build.py", tmp_path], env=settings, check=True, stdout=subprocess.DEVNULL)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        name: data for name, (_, data) in built.items()
    }


def test_another_reader_finds_the_very_text_of_every_module(one):
    name, sources, data = one
    found = stored_modules(name, data)
    assert len(sources.modules) >= 3
    for module in sources.modules:
        assert found[module.name].encode("ascii").replace(b"\r\n", b"\n") == module.text().replace(b"\r\n", b"\n")


def test_macros_are_ascii_and_the_texts_of_the_folder_are_all_there(one):
    _, sources, data = one
    assert {path.stem for path in FOLDER.glob("*.bas")} <= {module.name for module in sources.modules}
    assert all(code.isascii() for code in stored_modules(*one[::2]).values())
    assert data.startswith(b"PK")


def test_source_that_is_not_ascii_is_refused():
    with pytest.raises(UnicodeEncodeError):
        vba_project([Module("M", "standard", "' 中文")])


def test_every_sheet_has_its_module_and_every_module_its_sheet(one):
    name, sources, data = one
    found = parts(data)
    code_names = [
        re.search(rb'<(?:\w+:)?sheetPr[^>]*codeName="(\w+)"', part)[1].decode()
        for name, part in found.items()
        if name.startswith("xl/worksheets/sheet")
    ]
    own = {module.name for module in sources.modules}
    assert sorted(set(stored_modules(name, data)) - own) == sorted([*code_names, "ThisWorkbook"])
    assert b'codeName="ThisWorkbook"' in found["xl/workbook.xml"]


def test_the_file_says_what_it_is(one):
    name, _, data = one
    found = parts(data)
    kind = "addin" if name.endswith(".xlam") else "sheet"
    assert f'"application/vnd.ms-excel.{kind}.macroEnabled.main+xml"'.encode() in found["[Content_Types].xml"]
    assert b"office/2007/relationships/ui/extensibility" in found["_rels/.rels"]
    assert b"office/2006/relationships/vbaProject" in found["xl/_rels/workbook.xml.rels"]
    assert found["customUI/customUI14.xml"] == RIBBON


def test_every_xml_part_is_well_formed(one):
    for name, part in parts(one[2]).items():
        if name.endswith((".xml", ".rels", ".vml")):
            Markup(part, name)


def test_every_callback_of_the_ribbon_is_a_public_sub():
    root = Markup(RIBBON).root
    subs = {name: (access, arguments) for access, name, arguments, _ in SUB.findall(SOURCE)}
    calls = [
        value for element in root.all() for key, value in element.attributes.items() if key.startswith(("on", "get"))
    ]
    assert len(calls) == len(VERBS)
    assert {subs[name] for name in calls} == {("Public", "control As IRibbonControl")}


def test_the_ribbon_is_one_tab_with_chinese_words_and_office_icons():
    root = Markup(RIBBON).root
    assert root.space == "http://schemas.microsoft.com/office/2009/07/customui"
    assert [tab.attributes["label"] for tab in root.all("tab")] == ["消保"]
    found = [button.attributes for button in root.all("button")]
    assert sorted(button["tag"] for button in found) == sorted(VERBS)
    ids = [element.attributes["id"] for element in root.all() if "id" in element.attributes]
    assert len(set(ids)) == len(ids) == len(found) + 4
    for button in found:
        assert re.fullmatch("[A-Z][A-Za-z]+", button["imageMso"])
        assert all(re.search("[\u4e00-\u9fff]", button[key]) for key in ("label", "screentip", "supertip"))


def test_every_public_sub_ends_failures_in_the_status_cell():
    public = [(name, body) for access, name, _, body in SUB.findall(SOURCE) if access == "Public"]
    assert len(public) == len(VERBS) + 1
    for name, body in public:
        lines = [line.strip() for line in body.splitlines()]
        assert lines[0] == "On Error GoTo Failed", name
        assert lines[-3:] == ["Exit Sub", "Failed:", "XB_Fail Err.Description"], name
    telling = next(body for _, name, _, body in SUB.findall(SOURCE) if name == "XB_Tell")
    assert telling.split()[:4] == ["On", "Error", "Resume", "Next"]
    assert "XB_Status(book).Value = sentence" in telling


def test_every_sentence_a_macro_asks_for_stands_in_the_settings(one):
    _, sources, data = one
    asked = set(re.findall(r'XB_Text\("(\w+)"\)', SOURCE))
    assert asked == set(build.SENTENCES)
    rows = dict(sources.settings)
    assert all(rows[key] for key in asked)
    cells = {place: cell.value for place, cell in package.Book(data).each(build.SETTINGS)}
    stored = {cells[row, 1]: cells.get((row, 2)) or "" for row, column in cells if column == 1}
    assert stored == rows


def test_no_path_of_this_computer_is_in_the_settings(one):
    rows = dict(one[1].settings)
    assert {key: rows[key] for key in rows if key.startswith("INTERPRETER")} in (
        {},
        {"INTERPRETER_WIN": "", "INTERPRETER_MAC": ""},
    )
    assert rows["ADD_WORKBOOK_TO_PYTHONPATH"] == "False"


def test_the_add_in_takes_its_settings_from_itself_alone(built):
    text = next(module.source for module in built[build.ADDIN][0].modules if module.name == build.RUNNER)
    own = next(module.source for module in built[build.REGISTER][0].modules if module.name == build.RUNNER)
    code = [line for line in text.splitlines() if not line.strip().startswith("'")]
    assert [line.strip()[:18] for line in code if "ActiveWorkbook" in line] == [
        "ParameterString = ",
        '" --wb=" & """" & ',
    ]
    assert text.replace("ActiveWorkbook.Name", "ThisWorkbook.Name") == own
    assert "myaddin" not in text


def test_the_register_is_the_one_blank_writes(built, rules, tmp_path):
    blanks.blank(rules, "complaint", tmp_path / "blank.xlsx")
    plain, ours = package.Book(tmp_path / "blank.xlsx"), package.Book(built[build.REGISTER][1])
    added = [TITLE, build.STATUS, build.SETTINGS, build.CALENDAR]
    assert ours.sheet_names == [*plain.sheet_names, *added]
    assert ours.has_macros
    for sheet in plain.sheet_names:
        assert dict(ours.each(sheet)) == dict(plain.each(sheet))
    assert ours.value(build.STATUS, "B1").startswith("就绪")
    states = {entry.title: entry.state for entry in ours.directory.entries()}
    assert [title for title, state in states.items() if state == "hidden"] == added[1:]


def test_the_register_for_libreoffice_has_the_functions_alone(built, rules, tmp_path):
    blanks.blank(rules, "complaint", tmp_path / "blank.xlsx")
    data = built[build.CALC_REGISTER][1]
    ours, found = package.Book(data), stored_modules(build.CALC_REGISTER, data)
    assert ours.sheet_names == [*package.Book(tmp_path / "blank.xlsx").sheet_names, build.CALENDAR]
    assert not [name for name in parts(data) if name.startswith("customUI")]
    own = {path.stem: path.read_text(encoding="ascii") for path in FOLDER.glob("*.bas")}
    del own["XB"]
    standard = {name: code for name, code in found.items() if not name.startswith(("Sheet", "ThisWorkbook"))}
    assert set(standard) == set(own)
    for name, text in own.items():
        assert standard[name].replace("\r\n", "\n").strip().endswith(text.strip())
    assert not any("RunPython" in code for code in found.values())


def test_every_button_on_the_sheet_runs_the_macro_of_its_verb(built):
    found = parts(built[build.REGISTER][1])
    shapes = next(part for name, part in found.items() if name.startswith("xl/drawings/drawing"))
    given = buttons(RIBBON, SOURCE)
    assert re.findall(r'macro="\[0\]!(\w+)"', shapes.decode()) == [button.macro for button in given]
    assert len(given) == len(VERBS)
    subs = {name: body for access, name, arguments, body in SUB.findall(SOURCE) if access == "Public" and not arguments}
    verbs = {re.search('XB_Run "(.*)"', subs[button.macro])[1]: button.label for button in given}
    assert verbs == dict(zip(VERBS, LABELS, strict=True))


def test_names_of_both_files_point_to_sheets_that_are_there(one):
    book = Markup(parts(one[2])["xl/workbook.xml"])
    names = {entry.attributes["name"]: book.text(entry) for entry in book.root.all("definedName")}
    titles = package.Book(one[2]).sheet_names
    assert names[build.STATUS_NAME] == f"'{build.STATUS}'!$B$1"
    assert {"XB_OFF", "XB_LIMITS"} <= set(names)
    for name, formula in names.items():
        if name.startswith("XB_"):
            assert formula.rpartition("!")[0].strip("'") in titles, name


@given(st.one_of(st.binary(max_size=2 * CHUNK + 9), st.text("ab \n", max_size=2 * CHUNK + 9).map(str.encode)))
def test_what_is_packed_is_unpacked_the_same_by_another_reader(data):
    packed = compressed(data)
    unpacked = decompress_stream(bytearray(packed)) if data else b""
    assert unpacked[: len(data)] == data
    assert not unpacked[len(data) :].strip(b"\0")  # what cannot be packed is filled up


@pytest.mark.parametrize(
    ("text", "packed"),
    [
        ("abcdefghijklmnopqrstuv.", "0119b000616263646566676800696a6b6c6d6e6f70007172737475762e"),
        ("a" * 73, "0103b002614500"),
    ],
)
def test_packing_gives_the_bytes_of_the_specification(text, packed):
    assert compressed(text.encode()) == bytes.fromhex(packed)


@given(
    st.dictionaries(
        st.text("ABCdef_", min_size=1, max_size=31).map(lambda name: f"VBA/{name}"),
        st.one_of(st.binary(max_size=200), st.integers(SMALL - 65, SMALL + 600).map(bytes)),
        max_size=12,
    ),
    st.integers(0, 70_000),
)
def test_a_compound_file_gives_back_every_stream(streams, size):
    unique = {name.upper(): (name, data) for name, data in streams.items()}
    given_streams = {"PROJECT": bytes(place % 251 for place in range(size)), **dict(unique.values())}
    with olefile.OleFileIO(compound_file(given_streams), raise_defects=olefile.DEFECT_INCORRECT) as read:
        assert {"/".join(path): read.openstream(path).read() for path in read.listdir()} == given_streams


def test_a_compound_file_refuses_what_it_cannot_hold():
    with pytest.raises(ValueError, match="31 characters"):
        compound_file({"n" * 32: b""})
    with pytest.raises(ValueError, match="too large"):
        compound_file({"PROJECT": bytes(8 << 20)})
