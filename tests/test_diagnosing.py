"""The check-up names what is there, what is in the way, and a way round that works."""

from __future__ import annotations

import json
import plistlib
from dataclasses import replace

import pytest
from windows_desk import EXCEL, LIBRARIES, WPS, make_addin, windows

from xiaobao_xl import resources
from xiaobao_xl.desktop import addin_file, calc_buttons, obstacles, programs
from xiaobao_xl.desktop.machine import Machine
from xiaobao_xl.tasks.diagnosing import doctor
from xiaobao_xl.tasks.installing_calc import install_libreoffice

GUARD = r"HKLM\SOFTWARE\Policies\Microsoft\Windows Defender\Windows Defender Exploit Guard\ASR\Rules"
CHILD = "D4F940AB-401B-4EFC-AADC-AD5F3C50688A"
POLICY = r"HKCU\Software\Policies\Microsoft\Office\16.0"
OWN = r"HKCU\Software\Microsoft\Office\16.0"


@pytest.fixture(autouse=True)
def shipped(tmp_path_factory, monkeypatch):
    """An add-in of the test's own in the place of the shipped one."""
    path = make_addin(tmp_path_factory.mktemp("shipped") / "shipped.xlam")
    monkeypatch.setattr(resources, "addin_path", lambda: path)
    return path


def install(machine: Machine, python: str | None = None) -> None:
    folder = addin_file.startup_folder(machine)
    folder.mkdir(parents=True, exist_ok=True)
    make_addin(folder / addin_file.NAME, (("INTERPRETER_WIN", python or str(machine.python)),))


def faults(diagnosis) -> list[str]:
    return [item.text for item in diagnosis.items if item.state == "bad"]


def works(diagnosis) -> dict[str, bool]:
    return {way.title: way.works for way in diagnosis.ways}


@pytest.fixture
def desk(tmp_path):
    """A Windows computer with Excel and the add-in."""
    machine = windows(tmp_path, EXCEL)
    install(machine)
    return machine


@pytest.fixture
def linux(tmp_path):
    """A Linux computer with LibreOffice."""
    program = tmp_path / "program" / "soffice"
    program.parent.mkdir()
    program.touch()
    (program.parent / "versionrc").write_text("[Version]\nMsiProductVersion=25.2.3.2\n")
    facts = {"system": "Linux", "environ": {}, "which": {"soffice": str(program)}.get, "speaks_uno": lambda: True}
    return windows(tmp_path, **facts)


def test_where_all_is_well_every_way_of_excel_is_open(desk):
    diagnosis = doctor(desk)
    assert faults(diagnosis) == []
    assert works(diagnosis) == {"文件方式": True, "连接打开着的台账": True, "Excel 里的“消保”按钮": True}
    assert "没有发现要处理的问题。" in list(diagnosis.lines())


def test_the_page_reads_as_a_checklist(desk):
    lines = list(doctor(desk).lines())
    headings = [line for line in lines if line and not line.startswith(" ")]
    assert headings[:5] == ["程序", "表格软件", "Excel 加载项", "宏与安全设置", "可以这样用"]
    assert r"  ✓ Excel 16.0.17328.20184（C:\Office16\EXCEL.EXE）" in lines
    assert all(line.startswith(("  ✓ ", "  ✗ ", "  ！ ", "      → ")) for line in lines if line.startswith(" "))


def test_every_fault_comes_with_a_next_step(tmp_path):
    broken = {
        GUARD: {CHILD: "1"},
        rf"{POLICY}\Excel\Security": {"DisableAllAddins": 1, "RequireAddinSig": 1, "VBAWarnings": 4},
        rf"{OWN}\Common\Security": {"RequireAlwaysOnMacroSig": 1},
        r"HKCU\Software\Policies\Microsoft\Windows\System": {"DisableCMD": 2},
    }
    machine = windows(tmp_path, EXCEL, broken, installed=lambda _: "")
    install(machine, r"C:\没有了\python.exe")
    diagnosis = doctor(machine)
    assert len(faults(diagnosis)) == 7
    assert all(item.next_step for item in diagnosis.items if item.state == "bad")


def test_json_says_the_same(desk):
    told = json.loads(json.dumps(doctor(desk).as_json(), ensure_ascii=False))
    assert told["system"] == "Windows"
    assert {item["state"] for item in told["items"]} == {"good", "note"}
    assert told["ways"][0] == {
        "title": "文件方式",
        "works": True,
        "how": "xiaobao check 台账.xlsx --out 台账_校验.xlsx",
    }


