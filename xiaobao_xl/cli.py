"""The door of the command line: runs a command, and tells every failure in one sentence."""

from __future__ import annotations

import gc
import sys
import traceback
from pathlib import Path
from typing import Any

import typer

from xiaobao_xl.commands import day, desk, exchange, files, forms, reports, start, views, words  # noqa: F401  (they add their commands to the app)
from xiaobao_xl.commands.daily import FINE, app
from xiaobao_xl.commands.options import in_chinese
from xiaobao_xl.errors import RulesError, XiaobaoError

FAILED = 2
# Newer Typer carries its own copy of click and needs none installed; the base of its errors is found through one of them.
ClickException: Any = typer.BadParameter.__mro__[2]


def main() -> None:
    """Entry point: every known failure is one sentence and exit code 2; an unknown one never shows data."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    gc.disable()  # until the libraries and the rules are loaded, of which nothing is garbage; see `load`
    gc.set_threshold(50_000, 20, 100)
    try:
        # not app(): that would put Typer's own last resort, which prints data, in the place of ours
        sys.exit(typer.main.get_command(app)(standalone_mode=False) or FINE)
    except RulesError as mistake:
        _fail(f"{mistake}\n共 {len(mistake.problems)} 处错误，改好后再运行。")
    except XiaobaoError as mistake:
        _fail(str(mistake))
    except typer.Abort:
        _fail("已取消，没有写入任何文件。")
    except ClickException as mistake:
        _fail(f"{in_chinese(mistake.format_message())}\n用法见：xiaobao --help")
    except PermissionError as mistake:
        _fail(f"{mistake.filename}: 没有读写权限，或文件正被 Excel/WPS 打开；请关闭后重试，或把 --out 指到别处。")
    except OSError as mistake:
        _fail(f"{mistake.filename or ''}: 文件读写失败（{mistake.strerror}）；请检查路径与磁盘空间后重试。")
    except Exception as fault:  # noqa: BLE001  (the last resort: no traceback, and never the data)
        _fail(_unexpected(fault))
    finally:
        gc.freeze()  # the process ends here; Python need not look through all of pandas once more


def _fail(sentence: str) -> None:
    sys.stderr.write(sentence + "\n")
    sys.exit(FAILED)


def _unexpected(fault: Exception) -> str:
    """Names the place in the program, never the data."""
    last = traceback.extract_tb(fault.__traceback__)[-1]
    place = f"{Path(last.filename).name}:{last.lineno}"
    return f"程序内部出错（{type(fault).__name__}，{place}）。原文件未改动。请把这一行和 xiaobao 的版本告诉维护人。"
