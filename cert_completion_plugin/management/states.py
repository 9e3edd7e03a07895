"""What commands say of an import as it stands: in words, and as a document for programs."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from cert_completion_plugin import api, texts, titles
from cert_completion_plugin.core.dates import Verdict
from cert_completion_plugin.core.issues import WARNINGS
from cert_completion_plugin.management.exits import exit_of
from cert_completion_plugin.management.output import table
from cert_completion_plugin.question import question_texts
from cert_completion_plugin.reports import held_back_text
from cert_completion_plugin.telling import gone
from cert_completion_plugin.telling.approving import blocking_text, broken_texts
from cert_completion_plugin.telling.cancelling import cancelled_text
from cert_completion_plugin.telling.numbers import grouped
from cert_completion_plugin.telling.sentences import was_done, will_do

MOST_ISSUES = 20


def lines(batch: api.Batch, plan: api.Plan | None, *, is_waiting: bool = True) -> Iterator[str]:
    """The import in words: where it stands, what became of the rows or is planned for them, and what is wrong.

    Of one that is `is_waiting` for somebody also how to go on.
    """
    yield _("Import of “%(file)s” (%(reference)s): %(state)s") % {
        "file": batch.file_name,
        "reference": batch.reference,
        "state": texts.state_label(batch.state),
    }
    yield from filter(None, (cancelled_text(batch), held_back_text(batch), *gone.notes(batch)))
    if batch.failure:
        yield _("Something went wrong on the site. The site's log has more under the reference %(reference)s.") % {
            "reference": batch.failure
        }
    yield from _file_issues(batch)
    if batch.state is api.BatchState.NEEDS_ANSWER:
        yield from question_lines(batch)
    elif batch.has_ended and batch.counts:
        yield from _sums(was_done(batch.counts.get("outcomes", {})), batch.counts)
    elif plan is not None:
        yield from _sums(will_do(plan.counts["outcomes"]), plan.counts)
        yield from filter(None, (blocking_text(plan), *broken_texts(plan)))
    if is_waiting and batch.state in (api.BatchState.NEEDS_ANSWER, api.BatchState.AWAITING_APPROVAL):
        yield from how_to_go_on(batch)


def waiting_plan(user: api.User, batch: api.Batch) -> api.Plan | None:
    """The plan with which an import waits for approval, as this user may see it; None if it does not wait."""
    return api.plan_summary(user, batch) if batch.state is api.BatchState.AWAITING_APPROVAL else None


def _file_issues(batch: api.Batch) -> Iterator[str]:
    yield from (f"  {texts.issue_text(issue)}" for issue in batch.file_issues[:MOST_ISSUES])
    if (more := len(batch.file_issues) - MOST_ISSUES) > 0:
        yield "  " + _("and %(number)s more") % {"number": grouped(more)}


def _sums(sentence: str, counts: Mapping[str, Mapping[str, int]]) -> Iterator[str]:
    yield sentence or _("The file has headings, but no rows.")
    outcomes, codes = counts.get("outcomes", {}), counts.get("issues", {})
    found = [(texts.outcome_label(name), grouped(outcomes[name])) for name in texts.OUTCOMES if outcomes.get(name)]
    yield from table(found)
    for heading, is_warning in ((_("Problems:"), False), (_("Warnings:"), True)):
        if group := _titles(codes, is_warning):
            yield heading
            yield from table(group)


def _titles(codes: Mapping[str, int], is_warning: bool) -> list[tuple[str, str]]:
    names = [name for name in titles.TITLES if codes.get(name) and (name in WARNINGS) is is_warning]
    return [(titles.title(name), grouped(codes[name])) for name in sorted(names, key=lambda name: -codes[name])]


def question_lines(batch: api.Batch) -> Iterator[str]:
    """What an import asks about its dates, with lines of the file read each way."""
    question = _question(batch)
    yield _("The import needs to know the date format; nothing was imported yet.")
    yield question["question_text"]
    for reading in question["question_readings"]:
        yield _("Line %(line)s: “%(text)s”") % reading
        yield from (f"    {name}: {text}" for name, text in reading["read"])
    likely = ", ".join(f'"{name}"' for name in question["question_formats"])
    yield _("Formats that fit: %(formats)s.") % {"formats": likely or _("none of those that there are")}


def _question(batch: api.Batch) -> dict[str, Any]:
    assert batch.question is not None
    return question_texts(Verdict.from_mapping(batch.question))


def how_to_go_on(batch: api.Batch) -> Iterator[str]:
    """The commands by which somebody goes on with an import that waits."""
    if batch.state is api.BatchState.NEEDS_ANSWER:
        likely = (*_question(batch)["question_formats"], "FORMAT")[0]
        yield _("To answer:   %(command)s") % {"command": command("answer", batch, f'--date-format "{likely}"')}
    else:
        yield _("To record the rows of this plan:  %(command)s") % {"command": command("approve", batch)}
        yield _("The plan row by row:  %(command)s") % {"command": command("report", batch, "--format csv")}
    yield _("To give it up:  %(command)s") % {"command": command("cancel", batch)}


def command(name: str, batch: api.Batch, rest: str = "") -> str:
    """How a command is called for an import; the user's name is left to whoever types it."""
    return f"manage.py cert_completion_{name} {batch.reference} --user NAME {rest}".rstrip()


def document(batch: api.Batch, plan: api.Plan | None, **more: Any) -> dict[str, Any]:
    """The import as a document: what its report has but the rows, who it is, and what it waits for."""
    return {
        "reference": batch.reference,
        "file_name": batch.file_name,
        "exit_status": int(exit_of(batch)),
        **api.report_head(batch),
        "question": _question_document(batch) if batch.state is api.BatchState.NEEDS_ANSWER else None,
        "plan": None if plan is None else _plan_document(plan),
        **more,
    }


def _question_document(batch: api.Batch) -> dict[str, Any]:
    asked = _question(batch)
    readings = [{**each, "line": int(each["line"]), "read": dict(each["read"])} for each in asked["question_readings"]]
    return {"words": asked["question_text"], "formats": asked["question_formats"], "readings": readings}


def _plan_document(plan: api.Plan) -> dict[str, Any]:
    return {
        "number": plan.number,
        "as_of": plan.as_of.isoformat(),
        "writes": plan.writes,
        "exceeds": [check.name for check in plan.broken],
        "close_matches": [_close_match(each) for each in plan.close_matches],
    }


def _close_match(each: Any) -> dict[str, Any]:
    return {name: getattr(each, name) for name in ("value", "nearest", "certification", "rows", "line")}
