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
    from xiaobao_xl.tasks.archive_checking import ArchiveChecked, check_archive, write_archive_check
    from xiaobao_xl.tasks.blanks import blank
    from xiaobao_xl.tasks.bridging import Bridged, bridge, write_bridge
    from xiaobao_xl.tasks.checking import Checked, check, write_marked
    from xiaobao_xl.tasks.comparing import Compared, compare
    from xiaobao_xl.tasks.converting import Converted, WantedConversion, convert, write_converted
    from xiaobao_xl.tasks.demonstration import Demonstrated, demo
    from xiaobao_xl.tasks.diagnosing import Diagnosis, doctor
    from xiaobao_xl.tasks.drawing_lots import Lots, Sampled, sample, write_sample
    from xiaobao_xl.tasks.filing import FiledTogether, file_reports, find_report, write_filing
    from xiaobao_xl.tasks.forming import Moved, move_marks, write_moved
    from xiaobao_xl.tasks.gathering import Gathered, gather, write_gathered
    from xiaobao_xl.tasks.handing_over import Handed, OwnFiles, handover, write_handover
    from xiaobao_xl.tasks.installing import install_excel, macro_register
    from xiaobao_xl.tasks.installing_calc import install_libreoffice
    from xiaobao_xl.tasks.intake import Reading, open_registers, read_layouts
    from xiaobao_xl.tasks.law_search import LawFound, search_law
    from xiaobao_xl.tasks.learning import Learned, learn, write_model
    from xiaobao_xl.tasks.lettering import Lettered, WantedLetter, letter_list, letters, write_letters
    from xiaobao_xl.tasks.masking import MaskedBook, mask, prove, write_masked
    from xiaobao_xl.tasks.matching import MatchedBook, match_lists, write_matched
    from xiaobao_xl.tasks.merging import Merged, merge, write_merged
    from xiaobao_xl.tasks.narrating import Proofread, check_text, narratives, write_narrative
    from xiaobao_xl.tasks.phrase_scanning import Scanned, scan, write_scan
    from xiaobao_xl.tasks.planning import Day, today, write_today
    from xiaobao_xl.tasks.reporting import Reported, Wanted, report, write_report
    from xiaobao_xl.tasks.restating import Restated, restate, restate_records, write_restatement
    from xiaobao_xl.tasks.splitting import Divided, Division, split, write_split
    from xiaobao_xl.tasks.suggesting import ClassifiedBook, classify, classify_text, part_titles, write_classified
    from xiaobao_xl.tasks.timing import DueBook, due, due_once, write_due
    from xiaobao_xl.tasks.verifying import Verified, verify
    from xiaobao_xl.tasks.warning import early_warnings
    from xiaobao_xl.tasks.whatif import Supposed, what_if, write_what_if

_HOMES = {
    "forming": ("Moved", "move_marks", "write_moved"),
    "matching": ("MatchedBook", "match_lists", "write_matched"),
    "analysing": ("AnalysedBook", "analyse", "write_analysis"),
    "archive_checking": ("ArchiveChecked", "check_archive", "write_archive_check"),
    "blanks": ("blank",),
    "bridging": ("Bridged", "bridge", "write_bridge"),
    "drawing_lots": ("Lots", "Sampled", "sample", "write_sample"),
    "filing": ("FiledTogether", "file_reports", "find_report", "write_filing"),
    "restating": ("Restated", "restate", "restate_records", "write_restatement"),
    "warning": ("early_warnings",),
    "verifying": ("Verified", "verify"),
    "checking": ("Checked", "check", "write_marked"),
    "comparing": ("Compared", "compare"),
    "converting": ("Converted", "WantedConversion", "convert", "write_converted"),
    "diagnosing": ("Diagnosis", "doctor"),
    "demonstration": ("Demonstrated", "demo"),
    "gathering": ("Gathered", "gather", "write_gathered"),
    "handing_over": ("Handed", "OwnFiles", "handover", "write_handover"),
    "installing": ("install_excel", "macro_register"),
    "installing_calc": ("install_libreoffice",),
    "intake": ("Reading", "open_registers", "read_layouts"),
    "law_search": ("LawFound", "search_law"),
    "learning": ("Learned", "learn", "write_model"),
    "planning": ("Day", "today", "write_today"),
    "merging": ("Merged", "merge", "write_merged"),
    "lettering": ("Lettered", "WantedLetter", "letter_list", "letters", "write_letters"),
    "masking": ("MaskedBook", "mask", "prove", "write_masked"),
    "narrating": ("Proofread", "check_text", "narratives", "write_narrative"),
    "phrase_scanning": ("Scanned", "scan", "write_scan"),
    "reporting": ("Reported", "Wanted", "report", "write_report"),
    "splitting": ("Divided", "Division", "split", "write_split"),
    "suggesting": ("ClassifiedBook", "classify", "classify_text", "part_titles", "write_classified"),
    "timing": ("DueBook", "due", "due_once", "write_due"),
    "whatif": ("Supposed", "what_if", "write_what_if"),
}

__all__ = [
    "AnalysedBook", "ArchiveChecked", "Bridged", "Checked", "ClassifiedBook", "Compared", "Converted", "Day", "Demonstrated",
    "Diagnosis", "Divided", "Division", "DueBook", "FiledTogether", "Gathered", "Handed", "LawFound", "Learned", "Lettered", "Lots", "MaskedBook",
    "MatchedBook", "Merged", "Moved", "OwnFiles", "Proofread", "Reading", "Reported", "Restated", "Sampled", "Scanned", "Supposed",
    "Verified", "Wanted", "WantedConversion", "WantedLetter", "analyse", "blank", "bridge", "check", "check_archive", "check_text", "classify",
    "classify_text", "compare", "convert", "demo", "doctor", "due", "due_once", "early_warnings", "file_reports", "find_report",
    "gather", "handover", "install_excel", "install_libreoffice", "learn", "letter_list", "letters", "macro_register",
    "mask", "match_lists", "merge", "move_marks", "narratives", "open_registers", "part_titles", "prove",
    "read_layouts", "report", "restate", "restate_records", "sample", "scan", "search_law", "split", "today", "verify", "what_if",
    "write_analysis", "write_archive_check", "write_bridge", "write_classified", "write_converted", "write_due", "write_filing", "write_gathered",
    "write_handover", "write_letters", "write_marked", "write_masked", "write_matched", "write_merged", "write_model",
    "write_moved", "write_narrative", "write_report", "write_restatement", "write_sample", "write_scan", "write_split", "write_today",
    "write_what_if",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Import a verb from its module on first use."""
    for home, names in _HOMES.items():
        if name in names:
            return getattr(importlib.import_module(f"{__name__}.{home}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
