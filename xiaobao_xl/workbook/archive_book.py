"""The workbook 归档检查: complaint by complaint, what is missing, the index of files with their fingerprints."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from xiaobao_xl.case_files import CaseFile, CaseFiles, Paper
from xiaobao_xl.workbook import list_pages
from xiaobao_xl.workbook.list_pages import ListPage

HERE, LACKING, NOT_WANTED = "有", "缺", "—"
_FINGERPRINT: Final = 68


def write(result: CaseFiles, out: Path, folder: str, *, overwrite: bool = False) -> None:
    """Write it whole or not at all.

    Args:
        result: what was found.
        out: the new file.
        folder: the folder, as it was given.
        overwrite: replace an existing file.
    """
    facts = [
        ("文件夹", folder), ("台账", "、".join(f"{each.origin.file}　“{each.origin.sheet}”" for each in result.registers)),
        ("检查日", str(result.as_of)), *result.counts().items(),
        *(("说明", note) for note in result.notes),
        ("要哪些材料", ""),
        *((kind.title, f"名称里有：{'、'.join(kind.words)}{f'；{kind.note}' if kind.note else ''}") for kind in result.rule.kinds.values()),
        ("命名规则", result.rule.naming.expected if result.rule.naming else "没有定"),
        ("签字", ""), ("检查人", None), ("日期", None),
    ]  # fmt: skip
    hint = "文件夹里的文件没有任何改动；要哪些材料、怎样命名是本机构的设置"
    list_pages.draw("归档检查", hint, facts, list(_pages(result))).save(out, overwrite=overwrite)


def _pages(result: CaseFiles) -> Iterator[ListPage]:
    kinds = result.rule.kinds
    yield ListPage(
        "缺件清单", f"共 {len(result.incomplete)} 件；补齐后在黄色列填日期",
        {"投诉编号": 22, "台账行": 8, "缺哪些材料": 44, "已有材料": 44, "文件数": 8, "补齐日期": 13, "补齐人": 12},
        [(case.number, case.row, result.titles(case.missing), result.titles(case.present), len(case.papers), "", "")
         for case in result.incomplete],
        asks=("补齐日期", "补齐人"),
    )  # fmt: skip
    yield ListPage(
        "逐件完整性", "有＝找到；缺＝要有而没有找到；—＝不要求。保管到期日标“参考”的，所依据的年限没有见到条文原文或是本机构设置",
        {"投诉编号": 22, "台账行": 8, **{kind.title: 10 for kind in kinds.values()}, "文件数": 8, "保管到": 12, "把握": 8, "依哪项时限": 30, "怎样算出": 60},
        [(case.number, case.row, *_states(case, list(kinds)), len(case.papers), *_kept(case)) for case in result.cases],
        loud=(LACKING,), good=(HERE,),
    )  # fmt: skip
    owners = {id(paper): "、".join(paper.belongs.numbers) for paper in result.papers}
    yield ListPage(
        "文件目录", "每个文件的种类、所属投诉、大小（字节）、修改日期与指纹",
        {"文件": 52, "材料种类": 20, "投诉编号": 24, "大小": 12, "修改日期": 12, "指纹（SHA-256）": _FINGERPRINT, "请看一眼": 44},
        [(paper.path, result.titles(paper.belongs.kinds), owners[id(paper)], paper.size, paper.changed_on, paper.sha256,
          _doubts(result, paper)) for paper in result.papers],
    )  # fmt: skip
    yield ListPage(
        "没有写明投诉",
        "文件名与所在文件夹的名称里都没有台账的投诉编号", {"文件": 70, "大小": 12, "修改日期": 12, "应归入": 24, "处理": 24},
        [(paper.path, paper.size, paper.changed_on, "", "") for paper in result.strays], asks=("应归入", "处理"),
    )  # fmt: skip
    yield ListPage(
        "内容相同", "指纹相同的文件；同一份材料归在两处，或复制后没有换内容",
        {"组": 6, "文件": 70, "投诉编号": 24, "大小": 12, "指纹（SHA-256）": _FINGERPRINT},
        [(number, paper.path, owners[id(paper)], paper.size, paper.sha256)
         for number, group in enumerate(result.duplicates, start=1) for paper in group],
    )  # fmt: skip
    if len(result.registers) > 1:
        yield ListPage(
            "与文档管理台账不一致", "台账所记与文件夹不同的", {"投诉编号": 24, "不一致之处": 90}, result.differences
        )


def _states(case: CaseFile, kinds: Sequence[str]) -> Iterator[str]:
    for kind in kinds:
        yield HERE if kind in case.present else LACKING if kind in case.wanted else NOT_WANTED


def _kept(case: CaseFile) -> tuple[Any, ...]:
    if case.kept is None:
        return None, "", "", ""
    return case.kept.until, "确定" if case.kept.is_certain else "参考", case.kept.title, case.kept.says


def _doubts(result: CaseFiles, paper: Paper) -> str:
    belongs = paper.belongs
    return "；".join(
        words
        for words, holds in (
            ("读不到", not paper.sha256),
            ("空文件，不算有材料", not paper.size),
            ("没有写明投诉", not belongs.numbers),
            ("认不出材料种类", bool(belongs.numbers) and not belongs.kinds),
            (f"所在文件夹写的是 {'、'.join(belongs.folder_numbers)}", bool(belongs.folder_numbers)),
            ("不合命名规则", result.rule.naming is not None and not paper.is_named_well),
        )
        if holds
    )
