"""Finding imports, and what belongs to them elsewhere."""

from django.contrib.auth.base_user import AbstractBaseUser

from cert_completion_plugin import batches
from cert_completion_plugin.gateway import gateway
from cert_completion_plugin.store import batches as stored
from cert_completion_plugin.store import searching
from cert_completion_plugin.store.searching import ImportFilter
from cert_completion_plugin.store.values import Batch


def find(reference: str) -> Batch | None:
    """The import with this reference (32 hexadecimal digits, hyphens allowed); None if there is none."""
    return stored.find(reference)


def newest(*, before: int | None = None, limit: int = 50) -> list[Batch]:
    """Imports, the newest first; with `before`, those older than the import with that `id`."""
    return searching.find(ImportFilter(), before=before, limit=limit)


def imports(wanted: ImportFilter, *, before: int | None = None, limit: int = 50) -> list[Batch]:
    """The imports that fit, the newest first; with `before`, those older than the import with that `id`."""
    return searching.find(wanted, before=before, limit=limit)


def uploaders() -> list[str]:
    """The names of those who have uploaded files."""
    return searching.uploaders()


def certification_keys(user: AbstractBaseUser, name: str) -> tuple[str, ...] | None:
    """The keys of the certifications with this short name or ID number; None if the host cannot tell just now."""
    try:
        return batches.certification_keys(batches.administrator(user.pk, user.get_username()), name)
    except batches.CannotTell:
        return None


def corrected_by(batch: Batch) -> Batch | None:
    """The import of which this one corrects rows, if its file was downloaded from a report or it was said so."""
    return stored.corrected_by(batch.id)


def corrections_of(batch: Batch, *, limit: int = 20) -> list[Batch]:
    """The imports that correct rows of this one, oldest first."""
    return stored.corrections_of(batch.id, limit)


def origin(row_key: str) -> tuple[Batch, int] | None:
    """The import and the line that wrote a record with this row key; None if it was no import of this site."""
    return batches.origin(row_key)


def record_of_learning_path(learner_key: str) -> str:
    """The path of a learner's Record of Learning on this site; "" where the host has none."""
    return gateway().record_of_learning_path(learner_key)
