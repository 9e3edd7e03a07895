"""What the Record of Learning shows, ready to be put on a page: three lists of entries."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from cert_completion_hooks import CertificationState, EvidenceField, EvidenceType, FieldKind, FieldValue
from django.db.models import F, Q
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext

from cert_completion_records import conf
from cert_completion_records.models import (
    Certification,
    Evidence,
    ImportSource,
    LearnerCertification,
    PastCompletion,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """One field of an evidence item, as people read it. `address`: where the text leads, if it is a web address."""

    label: str
    text: str
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the page. `state` is for style sheets, `state_text` for people.

    `origin_path` leads to the row of the import that it came from, or to the import; "" where there is no such page.
    `uploaded_by` is the user name of the one who uploaded the file, `uploaded_at` when that was.
    """

    title: str
    names: tuple[str, ...]
    state: str
    state_text: str
    completed: date | None
    expires: date | None = None
    never_expires: bool = False
    due: date | None = None
    details: tuple[Detail, ...] = ()
    came_from: str
    uploaded_by: str = ""
    uploaded_at: datetime | None = None
    origin_path: str = ""


def current(learner: Any, day: date) -> list[Entry]:
    """The certifications that the learner holds or is assigned to, with where they stand on this day."""
    rows = LearnerCertification.objects.filter(Q(assigned=True) | Q(completed__isnull=False), learner=learner)
    rows = rows.select_related("certification", "source", "assigned_source").prefetch_related("history")
    return [_current(row, day) for row in rows.order_by("certification__full_name", "pk")]


def _current(row: LearnerCertification, day: date) -> Entry:
    state = row.state_on(day)
    source, came_from = row.source, row.came_from
    if state == CertificationState.NONE and row.assigned_source:
        source = row.assigned_source
        came_from = gettext("assigned by the import %(file)s") % {"file": source.file_name}
    return Entry(
        title=str(row.certification),
        names=_names(row.certification),
        state=state,
        state_text=_state_text(row, state),
        completed=row.completed,
        expires=row.expires,
        never_expires=row.completed is not None and row.expires is None,
        came_from=came_from,
        origin_path=source.report_path if source and source is not row.source else row.origin_path,
        **_uploaded(source),
    )


def _state_text(row: LearnerCertification, state: CertificationState) -> str:
    match state:
        case CertificationState.NONE:
            has_past = bool(row.history.all())
            return gettext("Assigned, not certified now") if has_past else gettext("Assigned, not certified yet")
        case CertificationState.CERTIFIED:
            return gettext("Certified")
        case CertificationState.WINDOW_OPEN:
            return gettext("Recertification window open since %(day)s") % {"day": _shown(row.window_opens)}
        case CertificationState.EXPIRED:
            return gettext("Expired on %(day)s") % {"day": _shown(row.expires)}


def past(learner: Any, day: date) -> list[Entry]:
    """The learner's completions in history, newest first, without one that stands as the current record too."""
    current = Q(
        completed=F("learner_certification__completed"),
        expires__isnull=False,
        expires=F("learner_certification__expires"),
    )
    rows = PastCompletion.objects.filter(learner_certification__learner=learner).exclude(current)
    rows = rows.select_related("learner_certification__certification", "source").order_by("-completed", "-pk")
    return [_past(row, day) for row in rows]


def _past(row: PastCompletion, day: date) -> Entry:
    certification = row.learner_certification.certification
    is_expired = row.expires is not None and row.expires <= day
    return Entry(
        title=str(certification),
        names=_names(certification),
        state="past",
        state_text=gettext("Expired") if is_expired else gettext("Earlier completion"),
        completed=row.completed,
        expires=row.expires,
        never_expires=row.expires is None,
        came_from=row.came_from,
        origin_path=row.origin_path,
        **_uploaded(row.source),
    )


def evidence(learner: Any) -> list[Entry]:
    """The learner's evidence, newest first."""
    kinds = {kind.name: kind for kind in conf.evidence_types()}
    rows = Evidence.objects.filter(learner=learner).select_related("source").order_by("-completed", "-pk")
    return [_evidence(row, kinds.get(row.evidence_type)) for row in rows]


def _evidence(row: Evidence, kind: EvidenceType | None) -> Entry:
    state_text = kind.label if kind else row.evidence_type
    return Entry(
        title=row.name,
        names=tuple(name for name in (row.short_name, row.id_number) if name and name != row.name),
        state="evidence",
        state_text=state_text or gettext("Evidence"),
        completed=row.completed,
        due=row.due,
        details=details(row, kind),
        came_from=row.came_from,
        origin_path=row.origin_path,
        **_uploaded(row.source),
    )


def details(row: Evidence, kind: EvidenceType | None) -> tuple[Detail, ...]:
    """The fields of an evidence item in the order of its type; those that the type no longer has come last."""
    values, fields = row.fields, {one.name: one for one in kind.fields} if kind else {}
    names = [*(name for name in fields if name in values), *(name for name in values if name not in fields)]
    return tuple(_detail(name, values[name], fields.get(name)) for name in names)


def _detail(name: str, value: FieldValue, field: EvidenceField | None) -> Detail:
    text = _value_text(value)
    # The value may have been written before the field's kind was changed, or by somebody else.
    leads_away = field is not None and field.kind is FieldKind.URL and text.lower().startswith(("http://", "https://"))
    return Detail(label=(field and field.label) or name, text=text, address=text if leads_away else "")


def _value_text(value: FieldValue) -> str:
    match value:
        case bool():
            return gettext("Yes") if value else gettext("No")
        case date():
            return _shown(value)
        case Decimal():
            return number_format(value)
        case str():
            return value


def _names(certification: Certification) -> tuple[str, ...]:
    names = (certification.short_name, certification.id_number)
    return tuple(name for name in names if name and name != str(certification))


def _uploaded(source: ImportSource | None) -> dict[str, Any]:
    return {"uploaded_by": source.uploaded_by, "uploaded_at": source.uploaded_at} if source else {}


def _shown(day: date | None) -> str:
    return date_format(day, "DATE_FORMAT") if day else ""
