"""classify 分类: suggestions of codes for a register or one text, with the words that decided; recorded codes stay."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xiaobao_xl.categories import Scheme
from xiaobao_xl.classifying import Suggestions, classify_all
from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.learned import Model
from xiaobao_xl.registers import Register
from xiaobao_xl.rules import Rules
from xiaobao_xl.tasks.intake import Reading, Source, Step, open_registers, receipt_json, silent
from xiaobao_xl.tasks.learning import apply, load_model
from xiaobao_xl.workbook.grids import Book

if TYPE_CHECKING:
    from xiaobao_xl.workbook.copying import ExtraColumn

TEXT = "text"
NOT_COMPLAINT = "not_complaint"
UNSURE = "待人工判断"
NOT_COMPLAINT_TITLE = "疑似非投诉"
_HEADS = ("建议{}", "{}得分", "{}依据", "{}其次")
# An insurer's 险种 and 纠纷类型 take the places of product line and reason.
SCHEMES: dict[str, dict[str, str]] = {
    "bank": {"product_line": "product_line", "reason": "reason"},
    "insurer": {"product_line": "insurance_line", "reason": "dispute_type"},
}


@dataclass(frozen=True, kw_only=True)
class Suggested:
    """Suggestions for some texts.

    Attributes:
        parts: `product_line` and `reason` → suggestions by the institution's schemes.
        not_complaint: suspicion that it is none.
    """

    parts: Mapping[str, Suggestions]
    not_complaint: Suggestions

    def titles(self) -> dict[str, str]:
        """Part → Chinese name of what it classifies."""
        return {part: found.scheme.title for part, found in self.parts.items()}

    def row(self, place: int) -> dict[str, Any]:
        """One text as JSON; labels are Chinese, scores 0–1, codes the institution's own where loaded."""
        line: dict[str, Any] = {}
        against: list[dict[str, Any]] = []
        evidence: dict[str, Any] = {}
        for part, found in self.parts.items():
            best, words = found.ids[found.best[place]], found.evidence(place)
            detail, second = str(found.details[place]), int(found.second[place])
            line |= {
                part: found.scheme.title_of(best),
                f"{part}_detail": found.scheme.title_of(detail) if detail else "",
                f"{part}_code": found.scheme.category(detail or best).code,
                f"{part}_score": round(float(found.score[place]), 3),
                f"{part}_confident": bool(found.confident[place]),
                f"{part}_second": found.scheme.title_of(found.ids[second]) if second >= 0 else "",
                f"{part}_second_score": round(float(found.second_score[place]), 3),
            }
            evidence[part] = [{"word": word, "weight": weight} for word, weight in words.words]
            against += [{"word": word, "weight": weight, "of": part} for word, weight in words.against]
        line["confident"] = all(line[f"{part}_confident"] for part in self.parts)
        suspicion = self.not_complaint
        line["not_complaint"] = bool(suspicion.confident[place])
        kind = suspicion.scheme.title_of(suspicion.ids[suspicion.best[place]])
        line["not_complaint_kind"] = kind if line["not_complaint"] else ""
        evidence["not_complaint"] = [
            {"word": word, "weight": weight} for word, weight in suspicion.evidence(place).words
        ]
        return {**line, "evidence": {**evidence, "against": against}}


@dataclass(frozen=True, kw_only=True)
class ClassifiedRegister:
    """A register with suggestions.

    Attributes:
        register: the register.
        suggested: suggestions for the texts that are filled.
        positions: frame position of each of them.
        columns: part → the register's column that records it.
    """

    register: Register
    suggested: Suggested
    positions: Sequence[int]
    columns: Mapping[str, str]

    def rows(self) -> Iterator[dict[str, Any]]:
        """One object per row with a text; `disagrees` lists the parts whose recorded code differs."""
        keys = self.register.keys().tolist()
        titles = {part: self._recorded(part) for part in self.columns}
        for place, position in enumerate(self.positions):
            line = self.suggested.row(place)
            recorded = {part: found[position] for part, found in titles.items()}
            differs = [p for p, title in recorded.items() if title and title != line[p] and line[f"{p}_confident"]]
            yield {
                "file": self.register.origin.file,
                "sheet": self.register.origin.sheet,
                "row": int(self.register.origin.rows[position]),
                "key": str(keys[position]),
                **line,
                "recorded": recorded,
                "disagrees": differs,
            }

    def _recorded(self, part: str) -> list[str]:
        """Title under which statistics count each row's code; '' where there is none or it is unknown."""
        column, scheme = self.columns[part], self.suggested.parts[part].scheme
        if column not in self.register.frame:
            return [""] * len(self.register)
        titles = {code: scheme.title_of(scheme.reported(code)) for code in scheme.ids()}
        return [titles.get(value, "") for value in self.register.frame[column].tolist()]


