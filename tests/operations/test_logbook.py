"""The one way to write a line of the log: what it looks like, and what can never get into it."""

import io
import json
import logging
import traceback
from uuid import UUID

import pytest
from cert_completion_hooks import HostUnavailable
from django.db import IntegrityError

from cert_completion_plugin import logbook
from cert_completion_plugin.logbook import tell, tell_fault


@pytest.fixture
def told(caplog):
    """The lines that were written, as text."""
    caplog.set_level(logging.DEBUG, logbook.NAME)
    return lambda: [record.getMessage() for record in caplog.records]


def test_a_line_is_text_that_can_be_parsed_and_fields_for_formatters(told, caplog):
    tell(logbook.PLAN_MADE, {"certified": 3, "rejected": 1}, batch=12, plan=1, rows=4, seconds=1.23456)
    assert told() == ["event=plan_made batch=12 plan=1 rows=4 seconds=1.235 certified=3 rejected=1"]
    [record] = caplog.records
    assert (record.event, record.batch, record.seconds, record.certified) == ("plan_made", 12, 1.235, 3)
    assert (record.levelname, record.name) == ("INFO", "cert_completion_plugin")
    assert record.funcName == "test_a_line_is_text_that_can_be_parsed_and_fields_for_formatters"


def test_a_formatter_for_json_finds_numbers_as_numbers(caplog):
    class AsJson(logging.Formatter):
        def format(self, record):
            return json.dumps({name: vars(record)[name] for name in ("event", "batch", "certified")})

    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(AsJson())
    caplog.set_level(logging.INFO, logbook.NAME)
    logging.getLogger(logbook.NAME).addHandler(handler)
    try:
        tell(logbook.PLAN_MADE, {"certified": 3}, batch=12, plan=1, rows=3, seconds=1)
    finally:
        logging.getLogger(logbook.NAME).removeHandler(handler)
    assert json.loads(stream.getvalue()) == {"event": "plan_made", "batch": 12, "certified": 3}


def test_what_is_not_known_is_left_out(told):
    tell(logbook.IMPORT_REFUSED, batch=12, codes="file_empty", seconds=None)
    assert told() == ["event=import_refused batch=12 codes=file_empty"]


@pytest.mark.parametrize(
    "value",
    [
        "harry chinn",
        "harry@example.org",
        "names of the north.csv=1",
        "müller",
        'a"b',
        "1\nevent=import_finished batch=1",
        "\x1b[31m",
        "x" * 201,
        "",
    ],
)
def test_what_is_no_word_is_not_told(told, value):
    tell(logbook.BROKER_SILENT, error=value)
    assert told() == ["event=broker_silent error=?"]


def test_a_line_has_its_own_fields_only():
    with pytest.raises(TypeError, match=r"import_written.*file_name"):
        tell(logbook.IMPORT_WRITTEN, batch=1, file_name="names.csv")
    with pytest.raises(TypeError, match="import_written"):
        tell(logbook.IMPORT_WRITTEN, {"certified": 1}, batch=1)


def test_a_line_below_the_level_of_the_log_costs_nothing(caplog, monkeypatch):
    monkeypatch.setattr(logbook, "_harmless", None)
    caplog.set_level(logging.WARNING, logbook.NAME)
    tell(logbook.PLAN_MADE, batch=12)
    assert caplog.records == []


def test_no_field_hides_one_of_the_log_record():
    own = set(vars(logging.makeLogRecord({}))) | {"message", "asctime"}
    for line in logbook.LINES.values():
        assert not own & {"event", *line.fields}
        assert len(set(line.fields)) == len(line.fields)


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        (7, 7),
        ("7", "7"),
        (UUID(int=5), "00000000-0000-0000-0000-000000000005"),
        ("00000000000000000000000000000005", "00000000000000000000000000000005"),
        ("harry", None),
        ("harry@example.org", None),
        ("", None),
        (None, None),
    ],
)
def test_a_user_is_told_by_number_and_never_by_name(key, shown):
    assert logbook.user_id(key) == shown


SECRET = "harry.chinn"


class _DriversError(Exception):
    sqlstate = "23505"


def failing():
    try:
        raise _DriversError(f"Key (username)=({SECRET}) already exists")
    except _DriversError as cause:
        raise IntegrityError(f"Key (username)=({SECRET}) already exists") from cause


def test_an_exception_is_told_by_type_code_and_place_without_its_text(told, caplog):
    try:
        failing()
    except IntegrityError as error:
        tell_fault(logbook.PORTION_FAILED, error, trace=True, batch=12, portion=3, reference="5f2c9a31b7de")
    assert told() == ["event=portion_failed batch=12 portion=3 reference=5f2c9a31b7de error=IntegrityError code=23505"]
    [record] = caplog.records
    shown = "".join(traceback.format_exception(*record.exc_info))
    assert "in failing" in shown
    assert "direct cause" in shown
    assert "django.db.utils.IntegrityError" in shown
    assert "_DriversError" in shown
    assert "harry" not in shown.replace('f"Key (username)=({SECRET}) already exists"', "the line of the code")


def test_what_happened_while_another_was_handled_is_told_likewise(caplog):
    try:
        try:
            raise ValueError(SECRET)
        except ValueError:
            raise KeyError(SECRET)  # noqa: B904
    except KeyError as error:
        tell_fault(logbook.CHANGE_FAILED, error, trace=True, change="b1:2")
    [record] = caplog.records
    assert [type(record.exc_info[1]).__name__, type(record.exc_info[1].__context__).__name__] == [
        "KeyError",
        "ValueError",
    ]
    assert record.exc_info[1].args == record.exc_info[1].__context__.args == ()


def test_a_chain_that_leads_back_to_itself_ends(caplog):
    first, second = ValueError(), KeyError()
    first.__cause__, second.__cause__ = second, first
    tell_fault(logbook.CHANGE_FAILED, first, trace=True, change="b1:2")
    assert len(caplog.records) == 1


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (OSError(111, "refused for harry"), "111"),
        (IntegrityError(1062, "Duplicate entry 'harry.chinn'"), "1062"),
    ],
)
def test_the_code_of_a_system_or_database_is_told(told, error, code):
    tell_fault(logbook.TURN_INTERRUPTED, error, batch=1)
    assert told() == [f"event=turn_interrupted batch=1 error={type(error).__name__} code={code}"]


def test_the_host_that_is_away_is_named(told):
    error = HostUnavailable("no answer about harry.chinn")
    error.host, error.hook = "records", "find_learners"
    tell_fault(logbook.TURN_INTERRUPTED, error, batch=1)
    assert told() == ["event=turn_interrupted batch=1 error=HostUnavailable host=records hook=find_learners"]
