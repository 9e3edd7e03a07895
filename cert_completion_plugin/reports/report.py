"""The report as a file: state, options, sums, and every row; equal to the byte for equal imports of equal files.

So it holds no reference, id, user, file name or moment, and speaks the site's language, whoever asks for it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from django.conf import settings
from django.utils.translation import override

from cert_completion_plugin import labels, tabular, texts, titles
from cert_completion_plugin.core.issues import Issue
from cert_completion_plugin.core.outcomes import BatchState, Phase
from cert_completion_plugin.core.rows import Decision
from cert_completion_plugin.reports.held_back import held_back_text
from cert_completion_plugin.reports.rows_files import codes_text, day_text
from cert_completion_plugin.store import portions, results
from cert_completion_plugin.store.values import Batch
from cert_completion_plugin.whys import why

VERSION = 1
"""Of the document: names that it has keep their meaning; new ones may come."""

HEADINGS = (
    "part",
    "name",
    "value",
    "line",
    "outcome",
    "codes",
    "words",
    "completiondate",
    "duedate",
    "expirydate",
    "windowopens",
)
"""Of the CSV file. Each of its lines belongs to a `part`: import, file, option, outcome, code, issue or row."""


def report_file(batch: Batch, kind: str) -> Iterator[bytes]:
    """The pieces of the report as csv or json, in constant memory.

    An import that has not ended is reported as it stands: while it waits for approval, with the rows of its plan.
    """
    return _csv(batch) if kind == "csv" else _json(batch)


def report_head(batch: Batch) -> dict[str, Any]:
    """All but the rows, as plain values with words in the site's language."""
    with override(settings.LANGUAGE_CODE):
        return _head(batch)


def _head(batch: Batch) -> dict[str, Any]:
    counts = _counts(batch)
    return {
        "report": VERSION,
        "state": str(batch.state),
        "words": held_back_text(batch) or texts.state_label(batch.state),
        "file": {
            "sha256": batch.file_sha256,
            "bytes": batch.file_size,
            **{name: batch.detected[name] for name in _READ_AS if batch.detected.get(name)},
            "date_format": batch.date_format,
            "headings": list(batch.headings),
        },
        "options": batch.options.as_mapping(),
        "answers": {name: batch.answers[name] for name in _ANSWERS if batch.answers.get(name)},
        "rows_read": batch.rows_read,
        "rows_are": str(_phase(batch)) if batch.ledger_deleted_at is None else "deleted",
        "outcomes": _in_order(texts.OUTCOMES, counts.get("outcomes", {})),
        "codes": _in_order(titles.TITLES, counts.get("issues", {})),
        "issues": list(map(_issue, batch.file_issues)),
    }


def _counts(batch: Batch) -> Mapping[str, Mapping[str, int]]:
    if batch.state is BatchState.WRITING:
        return portions.progress(batch).counts
    return results.counts(batch, _phase(batch))


_ANSWERS = ("date_format", "confirmed")
"""And not who gave them."""

_READ_AS = ("kind", "encoding", "separator", "quote", "sheet")


def _in_order(names: Iterable[str], counts: Mapping[str, int]) -> dict[str, int]:
    """However the work was split, in one order."""
    return {str(name): counts[name] for name in names if counts.get(name)}


def _phase(batch: Batch) -> Phase:
    return Phase.WRITTEN if batch.has_ended or batch.state is BatchState.WRITING else Phase.PLANNED


def _issue(issue: Issue) -> dict[str, Any]:
    return {
        "line": issue.line,
        "code": str(issue.code),
        "column": issue.column,
        "value": issue.value,
        "words": texts.issue_text(texts.without_reference(issue)),
    }


def row_words(decision: Decision) -> str:
    """Why a row has its outcome, and what is to be said of its problems and warnings."""
    return " ".join(text for text in (why(decision), *texts.row_texts(decision, with_references=False)) if text)


def _rows(batch: Batch, as_line: Callable[[Decision], Any]) -> Iterator[Any]:
    for some in results.table(batch, _phase(batch)).every_row():
        with override(settings.LANGUAGE_CODE):
            lines = list(map(as_line, some))
        yield from lines


def _json(batch: Batch) -> Iterator[bytes]:
    return tabular.json_pieces(report_head(batch), "rows", _rows(batch, row_value))


def row_value(decision: Decision) -> dict[str, Any]:
    """A row of the report as plain values."""
    return {
        "line": decision.line,
        "outcome": str(decision.outcome),
        "codes": codes_text(decision).split(),
        "words": row_words(decision),
        "completed": day_text(decision.completed) or None,
        "due": day_text(decision.due) or None,
        "expires": day_text(decision.expires) or None,
        "window_opens": day_text(decision.window_opens) or None,
    }


def _csv(batch: Batch) -> Iterator[bytes]:
    with override(settings.LANGUAGE_CODE):
        before = [_as_cells(line) for line in _parts(batch)]
    separator = batch.detected.get("separator") or ","
    return tabular.csv_pieces(HEADINGS, chain(before, _rows(batch, _row_cells)), separator=separator)


def _as_cells(given: Mapping[str, Any]) -> Sequence[str]:
    return ["" if given.get(name) is None else str(given[name]) for name in HEADINGS]


def _parts(batch: Batch) -> Iterator[dict[str, Any]]:
    """All lines before those of the rows."""
    head = _head(batch)
    yield {"part": "import", "name": "state", "value": head["state"], "words": head["words"]}
    yield {"part": "import", "name": "rows_read", "value": head["rows_read"]}
    yield {"part": "import", "name": "rows_are", "value": head["rows_are"]}
    for name, value in head["file"].items():
        for each in value if isinstance(value, list) else [value]:
            yield {"part": "file", "name": name, "value": each}
    for name, value in head["options"].items():
        words = labels.value_text(name, value) if name in labels.VALUES else ""
        yield {"part": "option", "name": name, "value": _plain(value), "words": words}
    for name, value in head["answers"].items():
        for each in value if isinstance(value, list) else [value]:
            yield {"part": "answer", "name": name, "value": each}
    for name, number in head["outcomes"].items():
        yield {"part": "outcome", "name": name, "value": number, "words": texts.outcome_label(name)}
    for name, number in head["codes"].items():
        yield {"part": "code", "name": name, "value": number, "words": titles.title(name)}
    for issue in head["issues"]:
        yield {**issue, "part": "issue", "name": issue["column"], "codes": issue["code"]}


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _row_cells(decision: Decision) -> Sequence[str]:
    days = (decision.completed, decision.due, decision.expires, decision.window_opens)
    return [
        "row",
        "",
        "",
        str(decision.line),
        str(decision.outcome),
        codes_text(decision),
        row_words(decision),
        *map(day_text, days),
    ]
