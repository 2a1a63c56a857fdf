"""From the button to the answer: macro in the built register → Python process → the live workbook changed → status cell."""

from __future__ import annotations

import shlex
import subprocess
import sys
import time
from pathlib import Path

import pytest
import xlwings
from building import build

from xiaobao_xl.libreoffice import bridge
from xiaobao_xl.live.ours import BUTTONS

DOUBLE = (Path(__file__).parent / "run_python_double.bas").read_text(encoding="ascii")
COMPLAINTS = (
    {"投诉编号": "TS001", "收到日期": "2026-03-02", "投诉内容": "信用卡被收了年费，客服说不能退"},
    {"投诉编号": "TS001", "收到日期": "2026-03-03", "投诉内容": "房贷提前还款被拒绝"},
)


@pytest.fixture
def folder(live_office, tmp_path):
    """The built register, its module that runs Python replaced by the double, and the script the double starts."""
    return prepare(
        tmp_path, prelude=f"from xiaobao_xl import libreoffice; libreoffice.connect(port={live_office.port}); "
    )


@pytest.fixture
def register(live_office, folder, rules):
    (folder / "投诉台账.xlsm").write_bytes(built(folder, rules))
    with live_office.opened(folder / "投诉台账.xlsm") as document:
        yield Register(document)


def prepare(folder, prelude):
    command = contract(sys.executable, f"{prelude}$1", '"$2"')
    script = folder / "run.sh"
    script.write_text(f'{command} > "$0.log" 2>&1\necho $? > "$0.code"\nmv "$0.code" "$0.result"\n', encoding="utf-8")
    return folder


def answers(folder, words):
    """Let no Python run; the double finds these words where the exit code should be."""
    script = f'echo "{words}" > "$0.code"\nmv "$0.code" "$0.result"\n'
    (folder / "run.sh").write_text(script, encoding="utf-8")


def built(folder, rules):
    settings = [("TEST_SCRIPT", str(folder / "run.sh"))]
    return build.register(build.macros(is_addin=False, runner=DOUBLE, settings=settings), rules)


def contract(python, command, name):
    """The words with which xlwings' module starts Python, in a shell's spelling."""
    paths = "False;a;b;;;;"
    started = f'import xlwings.utils;xlwings.utils.prepare_sys_path(\\"{paths}\\"); {command}'
    return f'{shlex.quote(python)} -B -c "{started}" --wb={name} --from_xl=1 --app="x" --hwnd="0"'


class Register:
    """The register in the live document."""

    def __init__(self, document):
        self.document = document
        self.sheet = document.Sheets.getByIndex(0)

    def fill(self):
        heads = self.sheet.getCellRangeByName("A1:CZ1").getDataArray()[0]
        for row, complaint in enumerate(COMPLAINTS, start=1):
            for head, text in complaint.items():
                cell = self.sheet.getCellByPosition(heads.index(head), row)
                cell.setFormula(text)
        return self

    def press(self, macro):
        """Run a macro as a button does; the sentence of the status cell."""
        provider = self.document.getScriptProvider()
        address = f"vnd.sun.star.script:VBAProject.XB.{macro}?language=Basic&location=document"
        started = time.perf_counter()
        provider.getScript(address).invoke((), (), ())
        sys.stdout.write(f"{macro}: {time.perf_counter() - started:.2f} s, {self.status}\n")
        return self.status

    @property
    def status(self):
        return self.document.Sheets.getByName("消保状态").getCellRangeByName("B1").String

    def front(self, title):
        self.document.getCurrentController().setActiveSheet(self.document.Sheets.getByName(title))

    @property
    def titles(self):
        return [sheet.Name for sheet in self.document.Sheets]


def test_the_buttons_of_the_register_change_the_live_workbook_through_python(register):
    register.fill()
    assert register.status.startswith("就绪")
    assert register.press("XB_Check").startswith("校验完 2 行：错误 ")
    assert "校验结果" in register.titles
    assert register.press("XB_Next_Finding").startswith("A2 [错误] “投诉编号”应当唯一，与第 3 行相同")
    assert register.press("XB_Clear_Marks").startswith("校验的着色和结果页已清除")
    assert "校验结果" not in register.titles
    assert register.press("XB_Undo").startswith("已撤销“清除标记”")
    assert "校验结果" in register.titles
    width = register.sheet.createCursor()
    width.gotoEndOfUsedArea(False)
    before = width.RangeAddress.EndColumn
    assert register.press("XB_Classify").startswith("分类完 2 行")
    assert register.press("XB_Due_Dates").startswith("算完 ")
    width.gotoEndOfUsedArea(False)
    assert width.RangeAddress.EndColumn > before


