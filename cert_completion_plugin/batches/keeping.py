"""Keeping an uploaded file while its form is corrected, so that nobody has to choose it again."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from cert_completion_plugin import conf
from cert_completion_plugin.batches import clock
from cert_completion_plugin.store import kept_files
from cert_completion_plugin.store.files import TooLarge
from cert_completion_plugin.store.kept_files import KeptFile, forget, hold, read

__all__ = ["KEPT_FOR", "KeptFile", "TooLarge", "forget", "forget_old_files", "hold", "keep_file", "kept_file", "read"]

KEPT_FOR = timedelta(hours=12)
"""How long a file is kept for its sender; the sweep deletes older ones."""


def keep_file(user_id: Any, chunks: Iterable[bytes], *, file_name: str) -> KeptFile:
    """Keep a file for this user: one at a time, of no more bytes than an import may have. Raises TooLarge."""
    settings = conf.settings()
    token = kept_files.keep(
        user_id,
        chunks,
        file_name=file_name,
        max_bytes=settings.max_bytes,
        storage=settings.file_storage,
        now=clock.now(),
    )
    kept = kept_file(user_id, token)
    assert kept is not None
    return kept


def kept_file(user_id: Any, token: str) -> KeptFile | None:
    """The file that is kept for this user under this token; None for anybody else's, and for one kept too long."""
    return kept_files.find(user_id, token, clock.now() - KEPT_FOR)


def forget_old_files() -> None:
    kept_files.forget_before(clock.now() - KEPT_FOR)
