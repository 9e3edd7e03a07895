"""What becomes of valid rows, evidence included, and why rows fail (import-rules.md §4.1, §5 and §6)."""

from cert_completion_plugin.core.issues import Code
from cert_completion_plugin.core.outcomes import Outcome
from sandbox.demo_table import ASBESTOS, CONFINED_SPACES, HEIGHTS, HELD_FIRST_AID, HELD_INDUCTION, LADDERS, Course
from sandbox.sample_table.sample import HEADINGS, Row, Sample, Section, of_rows

_INDUCTION = ("site_induction", "si1")
_CERTIFY = {"import_action": "certify_uncertified"}
_RENEW = {"import_action": "certify_if_newer"}
_EVIDENCE = {"unknown_certification": "create_evidence"}
_LICENCE = {**_EVIDENCE, "evidence_type": "licence"}
_LICENCE_HEADINGS = (*HEADINGS, "Licence No", "issued", "grade", "fee", "verified", "link")
_DIVING = ("commercial_diving", "cd7", "2025-06-17", "")
_GOOD_FIELDS = ("L-00417", "2025-06-20", "B", "120.50", "yes", "https://example.org/licences/417")


def _of(course: Course, username: str) -> Row:
    return username, course.short_name, course.id_number, "2025-06-17", ""


OUTCOMES = Section(
    "What becomes of rows",
    (
        Sample(
            name="certified.csv",
            content=of_rows(("p.murphy", *_INDUCTION, "2025-09-01", ""), ("r.evans", *_INDUCTION, "2025-09-02", "")),
            options=_CERTIFY,
            shows=(Outcome.CERTIFIED,),
            holds="Two learners who hold nothing, and a certification that never expires.",
            see="Both are certified; it shows in their Records of Learning.",
        ),
        Sample(
            name="renewed.csv",
            content=of_rows((HELD_INDUCTION.username, *_INDUCTION, "2025-09-01", "")),
            options=_RENEW,
            shows=(Outcome.RENEWED,),
            holds="A newer completion of a learner who is certified.",
            see="It becomes the current record, and the former one goes to the history.",
        ),
        Sample(
            name="history.csv",
            content=of_rows(
                ("s.wilson", *_INDUCTION, "2025-09-01", ""),
                ("s.wilson", *_INDUCTION, "2023-09-01", ""),
                ("s.wilson", *_INDUCTION, "2021-09-01", ""),
            ),
            shows=(Outcome.HISTORY,),
            holds="Three completions of one learner.",
            see="All three are added to the history. With another import action, the newest leads and certifies.",
        ),
        Sample(
            name="already-held.csv",
            content=of_rows((HELD_FIRST_AID.username, "first_aid", "fa1", HELD_FIRST_AID.completed.isoformat(), "")),
            shows=(Outcome.ALREADY_HELD,),
            holds="A completion that the learner holds.",
            see="Nothing is written. So it is with every file that is uploaded twice.",
        ),
        Sample(
            name="duplicate.csv",
            content=of_rows(("c.moreau", *_INDUCTION, "2025-09-01", ""), ("c.moreau", "", "si1", "2025-09-01", "")),
            shows=(Outcome.HISTORY, Outcome.DUPLICATE),
            holds="The same completion twice, with the certification named in two ways.",
            see="The second row names the line that it repeats.",
        ),
        Sample(
            name="rejected.csv",
            content=of_rows(
                ("nobody.at.all", "", "", "", "2025-04-31"),
                ("e.johansson", *_INDUCTION, "2025-09-01", ""),
            ),
            shows=(
                Outcome.REJECTED,
                Outcome.HISTORY,
                Code.LEARNER_NOT_FOUND,
                Code.COMPLETION_DATE_BLANK,
                Code.DUE_DATE_INVALID,
                Code.CERTIFICATION_BLANK,
            ),
            holds="A row with four problems, and one without.",
            see="All problems of a row at once; the other row is imported.",
        ),
        Sample(
            name="cancelled.csv",
            content=of_rows(
                ("g.papadakis", *_INDUCTION, "2025-09-01", ""),
                ("h.tanaka", *_INDUCTION, "2025-09-02", ""),
                ("i.novak.x", *_INDUCTION, "2025-09-03", ""),
            ),
            options={"commit_policy": "all_or_nothing"},
            shows=(Outcome.CANCELLED, Outcome.REJECTED, Code.LEARNER_NOT_FOUND),
            holds="Two good rows and one with a problem.",
            see="Nothing is written: the good rows are held back by the other one.",
        ),
    ),
)

