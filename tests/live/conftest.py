"""One LibreOffice for all live tests, and a fresh workbook in it for each."""

from __future__ import annotations

import pytest
from live.listening_office import running_office

from xiaobao_xl import libreoffice


@pytest.fixture(scope="session")
def live_office():
    with running_office() as office:
        yield office


@pytest.fixture
def app(live_office):
    """LibreOffice as an xlwings App; each test gets an engine with the switches as they are by default."""
    return libreoffice.connect(port=live_office.port, runs_macros=True)


@pytest.fixture
def book(app):
    made = app.books.add()
    yield made
    for left in list(app.books):
        left.close()


@pytest.fixture
def coercing_book(book):
    """A workbook in which texts become numbers as in Excel."""
    book.app.impl.engine.coerces_text = True
    return book
