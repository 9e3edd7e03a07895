"""The Celery tasks; celery is spoken here alone.

Arguments are ids, results are not kept, and every task may run twice.
"""

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from threading import Event, Thread
from time import monotonic
from typing import Any, ParamSpec

from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded
from celery.signals import worker_ready, worker_shutting_down
from django.utils import timezone

from cert_completion_plugin import batches, broker, conf, logbook
from cert_completion_plugin.batches import forgetting, queueing, retention

SLACK = 1
"""Seconds by which a task comes later than its work is due, lest another machine's clock find it too early."""

READING_SECONDS = 5
"""How long a file is read before others have their turn."""

TURN_SECONDS = 2
"""How long a turn at an import goes on with one more portion: what a message costs, and the connection to the database
that Celery opens anew for each, is worth a small portion.
"""

PURGE_SECONDS = 5
"""How long what is kept no longer is deleted before others have their turn."""

DELIVERING_SECONDS = 5
"""How long messages of one import are sent before others have their turn."""

LAST_SECONDS = 60
"""From the soft time limit to the hard one: time to roll back and to keep that it was tried."""

_OPTIONS: dict[str, Any] = {"ignore_result": True, "acks_late": True, "reject_on_worker_lost": True}


class TaskFailed(Exception):
    """A task raised an error that it does not expect; the line `task_failed` of the log tells which."""


P = ParamSpec("P")


