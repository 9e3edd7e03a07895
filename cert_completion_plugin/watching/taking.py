"""Taking up files: each step is a transaction that begins by holding the file's row, and can be done again.

Claimed, a file lies under its own name. Taken, it lies in `taken` under a name that no other has; ready, it is no
longer in its old place. Then it becomes an import, in one transaction with what says so: no file becomes two.
"""

from collections.abc import Iterator
from dataclasses import replace

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from cert_completion_plugin import api, conf, logbook
from cert_completion_plugin.batches import clock
from cert_completion_plugin.core.watched import WatchedPlace
from cert_completion_plugin.store import watched_files
from cert_completion_plugin.store.watched_files import State, WatchedFile
from cert_completion_plugin.telling.earlier import earlier_text
from cert_completion_plugin.watching.events import Event, Kind
from cert_completion_plugin.watching.names import own_name
from cert_completion_plugin.watching.places import NotAFile, Place, PlaceAway, Reason, StillWritten

_CLAIMED = (State.CLAIMED, State.TAKEN)
_STEPS = (*_CLAIMED, State.READY)


def take_up(configured: WatchedPlace, place: Place, user: AbstractBaseUser) -> Iterator[Event]:
    """Claim what lies there whole, and take everything that was claimed as far as it goes.

    Raises Denied, NotTaken and PlaceAway, which keep all files of the place waiting.
    """
    files = watched_files.of_place(configured.location)
    claimed = {file.name for file in files if file.state in _CLAIMED}
    for name in place.complete():
        if name not in claimed:
            watched_files.claim(configured.location, name, clock.now())
    for file in watched_files.of_place(configured.location):
        if file.state in _STEPS:
            yield from _Taking(configured, place, user, file).events()


class _Taking:
    """One file on its way to becoming an import."""

    def __init__(self, configured: WatchedPlace, place: Place, user: AbstractBaseUser, file: WatchedFile) -> None:
        self.configured = configured
        self.place = place
        self.user = user
        self.file = file
        self.taken = own_name(file.name, file.token)

    def events(self) -> Iterator[Event]:
        """As far as the file goes now. What goes wrong with it keeps no other waiting."""
        if self.file.state != State.CLAIMED and self.file.attempts >= conf.settings().max_attempts:
            self._refuse(Reason.GAVE_UP)
            return
        watched_files.count_attempt(self.file)
        try:
            yield from self._go_on()
        except (StillWritten, api.Denied, api.NotTaken, PlaceAway) as reason:
            watched_files.forgive(self.file)
            if not isinstance(reason, StillWritten):
                raise
        except NotAFile as problem:
            self._refuse(problem.reason)
        except Exception as error:
            logbook.tell_fault(logbook.WATCHED_FILE_STAYS, error, trace=True, file=self.file.id)
            yield self._event(Kind.TROUBLE, text=f"It could not be taken up ({type(error).__name__}).")

    def _go_on(self) -> Iterator[Event]:
        if self.file.state == State.CLAIMED and not self._take():
            return
        if self.file.state == State.TAKEN and not self._clear():
            return
        if batch := self._submit():
            yield self._event(Kind.TAKEN, reference=batch.reference, text=self._warning(batch))

    def _take(self) -> bool:
        with transaction.atomic():
            if not watched_files.hold(self.file):
                return False
            if not self.place.take(self.file.name, self.taken):
                watched_files.forget(self.file)
                return False
            return self._step(State.TAKEN)

    def _clear(self) -> bool:
        with transaction.atomic():
            if not watched_files.hold(self.file):
                return False
            self.place.clear(self.file.name, self.taken)
            return self._step(State.READY, claim=self.file.token)

    def _submit(self) -> api.Batch | None:
        with transaction.atomic():
            if not watched_files.hold(self.file):
                return None
            options = api.Options.from_mapping(api.defaults().as_mapping() | dict(self.configured.options))
            batch = api.submit(self.user, self.place.read(self.taken), file_name=self.file.name, options=options)
            self._step(State.SUBMITTED, batch=batch.id)
        logbook.tell(logbook.WATCHED_FILE_TAKEN, file=self.file.id, batch=batch.id)
        return batch

    def _step(self, state: str, **fields: object) -> bool:
        watched_files.step(self.file, state, **fields)
        self.file = replace(self.file, state=state)
        return True

    def _refuse(self, reason: Reason) -> None:
        self._step(State.REFUSED, reason=str(reason))

    def _warning(self, batch: api.Batch) -> str:
        earlier = api.earlier_upload(self.user, batch.file_sha256, before=batch.id) if batch.file_sha256 else None
        return "" if earlier is None else earlier_text(earlier)

    def _event(self, kind: Kind, *, reference: str = "", text: str = "") -> Event:
        location = self.configured.location
        return Event(kind=kind, location=location, name=self.file.name, reference=reference, text=text)
