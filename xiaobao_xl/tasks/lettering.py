"""letter 函件: Word letters for the complaints that need them, and a receipt of what each still lacks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from xiaobao_xl import resources
from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.letters.facts import Blank, Facts, Text
from xiaobao_xl.letters.letter import AUDIENCE_TITLES, COMPUTED, Letter
from xiaobao_xl.masking import audiences
from xiaobao_xl.registers import Register
from xiaobao_xl.rules import Rules
from xiaobao_xl.tasks.intake import Reading, Source, Step, open_registers, receipt_json, seen_by, silent
from xiaobao_xl.typed_yaml import near

if TYPE_CHECKING:
    from xiaobao_xl.documents.templates import Template
    from xiaobao_xl.masking.masker import Masker

_UNSAFE = re.compile(r'[\\/:*?"<>|\x00-\x1f]+')
_LONGEST = 80  # characters of a complaint number in a file name


@dataclass(frozen=True, kw_only=True)
class WantedLetter:
    """Which letter is wanted.

    Attributes:
        letter: id or title.
        keys: complaint numbers; () takes every complaint the letter fits.
        template: own template; None takes the one of the letter's name.
        rules_file: own rules file; a template beside it comes before the shipped one.
        given: answers for the blanks, `受理电话=95500`, by title or id; also 机构名称.
    """

    letter: str
    keys: tuple[str, ...] = ()
    template: Path | None = None
    rules_file: Path | None = None
    given: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Page:
    """One letter about one complaint.

    Attributes:
        key: complaint number; '' where the register has none.
        place: file, sheet and row it was read from.
        name: name of its file.
        texts: id of a mark → what it says.
        notes: what the officer should know: why it does not usually fit, doubts about the law cited.
    """

    key: str
    place: str
    name: str
    texts: Mapping[str, Text]
    notes: tuple[str, ...]

    @property
    def blanks(self) -> list[Blank]:
        """What is still to be filled in, each once."""
        parts = (part for text in self.texts.values() for part in text)
        return list(dict.fromkeys(part for part in parts if isinstance(part, Blank)))


@dataclass(kw_only=True)
class Lettered:
    """Letters ready to be written.

    Attributes:
        id: letter id.
        letter: the letter.
        registers: registers read.
        pages: one letter for each complaint, in the order of the register.
        template: the template, its marks known.
        as_of: the day they are dated.
        sent: title of the date column to fill in once they have left; '' where there is none.
        masker: what they were masked by; None where they show the register as it is.
        written: the files, once written.
    """

    id: str
    letter: Letter
    registers: Sequence[Register]
    pages: Sequence[Page]
    template: Template
    as_of: date
    sent: str
    masker: Masker | None = None
    written: Sequence[Path] = field(default_factory=tuple)

    def lines(self) -> Iterator[str]:
        """What each letter lacks and what should be known of it."""
        for page in self.pages:
            lacks = "、".join(blank.title for blank in page.blanks)
            yield f"{page.key or page.place} → {page.name}" + (
                f"；待填 {len(page.blanks)} 处：{lacks}" if lacks else ""
            )
            yield from (f"  {blank.title}：{blank.hint}" for blank in page.blanks if self._is_told(blank))
            yield from (f"  {note}" for note in page.notes)

    def _is_told(self, blank: Blank) -> bool:
        """Blanks whose reason is the register's, not the hint every letter of this kind has."""
        return bool(blank.hint) and blank.hint not in {ask.hint for ask in self.letter.asks.values()}

    def as_json(self) -> dict[str, Any]:
        """The receipt: which complaint got which letter, and which blanks remain."""
        return {
            "letter": self.id,
            "title": self.letter.title,
            "as_of": self.as_of.isoformat(),
            "template": self.template.path.name,
            "audience": self.masker.audience if self.masker else "",
            "receipt": receipt_json(self.registers),
            "letters": [
                {
                    "key": page.key,
                    "place": page.place,
                    "file": page.name,
                    "blanks": [{"title": blank.title, "hint": blank.hint} for blank in page.blanks],
                    "notes": list(page.notes),
                }
                for page in self.pages
            ],
            "written": [str(path) for path in self.written],
            "then_fill_in": self.sent,
        }