def _nameless(task: Callable[P, None]) -> Callable[P, None]:
    """Let nothing out of a task but that it failed: Celery logs the texts of exceptions, which may quote cells."""

    @wraps(task)
    def called(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            task(*args, **kwargs)
        except Exception as error:
            batch_id = args[0] if args else None
            logbook.tell_fault(logbook.TASK_FAILED, error, trace=True, task=task.__name__, batch=batch_id)
            raise TaskFailed(f"{task.__name__}: see the line task_failed of the log") from None

    return called


@shared_task(name="cert_completion_plugin.read_batch", **_OPTIONS)
@_nameless
def read_batch(batch_id: int) -> None:
    """Read the file of an import for a while, then again behind everybody else who waits; at its end send its work."""
    batches.worker_works(broker.worker_name())
    if not admit(batch_id, read_batch):
        return
    try:
        if batches.read(batch_id, seconds=READING_SECONDS):
            send_telling(batch_id)
            send_next(batch_id)
    except (batches.MoreToRead, SoftTimeLimitExceeded):
        _send(read_batch, batch_id)
    except batches.TryAgain as again:
        _send(read_batch, batch_id, countdown=again.seconds + SLACK)
    pass_on(batch_id)


@shared_task(name="cert_completion_plugin.work_on_batch", **_OPTIONS)
@_nameless
def work_on_batch(batch_id: int) -> None:
    """Take a turn at an import, and come again behind everybody else who waits, while there is work to do.

    A copy too many finds nothing to do in the end, and is not sent on.
    """
    batches.worker_works(broker.worker_name())
    if not admit(batch_id, work_on_batch):
        return
    until = monotonic() + TURN_SECONDS
    try:
        while (turn := _turn(batch_id)).goes_on and monotonic() < until:
            pass
    except SoftTimeLimitExceeded:
        turn = batches.Turn(opens=False, seconds=0)
    if turn.opens:
        send_next(batch_id)
    elif turn.seconds is not None:
        _send(work_on_batch, batch_id, **({"countdown": turn.seconds + SLACK} if turn.seconds else {}))
    pass_on(batch_id)


def admit(batch_id: int, task: Any = None) -> bool:
    """Whether an import may be worked on now. Where it may not, and it is another one's turn, that one is sent.

    Where the database cannot tell just now, the `task` is sent again.
    """
    admission = queueing.admit(batch_id)
    if admission.next is not None:
        send_next(admission.next)
    if admission.ask_again and task is not None:
        _send(task, batch_id, countdown=SLACK)
    return admission.may_work


def pass_on(batch_id: int) -> None:
    """If an import has given way, send the one that has its turn next."""
    if (following := queueing.pass_on(batch_id)) is not None:
        send_next(following)


def _turn(batch_id: int) -> batches.Turn:
    """Take one turn; who is to be told of what it did is told as soon as it is committed."""
    turn = batches.take_turn(batch_id)
    if turn.tells:
        send_telling(batch_id)
    return turn


@shared_task(name="cert_completion_plugin.deliver_messages", **_OPTIONS)
@_nameless
def deliver_messages(batch_id: int) -> None:
    """Send messages of an import to learners for a while, then again behind everybody else who waits."""
    batches.worker_works(broker.worker_name())
    batches.deliver(batch_id, seconds=DELIVERING_SECONDS)
    batches.delivered(batch_id)
    _send_delivery(batch_id)


@shared_task(name="cert_completion_plugin.mail_notice", **_OPTIONS)
@_nameless
def mail_notice(batch_id: int) -> None:
    """Mail the uploader of an import how it ended."""
    batches.worker_works(broker.worker_name())
    batches.mail_notice(batch_id)


def send_telling(batch_id: int) -> None:
    """Send to the workers what people are to be told of an import: learners their messages, the uploader its end."""
    try:
        _send_delivery(batch_id)
        if batches.notice_waits(batch_id):
            _send(mail_notice, batch_id)
    except Exception as error:
        # Whatever stands in the way of that, it stands in the way of nothing else; the sweep tries again.
        logbook.tell_fault(logbook.TELLING_NOT_SENT, error, batch=batch_id)


def _send_delivery(batch_id: int) -> None:
    if batches.claim_delivery(batch_id):
        _send(deliver_messages, batch_id)


@shared_task(name="cert_completion_plugin.sweep", **_OPTIONS)
@_nameless
def sweep() -> None:
    """Send work again that got lost, and once a day have deleted what is kept no longer."""
    batches.worker_works(broker.worker_name())
    resend_stalled()
    batches.forget_lost_workers()
    if retention.is_due():
        _send(purge)


@shared_task(name="cert_completion_plugin.watch", **_OPTIONS)
@_nameless
def watch() -> None:
    """Take up files of the watched places, and put those away of which the import has ended."""
    batches.worker_works(broker.worker_name())
    # What is begun is rolled back, and found at the next look.
    with suppress(SoftTimeLimitExceeded):
        _look()


def look_with(function: Callable[[], object]) -> None:
    """How watched places are looked at: what does that stands above the tasks."""
    global _look
    _look = function


_look: Callable[[], object] = object


@shared_task(name="cert_completion_plugin.purge", **_OPTIONS)
@_nameless
def purge() -> None:
    """Delete what is kept no longer, for a while, then again behind everybody else who waits."""
    batches.worker_works(broker.worker_name())
    try:
        is_done = retention.purge(seconds=PURGE_SECONDS).is_done
    except SoftTimeLimitExceeded:
        is_done = False
    if not is_done:
        _send(purge)


def resend_stalled() -> list[int]:
    """Send the work of all stalled imports again; returns their ids. One that cannot be sent keeps no other waiting."""
    began, resent = monotonic(), []
    for batch_id in filter(batches.claim_sending, batches.stalled()):
        if not admit(batch_id):
            continue
        logbook.tell(logbook.WORK_RESENT, batch=batch_id)
        resent.append(batch_id)
        try:
            send_next(batch_id)
        except Exception as error:
            logbook.tell_fault(logbook.WORK_NOT_SENT, error, batch=batch_id)
    _after_the_work(logbook.TELLING_NOT_SENT, _resend_telling)
    _after_the_work(logbook.KEPT_FILES_STAY, batches.forget_old_files)
    _after_the_work(logbook.REQUEST_KEYS_STAY, batches.forget_old_keys)
    _after_the_work(logbook.FORGETTING_WAITS, forgetting.forget_late)
    logbook.tell(logbook.SWEEP_DONE, resent=len(resent), seconds=monotonic() - began)
    return resent


def _resend_telling() -> None:
    for batch_id in dict.fromkeys([*batches.undelivered(), *batches.unmailed()]):
        send_telling(batch_id)


def _after_the_work(line: logbook.Line, function: Callable[[], object]) -> None:
    """Whatever stands in the way of that, such as a storage that is no longer there, comes after the work."""
    try:
        function()
    except Exception as error:
        logbook.tell_fault(line, error)


def send_next(batch_id: int) -> None:
    """Send what an import waits for to the workers. A broker that is down is logged; the sweep tries again later."""
    work = batches.next_work(batch_id)
    if work is None:
        return
    batches.sent(batch_id)
    if work.read:
        _send(read_batch, batch_id)
    for _ in range(work.turns):
        if not _send(work_on_batch, batch_id):
            return


def _send(task: Any, *arguments: int, **options: Any) -> bool:
    try:
        task.apply_async(arguments, retry=False, **_how(task), **options)
    except Exception as error:
        batch_id = arguments[0] if arguments else None
        logbook.tell_fault(logbook.BROKER_REFUSED, error, task=task.name, batch=batch_id)
        return False
    return True


def _how(task: Any) -> dict[str, Any]:
    """The site's queue, and how long a task may take where the worker's pool can interrupt it.

    When the soft limit is reached the work is rolled back, counted and tried again; the hard one ends the process.
    """
    settings = conf.settings()
    seconds = settings.portion_seconds
    seconds = seconds * batches.READING_PORTIONS if task is read_batch else seconds + TURN_SECONDS
    limits = {"soft_time_limit": seconds, "time_limit": seconds + LAST_SECONDS}
    return limits | ({"queue": settings.queue} if settings.queue else {})


def longest_seconds() -> int:
    """The longest that a message may stay unacknowledged: while its task works, or while it waits for its time."""
    reading = conf.settings().portion_seconds * batches.READING_PORTIONS
    return max(reading, batches.LONGEST_PAUSE) + LAST_SECONDS


def connect_worker_signals() -> None:
    """A worker that starts looks for work that an earlier one may have lost, and again as long as it runs."""
    worker_ready.connect(_begin_sweeping, dispatch_uid="cert_completion_plugin.sweep", weak=False)
    worker_shutting_down.connect(_end_sweeping, dispatch_uid="cert_completion_plugin.sweep", weak=False)


_shutting_down = Event()


def _begin_sweeping(sender: Any = None, **kwargs: Any) -> None:
    settings = conf.settings()
    Thread(target=_sign_regularly, args=(broker.described(sender),), name="cert_completion_sign", daemon=True).start()
    _begin(sweep, settings.stalled_after_seconds)
    if settings.watched:
        _begin(watch, settings.watch_seconds)


def _begin(task: Any, seconds: int) -> None:
    Thread(target=_send_regularly, args=(task, seconds), name=task.name, daemon=True).start()


def _send_regularly(task: Any, seconds: int) -> None:
    """Send a task at once and then regularly, until the worker is shut down."""
    while True:
        _send(task, expires=seconds)
        if _shutting_down.wait(seconds):
            return


def _sign_regularly(worker: broker.Described) -> None:
    """Say that this worker runs, at once and then regularly, and that it stops."""
    started_at = timezone.now()
    while True:
        batches.worker_runs(worker.name, started_at, queues=worker.queues, processes=worker.processes)
        if _shutting_down.wait(batches.SIGN_SECONDS):
            batches.worker_stops(worker.name)
            return


def _end_sweeping(**kwargs: Any) -> None:
    _shutting_down.set()
