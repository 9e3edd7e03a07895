"""The options that a user is offered, and those with which a form begins."""

from collections.abc import Mapping
from typing import Any

from cert_completion_hooks.types import EvidenceType
from django.contrib.auth.base_user import AbstractBaseUser

from cert_completion_plugin import batches, conf
from cert_completion_plugin.api.permissions import PERMISSION_UPLOAD, User, check
from cert_completion_plugin.core.options import Options
from cert_completion_plugin.store import choices


def evidence_is_offered() -> bool:
    """Whether this site can create evidence for certifications that it does not know."""
    return batches.evidence_is_offered()


def undo_is_offered() -> bool:
    """Whether this site can take back what was written, without which there is no `all_or_nothing`."""
    return batches.undo_is_offered()


def evidence_types(user: User) -> tuple[EvidenceType, ...]:
    """The evidence types that this user may choose beside the default type; none while the host cannot tell.

    Raises Denied.
    """
    check(user, PERMISSION_UPLOAD)
    try:
        return batches.offered_types(batches.administrator(user.pk, user.get_username()))
    except batches.CannotTell:
        return ()


def defaults() -> Options:
    """The site's default options: its setting DEFAULTS, and import-rules.md §2 for what it leaves open."""
    return conf.settings().defaults


def last_choice(user: AbstractBaseUser) -> Options:
    """The options that this user chose last on the upload page; the site's defaults for those never chosen."""
    return choices.last(user.pk, defaults())


def remember_choice(user: AbstractBaseUser, chosen: Mapping[str, Any]) -> None:
    """Keep plain values of options as this user's last choice; options that were not offered are best left out."""
    choices.remember(user.pk, chosen)
