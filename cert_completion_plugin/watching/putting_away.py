"""Putting files away: into `done` or `failed`, with the report beside them, once their import has ended."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from cert_completion_plugin import api, logbook
from cert_completion_plugin.batches import clock
from cert_completion_plugin.core.watched import WatchedPlace
from cert_completion_plugin.store import batches as stored
from cert_completion_plugin.store import watched_files
from cert_completion_plugin.store.watched_files import State, WatchedFile
from cert_completion_plugin.watching.events import Event, Kind
from cert_completion_plugin.watching.names import own_name
from cert_completion_plugin.watching.places import DONE, FAILED, Place, PlaceAway, Reason

LEASE_SECONDS = 600
"""How long others leave a file to whoever puts it away: a report of a million rows takes its time."""

_REPORTS = ("csv", "json")

_WORDS: Mapping[str, Any] = {
    Reason.LINK: _("It is a link. Links are not followed, as they could lead anywhere. Put the file itself here."),
    Reason.SPECIAL: _("It is no plain file, but a pipe, a device or a socket. Nothing of it was read."),
    Reason.LINKED: _("The file has another name somewhere else (a hard link). Put a copy here."),
    Reason.UNREADABLE: _("The file cannot be read: its permissions do not allow it. Correct them, then put it back."),
    Reason.GAVE_UP: _("The file could not be taken up, however often that was tried. The log of the site says why."),
    "": _("Its import is no longer there."),
}


def put_away(configured: WatchedPlace, place: Place) -> Iterator[Event]:
    """Put away every file of which the import has ended, or that will be none. Raises PlaceAway."""
    for file in watched_files.of_place(configured.location):
        batch = None if file.batch_id is None else stored.get(file.batch_id)
        is_over = file.state == State.REFUSED or (file.state == State.SUBMITTED and (not batch or batch.has_ended))
        if is_over:
            with _leased(file) as is_ours:
                if is_ours:
                    yield from _put_away(configured, place, file, batch)


@contextmanager
def _leased(file: WatchedFile) -> Iterator[bool]:
    is_ours = watched_files.lease(file, clock.now(), clock.after(LEASE_SECONDS))
    try:
        yield is_ours
    finally:
        if is_ours:
            watched_files.release(file)


def _put_away(configured: WatchedPlace, place: Place, file: WatchedFile, batch: api.Batch | None) -> Iterator[Event]:
    """The report first: whoever sees the file there finds it. Done again, it has the same names and contents."""
    is_done = batch is not None and batch.state is api.BatchState.FINISHED and not batch.held_back
    folder = DONE if is_done else FAILED
    name = own_name(file.name, batch.reference if batch else file.token)
    event = {"location": configured.location, "name": file.name, "reference": batch.reference if batch else ""}
    try:
        for suffix, pieces in _beside(file, batch):
            place.write(folder, name + suffix, pieces)
        place.put_away(own_name(file.name, file.token), folder, name)
    except PlaceAway:
        raise
    except Exception as error:
        logbook.tell_fault(logbook.WATCHED_FILE_STAYS, error, trace=True, file=file.id)
        yield Event(kind=Kind.TROUBLE, text=f"It could not be put away ({type(error).__name__}).", **event)
        return
    watched_files.forget(file)
    logbook.tell(logbook.WATCHED_FILE_PUT_AWAY, file=file.id, batch=file.batch_id, folder=folder)
    yield Event(kind=Kind(folder), text=f"{folder}/{name}{'' if batch else f' ({_reason(file)})'}", **event)


def _beside(file: WatchedFile, batch: api.Batch | None) -> Iterator[tuple[str, Iterable[bytes]]]:
    """What is written beside a file: suffixes of its name, each with the contents."""
    if batch is None:
        yield ".reason.txt", [f"{_reason(file)}\n".encode()]
        return
    for kind in _REPORTS:
        yield f".report.{kind}", api.report_file(api.SYSTEM, batch, kind)


def _reason(file: WatchedFile) -> str:
    with override(settings.LANGUAGE_CODE):
        return str(_WORDS[file.reason])
