"""A directory on the server as a place.

Everything is done by names relative to open directories, and no link is ever followed: whoever may write into the place
must not have us read, or move, what lies elsewhere.
"""

import errno
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from time import time

from cert_completion_plugin.core.watched import WatchedPlace
from cert_completion_plugin.watching.names import is_wanted
from cert_completion_plugin.watching.places import FOLDERS, TAKEN, NotAFile, PlaceAway, Reason, StillWritten

_PIECE_BYTES = 512 * 1024
_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_CLOEXEC", 0)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_READ = os.O_RDONLY | _NO_LINK | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
_WRITE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINK | getattr(os, "O_CLOEXEC", 0)
_ENOUGH = 60
"""Letters of a report's name: they hold the digits that no other file has."""


@contextmanager
def opened(place: WatchedPlace, directory: str) -> Iterator["Directory"]:
    """The place, with its folders made. Raises PlaceAway."""
    if os.open not in os.supports_dir_fd:
        raise PlaceAway("this system cannot open files relative to a directory, so that links could lead out of it")
    with ExitStack() as stack:
        try:
            top = _open_folder(directory, None, stack, _FOLDER)
            folders = {name: _own_folder(name, top, stack) for name in FOLDERS}
        except OSError as error:
            raise PlaceAway(f"{error.strerror} ({_name_of(error)})") from error
        yield Directory(place, top, folders)


def _own_folder(name: str, top: int, stack: ExitStack) -> int:
    with suppress(FileExistsError):
        os.mkdir(name, dir_fd=top)
    return _open_folder(name, top, stack, _FOLDER | _NO_LINK)


def _open_folder(name: str, top: int | None, stack: ExitStack, flags: int) -> int:
    descriptor = os.open(name, flags, dir_fd=top)
    stack.callback(os.close, descriptor)
    return descriptor


def _name_of(error: OSError) -> str:
    return Path(str(error.filename)).name if error.filename else errno.errorcode.get(error.errno or 0, "?")


class Directory:
    """An open directory; `folders` are the descriptors of its own three."""

    def __init__(self, place: WatchedPlace, top: int, folders: dict[str, int]) -> None:
        self._place = place
        self._top = top
        self._folders = folders

    def complete(self) -> Iterator[str]:
        try:
            names = sorted(name for name in os.listdir(self._top) if is_wanted(self._place, name))
        except OSError as error:
            raise PlaceAway(f"{error.strerror}") from error
        for name in names:
            with suppress(FileNotFoundError):
                if self._is_complete(name):
                    yield name

    def _is_complete(self, name: str) -> bool:
        found = os.stat(name, dir_fd=self._top, follow_symlinks=False)
        if stat.S_ISDIR(found.st_mode):
            return False
        if self._place.marker:
            return self._is_marked(name)
        # The system keeps this moment itself; that of the last writing can be set by anybody.
        return time() - found.st_ctime >= self._place.stable_seconds

    def _is_marked(self, name: str) -> bool:
        try:
            marker = os.stat(name + self._place.marker, dir_fd=self._top, follow_symlinks=False)
        except OSError:  # among them a name too long to have a marker
            return False
        return stat.S_ISREG(marker.st_mode)

    def take(self, name: str, taken: str) -> bool:
        """Without the marker first: one that stayed behind would make a later file of the name complete."""
        if self._lies_in(TAKEN, taken):
            return True
        if self._place.marker:
            with suppress(OSError):
                os.unlink(name + self._place.marker, dir_fd=self._top)
        try:
            os.rename(name, taken, src_dir_fd=self._top, dst_dir_fd=self._folders[TAKEN])
        except FileNotFoundError:
            return False
        return True

    def clear(self, name: str, taken: str) -> None:
        """It was moved: what lies there is another one."""

    def _lies_in(self, folder: str, name: str) -> bool:
        try:
            os.stat(name, dir_fd=self._folders[folder], follow_symlinks=False)
        except FileNotFoundError:
            return False
        return True

    def read(self, taken: str) -> Iterator[bytes]:
        descriptor = self._open(taken)
        try:
            before = self._plain(descriptor)
            self._check_written(before)
            while piece := os.read(descriptor, _PIECE_BYTES):
                yield piece
            if _version(os.fstat(descriptor)) != _version(before):
                raise StillWritten
        finally:
            os.close(descriptor)

    def _open(self, taken: str) -> int:
        """Not through a link, and without waiting for the other end of a pipe."""
        try:
            return os.open(taken, _READ, dir_fd=self._folders[TAKEN])
        except PermissionError as error:
            raise NotAFile(Reason.UNREADABLE) from error
        except OSError as error:
            if error.errno in (errno.ELOOP, errno.EMLINK):
                raise NotAFile(Reason.LINK) from error
            if error.errno in (errno.ENXIO, errno.ENODEV, errno.EOPNOTSUPP):
                raise NotAFile(Reason.SPECIAL) from error
            raise

    def _plain(self, descriptor: int) -> os.stat_result:
        """What is known of an open file of this place's own. A second name may stand in any other directory."""
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise NotAFile(Reason.SPECIAL)
        if found.st_nlink > 1:
            raise NotAFile(Reason.LINKED)
        return found

    def _check_written(self, found: os.stat_result) -> None:
        """A file that was taken may have somebody who goes on writing it."""
        if not self._place.marker and 0 <= time() - found.st_mtime < self._place.stable_seconds:
            raise StillWritten

    def put_away(self, taken: str, folder: str, name: str) -> None:
        with suppress(FileNotFoundError):
            os.rename(taken, name, src_dir_fd=self._folders[TAKEN], dst_dir_fd=self._folders[folder])

    def write(self, folder: str, name: str, pieces: Iterable[bytes]) -> None:
        descriptor, part = self._folders[folder], f".{name[-_ENOUGH:]}.part"
        with suppress(FileNotFoundError):
            os.unlink(part, dir_fd=descriptor)
        with os.fdopen(os.open(part, _WRITE, 0o640, dir_fd=descriptor), "wb") as file:
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())
        os.rename(part, name, src_dir_fd=descriptor, dst_dir_fd=descriptor)


def _version(found: os.stat_result) -> tuple[int, ...]:
    """What changes when somebody writes, and not when the file is moved."""
    return found.st_ino, found.st_size, found.st_mtime_ns
