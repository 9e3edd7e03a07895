"""Our formats in tablib's registry, under names of their own (the registry belongs to the whole process)."""

from typing import Any

import tablib
from tablib.exceptions import UnsupportedFormat
from tablib.formats import registry

from cert_completion_plugin.tabular.values import SliceReader
from cert_completion_plugin.tabular.workbooks.writing import workbook_of

WRITTEN_XLSX = "cert_completion_written_xlsx"
TITLES = {"text": "cert_completion_csv", "xlsx": "cert_completion_xlsx", "ods": "cert_completion_ods"}


class SlicedFormat:
    """A table, read slice by slice into a Dataset with the columns `line` and `cells`. It cannot be exported."""

    extensions = ()

    def __init__(self, title: str) -> None:
        self.title = title

    @classmethod
    def detect(cls, stream: Any) -> bool:
        """Never, so that nobody else's files are taken for ours."""
        return False

    @classmethod
    def import_set(cls, dataset: tablib.Dataset, in_stream: SliceReader, *, rows: int) -> None:
        """Fill the dataset with the reader's next slice of at most so many rows. Raises Refused."""
        records = list(in_stream.take_slice(rows))
        dataset.wipe()
        # By column, as appending row by row takes tablib three times as long.
        dataset.append_col([line for line, _ in records])
        dataset.append_col([cells for _, cells in records])
        dataset.headers = ("line", "cells")


class WrittenWorkbook:
    """A Dataset written as a workbook of texts and dates; tablib's own guesses numbers and formulas. Not imported."""

    title = WRITTEN_XLSX
    extensions = ()

    @classmethod
    def detect(cls, stream: Any) -> bool:
        return False

    @classmethod
    def export_set(cls, dataset: tablib.Dataset) -> bytes:
        """Raises TooLongForWorkbook."""
        return workbook_of(dataset, dataset.title or "")


def register_formats() -> None:
    """Make our formats known to tablib. Doing it again changes nothing."""
    formats: list[Any] = [*map(SlicedFormat, TITLES.values()), WrittenWorkbook]
    for each in formats:
        try:
            registry.get_format(each.title)
        except UnsupportedFormat:
            registry.register(each.title, each)


def load_slice(reader: SliceReader, kind: str, rows: int) -> tablib.Dataset:
    """The reader's next slice of a file of this kind. Raises Refused where the file cannot be read on."""
    register_formats()
    return tablib.Dataset().load(reader, format=TITLES[kind], rows=rows)
