"""What the tests of letters share: a small register, letters written from it, and what stands in them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import docx
from docx.oxml.ns import qn
from openpyxl import Workbook

from xiaobao_xl.documents.templates import stories
from xiaobao_xl.tasks.intake import Reading
from xiaobao_xl.tasks.lettering import WantedLetter, letters, write_letters

_SIGNS = {qn("w:br"): "\n", qn("w:tab"): "\t"}
AS_OF = date(2026, 9, 30)
OPEN = {
    "投诉编号": "TS1", "事项性质": "消费投诉", "收到日期": date(2026, 9, 20), "受理日期": date(2026, 9, 21),
    "投诉来源": "客服电话", "被投诉机构": "某行城东支行", "投诉人姓名": "钱一", "证件号码": "110101199003074514",
    "联系电话": "13800001111", "投诉请求": "退还年费", "投诉内容": "信用卡年费未告知，要求退还", "复杂程度": "简单",
    "经办人": "陈二", "处理机构": "信用卡中心",
}  # fmt: skip
EXTENSION = {"复杂程度": "特别复杂", "延期审批人": "总行分管副行长 孙三", "延期审批日期": date(2026, 9, 29)}
WAITING = {
    "acceptance_notice": {},
    "supplement_notice": {"通知补正日期": date(2026, 9, 30)},
    "refusal_notice": {"不予受理日期": date(2026, 9, 29)},
    "extension_notice": EXTENSION,
    "decision_notice": {"处理决定日期": date(2026, 9, 29), "处理结果": "退还年费 300 元"},
    "referral_slip": {},
    "follow_up_slip": {"收到日期": date(2026, 9, 1)},
    "mediation_application": {"调解开始日期": date(2026, 9, 28)},
    "case_card": {
        "处理决定日期": date(2026, 9, 29),
        "告知日期": date(2026, 9, 29),
        "办结日期": date(2026, 9, 30),
        "处理结果": "退还年费 300 元",
    },
}


def register(path: Path, *cases: dict) -> Path:
    """A register with these complaints, as an officer would keep it."""
    headings = list(dict.fromkeys(heading for case in cases for heading in case))
    book = Workbook()
    book.active.append(headings)
    for case in cases:
        book.active.append([case.get(heading) for heading in headings])
    for row in book.active.iter_rows(min_row=2):
        for cell in row:
            if cell.is_date:
                cell.number_format = "yyyy-mm-dd"
    book.save(path)
    return path


def written(rules, folder: Path, letter: str, *cases: dict, **wanted) -> list[Path]:
    book = register(folder / "台账.xlsx", *cases)
    result = letters(rules, book, Reading(), WantedLetter(letter=letter, **wanted), AS_OF)
    return write_letters(result, folder / "函件")


def text_of(path: Path) -> str:
    """All text of a letter, headers and footers too, a line a paragraph."""
    found = []
    for story in stories(docx.Document(str(path))):
        for paragraph in story.iter(qn("w:p")):
            pieces = paragraph.iter(*_SIGNS, qn("w:t"))
            found.append("".join(_SIGNS.get(piece.tag, piece.text or "") for piece in pieces))
    return "\n".join(found)


def highlighted(path: Path) -> list[str]:
    """Texts of the runs on yellow."""
    runs = (run for story in stories(docx.Document(str(path))) for run in story.iter(qn("w:r")))
    return ["".join(piece.text for piece in run.iter(qn("w:t"))) for run in runs if run.find(f".//{qn('w:highlight')}") is not None]  # fmt: skip


def template_of(path: Path, *paragraphs: str) -> Path:
    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    document.save(str(path))
    return path
