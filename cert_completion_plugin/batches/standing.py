"""How the background work of the site stands: who works, what waits, what stands still."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from cert_completion_plugin.batches import clock, queueing, sweeping
from cert_completion_plugin.batches.health import LOST_AFTER, waiting_since
from cert_completion_plugin.core.outcomes import BatchState
from cert_completion_plugin.store import standing, tellings, workers
from cert_completion_plugin.store.standing import Portions, Waiting
from cert_completion_plugin.store.tellings import Tellings
from cert_completion_plugin.store.workers import Worker

COMMAND_LOST_AFTER = timedelta(hours=1)
"""The same as `LOST_AFTER` for a command that does the work: cron starts it now and then."""

LATELY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """All background work.

    `imports` and `ended` count imports by state: those that have not ended, and those that ended within a day.
    `stalled` are the imports on which nothing happens that should; `stalled_in_all` is their number, of which the list
    has the first. `troubled` wait for a host. `tellings` are the messages to learners and uploaders. `waiting_since`:
    when something last happened on the unfinished import that has waited longest; `asking_since`: the same of those
    that wait for somebody's word.
    """

    imports: Mapping[str, int]
    ended: Mapping[str, int]
    undos: int
    portions: Portions
    undo_portions: Portions
    waiting_since: datetime | None
    asking_since: datetime | None
    stalled: tuple[Waiting, ...]
    stalled_in_all: int
    troubled: tuple[Waiting, ...]
    tellings: Tellings


def work() -> Work:
    """The work as it stands now, in as many queries, however much there is."""
    now, stalled = clock.now(), queueing.not_waiting(sweeping.stalled())
    return Work(
        imports=standing.imports_by_state(),
        ended=standing.ended_since(now - LATELY),
        undos=standing.undos_under_way(),
        portions=standing.portions(now),
        undo_portions=standing.undo_portions(now),
        waiting_since=waiting_since(),
        asking_since=standing.oldest_in((BatchState.NEEDS_ANSWER, BatchState.AWAITING_APPROVAL)),
        stalled=tuple(standing.stalled(stalled)) if stalled else (),
        stalled_in_all=len(stalled),
        troubled=(*standing.in_trouble(), *standing.undos_in_trouble()),
        tellings=tellings.tellings(now - LATELY),
    )


def working() -> list[Worker]:
    """The workers, and commands that do their work, of which a sign of life is recent enough."""
    now = clock.now()
    return [each for each in workers.all_workers() if now - each.seen_at <= _patience(each)]


def lost() -> list[Worker]:
    """The workers of which none is."""
    now = clock.now()
    return [each for each in workers.all_workers() if now - each.seen_at > _patience(each)]


def _patience(worker: Worker) -> timedelta:
    return COMMAND_LOST_AFTER if worker.is_command else LOST_AFTER
