from __future__ import annotations

from pathlib import Path

import pytest

from xiaobao_xl import resources
from xiaobao_xl.errors import WorkbookError

ROOT = Path(__file__).parent.parent


def test_in_a_checkout_the_files_are_found_at_the_top_level() -> None:
    assert resources.rules_path() == ROOT / "rules.yaml"
    assert resources.template_path("complaint_quarterly") == ROOT / "workbooks" / "complaint_quarterly.xlsx"
    assert resources.sample_path("投诉台账_样例.xlsx") == ROOT / "examples" / "投诉台账_样例.xlsx"


def test_a_missing_file_is_one_clear_sentence() -> None:
    with pytest.raises(WorkbookError, match=r"随附文件 workbooks/no_such_report\.xlsx 不存在"):
        resources.template_path("no_such_report")
