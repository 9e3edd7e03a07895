"""The values that cross the border between the plugin and a host.

All are frozen, those of which each row of a file becomes some for the type checker alone. Keys are the host's own,
opaque text of 1 to 100 characters, echoed exactly; dates are calendar dates without time zone. New fields may be added
later, always with a default: build these values with keyword arguments.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from cert_completion_hooks.frozen import frozen


class HostUnavailable(Exception):
    """The host cannot tell or write just now; the plugin asks again later, with growing pauses.

    Raise it from any hook when a database or service behind the host does not answer. It never makes a row of the file
    a problem of the administrator's. The plugin fills in which `host` it was, and which `hook` it was asked.
    """

    host = ""
    hook = ""


class HostRefused(Exception):
    """The host will not write what it was asked to, and asking again will not help.

    The plugin halves the changes of the call until it has found the one that is refused; that one is reported as
    `failed` with `host_refused`, and the text of this exception is shown to the administrator.
    """


class LearnerStatus(StrEnum):
    """Whether a learner may be written. Deleted and retired accounts count as unknown."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    DELETED = "deleted"


class PeriodUnit(StrEnum):
    """What a `Period` is counted in."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


class RuleKind(StrEnum):
    """From which date the next expiry is counted (import-rules.md §4.2)."""

    COMPLETION_DATE = "completion_date"
    EXPIRY_DATE = "expiry_date"
    FIXED_EXPIRY_DATE = "fixed_expiry_date"


class CertificationState(StrEnum):
    """Where a learner stands with a certification on a given day (import-rules.md §4)."""

    NONE = "none"
    CERTIFIED = "certified"
    WINDOW_OPEN = "window_open"
    EXPIRED = "expired"


class Capability(StrEnum):
    """What a host can do beyond finding learners and certifications and recording completions.

    `history`: it keeps past completions; without it, a change's `former` and `history` are let go. `expiry`: it keeps
    expiry and window dates; without it, they are let go. `assignments`: it keeps who is assigned; without it, `assign`
    is ignored and `assigned` is always False. `evidence`, `undo`, `messages`: it answers their hooks; without one of
    them, administrators are not offered what needs it.
    """

    HISTORY = "history"
    EXPIRY = "expiry"
    ASSIGNMENTS = "assignments"
    EVIDENCE = "evidence"
    UNDO = "undo"
    MESSAGES = "messages"


class WriteStatus(StrEnum):
    """What became of one change or evidence item.

    `written`: all of it stands now. `repeated`: this key was applied before, nothing was done. `conflict`: the state is
    no longer the expected one, or the learner, the certification or the actor's right is gone; nothing was done.
    `failed`: the host refuses it; nothing was done.
    """

    WRITTEN = "written"
    REPEATED = "repeated"
    CONFLICT = "conflict"
    FAILED = "failed"


class UndoStatus(StrEnum):
    """What became of one change or evidence item that was to be undone; see `UndoResult`."""

    UNDONE = "undone"
    CHANGED_SINCE = "changed_since"
    CANNOT = "cannot"


class MessageTrigger(StrEnum):
    """Why a learner is written to by the import itself; all other messages are the host's scheduled business."""

    ASSIGNED = "assigned"


class MessageStatus(StrEnum):
    """`sent`: handed over. `never`: will not be sent, do not ask again. `later`: could not be sent now, ask again."""

    SENT = "sent"
    NEVER = "never"
    LATER = "later"


class FieldKind(StrEnum):
    """The kinds of value that a field of an evidence type can hold."""

    TEXT = "text"
    DATE = "date"
    NUMBER = "number"
    YES_NO = "yes_no"
    URL = "url"
    CHOICE = "choice"


FieldValue: TypeAlias = str | date | Decimal | bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HostInfo:
    """What a host is and can do.

    `database_alias` names the Django database connection on which the host writes, if it does; when it is the plugin's
    own, both commit together. None: a store of its own. `contract_version` is the `SPEC_VERSION` the host was built
    for. `record_of_learning_path` is the path of a learner's Record of Learning on this site, with `{key}` where the
    learner's key stands, if the host has such a page.
    """

    name: str
    version: str
    contract_version: int
    database_alias: str | None = None
    capabilities: frozenset[Capability] = frozenset()
    record_of_learning_path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """The administrator for whom a question is asked or a change is made. `key` is the user's primary key as text.

    Both are empty where the site's own code acts; no limit of single administrators holds for it.
    """

    key: str
    username: str


