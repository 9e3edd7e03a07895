"""Finding imports, and what belongs to them elsewhere.

To those who may not see personal data, imports are given without any text out of their files (`api.masking`).
"""

from cert_completion_plugin import batches
from cert_completion_plugin.api.masking import shown_to
from cert_completion_plugin.api.permissions import (
    PERMISSION_UPLOAD,
    PERMISSION_VIEW_PERSONAL_DATA,
    PERMISSION_VIEW_REPORT,
    Denied,
    User,
    check,
    may,
    reach,
)
from cert_completion_plugin.gateway import gateway
from cert_completion_plugin.store import batches as stored
from cert_completion_plugin.store import searching
from cert_completion_plugin.store.searching import ImportFilter
from cert_completion_plugin.store.values import Batch


def find(user: User, reference: str) -> Batch | None:
    """The import with this reference (32 hexadecimal digits, hyphens allowed).

    None if there is none, and just so if this user may not see it.
    """
    found = stored.find(reference, reach(user))
    return found and shown_to(user, found)


def references(user: User, beginning: str, *, limit: int = 10) -> list[str]:
    """The references that begin with these hexadecimal digits, of the imports that a user may see, the newest first."""
    return searching.references(beginning, reach(user), limit)


def newest(user: User, *, before: int | None = None, limit: int = 50) -> list[Batch]:
    """The imports that a user may see, the newest first; with `before`, those older than the import with that `id`."""
    return imports(user, ImportFilter(), before=before, limit=limit)


def imports(user: User, wanted: ImportFilter, *, before: int | None = None, limit: int = 50) -> list[Batch]:
    """The imports that fit, of those that a user may see, the newest first.

    With `before`, those older than the import with that `id`. Raises Denied where a learner is asked for, whom not
    everybody may know to be in a file.
    """
    if wanted.learner:
        check(user, PERMISSION_VIEW_PERSONAL_DATA)
    return [shown_to(user, batch) for batch in searching.find(wanted, reach(user), before=before, limit=limit)]


def uploaders(user: User) -> list[str]:
    """The names of those who have uploaded the files that a user may see."""
    return searching.uploaders(reach(user))


def certification_keys(user: User, name: str) -> tuple[str, ...] | None:
    """The keys of the certifications with this short name or ID number; None if the host cannot tell just now.

    The host is asked on behalf of `user`. Raises Denied for those who may see no imports.
    """
    if not (may(user, PERMISSION_UPLOAD) or may(user, PERMISSION_VIEW_REPORT)):
        raise Denied(PERMISSION_VIEW_REPORT)
    try:
        return batches.certification_keys(batches.administrator(user.pk, user.get_username()), name)
    except batches.CannotTell:
        return None


def corrected_by(user: User, batch: Batch) -> Batch | None:
    """The import of which this one corrects rows, if its file was downloaded from a report or it was said so.

    None also if this user may not see that one.
    """
    found = stored.corrected_by(batch.id, reach(user))
    return found and shown_to(user, found)


def corrections_of(user: User, batch: Batch, *, limit: int = 20) -> list[Batch]:
    """The imports that correct rows of this one, oldest first, of those that a user may see."""
    return [shown_to(user, found) for found in stored.corrections_of(batch.id, limit, reach(user))]


def origin(user: User, row_key: str) -> tuple[Batch, int] | None:
    """The import and the line that wrote a record with this row key.

    None if it was no import of this site, or none that this user may see.
    """
    if (found := batches.origin(row_key, reach(user))) is None:
        return None
    batch, line = found
    return shown_to(user, batch), line


def record_of_learning_path(learner_key: str) -> str:
    """The path of a learner's Record of Learning on this site; "" where the host has none."""
    return gateway().record_of_learning_path(learner_key)
