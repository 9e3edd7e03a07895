"""Forgetting a learner."""

from dataclasses import asdict
from typing import Any

from cert_completion_plugin import batches
from cert_completion_plugin.api.permissions import PERMISSION_FORGET, User, check
from cert_completion_plugin.batches import forgetting
from cert_completion_plugin.batches.forgetting import Forgotten, HostsNotReached, LearnerUnclear
from cert_completion_plugin.store import log

__all__ = ["Forgotten", "HostsNotReached", "LearnerUnclear", "forget_learner", "numbers_of"]


def forget_learner(user: User, username: str = "", *, learner_key: str = "") -> Forgotten:
    """Take a learner out of all that imports keep, and have every host delete what it holds about them.

    Cells of their rows are deleted, entries of the ledger lose name, key, dates and reasons, messages and files that
    have them are deleted; outcome and certification stay, so that sums do. Their name goes from what is said of imports
    as a whole, too: who uploaded, why something was undone. Of imports that still work or wait that is done when they
    have ended.
    Give the username, or the host's key of the learner where imports know several by that name, or both. A learner
    whom nobody knows is no error, and asking again is harmless. It works through all imports in short transactions: not
    for a web request. The admin's history has that it was done, and not to whom.
    Raises ValueError without both, LearnerUnclear, HostsNotReached, the contract's HostUnavailable, and Denied.
    """
    check(user, PERMISSION_FORGET)
    if not username and not learner_key:
        raise ValueError("Say whom to forget: by username, by learner_key, or by both.")
    actor = batches.administrator(user.pk, user.get_username())
    forgotten = forgetting.forget(actor, username, learner_key)
    log.add_forgotten(user.pk, numbers_of(forgotten))
    return forgotten


def numbers_of(forgotten: Forgotten) -> dict[str, Any]:
    """All that was forgotten, in numbers by name."""
    plain = asdict(forgotten)
    return {**plain.pop("masked"), **plain}