@frozen
class Learner:
    """One learner. `username` is the one name by which files may call them, as the host stores it."""

    key: str
    username: str
    status: LearnerStatus = LearnerStatus.ACTIVE
    full_name: str = ""


class CertificationRef(NamedTuple):
    """A certification as a file names it, both names normalised; one of them may be empty, not both."""

    short_name: str
    id_number: str


@dataclass(frozen=True, slots=True)
class Period:
    """A length of calendar time, such as 2 years. Months and years clamp to the last day of the month."""

    count: int
    unit: PeriodUnit

    def __str__(self) -> str:
        return f"{self.count} {self.unit}" if self.count == 1 else f"{self.count} {self.unit}s"


class RecertificationRule(NamedTuple):
    """How expiry and recertification dates follow from a completion (import-rules.md §4.2).

    `minimum_active` is used by the fixed expiry date rule alone.
    """

    kind: RuleKind
    active: Period
    window: Period
    minimum_active: Period = Period(0, PeriodUnit.DAY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Certification:
    """A certification of the host. `rule` None: its records never expire. `allowed`: this actor may write it.

    `other_names`: further texts by which files may name it, in the place of its short name or of its ID number, such as
    the key of a course that counts as the same.
    """

    key: str
    short_name: str
    id_number: str
    full_name: str = ""
    rule: RecertificationRule | None = None
    active: bool = True
    allowed: bool = True
    other_names: tuple[str, ...] = ()


class StateKey(NamedTuple):
    """One learner and one certification, by the host's keys. The order of these keys is the order of locking."""

    learner_key: str
    certification_key: str


@frozen
class CompletionRecord:
    """One completion with its dates, held or to be written.

    `baseline_expires` is the expiry before any extension (None: never extended, `expires` counts). `row_key` names the
    row of an import that wrote the record and `line` that row's line in its file; a record from elsewhere has neither.
    A row key is the text `<batch_id>:<line>`, so that a host may keep the batch and the line instead.
    """

    completed: date | None
    expires: date | None = None
    window_opens: date | None = None
    baseline_expires: date | None = None
    row_key: str = ""
    line: int | None = None


def _dates(record: CompletionRecord) -> str:
    days = (record.completed, record.expires, record.window_opens, record.baseline_expires or record.expires)
    return "/".join([str(day) if day else "-" for day in days])


@frozen
class CompletionState:
    """What a host holds for one learner and certification on one day.

    `state` is the host's own word for that day. `current` is None when it holds no current record. `changed_by` and
    `changed_at` say who changed it last, where the host knows.
    """

    state: CertificationState = CertificationState.NONE
    current: CompletionRecord | None = None
    history: tuple[CompletionRecord, ...] = ()
    assigned: bool = False
    changed_by: str = ""
    changed_at: datetime | None = None

    def digest(self) -> str:
        """A token (64 characters) that changes when the records or the assignment change, and not with the day."""
        parts = ["assigned" if self.assigned else "", _dates(self.current) if self.current else ""]
        parts += sorted(map(_dates, self.history))
        return hashlib.sha256("|".join(parts).encode("ascii")).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchInfo:
    """The import for which a host is asked to write.

    `actor` is the administrator who acts now, `uploaded_by` the one who uploaded the file; they differ where somebody
    else approves or undoes an import. `batch_id` is unique for ever, `plan` counts the plans made of one file,
    `as_of` is the import's day. `report_url` is a path on this site, and so is `row_url`, with `{line}` where the line
    of a row stands: the page that explains that row. Either may be "". `site` is the domain of the site on which the
    file was uploaded, such as "academy.example.org", where one installation serves several and knows them by
    django.contrib.sites; else "".
    """

    batch_id: str
    plan: int
    file_name: str
    actor: Actor
    uploaded_by: Actor
    as_of: date
    uploaded_at: datetime
    report_url: str = ""
    row_url: str = ""
    site: str = ""


@frozen
class CompletionChange:
    """All that one import does to one learner and certification: a host writes all of it or nothing.

    `key`: unique for ever; equals the `row_key` of one of the records written here.
    `expected`: `CompletionState.digest()` of the state on which the change was decided.
    `current`: becomes the current record, in place of the one held. None: the current record stays as it is.
    `former`: the current record held until now, to be added to the history as it is. None: nothing is moved.
    `history`: records to be added to the history. `assign`: assign the learner, if not assigned yet.
    `announce`: whether learner messages may ever be sent for the new current record.
    """

    key: str
    learner_key: str
    certification_key: str
    expected: str
    current: CompletionRecord | None = None
    former: CompletionRecord | None = None
    history: tuple[CompletionRecord, ...] = ()
    assign: bool = False
    announce: bool = False

    @property
    def state_key(self) -> StateKey:
        return StateKey(self.learner_key, self.certification_key)


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceKey:
    """What makes two evidence items the same (import-rules.md §5)."""

    learner_key: str
    short_name: str
    id_number: str
    completed: date


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceItem:
    """One item of evidence of a completion for which the host has no certification.

    `key` names the row of an import that creates it, unique for ever, and `line` that row's line in its file; an item
    from elsewhere has neither. `fields` holds the values of the evidence type's fields.
    """

    key: str = ""
    line: int | None = None
    learner_key: str
    name: str
    short_name: str
    id_number: str
    completed: date
    due: date | None = None
    evidence_type: str = ""
    fields: Mapping[str, FieldValue] = field(default_factory=dict)

    @property
    def evidence_key(self) -> EvidenceKey:
        return EvidenceKey(
            learner_key=self.learner_key,
            short_name=self.short_name,
            id_number=self.id_number,
            completed=self.completed,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceField:
    """One field of an evidence type. `name` is the heading of its column, `label` what people read.

    `choices` holds the accepted values of a choice, at least one, none twice.
    """

    name: str
    kind: FieldKind
    label: str = ""
    required: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceType:
    """A kind of evidence that the host offers. `name` is its stable name, `label` what people read."""

    name: str
    label: str = ""
    fields: tuple[EvidenceField, ...] = ()


@frozen
class WriteResult:
    """The answer to one change or evidence item.

    `reason`: why it failed or is in conflict, a sentence for the administrator.
    """

    key: str
    status: WriteStatus
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BeforeImage:
    """What a host held for a learner and certification before a change, as far as the change touched it."""

    assigned: bool
    current: CompletionRecord | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeToUndo:
    """A change that was written, with what was there before it."""

    change: CompletionChange
    before: BeforeImage


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoResult:
    """The answer to one change to undo.

    `undone`: all that the change wrote is taken back, except the records named in `kept` (their `row_key`s), which were
    changed since, and with `assignment_kept` the assignment that the change made. `changed_since`: every record was
    changed since, nothing was done. `cannot`: the host cannot take it back; `reason` says why. `changed_by` and
    `changed_at`: who changed it since, where known.
    """

    key: str
    status: UndoStatus
    kept: tuple[str, ...] = ()
    assignment_kept: bool = False
    reason: str = ""
    changed_by: str = ""
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message to a learner. The same `key` is never sent twice."""

    key: str
    learner_key: str
    certification_key: str
    trigger: MessageTrigger


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageResult:
    """The answer to one message. `reason`: why it was not sent, a sentence for the administrator."""

    key: str
    status: MessageStatus
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchSummary:
    """How an import ended.

    `state` is the import's last state; `outcomes` counts its rows by outcome and adds up to `rows`.
    """

    state: str
    rows: int
    outcomes: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpFailure:
    """One thing that could not be done after the records were written.

    `line` is that of the row for which it was to be done. `reason`: a sentence for the administrator, without a name.
    """

    reason: str
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """How one kind of work stands that a host does after the records of an import are written, such as certificates.

    `label` is what people read. `done`, `waiting` and `failed` are numbers of things; `waiting_reason` says what the
    waiting ones wait for, if it is known. `failures` are some of the failed, by line, at most 100. `path` leads to a
    page of this site on which they can be looked after, if there is one.
    """

    label: str
    done: int = 0
    waiting: int = 0
    failed: int = 0
    waiting_reason: str = ""
    failures: tuple[FollowUpFailure, ...] = ()
    path: str = ""
