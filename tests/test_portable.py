"""The portable folder: everything in its place, nothing fetched where all is given, and what to do where something is missing."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
import urllib.error
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
ON_WINDOWS = {
    "platform_system": "Windows",
    "sys_platform": "win32",
    "os_name": "nt",
    "platform_machine": "AMD64",
    "extra": "",
}


@pytest.fixture(scope="module")
def script():
    """portable/lay_out.py as a module."""
    spec = importlib.util.spec_from_file_location("lay_out", ROOT / "portable" / "lay_out.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def make_python(path: Path, files: tuple[str, ...] = ("python.exe", "python311.dll", "python311.zip")) -> Path:
    with zipfile.ZipFile(path, "w") as zipped:
        for name in files:
            zipped.writestr(name, name)
        zipped.writestr("python311._pth", "python311.zip\r\n.\r\n\r\n#import site\r\n")
    return path


def make_wheel(folder: Path, name: str, files: dict[str, str] | None = None, needs: tuple[str, ...] = ()) -> Path:
    package, version = name.split("-")[:2]
    asked = "".join(f"Requires-Dist: {need}\n" for need in needs)
    path = folder / f"{name}.whl"
    with zipfile.ZipFile(path, "w") as zipped:
        zipped.writestr(f"{package}/__init__.py", "")
        zipped.writestr(
            f"{package}-{version}.dist-info/METADATA",
            f"Name: {package}\nVersion: {version}\n{asked}\nRequires-Dist: prose\n",
        )
        for place, text in (files or {}).items():
            zipped.writestr(place, text)
    return path


@pytest.fixture
def shelf(tmp_path) -> Path:
    """All that goes into the folder, made up."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    needs = ("xlwings<1,>=0.34", "isal>=1.7; platform_machine == 'x86_64'", "pytest; extra == 'dev'")
    make_wheel(folder, "xiaobao_xl-0.1.0-py3-none-any", needs=needs)
    beside = {
        "xlwings-1.0.data/data/xlwings64-1.0.dll": "dll",
        "xlwings-1.0.data/scripts/xlwings.exe": "exe",
        "xlwings-1.0.data/platlib/late.py": "late",
        "xlwings/pro/__init__.py": "paid",
    }
    make_wheel(folder, "xlwings-1.0-cp311-cp311-win_amd64", beside)
    make_wheel(folder, "pywin32-312-cp311-cp311-win_amd64", {"pywin32.pth": "win32\n"})
    make_wheel(folder, "colorama-0.4-py2.py3-none-any")
    make_wheel(folder, "tzdata-2026.1-py3-none-any")
    make_python(tmp_path / "python.zip")
    return folder


@pytest.fixture
def laid_out(script, shelf, tmp_path) -> Path:
    """The folder, laid out."""
    out = tmp_path / "dist" / "便携版"
    assert script.main(["--out", str(out), "--python-zip", str(tmp_path / "python.zip"), "--wheels", str(shelf)]) == 0
    return out


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


