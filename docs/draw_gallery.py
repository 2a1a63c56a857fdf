"""Draws docs/pictures/gallery/, docs/pictures/duties/ and docs/gallery.md: every report, letter and workbook, made from invented samples.

python docs/draw_gallery.py            needs LibreOffice with Calc and Writer, and poppler-utils (pdftoppm, pdftotext)

Each picture is one page as LibreOffice prints it, small enough to leaf through, and stands beside the command that makes
it. SOFFICE names another soffice.
"""

from __future__ import annotations

import csv
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from openpyxl import Workbook, load_workbook

from xiaobao_xl import resources
from xiaobao_xl.rules import Rules, load_rules

HERE = Path(__file__).resolve().parent
PICTURES = HERE / "pictures"
WIDE = 760  # pixels
AS_OF = "2026-09-30"
MERGE = "merge 九月台账.xlsx 分发/*.xlsx --out 合并.xlsx"
BASES = (
    ("项目", "数值", "类别"), ("营业网点数", 126, ""), ("个人客户数（万户）", 215.4, ""), ("保费收入（亿元）", 18.62, "机动车辆保险"),
    ("保费收入（亿元）", 22.5, "普通人寿保险"),
)  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """One picture.

    Attributes:
        part: heading it stands under.
        title: what it is.
        command: the words after `xiaobao`.
        output: the file to print, below the working folder; may hold wildcards.
        words: words that stand on the page wanted; '' takes the first.
        name: its name below pictures/duties/, where another page shows it too; '' numbers it below pictures/gallery/.
    """

    part: str
    title: str
    command: str
    output: str
    words: str = ""
    name: str = ""


def shown() -> Iterator[Shown]:
    """Everything there is to see."""
    yield Shown("台账", "校验结果", "check 台账.xlsx --out 校验.xlsx", "校验.xlsx")
    yield Shown("台账", "时限看板", "due 台账.xlsx --out 时限.xlsx", "时限.xlsx")
    rules = load_rules()
    for name, report in rules.reports.items():
        if report.register != "complaint":
            continue
        book = "保险台账.xlsx" if name.startswith("insurance") else "台账.xlsx"
        period = "2026" if name.endswith("annual") else "2026Q3"
        command = f"report {name} {book} --period {period} --base 基础数据.csv --name 望澜银行 --out {name}"
        yield Shown("报表", report.title, command, f"{name}/{report.title}_*[度月].xlsx")
    yield Shown(
        "每个数都有出处", "底稿", "report complaint_quarterly 台账.xlsx --period 2026Q3 --out 底稿", "底稿/*_底稿.xlsx"
    )
    yield Shown(
        "每个数都有出处",
        "期间衔接",
        "bridge 本期台账.xlsx --last 上期台账.xlsx --period 2026-09 --out 衔接表.xlsx",
        "衔接表.xlsx",
    )
    yield Shown(
        "每个数都有出处",
        "重报说明",
        "restate 上期台账.xlsx 本期台账.xlsx --period 2026Q3 --out 重报说明.xlsx",
        "重报说明.xlsx",
    )
    yield Shown(
        "每个数都有出处",
        "与监管清单核对",
        "match 本期台账.xlsx --regulator 监管清单.xlsx --out 核对.xlsx",
        "核对.xlsx",
        "配对",
    )
    analysis = "analyse 台账.xlsx --period 2026Q3 --out 分析.xlsx"
    yield Shown("分析", "总览与预警", analysis, "分析.xlsx")
    for title, words in (
        ("逐月趋势", "趋势："),
        ("原因排列", "帕累托"),
        ("原因排列图", "件数与累计占比"),
        ("网点与业务", "热力图："),
        ("账龄与时长", "在办账龄与"),
    ):
        yield Shown("分析", title, analysis, "分析.xlsx", words)
    narrative = "report complaint_quarterly 台账.xlsx --period 2026Q3 --name 望澜银行 --narrative --out 文字"
    yield Shown("文字", "投诉分析报告", narrative, "文字/*.docx")
    yield Shown("文字", "投诉分析报告：图表", narrative, "文字/*.docx", "投诉原因排列图")
    for letter in rules.letters.values():
        command = f"letter {letter.title} 台账.xlsx --no WL20260621168 --set 机构名称=望澜银行 --out {letter.title}"
        yield Shown("函件", letter.title, command, f"{letter.title}/*.docx")
    yield Shown("脱敏", "培训用副本", "mask 台账.xlsx --audience training --out 培训.xlsx", "培训.xlsx", "投诉人0")
    yield from duties(rules)


