"""Every page in every state that is looked at in a browser: a name, and what makes the page's path of a `Site`."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from cert_completion_plugin import api
from cert_completion_plugin.batches import queueing
from cert_completion_plugin.models import Delivery, ImportBatch, ImportUndo, Plan
from tests.browser.site import UNCLEAR, Site

PREFIX = "/cert-completions/"


def _of(batch: Any, rest: str = "") -> str:
    return f"{PREFIX}{batch.reference}/{rest}"


def _reading(site: Site) -> str:
    state = '{"reader":{"dialect":{"kind":"text"},"offset":90}}'
    return _of(site.put(site.submitted(), "reading", rows_read=24000, reader_state=state))


def _uploaded_before(site: Site) -> str:
    site.worked_off()
    return _of(site.worked_off())


def _listed(site: Site) -> str:
    site.worked_off()
    site.worked_off(*UNCLEAR, name="dates of the north.csv")
    site.worked_off(headings="who,what", name="wrong.csv")
    site.half_written()
    return PREFIX


_ROWS = (
    "\u00a0amina.diallo ,forklift,,31/01/2025,28/02/2025",
    "amina.diallo,Forklift,F1,31/01/2025,",
    "amina.diallo,Forklift,,14/03/2024,",
    "j.smiht,Forklft,,29/02/2025,",
    "ben.okafor,Knots,K-9,31/01/2025,",
    "only,three,cells",
)


def _row(line: int, **options: Any) -> Callable[[Site], str]:
    """The page of a row of an import that ended."""
    chosen = {"ignore_case": True, "unknown_certification": "create_evidence", **options}
    return lambda site: _of(site.worked_off(*_ROWS, **chosen), f"rows/{line}/?after=1")


def _replaced(site: Site) -> str:
    """The page of a row whose record another import has replaced since."""
    first = site.worked_off()
    site.worked_off("\n\nben.okafor,Forklift,,13/03/2026,", name="later completions of the north.csv")
    return _of(first, "rows/3/")


def _undo_asked(site: Site) -> Any:
    batch = site.worked_off()
    api.preview_undo(site.operator, batch)
    return batch


def _undo_stalled(site: Site) -> Any:
    batch = _undo_asked(site)
    ImportUndo.objects.update(asked_at=timezone.now() - timedelta(minutes=10))
    return batch


def _undo_old(site: Site) -> Any:
    batch = site.undo_previewed()
    ImportUndo.objects.update(previewed_at=timezone.now() - timedelta(hours=3))
    return batch


def _corrected(site: Site) -> Any:
    """An import that corrects rows of another, and of which rows were corrected again."""
    second = site.worked_off(corrects=site.worked_off())
    site.worked_off(corrects=second)
    return second


def _over_the_limits(site: Site) -> str:
    with site.with_settings(THRESHOLDS={"problem_rows": 0.1, "overwritten": 0.5, "unknown_learners": 0.2}):
        return _of(site.planned())


def queued(site: Site) -> str:
    """The page of an import that waits for its turn, where one is at work and another one comes before it."""
    assert queueing.admit(site.half_written().id).may_work
    site.submitted()
    return _of(site.submitted())


def _grown_old(site: Site) -> str:
    batch = site.planned(anew=True)
    Plan.objects.filter(batch_id=batch.id).update(as_of=date(2026, 3, 9))
    return _of(batch)


def purged(site: Site, **days: int) -> Any:
    """An import of which something is kept no longer."""
    batch = site.worked_off()
    ImportBatch.objects.update(finished_at=timezone.now() - timedelta(days=100))
    with site.with_settings(**days):
        api.purge()
    return batch


def _book(path: str) -> Callable[[Site], str]:
    """A page of the record book's admin that is about messages to learners."""
    return lambda site: site.opened_record_book() + path


def _forgotten(site: Site) -> Any:
    """An import with rows of a learner who was forgotten."""
    batch = site.worked_off()
    api.forget_learner(site.operator, "amina.diallo")
    return batch


def _all_well(site: Site) -> str:
    site.worker()
    site.worked_off()
    site.half_written()
    return f"{PREFIX}status/"


def _in_trouble(site: Site) -> str:
    site.worker("imports@worker-1.lms.example.org", queues=["mail"], version="0.0.9")
    site.worker("celery@worker-2.lms.example.org", minutes_silent=20)
    site.put(site.submitted(), "received", progressed_at=timezone.now() - timedelta(hours=3), sent_at=None)
    site.put(site.half_written(), "writing", trouble=_AWAY)
    Delivery.objects.create(batch_id=site.worked_off().id, trouble=_AWAY)
    return f"{PREFIX}status/"


_AWAY = (
    '{"kind":"host_away","host":"records","hook":"find_completion_states","since":"2026-03-15T08:00:00+00:00",'
    '"reference":"5f2c9a31b7de"}'
)


