"""A masked copy tells of nobody, in whatever corner of the file someone was named; otherwise it is not written."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path

import pytest
from command_line import run
from making_rich_register import put_together
from openpyxl import load_workbook
from package.bricks import WORKBOOK

from xiaobao_xl import tasks
from xiaobao_xl.errors import WorkbookError
from xiaobao_xl.masking.audiences import AUDIENCES
from xiaobao_xl.rules import load_rules
from xiaobao_xl.tasks import Reading
from xiaobao_xl.workbook.leak_check import leaks_in

pytestmark = pytest.mark.filterwarnings("ignore:.* is not supported and will be removed")  # openpyxl, on reading

SAMPLES = Path(__file__).parent.parent / "examples"
TELEPHONE = "13800138000"
NAMED = f"联系张小明，电话{TELEPHONE}，证件110101199003074512"
PLANTS = {
    "xl/comments1.xml": ("已电话催办", NAMED),
    "xl/threadedComments/threadedComment1.xml": ("请核对证件原件", NAMED),
    "xl/persons/person.xml": ('displayName="', 'displayName="张小明'),
    "xl/drawings/drawing1.xml": (
        "<a:t>勿改表头；", "<a:t>电话138</a:t></a:r><a:r><a:t>00138000</a:t></a:r><a:r><a:t>，",
    ),
    "xl/charts/chart1.xml": (
        "<c:f>机构汇总!$B$1</c:f>",
        '<c:f>机构汇总!$B$1</c:f><c:strCache><c:ptCount val="1"/><c:pt idx="0"><c:v>仅在缓存里的文字</c:v></c:pt></c:strCache>',
    ),
    "xl/sharedStrings.xml": ("</sst>", f"<si><t>{NAMED}</t></si></sst>"),
    "xl/workbook.xml": (
        "<definedNames>", f'<definedNames><definedName name="联系" hidden="1">"{NAMED}"</definedName>',
    ),
    "xl/worksheets/sheet1.xml": (
        "<drawing ", f"<headerFooter><oddHeader>&amp;C{NAMED}</oddHeader></headerFooter><drawing ",
    ),
}  # fmt: skip
CORE = (
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>张小明</dc:creator><cp:keywords>13800138000</cp:keywords></cp:coreProperties>'
)


def hostile(folder: Path, **more: bytes) -> Path:
    """A register that names a person everywhere but in its cells, and in a hidden sheet."""
    book = put_together()
    book.relate(
        "", "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties", "docProps/core.xml"
    )
    book.add("docProps/core.xml", CORE, "application/vnd.openxmlformats-package.core-properties+xml")
    for name, data in more.items():
        book.default("bin", "application/octet-stream")
        book.relate(WORKBOOK, f"urn:test/{name}", f"xl/{name}.bin")
        book.add(f"xl/{name}.bin", data)
    files = unzipped(book.build())
    for name, (old, new) in PLANTS.items():
        text = files[name].decode()
        assert old in text, name
        files[name] = text.replace(old, new, 1).encode()
    files["xl/sharedStrings.xml"] = files["xl/sharedStrings.xml"].replace("甲一".encode(), "张小明".encode())
    files["customXml/item1.xml"] = f"<a>{NAMED}</a>".encode("utf-16")
    files["xl/media/image1.png"] += TELEPHONE.encode()
    path = folder / "台账.xlsm"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def unzipped(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def masked_copy(source: Path, audience: str, out: Path, **options):
    result = tasks.mask(load_rules(), source, Reading(), audience, **options)
    tasks.write_masked(result, out)
    return result


@pytest.mark.parametrize("audience", ["department", "training", "public"])
def test_no_corner_of_a_workbook_names_anyone(tmp_path, audience):
    source, out = hostile(tmp_path), tmp_path / "副本.xlsx"
    assert {found.part for found in leaks_in(source, ["张小明"])} >= {
        "xl/comments1.xml", "xl/threadedComments/threadedComment1.xml", "xl/persons/person.xml", "xl/drawings/drawing1.xml",
        "xl/sharedStrings.xml", "xl/workbook.xml", "docProps/core.xml", "xl/media/image1.png",
    }  # fmt: skip
    result = masked_copy(source, audience, out)
    assert result.cells.notes == []
    assert leaks_in(out, ["张小明"], result.masker.allowed) == []
    everything = b"".join(unzipped(out.read_bytes()).values()).decode("utf-8", "replace")
    for secret in ("张小明", "张小", TELEPHONE, "00138000", "110101199003074512", "仅在缓存里的文字"):
        assert secret not in everything, secret
    assert not re.search(
        "vbaProject|comment|person|customXml|ctrlProp", " ".join(unzipped(out.read_bytes())), re.IGNORECASE
    )
    load_workbook(out)


def test_the_copy_keeps_formulas_charts_and_looks(tmp_path):
    source, out = hostile(tmp_path), tmp_path / "副本.xlsx"
    masked_copy(source, "training", out)
    before, after = load_workbook(source), load_workbook(out)
    assert after.sheetnames[:3] == before.sheetnames
    assert after["机构汇总"]["B5"].value == before["机构汇总"]["B5"].value
    assert "xl/charts/chart1.xml" in unzipped(out.read_bytes())
    assert after["投诉台账"]["E5"].value == "投诉人001"
    assert after["投诉台账"]["A5"].value == before["投诉台账"]["A5"].value


def test_what_cannot_be_looked_into_makes_a_copy_of_values(tmp_path):
    source, out = hostile(tmp_path, model=b"\x00\x01data model"), tmp_path / "副本.xlsx"
    result = masked_copy(source, "training", out)
    assert "xl/model.bin" in result.cells.notes[0]
    assert load_workbook(out)["投诉台账"]["E5"].value == "投诉人001"
    assert leaks_in(out, ["张小明"], result.masker.allowed) == []


def test_other_formats_give_a_copy_of_values(tmp_path):
    source = tmp_path / "台账.csv"
    source.write_text(
        f"投诉编号,收到日期,投诉人姓名,联系电话,投诉内容,家属姓名\nTS1,2026-07-01,张小明,{TELEPHONE},张小明称退费,王丽\n",
        encoding="utf-8",
    )
    result = masked_copy(source, "training", tmp_path / "副本.xlsx")
    rows = [[cell.value for cell in row] for row in load_workbook(tmp_path / "副本.xlsx").worksheets[0].iter_rows()]
    assert rows[1] == ["TS1", "2026-07-01", "投诉人001", "电话001", "投诉人001称退费", None]
    assert any("家属姓名（1 格）" in line for line in result.lines())


def test_an_unregistered_column_stays_if_she_keeps_it(tmp_path):
    source = tmp_path / "台账.csv"
    source.write_text(
        f"投诉编号,收到日期,投诉人姓名,投诉内容,产品名称\nTS1,2026-07-01,张小明,退费,稳健一号{TELEPHONE}\n",
        encoding="utf-8",
    )
    masked_copy(source, "training", tmp_path / "副本.xlsx", keep=["产品名称"])
    assert load_workbook(tmp_path / "副本.xlsx").worksheets[0]["E2"].value == "稳健一号电话001"
    with pytest.raises(WorkbookError, match="没有标题为“产品”的列"):
        masked_copy(source, "training", tmp_path / "又一.xlsx", keep=["产品"])


def test_a_copy_that_would_leak_is_not_written(tmp_path, monkeypatch):
    source, out = hostile(tmp_path), tmp_path / "副本.xlsx"
    monkeypatch.setattr("xiaobao_xl.package.cleaning.clean", lambda *_: [])
    with pytest.raises(WorkbookError, match="脱敏副本没有写出：读回检查时仍有个人信息（"):
        masked_copy(source, "training", out)
    assert not out.exists()


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("sample", ["投诉台账_样例.xlsx", "投诉台账_规范样例.xlsx"])
def test_the_samples_leak_nothing(tmp_path, sample, audience):
    result = masked_copy(SAMPLES / sample, audience, tmp_path / "副本.xlsx")
    found = leaks_in(
        tmp_path / "副本.xlsx", result.masker.values, result.masker.allowed, with_persons=audience != "regulator"
    )
    assert found == []


def test_the_command_prints_a_receipt(tmp_path):
    out = tmp_path / "培训.xlsx"
    ran = run("mask", str(SAMPLES / "投诉台账_规范样例.xlsx"), "--audience", "training", "--out", str(out), "--json", str(tmp_path / "回执.json"))  # fmt: skip
    assert ran.code == 0, ran
    assert re.search(r"投诉人姓名：换成代号，\d+ 格。", ran.out)
    assert "0 处个人信息" in ran.out
    told = json.loads((tmp_path / "回执.json").read_text(encoding="utf-8"))
    assert told["leaks"] == 0
    assert told["cells"]["complainant_name"] > 0


def test_an_unknown_audience_or_a_macro_target_is_one_sentence(tmp_path):
    source = str(SAMPLES / "投诉台账_规范样例.xlsx")
    assert "--audience 可写" in run("mask", source, "--audience", "boss", "--out", str(tmp_path / "x.xlsx")).err
    assert "只能存为 .xlsx" in run("mask", source, "--audience", "public", "--out", str(tmp_path / "x.xlsm")).err


def test_registers_are_masked_where_they_are_read():
    _, (register,) = tasks.open_registers(
        load_rules(), SAMPLES / "投诉台账_规范样例.xlsx", Reading(audience="training")
    )
    assert register.frame["complainant_name"].str.fullmatch(r"投诉人\d{3}").all()


@pytest.mark.parametrize("name", ["a.json", "a.txt", "a.ics", "a.csv"])
def test_files_of_text_are_read_back_too(tmp_path, name):
    (tmp_path / name).write_text(f"一行\n{NAMED}\n", encoding="utf-8")
    assert {found.leak.kind for found in leaks_in(tmp_path / name, ["张小明"])} >= {"姓名", "电话号码", "证件号码"}
