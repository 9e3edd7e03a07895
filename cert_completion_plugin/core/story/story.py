"""What the story of a row consists of. A step that was never reached is None."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from cert_completion_hooks.types import (
    CertificationRef,
    CertificationState,
    CompletionRecord,
    EvidenceKey,
    FieldValue,
    LearnerStatus,
    RecertificationRule,
)

from cert_completion_plugin.core.expiry import Branch, Step
from cert_completion_plugin.core.grounds import Ground
from cert_completion_plugin.core.issues import Issue
from cert_completion_plugin.core.options import ImportAction
from cert_completion_plugin.core.outcomes import Outcome
from cert_completion_plugin.core.story.cells import CellStory


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnerStep:
    """Who was asked for and found: the host's `key` and the `status`, or a `problem`."""

    asked: str
    key: str = ""
    status: LearnerStatus | None = None
    problem: Issue | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificationStep:
    """Which certification was asked for and found, if any; its `problem` has candidates and near names in its details.

    `found` has the host's own names, None where they were not kept. `ignoring_case`: a name matched only because case
    was ignored. Neither key nor problem: it is unknown, and the row becomes evidence.
    """

    asked: CertificationRef
    key: str = ""
    found: CertificationRef | None = None
    ignoring_case: bool = False
    is_active: bool = True
    problem: Issue | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionStep:
    """What was decided under the import's `action`, on which ground of §4, and what was held then.

    `decided` is the outcome before anything was written; the story's own says what became of it. `leading_line` is None
    for a row that leads. `current`: the record held, and whether it is `contradictory`. `held_expiries`: those held for
    the completion date, for a row that is already held. `former`: the record that goes to history.
    """

    decided: Outcome
    ground: Ground
    action: ImportAction
    state: CertificationState
    current: CompletionRecord | None = None
    contradictory: bool = False
    leading_line: int | None = None
    repeats_line: int | None = None
    held_expiries: tuple[date | None, ...] = ()
    former: CompletionRecord | None = None
    assigns: bool = False
    announces: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DatesStep:
    """The dates that the rule gives the row (§4.2): C, D and B, the branch of the rule, the steps and the results.

    `rule` None: the certification never expires. Where the rule gives no dates, `problem` says why, as the details of
    `certification_misconfigured` do: `no_active_period` or `out_of_range`.
    """

    rule: RecertificationRule | None
    completed: date
    due: date | None = None
    baseline: date | None = None
    branch: Branch | None = None
    steps: tuple[Step, ...] = ()
    expires: date | None = None
    window_opens: date | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceStep:
    """The evidence item that the row is about (§5), its type ("" for the default one) and the values of its fields."""

    decided: Outcome
    ground: Ground
    key: EvidenceKey
    due: date | None = None
    evidence_type: str = ""
    fields: Mapping[str, FieldValue] = field(default_factory=dict)
    repeats_line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What became of a row and why, from its raw cells to its dates.

    `outcome` is None while the row is not decided. `date_format` is "" where the file has no dates. Of a row whose
    learner `is_forgotten` nothing else is told.
    """

    line: int
    outcome: Outcome | None
    date_format: str
    cells: tuple[CellStory, ...]
    learner: LearnerStep | None = None
    certification: CertificationStep | None = None
    decision: DecisionStep | None = None
    dates: DatesStep | None = None
    evidence: EvidenceStep | None = None
    issues: tuple[Issue, ...] = ()
    is_forgotten: bool = False

    def as_mapping(self) -> dict[str, Any]:
        """The story as plain values that JSON can hold; dates as YYYY-MM-DD, exact numbers as text."""
        plain: dict[str, Any] = as_plain(self)
        return plain


def as_plain(value: Any) -> Any:
    """A frozen value, and all that it is made of, as plain values that JSON can hold.

    Dates become YYYY-MM-DD, and exact numbers texts.
    """
    if is_dataclass(value):
        return {each.name: as_plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return as_plain(value._asdict())
    if isinstance(value, Mapping):
        return {name: as_plain(each) for name, each in value.items()}
    if isinstance(value, (tuple, list)):
        return [as_plain(each) for each in value]
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, (str, Decimal)) else value
