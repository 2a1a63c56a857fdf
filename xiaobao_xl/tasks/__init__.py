"""The verbs: check, classify, due, report, diff, blank, demo. One function each for the library, the command line and Excel.

A verb reads, computes and gives back an outcome; `write_…` puts an outcome into a new file. The user's own file is
never written to. `step` is told in a few Chinese words what is being done. A verb is imported when first asked for, so
that none waits for what only another needs.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xiaobao_xl.tasks.analysing import AnalysedBook, analyse, write_analysis
    from xiaobao_xl.tasks.blanks import blank
    from xiaobao_xl.tasks.bridging import Bridged, bridge, write_bridge
    from xiaobao_xl.tasks.checking import Checked, check, write_marked
    from xiaobao_xl.tasks.comparing import Compared, compare
    from xiaobao_xl.tasks.demonstration import Demonstrated, demo
    from xiaobao_xl.tasks.diagnosing import Diagnosis, doctor
    from xiaobao_xl.tasks.filing import FiledTogether, file_reports, find_report, write_filing
    from xiaobao_xl.tasks.forming import Moved, move_marks, write_moved
    from xiaobao_xl.tasks.installing import install_excel, macro_register
    from xiaobao_xl.tasks.installing_calc import install_libreoffice
    from xiaobao_xl.tasks.intake import Reading, open_registers, read_layouts
    from xiaobao_xl.tasks.lettering import Lettered, WantedLetter, letter_list, letters, write_letters
    from xiaobao_xl.tasks.masking import MaskedBook, mask, prove, write_masked
    from xiaobao_xl.tasks.matching import MatchedBook, match_lists, write_matched
    from xiaobao_xl.tasks.narrating import Proofread, check_text, narratives, write_narrative
    from xiaobao_xl.tasks.reporting import Reported, Wanted, report, write_report
    from xiaobao_xl.tasks.restating import Restated, restate, restate_records, write_restatement
    from xiaobao_xl.tasks.suggesting import ClassifiedBook, classify, classify_text, part_titles, write_classified
    from xiaobao_xl.tasks.timing import DueBook, due, due_once, write_due
    from xiaobao_xl.tasks.verifying import Verified, verify

_HOMES = {
    "forming": ("Moved", "move_marks", "write_moved"),
    "matching": ("MatchedBook", "match_lists", "write_matched"),
    "analysing": ("AnalysedBook", "analyse", "write_analysis"),
    "blanks": ("blank",),
    "bridging": ("Bridged", "bridge", "write_bridge"),
    "filing": ("FiledTogether", "file_reports", "find_report", "write_filing"),
    "restating": ("Restated", "restate", "restate_records", "write_restatement"),
    "verifying": ("Verified", "verify"),
    "checking": ("Checked", "check", "write_marked"),
    "comparing": ("Compared", "compare"),
    "diagnosing": ("Diagnosis", "doctor"),
    "demonstration": ("Demonstrated", "demo"),
    "installing": ("install_excel", "macro_register"),
    "installing_calc": ("install_libreoffice",),
    "intake": ("Reading", "open_registers", "read_layouts"),
    "lettering": ("Lettered", "WantedLetter", "letter_list", "letters", "write_letters"),
    "masking": ("MaskedBook", "mask", "prove", "write_masked"),
    "narrating": ("Proofread", "check_text", "narratives", "write_narrative"),
    "reporting": ("Reported", "Wanted", "report", "write_report"),
    "suggesting": ("ClassifiedBook", "classify", "classify_text", "part_titles", "write_classified"),
    "timing": ("DueBook", "due", "due_once", "write_due"),
}

__all__ = [
    "AnalysedBook", "Bridged", "Checked", "ClassifiedBook", "Compared", "Demonstrated", "Diagnosis", "DueBook",
    "FiledTogether", "Lettered", "MaskedBook", "MatchedBook", "Moved", "Proofread", "Reading", "Reported", "Restated",
    "Verified", "Wanted", "WantedLetter", "analyse", "blank", "bridge", "check", "check_text", "classify",
    "classify_text", "compare", "demo", "doctor", "due", "due_once", "file_reports", "find_report", "install_excel",
    "install_libreoffice", "letter_list", "letters", "macro_register", "mask", "match_lists", "move_marks",
    "narratives", "open_registers", "part_titles", "prove", "read_layouts", "report", "restate", "restate_records",
    "verify", "write_analysis", "write_bridge", "write_classified", "write_due", "write_filing", "write_letters",
    "write_marked", "write_masked", "write_matched", "write_moved", "write_narrative", "write_report",
    "write_restatement",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Import a verb from its module on first use."""
    for home, names in _HOMES.items():
        if name in names:
            return getattr(importlib.import_module(f"{__name__}.{home}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