class TestLayout:
    def test_launchers_and_guide_stand_on_top(self, laid_out):
        top = {path.name for path in laid_out.iterdir()}
        launchers = {"校验.cmd", "报表.cmd", "体检.cmd", "安装到Excel.cmd", "xiaobao.cmd"}
        assert top == launchers | {"使用说明.txt", "内容清单.txt", "python"}

    def test_python_sees_the_libraries(self, laid_out):
        paths = (laid_out / "python" / "python311._pth").read_bytes()
        assert paths == b"python311.zip\r\n.\r\nLib\\site-packages\r\nimport site\r\n"

    def test_wheels_are_unpacked_as_pip_would(self, laid_out):
        held = files(laid_out / "python")
        libraries = "Lib/site-packages/"
        assert libraries + "xiaobao_xl/__init__.py" in held
        assert libraries + "xiaobao_xl-0.1.0.dist-info/METADATA" in held
        assert libraries + "pywin32.pth" in held
        assert libraries + "late.py" in held
        assert "xlwings64-1.0.dll" in held
        assert not any(name.endswith("xlwings.exe") or ".data" in name for name in held)

    def test_the_paid_part_of_xlwings_stays_out(self, laid_out):
        assert not any("xlwings/pro" in name for name in files(laid_out))

    def test_nothing_but_the_folder_is_left(self, laid_out):
        assert [path.name for path in laid_out.parent.iterdir()] == ["便携版"]

    def test_the_contents_are_listed_with_fingerprints(self, laid_out):
        listed = (laid_out / "内容清单.txt").read_text(encoding="utf-8-sig")
        assert len(re.findall(r"^[0-9a-f]{64}  \S+$", listed, re.MULTILINE)) == 6

    def test_notepad_reads_the_guide(self, laid_out):
        raw = (laid_out / "使用说明.txt").read_bytes()
        assert raw.startswith(b"\xef\xbb\xbf")
        assert raw.count(b"\n") == raw.count(b"\r\n") > 30

    def test_an_earlier_folder_of_ours_is_replaced(self, script, laid_out, shelf, tmp_path):
        (laid_out / "python" / "旧.txt").touch()
        words = ["--out", str(laid_out), "--python-zip", str(tmp_path / "python.zip"), "--wheels", str(shelf)]
        assert script.main(words) == 0
        assert not (laid_out / "python" / "旧.txt").exists()


class TestLaunchers:
    def test_what_cmd_reads_is_safe_in_its_code_page(self, laid_out):
        for launcher in laid_out.glob("*.cmd"):
            raw = launcher.read_bytes()
            text = raw.decode("gbk")
            assert raw.count(b"\n") == raw.count(b"\r\n")
            assert text.startswith("@echo off\r\n")
            for line in text.splitlines():
                if not line.isascii():
                    assert not set(line.encode("gbk")) & set(b'|&<>^%()"')

    def test_python_is_found_beside_the_launcher(self, laid_out):
        for launcher in laid_out.glob("*.cmd"):
            text = launcher.read_text(encoding="gbk")
            assert "if not exist" not in text
            [started] = re.findall(r'^"%~dp0(.+?)" -', text, re.MULTILINE)
            assert (laid_out / started.replace("\\", "/")).is_file()

    @pytest.mark.parametrize(("name", "verb"), [("校验.cmd", "check"), ("报表.cmd", "report")])
    def test_dropped_files_are_handed_on(self, laid_out, name, verb):
        text = (laid_out / name).read_text(encoding="gbk")
        assert f'"%~dp0python\\python.exe" -m xiaobao_xl.dropped {verb} %*' in text.splitlines()
        assert text.splitlines()[-1] == "pause"

    def test_the_command_line_runs_as_the_launcher_writes_it(self, script):
        line = dict(script.LAUNCHERS)["xiaobao.cmd"][0]
        [code] = re.findall(r'-c "(.+?)" ', line)
        done = subprocess.run(
            [sys.executable, "-c", code, "--version"], capture_output=True, text=True, check=True, encoding="utf-8"
        )
        assert done.stdout.startswith("xiaobao-xl ")


