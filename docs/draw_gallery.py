"""Draws docs/pictures/gallery/ and docs/gallery.md: every report, letter and workbook made from the invented samples.

python docs/draw_gallery.py            needs LibreOffice with Calc and Writer, and pdftoppm (poppler-utils)

Pictures are the first pages as LibreOffice prints them, small enough to leaf through. SOFFICE names another soffice.
"""

from __future__ import annotations

import html
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from xiaobao_xl import resources, tasks
from xiaobao_xl.rules import Rules, load_rules
from xiaobao_xl.tasks.lettering import WantedLetter

HERE = Path(__file__).resolve().parent
PICTURES = HERE / "pictures" / "gallery"
SAMPLE, CLEAN = "投诉台账_样例.xlsx", "投诉台账_规范样例.xlsx"
AS_OF, PERIOD, BANK = date(2026, 9, 30), "2026Q3", "望澜银行"
WIDE = 760  # pixels
BASES = "项目,数值,类别\n营业网点数,126,\n个人客户数（万户）,215.4,\n"


@dataclass(frozen=True)
class Shown:
    """One picture.

    Attributes:
        part: heading it stands under.
        title: what it is.
        file: the workbook or document.
        how: the command that makes it.
        page: page of the print.
    """

    part: str
    title: str
    file: Path
    how: str
    page: int = 1


def main() -> None:
    """Make everything in a temporary folder, print it, keep the pictures."""
    soffice, pdftoppm = os.environ.get("SOFFICE") or shutil.which("soffice"), shutil.which("pdftoppm")
    if not (soffice and pdftoppm):
        sys.exit("needs soffice and pdftoppm")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shown = list(made(load_rules(), folder))
        printed(soffice, {one.file for one in shown}, folder / "pdf")
        shutil.rmtree(PICTURES, ignore_errors=True)
        PICTURES.mkdir(parents=True)
        for number, one in enumerate(shown, start=1):
            pdf = folder / "pdf" / f"{one.file.stem}.pdf"
            target = PICTURES / f"{number:02d}"
            pages = ["-f", str(one.page), "-l", str(one.page)]
            subprocess.run([pdftoppm, "-png", "-singlefile", *pages, "-scale-to", str(WIDE), pdf, target], check=True)  # noqa: S603
            print(f"{target.name}.png  {one.title}")
    (HERE / "gallery.md").write_text(page_of(shown), encoding="utf-8", newline="\n")


def made(rules: Rules, folder: Path) -> Iterator[Shown]:
    """Every output, made."""
    clean = folder / CLEAN
    shutil.copyfile(resources.sample_path(CLEAN), clean)
    messy = folder / SAMPLE
    shutil.copyfile(resources.sample_path(SAMPLE), messy)
    yield from checked(rules, messy, folder)
    yield from reported(rules, messy, clean, folder)
    yield from analysed(rules, messy, folder)
    yield from lettered(rules, messy, folder)


def checked(rules: Rules, register: Path, folder: Path) -> Iterator[Shown]:
    """The marked copy and the board."""
    marked, timed = folder / "校验.xlsx", folder / "时限.xlsx"
    tasks.write_marked(tasks.check(rules, register, tasks.Reading(), AS_OF), marked)
    tasks.write_due(tasks.due(rules, register, tasks.Reading(), AS_OF), timed, None)
    yield Shown("台账", "校验结果", marked, "xiaobao check 台账.xlsx --out 校验.xlsx")
    yield Shown("台账", "时限看板", timed, "xiaobao due 台账.xlsx --out 时限.xlsx")


def reported(rules: Rules, messy: Path, clean: Path, folder: Path) -> Iterator[Shown]:
    """Every report, and one working paper."""
    base = folder / "基础数据.csv"
    base.write_text(BASES, encoding="utf-8")
    for name, report in rules.reports.items():
        if report.register != "complaint":
            continue
        period = "2026" if name.endswith("annual") else PERIOD
        wanted = tasks.Wanted(report=name, period=period, base=base, texts={"institution": BANK})
        result = tasks.report(
            rules, [clean if name == "insurance_quarterly" else messy], tasks.Reading(), wanted, AS_OF
        )
        out = folder / name
        filled, paper, *_ = tasks.write_report(result, out)
        yield Shown("报表", report.title, filled, f"xiaobao report {name} 台账.xlsx --period {period}")
        if name == "complaint_quarterly":
            yield Shown("报表", "底稿：每个数背后的投诉", paper, "与报表同时写出")


def analysed(rules: Rules, register: Path, folder: Path) -> Iterator[Shown]:
    """The analysis workbook, several pages of it."""
    out = folder / "投诉分析.xlsx"
    tasks.write_analysis(tasks.analyse(rules, [register], tasks.Reading(), PERIOD), out)
    command = "xiaobao analyse 台账.xlsx --period 2026Q3 --out 投诉分析.xlsx"
    yield Shown("分析", "总览与预警", out, command)


def lettered(rules: Rules, register: Path, folder: Path) -> Iterator[Shown]:
    """One of each letter."""
    for name, letter in rules.letters.items():
        given = [f"机构名称={BANK}"]
        result = tasks.letters(rules, register, tasks.Reading(), WantedLetter(letter=name, given=given), AS_OF)
        one = replace(result, pages=result.pages[:1])
        written = tasks.write_letters(one, folder / f"letter_{name}")
        if written:
            yield Shown("函件", letter.title, written[0], f"xiaobao letter {letter.title} 台账.xlsx --out 函件/")


def printed(soffice: str, files: set[Path], folder: Path) -> None:
    """Every file as PDF."""
    profile = f"-env:UserInstallation={(folder.parent / 'profile').as_uri()}"
    command = [soffice, profile, "--headless", "--convert-to", "pdf", "--outdir", folder, *sorted(files)]
    subprocess.run(command, check=True, capture_output=True, timeout=600)  # noqa: S603


def page_of(shown: list[Shown]) -> str:
    """The page that shows them, part by part."""
    lines = [
        "# 图览",
        "",
        "以下都由随附的虚构样例生成（`python docs/draw_gallery.py`），是 LibreOffice 打印出的首页。版式自行设计，不是监管部门的正式文书。",
    ]
    part = ""
    for number, one in enumerate(shown, start=1):
        if one.part != part:
            part = one.part
            lines += ["", f"## {part}"]
        lines += [
            "",
            f"**{html.escape(one.title)}**　`{one.how}`",
            "",
            f"![{one.title}](pictures/gallery/{number:02d}.png)",
        ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
