"""What cannot be moved safely when rows are inserted: said before anything is written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from xml.sax.saxutils import escape

from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.package import formulas, limits, row_bytes
from xiaobao_xl.package.directory import Directory, Entry
from xiaobao_xl.package.markup import Element, Markup, attribute
from xiaobao_xl.package.parts import Parts
from xiaobao_xl.package.references import MAX_ROWS, Area, Shift
from xiaobao_xl.package.sheet import attribute as attribute_of

_FORMULAS = ("formula", "formula1", "formula2", "f", "definedName")


def obstacles(parts: Parts, directory: Directory, shift: Shift) -> list[str]:
    """What stands in the way of inserting rows, one Chinese clause without full stop each; empty: nothing does.

    Args:
        parts: the workbook.
        directory: its sheets.
        shift: the rows to be inserted.

    Raises:
        WorkbookError: there is no such sheet.
    """
    entry = directory.entry(shift.sheet)
    shift = replace(shift, sheet=entry.title)
    head, rows, _ = row_bytes.split(parts.read(entry.part))
    prefix = _prefix(head)
    found = [
        *_pivot_tables(parts, entry, shift),
        *_pivot_sources(parts, directory, shift),
        *_tables(parts, directory, entry, shift),
        *_arrays(rows, prefix, shift),
        *_over_the_edge(rows, prefix, shift),
        *_several_sheets(parts, directory, shift),
    ]
    return list(dict.fromkeys(found))


def _pivot_tables(parts: Parts, entry: Entry, shift: Shift) -> Iterator[str]:
    for relation in parts.related(entry.part, "pivotTable"):
        table = parts.settle(relation.target).root
        location = table.child("location")
        area = _area(location.attributes.get("ref", "")) if location is not None else None
        if area and area.bottom >= shift.at:
            yield f"数据透视表“{table.attributes.get('name', '')}”（{area}）在插入处或其下方，移动后会失效，请先在 Excel 里移开"


def _pivot_sources(parts: Parts, directory: Directory, shift: Shift) -> Iterator[str]:
    for relation in parts.related(directory.part, "pivotCacheDefinition"):
        if relation.target not in parts:
            continue
        for source in parts.settle(relation.target).root.all("worksheetSource", "rangeSet"):
            written, title = source.attributes.get("ref", ""), source.attributes.get("sheet", "")
            area = _area(written)
            is_here = title.casefold() == shift.sheet.casefold() and not attribute(source, "id")
            if area and is_here and _is_moved(area, shift):
                yield f"{title}!{written} 是数据透视表的数据源，插入行后须重新指定，请改在 Excel 里插入"


def _tables(parts: Parts, directory: Directory, entry: Entry, shift: Shift) -> Iterator[str]:
    """Tables cut in their headings, and results of queries cut anywhere."""
    for relation in parts.related(entry.part, "table"):
        table = parts.settle(relation.target).root
        area, name = _area(table.attributes.get("ref", "")), table.attributes.get("displayName", "")
        if area is None:
            continue
        headings = int(table.attributes.get("headerRowCount", "1") or 1)
        if area.top < shift.at < area.top + headings:
            yield f"插入处在表格“{name}”（{area}）的标题行之间"
        elif area.top < shift.at <= area.bottom and any(parts.related(relation.target, "queryTable")):
            yield f"表格“{name}”（{area}）的内容来自外部数据，刷新时插入的行会丢失"
    names = {name.attributes.get("name", "").casefold(): name for name in directory.markup.root.all("definedName")}
    for relation in parts.related(entry.part, "queryTable"):
        called = parts.settle(relation.target).root.attributes.get("name", "").replace(" ", "_")
        if called.casefold() not in names:
            continue
        for title, area in formulas.references(directory.markup.text(names[called.casefold()]), ""):
            if title.casefold() == shift.sheet.casefold() and area.top < shift.at <= area.bottom:
                yield f"{area} 的内容来自外部数据（{called}），刷新时插入的行会丢失"


def _arrays(rows: bytes, prefix: str, shift: Shift) -> Iterator[str]:
    """Formulas over several cells that would be cut in two, or copied in part."""
    if b"array" not in rows and b"dataTable" not in rows:
        return
    for attributes, _ in row_bytes.formulas_in(rows, prefix):
        kind = attribute_of(attributes, b"t")
        area = _area(attribute_of(attributes, b"ref"))
        if kind not in {"array", "dataTable"} or area is None:
            continue
        name = "数组公式" if kind == "array" else "模拟运算表"
        if area.top < shift.at <= area.bottom:
            yield f"插入处在{name} {area} 中间，Excel 不允许拆开"
        elif area.top <= shift.stretches_at <= area.bottom and (kind == "dataTable" or area.top < area.bottom):
            yield f"第 {shift.stretches_at} 行是{name} {area} 的一部分，不能单独复制"


def _over_the_edge(rows: bytes, prefix: str, shift: Shift) -> Iterator[str]:
    last = MAX_ROWS - shift.count
    if shift.at > MAX_ROWS or shift.stretches_at + shift.count > MAX_ROWS:
        yield f"工作表最多 {MAX_ROWS} 行，放不下"
        return
    if rows.rfind(f"<{prefix}row".encode()) < 0:
        return
    for place in row_bytes.places(rows, prefix):
        if place.number > last and place.number >= shift.at:
            inside = rows[place.open_end : place.close]
            if any(f"<{prefix}{local}".encode() in inside for local in ("v", "is", "f")):
                yield f"第 {place.number} 行有内容，下移 {shift.count} 行会超出工作表的 {MAX_ROWS} 行"
                return


def _several_sheets(parts: Parts, directory: Directory, shift: Shift) -> Iterator[str]:
    """References through several sheets (`一月:三月!B8`), whose rows move on one of them only; sheets too large."""
    entries = directory.entries()
    titles = [entry.title.casefold() for entry in entries]
    workbook = directory.markup
    for name in workbook.root.all("definedName"):
        if _reaches(workbook.text(name), titles, shift):
            yield f"名称“{name.attributes.get('name', '')}”同时引用几张工作表（{workbook.text(name)}）"
    for entry in entries:
        if not entry.part:
            continue
        if entry.title != shift.sheet and parts.size(entry.part) > limits.MAX_HELD:
            if _mentions(parts, entry, shift):
                yield f"工作表“{entry.title}”太大，其中引用“{shift.sheet}”的公式无法改写"
            continue
        head, rows, tail = row_bytes.split(parts.read(entry.part))
        texts = _shell_formulas(Markup(head + tail, entry.part)) if b"!" in tail and b":" in tail else iter(())
        if any(_reaches(text, titles, shift) for text in texts):
            yield f"工作表“{entry.title}”的条件格式或数据验证同时引用几张工作表"
        if b"!" in rows and (text := _reaching(rows, _prefix(head), titles, shift)):
            yield f"工作表“{entry.title}”有公式同时引用几张工作表（{text}）"


def _prefix(head: bytes) -> str:
    """Prefix of the elements in the rows, from the bytes up to them."""
    found = re.search(rb"<((?:[\w.-]+:)?)sheetData[^<]*$", head)
    return found[1].decode() if found else ""


def _reaching(rows: bytes, prefix: str, titles: list[str], shift: Shift) -> str:
    """The first formula in rows that stands in the way, or ""."""
    texts = (text for _, text in row_bytes.formulas_in(rows, prefix) if "!" in text and ":" in text)
    return next((text for text in texts if _reaches(text, titles, shift)), "")


def _reaches(formula: str, titles: list[str], shift: Shift) -> bool:
    """It refers to moving rows through several sheets, the shifted one among them."""
    if not formulas.is_three_dimensional(formula):
        return False
    for token in formulas.tokens(formula):
        sheets, _, reference = token.text.rpartition("!")
        first, colon, last = sheets.strip("'").replace("''", "'").casefold().partition(":")
        area = _area(reference)
        if not colon or area is None or not _is_moved(area, shift) or first not in titles or last not in titles:
            continue
        between = sorted((titles.index(first), titles.index(last)))
        if between[0] <= titles.index(shift.sheet.casefold()) <= between[1]:
            return True
    return False


def _shell_formulas(shell: Markup) -> Iterator[str]:
    def is_formula(element: Element) -> bool:
        return element.local in _FORMULAS and not element.children

    return (shell.text(element) for element in shell.root.all() if is_formula(element))


def _mentions(parts: Parts, entry: Entry, shift: Shift) -> bool:
    """A sheet too large to be held may name the shifted one."""
    if parts.is_written(entry.part):
        return True
    name = escape(shift.sheet.replace("'", "''")).encode()
    wanted, before = (name + b"!", name + b"'!", name + b"&apos;!"), b""
    for piece in parts.archive.stream(parts.find(entry.part)):
        if any(text in before + piece for text in wanted):
            return True
        before = piece[-len(wanted[2]) :]
    return False


def _is_moved(area: Area, shift: Shift) -> bool:
    is_whole = area.top == 1 and area.bottom == MAX_ROWS
    return area.bottom >= (shift.stretches_at or shift.at) and not is_whole


def _area(written: str) -> Area | None:
    with suppress(WorkbookError):
        return Area.read(written)
    return None