class TestMissing:
    def run(self, script, capsys, *words: str) -> str:
        assert script.main(list(words)) == 2
        return capsys.readouterr().err

    def test_without_a_network_both_parts_are_named_with_their_places(self, script, capsys, tmp_path, monkeypatch):
        def offline(*_, **__):
            raise urllib.error.URLError("没有网络")

        monkeypatch.setattr(script.urllib.request, "urlopen", offline)
        monkeypatch.setattr(script, "DOWNLOADS", tmp_path / "下载")
        monkeypatch.setattr(script.subprocess, "run", lambda *_, **__: script.subprocess.CompletedProcess([], 1))
        told = self.run(script, capsys, "--out", str(tmp_path / "便携版"))
        assert "https://www.python.org/ftp/python/3.11.9/python-3.11.9-embed-amd64.zip" in told
        assert str(tmp_path / "下载" / "python-3.11.9-embed-amd64.zip") in told
        assert "--wheels" in told
        assert not (tmp_path / "便携版").exists()

    def test_a_python_put_in_its_place_is_used(self, script, shelf, tmp_path, monkeypatch):
        monkeypatch.setattr(script, "DOWNLOADS", tmp_path)
        make_python(tmp_path / "python-3.11.9-embed-amd64.zip")
        assert script.main(["--out", str(tmp_path / "便携版"), "--wheels", str(shelf)]) == 0

    def test_a_folder_of_someone_else_is_not_touched(self, script, capsys, shelf, tmp_path):
        out = tmp_path / "便携版"
        out.mkdir()
        (out / "她的.txt").touch()
        told = self.run(
            script, capsys, "--out", str(out), "--python-zip", str(tmp_path / "python.zip"), "--wheels", str(shelf)
        )
        assert "已经有了，而且不是便携版" in told
        assert files(out) == {"她的.txt"}

    @pytest.mark.parametrize(
        ("gone", "told"), [("pywin32", "pywin32"), ("xlwings", "xlwings"), ("xiaobao_xl", r"没有 xiaobao_xl-")]
    )
    def test_a_wheel_that_is_lacking_is_named(self, script, capsys, shelf, tmp_path, gone, told):
        next(shelf.glob(f"{gone}-*")).unlink()
        out = tmp_path / "便携版"
        words = ("--out", str(out), "--python-zip", str(tmp_path / "python.zip"), "--wheels", str(shelf))
        assert told in self.run(script, capsys, *words)
        assert not out.exists()

    @pytest.mark.parametrize(
        "name",
        [
            "numpy-2.4-cp311-cp311-manylinux_2_28_x86_64",
            "numpy-2.4-cp312-cp312-win_amd64",
            "numpy-2.4-cp311-cp311-win32",
        ],
    )
    def test_a_wheel_for_another_system_or_python_is_refused(self, script, shelf, tmp_path, name):
        wheel = make_wheel(shelf, name)
        with pytest.raises(script.Missing, match=re.escape(wheel.name)):
            script.lay_out(tmp_path / "python.zip", sorted(shelf.glob("*.whl")), tmp_path / "便携版")

    def test_a_wheel_for_several_pythons_is_taken(self, script, shelf, tmp_path):
        make_wheel(shelf, "cryptography-50.0-cp39-abi3-win_amd64")
        script.lay_out(tmp_path / "python.zip", sorted(shelf.glob("*.whl")), tmp_path / "便携版")

    def test_a_wheel_that_writes_outside_is_refused(self, script, shelf, tmp_path):
        make_wheel(shelf, "evil-1.0-py3-none-any", {"../../evil.txt": ""})
        with pytest.raises(script.Missing, match=r"这个 \.whl 不可信"):
            script.lay_out(tmp_path / "python.zip", sorted(shelf.glob("*.whl")), tmp_path / "便携版")
        assert not list(tmp_path.rglob("evil.txt"))
        assert not (tmp_path / "便携版").exists()

    def test_another_zip_is_not_python(self, script, shelf, tmp_path):
        other = make_python(tmp_path / "other.zip", files=("readme.txt",))
        with pytest.raises(script.Missing, match="不是 Windows 嵌入版 Python"):
            script.lay_out(other, sorted(shelf.glob("*.whl")), tmp_path / "便携版")


def test_what_windows_alone_needs_is_on_the_list(script):
    """pip leaves out, on this system, what only Windows needs; the list makes up for it."""
    wanted, seen = ["xiaobao-xl"], set()
    only_there = set()
    while wanted:
        name = wanted.pop()
        if name in seen:
            continue
        seen.add(name)
        for line in metadata.requires(name) or []:
            need = Requirement(line)
            if need.marker is None or need.marker.evaluate({"extra": ""}):
                wanted.append(need.name)
            elif need.marker.evaluate(ON_WINDOWS):
                only_there.add(need.name)
    assert only_there <= set(script.WINDOWS_ONLY)
    assert "pywin32" in only_there