def letter_list(rules: Rules) -> Iterator[str]:
    """Every letter: what it needs of the register, what is to be filled in by hand."""
    for name, letter in rules.letters.items():
        columns = rules.registers[letter.register].columns
        yield f"{letter.title}（{name}），给{AUDIENCE_TITLES[letter.audience]}"
        yield f"  台账须有：{'、'.join(columns[need].title for need in letter.needs)}"
        yield f"  由人填写：{'、'.join(ask.title for ask in letter.asks.values())}"
        if letter.masked:
            yield f"  总是脱敏：至少按“{audiences.AUDIENCE_TITLES[letter.masked]}”"
        if letter.sent:
            yield f"  发出后登记：{columns[letter.sent].title}"
        if letter.note:
            yield f"  说明：{letter.note}"
    yield f"各函都可以用的标记：{'、'.join(COMPUTED.values())}；以及台账各列的标题（个人信息限于“台账须有”所列）。"


def letters(
    rules: Rules, source: Source, reading: Reading, wanted: WantedLetter, as_of: date, *, step: Step = silent
) -> Lettered:
    """Make letters ready; nothing is written.

    Args:
        rules: the rules.
        source: the workbook, or its path; it is only read.
        reading: which sheets and headings, and for whom it is masked; a letter may ask for that itself.
        wanted: which letter, about which complaints.
        as_of: the day the letters are dated.
        step: told what is being done.

    Raises:
        WorkbookError: an unknown letter, complaint, answer or mark; an audience that may see more than the letter shows.
    """
    from xiaobao_xl.documents.templates import read_template

    name = _letter_id(rules, wanted.letter)
    letter, schema = rules.letters[name], rules.registers[rules.letters[name].register]
    given = _given(letter, wanted.given)
    template = read_template(_template(name, wanted), letter.names(schema), letter.withheld(schema))
    step("读取台账")
    reading = _hidden(letter, replace(reading, register=letter.register))
    book, plain = open_registers(rules, source, replace(reading, audience=""))
    _, registers = seen_by(rules, book, plain, reading)
    context = rules.context(as_of)
    written = [Facts(letter, shown, context, given, each) for shown, each in zip(registers, plain, strict=True)]
    chosen = [_positions(facts, wanted.keys) for facts in written]
    _refuse_missing(written, wanted.keys)
    counts = Counter(
        _named(facts, place).casefold() for facts, places in zip(written, chosen, strict=True) for place in places
    )
    pages = [
        _page(facts, place, template, is_single=counts[_named(facts, place).casefold()] == 1)
        for facts, places in zip(written, chosen, strict=True)
        for place in places
    ]  # fmt: skip
    sent = schema.columns[letter.sent].title if letter.sent else ""
    return Lettered(id=name, letter=letter, registers=registers, pages=pages, template=template, as_of=as_of, sent=sent, masker=reading.masker)  # fmt: skip


def write_letters(result: Lettered, folder: Path, *, overwrite: bool = False, step: Step = silent) -> list[Path]:
    """Write one file for each complaint; all or none.

    Returns:
        The files, in the order of the register.

    Raises:
        WorkbookError: a file exists (and `overwrite` is false), or cannot be written.
    """
    from xiaobao_xl.documents.letters import fill
    from xiaobao_xl.workbook.drawing import refuse_existing, write_whole

    if folder.is_file():
        raise WorkbookError(f"{folder}：这是文件，不是目录；请用 --out 给出放函件的目录。")
    folder.mkdir(parents=True, exist_ok=True)
    targets = [folder / page.name for page in result.pages]
    for target in targets:
        refuse_existing(target, overwrite=overwrite)
    contents = []
    for number, page in enumerate(result.pages, start=1):
        step(f"填写{result.letter.title}（{number}/{len(targets)}）")
        contents.append(fill(result.template, page.texts, title=f"{result.letter.title} {page.key}".strip()))
    before = {target: target.read_bytes() for target in targets if target.exists()}
    done: list[Path] = []
    try:
        for target, content in zip(targets, contents, strict=True):
            write_whole(target, _writes(content), overwrite=overwrite)
            done.append(target)
    except BaseException:
        for target in done:
            target.unlink(missing_ok=True) if target not in before else target.write_bytes(before[target])
        raise
    result.written = done
    return done


def _writes(content: bytes) -> Callable[[BinaryIO], object]:
    return lambda stream: stream.write(content)


