"""Certifications of the record book, which files may also name by what stands for them on the platform."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace

from cert_completion_bulk import Among
from cert_completion_hooks import Actor, Certification, CertificationRef, folded, normalised
from cert_completion_records import questions
from cert_completion_records.keys import chunks
from cert_completion_records.models import Certification as Row
from cert_completion_records.reach import out_of_reach

from cert_completion_openedx.models import Counterpart

_Names = dict[str, str]
"""From the key of a certification to the course key or the program's UUID that stands for it."""


def find_certifications(
    actor: Actor, references: Sequence[CertificationRef], ignore_case: bool
) -> dict[CertificationRef, list[Certification]]:
    """For each reference every certification that has one of its two names, or whose counterpart is named by one."""
    found = questions.find_certifications(actor, references, ignore_case)
    if not references:
        return found
    names = _names()
    named = _named(actor, references, names, folded if ignore_case else normalised)
    told: dict[CertificationRef, list[Certification]] = {}
    for reference in references:
        fitting = {one.key: one for one in (*found.get(reference, ()), *named.get(reference, ()))}
        if fitting:
            told[reference] = _with_other_names(fitting.values(), names)
    return told


def list_certifications(actor: Actor, after: str, limit: int) -> list[Certification]:
    """The next certifications, in the order of the record book."""
    page = questions.list_certifications(actor, after, limit)
    return _with_other_names(page, _names() if page else {})


def _names() -> _Names:
    """All counterparts: there are as many as courses at the most, and no index compares names as the contract does."""
    rows = Counterpart._default_manager.values_list("certification_id", "course_key", "program_uuid")
    return {str(key): course_key or str(uuid) for key, course_key, uuid in rows}


def _named(
    actor: Actor, references: Sequence[CertificationRef], names: _Names, form: Callable[[str], str]
) -> dict[CertificationRef, list[Certification]]:
    """What the counterparts say: for each reference those that one of its two names stands for."""
    by_name: defaultdict[str, list[str]] = defaultdict(list)
    for key, name in names.items():
        by_name[form(name)].append(key)
    keys = {
        reference: [*by_name.get(form(reference.short_name), ()), *by_name.get(form(reference.id_number), ())]
        for reference in references
    }
    known = _known(actor, {key for some in keys.values() for key in some})
    return {reference: [known[key] for key in some] for reference, some in keys.items() if some}


def _known(actor: Actor, keys: Collection[str]) -> dict[str, Certification]:
    ids = list(map(int, keys))
    rows = [row for some in chunks(ids) for row in Row.objects.filter(Among("pk", some))]
    barred = out_of_reach(actor, ids) if ids else set()
    return {str(row.pk): questions.known(row, barred) for row in rows}


def _with_other_names(certifications: Iterable[Certification], names: _Names) -> list[Certification]:
    return [replace(one, other_names=(names[one.key],)) if one.key in names else one for one in certifications]
