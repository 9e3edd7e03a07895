"""What the record book answers: learners, certifications and what is held. Nothing here writes."""

import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date

from cert_completion_bulk import Among
from cert_completion_hooks import (
    Actor,
    CertificationRef,
    CompletionState,
    Learner,
    LearnerStatus,
    StateKey,
    folded,
    normalised,
)
from cert_completion_hooks import (
    Certification as KnownCertification,
)
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser
from django.db.models import Q

from cert_completion_records.keys import LearnerId, certification_id, chunks, learner_id, pairs_of
from cert_completion_records.models import Certification
from cert_completion_records.models.certifications import folded_hash, name_hash
from cert_completion_records.reach import out_of_reach
from cert_completion_records.states import batch_ids, load, state_of


def find_learners(usernames: Sequence[str]) -> dict[str, list[Learner]]:
    """The users whose user name, normalised, is one of these, case included."""
    found: dict[str, list[Learner]] = {}
    wanted = set(usernames)
    for chunk in chunks(usernames):
        for learner in _learners_named(chunk):
            if (name := normalised(learner.username)) in wanted:
                found.setdefault(name, []).append(learner)
    return found


def _learners_named(names: Iterable[str]) -> Iterator[Learner]:
    # The user table is not ours: it may hold a name in either Unicode form.
    forms = {form for name in names for form in spellings(name)}
    model = get_user_model()
    users = model._default_manager.filter(Among(model.USERNAME_FIELD, forms))
    if issubclass(model, AbstractUser) and model.get_full_name is AbstractUser.get_full_name:
        for key, username, is_active, first, last in users.values_list("pk", model.USERNAME_FIELD, *_SHOWN):
            yield _learner(key, username, is_active, f"{first} {last}".strip())
        return
    for user in users:
        full_name = user.get_full_name() if hasattr(user, "get_full_name") else ""
        yield _learner(user.pk, user.get_username(), user.is_active, full_name)


_SHOWN = ("is_active", "first_name", "last_name")


def spellings(name: str) -> Iterable[str]:
    """How a table that is not ours may hold a name: in either Unicode form."""
    return (name,) if name.isascii() else (unicodedata.normalize(form, name) for form in ("NFC", "NFD"))


def _learner(key: LearnerId, username: str, is_active: bool, full_name: str) -> Learner:
    return Learner(key=str(key), username=username, status=_ACTIVE if is_active else _SUSPENDED, full_name=full_name)


_ACTIVE, _SUSPENDED = LearnerStatus.ACTIVE, LearnerStatus.SUSPENDED


def live_learners(keys: Iterable[str]) -> dict[str, LearnerId]:
    """The primary keys of those that are users of this site."""
    ids = {key: found for key in keys if (found := learner_id(key)) is not None}
    live = live_ids(ids.values())
    return {key: found for key, found in ids.items() if found in live}


def live_certifications(keys: Iterable[str]) -> set[str]:
    """The keys of certifications of this site."""
    ids = {found for key in keys if (found := certification_id(key)) is not None}
    rows = Certification.objects.values_list("pk", flat=True)
    return {str(pk) for chunk in chunks(ids) for pk in rows.filter(Among("pk", chunk))}


def live_ids(ids: Iterable[LearnerId]) -> set[LearnerId]:
    """Those of these primary keys that are of users of this site."""
    users = get_user_model()._default_manager.values_list("pk", flat=True)
    return {pk for chunk in chunks(ids) for pk in users.filter(Among("pk", chunk))}


def find_certifications(
    actor: Actor, references: Sequence[CertificationRef], ignore_case: bool
) -> dict[CertificationRef, list[KnownCertification]]:
    """For each reference every certification with that short name or that ID number."""
    by_short_name, by_id_number = _by_name(references, ignore_case)
    named = (row.pk for rows in (*by_short_name.values(), *by_id_number.values()) for row in rows)
    barred = out_of_reach(actor, set(named))
    form = folded if ignore_case else normalised
    found: dict[CertificationRef, list[KnownCertification]] = {}
    for reference in references:
        fitting = {
            row.pk: row
            for row in (*by_short_name[form(reference.short_name)], *by_id_number[form(reference.id_number)])
        }
        if fitting:
            found[reference] = [known(row, barred) for row in fitting.values()]
    return found


_ByName = defaultdict[str, list[Certification]]


def _by_name(references: Sequence[CertificationRef], ignore_case: bool) -> tuple[_ByName, _ByName]:
    """The certifications that any of the references names, by short name and by ID number: one query a chunk."""
    form = folded if ignore_case else normalised
    by_short_name, by_id_number = _ByName(list), _ByName(list)
    rows = {row.pk: row for chunk in chunks(references) for row in _named(chunk, ignore_case)}
    for row in rows.values():
        if short_name := form(row.short_name):
            by_short_name[short_name].append(row)
        if id_number := form(row.id_number):
            by_id_number[id_number].append(row)
    return by_short_name, by_id_number


def _named(references: Sequence[CertificationRef], ignore_case: bool) -> Iterable[Certification]:
    to_hash, suffix = (folded_hash, "folded_hash") if ignore_case else (name_hash, "hash")
    short_names = {to_hash(reference.short_name) for reference in references} - {""}
    id_numbers = {to_hash(reference.id_number) for reference in references} - {""}
    return Certification.objects.filter(
        Q(Among(f"short_name_{suffix}", short_names)) | Q(Among(f"id_number_{suffix}", id_numbers))
    ).order_by("pk")


def known(row: Certification, barred: Collection[int] = ()) -> KnownCertification:
    """The certification as the contract knows it, for an administrator who may not write those that are `barred`."""
    return KnownCertification(
        key=str(row.pk),
        short_name=row.short_name,
        id_number=row.id_number,
        full_name=row.full_name,
        rule=row.recertification_rule(),
        active=row.is_active,
        allowed=row.pk not in barred,
    )


def list_certifications(actor: Actor, after: str, limit: int) -> list[KnownCertification]:
    """The next certifications in the order in which they were created; none after a key that is not one of ours."""
    start = certification_id(after) if after else 0
    if start is None:
        return []
    rows = list(Certification.objects.filter(pk__gt=start).order_by("pk")[:limit])
    barred = out_of_reach(actor, [row.pk for row in rows])
    return [known(row, barred) for row in rows]


def find_completion_states(keys: Sequence[StateKey], as_of: date) -> Mapping[StateKey, CompletionState]:
    """The states of those pairs of which anything is held: three queries for each 4,000."""
    found: dict[StateKey, CompletionState] = {}
    for chunk in chunks(pairs_of(keys).items()):
        held = load([pair for _, pair in chunk])
        batches = batch_ids(held.values())
        for key, pair in chunk:
            if pair in held and not held[pair].is_empty:
                found[key] = state_of(held[pair], as_of, batches)
    return found
