"""Problems and warnings of rows (import-rules.md §3): each file has a row without fault, and one or two with it."""

from datetime import date, timedelta

from cert_completion_plugin.core.issues import Code
from cert_completion_plugin.core.outcomes import Outcome
from sandbox.demo_table import RADIATION, SUSPENDED, TWINS
from sandbox.sample_table.sample import Row, Sample, Section, Shown, of_rows

_HS = ("health_and_safety", "hs1")
_DAY = ("2025-06-17", "")


def _good_row(code: Code) -> Row:
    """A row without fault, on another day for each code so that no file holds what another one does."""
    completed = date(2025, 1, 1) + timedelta(days=list(Code).index(code))
    return "j.smith", *_HS, completed.isoformat(), ""


def _problem(name: str, *rows: Row, holds: str, see: str, also: tuple[Shown, ...] = ()) -> Sample:
    """A file named after its code, with a good row before those that are rejected."""
    code = Code(name.replace("-", "_"))
    return Sample(
        name=f"{name}.csv",
        content=of_rows(_good_row(code), *rows),
        shows=(code, *also, Outcome.REJECTED, Outcome.HISTORY),
        holds=holds,
        see=see,
    )


def _warning(
    name: str, *rows: Row, holds: str, see: str, also: tuple[Shown, ...] = (Outcome.HISTORY,), action: str = ""
) -> Sample:
    return Sample(
        name=f"{name}.csv",
        content=of_rows(*rows),
        shows=(Code(name.replace("-", "_")), *also),
        options={"import_action": action} if action else {},
        holds=holds,
        see=see,
    )


CELLS = Section(
    "Rows with the wrong cells",
    (
        _problem(
            "too-few-cells",
            ("m.brown", *_HS, "2025-04-11"),
            holds="A row with four cells where the heading has five.",
            see="How many cells there are, and how many there should be.",
        ),
        _problem(
            "too-many-cells",
            ("Brown", "Mark", *_HS, "2025-04-11", "2025-05-11"),
            ("m.brown", *_HS, "2025-04-12", "", "", ""),
            holds="A name with a comma and without quotes; a row with surplus cells that are blank.",
            see="The first is rejected, the second is fine.",
        ),
        _problem(
            "value-too-long",
            (
                "s.wilson",
                "first_aid",
                "fa1, of which her manager saw the certificate; the original is in the safe" * 2,
                *_DAY,
            ),
            holds="A note in the cell of the ID number.",
            see="How long the text is and how long it may be.",
        ),
        _problem(
            "value-unprintable",
            ("k.adeyemi\n(agency)", *_HS, *_DAY),
            holds="A line break inside a user name.",
            see="That there is a character in it which cannot be seen.",
        ),
    ),
)

LEARNERS = Section(
    "Learners",
    (
        _problem(
            "username-blank",
            ("", *_HS, *_DAY),
            holds="A row without a user name.",
            see="That it is missing.",
        ),
        _problem(
            "learner-not-found",
            ("j.smiht", *_HS, *_DAY),
            ("J.Smith", *_HS, *_DAY),
            holds="A misspelt user name, and one in capitals, which count.",
            see="That there is no such learner.",
        ),
        _problem(
            "learner-ambiguous",
            (TWINS[0].username, *_HS, *_DAY),
            holds="A user name that two accounts have, one with é as one character, one with e and an accent.",
            see="That several learners have this name; nobody can tell them apart.",
        ),
        _warning(
            "learner-suspended",
            (SUSPENDED.username, *_HS, *_DAY),
            holds="A learner whose account is suspended.",
            see="The row is imported, with a warning.",
        ),
    ),
)

