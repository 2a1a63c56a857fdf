"""Fixtures shared by all tests, and the promise that in CI nothing is skipped."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml

from xiaobao_xl.rules import load_rules


@pytest.fixture(scope="session")
def rules():
    """The shipped rules, read once."""
    return load_rules()


@pytest.fixture(scope="session")
def cases():
    """The labelled complaint texts that accuracy is measured on."""
    return yaml.load(
        (Path(__file__).parent / "cases" / "categories.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader
    )


def pytest_addoption(parser):
    """`--regenerate` rewrites the stored results in tests/golden/ instead of comparing with them."""
    parser.addoption("--regenerate", action="store_true", help="rewrite the stored results in tests/golden/")


def pytest_collection_modifyitems(config, items):
    """Tests over the workbooks of others run where those lie beside the repository; they are not ours to ship."""
    if not (Path(__file__).parents[2] / "shared" / "data").is_dir():
        others = [item for item in items if item.get_closest_marker("corpus")]
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if item not in others]


def _refuse_skip(report):
    """In CI a skipped test is a failed test: everything it needs is installed there."""
    if report.skipped and os.environ.get("XIAOBAO_CI") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport():
    """Tests that skip themselves."""
    return _refuse_skip((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report():
    """Modules that skip themselves."""
    return _refuse_skip((yield))
