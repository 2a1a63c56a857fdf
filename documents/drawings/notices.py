"""The notices to a complainant: acceptance, supplement, refusal, extension, decision.

Their words are in `wording/<letter id>.txt`: the heading, then a paragraph a line; `**…**` is bold, and 【办法】 stands
for the instrument, which is named in full where it first comes.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import paper

from xiaobao_xl.rules import Rules

_WORDING = Path(__file__).resolve().parent.parent / "wording"
_MEASURES = "【办法】"


def draw(rules: Rules) -> Iterator[tuple[str, str, Any]]:
    """Id, title and document of each."""
    law = rules.law["complaint_measures_2020"]
    for path in sorted(_WORDING.glob("*.txt")):
        words = path.read_text(encoding="utf-8").replace(_MEASURES, f"《{law.title}》（{law.document_no}）", 1)
        yield path.stem, rules.letters[path.stem].title, _notice(words.replace(_MEASURES, "该办法"))


def _notice(words: str) -> Any:
    heading, salutation, *paragraphs = words.splitlines()
    document = paper.sheet()
    paper.letterhead(document, heading.removeprefix("# "))
    paper.line(document, salutation, align=paper.LEFT)
    for paragraph in paragraphs:
        paper.line(document, paragraph, indent=2)
    paper.signature(document)
    return document
