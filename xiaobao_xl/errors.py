"""What makes the work impossible. Faults in the data are not errors but findings.

XiaobaoError
├── RulesError      rules.yaml, headings.yaml or waivers.yaml is not well formed; lists every mistake at once
├── WorkbookError   a file cannot be opened, read or written
└── LawGap          the law needed for a single answer is not known (a year without an announced calendar)
"""

from __future__ import annotations


class XiaobaoError(Exception):
    """Root of every error this library raises on purpose; its text is a plain Chinese sentence."""


class RulesError(XiaobaoError):
    """The rules cannot be used.

    Attributes:
        problems: one line per mistake, `rules.yaml:line:col: path: what; expected …; did you mean …`.
    """

    def __init__(self, problems: list[str]) -> None:
        """Keep the problems apart and print them one a line."""
        self.problems = problems
        super().__init__("\n".join(problems))


class WorkbookError(XiaobaoError):
    """A file cannot be opened, read or written; the text names the file, the cause and the next step."""


class LawGap(XiaobaoError):
    """A date cannot be computed because the law or calendar for it is not known."""
