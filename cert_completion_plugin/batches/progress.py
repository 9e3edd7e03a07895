"""What a reading of a file has come to: kept with every chunk, so that it goes on where it was killed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cert_completion_plugin import tabular
from cert_completion_plugin.core.dates import DateVotes
from cert_completion_plugin.core.headings import Columns, read_headings, unknown_column
from cert_completion_plugin.core.issues import REFUSALS, Issue
from cert_completion_plugin.store.values import issue_as_json, issue_from_json


@dataclass
class ReadingProgress:
    """The reader's place in the file, the rows counted, the votes on date formats and the issues found so far.

    `seconds`: how long the file was being read.

    `columns` is None where the headings refuse the file; reading goes on to its end all the same, so that the
    administrator sees every reason at once.
    """

    reader: tabular.ReaderState
    headings: tuple[str, ...]
    columns: Columns | None
    rows: int = 0
    seconds: float = 0.0
    votes: DateVotes = field(default_factory=DateVotes)
    issues: list[Issue] = field(default_factory=list)
    _noted: set[tuple[str, str, str]] = field(default_factory=set)

    def note(self, issues: Iterable[Issue]) -> None:
        """Add issues of the file, those of them that were not noted with an earlier chunk."""
        for issue in issues:
            if (identity := _identity(issue)) not in self._noted:
                self._noted.add(identity)
                self.issues.append(issue)

    def columns_to_watch(self) -> list[int]:
        """The columns without a heading of which every cell was blank so far."""
        blank_headed = self.columns.blank_headed if self.columns else ()
        return [index for index in blank_headed if _identity(unknown_column("", index)) not in self._noted]

    @property
    def is_refused(self) -> bool:
        return any(issue.code in REFUSALS for issue in self.issues)

    def as_mapping(self) -> dict[str, Any]:
        return {
            "reader": self.reader.as_mapping(),
            "headings": list(self.headings),
            "rows": self.rows,
            "seconds": round(self.seconds, 3),
            "votes": self.votes.as_state(),
            "issues": [issue_as_json(issue) for issue in self.issues],
        }

    @classmethod
    def from_mapping(cls, plain: Mapping[str, Any], field_names: Sequence[str] = ()) -> "ReadingProgress":
        """The progress that `as_mapping` gave, of an import with an evidence type that has these fields."""
        headings = tuple(plain["headings"])
        progress = cls(
            reader=tabular.ReaderState.from_mapping(plain["reader"]),
            headings=headings,
            columns=read_headings(headings, field_names)[0],
            rows=plain["rows"],
            seconds=plain.get("seconds", 0.0),
            votes=DateVotes.from_state(plain["votes"]),
        )
        progress.note(issue_from_json(issue) for issue in plain["issues"])
        return progress


def _identity(issue: Issue) -> tuple[str, str, str]:
    """Too many rows are told once, and so is a column without heading, whatever the line it was found on."""
    return issue.code, issue.column, str(issue.details.get("position", ""))
