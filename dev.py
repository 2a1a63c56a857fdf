"""The only runner of this project: standard library only, Windows and Linux, makes its own environment in .venv.

python3 dev.py demo     install, then run the whole job on the sample register
python3 dev.py test     install the tools too, then run the tests        (further words go to pytest)
python3 dev.py lint     style, types, layers, rules.yaml, freshness of the generated documents
python3 dev.py bench    speed, ours and the peers' in turn               (further words go to benchmarks/run.py)
python3 dev.py build    the add-in and the register with macros into workbooks/, wheel and sdist into dist/, the wheel tried out
python3 dev.py portable a Windows folder that needs no installation      (further words go to portable/lay_out.py)
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "installed.json"
SOURCES = ("xiaobao_xl", "tests", "examples", "benchmarks", "docs", "lexicon", "portable", "dev.py", "setup.py")
NEEDS_PYTHON = (3, 11)
EXTRAS = {"demo": "", "test": "dev", "lint": "dev", "bench": "bench", "build": "dev", "portable": ""}


class Failed(Exception):
    """A step did not work; the text is the sentence for the person at the keyboard."""


def main(words: list[str]) -> int:
    """Run one command; 0 is good, anything else is the failing program's own exit code or 2."""
    _speak_utf8()
    if sys.version_info < NEEDS_PYTHON:
        version = ".".join(map(str, sys.version_info[:3]))
        print(f"需要 Python 3.11 或更高版本，现在是 {version}（{sys.executable}）。请安装新版本后重试。")
        print(f"Python 3.11 or newer is needed; this is {version}. Please install a newer one and try again.")
        return 2
    commands = {"demo": demo, "test": test, "lint": lint, "bench": bench, "build": build, "portable": portable}
    if not words or words[0] not in commands:
        print(__doc__)
        return 0 if words and words[0] in {"-h", "--help", "help"} else 2
    try:
        python = environment(EXTRAS[words[0]])
        return commands[words[0]](python, words[1:])
    except Failed as failed:
        print(f"\n没有完成：{failed}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def demo(python: Path, words: list[str]) -> int:
    """The main job on the bundled sample register."""
    return run([_tool(python.parent, "xiaobao"), "demo", *words], say="演示：校验 → 分类 → 时限 → 报表")


def test(python: Path, words: list[str]) -> int:
    """The tests, on all cores unless told otherwise."""
    own = any(word.startswith(("-n", "--pdb", "--numprocesses")) for word in words)
    spread = [] if own else ["-n", "auto", "--dist", "worksteal"]
    return run([python, "-m", "pytest", *spread, *words], say="运行测试")


def lint(python: Path, words: list[str]) -> int:  # noqa: ARG001  (every command takes words)
    """Every check of form; all of them run, and those that failed are named at the end."""
    sources = [name for name in SOURCES if (ROOT / name).exists()]
    tools = python.parent
    checks: dict[str, list[str | Path]] = {
        "ruff check": [python, "-m", "ruff", "check", *sources],
        "ruff format": [python, "-m", "ruff", "format", "--check", *sources],
        "mypy": [python, "-m", "mypy"],
        "import-linter": [_tool(tools, "lint-imports"), "--no-cache"],
        "yamllint": [python, "-m", "yamllint", "--strict", "rules.yaml"],
        "docs": [python, "docs/generate.py", "--check"],
    }
    if not (ROOT / "docs" / "generate.py").exists():
        del checks["docs"]
    failed = [name for name, command in checks.items() if run(command, say=f"检查 {name}") != 0]
    print(f"未通过：{'、'.join(failed)}" if failed else "全部通过")
    return 1 if failed else 0


def bench(python: Path, words: list[str]) -> int:
    """The benchmarks; they print a table of times and ratios."""
    return run([python, "benchmarks/run.py", *words], say="测速：本库与同类库交替运行")


def build(python: Path, words: list[str]) -> int:  # noqa: ARG001  (every command takes words)
    """The files with macros, wheel and sdist, and the proof that the wheel works without the source tree."""
    must([python, "workbooks/addin/build.py"], say="由文本生成加载宏和带宏的台账")
    dist = ROOT / "dist"
    shutil.rmtree(dist, ignore_errors=True)
    must([python, "-m", "build", "--outdir", dist, ROOT], say="打包 wheel 与 sdist")
    wheel = next(dist.glob("*.whl"))
    with tempfile.TemporaryDirectory(prefix="xiaobao-") as away:
        clean = _make_venv(Path(away) / "venv")
        must([*_pip(clean), "install", "--quiet", wheel], say=f"在全新环境中安装 {wheel.name}")
        elsewhere = Path(away) / "elsewhere"
        elsewhere.mkdir()
        must([_tool(clean.parent, "xiaobao"), "demo"], say="在另一目录试运行 xiaobao demo", cwd=elsewhere)
    print("构建完成：" + "、".join(sorted(path.name for path in dist.iterdir())))
    return 0


def portable(python: Path, words: list[str]) -> int:
    """The portable Windows folder, with the versions of libraries that this environment was tested with."""
    must([python, "workbooks/addin/build.py"], say="由文本生成加载宏和带宏的台账")
    return run([python, "portable/lay_out.py", *words], say="拼出便携版")


def environment(extra: str) -> Path:
    """The Python of an environment that has the package and the wanted extra; made or renewed only when needed."""
    python, fingerprint = _python_of(VENV), _fingerprint()
    known = _stamp()
    if known.get("fingerprint") == fingerprint and extra in {"", *known["extras"]} and _works(python):
        return python
    extras = sorted({extra, *known.get("extras", [])} - {""})
    if not _works(python):
        python = _make_venv(VENV)
    STAMP.unlink(missing_ok=True)
    what = f".[{','.join(extras)}]" if extras else "."
    started = time.monotonic()
    must([*_pip(python), "install", "--quiet", "--editable", what], say=f"安装 xiaobao-xl 及其依赖 {extras or ''}")
    STAMP.write_text(json.dumps({"fingerprint": fingerprint, "extras": extras}), encoding="utf-8")
    print(f"环境就绪，用时 {time.monotonic() - started:.0f} 秒", flush=True)
    return python


def _fingerprint() -> str:
    """Changes whenever the environment has to be renewed: dependencies, build, interpreter or place."""
    parts = [(ROOT / name).read_bytes() for name in ("pyproject.toml", "setup.py")]
    parts += [sys.version.encode(), str(ROOT).encode()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _stamp() -> dict[str, Any]:
    """What the environment was last made for; empty where that is not known."""
    try:
        return dict(json.loads(STAMP.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


def _make_venv(place: Path) -> Path:
    """A new virtual environment with a pip that can install into it."""
    print(f"建立虚拟环境 {place.name}", flush=True)
    if not _has("ensurepip"):
        _install_venv_on_debian()
    with_pip = _has("ensurepip")
    if not with_pip and not _has("pip"):
        raise Failed(
            "这台电脑的 Python 没有 venv/ensurepip，也没有 pip。请先运行 sudo apt-get install python3-venv"
            "（Windows 请用官网安装包重装 Python，勾选 pip），再运行本命令"
        )
    try:
        venv.EnvBuilder(with_pip=with_pip, clear=True, symlinks=os.name != "nt").create(place)
    except (OSError, subprocess.CalledProcessError) as cause:
        raise Failed(f"建不了虚拟环境 {place}：{cause}") from cause
    return _python_of(place)


def _install_venv_on_debian() -> None:
    """Debian splits ensurepip off into python3-venv; root may fetch it, anyone else is told the command."""
    apt = shutil.which("apt-get")
    if apt and hasattr(os, "geteuid") and os.geteuid() == 0:
        silent = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        version = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        run([apt, "update", "-qq"], say=f"系统缺少 {version}，用 apt-get 安装", env=silent)
        run([apt, "install", "-y", "-qq", "--no-install-recommends", version], env=silent)


def _has(module: str) -> bool:
    """Asked in a fresh process, since a system package may just have been installed."""
    probe = [sys.executable, "-c", f"import {module}"]
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


def _python_of(place: Path) -> Path:
    return place / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def _works(python: Path) -> bool:
    """Whether the environment's interpreter still runs and is of our own version."""
    wanted = repr(tuple(sys.version_info[:2]))
    probe = [str(python), "-c", f"import sys; sys.exit(tuple(sys.version_info[:2]) != {wanted})"]
    return python.exists() and subprocess.run(probe, capture_output=True, check=False).returncode == 0


def _pip(python: Path) -> list[str | Path]:
    """The environment's own pip, or else the system's working on the environment."""
    quiet = ["--disable-pip-version-check"]
    probe = [str(python), "-m", "pip", "--version"]
    if subprocess.run(probe, capture_output=True, check=False).returncode == 0:
        return [python, "-m", "pip", *quiet]
    return [sys.executable, "-m", "pip", "--python", python, *quiet]


def _tool(folder: Path, name: str) -> Path:
    return folder / (f"{name}.exe" if os.name == "nt" else name)


def run(command: list[str | Path], say: str = "", cwd: Path = ROOT, env: dict[str, str] | None = None) -> int:
    """Run a program, its output shown as it comes; its exit code."""
    if say:
        print(f"== {say}", flush=True)
    settings = {"PYTHONUTF8": "1", "PIP_ROOT_USER_ACTION": "ignore", **(env or os.environ)}
    try:
        return subprocess.run([str(word) for word in command], cwd=cwd, env=settings, check=False).returncode
    except OSError as cause:
        raise Failed(f"{command[0]} 无法运行：{cause}") from cause


def must(command: list[str | Path], say: str, cwd: Path = ROOT) -> None:
    """Run a program that has to succeed."""
    code = run(command, say, cwd)
    if code != 0:
        raise Failed(f"“{say}”这一步失败（退出码 {code}）；原因见上面的输出，安装失败多为网络或软件源不通")


def _speak_utf8() -> None:
    """A Windows console set to another code page must not break on Chinese."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
