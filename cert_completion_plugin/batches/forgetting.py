"""Forgetting a learner: what imports keep of them is masked or deleted, and the sums stay.

Hosts are told first, so that whoever has to ask again, since one of them could not be reached, still finds the learner
here. Imports that still work or wait are masked when they have ended.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import partial

from cert_completion_hooks.text import normalised
from cert_completion_hooks.types import Actor

from cert_completion_plugin import logbook
from cert_completion_plugin.batches import learner_rows, retention
from cert_completion_plugin.gateway import gateway
from cert_completion_plugin.store import forgetting, nameless
from cert_completion_plugin.store.forgetting import Lines, Masked, hash_of


class LearnerUnclear(Exception):
    """Several learners are known by this username; `keys` are theirs, and whoever asks has to say which."""

    def __init__(self, keys: Collection[str]) -> None:
        super().__init__(f"{len(keys)} learners were found by this username")
        self.keys = tuple(sorted(keys))


class HostsNotReached(Exception):
    """Some hosts could not forget the learner, so that nothing was done here either: ask again. `hosts` names them."""

    def __init__(self, hosts: Collection[str]) -> None:
        super().__init__(f"could not forget: {', '.join(hosts)}")
        self.hosts = tuple(hosts)


@dataclass(slots=True)
class Forgotten:
    """What was forgotten: in `imports` so much was `masked`, so many `files` were deleted, and `texts` made nameless.

    `later`: in how many imports that still work or wait it is done when they have ended. `hosts`: how many records each
    host that was told has deleted.
    """

    imports: int = 0
    masked: Masked = field(default_factory=Masked)
    files: int = 0
    texts: int = 0
    later: int = 0
    hosts: Mapping[str, int] = field(default_factory=dict)


def forget(actor: Actor, username: str = "", learner_key: str = "") -> Forgotten:
    """Forget the learner with this username, or with this key of the host's, or both, which is surest.

    Repeating it is harmless. Raises LearnerUnclear, HostsNotReached, HostUnavailable and HostContractError.
    """
    name = normalised(username)
    key = learner_key or _key_of(actor, name)
    names, lines = learner_rows.rows_of(name, key)
    done = Forgotten(hosts=_tell_hosts(actor, key))
    waiting = _forget_in_imports(names, key, lines, done)
    forgetting.remember(waiting, names, key)
    done.later = len(waiting) if names else 0
    done.texts = sum(map(nameless.mask, names))
    _tell(done)
    return done


def forget_late() -> Forgotten:
    """Forget learners in imports that have ended since it was asked for."""
    done = Forgotten()
    for late in forgetting.late():
        found = learner_rows.named(
            late.batch_id,
            [late.slice],
            partial(_is, late.name_hash),
            partial(_is_another, late.key_hash),
        )
        if _mask(late.batch_id, found, done):
            forgetting.done(late)
    if done.imports or done.files:
        _tell(done)
    return done


def _is(wanted: str, text: str) -> bool:
    return hash_of(text) == wanted


def _is_another(wanted: str, text: str) -> bool:
    return bool(wanted) and hash_of(text) != wanted


def _tell(done: Forgotten) -> None:
    logbook.tell(
        logbook.LEARNER_FORGOTTEN, batches=done.imports, rows=done.masked.rows, files=done.files, later=done.later
    )


def _key_of(actor: Actor, name: str) -> str:
    """The key of the learner whom a host, or else the imports, know by this name; "" if none does."""
    if not name:
        return ""
    found = gateway().acting_for(actor).find_learners([name]).get(name, ())
    keys = {learner.key for learner in found} or forgetting.keys_of(name)
    if len(keys) > 1:
        raise LearnerUnclear(keys)
    return next(iter(keys), "")


def _tell_hosts(actor: Actor, key: str) -> dict[str, int]:
    told: dict[str, int] = {}
    failed: list[str] = []
    for host in gateway().names if key else ():
        try:
            deleted = gateway().forget_learner(host, actor, [key])
        except Exception as error:  # whatever one raises: the others are to forget even so
            logbook.tell_fault(logbook.HOST_DID_NOT_FORGET, error, host=host, hook="forget_learner")
            failed.append(host)
        else:
            told |= {} if deleted is None else {host: deleted}
    if failed:
        raise HostsNotReached(failed)
    return told


def _forget_in_imports(names: Collection[str], key: str, lines: Lines, done: Forgotten) -> list[int]:
    """Mask the learner's rows in all imports that have ended; returns those that have not.

    Into a file of which there are no rows nobody can look, so it is deleted, too.
    """
    waiting = forgetting.busy()
    unseen = set(forgetting.without_rows()) if names else set()
    for batch_id in forgetting.ended():
        found = lines.get(batch_id, set()) | learner_rows.named_any(batch_id, names, key)
        if (found or batch_id in unseen) and not _mask(batch_id, found, done):
            waiting.append(batch_id)
    return waiting


def _mask(batch_id: int, lines: Collection[int], done: Forgotten) -> bool:
    """Mask rows of an import and delete its file; False if it is being worked on after all.

    The file holds what was masked, and cannot be written anew without it. Where nothing was found it stays, if its rows
    tell that it may.
    """
    masked = forgetting.mask(batch_id, lines)
    if masked is None:
        return False
    done.masked += masked
    done.imports += bool(lines)
    if lines or not forgetting.has_rows(batch_id):
        done.files += retention.delete_file(batch_id)
    return True
