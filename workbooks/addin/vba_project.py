"""A VBA project from its source text ([MS-OVBA]): `xl/vbaProject.bin` without Office.

The project holds source only, no compiled code: Office compiles it when it opens the file, as it does with the files
xlwings itself ships. The same text gives the same bytes. Source must be ASCII, since a project is stored in one code
page; Chinese words stand in sheets and in the ribbon.
"""

from __future__ import annotations

import struct
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from compound_file import compound_file

Kind = Literal["standard", "class", "workbook", "sheet"]
CHUNK: Final = 4096  # bytes of text that are packed together
_BASES: Final[dict[Kind, str]] = {
    "class": "0{FCFB3D2A-A0FA-1068-A738-08002B3371B5}",
    "workbook": "0{00020819-0000-0000-C000-000000000046}",
    "sheet": "0{00020820-0000-0000-C000-000000000046}",
}
_DOCUMENT_ATTRIBUTES: Final = (
    "VB_GlobalNameSpace = False",
    "VB_Creatable = False",
    "VB_PredeclaredId = True",
    "VB_Exposed = True",
    "VB_TemplateDerived = False",
    "VB_Customizable = True",
)
_REFERENCES: Final = {
    "stdole": r"*\G{00020430-0000-0000-C000-000000000046}#2.0#0#C:\Windows\System32\stdole2.tlb#OLE Automation",
    "Office": r"*\G{2DF8D04C-5BFA-101B-BDE5-00AA0044DE52}#2.0#0#C:\Program Files\Common Files\Microsoft Shared"
    r"\OFFICE16\MSO.DLL#Microsoft Office 16.0 Object Library",
}
_SOURCE_ONLY: Final = bytes.fromhex("CC61FFFF000000")  # the stream _VBA_PROJECT of a project without compiled code
_WORKSPACE: Final = "0, 0, 0, 0, C"  # the window of a module in the editor: closed
_CODE_PAGE, _ENGLISH, _WINDOWS_64 = 1252, 0x409, 3


@dataclass(frozen=True)
class Module:
    """One module.

    Attributes:
        name: its name, for a sheet its code name.
        kind: `standard`, `class`, or the module that belongs to the `workbook` or to a `sheet`.
        source: its text as the editor exports it, or without the lines of attributes; ASCII.
    """

    name: str
    kind: Kind
    source: str = ""

    def text(self) -> bytes:
        """The text as it is stored, its attributes first.

        Raises:
            UnicodeEncodeError: the source is not ASCII.
        """
        lines = self.source.splitlines()
        if lines and lines[0].startswith("VERSION "):  # an exported class says first what it is
            lines = lines[next(at for at, line in enumerate(lines) if line.startswith("Attribute ")) :]
        own = [f'VB_Name = "{self.name}"']
        if self.kind in _BASES:
            own.append(f'VB_Base = "{_BASES[self.kind]}"')
        if self.kind in {"workbook", "sheet"}:
            own += _DOCUMENT_ATTRIBUTES
        kept = [line for line in lines if not line.startswith("Attribute VB_Name")]
        return "".join(f"{line}\r\n" for line in [*(f"Attribute {entry}" for entry in own), *kept]).encode("ascii")


def vba_project(modules: Sequence[Module], name: str = "VBAProject") -> bytes:
    """The bytes of `vbaProject.bin`.

    Args:
        modules: the workbook's module first, one for each sheet, then the others.
        name: name of the project.

    Raises:
        UnicodeEncodeError: some source is not ASCII; nothing is built.
    """
    streams = {
        "PROJECT": _description(modules, name),
        "PROJECTwm": b"".join(_both_ways(module.name) for module in modules) + bytes(2),
        "VBA/dir": compressed(_directory(modules, name)),
        "VBA/_VBA_PROJECT": _SOURCE_ONLY,
    }
    streams |= {f"VBA/{module.name}": compressed(module.text()) for module in modules}
    return compound_file(streams)


def compressed(data: bytes) -> bytes:
    """Bytes packed as [MS-OVBA] 2.4.1 wants it.

    >>> compressed(b"a" * 73).hex()
    '0103b002614500'
    """
    return b"\x01" + b"".join(_chunk(data[at : at + CHUNK]) for at in range(0, len(data), CHUNK))


def _chunk(data: bytes) -> bytes:
    """One packed chunk with its head: groups of eight bytes or copies, before each a byte that tells which is which."""
    out, at = bytearray(), 0
    while at < len(data):
        flags, group = 0, bytearray()
        for bit in range(8):
            if at >= len(data):
                break
            length_bits = 16 - max(4, (at - 1).bit_length())
            length, back = _match(data, at, (1 << length_bits) + 2)
            if length:
                group += struct.pack("<H", (back - 1) << length_bits | length - 3)
                flags |= 1 << bit
            else:
                group.append(data[at])
            at += length or 1
        out.append(flags)
        out += group
    if len(out) < CHUNK:
        return struct.pack("<H", 0xB000 | len(out) - 1) + out
    return struct.pack("<H", 0x3FFF) + data.ljust(CHUNK, b"\0")  # cannot be packed


