"""The options that a user is offered, those with which a form begins, and the site's own for new imports."""

from collections.abc import Mapping
from typing import Any

from cert_completion_hooks.types import EvidenceType
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from cert_completion_plugin import batches, conf
from cert_completion_plugin.api.permissions import PERMISSION_MANAGE_OPTIONS, PERMISSION_UPLOAD, User, check, holds
from cert_completion_plugin.core.options import Options
from cert_completion_plugin.store import choices, log, site_options
from cert_completion_plugin.store.site_options import Chosen


def evidence_is_offered() -> bool:
    """Whether this site can create evidence for certifications that it does not know."""
    return batches.evidence_is_offered()


def undo_is_offered() -> bool:
    """Whether this site can take back what was written, without which there is no `all_or_nothing`."""
    return batches.undo_is_offered()


def messages_are_offered() -> bool:
    """Whether this site can send messages to learners."""
    return batches.messages_are_offered()


def evidence_types(user: User) -> tuple[EvidenceType, ...]:
    """The evidence types that this user may choose beside the default type; none while the host cannot tell.

    Raises Denied.
    """
    if not holds(user, PERMISSION_MANAGE_OPTIONS):
        check(user, PERMISSION_UPLOAD)
    try:
        return batches.offered_types(batches.administrator(user.pk, user.get_username()))
    except batches.CannotTell:
        return ()


def defaults() -> Options:
    """The site's default options: what was chosen on their page, over its setting DEFAULTS, over import-rules.md §2."""
    found = chosen_defaults()
    return conf.settings().defaults if found is None else found.options


def chosen_defaults() -> Chosen | None:
    """The site's options for new imports, by whom and when they were chosen; None as long as the setting counts."""
    return site_options.chosen(conf.settings().defaults)


def choose_defaults(user: User, chosen: Mapping[str, Any]) -> None:
    """Keep plain values of options as the site's for new imports, over its setting; those left out are as it says.

    Imports that are there already keep theirs. Raises OptionsError for values that there are not, and Denied.
    """
    check(user, PERMISSION_MANAGE_OPTIONS)
    kept = {name: value for name, value in chosen.items() if name not in choices.NEVER_REMEMBERED}
    before, after = defaults().as_mapping(), choices.over(conf.settings().defaults, kept).as_mapping()
    Options.from_mapping(kept)
    with transaction.atomic():
        site_options.choose(kept, by=user.get_username(), now=batches.clock.now())
        log.add_options_changed(user.pk, [name for name, value in after.items() if before[name] != value])


def forget_defaults(user: User) -> None:
    """Let the site's setting alone count again. Raises Denied."""
    check(user, PERMISSION_MANAGE_OPTIONS)
    with transaction.atomic():
        if site_options.forget():
            log.add_options_changed(user.pk, None)


def last_choice(user: AbstractBaseUser) -> Options:
    """The options that this user chose last on the upload page; the site's defaults for those never chosen."""
    return choices.last(user.pk, defaults())


def remember_choice(user: AbstractBaseUser, chosen: Mapping[str, Any]) -> None:
    """Keep plain values of options as this user's last choice; options that were not offered are best left out."""
    choices.remember(user.pk, chosen)