@dataclass(frozen=True, kw_only=True)
class ClassifiedBook:
    """A workbook with suggestions of codes.

    Attributes:
        book: the opened file.
        registers: registers read.
        parts: register by register.
        rows: every row with a text, as JSON.
    """

    book: Book
    registers: Sequence[Register]
    parts: Sequence[ClassifiedRegister]
    rows: Sequence[Mapping[str, Any]]

    def counts(self) -> dict[str, int]:
        """Rows in all, settled, unsure, probably no complaint, and against the recorded code."""
        sure = sum(row["confident"] for row in self.rows)
        return {
            "rows": len(self.rows),
            "confident": sure,
            "unsure": len(self.rows) - sure,
            "not_complaint": sum(row["not_complaint"] for row in self.rows),
            "disagree": sum(bool(row["disagrees"]) for row in self.rows),
        }

    def as_json(self) -> dict[str, Any]:
        """One object per row."""
        return {"receipt": receipt_json(self.registers), "rows": [dict(row) for row in self.rows]}


def classify(
    rules: Rules,
    source: Source,
    reading: Reading,
    *,
    codes: Path | None = None,
    model: Path | None = None,
    step: Step = silent,
) -> ClassifiedBook:
    """Suggest codes for every row with a text.

    Args:
        rules: the rules; their institution decides which schemes apply.
        source: the workbook, or its path; it is only read.
        reading: which register, sheets and headings.
        codes: the institution's own numbers, a two-column workbook or CSV: label → code.
        model: file written by `learn`; its answer is taken for the classes where it measurably helped.
        step: told what is being done.
    """
    step("读取台账")
    schemes = _schemes(rules, codes)
    learned = load_model(model, rules) if model else None
    book, registers = open_registers(rules, source, reading)
    parts = []
    for register in registers:
        step(f"分类 {register.origin.sheet}（{len(register)} 行）")
        if TEXT not in register.frame:
            raise WorkbookError(
                f"{book.path.name}［{register.origin.sheet}］没有“投诉内容”列，无法分类；请在 headings.yaml 里指明是哪一列。"
            )
        positions = register.frame[TEXT].notna().to_numpy().nonzero()[0].tolist()
        suggested = _suggest(rules, schemes, register.frame[TEXT].iloc[positions].tolist())
        parts.append(
            ClassifiedRegister(
                register=register, suggested=suggested, positions=positions, columns=SCHEMES[rules.institution]
            )
        )
    rows = [row for part in parts for row in _learned(learned, part, schemes)]
    return ClassifiedBook(book=book, registers=registers, parts=parts, rows=rows)


def classify_text(rules: Rules, text: str, *, codes: Path | None = None, model: Path | None = None) -> dict[str, Any]:
    """Suggest codes for one text, as JSON."""
    schemes = _schemes(rules, codes)
    row = _suggest(rules, schemes, [text]).row(0)
    if model:
        row = apply(load_model(model, rules), [text], [row], schemes)[0]
    return {"row": None, "key": "", **row}


def part_titles(rules: Rules) -> dict[str, str]:
    """`product_line` and `reason` → what they are called at this institution."""
    return {part: rules.categories[name].title for part, name in SCHEMES[rules.institution].items()}


def write_classified(
    result: ClassifiedBook, out: Path, *, overwrite: bool = False, allow_unsigned: bool = False, step: Step = silent
) -> None:
    """The copy with suggestions beside the register; recorded codes are not touched."""
    from xiaobao_xl.workbook import marked_copy

    step("写分类副本")
    marked_copy.write_copy(
        result.book, result.registers, out, columns=beside(result), overwrite=overwrite, allow_unsigned=allow_unsigned
    )


def beside(result: ClassifiedBook) -> dict[str, list[ExtraColumn]]:
    """Sheet → the columns with suggestions, to stand right of the register."""
    columns: dict[str, list[ExtraColumn]] = {}
    for part in result.parts:
        sheet = part.register.origin.sheet
        rows = {line["row"]: line for line in result.rows if line["sheet"] == sheet}
        columns.setdefault(sheet, []).extend(_columns(part.suggested, rows))
    return columns


