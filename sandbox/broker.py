"""Celery's queue as a folder, without the way in which kombu's own loses messages.

Kombu (5.7 still, its issue 1551) creates the file of a message and then writes it. A worker that looks in between takes
an empty file, and stops.
"""

from pathlib import Path
from time import monotonic
from typing import Any
from uuid import uuid4

from kombu.transport import filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    # Kombu's own classes disagree on the second argument's name.
    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]
        """Put a message into the folder at one stroke, complete, under the name by which kombu looks for it."""
        folder = Path(self.data_folder_out)
        name = f"{round(monotonic() * 1000)}_{uuid4()}.{queue}.msg"
        unseen = folder.parent / name
        unseen.write_text(dumps(payload), encoding="utf-8")
        unseen.replace(folder / name)


class Transport(filesystem.Transport):
    Channel = Channel
