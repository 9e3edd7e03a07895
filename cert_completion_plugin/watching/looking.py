"""A look at all places: what lies there is taken up, what has ended is put away."""

from collections.abc import Iterator
from contextlib import AbstractContextManager

from django.contrib.auth.base_user import AbstractBaseUser

from cert_completion_plugin import api, conf, logbook
from cert_completion_plugin.core.watched import WatchedPlace
from cert_completion_plugin.store import watched_files
from cert_completion_plugin.store.watched_files import State
from cert_completion_plugin.watching import directory, storage
from cert_completion_plugin.watching.events import Event, Kind
from cert_completion_plugin.watching.places import Place, PlaceAway
from cert_completion_plugin.watching.putting_away import put_away
from cert_completion_plugin.watching.taking import take_up


def look() -> Iterator[Event]:
    """Take up and put away what there is, in every place. What is the matter with one keeps no other waiting."""
    for number, configured in enumerate(conf.settings().watched):
        try:
            with _opened(configured) as place:
                yield from put_away(configured, place)
                yield from take_up(configured, place, _user(configured))
        except _InTheWay as reason:
            yield _trouble(number, configured, reason, str(reason))
        except api.Denied as denied:
            text = f"The user {configured.user!r} may not import files so: {denied}"
            yield _trouble(number, configured, denied, text)
        except Exception as error:
            yield _trouble(number, configured, error, f"Something went wrong ({type(error).__name__}).")


def look_once() -> list[Event]:
    """The same, to its end."""
    return list(look())


class _UserMissing(Exception):
    pass


_InTheWay = (PlaceAway, _UserMissing, api.NotTaken)


def _opened(configured: WatchedPlace) -> AbstractContextManager[Place]:
    if configured.directory:
        return directory.opened(configured, configured.directory)
    return storage.opened(configured)


def _user(configured: WatchedPlace) -> AbstractBaseUser:
    user = api.user_named(configured.user)
    if user is None or not user.is_active:
        raise _UserMissing(f"There is no active user {configured.user!r}, for whom its files are to be imported.")
    return user


def _trouble(number: int, configured: WatchedPlace, error: Exception, text: str) -> Event:
    logbook.tell_fault(logbook.WATCHED_PLACE_AWAY, error, place=number)
    return Event(kind=Kind.TROUBLE, location=configured.location, text=text)


def open_imports() -> list[int]:
    """The ids of the imports that came from watched places and were not put away yet."""
    files = [file for place in conf.settings().watched for file in watched_files.of_place(place.location)]
    return [file.batch_id for file in files if file.state == State.SUBMITTED and file.batch_id is not None]
