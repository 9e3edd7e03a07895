"""Our formats in tablib's registry, under names of their own (the registry belongs to the whole process)."""

from typing import Any

import tablib
from tablib.exceptions import UnsupportedFormat
from tablib.formats import registry

from cert_completion_plugin.tabular.records import RecordReader


class SlicedCsvFormat:
    """CSV, read slice by slice into a Dataset with the columns `line` and `cells`. It cannot be exported."""

    title = "cert_completion_csv"
    extensions = ()

    @classmethod
    def detect(cls, stream: Any) -> bool:
        """Never, so that nobody else's files are taken for ours."""
        return False

    @classmethod
    def import_set(cls, dataset: tablib.Dataset, in_stream: RecordReader, *, rows: int) -> None:
        """Fill the dataset with the reader's next slice of at most so many rows. Raises Refused."""
        records = list(in_stream.take_slice(rows))
        dataset.wipe()
        # By column, as appending row by row takes tablib three times as long.
        dataset.append_col([line for line, _ in records])
        dataset.append_col([cells for _, cells in records])
        dataset.headers = ("line", "cells")


def register_formats() -> None:
    """Make our formats known to tablib. Doing it again changes nothing."""
    try:
        registry.get_format(SlicedCsvFormat.title)
    except UnsupportedFormat:
        registry.register(SlicedCsvFormat.title, SlicedCsvFormat)


def load_slice(reader: RecordReader, rows: int) -> tablib.Dataset:
    """The reader's next slice. Raises Refused where the file cannot be read on."""
    register_formats()
    return tablib.Dataset().load(reader, format=SlicedCsvFormat.title, rows=rows)
