"""scan 用语检查: phrases in education and marketing material that do not belong there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from xiaobao_xl import forbidden_phrases, law
from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.rules import Rules
from xiaobao_xl.tasks.intake import Step, require_xlsx, silent

if TYPE_CHECKING:
    from xiaobao_xl.forbidden_phrases import Phrase

HOUSE: Final = "本机构设置，不是引用条文"
_SHOWN: Final = 30  # hits printed on the screen


@dataclass(frozen=True, kw_only=True)
class PhraseHit:
    """A phrase found in a file.

    Attributes:
        file: name of the file, from the folder given.
        place: paragraph, as an officer finds it.
        phrase: id of the group in rules.yaml.
        words: as written.
        sentence: the sentence around.
    """

    file: str
    place: str
    phrase: str
    words: str
    sentence: str


@dataclass(frozen=True, kw_only=True)
class Scanned:
    """Material read, and what was found in it.

    Attributes:
        files: file → paragraphs read.
        unread: file → why it was not read.
        hits: in order of file and place.
        phrases: group id → group.
        sources: group id → where it comes from, printable.
    """

    files: Mapping[str, int]
    unread: Mapping[str, str]
    hits: Sequence[PhraseHit]
    phrases: Mapping[str, Phrase]
    sources: Mapping[str, str]

    @property
    def needs_eyes(self) -> bool:
        """Something was found, or something could not be read."""
        return bool(self.hits or self.unread)

    def as_json(self) -> dict[str, Any]:
        """Files, hits with why and what to write instead, files not read."""
        return {
            "files": dict(self.files),
            "unread": dict(self.unread),
            "hits": [
                {"file": hit.file, "place": hit.place, "phrase": hit.phrase, "title": self.phrases[hit.phrase].title,
                 "words": hit.words, "sentence": hit.sentence, "why": self.phrases[hit.phrase].why,
                 "instead": self.phrases[hit.phrase].instead, "source": self.sources[hit.phrase]}
                for hit in self.hits
            ],
        }  # fmt: skip

    def lines(self) -> Iterator[str]:
        """The verdict, then every hit."""
        read = f"读了 {len(self.files)} 份材料、{sum(self.files.values())} 段"
        yield f"{read}，{f'有 {len(self.hits)} 处用语要改。' if self.hits else '没有找到要改的用语。'}"
        for hit in self.hits[:_SHOWN]:
            phrase = self.phrases[hit.phrase]
            yield f"{hit.file} {hit.place} [{phrase.title}] {hit.words}：{_shortened(hit.sentence)}"
            yield f"    {phrase.why}；改法：{phrase.instead}"
        if len(self.hits) > _SHOWN:
            yield f"其余 {len(self.hits) - _SHOWN} 处请加 --out 用语检查.xlsx 查看。"
        yield from (f"没有读 {file}：{why}" for file, why in self.unread.items())
        yield f"用语是规则 phrases 里的设置（{len(self.phrases)} 组），只查写出来的话，不代替人工审核；图片里的字查不到。"


def scan(rules: Rules, path: Path, purpose: str = "", *, step: Step = silent) -> Scanned:
    """Look for forbidden phrases in a file, or in all files of a folder.

    Args:
        rules: the phrases.
        path: a .docx, a .txt, or a folder of them.
        purpose: `education` or `marketing`; '' looks for the phrases of both.
        step: told what is being done.

    Raises:
        WorkbookError: the file cannot be read, or nothing in the folder can.
    """
    from xiaobao_xl.documents import material

    if not path.exists():
        raise WorkbookError(f"{path}：找不到这份材料；请检查路径")
    if not rules.phrases:
        raise WorkbookError("规则里没有 phrases 这一节，没有可查的用语；请补上或改用随附的规则")
    files, unread, hits = dict[str, int](), dict[str, str](), list[PhraseHit]()
    for file in _files(path):
        name = file.relative_to(path).as_posix() if path.is_dir() else file.name
        step(f"读取 {name}")
        try:
            paragraphs = material.paragraphs(file)
        except WorkbookError as mistake:
            if not path.is_dir():
                raise
            unread[name] = str(mistake).removeprefix(f"{file}：")
            continue
        files[name] = len(paragraphs)
        hits += [
            PhraseHit(file=name, place=place, phrase=hit.phrase, words=hit.words, sentence=hit.sentence)
            for place, text in paragraphs
            for hit in forbidden_phrases.hits(text, rules.phrases, purpose)
        ]
    if not files:
        raise WorkbookError(f"{path}：里面没有能读的 .docx 或 .txt 材料；请换一个文件夹，或先另存为 .docx")
    sources = {
        name: law.cite(rules.law, phrase.source) if phrase.source else HOUSE for name, phrase in rules.phrases.items()
    }
    return Scanned(files=files, unread=unread, hits=hits, phrases=rules.phrases, sources=sources)


def write_scan(result: Scanned, out: Path, *, overwrite: bool = False, step: Step = silent) -> Path:
    """Write what was found as a workbook, whole or not at all."""
    from xiaobao_xl.workbook import list_pages

    require_xlsx(out)
    step("写用语检查")
    counts = Counter(hit.phrase for hit in result.hits)
    facts: list[tuple[str, Any]] = [
        ("材料", f"{len(result.files)} 份，共 {sum(result.files.values())} 段"),
        ("要改的用语", f"{len(result.hits)} 处"),
        ("没有读的文件", f"{len(result.unread)} 份"),
        ("说明", "用语是本机构的设置，只查写出来的话，不代替人工审核；图片里的字查不到。"),
        ("审核人", None), ("审核日期", None),
    ]  # fmt: skip
    told = {
        name: (phrase.title, phrase.why, phrase.instead, result.sources[name])
        for name, phrase in result.phrases.items()
    }
    hits = [
        (number, hit.file, hit.place, hit.words, hit.sentence, *told[hit.phrase], "")
        for number, hit in enumerate(result.hits, start=1)
    ]
    by_file = Counter(hit.file for hit in result.hits)
    pages = [
        list_pages.ListPage(
            "要改的用语", "一行一处；黄色一列填处理结果：已改、保留（写理由）",
            {"序号": 6, "材料": 18, "位置": 13, "用语": 14, "所在句子": 36, "问题": 17, "为什么": 26, "改成": 30, "依据": 13, "处理结果": 15},
            hits, asks=("处理结果",),
        ),
        list_pages.ListPage(
            "材料清单", "读到的与没有读的", {"材料": 50, "段数": 9, "要改几处": 11, "没有读的原因": 60},
            [*((file, count, by_file[file], "") for file, count in result.files.items()),
             *((file, None, None, why) for file, why in result.unread.items())],
        ),
        list_pages.ListPage(
            "查了哪些用语", "规则 phrases 一节", {"编号": 22, "问题": 20, "本次几处": 11, "只查": 10, "为什么": 44, "改成": 44, "依据": 22},
            [(name, phrase.title, counts[name], _PURPOSES[phrase.purpose], phrase.why, phrase.instead, result.sources[name])
             for name, phrase in result.phrases.items()],
        ),
    ]  # fmt: skip
    list_pages.draw("用语检查", "宣教与营销材料里不该有的话", facts, pages).save(out, overwrite=overwrite)
    return out


_PURPOSES: Final = {"": "各类材料", "education": "宣教材料", "marketing": "营销材料"}


def _files(path: Path) -> list[Path]:
    """The material, without what an open Word or a system leaves beside it."""
    if not path.is_dir():
        return [path]
    return sorted(
        file
        for file in path.rglob("*")
        if file.is_file()
        and not file.is_symlink()
        and not file.name.startswith(("~$", ".", "Thumbs.db", "desktop.ini"))
    )


def _shortened(sentence: str) -> str:
    return sentence if len(sentence) <= 60 else sentence[:59] + "…"
