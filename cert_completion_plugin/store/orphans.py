"""Files in a storage that belong to nothing: their request failed, or was killed, after they had been stored."""

import re
from collections.abc import Iterator
from datetime import datetime

from django.core.files.storage import Storage, storages
from django.utils import timezone

from cert_completion_plugin.models import ImportBatch, KeptFile
from cert_completion_plugin.store.files import FOLDER

_OWN_NAME = re.compile("[0-9a-f]{32}")
"""How the names begin under which we store files; a storage may add to them."""


def orphans(alias: str, before: datetime) -> list[str]:
    """The names of the files in the storage that were stored before then, and that no import and no form has.

    Raises NotImplementedError if the storage cannot list its files, or tell when they were stored.
    """
    storage = storages[alias]
    return [
        name
        for name in _own_files(storage)
        if not _is_known(alias, name) and _aware(storage.get_modified_time(name)) < before
    ]


def _own_files(storage: Storage) -> Iterator[str]:
    for folder in (FOLDER, f"{FOLDER}/kept"):
        if not storage.exists(folder):
            continue
        _, names = storage.listdir(folder)
        yield from (f"{folder}/{name}" for name in names if _OWN_NAME.match(name))


def _is_known(alias: str, name: str) -> bool:
    stored = {"file_storage": alias, "file_path": name}
    return ImportBatch.objects.filter(**stored).exists() or KeptFile.objects.filter(**stored).exists()


def _aware(moment: datetime) -> datetime:
    """As comparable with the site's moments: storages follow USE_TZ or do not."""
    if timezone.is_aware(timezone.now()) and timezone.is_naive(moment):
        return timezone.make_aware(moment)
    return moment


def delete(alias: str, name: str) -> None:
    storages[alias].delete(name)