DATES = Section(
    "Dates",
    (
        _problem(
            "completion-date-blank",
            ("e.garcia", *_HS, "", "2025-06-30"),
            holds="A row without a completion date.",
            see="That it is missing.",
        ),
        _problem(
            "completion-date-invalid",
            ("e.garcia", *_HS, "2023-02-29", ""),
            ("e.garcia", *_HS, "spring 2023", ""),
            ("e.garcia", *_HS, "9999-06-01", ""),
            holds="29 February of a common year, words, and a date whose expiry would lie beyond the year 9999.",
            see="For each what is wrong with it.",
        ),
        _problem(
            "due-date-invalid",
            ("harrychinn", *_HS, "2012-03-23", "2012-06-31"),
            holds="A due date of 31 June.",
            see="That there is no such day. It is never taken for no due date.",
        ),
        _warning(
            "completion-in-future",
            ("r.evans", "fire_warden", "fw1", "2095-06-21", ""),
            holds="A completion in the year 2095.",
            see="The row is imported, with a warning.",
        ),
        _warning(
            "expires-in-past",
            ("p.murphy", "fire_warden", "fw1", "2015-06-20", ""),
            also=(Outcome.CERTIFIED,),
            action="certify_uncertified",
            holds="An old completion of a learner who holds nothing newer.",
            see="The learner is certified, with the warning that it has expired already.",
        ),
        _warning(
            "due-long-before-completion",
            ("v.lopez", *_HS, "2025-06-21", "2021-06-21"),
            holds="A due date four years before the completion.",
            see="The row is imported, with a warning: an expiry date may have got into the column.",
        ),
        _warning(
            "looks-like-spreadsheet-damage",
            _good_row(Code.LOOKS_LIKE_SPREADSHEET_DAMAGE),
            ("p.singh", "", "1.2E+15", *_DAY),
            ("e.garcia", *_HS, "45123", ""),
            also=(
                Code.CERTIFICATION_NOT_FOUND,
                Code.COMPLETION_DATE_INVALID,
                Outcome.REJECTED,
                Outcome.HISTORY,
            ),
            holds="A long number that a spreadsheet program has rounded, and a date that it has turned into a number.",
            see="What probably happened, and how to keep it from happening.",
        ),
        _warning(
            "same-completion-other-expiry",
            ("m.costa", "first_aid", "fa1", "2024-03-14", "2024-04-30"),
            also=(Outcome.ALREADY_HELD,),
            holds="A completion that is held, now with a due date from which another expiry would follow.",
            see="Nothing is written, and the warning names both expiry dates.",
        ),
    ),
)

CERTIFICATIONS = Section(
    "Certifications",
    (
        _problem(
            "certification-blank",
            ("p.singh", "", "", *_DAY),
            holds="Neither a short name nor an ID number.",
            see="That one of them is needed.",
        ),
        _problem(
            "certification-ambiguous",
            ("p.singh", "forklift_operator", "", *_DAY),
            holds="A short name that two certifications share.",
            see="Both, with their ID numbers.",
        ),
        _problem(
            "certification-mismatch",
            ("p.singh", "first_aid", "hs1", *_DAY),
            ("p.singh", "first_aid", "fa9", *_DAY),
            holds="The short name of one certification with the ID number of another, and with one that nobody has.",
            see="What each of the two names denotes.",
        ),
        _problem(
            "certification-not-allowed",
            ("p.singh", RADIATION.short_name, RADIATION.id_number, *_DAY),
            holds="A certification that only `admin` may write. Log in as `uploader`.",
            see="That you may not write it. As `admin`, the row is imported.",
        ),
        _problem(
            "certification-close-match",
            ("p.singh", "helth_and_safety", "", *_DAY),
            ("p.singh", "First Aid", "", *_DAY),
            holds="A typing slip, and a name that differs by case and blanks.",
            see="The certification that may be meant; it is never taken for an unknown one.",
        ),
        _problem(
            "certification-not-found",
            ("p.singh", "abseiling", "ab1", *_DAY),
            holds="A certification that the site does not know.",
            see="That it is ignored. `evidence.csv` shows what else can be done.",
        ),
        _warning(
            "certification-inactive",
            ("o.davies", "display_screens", "ds1", *_DAY),
            holds="A certification that is no longer offered.",
            see="The row is imported, with a warning.",
        ),
    ),
)
