"""A prefix of a Django storage as a place: nothing can be moved there, so files are copied and then deleted."""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext, suppress
from datetime import datetime, timedelta
from hashlib import sha256
from tempfile import TemporaryFile
from typing import Any

from django.core.files import File
from django.core.files.storage import FileSystemStorage, InvalidStorageError, Storage, storages
from django.utils import timezone

from cert_completion_plugin.core.watched import WatchedPlace
from cert_completion_plugin.watching import directory
from cert_completion_plugin.watching.names import is_wanted
from cert_completion_plugin.watching.places import TAKEN, Place, PlaceAway, StillWritten

_PIECE_BYTES = 512 * 1024


def opened(place: WatchedPlace) -> AbstractContextManager[Place]:
    """The place. Raises PlaceAway.

    A storage that is a directory of the server's is treated as one, where links are guarded against.
    """
    try:
        storage = storages[place.storage]
    except InvalidStorageError as error:
        raise PlaceAway(str(error)) from error
    if isinstance(storage, FileSystemStorage) and _is_plain(storage):
        return directory.opened(place, storage.path(place.prefix))
    return nullcontext(Prefix(place, storage))


def _is_plain(storage: Any) -> bool:
    """Whether files lie in the directory as they are: not packed or encrypted, as another class may have them."""
    return type(storage)._open is getattr(FileSystemStorage, "_open")  # noqa: B009


class Prefix:
    """Files below a prefix, not those of its folders."""

    def __init__(self, place: WatchedPlace, storage: Storage) -> None:
        self._place = place
        self._storage: Any = storage

    def complete(self) -> Iterator[str]:
        try:
            _, names = self._storage.listdir(self._place.prefix)
        except FileNotFoundError:
            return
        except Exception as error:
            raise PlaceAway(f"it cannot be listed ({type(error).__name__})") from error
        for name in sorted(filter(self._is_wanted, names)):
            if self._is_marked(name, names) if self._place.marker else self._is_stable(name):
                yield name

    def _is_wanted(self, name: str) -> bool:
        return name not in (".", "..") and "\\" not in name and is_wanted(self._place, name)

    def _is_marked(self, name: str, names: Iterable[str]) -> bool:
        return name + self._place.marker in set(names)

    def _is_stable(self, name: str) -> bool:
        with suppress(FileNotFoundError):
            return _now() - self._modified(self._path(name)) >= timedelta(seconds=self._place.stable_seconds)
        return False

    def _modified(self, path: str) -> datetime:
        moment: datetime = self._storage.get_modified_time(path)
        return moment

    def _path(self, *parts: str) -> str:
        return "/".join((self._place.prefix, *parts))

    def take(self, name: str, taken: str) -> bool:
        """It stays where it is until it is known that the copy is whole."""
        source, target = self._path(name), self._path(TAKEN, taken)
        if not self._storage.exists(source):
            self._delete(target)
            return False
        before = self._version(source)
        self._copy(source, target)
        if self._version(source) != before:
            raise StillWritten
        return True

    def clear(self, name: str, taken: str) -> None:
        """The marker first: one that stayed behind would make a later file of the name complete."""
        source = self._path(name)
        if not self._storage.exists(source) or self._digest(source) != self._digest(self._path(TAKEN, taken)):
            return
        if self._place.marker:
            self._delete(self._path(name + self._place.marker))
        self._storage.delete(source)

    def _digest(self, path: str) -> bytes:
        digest = sha256()
        with self._storage.open(path) as file:
            while piece := file.read(_PIECE_BYTES):
                digest.update(piece)
        return digest.digest()

    def _version(self, path: str) -> tuple[int, datetime]:
        return self._storage.size(path), self._modified(path)

    def _copy(self, source: str, target: str) -> None:
        """In place of what an earlier copying may have left half done."""
        with self._storage.open(source) as file:
            self._save(target, file)

    def _save(self, path: str, content: Any) -> None:
        self._delete(path)
        kept = self._storage.save(path, content)
        if kept != path:
            self._storage.delete(kept)
            raise PlaceAway("the storage does not keep a file under the name that it is given")

    def _delete(self, path: str) -> None:
        if self._storage.exists(path):
            self._storage.delete(path)

    def read(self, taken: str) -> Iterator[bytes]:
        with self._storage.open(self._path(TAKEN, taken)) as file:
            while piece := file.read(_PIECE_BYTES):
                yield piece

    def put_away(self, taken: str, folder: str, name: str) -> None:
        source = self._path(TAKEN, taken)
        if self._storage.exists(source):
            self._copy(source, self._path(folder, name))
            self._storage.delete(source)

    def write(self, folder: str, name: str, pieces: Iterable[bytes]) -> None:
        with TemporaryFile() as whole:
            whole.writelines(pieces)
            whole.seek(0)
            self._save(self._path(folder, name), File(whole))


def _now() -> datetime:
    return timezone.now()
