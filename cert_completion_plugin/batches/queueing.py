"""One import at a time in each scope, where the setting SCOPE says so; the others wait for their turn.

An import takes the scope when it begins, and keeps it as long as it has work: while it is read, planned, written or
undone, also while it waits for a host. When it waits for somebody, or has ended, the scope is free for the next one.
Nothing has to be given back, so nothing is held by a process that died. Cancelled imports of which rows are merely left
out do not wait.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import InterfaceError, OperationalError

from cert_completion_plugin import conf, logbook
from cert_completion_plugin.batches import clock
from cert_completion_plugin.conf import SITE, USER
from cert_completion_plugin.core.fairness import in_turn
from cert_completion_plugin.store import batches, connections, scopes
from cert_completion_plugin.store.reach import EVERYBODY, Reach
from cert_completion_plugin.store.values import Batch


@dataclass(frozen=True, slots=True)
class Admission:
    """Whether an import may be worked on now, and which other one has been given its turn and is to be sent.

    `ask_again`: the database could not tell.
    """

    may_work: bool
    next: int | None = None
    ask_again: bool = False


_MAY = Admission(True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an import stands in the line of its scope ("site" or "user"): `ahead` of it are so many that wait as well.

    `is_taken`: another one is being worked on.
    """

    scope: str
    ahead: int
    is_taken: bool

    @property
    def is_of_site(self) -> bool:
        return self.scope == SITE

    @property
    def comes_next(self) -> bool:
        """Whether it could be worked on now."""
        return not self.ahead and not self.is_taken


def admit(batch_id: int) -> Admission:
    """Whether an import may be worked on now. If its scope is free, it goes to the import whose turn it is."""
    if not conf.settings().scope:
        return _MAY
    try:
        return _admit(batch_id)
    except (InterfaceError, OperationalError) as error:
        _cannot_tell(batch_id, error)
        return Admission(False, ask_again=True)


def _admit(batch_id: int) -> Admission:
    batch = batches.get(batch_id)
    if batch is None or not scopes.is_at_work(batch_id):
        return _MAY
    name, reach = _scope_of(batch)
    if scopes.go_on(name, batch_id):
        return _MAY
    taken_by = _take_if_free(name, reach)
    return _MAY if taken_by == batch_id else Admission(False, next=taken_by)


def pass_on(batch_id: int) -> int | None:
    """The import that has its turn next if this one has given way, for its work to be sent; else None.

    Where the database cannot tell, the sweep sends it later.
    """
    if not conf.settings().scope:
        return None
    try:
        batch = batches.get(batch_id)
        return _take_if_free(*_scope_of(batch)) if batch else None
    except (InterfaceError, OperationalError) as error:
        _cannot_tell(batch_id, error)
        return None


def _cannot_tell(batch_id: int, error: Exception) -> None:
    connections.mend()
    logbook.tell_fault(logbook.TURN_INTERRUPTED, error, batch=batch_id)


def place_of(batch_id: int) -> Place | None:
    """Where an import stands that waits for its turn, with its own work or an undo; None if it does not."""
    scope = conf.settings().scope
    batch = batches.get(batch_id) if scope and scopes.is_at_work(batch_id) else None
    if scope is None or batch is None:
        return None
    name, reach = _scope_of(batch)
    seen = scopes.held(name)
    if seen.holder == batch.id:
        return None
    order = _order(reach, seen.holder)
    ahead = order.index(batch.id) if batch.id in order else len(order)
    return Place(scope=scope, ahead=ahead, is_taken=_is_taken(seen))


def not_waiting(batch_ids: Sequence[int]) -> list[int]:
    """Those of these imports that do not merely wait for their turn, in three questions.

    Of a scope that is free the first one stands for all: it is not their turn that they wait for, but somebody to see.
    """
    scope = conf.settings().scope
    if not scope or not batch_ids:
        return list(batch_ids)
    users, holders = scopes.users_at_work(batch_ids), scopes.holders()
    found, free = [], set()
    for batch_id in batch_ids:
        name = _name(scope, users[batch_id]) if batch_id in users else ""
        if not name or holders.get(name) == batch_id or not (name in holders or name in free):
            found.append(batch_id)
        if name and name not in holders:
            free.add(name)
    return found


def _name(scope: str, user: str) -> str:
    return SITE if scope == SITE else f"{USER}:{user}"


def _scope_of(batch: Batch) -> tuple[str, Reach]:
    """The name of an import's scope, and the imports in it."""
    scope, key = conf.settings().scope, batch.uploaded_by_key
    assert scope is not None
    if scope == SITE:
        return _name(scope, key), EVERYBODY
    return _name(scope, key), Reach(uploader=key) if key else Reach(nobodys=True)


def _take_if_free(name: str, reach: Reach) -> int | None:
    """The import that has the scope now, if this call gave it to it."""
    seen = scopes.held(name)
    if _is_taken(seen):
        return None
    order = _order(reach, seen.holder)
    return order[0] if order and scopes.take(seen, order[0], clock.now()) else None


def _is_taken(seen: scopes.Held) -> bool:
    return seen.holder is not None and scopes.has_work(seen.holder)


def _order(reach: Reach, holder: int | None) -> list[int]:
    waiting = scopes.waiting(reach, holder)
    return in_turn(waiting, scopes.last_turns({each.user for each in waiting}))