def _match(data: bytes, at: int, longest: int) -> tuple[int, int]:
    """Length of the longest repetition that begins at a place, and how far back its nearest original lies; (0, 0) for none."""
    longest = min(longest, len(data) - at)
    length, found = 0, at
    while length < longest:
        wanted = max(length + 1, 3)
        place = data.rfind(data[at : at + wanted], 0, at + wanted - 1) if wanted <= longest else -1
        if place < 0:
            break
        length, found = wanted, place
        while length < longest and data[place + length] == data[at + length]:
            length += 1
    return length, at - found


def _record(number: int, data: bytes) -> bytes:
    return struct.pack("<HI", number, len(data)) + data


def _named(number: int, again: int, text: str) -> bytes:
    """A record of a text, followed by the same in UTF-16."""
    return _record(number, text.encode("ascii")) + _record(again, text.encode("utf-16-le"))


def _both_ways(name: str) -> bytes:
    return name.encode("ascii") + b"\0" + name.encode("utf-16-le") + bytes(2)


def _directory(modules: Sequence[Module], name: str) -> bytes:
    """The stream `dir`: the project's settings, its references and its modules, in the order [MS-OVBA] 2.3.4.2 fixes."""
    number = struct.Struct("<I").pack
    records = [
        _record(0x01, number(_WINDOWS_64)), _record(0x02, number(_ENGLISH)), _record(0x14, number(_ENGLISH)),
        _record(0x03, struct.pack("<H", _CODE_PAGE)), _record(0x04, name.encode("ascii")),
        _named(0x05, 0x40, ""), _record(0x06, b""), _record(0x3D, b""), _record(0x07, number(0)), _record(0x08, number(0)),
        struct.pack("<HIIH", 0x09, 4, 1, 0), _named(0x0C, 0x3C, ""),
    ]  # fmt: skip
    for title, library in _REFERENCES.items():
        data = library.encode("ascii")
        records += [_named(0x16, 0x3E, title), _record(0x0D, number(len(data)) + data + bytes(6))]
    records += [_record(0x0F, struct.pack("<H", len(modules))), _record(0x13, b"\xff\xff")]
    for module in modules:
        records += [
            _named(0x19, 0x47, module.name), _named(0x1A, 0x32, module.name), _named(0x1C, 0x48, ""),
            _record(0x31, number(0)), _record(0x1E, number(0)), _record(0x2C, b"\xff\xff"),
            _record(0x21 if module.kind == "standard" else 0x22, b""), _record(0x2B, b""),
        ]  # fmt: skip
    return b"".join([*records, _record(0x10, b"")])


def _description(modules: Iterable[Module], name: str) -> bytes:
    """The stream `PROJECT`: the project as text, not locked and not hidden."""
    modules = list(modules)
    project_id = "{" + str(uuid.uuid5(uuid.NAMESPACE_URL, name)).upper() + "}"
    lines = [f'ID="{project_id}"']
    lines += [_declared(module) for module in modules]
    lines += [f'Name="{name}"', 'HelpContextID="0"', 'VersionCompatible32="393222000"']
    lines += [f'CMG="{_disguised(bytes(4), project_id, 0x5E)}"']  # no protection
    lines += [f'DPB="{_disguised(bytes(1), project_id, 0x6A)}"']  # no password
    lines += [f'GC="{_disguised(bytes([255]), project_id, 0x74)}"']  # visible
    lines += ["", "[Host Extender Info]", "&H00000001={3832D640-CF90-11CF-8E43-00A0C911005A};VBE;&H00000000"]
    lines += ["", "[Workspace]", *(f"{module.name}={_WORKSPACE}" for module in modules)]
    return "".join(f"{line}\r\n" for line in lines).encode("ascii")


def _declared(module: Module) -> str:
    if module.kind in {"workbook", "sheet"}:
        return f"Document={module.name}/&H00000000"
    return f"{'Module' if module.kind == 'standard' else 'Class'}={module.name}"


def _disguised(data: bytes, project_id: str, seed: int) -> str:
    """Data as [MS-OVBA] 2.4.3.2 writes it, each byte bent by those before it; `seed` is free to choose."""
    key = sum(project_id.encode("ascii")) & 0xFF
    out = bytearray((seed, seed ^ 2, seed ^ key))
    plain = key
    for byte in bytes([7]) * ((seed & 6) // 2) + struct.pack("<I", len(data)) + data:
        out.append(byte ^ (out[-2] + plain & 0xFF))
        plain = byte
    return out.hex().upper()
