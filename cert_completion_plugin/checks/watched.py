"""The places from which files are taken up."""

import os
from collections.abc import Iterator
from typing import Any

from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import InvalidStorageError, storages

from cert_completion_plugin import conf
from cert_completion_plugin.core.watched import WatchedPlace


def check_watched(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """Watched directories are there and can be worked in by this process; storages exist."""
    try:
        places = conf.settings().watched
    except ImproperlyConfigured:
        return []
    return [found for number, place in enumerate(places) for found in _of_place(number, place)]


def _of_place(number: int, place: WatchedPlace) -> Iterator[checks.CheckMessage]:
    name = f"{conf.NAME}['WATCHED'][{number}]"
    if place.storage:
        try:
            storages[place.storage]
        except InvalidStorageError as error:
            hint = f"Correct “storage” in {name}, or add it to STORAGES."
            yield checks.Error(f"{name}: {error}", hint=hint, id="cert_completion.E020")
    elif not os.path.isdir(place.directory):
        hint = "Make the directory, or mount it; on machines that do not have it, leave the place out of the settings."
        yield checks.Warning(f"{name}: there is no directory {place.directory}.", hint=hint, id="cert_completion.W020")
    elif not os.access(place.directory, os.R_OK | os.W_OK | os.X_OK):
        text = f"{name}: this process may not read and write in {place.directory}."
        hint = "Give the user that the workers run as the right to: files are moved there, and reports written."
        yield checks.Warning(text, hint=hint, id="cert_completion.W020")
