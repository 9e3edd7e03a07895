"""What the files are called, and in which formats they can be had."""

import re
from collections.abc import Mapping

from cert_completion_plugin.store.values import Batch

MEDIA_TYPES: Mapping[str, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}
"""Of the formats in which there are files."""

REPORT = "report"
REPORT_KINDS = ("csv", "json")

_NOT_IN_NAMES = re.compile(r"[^\w\s.()\[\]-]|[\x00-\x1f\x7f]")
_LONGEST_NAME = 80


def file_name(batch: Batch, what: str, kind: str) -> str:
    """After the uploaded file; nothing in it can end a header or leave a folder."""
    name = re.split(r"[/\\]", batch.file_name)[-1]
    stem = _NOT_IN_NAMES.sub("_", name.rpartition(".")[0] or name).strip(" .") or "import"
    return f"{stem[:_LONGEST_NAME]}-{what}.{kind}"
