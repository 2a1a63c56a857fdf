"""The part that lists the sheets (xl/workbook.xml): titles, order, visibility, date system, defined names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast

from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.package.markup import Element, Markup, attribute
from xiaobao_xl.package.parts import Parts

State = Literal["visible", "hidden", "veryHidden"]
ORDER = (
    "fileVersion", "fileSharing", "workbookPr", "workbookProtection", "bookViews", "sheets", "functionGroups",
    "externalReferences", "definedNames", "calcPr", "oleSize", "customWorkbookViews", "pivotCaches", "smartTagPr",
    "smartTagTypes", "webPublishing", "fileRecoveryPr", "webPublishObjects", "extLst",
)  # fmt: skip
"""Children of the workbook element in the schema's order."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One sheet as the workbook lists it.

    Attributes:
        title: its name on the tab.
        part: the part that holds it; "" where it is missing.
        kind: `worksheet`, or what else it is (`chartsheet`, `dialogsheet`, `xlMacrosheet`).
        state: whether it is shown.
        id: its number, which no other sheet has.
    """

    title: str
    part: str
    kind: str
    state: State
    id: int


class Directory:
    """What xl/workbook.xml says. It is read anew at every question, since edits change it."""

    def __init__(self, parts: Parts) -> None:
        """Find the part.

        Raises:
            WorkbookError: there is none.
        """
        self.parts = parts
        self.part = next((found.target for found in parts.related("", "officeDocument")), "")
        if not self.part or self.part not in parts:
            raise WorkbookError("这个文件里没有工作簿；请用 Excel 或 WPS 打开、另存为 .xlsx 后再试。")

    @property
    def markup(self) -> Markup:
        """The part as a tree with all edits so far."""
        return self.parts.settle(self.part)

    def section(self, local: str) -> Element | None:
        """A child of the workbook element."""
        return self.markup.root.child(local)

    def entries(self) -> list[Entry]:
        """All sheets in order."""
        pointed = {relation.id: relation for relation in self.parts.relations(self.part)}
        found = []
        listed = self.section("sheets")
        for sheet in listed.children if listed else ():
            relation = pointed.get(attribute(sheet, "id"))
            state = cast("State", sheet.attributes.get("state", "visible"))
            title, number = sheet.attributes.get("name", ""), int(sheet.attributes.get("sheetId", "0") or 0)
            part = relation.target if relation and relation.target in self.parts else ""
            found.append(Entry(title, part, relation.kind if relation else "", state, number))
        return found

    def entry(self, title: str) -> Entry:
        """The sheet of a title; capitals do not matter, as in Excel.

        Raises:
            WorkbookError: there is none, or it has no cells.
        """
        entries = self.entries()
        found = next((entry for entry in entries if entry.title == title), None) or next(
            (entry for entry in entries if entry.title.casefold() == title.casefold()), None
        )
        if found is None:
            raise WorkbookError(f"没有名为“{title}”的工作表；有：{'、'.join(entry.title for entry in entries)}。")
        if found.kind != "worksheet" or not found.part:
            raise WorkbookError(f"“{title}”不是有单元格的工作表，无法读写。")
        return found

    def is_1904(self) -> bool:
        """Days are counted from 1904."""
        settings = self.section("workbookPr")
        return settings is not None and settings.flag("date1904")

    def related(self, kind: str) -> str:
        """The part of a kind the workbook points to (`styles`, `sharedStrings`, `calcChain`), or ''."""
        return next((found.target for found in self.parts.related(self.part, kind) if found.target in self.parts), "")
