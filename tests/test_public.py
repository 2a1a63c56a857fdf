"""The public face: what `__all__` promises is there, sorted and explained."""

from __future__ import annotations

import inspect
import subprocess
import sys

import pytest

import xiaobao_xl
from xiaobao_xl import tasks


@pytest.mark.parametrize("module", [xiaobao_xl, tasks], ids=lambda module: module.__name__)
def test_all_is_sorted_and_is_what_can_be_had(module):
    assert module.__all__ == sorted(module.__all__)
    homes = module._HOMES
    names = set(homes) if module is xiaobao_xl else {name for group in homes.values() for name in group}
    assert set(module.__all__) - {"__version__"} == names


@pytest.mark.parametrize("name", [name for name in xiaobao_xl.__all__ if name != "__version__"])
def test_every_public_name_says_what_it_is(name):
    thing = getattr(xiaobao_xl, name)
    assert thing.__name__ == name
    assert inspect.getdoc(thing)
    if inspect.isfunction(thing) and len(inspect.signature(thing).parameters) > 2:
        assert "Args:" in inspect.getdoc(thing)


def test_unknown_names_are_refused():
    with pytest.raises(AttributeError, match="no attribute 'chek'"):
        xiaobao_xl.chek  # noqa: B018


def test_the_version_is_that_of_the_package():
    assert isinstance(xiaobao_xl.__version__, str)
    assert xiaobao_xl.__version__


def test_importing_the_package_costs_nothing():
    """No pandas before a verb is asked for: `xiaobao --help` answers at once."""
    program = "import sys, xiaobao_xl, xiaobao_xl.cli; print([m for m in ('pandas', 'openpyxl', 'yaml', 'rich') if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