def test_buttons_that_make_files_open_them(live_office, register, folder):
    register.fill()
    assert "投诉台账.xlsx" in register.press("XB_Blank")
    assert "消费投诉季度统计表" in register.press("XB_Report")
    opened = [document for document in live_office.documents() if document.URL != register.document.URL]
    names = sorted(Path(bridge.to_path(document.URL)).relative_to(folder).name for document in opened)
    for document in opened:
        document.close(True)
    assert names[0] == "投诉台账.xlsx"
    assert names[1].startswith("消费投诉季度统计表_")


def test_a_button_on_the_sheet_of_buttons_works_on_the_register(register):
    register.fill().front(BUTTONS)
    assert register.press("XB_Check").startswith("校验完 2 行")
    shown = register.document.Sheets.getByName(BUTTONS).getCellRangeByName("D5")
    register.document.calculate()
    assert shown.String == register.status


def test_each_shape_on_the_sheet_of_buttons_is_bound_to_its_macro(register):
    page = register.document.Sheets.getByName(BUTTONS).DrawPage
    shapes = [page.getByIndex(number) for number in range(page.Count)]
    clicks = {
        shape.Name: {part.Name: part.Value for part in shape.getEvents().getByName("OnClick")} for shape in shapes
    }
    assert len(clicks) == 8
    assert clicks["校验"]["Script"] == "vnd.sun.star.script:VBAProject.XB.XB_Check?language=Basic&location=document"


def test_a_refusal_of_the_work_is_one_sentence_in_the_status_cell(register):
    register.sheet.getCellRangeByName("A1:CZ1").clearContents(23)
    sentence = register.press("XB_Check")
    assert "台账" in sentence
    assert "Traceback" not in sentence


def test_a_python_that_does_not_start_leaves_a_clear_sentence(register, folder):
    answers(folder, "1")
    assert register.press("XB_Check") == build.SENTENCES["XB_SILENT"]


def test_a_fault_in_the_macro_itself_leaves_a_clear_sentence(register, folder):
    answers(folder, "the disk is full")
    sentence = register.press("XB_Check")
    assert sentence.startswith(build.SENTENCES["XB_FAILED"])
    assert "the disk is full" in sentence


def test_a_register_without_its_settings_still_says_something(register):
    register.document.Sheets.removeByName(build.SETTINGS)
    assert not register.press("XB_Check").startswith("就绪")


def test_the_words_xlwings_starts_python_with_reach_the_calling_workbook(live_office, register, folder):
    register.fill()
    prelude = f"from xiaobao_xl import libreoffice; libreoffice.connect(port={live_office.port}); "
    command = contract(
        sys.executable, f"{prelude}import xiaobao_xl.addin; xiaobao_xl.addin.run('check')", "投诉台账.xlsm"
    )
    done = subprocess.run(["/bin/sh", "-c", command], cwd=folder, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert register.status.startswith("校验完 2 行")


def test_the_double_keeps_the_contract_of_the_installed_xlwings():
    text = (Path(xlwings.__file__).parent / "xlwings.bas").read_text(encoding="ascii")
    assert '" -B -c ""import xlwings.utils;xlwings.utils.prepare_sys_path(\\"""' in text
    assert '" --wb=" & """" & ThisWorkbook.Name & """ --from_xl=1" & " --app="' in text
    assert "Public Function RunPython(PythonCommand As String)" in text
    assert "Public Function RunPython(PythonCommand As String)" in DOUBLE


@pytest.mark.parametrize("is_addin", [True, False])
def test_both_files_open_without_repair(live_office, rules, tmp_path, is_addin):
    given = build.macros(is_addin=is_addin)
    name, data = (
        (build.ADDIN, build.addin(given, rules)) if is_addin else (build.REGISTER, build.register(given, rules))
    )
    (tmp_path / name).write_bytes(data)
    with live_office.opened(tmp_path / name) as document:
        library = document.BasicLibraries.getByName("VBAProject")
        assert {"XB", "xlwings", "XBFunctions", "ThisWorkbook"} <= set(library.ElementNames)
        assert "XB_Check" in library.getByName("XB")
        assert document.NamedRanges.hasByName("XB_STATUS")
