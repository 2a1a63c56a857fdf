"""Where the files that come with the package are: rules.yaml, the learned weights, the templates and the sample registers.

In a source checkout they stand at the top level (`rules.yaml`, `lexicon/`, `workbooks/`, `examples/`); in an installed wheel
`setup.py` has put them into `xiaobao_xl/data/` in the same order.
"""

from __future__ import annotations

from pathlib import Path

from xiaobao_xl.errors import WorkbookError

_PACKAGE = Path(__file__).resolve().parent
_HOME = _PACKAGE / "data" if (_PACKAGE / "data").is_dir() else _PACKAGE.parent


def rules_path() -> Path:
    """The shipped rules.yaml.

    >>> rules_path().name
    'rules.yaml'
    """
    return _shipped("rules.yaml")


def grams_path() -> Path:
    """The shipped table of learned weights.

    >>> grams_path().name
    'learned.tsv'
    """
    return _shipped("lexicon/learned.tsv")


def template_path(report_id: str) -> Path:
    """The shipped template of a report, `workbooks/<report id>.xlsx`.

    Raises:
        WorkbookError: no template of that name is shipped.
    """
    return _shipped(f"workbooks/{report_id}.xlsx")


def document_path(name: str) -> Path:
    """A shipped Word template, `documents/<name>.docx`.

    Raises:
        WorkbookError: no document of that name is shipped.
    """
    return _shipped(f"documents/{name}.docx")


def addin_path() -> Path:
    """The shipped add-in for Excel, `workbooks/xiaobao_xl.xlam`.

    Raises:
        WorkbookError: it has not been built; `python3 dev.py build` does.
    """
    return _shipped("workbooks/xiaobao_xl.xlam")


def macro_register_path() -> Path:
    """The shipped register with buttons, `workbooks/投诉台账.xlsm`.

    Raises:
        WorkbookError: it has not been built; `python3 dev.py build` does.
    """
    return _shipped("workbooks/投诉台账.xlsm")


def calc_register_path() -> Path:
    """The shipped register with worksheet functions for LibreOffice, `workbooks/投诉台账_LibreOffice.xlsm`.

    Raises:
        WorkbookError: it has not been built; `python3 dev.py build` does.
    """
    return _shipped("workbooks/投诉台账_LibreOffice.xlsm")


def sample_path(name: str) -> Path:
    """A sample register, such as `投诉台账_样例.xlsx`.

    Raises:
        WorkbookError: no sample of that name is shipped.
    """
    return _shipped(f"examples/{name}")


def _shipped(place: str) -> Path:
    path = _HOME / place
    if not path.is_file():
        raise WorkbookError(f"随附文件 {place} 不存在（在 {_HOME} 中查找）；请检查名称，或重新安装 xiaobao-xl")
    return path