class TestAddin:
    def test_not_installed_is_no_fault(self, tmp_path):
        diagnosis = doctor(windows(tmp_path, EXCEL))
        assert faults(diagnosis) == []
        assert not works(diagnosis)["Excel 里的“消保”按钮"]

    def test_a_python_that_is_gone(self, desk):
        install(desk, r"C:\没有了\python.exe")
        diagnosis = doctor(desk)
        [text] = faults(diagnosis)
        assert text.endswith(r"里写的 Python 不在了：C:\没有了\python.exe")
        assert not works(diagnosis)["Excel 里的“消保”按钮"]

    def test_another_python_is_worth_a_word(self, desk, tmp_path):
        other = tmp_path / "另一处" / "python.exe"
        other.parent.mkdir()
        other.touch()
        install(desk, str(other))
        diagnosis = doctor(desk)
        assert faults(diagnosis) == []
        assert any("不是现在这个 Python" in item.text for item in diagnosis.items)

    def test_one_from_before_an_update(self, desk, shipped):
        make_addin(shipped, macros=b"newer")
        assert faults(doctor(desk)) == ["装好的加载项和现在的程序不是同一版。"]

    def test_where_none_was_built_there_is_nothing_to_compare_with(self, desk, monkeypatch):
        monkeypatch.setattr(resources, "addin_path", lambda: resources.sample_path("没有"))
        assert faults(doctor(desk)) == []

    def test_a_damaged_file(self, desk):
        (addin_file.startup_folder(desk) / addin_file.NAME).write_bytes(b"quarantined")
        [text] = faults(doctor(desk))
        assert "打不开，可能被杀毒软件改动" in text

    def test_two_copies(self, desk):
        second = desk.appdata / "Microsoft" / "AddIns"
        second.mkdir()
        make_addin(second / addin_file.NAME, (("INTERPRETER_WIN", str(desk.python)),))
        assert faults(doctor(desk)) == ["装了两份，“消保”会出现两次。"]

    def test_one_that_excel_has_set_aside(self, tmp_path):
        path = r"c:\users\zhang\appdata\roaming\microsoft\excel\xlstart\XIAOBAO_XL.XLAM"
        entry = bytes(12) + path.encode("utf-16-le")
        machine = windows(tmp_path, EXCEL, {rf"{OWN}\Excel\Resiliency\DisabledItems": {"1A2B": entry}})
        install(machine)
        assert faults(doctor(machine)) == ["Excel 在一次出错后停用了我们的加载项。"]


class TestObstacles:
    @pytest.mark.parametrize(("action", "state"), [("1", "bad"), (1, "bad"), ("6", "note"), ("2", None), ("0", None)])
    def test_defender_forbids_only_when_it_blocks(self, tmp_path, action, state):
        found = obstacles.found(windows(tmp_path, EXCEL, {GUARD: {CHILD: action}}))
        assert [item.state for item in found if "启动子进程" in item.text] == ([state] if state else [])

    def test_rules_handed_out_by_the_console_are_seen(self, tmp_path):
        listed = f"{{{CHILD}}}=1|92E97FA1-2EDF-4476-BDD6-9DD0B4DDDC7B=2"
        managed = {r"HKLM\SOFTWARE\Policies\Microsoft\Windows Defender\Policy Manager": {"ASRRules": listed}}
        [item] = obstacles.blocking(obstacles.found(windows(tmp_path, EXCEL, managed)))
        assert "启动子进程" in item.text
        assert "xiaobao attach check" in item.next_step

    @pytest.mark.parametrize("value", [3, 4])
    def test_blocked_macros_still_leave_the_addin(self, tmp_path, value):
        setting = {rf"{POLICY}\Excel\Security": {"vbawarnings": value}, rf"{OWN}\Excel\Security": {"VBAWarnings": 1}}
        found = obstacles.found(windows(tmp_path, EXCEL, setting))
        assert obstacles.blocking(found) == []
        [item] = [item for item in found if item.text.startswith("宏设置")]
        assert item.state == "note"
        assert "加载项放在受信任位置，不受影响" in item.text

    def test_a_list_of_allowed_addins_may_have_ours(self, tmp_path):
        closed = {rf"{POLICY}\Excel\Resiliency": {"RestrictToList": 1}}
        assert len(obstacles.blocking(obstacles.found(windows(tmp_path, EXCEL, closed)))) == 1
        listed = {rf"{POLICY}\Excel\Resiliency\AddinList": {"xiaobao_xl.xlam": "1"}}
        assert obstacles.blocking(obstacles.found(windows(tmp_path, EXCEL, closed, listed))) == []

    def test_a_policy_is_for_the_it_department_and_an_own_setting_for_the_trust_centre(self, tmp_path):
        place = r"\Excel\Security\Trusted Locations"
        [policy] = obstacles.blocking(
            obstacles.found(windows(tmp_path, EXCEL, {POLICY + place: {"AllLocationsDisabled": 1}}))
        )
        [own] = obstacles.blocking(
            obstacles.found(windows(tmp_path, EXCEL, {OWN + place: {"AllLocationsDisabled": 1}}))
        )
        assert policy.next_step.startswith("这是单位统一的设置，请找科技部门。")
        assert own.next_step.startswith("在 Excel“文件→选项→信任中心")


