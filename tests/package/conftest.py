"""What several test modules of the package ask for."""

from __future__ import annotations

import pytest

from xiaobao_xl.package import archive

collect_ignore = ["inserting_in_libreoffice.py"]  # run by LibreOffice's Python


@pytest.fixture(params=["isal", "zlib"])
def packer(request, monkeypatch):
    if request.param == "zlib":
        monkeypatch.setattr(archive, "_fast", None)
    elif archive._fast is None:
        pytest.skip("ISA-L is not installed")
    return request.param
