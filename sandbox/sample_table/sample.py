"""What a sample file is, and how its bytes are made of rows."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cert_completion_plugin.core.issues import Code
from cert_completion_plugin.core.outcomes import BatchState, Outcome

HEADINGS = ("username", "certificationshortname", "certificationidnumber", "completiondate", "duedate")

Row = Sequence[str]
Shown = Code | Outcome


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One file of `sandbox/samples`.

    `content` makes its bytes. `shows`: every code and outcome that its import brings, and no other; empty where that is
    not counted up. `options`: what to choose on the page, everything else as the page offers it first. `state`: how the
    import ends, or where it stops and asks. `holds` and `see` are sentences for whoever uploads it.
    """

    name: str
    content: Callable[[], bytes]
    holds: str
    see: str
    shows: tuple[Shown, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    state: BatchState = BatchState.FINISHED


@dataclass(frozen=True)
class Section:
    """Samples that belong together, under a heading."""

    title: str
    samples: tuple[Sample, ...]


def csv_file(rows: Iterable[Row], *, headings: Row = HEADINGS, separator: str = ",", encoding: str = "utf-8") -> bytes:
    """A table as a text file: one line a record, quotes where a cell needs them."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=separator, lineterminator="\n")
    writer.writerow(headings)
    writer.writerows(rows)
    return stream.getvalue().encode(encoding)


def of_rows(*rows: Row, **how: Any) -> Callable[[], bytes]:
    """The content of a sample with these rows; `how`: see `csv_file`."""
    return lambda: csv_file(rows, **how)
