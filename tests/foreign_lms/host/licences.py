"""Finding licences, and telling their rules in the contract's words."""

from collections.abc import Iterable, Mapping, Sequence

from cert_completion_hooks import (
    Actor,
    Certification,
    CertificationRef,
    Period,
    PeriodUnit,
    RecertificationRule,
    RuleKind,
    folded,
    normalised,
)

from tests.foreign_lms.host.keys import number_of
from tests.foreign_lms.registry.models import Ban, Basis, Licence

KINDS = {
    Basis.DAY_OF_TRAINING: RuleKind.COMPLETION_DATE,
    Basis.LAST_DAY: RuleKind.EXPIRY_DATE,
    Basis.CALENDAR: RuleKind.FIXED_EXPIRY_DATE,
}


def find(
    actor: Actor, references: Sequence[CertificationRef], ignore_case: bool
) -> Mapping[CertificationRef, Sequence[Certification]]:
    form = folded if ignore_case else normalised
    by_code: dict[str, list[Certification]] = {}
    by_number: dict[str, list[Certification]] = {}
    for licence in _told(actor, Licence.objects.order_by("number")):
        by_code.setdefault(form(licence.short_name), []).append(licence)
        by_number.setdefault(form(licence.id_number), []).append(licence)
    found = {}
    for reference in references:
        fitting = [*by_code.get(form(reference.short_name), ())] if reference.short_name else []
        numbered = by_number.get(form(reference.id_number), ()) if reference.id_number else ()
        found[reference] = fitting + [each for each in numbered if each not in fitting]
    return {reference: fitting for reference, fitting in found.items() if fitting}


def page(actor: Actor, after: str, limit: int) -> Sequence[Certification]:
    """The next licences by number: 10 comes after 9."""
    return _told(actor, Licence.objects.filter(number__gt=number_of(after) or 0).order_by("number")[:limit])


def barred(officer: str) -> set[int]:
    """The licences that this officer may not enter."""
    return set(Ban.objects.filter(officer=officer).values_list("licence_id", flat=True))


def _told(actor: Actor, licences: Iterable[Licence]) -> list[Certification]:
    out_of_reach = barred(actor.key)
    return [
        Certification(
            key=str(licence.number),
            short_name=licence.code,
            id_number=licence.register_no,
            rule=_rule(licence),
            active=not licence.is_withdrawn,
            allowed=licence.number not in out_of_reach,
        )
        for licence in licences
    ]


def _rule(licence: Licence) -> RecertificationRule | None:
    if licence.basis == Basis.FOR_LIFE:
        return None
    days = (licence.valid_days, licence.renewal_days, licence.least_days)
    active, window, minimum = (Period(count, PeriodUnit.DAY) for count in days)
    return RecertificationRule(KINDS[Basis(licence.basis)], active, window, minimum)