PAGES: Mapping[str, Callable[[Site], str]] = {
    "upload": lambda site: f"{PREFIX}upload/",
    "imports": _listed,
    "imports-none": lambda site: PREFIX,
    "imports-filtered": lambda site: f"{_listed(site)}?uploader=operator&outcome=problems&learner=j.smiht",
    "imports-no-fit": lambda site: f"{_listed(site)}?learner=nobody",
    "imports-wrong-filter": lambda site: f"{_listed(site)}?since=yesterday",
    "status": _all_well,
    "status-trouble": _in_trouble,
    "row-certified": _row(2),
    "row-duplicate": _row(3),
    "row-history": _row(4),
    "row-rejected": _row(5),
    "row-evidence": _row(6),
    "row-ragged": _row(7),
    "row-planned": _row(2, review=True),
    "row-replaced": _replaced,
    "row-undone": lambda site: _of(site.undone(), "rows/2/"),
    "row-kept": lambda site: _of(site.undone(), "rows/3/"),
    "received": lambda site: _of(site.waiting_long()),
    "reading": _reading,
    "writing": lambda site: _of(site.half_written()),
    "stalled": lambda site: _of(site.half_written(minutes_idle=12)),
    "cancel": lambda site: _of(site.half_written(), "cancel/"),
    "cancel-ended": lambda site: _of(site.worked_off(), "cancel/"),
    "needs-answer": lambda site: _of(site.worked_off(*UNCLEAR)),
    "plan": lambda site: _of(site.planned()),
    "plan-filtered": lambda site: _of(site.planned(), "?outcome=rejected"),
    "plan-held-back": lambda site: _of(site.planned(commit_policy="all_or_nothing")),
    "plan-limits": _over_the_limits,
    "plan-grown-old": _grown_old,
    "plan-replaced": lambda site: _of(site.planned(anew=True), "plan/1/"),
    "plan-messages": lambda site: _of(site.planned(messages="send")),
    "messages": lambda site: _of(site.told(), "messages/"),
    "messages-waiting": lambda site: _of(site.told(), "messages/?state=waiting"),
    "messages-sent": lambda site: _of(site.told(), "messages/?state=sent"),
    "messages-none": lambda site: _of(site.worked_off(), "messages/"),
    "finished-messages": lambda site: _of(site.told()),
    "finished-nobody-told": lambda site: _of(site.worked_off(messages="send", import_action="save_to_history")),
    "row-told": lambda site: _of(site.told(), "rows/2/"),
    "row-told-later": lambda site: _of(site.told(), "rows/3/"),
    "discard": lambda site: _of(site.planned(), "discard/"),
    "discard-ended": lambda site: _of(site.worked_off(), "discard/"),
    "finished": lambda site: _of(site.worked_off()),
    "finished-filtered": lambda site: _of(site.worked_off(), "?problem=learner_not_found&learner=j."),
    "finished-none-fit": lambda site: _of(site.worked_off(), "?outcome=rejected&certification=Nothing"),
    "corrected": lambda site: _of(_corrected(site)),
    "correcting": lambda site: f"{PREFIX}upload/?corrects={site.worked_off().reference}",
    "uploaded-before": _uploaded_before,
    "refused": lambda site: _of(site.worked_off(headings="who,what")),
    "failed": lambda site: _of(
        site.put(site.submitted(), "failed", failure="5f2c9a31b7de", finished_at=timezone.now())
    ),
    "finished-without-file": lambda site: _of(purged(site, KEEP_FILES_DAYS=1)),
    "finished-without-cells": lambda site: _of(purged(site, KEEP_ROWS_DAYS=1)),
    "finished-without-rows": lambda site: _of(purged(site, KEEP_LEDGER_DAYS=1)),
    "row-without-cells": lambda site: _of(purged(site, KEEP_ROWS_DAYS=1), "rows/2/"),
    "undo-rows-deleted": lambda site: _of(purged(site, KEEP_LEDGER_DAYS=1), "undo/"),
    "finished-forgotten": lambda site: _of(_forgotten(site)),
    "row-forgotten": lambda site: _of(_forgotten(site), "rows/2/"),
    "undo-offer": lambda site: _of(site.worked_off(), "undo/"),
    "undo-nothing": lambda site: _of(site.worked_off("nobody,Forklift,,31/05/2025,"), "undo/"),
    "undo-previewing": lambda site: _of(_undo_asked(site), "undo/"),
    "undo-stalled": lambda site: _of(_undo_stalled(site), "undo/"),
    "undo-preview": lambda site: _of(site.undo_previewed(), "undo/"),
    "undo-preview-kept": lambda site: _of(site.undo_previewed(), "undo/?group=changed_since"),
    "undo-preview-old": lambda site: _of(_undo_old(site), "undo/?group=cannot"),
    "undo-done": lambda site: _of(site.undone(), "undo/"),
    "undone": lambda site: _of(site.undone()),
}

PAGES_OF_OTHERS: Mapping[str, tuple[tuple[str, ...], Callable[[Site], str]]] = {
    "finished-no-names": (("view_import_report", "undo_imports"), PAGES["finished"]),
    "plan-no-names": (("view_import_report", "approve_imports"), PAGES["plan"]),
    "needs-answer-no-names": (("view_import_report",), PAGES["needs-answer"]),
    "refused-no-names": (("view_import_report",), PAGES["refused"]),
    "undo-no-names": (("view_import_report", "undo_imports"), PAGES["undo-preview"]),
    "imports-no-names": (("view_import_report",), lambda site: f"{_listed(site)}?outcome=problems"),
    "options": (("manage_options",), lambda site: f"{PREFIX}options/"),
    "upload-reviewed": (("upload_completions",), PAGES["upload"]),
}
"""The pages as those see them who hold these permissions alone."""


RECORD_BOOK: Mapping[str, Callable[[Site], str]] = {
    "messages": _book("learnermessage/"),
    "message": lambda site: f"{site.opened_record_book()}learnermessage/{site.message('expires_soon')}/change/",
    "message-preview": _book("messagetext/preview/?trigger=expires_soon"),
    "message-preview-wrong": _book("messagetext/preview/?trigger=expired&subject={lerner}&body=Hello"),
    "certification-messages": _book("certification/1/change/"),
}
"""Pages of the admin that are made of our own parts."""

RECORD_BOOK_LISTS: Mapping[str, Callable[[Site], str]] = {
    "message-texts": _book("messagetext/"),
    "message-text": _book("messagetext/add/?trigger=expires_soon"),
    "messages-sent": _book("sentmessage/"),
    "messages-pending": _book("pendingmessage/"),
}
"""Pages with Django's own filters and choosers, of which axe-core has complaints that are not ours to answer."""