class TestPrograms:
    def test_wps_in_the_place_of_excel(self, tmp_path):
        diagnosis = doctor(windows(tmp_path, WPS))
        texts = [item.text for item in diagnosis.items]
        assert r"WPS 12.1.0.16120（C:\Kingsoft\12.1）" in texts
        assert any("WPS 接管了 Excel 的登记" in text for text in texts)
        assert works(diagnosis) == {
            "文件方式": True,
            "连接打开着的台账": False,
            "Excel 里的“消保”按钮": False,
            "WPS 里的按钮": False,
        }

    def test_excel_beside_wps(self, tmp_path):
        machine = windows(tmp_path, EXCEL, WPS)
        assert programs.excel(machine).version == "16.0.17328.20184"
        assert programs.wps(machine).version == "12.1.0.16120"
        assert programs.excel_belongs_to_wps(machine)

    def test_a_mac(self, tmp_path):
        contents = tmp_path / "Applications" / "Microsoft Excel.app" / "Contents"
        contents.mkdir(parents=True)
        (contents / "Info.plist").write_bytes(plistlib.dumps({"CFBundleShortVersionString": "16.89"}))
        mac = windows(tmp_path, system="Darwin", root=tmp_path)
        diagnosis = doctor(mac)
        assert programs.excel(mac).version == "16.89"
        assert works(diagnosis) == {"文件方式": True, "连接打开着的台账": True}
        assert diagnosis.system == "macOS"

    def test_libreoffice_tells_its_version_beside_its_program(self, linux):
        assert programs.libreoffice(linux).version == "25.2.3.2"


class TestLibreOffice:
    WAY = "LibreOffice 里的“消保”工具栏"

    def test_a_python_that_cannot_reach_it_leaves_the_files(self, linux):
        diagnosis = doctor(replace(linux, speaks_uno=lambda: False))
        assert faults(diagnosis) == []
        assert works(diagnosis) == {"文件方式": True, "连接打开着的台账": False, self.WAY: False}
        assert any("连不上正在运行的 LibreOffice" in item.text for item in diagnosis.items)

    def test_before_and_after_the_toolbar_is_installed(self, linux):
        assert works(doctor(linux)) == {"文件方式": True, "连接打开着的台账": True, self.WAY: False}
        install_libreoffice(linux)
        assert works(doctor(linux))[self.WAY]

    def test_a_toolbar_of_another_place_is_a_fault(self, linux):
        install_libreoffice(linux)
        script, _ = calc_buttons.places(calc_buttons.profile(linux))
        script.write_text(script.read_text("utf-8").replace("PLACES = [", "PLACES = ['/opt/挪走了', "), "utf-8")
        diagnosis = doctor(linux)
        assert faults(diagnosis) == ["装好的工具栏属于另一个版本，或程序挪了地方。"]
        assert not works(diagnosis)[self.WAY]


def test_a_missing_library_closes_every_way(desk):
    gone = replace(desk, installed=lambda library: "" if library == "pywin32" else LIBRARIES.get(library, ""))
    diagnosis = doctor(gone)
    assert faults(diagnosis) == ["缺少程序库：pywin32"]
    assert not any(works(diagnosis).values())


def test_this_computer_can_be_looked_at():
    diagnosis = doctor()
    assert faults(diagnosis) == []
    assert works(diagnosis)["文件方式"]