EVIDENCE = Section(
    "Evidence of certifications that the site does not know",
    (
        Sample(
            name="evidence.csv",
            content=of_rows(
                ("l.dubois", "abseiling", "ab1", "2025-06-17", ""),
                ("l.dubois", "", "tree-care-3", "2025-06-18", "2025-07-01"),
            ),
            options=_EVIDENCE,
            shows=(Outcome.EVIDENCE,),
            holds="Two completions of certifications that the site does not know.",
            see="Two evidence items in the learner's Record of Learning. Again: already held.",
        ),
        Sample(
            name="evidence-fields.csv",
            content=of_rows(
                ("c.obrien", *_DIVING, *_GOOD_FIELDS),
                ("d.mensah", *_DIVING, "L-00418", "", "", "", "no", ""),
                headings=_LICENCE_HEADINGS,
            ),
            options=_LICENCE,
            shows=(Outcome.EVIDENCE,),
            holds="The columns of the evidence type Licence, on line 3 only those that are required and one more.",
            see="The values in the Record of Learning; blank cells are left out.",
        ),
        Sample(
            name="evidence-field-invalid.csv",
            content=of_rows(
                ("c.rossi", *_DIVING, *_GOOD_FIELDS),
                ("d.ivanova", *_DIVING, "", "2025-06-31", "D", "12 EUR", "perhaps", "ask the office"),
                headings=_LICENCE_HEADINGS,
            ),
            options=_LICENCE,
            shows=(Outcome.EVIDENCE, Outcome.REJECTED, Code.EVIDENCE_FIELD_INVALID),
            holds="On line 3 every field of the evidence type Licence has a value that it does not take.",
            see="For each field what it takes.",
        ),
    ),
)

FAILURES = Section(
    "Rows that fail",
    (
        Sample(
            name="host-refused.csv",
            content=of_rows(_of(HEIGHTS, "j.kim"), _of(HEIGHTS, "m.brown"), ("m.brown", *_INDUCTION, "2025-10-01", "")),
            shows=(Outcome.FAILED, Outcome.HISTORY, Code.HOST_REFUSED),
            holds="Two rows of Working at Height, which the sandbox's host refuses to write, and one other.",
            see="The two fail with the host's own words.",
        ),
        Sample(
            name="host-unavailable.csv",
            content=of_rows(_of(ASBESTOS, "j.kim"), _of(ASBESTOS, "m.brown")),
            shows=(Outcome.FAILED, Code.HOST_UNAVAILABLE),
            holds="Rows of Asbestos Awareness; the sandbox's host is away whenever it is to write that.",
            see="It is tried again after 10 seconds and after a minute more; then the rows fail, with a reference.",
        ),
        Sample(
            name="certification-misconfigured.csv",
            content=of_rows(_of(LADDERS, "j.kim"), ("m.brown", *_INDUCTION, "2025-10-02", "")),
            shows=(Outcome.FAILED, Outcome.HISTORY, Code.CERTIFICATION_MISCONFIGURED),
            holds="A row of Ladder Safety, which is active for no time at all.",
            see="The row fails, and somebody has to mend the certification.",
        ),
        Sample(
            name="internal-error.csv",
            content=of_rows(_of(CONFINED_SPACES, "j.kim"), ("m.brown", *_INDUCTION, "2025-10-03", "")),
            shows=(Outcome.FAILED, Outcome.HISTORY, Code.INTERNAL_ERROR),
            holds="A row of Confined Spaces, in which the sandbox's host has a bug.",
            see="That row alone fails, with a reference that stands in the worker's log.",
        ),
    ),
)