def duties(rules: Rules) -> Iterator[Shown]:
    """The registers of the other duties with their reports, and the workbooks of the day."""
    part = "各项台账"
    books = "台账.xlsx 咨询解答台账.xlsx 纠纷调解台账.xlsx 溯源整改台账.xlsx 监督检查台账.xlsx 报送日历.xlsx"
    yield Shown(part, "今日", f"today {books} --role 分行 --out 今日.xlsx", "今日.xlsx", name="今日")
    blank = "blank --register inspection 空白检查台账.xlsx"
    yield Shown(part, "监督检查台账的填写说明", blank, "空白检查台账.xlsx", "填写说明", "监督检查台账")
    split = "split 九月台账.xlsx --by 被投诉机构 --out 分发"
    yield Shown(part, "转办单", split, "分发/转办单_望澜银行南京分行.xlsx", "投诉是否成立", "转办单")
    yield Shown(part, "合并结果", MERGE, "合并.xlsx", "合并结果", "合并结果")
    handover = "handover 台账.xlsx --with 报送日历.xlsx --days 60 --out 交接.xlsx"
    yield Shown(part, "交接", handover, "交接.xlsx", name="交接")
    for name, report in rules.reports.items():
        if report.register == "complaint":
            continue
        book = f"{rules.registers[report.register].title}.xlsx"
        period = "2026" if name.endswith("annual") else "2026Q3"
        command = f"report {name} {book} --period {period} --name 望澜银行 --out {name}"
        yield Shown(part, report.title, command, f"{name}/{report.title}_*[度月].xlsx", name=report.title)


def main() -> None:
    """Run every command in a temporary folder, print what it made, keep the pictures."""
    soffice = os.environ.get("SOFFICE") or shutil.which("soffice")
    if not (soffice and shutil.which("pdftoppm") and shutil.which("pdftotext")):
        sys.exit("needs soffice, pdftoppm and pdftotext")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder)
        everything = list(shown())
        for command in dict.fromkeys(one.command for one in everything):
            if command == MERGE:
                answered(folder / "分发" / "转办单_望澜银行南京分行.xlsx", folder / "九月台账.xlsx")
            run(command, folder)
        files = {one: next(folder.glob(one.output)) for one in everything}
        printed(soffice, set(files.values()), folder)
        for place in ("gallery", "duties"):
            shutil.rmtree(PICTURES / place, ignore_errors=True)
            (PICTURES / place).mkdir(parents=True)
        for number, one in enumerate(everything, start=1):
            pdf = pdf_of(files[one])
            page = str(page_with(pdf, one.words))
            target = PICTURES / picture_of(one, number)
            command = ["pdftoppm", "-png", "-singlefile", "-f", page, "-l", page, "-scale-to", str(WIDE), pdf, target]
            subprocess.run(command, check=True)  # noqa: S603
            print(f"{target.name}.png  {one.title}")
    (HERE / "gallery.md").write_text(page_of(everything), encoding="utf-8", newline="\n")


def picture_of(one: Shown, number: int) -> str:
    """Where its picture stands below pictures/, without the suffix."""
    return f"duties/{one.name}" if one.name else f"gallery/{number:02d}"


