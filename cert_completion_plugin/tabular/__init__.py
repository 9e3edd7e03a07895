"""Tables to rows: what tablib and the csv module are needed for happens in here (import-rules.md §1)."""

from cert_completion_plugin.tabular.reading import read_head, read_slices
from cert_completion_plugin.tabular.values import (
    ByteSource,
    Dialect,
    Head,
    ReaderState,
    Refused,
    RowSlice,
)

__all__ = ["ByteSource", "Dialect", "Head", "ReaderState", "Refused", "RowSlice", "read_head", "read_slices"]
