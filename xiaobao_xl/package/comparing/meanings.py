"""What a piece of XML means, so that only what counts is compared.

Prefixes, the order of attributes, spaces between elements, attributes that say the default, and marks of a program's
own (revision numbers) do not count.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Final
from xml.parsers import expat

from xiaobao_xl.package.markup import OFFICE, STRICT, Element, Markup

_DEFAULTS: Final[Mapping[str, Mapping[str, str]]] = {
    "pageSetup": {
        "scale": "100", "fitToWidth": "1", "fitToHeight": "1", "orientation": "default", "pageOrder": "downThenOver",
        "blackAndWhite": "0", "draft": "0", "cellComments": "none", "firstPageNumber": "1", "useFirstPageNumber": "0",
        "errors": "displayed", "copies": "1", "paperSize": "1", "usePrinterDefaults": "1",
        "horizontalDpi": "600", "verticalDpi": "600", "r:id": "",
    },
    "printOptions": {"gridLinesSet": "1", "headings": "0", "gridLines": "0", "horizontalCentered": "0", "verticalCentered": "0"},
    "headerFooter": {"differentOddEven": "0", "differentFirst": "0", "scaleWithDoc": "1", "alignWithMargins": "1"},
    "dataValidation": {
        "type": "none", "errorStyle": "stop", "imeMode": "noControl", "operator": "between", "allowBlank": "0",
        "showDropDown": "0", "showInputMessage": "0", "showErrorMessage": "0",
    },
    "cfRule": {
        "stopIfTrue": "0", "aboveAverage": "1", "percent": "0", "bottom": "0", "equalAverage": "0",
    },
    "cfvo": {"gte": "1"},
    "sheetFormatPr": {"baseColWidth": "8", "customHeight": "0", "zeroHeight": "0", "outlineLevelRow": "0", "outlineLevelCol": "0"},
    "sheetPr": {"codeName": "", "published": "1", "enableFormatConditionsCalculation": "1", "filterMode": "0", "syncHorizontal": "0",
                "syncVertical": "0", "transitionEvaluation": "0", "transitionEntry": "0"},
    "outlinePr": {"applyStyles": "0", "summaryBelow": "1", "summaryRight": "1", "showOutlineSymbols": "1"},
    "pageSetUpPr": {"autoPageBreaks": "1", "fitToPage": "0"},
    "alignment": {
        "horizontal": "general", "vertical": "bottom", "textRotation": "0", "wrapText": "0", "indent": "0",
        "relativeIndent": "0", "justifyLastLine": "0", "shrinkToFit": "0", "readingOrder": "0",
    },
    "protection": {"locked": "1", "hidden": "0"},
    "sheetProtection": {
        "sheet": "0", "objects": "0", "scenarios": "0", "formatCells": "1", "formatColumns": "1", "formatRows": "1",
        "insertColumns": "1", "insertRows": "1", "insertHyperlinks": "1", "deleteColumns": "1", "deleteRows": "1",
        "selectLockedCells": "0", "sort": "1", "autoFilter": "1", "pivotTables": "1", "selectUnlockedCells": "0",
    },
    "workbookProtection": {"lockStructure": "0", "lockWindows": "0", "lockRevision": "0"},
    "workbookPr": {
        "showObjects": "all", "backupFile": "0", "saveExternalLinkValues": "1", "showBorderUnselectedTables": "1",
        "promptedSolutions": "0", "updateLinks": "userSet", "hidePivotFieldList": "0", "filterPrivacy": "0",
        "showInkAnnotation": "1", "autoCompressPictures": "1", "refreshAllConnections": "0", "checkCompatibility": "0",
        "allowRefreshQuery": "0", "publishItems": "0", "showPivotChartFilter": "0", "dateCompatibility": "1",
    },
    "calcPr": {
        "calcMode": "auto", "iterate": "0", "iterateCount": "100", "iterateDelta": "0.001", "refMode": "A1",
        "fullPrecision": "1", "concurrentCalc": "1", "forceFullCalc": "0",
    },
    "rowBreaks": {"count": "", "manualBreakCount": ""},
    "colBreaks": {"count": "", "manualBreakCount": ""},
    "brk": {"min": "0", "pt": "0"},
    "pane": {"xSplit": "0", "ySplit": "0", "activePane": "", "topLeftCell": ""},
    "filterColumn": {"hiddenButton": "0", "showButton": "1"},
    "filters": {"blank": "0"},
    "definedName": {
        "hidden": "0", "function": "0", "vbProcedure": "0", "xlm": "0", "publishToServer": "0", "workbookParameter": "0",
    },
}  # fmt: skip
_NOTHING: Final = {
    "outlinePr", "pageSetUpPr", "oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter",
}  # fmt: skip
"""Elements that say nothing when nothing stands in them."""
_TRUTHS: Final = {"true": "1", "false": "0"}
_NUMBER = re.compile(r"-?[0-9]+\.?[0-9]*(?:[eE][-+]?[0-9]+)?")
_PROGRAM_MARKS: Final = ("revision", "markup-compatibility/2006", "XML/1998/namespace", "/ac", "x14ac")
_OFFICE: Final = (OFFICE, f"{STRICT}officeDocument/relationships")


def canonical(element: Element, markup: Markup, pointed: Mapping[str, str] | None = None) -> str:
    """An element as a text that is the same for all ways to write it.

    Args:
        element: the element.
        markup: the part it stands in.
        pointed: id of a relation → what it points to.
    """
    pointed = pointed or {}
    parts = [element.local]
    parts += [f"{name}={value}" for name, value in meant(element.local, element.attributes, pointed)]
    inner = [text for child in element.children if (text := canonical(child, markup, pointed))]
    if not element.children and not element.is_empty:
        text = markup.text(element)
        inner = [text] if text.strip() else []
    if len(parts) == 1 and not inner and element.local in _NOTHING:
        return ""
    return " ".join(parts) + (f"[{' '.join(inner)}]" if inner else "")


def meant(local: str, attributes: Mapping[str, str], pointed: Mapping[str, str]) -> list[tuple[str, str]]:
    """The attributes of an element that count, sorted, each as it is meant."""
    defaults = _DEFAULTS.get(local, {})
    found = []
    for name, given in attributes.items():
        space, _, plain = name.rpartition("}")
        if space:
            if any(space.endswith(mark) or f"/{mark}" in space for mark in _PROGRAM_MARKS):
                continue
            if space[1:] in _OFFICE:
                plain, given = f"r:{plain}", pointed.get(given, given)  # noqa: PLW2901
        value = _value(given)
        if defaults.get(plain) not in {value, ""}:
            found.append((plain, value))
    return sorted(found)


def digest(source: Iterable[bytes], pointed: Mapping[str, str]) -> bytes:
    """A fingerprint of what a part of any size means.

    Raises:
        expat.ExpatError: it is no well-formed XML; shapes of old notes need not be.
    """
    seen = hashlib.sha256()
    waiting: list[str] = []

    def flush() -> None:
        text = "".join(waiting)
        waiting.clear()
        if text.strip():
            seen.update(b"\1" + text.encode("utf-8", "surrogatepass"))

    def start(tag: str, attributes: dict[str, str]) -> None:
        flush()
        local = tag.rpartition("}")[2]
        named = {f"{{{name}" if "}" in name else name: value for name, value in attributes.items()}
        seen.update(f"\2{local}{meant(local, named, pointed)}".encode("utf-8", "surrogatepass"))

    def end(_tag: str) -> None:
        flush()
        seen.update(b"\3")

    reader = expat.ParserCreate("utf-8", namespace_separator="}")
    reader.buffer_text = True
    reader.StartElementHandler, reader.EndElementHandler, reader.CharacterDataHandler = start, end, waiting.append
    for piece in source:
        reader.Parse(piece)
    reader.Parse(b"", True)  # noqa: FBT003  (expat's own signature)
    return seen.digest()


def is_fallback(element: Element | None) -> bool:
    """It stands in the older of two ways to say the same."""
    while element is not None:
        if element.local == "Fallback":
            return True
        element = element.parent
    return False


def is_on(element: Element | None, name: str = "val", default: str = "1") -> bool:
    """A switch such as `<b/>`, `<b val="1"/>`, `hidden="true"`."""
    return element is not None and element.attributes.get(name, default) not in {"0", "false", "off", "none"}


def number(text: str) -> str:
    """A number with the 15 digits a spreadsheet shows; another text as it is.

    >>> number("0.30000000000000004"), number("1E2"), number("TS-1")
    ('0.3', '100', 'TS-1')
    """
    return f"{float(text) + 0.0:.15g}" if _NUMBER.fullmatch(text) else text


def _value(text: str) -> str:
    text = _TRUTHS.get(text, text)
    return number(text) if len(text) <= 24 else text