def prepare(folder: Path) -> None:
    """The registers and lists the commands work on; all invented."""
    book = folder / "台账.xlsx"
    shutil.copyfile(resources.sample_path("投诉台账_样例.xlsx"), book)
    with (folder / "基础数据.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(BASES)
    shutil.copyfile(resources.sample_path("投诉台账_规范样例.xlsx"), folder / "本期台账.xlsx")
    earlier(folder / "本期台账.xlsx", folder / "上期台账.xlsx")
    shutil.copyfile(folder / "本期台账.xlsx", folder / "九月台账.xlsx")
    for name, register in load_rules().registers.items():
        if name != "complaint":
            shutil.copyfile(resources.sample_path(f"{register.title}_样例.xlsx"), folder / f"{register.title}.xlsx")
    regulators_list(folder / "监管清单.xlsx")
    insurers_register(folder / "保险台账.xlsx")


def earlier(book: Path, out: Path) -> None:
    """The register as it may have stood: some complaints of August and September otherwise classified, one more still open."""
    workbook = load_workbook(book)
    sheet = workbook["消费投诉台账"]
    head = next(row for row in range(1, 9) if any(cell.value == "投诉编号" for cell in sheet[row]))
    place = {str(cell.value): cell.column for cell in sheet[head]}
    rows = range(head + 1, sheet.max_row + 1)
    for row in list(rows)[40:70:6]:
        cell = sheet.cell(row, place["投诉业务类别"])
        cell.value = "借记卡" if cell.value != "借记卡" else "贷款"
    lost = sheet.max_row + 1
    for column in place.values():
        sheet.cell(lost, column).value = sheet.cell(head + 38, column).value
    sheet.cell(lost, place["投诉编号"]).value = "TS2026080999"
    for title in ("处理决定日期", "告知日期", "告知方式", "办结日期", "处理结果", "满意度", "归档日期", "档案编号"):
        sheet.cell(lost, place[title]).value = None
    sheet.cell(lost, place["办理状态"]).value = "在办"
    workbook.save(out)


def answered(slip: Path, book: Path) -> None:
    """A branch answers three complaints; of the first, the register has meanwhile been given another answer."""
    result, satisfaction = "处理结果", "满意度"
    workbook = load_workbook(slip)
    sheet = workbook.worksheets[0]
    head = next(row for row in range(1, 12) if any(cell.value == "投诉编号" for cell in sheet[row]))
    place = {str(cell.value): cell.column for cell in sheet[head]}
    asked = [row for row in range(head + 1, sheet.max_row + 1) if sheet.cell(row, place["投诉编号"]).value][:3]
    for row in asked:
        sheet.cell(row, place[result]).value = "已退还费用并致歉，客户认可"
        sheet.cell(row, place[satisfaction]).value = "满意"
    number = sheet.cell(asked[0], place["投诉编号"]).value
    workbook.save(slip)
    register = load_workbook(book)
    rows = register["消费投诉台账"]
    titles = {str(cell.value): cell.column for cell in rows[1]}
    at = next(row for row in range(2, rows.max_row + 1) if rows.cell(row, titles["投诉编号"]).value == number)
    rows.cell(at, titles[result]).value = "已说明收费标准，客户未再提出异议"
    register.save(book)


def regulators_list(out: Path) -> None:
    """A list of referrals with masked names and phones."""
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet.append(["12378编号", "转办日期", "姓名", "电话", "被投诉机构", "业务类别", "投诉内容"])
    source = load_workbook(resources.sample_path("投诉台账_规范样例.xlsx")).worksheets[0]
    rows = [[cell.value for cell in row] for row in source.iter_rows()]
    heads = next(row for row in rows if "投诉编号" in row)
    place = {str(title): number for number, title in enumerate(heads)}
    referred = [row for row in rows if str(row[place["投诉来源"]]).startswith("金融监管部门")]
    for row in referred[:12]:
        name, phone = str(row[place["投诉人姓名"]]), str(row[place["联系电话"]])
        sheet.append([
            row[place["原系统编号"]], row[place["监管转办日期"]], name[:1] + "**", phone[:3] + "****" + phone[-4:],
            row[place["被投诉机构"]], row[place["投诉业务类别"]], row[place["投诉内容"]],
        ])  # fmt: skip
    sheet.append(
        [
            "12378-99001",
            date(2026, 9, 1),
            "陈**",
            "131****9999",
            "望澜银行南京分行",
            "信用卡",
            "反映信用卡被盗刷，要求赔付",
        ]
    )
    workbook.save(out)


def insurers_register(out: Path) -> None:
    """Sixty complaints against an insurer that does not exist."""
    choose = random.Random(11)
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet.title = "消费投诉台账"
    sheet.append(["投诉编号", "收到日期", "办结日期", "险种", "纠纷类型", "出单机构", "投诉内容"])
    rules = load_rules()
    lines, disputes = (
        [rules.categories[scheme].category(name).title for name in list(rules.categories[scheme].ids())[:6]]
        for scheme in ("insurance_line", "dispute_type")
    )
    for number in range(60):
        received = date(2026, 7, 1) + timedelta(days=choose.randrange(90))
        closed = received + timedelta(days=choose.choice([4, 9, 13, 20]))
        unit = choose.choice(["江宁支公司", "浦口支公司", "鼓楼支公司"])
        sheet.append([
            f"BX{number:04d}", received, closed if closed <= date(2026, 9, 30) else None,
            choose.choices(lines, weights=range(6, 0, -1))[0], choose.choice(disputes), unit, "客户反映理赔时间过长，要求尽快赔付",
        ])  # fmt: skip
    workbook.save(out)


def run(command: str, folder: Path) -> None:
    """One command, as an officer would type it; findings (exit code 1) are no failure."""
    words = command.split()
    if words[0] in {"check", "due", "report", "letter", "bridge", "restate", "today", "handover"}:
        words += ["--as-of", AS_OF]
    program = Path(sys.executable).with_name("xiaobao")
    ran = subprocess.run([program, *words], cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603
    if ran.returncode not in {0, 1}:
        sys.exit(f"xiaobao {command}\n{ran.stdout}{ran.stderr}")


def printed(soffice: str, files: set[Path], folder: Path) -> None:
    """Every file as PDF beside itself."""
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    for parent in {file.parent for file in files}:
        own = sorted(file for file in files if file.parent == parent)
        command = [soffice, profile, "--headless", "--convert-to", "pdf", "--outdir", parent, *own]
        subprocess.run(command, check=True, capture_output=True, timeout=600)  # noqa: S603


def pdf_of(file: Path) -> Path:
    """The print of a file."""
    return file.with_suffix(".pdf")


def page_with(pdf: Path, words: str) -> int:
    """Number of the first page that holds some words."""
    if not words:
        return 1
    text = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, text=True, check=True).stdout  # noqa: S603, S607
    pages = text.split("\f")
    return next((number for number, page in enumerate(pages, start=1) if words in page), 1)


def page_of(everything: list[Shown]) -> str:
    """The page that shows them, part by part."""
    lines = [
        "# 图览", "",
        "以下都由虚构的数据生成（`python docs/draw_gallery.py`），每张是 LibreOffice 打印的一页。版式自行设计，不是监管部门的正式文书。",
    ]  # fmt: skip
    part = ""
    for number, one in enumerate(everything, start=1):
        if one.part != part:
            part = one.part
            lines += ["", f"## {part}"]
        lines += [
            "",
            f"**{one.title}**　`xiaobao {one.command}`",
            "",
            f"![{one.title}](pictures/{picture_of(one, number)}.png)",
        ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
