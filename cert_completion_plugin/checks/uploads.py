"""Django's limits for what is sent to it, beside those of imports."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings as django_settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured

from cert_completion_plugin import conf

IN_MEMORY = "django.core.files.uploadhandler.MemoryFileUploadHandler"
MOST_IN_MEMORY = 64 * 1024 * 1024
"""A file that is kept in a web process's memory while it arrives should be smaller; more may arrive at once."""

FIELDS, BYTES = 300, 128 * 1024
"""What the largest form may send beside a file: the page of a plan, with every close name confirmed."""


def check_uploads(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """Files of the size that imports allow arrive, and forms can be sent."""
    try:
        most = conf.settings().max_bytes
    except ImproperlyConfigured:
        return []
    return [*_of_files(most), *_of_forms()]


def _of_files(most: int) -> Iterator[checks.CheckMessage]:
    in_memory, handlers = django_settings.FILE_UPLOAD_MAX_MEMORY_SIZE, list(django_settings.FILE_UPLOAD_HANDLERS)
    if IN_MEMORY in handlers and min(in_memory, most) > MOST_IN_MEMORY:
        text = (
            f"FILE_UPLOAD_MAX_MEMORY_SIZE has web processes hold files of up to {min(in_memory, most)} bytes in memory "
            "while they arrive."
        )
        hint = f"Lower it to {MOST_IN_MEMORY} or less; larger files then arrive in a temporary file."
        yield checks.Warning(text, hint=hint, id="cert_completion.W013")
    if handlers == [IN_MEMORY] and in_memory < most:
        text = (
            f"Files of more than {in_memory} bytes (FILE_UPLOAD_MAX_MEMORY_SIZE) cannot arrive, though imports allow "
            f"{most} (MAX_BYTES): FILE_UPLOAD_HANDLERS has no handler for them."
        )
        hint = 'Add "django.core.files.uploadhandler.TemporaryFileUploadHandler" to FILE_UPLOAD_HANDLERS.'
        yield checks.Error(text, hint=hint, id="cert_completion.E011")


def _of_forms() -> Iterator[checks.CheckMessage]:
    limits = {
        "DATA_UPLOAD_MAX_NUMBER_FIELDS": FIELDS,
        "DATA_UPLOAD_MAX_MEMORY_SIZE": BYTES,
        "DATA_UPLOAD_MAX_NUMBER_FILES": 1,
    }
    given = {name: getattr(django_settings, name) for name in limits}
    for name, least in limits.items():
        if given[name] is not None and given[name] < least:
            text = f"{name} is {given[name]}, which is less than forms of imports may send: {least}."
            hint = f"Set it to {least} or more. It does not limit files: that is MAX_BYTES in {conf.NAME}."
            yield checks.Warning(text, hint=hint, id="cert_completion.W016")
