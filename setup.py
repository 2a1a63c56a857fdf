"""Puts rules.yaml, the learned weights, workbooks/ and the sample registers into the wheel; everything else is in pyproject.toml.

In the source tree they stay at the top level, where people look for them; `xiaobao_xl/resources.py` finds both.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).parent
PATTERNS = (
    "rules.yaml",
    "lexicon/learned.tsv",
    "workbooks/*.xlsx",
    "workbooks/*.xlam",
    "workbooks/*.xlsm",
    "documents/*.docx",
    "examples/*.xlsx",
)


class BuildWithData(build_py):
    """Copies the data files to `xiaobao_xl/data/` of the wheel being built."""

    def run(self) -> None:
        """Build as usual, then add the data; an editable install reads them where they stand."""
        super().run()
        if not self.editable_mode:
            for source, target in self._data():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, target)

    def get_outputs(self, include_bytecode: bool = True) -> list[str]:  # noqa: FBT001, FBT002  (setuptools' own signature)
        """Name the added files as well, so that they are listed in the wheel's record."""
        return [*super().get_outputs(include_bytecode), *(str(target) for _, target in self._data())]

    def _data(self) -> list[tuple[Path, Path]]:
        data = Path(self.build_lib) / "xiaobao_xl" / "data"
        found = [source for pattern in PATTERNS for source in sorted(ROOT.glob(pattern))]
        return [(source, data / source.relative_to(ROOT)) for source in found]


setup(cmdclass={"build_py": BuildWithData})