def titles_beside(rules: Rules) -> list[str]:
    """Headings of all columns that `beside` may give."""
    heads = [head.format(title) for title in part_titles(rules).values() for head in _HEADS]
    return [*heads, NOT_COMPLAINT_TITLE]


def _learned(model: Model | None, part: ClassifiedRegister, schemes: Mapping[str, Scheme]) -> Sequence[dict[str, Any]]:
    """Rows of a register, with the model's answers where it is used."""
    rows = list(part.rows())
    texts = part.register.frame[TEXT].iloc[list(part.positions)].tolist()
    return apply(model, texts, rows, schemes) if model else rows


def _columns(suggested: Suggested, rows: Mapping[int, Mapping[str, Any]]) -> Iterator[ExtraColumn]:
    from xiaobao_xl.workbook import palette
    from xiaobao_xl.workbook.copying import ExtraColumn

    for part, title in suggested.titles().items():
        unsure = {row: palette.LEVEL_FILLS["note"] for row, line in rows.items() if not line[f"{part}_confident"]}
        differs = {row: palette.LEVEL_FILLS["warning"] for row, line in rows.items() if part in line["disagrees"]}
        shown = {row: _shown(line, part) for row, line in rows.items()}
        scores = {row: line[f"{part}_score"] for row, line in rows.items()}
        words = {row: _words(line, part) for row, line in rows.items()}
        seconds = {row: line[f"{part}_second"] for row, line in rows.items()}
        label, score, why, second = (head.format(title) for head in _HEADS)
        yield ExtraColumn(title=label, values=shown, fills=unsure | differs, width=30)
        yield ExtraColumn(title=score, values=scores, number_format="0.00", width=9)
        yield ExtraColumn(title=why, values=words, width=30, wraps=True)
        yield ExtraColumn(title=second, values=seconds, width=24)
    kinds = {row: f"疑似{line['not_complaint_kind']}" for row, line in rows.items() if line["not_complaint"]}
    yield ExtraColumn(title=NOT_COMPLAINT_TITLE, values=kinds, width=12)


def _words(line: Mapping[str, Any], part: str) -> str:
    """The words of the rules; where the model has answered, what they point to."""
    words = "、".join(hit["word"] for hit in line["evidence"][part])
    return f"按本机构编码学习；规则指向“{line[f'{part}_second']}”：{words}" if line.get(f"{part}_learned") else words


def _shown(line: Mapping[str, Any], part: str) -> str:
    """The suggestion as printed: never as settled where it is not."""
    label = "－".join(filter(None, (line[part], line[f"{part}_detail"])))
    code = f"（{line[f'{part}_code']}）" if line[f"{part}_code"] else ""
    return f"{label}{code}" if line[f"{part}_confident"] else f"{UNSURE}（最接近：{label}）"


def _schemes(rules: Rules, codes: Path | None) -> dict[str, Scheme]:
    """The institution's schemes by id, with its own numbers where it has given any."""
    numbers = _codes(codes) if codes else {}
    schemes, unknown = {}, set(numbers)
    for name in (*SCHEMES[rules.institution].values(), NOT_COMPLAINT):
        schemes[name], left = rules.categories[name].with_codes(numbers) if numbers else (rules.categories[name], [])
        unknown &= set(left)
    if unknown:
        raise WorkbookError(
            f"{codes}：代码表里的“{'”“'.join(sorted(unknown)[:5])}”不是已知类别；请改用随附类别的名称，名称见 xiaobao blank 所建空台账的“代码表”页。"
        )
    return schemes


def _codes(path: Path) -> dict[str, str]:
    """A two-column table: label → code, both as text."""
    from xiaobao_xl.workbook.reading import read_table

    table = [list(row.values()) for row in read_table(path)]
    if not table or any(len(row) < 2 for row in table):
        raise WorkbookError(f"{path}：代码表应有表头和两列（类别、代码），每行都要填；请补齐后重试。")
    codes: dict[str, str] = {}
    for label, code in ((str(row[0]), str(int(row[1])) if isinstance(row[1], float) else str(row[1])) for row in table):
        if codes.setdefault(label, code) != code:
            raise WorkbookError(f"{path}：代码表里的“{label}”有两个代码（{codes[label]}、{code}）；请只留一个。")
    return codes


def _suggest(rules: Rules, schemes: Mapping[str, Scheme], texts: Sequence[str]) -> Suggested:
    found = classify_all(schemes, texts, grams=rules.grams)
    parts = {part: found[name] for part, name in SCHEMES[rules.institution].items()}
    return Suggested(parts=parts, not_complaint=found[NOT_COMPLAINT])
