"""tablib's registry belongs to the whole process: our formats are in it and nobody notices."""

import tablib
from tablib.core import detect_format
from tablib.formats import registry

from cert_completion_plugin.core.options import Options
from cert_completion_plugin.tabular.formats import TITLES, SlicedFormat, register_formats
from cert_completion_plugin.tabular.opening import open_text
from cert_completion_plugin.tabular.records import RecordReader


def reader(file):
    return RecordReader(file, open_text(file, Options()).state)


def test_a_slice_is_loaded_through_tablib(source):
    register_formats()
    records = reader(source(b"a,b\n\n1\n2,3\n"))
    first = tablib.Dataset().load(records, format="cert_completion_csv", rows=2)
    second = tablib.Dataset().load(records, format="cert_completion_csv", rows=2)
    assert first.headers == ["line", "cells"]
    assert first[:] == [(1, ("a", "b")), (3, ("1",))]
    assert second[:] == [(4, ("2", "3"))]
    assert records.finished


def test_a_dataset_is_filled_anew(source):
    register_formats()
    dataset = tablib.Dataset((1, 2, 3), headers=("x", "y", "z"))
    dataset.load(reader(source(b"\n")), format="cert_completion_csv", rows=2)
    assert (dataset.headers, dataset.height) == (["line", "cells"], 0)


def test_registering_again_changes_nothing():
    register_formats()
    before = list(registry.formats())
    register_formats()
    assert list(registry.formats()) == before
    assert sum(isinstance(known, SlicedFormat) for known in before) == len(TITLES)


def test_nothing_is_detected_as_ours():
    register_formats()
    assert detect_format("a,b\n1,2\n") == "csv"
    assert detect_format("a\tb\n1\t2\n") == "tsv"
    assert detect_format('[{"a": 1}]') == "json"
    assert detect_format("no table at all") is None
    assert tablib.Dataset().load("a,b\n1,2\n").dict == [{"a": "1", "b": "2"}]
