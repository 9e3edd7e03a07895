"""A row on its way: RawRow -> ParsedRow -> ResolvedRow -> Decision."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypeAlias

from cert_completion_hooks.frozen import frozen
from cert_completion_hooks.types import (
    Certification,
    CertificationRef,
    CertificationState,
    CompletionRecord,
    FieldValue,
    Learner,
    RecertificationRule,
    StateKey,
)

from cert_completion_plugin.core.grounds import Ground, outcome_on
from cert_completion_plugin.core.issues import Issue
from cert_completion_plugin.core.options import ImportAction
from cert_completion_plugin.core.outcomes import Outcome

Cell: TypeAlias = str | date
"""The text of a cell as it stands in the file, or a native date of a workbook."""


@dataclass(frozen=True, slots=True)
class RawRow:
    """One data record as read: its physical line (header = 1 if it is on the first line) and all its cells."""

    line: int
    cells: tuple[Cell, ...]


@frozen
class ParsedRow:
    """A row by itself, before anybody was asked: its normalised names, its dates, and what is wrong with them.

    `username` and `reference` are None where nothing can be looked up (blank, too long, unprintable, ragged row); of
    two names of which one is too long or unprintable, `reference` holds the other.
    `completed` is None where blank or invalid, `due` likewise. `name_texts` are kept for reports even so.
    """

    line: int
    username_text: str
    reference_text: CertificationRef
    username: str | None
    reference: CertificationRef | None
    completed: date | None
    due: date | None
    issues: tuple[Issue, ...] = ()
    fields: Mapping[str, Cell] = field(default_factory=dict)


@frozen
class ResolvedRow:
    """A parsed row with the learner and certification it denotes, and all its problems and warnings.

    `becomes_evidence`: the certification is unknown and the row becomes evidence if nothing else is wrong with it.
    """

    parsed: ParsedRow
    learner: Learner | None
    certification: Certification | None
    issues: tuple[Issue, ...]
    becomes_evidence: bool = False
    fields: Mapping[str, FieldValue] = field(default_factory=dict)

    @property
    def line(self) -> int:
        return self.parsed.line

    @property
    def is_valid(self) -> bool:
        return not self.issues or not any(issue.is_problem for issue in self.issues)


@frozen
class PairBasis:
    """On what the decisions for one learner and certification rest, and what they do beside writing rows.

    It is carried by one decision of the pair: the leading row if it becomes current, else the first row written as
    history. `former` is the current record that goes to history.
    """

    expected: str
    assigned_before: bool
    current_before: CompletionRecord | None
    former: CompletionRecord | None
    assign: bool
    announce: bool


@frozen
class Trace:
    """What the hosts said when one row was decided, as far as it is needed to tell why; with the raw row it is enough.

    `certification`: the names of the one that was found, as its host has them, and `rule` its rule on that day.
    `ground` is None where nothing of §4 was asked: the row has problems, or no row of its certification can be decided.
    The others are about the row's learner and certification: the `state` told, the dates of the `current` record,
    whether it is `contradictory`, and, for a row that follows, the `leading_line`. `held_expiries` are those held for
    the completion date of a row that is already held.
    """

    certification: CertificationRef | None = None
    rule: RecertificationRule | None = None
    ground: Ground | None = None
    state: CertificationState = CertificationState.NONE
    current: CompletionRecord | None = None
    contradictory: bool = False
    leading_line: int | None = None
    held_expiries: tuple[date | None, ...] = ()

    def decided(self, action: ImportAction) -> Outcome | None:
        """What was decided under an import's action, whatever became of it later."""
        return None if self.ground is None else outcome_on(self.ground, action)

    def baseline(self, action: ImportAction) -> date | None:
        """B of import-rules.md §4.2: the expiry of the record that the row renews, before any extension."""
        if self.current is None or self.ground is not Ground.NEWER or self.decided(action) is not Outcome.RENEWED:
            return None
        return self.current.baseline_expires or self.current.expires


def dates_alone(record: CompletionRecord) -> CompletionRecord:
    """A record without the name of the row that wrote it."""
    return CompletionRecord(
        completed=record.completed,
        expires=record.expires,
        window_opens=record.window_opens,
        baseline_expires=record.baseline_expires,
    )


@frozen
class Decision:
    """What should happen to one row.

    `expires` and `window_opens` are set where the row is written and its certification expires. `repeats_line` names
    the row that a duplicate repeats. `basis` is set on one written row of each learner and certification. `trace` is
    None where neither a certification nor evidence was found for the row. `is_forgotten`: its learner was, so that
    nothing is left of it but its line, what became of it, and the certification.
    """

    line: int
    outcome: Outcome
    username: str
    short_name: str
    id_number: str
    issues: tuple[Issue, ...] = ()
    learner_key: str = ""
    certification_key: str = ""
    completed: date | None = None
    due: date | None = None
    expires: date | None = None
    window_opens: date | None = None
    repeats_line: int | None = None
    basis: PairBasis | None = None
    fields: Mapping[str, FieldValue] = field(default_factory=dict)
    trace: Trace | None = None
    is_forgotten: bool = False

    @property
    def pair(self) -> tuple[str, str]:
        """The keys of the learner and the certification; pairs are locked in the order of these."""
        return self.learner_key, self.certification_key

    @property
    def state_key(self) -> StateKey:
        return StateKey(self.learner_key, self.certification_key)