def _letter_id(rules: Rules, wanted: str) -> str:
    ids = {name: name for name in rules.letters} | {letter.title: name for name, letter in rules.letters.items()}
    if wanted not in ids:
        guess = near(wanted, ids)
        hint = (
            f"是否想写 {guess}？"
            if guess
            else f"应为 {'、'.join(each.title for each in rules.letters.values())} 之一。"
        )
        raise WorkbookError(f"没有“{wanted}”这种函件；{hint}")
    return ids[wanted]


def _hidden(letter: Letter, reading: Reading) -> Reading:
    """The reading, masked at least as the letter asks."""
    careful = audiences.AUDIENCES[audiences.AUDIENCES.index(letter.masked) :] if letter.masked else ("",)
    if not letter.masked or reading.audience in careful:
        return reading
    if reading.audience:
        known = "、".join(f"{name}（{audiences.AUDIENCE_TITLES[name]}）" for name in careful)
        raise WorkbookError(f"{letter.title}总是脱敏的，不能按 {reading.audience} 出；--audience 可写 {known}，不写则按 {letter.masked}。")  # fmt: skip
    return replace(reading, audience=letter.masked)


def _given(letter: Letter, settings: Sequence[str]) -> dict[str, str]:
    """Answers for the blanks, by id."""
    asked = {name: ask.title for name, ask in letter.asks.items()} | {"institution": COMPUTED["institution"]}
    ids = {spelling: name for name, title in asked.items() for spelling in (name, title)}
    found: dict[str, str] = {}
    for setting in settings:
        name, equals, text = setting.partition("=")
        if not equals or not text.strip():
            raise WorkbookError(f"--set {setting}：请写成 名称=内容，例如 受理电话=本机构的投诉电话。")
        if name.strip() not in ids:
            guess = near(name.strip(), ids)
            hint = f"是否想写 {guess}？" if guess else f"{letter.title}可以给的有：{'、'.join(asked.values())}。"
            raise WorkbookError(
                f"--set {setting}：“{name}”不是这种函件由人填写的内容；{hint}台账里的内容请在台账中填写。"
            )
        found[ids[name.strip()]] = text.strip()
    return found


def _template(name: str, wanted: WantedLetter) -> Path:
    """The template: the one named, one beside the own rules file, or the shipped one."""
    if wanted.template:
        return wanted.template
    beside = wanted.rules_file.parent / f"{name}.docx" if wanted.rules_file else None
    if beside and beside.is_file():
        return beside
    try:
        return resources.document_path(name)
    except WorkbookError:
        hint = f"请把它的 Word 模板存成 {name}.docx，放在规则文件旁边，或用 --template 指明。"
        raise WorkbookError(f"函件 {name} 没有模板；{hint}") from None


def _positions(facts: Facts, keys: Sequence[str]) -> list[int]:
    rows = facts.plain.keys().isin([key.strip() for key in keys]).to_numpy() if keys else facts.fitting
    found: list[int] = np.flatnonzero(rows).tolist()
    return found


def _refuse_missing(written: Sequence[Facts], keys: Sequence[str]) -> None:
    known: set[str] = set().union(*(map(str, facts.plain.keys()) for facts in written))
    for key in keys:
        if key.strip() not in known:
            guess = near(key.strip(), known)
            raise WorkbookError(
                f"台账里没有编号为 {key} 的投诉；" + (f"是否想写 {guess}？" if guess else "请核对编号和工作表。")
            )


def _named(facts: Facts, position: int) -> str:
    """The complaint number as a file may be named."""
    return _UNSAFE.sub("_", facts.keys[position]).strip(" .")[:_LONGEST]


def _page(facts: Facts, position: int, template: Template, *, is_single: bool) -> Page:
    """One letter; a number that is missing or not the only one of its kind is told by its row."""
    origin, key = facts.register.origin, facts.keys[position]
    row, named = int(origin.rows[position]), _named(facts, position)
    stem = "_".join(
        filter(None, (facts.letter.title, named, "" if is_single and named else f"{origin.sheet}第{row}行"))
    )
    notes = [f"通常不出此函：{'，'.join(misfits)}" for misfits in (facts.misfits(position),) if misfits]
    notes += facts.doubts(position)
    notes += [] if is_single else [f"编号 {key or '（空）'} 在台账中不止一件，请核对是哪一件"]
    return Page(
        key=key,
        place=f"{origin.file} {origin.sheet} 第 {row} 行",
        name=f"{_UNSAFE.sub('_', stem)}.docx",
        texts={name: facts.text(name, position) for name in template.marks},
        notes=tuple(notes),
    )
