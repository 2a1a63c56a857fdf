"""The builder of files with macros, workbooks/addin/build.py, loaded for tests: it is a script and no part of the package."""

from __future__ import annotations

import importlib.util
import sys
import warnings
from pathlib import Path

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # what oletools calls in other libraries is out of date
    from oletools.olevba import VBA_Parser, decompress_stream

FOLDER = Path(__file__).parent.parent / "workbooks" / "addin"


def _load(name):
    if str(FOLDER) not in sys.path:
        sys.path.append(str(FOLDER))
    spec = importlib.util.spec_from_file_location(f"addin_{name}", FOLDER / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


__all__ = ["FOLDER", "VBA_Parser", "build", "decompress_stream"]
build = _load("build")
"""Not under its own name, which a tool of the environment has too."""
