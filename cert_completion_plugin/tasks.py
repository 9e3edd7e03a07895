"""The Celery tasks; celery is spoken here alone.

Arguments are ids, results are not kept, and every task may run twice.
"""

import logging
from typing import Any

from celery import shared_task
from celery.signals import worker_ready

from cert_completion_plugin import batches, conf

logger = logging.getLogger("cert_completion_plugin")

_OPTIONS: dict[str, Any] = {"ignore_result": True, "acks_late": True, "reject_on_worker_lost": True}


@shared_task(name="cert_completion_plugin.read_batch", **_OPTIONS)
def read_batch(batch_id: int) -> None:
    """Read the file of an import and send its portions to the workers."""
    try:
        if batches.read(batch_id):
            send_next(batch_id)
    except batches.TryAgain as again:
        _send(read_batch, batch_id, countdown=again.seconds)


@shared_task(name="cert_completion_plugin.work_on_portion", **_OPTIONS)
def work_on_portion(portion_id: int, batch_id: int) -> None:
    """Work on one portion; whoever finishes the last one closes the import."""
    try:
        batches.work(portion_id)
        batches.close(batch_id)
    except batches.TryAgain as again:
        _send(work_on_portion, portion_id, batch_id, countdown=again.seconds)


@shared_task(name="cert_completion_plugin.sweep", **_OPTIONS)
def sweep() -> None:
    """Send work again that got lost; comes back for as long as there are imports with work to do."""
    resend_stalled()
    if batches.unfinished():
        _send(sweep, countdown=conf.settings().stalled_after_seconds)


def resend_stalled() -> list[int]:
    """Send the work of all stalled imports again; returns their ids."""
    stalled = batches.stalled()
    for batch_id in stalled:
        logger.warning("no progress on import %s: its work is sent again", batch_id)
        send_next(batch_id)
    return stalled


def send_next(batch_id: int) -> None:
    """Send what an import waits for to the workers. A broker that is down is logged; the sweep tries again later."""
    work = batches.next_work(batch_id)
    if work is None:
        return
    if not (work.read or work.portions):
        batches.close(batch_id)
        return
    batches.sent(batch_id)
    if work.read:
        _send(read_batch, batch_id)
    for portion_id in work.portions:
        if not _send(work_on_portion, portion_id, batch_id):
            return


def _send(task: Any, *arguments: int, countdown: int | None = None) -> bool:
    try:
        task.apply_async(arguments, countdown=countdown, retry=False)
    except Exception as error:
        logger.warning("the broker did not take %s%s: %s", task.name, arguments, error)
        return False
    return True


def connect_worker_signals() -> None:
    """A worker that starts looks for work that an earlier one may have lost."""
    worker_ready.connect(_sweep_at_start, dispatch_uid="cert_completion_plugin.sweep", weak=False)


def _sweep_at_start(**kwargs: Any) -> None:
    _send(sweep)
