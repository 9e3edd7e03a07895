"""The steps of a story in their order."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cert_completion_plugin import api, texts
from cert_completion_plugin.core.outcomes import Outcome
from cert_completion_plugin.core.story import Story
from cert_completion_plugin.telling import gone, reading
from cert_completion_plugin.telling.story.arithmetic import Sum, date_texts, sums
from cert_completion_plugin.telling.story.cells import CellText, cell_texts
from cert_completion_plugin.telling.story.deciding import decision_texts
from cert_completion_plugin.telling.story.finding import certification_texts, learner_texts
from cert_completion_plugin.telling.story.messages import message_texts
from cert_completion_plugin.telling.story.today import current_origin, heading_of, today_texts
from cert_completion_plugin.telling.story.undoing import undo_texts
from cert_completion_plugin.telling.story.writing import writing_texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step: its name for style sheets and links, its heading, what happened, and what belongs to that.

    `links` are addresses for further reading, each with its text.
    """

    name: str
    heading: str
    texts: tuple[str, ...]
    cells: tuple[CellText, ...] = ()
    sums: tuple[Sum, ...] = ()
    links: tuple[tuple[str, str], ...] = ()


def steps_of(user: api.User, batch: api.Batch, account: api.Account) -> list[Step]:
    """The whole story of a row as this user may read it, without the steps that say nothing about it."""
    return [step for step in _steps(user, batch, account) if step.texts or step.cells]


def _steps(user: api.User, batch: api.Batch, account: api.Account) -> Iterator[Step]:
    story = account.story
    if story.is_forgotten:
        yield _step("cells", _("What is left of this row"), iter([str(texts.FORGOTTEN)]))
        return
    yield Step(
        name="cells",
        heading=_("What the file said, and how it was read"),
        texts=(*_cells_gone(batch, story), *_date_format(batch, story)),
        cells=tuple(cell_texts(story)),
    )
    yield Step(
        name="learner",
        heading=_("Whom we looked for"),
        texts=tuple(learner_texts(story)),
        links=tuple(_record_of_learning(story)),
    )
    yield _step(
        "certification",
        _("Which certification we looked for"),
        certification_texts(story, batch.answers.get("confirmed", ())),
    )
    yield Step(
        name="decision",
        heading=_("The rule that decided"),
        texts=tuple(decision_texts(story, account.as_of)),
        links=tuple(_other_line(batch, story)),
    )
    yield Step(name="dates", heading=_("The dates"), texts=tuple(date_texts(story)), sums=tuple(sums(story)))
    is_planned = account.written is None and account.planned is not None
    heading = _("What is planned") if is_planned else _("What was written")
    yield _step("writing", heading, writing_texts(batch, account))
    yield _step("messages", _("Who is told"), message_texts(user, batch, account))
    yield _step("undo", _("What was undone"), undo_texts(user, batch, account))
    yield Step(
        name="today",
        heading=heading_of(account),
        texts=tuple(today_texts(account)),
        links=tuple(_origin(user, account)),
    )


def _step(name: str, heading: str, sentences: Iterator[str]) -> Step:
    return Step(name=name, heading=heading, texts=tuple(sentences))


def _cells_gone(batch: api.Batch, story: Story) -> Iterator[str]:
    if not story.cells and batch.rows_deleted_at is not None:
        yield gone.cells_text(batch)


def _date_format(batch: api.Batch, story: Story) -> Iterator[str]:
    """Which format the dates of the file were read in, and why."""
    if not story.date_format:
        return
    if batch.answers.get("date_format"):
        yield _("Dates of this file are read as %(format)s, as was answered when the import asked.") % {
            "format": story.date_format
        }
    elif batch.options.date_format != "auto":
        yield _("Dates of this file are read as %(format)s, as was chosen at the upload.") % {
            "format": story.date_format
        }
    else:
        yield from reading.date_texts(batch)


def _record_of_learning(story: Story) -> Iterator[tuple[str, str]]:
    key = story.learner.key if story.learner else ""
    if path := api.record_of_learning_path(key) if key else "":
        yield path, _("Record of Learning")


def _other_line(batch: api.Batch, story: Story) -> Iterator[tuple[str, str]]:
    """The row that leads, or that is repeated."""
    step = story.decision or story.evidence
    line = step.repeats_line if step else None
    if line is None and story.decision is not None:
        line = story.decision.leading_line
    if line is not None:
        yield from _row_link(batch, line, _("Line %(line)s") % {"line": line})


def _origin(user: api.User, account: api.Account) -> Iterator[tuple[str, str]]:
    """The row from which the learner's current record comes."""
    if found := current_origin(user, account):
        batch, line = found
        values = {"file": batch.file_name, "line": line, "name": batch.uploaded_by_name}
        text = _("The current record comes from line %(line)s of “%(file)s”, uploaded by %(name)s")
        yield from _row_link(batch, line, text % values)


def _row_link(batch: api.Batch, line: int, text: str) -> Iterator[tuple[str, str]]:
    """The page of a row, where the site has the pages: a story is told on the command line, too."""
    with suppress(NoReverseMatch):
        yield reverse("cert_completion_plugin:row", args=[batch.reference, line]), text


_MEANINGS: Mapping[Outcome, Any] = {
    Outcome.CERTIFIED: gettext_lazy("The row became the learner's current record."),
    Outcome.RENEWED: gettext_lazy("The row became the learner's current record, in place of the former one."),
    Outcome.HISTORY: gettext_lazy("The row was added to the learner's history."),
    Outcome.EVIDENCE: gettext_lazy("The row became an evidence item."),
    Outcome.ALREADY_HELD: gettext_lazy("The same completion was on record already, so nothing was written."),
    Outcome.DUPLICATE: gettext_lazy("Another line of the file says the same, so nothing was written for this one."),
    Outcome.REJECTED: gettext_lazy("Something is wrong with the row, so it was not imported."),
    Outcome.DRIFTED: gettext_lazy("Something changed between plan and writing, so the row was not written."),
    Outcome.FAILED: gettext_lazy("The site could not write the row."),
    Outcome.CANCELLED: gettext_lazy("The row was not written."),
}


def summary_of(story: Story, *, is_written: bool) -> dict[str, Any]:
    """The outcome in words, and every problem and warning with what to do about it."""
    outcome = story.outcome
    return {
        "outcome": outcome or "",
        "label": texts.outcome_label(outcome) if outcome else _("Not decided yet"),
        "meaning": str(_MEANINGS[outcome]) if outcome and is_written else "",
        "issues": [texts.issue_text(issue) for issue in story.issues],
    }
