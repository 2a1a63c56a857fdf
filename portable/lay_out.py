"""Lays out the portable Windows folder 便携版: an embeddable Python, our wheels, launchers a register is dropped on.

python3 dev.py portable                                   fetch what is needed, lay out dist/便携版
python3 dev.py portable --python-zip FILE --wheels DIR    with what lies there already, nothing is fetched

Standard library only. Runs on any system; the folder is for Windows of 64 bits.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
import zipfile
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[1]
NAME, GUIDE, CONTENTS = "便携版", "使用说明.txt", "内容清单.txt"
DOWNLOADS = ROOT / "dist" / "便携版_下载"
PYTHON = "3.11.9"  # the last 3.11 for which python.org offers Windows files
ADDRESS = "https://www.python.org/ftp/python/{version}/python-{version}-embed-amd64.zip"
# pip decides what a package needs by the system it runs on; these are needed on Windows only.
WINDOWS_ONLY = ("pywin32", "colorama", "tzdata")
_NOT_BUILT = (".git", ".venv", ".*_cache", ".hypothesis", "__pycache__", "build", "dist", "*.egg-info", "tests")
_MODULE = '"%~dp0python\\python.exe" -m xiaobao_xl.dropped {verb} %*'
_COMMAND = '"%~dp0python\\python.exe" -c "import sys; sys.argv[0] = \'xiaobao\'; from xiaobao_xl.cli import main; main()" {words}'
LAUNCHERS = {
    "校验.cmd": (_MODULE.format(verb="check"), True),
    "报表.cmd": (_MODULE.format(verb="report"), True),
    "体检.cmd": (_COMMAND.format(words="doctor"), True),
    "安装到Excel.cmd": (_COMMAND.format(words="install-excel"), True),
    "xiaobao.cmd": (_COMMAND.format(words="%*"), False),
}


class Missing(Exception):
    """Something could not be fetched; the text says what to put where."""


def main(words: Sequence[str]) -> int:
    """Lay the folder out; 2 where something is missing."""
    parser = argparse.ArgumentParser(prog="python3 dev.py portable", description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=ROOT / "dist" / NAME, help="the folder to lay out")
    parser.add_argument("--python-zip", type=Path, help="embeddable Python, python-3.11.9-embed-amd64.zip")
    parser.add_argument("--wheels", type=Path, help="folder with all wheels, ours among them")
    parser.add_argument("--python-version", default=PYTHON, help=f"version to download, {PYTHON} if not given")
    wanted = parser.parse_args(words)
    try:
        refuse_foreign(wanted.out)
        archive, wheels = ingredients(wanted)
        lay_out(archive, wheels, wanted.out)
    except Missing as missing:
        print(f"\n没有完成：{missing}", file=sys.stderr)
        return 2
    size = sum(path.stat().st_size for path in wanted.out.rglob("*") if path.is_file())
    print(f"便携版已放好：{wanted.out}（{size / 1e6:.0f} MB）。压缩后拷到 Windows 电脑，解压，看“{GUIDE}”。")
    print("还没有人在真正的 Windows 上试过；请照 docs/acceptance.md 末尾的步骤核对。")
    return 0


def ingredients(wanted: argparse.Namespace) -> tuple[Path, list[Path]]:
    """Python and the wheels; what is missing of both is told at once."""
    archive, wheels, missing = Path(), [], []
    try:
        archive = python_archive(wanted.python_zip, wanted.python_version)
    except Missing as one:
        missing.append(str(one))
    try:
        wheels = gathered(wanted.wheels) if wanted.wheels else fetched(wanted.python_version)
    except Missing as one:
        missing.append(str(one))
    if missing:
        raise Missing("\n".join(missing))
    return archive, wheels


def refuse_foreign(out: Path) -> None:
    """Only a folder that we laid out is replaced."""
    if out.exists() and not (out / CONTENTS).is_file():
        raise Missing(f"{out} 已经有了，而且不是便携版；请换一个地方（--out），或先把它挪走")


def python_archive(given: Path | None, version: str) -> Path:
    """The embeddable Python: the file given, one fetched before, or a fresh download."""
    address = ADDRESS.format(version=version)
    if given is not None and not given.is_file():
        raise Missing(f"找不到 {given}；请检查 --python-zip 后面的路径")
    kept = DOWNLOADS / address.rsplit("/", 1)[1]
    if given is None and not kept.is_file():
        print(f"== 下载 {address}", flush=True)
        try:
            with urllib.request.urlopen(address, timeout=60) as answer:  # noqa: S310  (a fixed https address)
                content = answer.read()
        except (urllib.error.URLError, OSError) as cause:
            raise Missing(
                f"下载不了嵌入版 Python（{cause}）。请在能上网的电脑上打开 {address} 下载，"
                f"放到 {kept}，再运行一次；或者用 --python-zip 指出它在哪里"
            ) from cause
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(content)
    chosen = given or kept
    if not zipfile.is_zipfile(chosen):
        raise Missing(f"{chosen} 不是完整的 zip 文件；请删去后重新下载 {address}")
    return chosen


def gathered(folder: Path) -> list[Path]:
    """The wheels that lie in a folder."""
    wheels = sorted(folder.glob("*.whl"))
    if not any(wheel.name.startswith("xiaobao_xl-") for wheel in wheels):
        raise Missing(f"{folder} 里没有 xiaobao_xl-….whl；请先运行 python3 dev.py build，再从 dist/ 拷过来")
    return wheels


def fetched(version: str) -> list[Path]:
    """Our wheel built, and the wheels it needs downloaded for Windows in the versions that are installed, that is tested, here."""
    folder = DOWNLOADS / "wheels"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    with tempfile.TemporaryDirectory() as away:  # built elsewhere: setuptools would leave its work in the tree
        copy = shutil.copytree(ROOT, Path(away) / "source", ignore=shutil.ignore_patterns(*_NOT_BUILT))
        _must([*pip, "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(copy)], "打包 xiaobao-xl")
    [ours] = folder.glob("xiaobao_xl-*.whl")
    pins = folder / "versions.txt"
    known = {each.metadata["Name"]: each.version for each in metadata.distributions()}
    pins.write_text("".join(f"{name}=={number}\n" for name, number in known.items() if name != "xiaobao-xl"), "utf-8")
    platform = ["--only-binary=:all:", "--platform", "win_amd64", "--implementation", "cp"]
    platform += ["--python-version", ".".join(version.split(".")[:2])]
    wanted = [str(ours), *WINDOWS_ONLY]
    _must(
        [*pip, "download", "--quiet", *platform, "--constraint", str(pins), "--dest", str(folder), *wanted],
        "下载 Windows 版的程序库",
    )
    pins.unlink()
    return gathered(folder)


def _must(command: Sequence[str], say: str) -> None:
    print(f"== {say}", flush=True)
    if subprocess.run(command, check=False).returncode != 0:
        raise Missing(
            f"“{say}”这一步失败，多半是网络或软件源不通。请在能上网的电脑上运行 python3 dev.py portable，"
            "或者备齐全部 .whl 放在一个文件夹里，用 --wheels 指出"
        )


def lay_out(archive: Path, wheels: Sequence[Path], out: Path) -> None:
    """Write the folder beside its place and move it there when it is whole.

    Args:
        archive: the embeddable Python.
        wheels: ours and all that it needs.
        out: the folder; an earlier one of ours is replaced.

    Raises:
        Missing: the archive holds no Python, or a wheel is not for it, or one is lacking.
    """
    tag = python_tag(archive)
    refuse_unfit(wheels, tag)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".~") as away:
        folder = Path(away) / NAME
        python = folder / "python"
        with zipfile.ZipFile(archive) as zipped:
            zipped.extractall(python)
        _open_up(python, tag)
        for wheel in wheels:
            unpack(wheel, python)
        for name, (line, waits) in LAUNCHERS.items():
            (folder / name).write_bytes(launcher(line, waits=waits))
        guide = (Path(__file__).parent / GUIDE).read_text(encoding="utf-8")
        _write_for_windows(folder / GUIDE, guide)
        _write_for_windows(folder / CONTENTS, contents(archive, wheels))
        if out.exists():
            shutil.rmtree(out)
        folder.replace(out)


def python_tag(archive: Path) -> str:
    """`cp311`, told from the file of paths in the archive."""
    with zipfile.ZipFile(archive) as zipped:
        names = zipped.namelist()
    numbers = [match[1] for name in names if (match := re.fullmatch(r"python(3\d+)\._pth", name))]
    if "python.exe" not in names or not numbers:
        raise Missing(f"{archive} 不是 Windows 嵌入版 Python；要的是 {ADDRESS.format(version=PYTHON)}")
    return f"cp{numbers[0]}"


def refuse_unfit(wheels: Sequence[Path], tag: str) -> None:
    """Every wheel must run on that Python under Windows, and none that another asks for may be lacking."""
    for wheel in wheels:
        python, abi, platform = wheel.stem.split("-")[-3:]
        fits = (
            python.startswith("py3")
            or ".py3" in python
            or python == tag
            or (abi == "abi3" and _age(python) <= _age(tag))
        )
        if platform not in {"any", "win_amd64"} or not fits:
            raise Missing(f"{wheel.name} 不能用在 Windows 的 Python（{tag}）上；请换成 win_amd64 的那一个")
    names = {_plain(wheel.name.split("-")[0]) for wheel in wheels}
    asked = set(WINDOWS_ONLY) | {name for wheel in wheels for name in asks_for(wheel)}
    if lacking := sorted(asked - names):
        raise Missing(f"还缺这些程序库的 .whl：{'、'.join(lacking)}；请一并放进 --wheels 的文件夹")


def asks_for(wheel: Path) -> list[str]:
    """Names of the packages a wheel needs on every system."""
    with zipfile.ZipFile(wheel) as zipped:
        place = next(name for name in zipped.namelist() if re.fullmatch(r"[^/]+\.dist-info/METADATA", name))
        text = zipped.read(place).decode("utf-8")
    lines = re.findall(r"^Requires-Dist: (.+)$", text.split("\n\n")[0], re.MULTILINE)
    return [_plain(re.split(r"[^\w.-]", line)[0]) for line in lines if ";" not in line]


def _age(tag: str) -> int:
    """Pythons in the order of their age.

    >>> _age("cp38") < _age("cp311")
    True
    """
    return int(tag.removeprefix("cp3"))


def _plain(name: str) -> str:
    """The one spelling of a package's many.

    >>> _plain("Python_dateutil")
    'python-dateutil'
    """
    return re.sub(r"[-_.]+", "-", name).lower()


def _open_up(python: Path, tag: str) -> None:
    """Let the embeddable Python see the folder of libraries, as an installed one does."""
    number = tag.removeprefix("cp")
    paths = (f"python{number}.zip", ".", "Lib\\site-packages", "import site")
    (python / f"python{number}._pth").write_text("\r\n".join(paths) + "\r\n", encoding="ascii", newline="")


def unpack(wheel: Path, python: Path) -> None:
    """Install a wheel as pip would, but without its scripts: files of `….data/data` go beside python.exe, all others to the libraries."""
    libraries = python / "Lib" / "site-packages"
    with zipfile.ZipFile(wheel) as zipped:
        for entry in zipped.infolist():
            target = _place(PurePosixPath(entry.filename), libraries, python)
            if target is None or entry.is_dir():
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            with zipped.open(entry) as source, target.open("wb") as sink:
                shutil.copyfileobj(source, sink)


def _place(path: PurePosixPath, libraries: Path, python: Path) -> Path | None:
    """Where a file of a wheel belongs; None where it is not wanted."""
    if path.parts[:2] == ("xlwings", "pro"):
        return None  # not under the free licence of the rest; xlwings works without it
    if path.is_absolute() or ".." in path.parts:
        raise Missing(f"{path} 想写到文件夹外面；这个 .whl 不可信，没有使用")
    if not path.parts[0].endswith(".data"):
        return libraries / path
    kind, *rest = path.parts[1:] or ("",)
    homes = {"data": python, "purelib": libraries, "platlib": libraries}
    return homes[kind].joinpath(*rest) if kind in homes and rest else None


def launcher(line: str, *, waits: bool) -> bytes:
    """A command file in the code page of Chinese Windows; its one Chinese line is shown where the zip was not unpacked."""
    lines = [
        "@echo off",
        'if exist "%~dp0python\\python.exe" goto run',
        "echo 请先把压缩包整个解压，再使用。",
        "pause",
        "exit /b 2",
        ":run",
        line,
    ]
    if waits:
        lines += ["echo.", "pause"]
    return ("\r\n".join(lines) + "\r\n").encode("gbk")


def contents(archive: Path, wheels: Sequence[Path]) -> str:
    """What the folder was made of, with fingerprints by which a bank can compare."""
    lines = ["便携版的内容，以及各文件的 SHA-256 指纹。Python 的指纹请与 python.org 公布的核对。", ""]
    lines += [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}" for path in (archive, *wheels)]
    return "\n".join(lines) + "\n"


def _write_for_windows(path: Path, text: str) -> None:
    """With Windows' line ends, and the mark by which the Notepad of old knows UTF-8."""
    path.write_text(text, encoding="utf-8-sig", newline="\r\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
