"""The cases that fail today, each with the part of the work that brings what it needs. The list only gets shorter.

An id stands for both hosts with review off; `<id>[memory-off]` for one way. Every way with review on waits for part 4.
"""

from dataclasses import dataclass

from cert_completion_plugin.api import OptionNotOffered
from tests.acceptance.loading import Case, Way
from tests.acceptance.running import Differences
from tests.acceptance.worlds import CannotRun


@dataclass(frozen=True, slots=True)
class Later:
    """Cases that one part will make pass, why they fail until then, and with what; another failure is a fault."""

    part: int
    why: str
    raises: type[Exception]
    cases: tuple[str, ...]

    @property
    def reason(self) -> str:
        return f"part {self.part}: {self.why}"


REVIEW = Later(4, "review before writing", OptionNotOffered, ())

LATER = (
    Later(
        2,
        "separators and quote characters are detected",
        Differences,
        ("separator-semicolon", "separator-pipe", "quotes-single"),
    ),
    Later(
        2,
        "encodings other than UTF-8",
        Differences,
        (
            "encoding-utf16le-bom",
            "encoding-windows-1252",
            "encoding-chosen-windows-1250",
            "encoding-chosen-windows-1251",
            "encoding-chosen-iso-8859-15",
            "encoding-chosen-gb18030",
            "encoding-chosen-euc-kr",
            "encoding-chosen-shift-jis",
            "utf8-with-one-bad-byte",
        ),
    ),
    Later(
        2,
        "workbooks",
        Differences,
        (
            "xlsx-native-dates",
            "xlsx-numbers-as-identifiers",
            "xlsx-header-only",
            "xlsx-number-format-zeros",
            "sheet-chosen",
            "site-limits-workbook",
        ),
    ),
    Later(
        2,
        "evidence types",
        OptionNotOffered,
        ("evidence-type-fields", "evidence-field-invalid", "evidence-fields-only-for-evidence-rows"),
    ),
    Later(
        2,
        "all or nothing",
        OptionNotOffered,
        (
            "all-or-nothing-clean",
            "all-or-nothing-outcomes",
            "all-or-nothing-unknown-certification",
            "failed-row-in-the-plan-holds-back",
        ),
    ),
    Later(4, "undo", CannotRun, ("undo-each-kind", "undo-keeps-what-changed-since", "undo-asked-twice")),
    Later(
        5,
        "messages",
        OptionNotOffered,
        (
            "all-or-nothing-one-bad-row",
            "lapsed-yesterday-today-tomorrow",
            "assign-when-certifying-save-to-history",
            "assign-when-certifying-certify-uncertified",
            "assign-always-save-to-history",
            "assign-always-certify-uncertified",
            "assign-always-not-for-already-held",
            "assign-never-save-to-history",
            "assign-never-certify-uncertified",
            "assign-never-with-evidence-and-problems",
            "messages-not-for-lapsed",
            "messages-renewal-sends-nothing-at-once",
            "messages-once",
            "messages-per-certification",
        ),
    ),
)


def later(case: Case, way: Way) -> Later | None:
    """What this case waits for when it is run this way; None if it has to pass."""
    if way.review:
        return REVIEW
    names = {case.id, f"{case.id}[{way}]"}
    return next((each for each in LATER if names.intersection(each.cases)), None)
