"""Rows written and asked for in bulk are those that Django's own ways write and find, on every database."""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import cert_completion_bulk as bulk
import pytest
from cert_completion_bulk import Among, Moment, inserting, literals, updating
from cert_completion_records.models import Certification, LearnerCertification
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.exceptions import FieldDoesNotExist
from django.db import DataError, IntegrityError, connection, transaction
from django.db.models import Q

from cert_completion_plugin.models import ImportRow, LedgerEntry

pytestmark = pytest.mark.django_db

TEXTS = [
    "plain",
    "",
    " blanks ",
    "tab\there",
    "line\nbreak\r\n",
    "\\N",
    "\\",
    "back\\slash\\t",
    "\\.",
    'quo"te',
    "it's",
    "100 % of %s {0}",
    "a,b;{c}",
    "Zoë, 日本",
    "NULL",
]
ROW_COLUMNS = ("batch_id", "line", "slice", "cells")
LEDGER_COLUMNS = (
    *("batch_id", "plan", "phase", "line", "revision", "outcome", "username", "learner_key", "certification_key"),
    *("completed", "expires", "window_opens", "detail"),
)
MOMENT = datetime(2026, 3, 15, 8, 30, 15, 123456, tzinfo=UTC)


@pytest.fixture(params=["fast", "portable"])
def way(request, monkeypatch):
    """Once with what is fastest on this database, once without COPY and texts; on SQLite they are the same."""
    if request.param == "portable":
        monkeypatch.setattr(inserting, "can_copy", lambda connection: False)
        for module in (inserting, updating):
            monkeypatch.setattr(module, "texts_of", lambda connection, rows: None)


def row_values():
    return [(7, line, line * 3, text) for line, text in enumerate(TEXTS, start=1)]


def test_texts_come_back_as_they_were(way):
    bulk.insert(ImportRow, ROW_COLUMNS, row_values())
    assert list(ImportRow.objects.order_by("line").values_list(*ROW_COLUMNS)) == row_values()


def test_what_is_inserted_is_what_bulk_create_inserts(way):
    days = (date(2026, 1, 31), None, date(1, 1, 1), date(9999, 12, 31))
    values = [
        (1, 1, "written", line, 0, "certified", "ana", "1", "2", day, None, days[0], "{}")
        for line, day in enumerate(days, start=1)
    ]
    bulk.insert(LedgerEntry, LEDGER_COLUMNS, values)
    ours = list(LedgerEntry.objects.order_by("line").values_list(*LEDGER_COLUMNS))
    LedgerEntry.objects.all().delete()
    LedgerEntry.objects.bulk_create(LedgerEntry(**dict(zip(LEDGER_COLUMNS, row, strict=True))) for row in values)
    assert ours == list(LedgerEntry.objects.order_by("line").values_list(*LEDGER_COLUMNS)) == values


def test_postgresql_copies():
    """That this database takes rows in its fastest way is seen by the statement that it gets."""
    assert inserting.can_copy(connection) is (connection.vendor == "postgresql")


@pytest.fixture
def mysql():
    if connection.vendor != "mysql":
        pytest.skip("MySQL's own way")
    return connection


class TestMySQL:
    def test_rows_are_one_statement(self, mysql, django_assert_num_queries):
        with django_assert_num_queries(1):
            bulk.insert(ImportRow, ROW_COLUMNS, row_values())

    @pytest.mark.parametrize("mode", ["NO_BACKSLASH_ESCAPES", "ANSI_QUOTES", ""])
    def test_texts_come_back_whatever_the_server_takes_for_special(self, mysql, mode):
        with mysql.cursor() as cursor:
            cursor.execute("SET SESSION sql_mode = CONCAT(@@sql_mode, ',', %s)", [mode])
            try:
                bulk.insert(ImportRow, ROW_COLUMNS, row_values())
                found = list(ImportRow.objects.order_by("line").values_list(*ROW_COLUMNS))
            finally:
                cursor.execute("SET SESSION sql_mode = REPLACE(@@sql_mode, %s, '')", [mode or "NONE"])
        assert found == row_values()

    def test_texts_with_nul_and_control_characters_come_back(self, mysql):
        texts = ["\0", "a\x1ab", "\x1a'", "\\'", "\U0001f600'", "x" * 70_000 + "'"]
        rows = [(7, line, 0, text) for line, text in enumerate(texts, start=1)]
        bulk.insert(ImportRow, ROW_COLUMNS, rows)
        assert list(ImportRow.objects.order_by("line").values_list(*ROW_COLUMNS)) == rows

    def test_another_character_set_is_left_to_the_driver(self, mysql):
        driver = SimpleNamespace(character_set_name=lambda: "gbk", string_literal=mysql.connection.string_literal)
        other: Any = SimpleNamespace(ensure_connection=lambda: None, connection=driver)
        assert literals.texts_of(mysql, [("a",)]) == ["'a'"]
        assert literals.texts_of(other, [("a",)]) is None

    @pytest.mark.parametrize("row", [(1.5,), (b"x",), (date(2026, 1, 1),)])
    def test_other_types_are_left_to_the_driver(self, mysql, row):
        assert literals.texts_of(mysql, [row]) is None


def test_statements_are_no_longer_than_a_server_takes():
    texts = ["x" * 200_000, "y" * 100_000, "z" * 300_000, "", "w"]
    found = list(literals.in_statements(texts))
    assert [list(map(len, some)) for some in found] == [[200_000], [100_000], [300_000], [0, 1]]


def test_no_rows_are_no_statement(way, django_assert_num_queries):
    with django_assert_num_queries(0):
        bulk.insert(ImportRow, ROW_COLUMNS, [])
        bulk.update(ImportRow, ("cells",), [])


def test_rows_may_be_made_as_they_are_taken(way):
    bulk.insert(ImportRow, ROW_COLUMNS, ((7, line, 0, f"{line}") for line in range(1, 1202)))
    assert ImportRow.objects.filter(cells="1201").count() == 1
    assert ImportRow.objects.count() == 1201


def test_what_goes_wrong_while_rows_are_made_is_told_as_it_is(way):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        bulk.insert(ImportRow, ROW_COLUMNS, ((7, line, 0, f"{1 / (1000 - line)}") for line in range(1, 1202)))
    assert not ImportRow.objects.exists()


def test_a_row_that_exists_is_an_integrity_error_and_leaves_none(way):
    bulk.insert(ImportRow, ROW_COLUMNS, [(7, 2, 0, "first")])
    with pytest.raises(IntegrityError), transaction.atomic():
        bulk.insert(ImportRow, ROW_COLUMNS, [(7, 1, 0, "new"), (7, 2, 0, "again")])
    assert list(ImportRow.objects.values_list("line", "cells")) == [(2, "first")]


def test_a_value_that_fits_no_column_is_told_by_djangos_errors(way):
    with pytest.raises((DataError, IntegrityError, OverflowError)), transaction.atomic():
        bulk.insert(ImportRow, ROW_COLUMNS, [(7, 2**70, 0, "too large a line")])
    assert not ImportRow.objects.exists()


def test_a_column_that_there_is_not_is_named():
    with pytest.raises(FieldDoesNotExist, match="colour"):
        bulk.insert(ImportRow, ("batch_id", "colour"), [(1, "red")])


class TestRelations:
    @pytest.fixture
    def held(self, db):
        users = get_user_model().objects
        people = [users.create(username=name) for name in ("ana", "ben", "cyd")]
        certification = Certification.objects.create(short_name="Fire", full_name="Fire")
        return [LearnerCertification.objects.create(learner=one, certification=certification) for one in people]

    def test_every_kind_of_column_is_updated(self, held):
        columns = ("completed", "expires", "announce", "line", "changed_by", "changed_at", "assigned", "assigned_at")
        first = (date(2026, 1, 1), None, True, 5, 'a "quoted" \\ name\n%s', MOMENT, False, MOMENT)
        second = (None, None, False, None, "", MOMENT, True, None)
        bulk.update(LearnerCertification, columns, [(held[0].pk, *first), (held[1].pk, *second)])
        found = LearnerCertification.objects.order_by("pk")
        assert list(found.values_list(*columns))[:2] == [first, second]
        held[2].refresh_from_db()
        assert (held[2].changed_by, held[2].completed) == ("", None)

    def test_a_row_that_breaks_a_constraint_is_an_integrity_error(self, held):
        columns = ("completed", "expires")
        with pytest.raises(IntegrityError), transaction.atomic():
            bulk.update(LearnerCertification, columns, [(held[0].pk, date(2026, 1, 2), date(2026, 1, 1))])


class TestAmong:
    @pytest.fixture(autouse=True)
    def rows(self, db):
        bulk.insert(ImportRow, ROW_COLUMNS, row_values())

    @pytest.mark.parametrize("values", [TEXTS, TEXTS[3:9], ["absent"], ["absent", "plain"], []], ids=len)
    def test_texts(self, values):
        found = ImportRow.objects.filter(Among("cells", values)).order_by("line")
        assert list(found.values_list("line")) == list(
            ImportRow.objects.filter(cells__in=values).order_by("line").values_list("line")
        )

    @pytest.mark.parametrize(
        "values", [[1, 3, 5], [2**40], [-1], [], range(3000)], ids=["some", "large", "no", "", "many"]
    )
    def test_numbers(self, values):
        found = ImportRow.objects.filter(Among("line", values)).order_by("line")
        assert [row.line for row in found] == [line for line in range(1, len(TEXTS) + 1) if line in values]

    def test_dates(self):
        days = [date(2026, 1, day) for day in (1, 2, 3)]
        bulk.insert(
            LedgerEntry,
            LEDGER_COLUMNS,
            [(1, 1, "written", n, 0, "history", "a", "1", "2", day, None, None, "{}") for n, day in enumerate(days)],
        )
        assert [each.completed for each in LedgerEntry.objects.filter(Among("completed", days[:2]))] == days[:2]

    def test_together_with_other_conditions(self):
        either = Q(Among("line", [1, 2])) | Q(Among("cells", ["it's"]))
        found = ImportRow.objects.filter(either, batch_id=7).exclude(line=2).order_by("line")
        assert [row.cells for row in found] == ["plain", "it's"]

    def test_across_a_relation_that_is_joined(self):
        some = Permission.objects.values_list("content_type__model", flat=True)[:1]
        assert Permission.objects.filter(Among("content_type__model", list(some))).exists()

    def test_it_is_one_parameter_where_the_database_takes_an_array_or_a_document(self):
        _, parameters = ImportRow.objects.filter(Among("line", range(500))).query.sql_with_params()
        assert len(parameters) == (500 if connection.vendor == "mysql" else 1)


@pytest.mark.parametrize("has_zones", [True, False])
@pytest.mark.parametrize(
    "moment",
    [
        MOMENT,
        datetime(1, 1, 2, tzinfo=UTC),
        datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
        datetime(2026, 3, 29, 1, 30, 0, 1, tzinfo=UTC),
        datetime(9999, 12, 30, 23, 59, 59, 999999, tzinfo=UTC),
        None,
    ],
)
def test_a_moment_is_the_one_that_the_column_has(moment, has_zones, settings):
    if connection.vendor == "mysql" and moment and moment.year < 1000:
        pytest.skip("MySQL has no such date")
    learner = get_user_model().objects.create(username="ana")
    certification = Certification.objects.create(short_name="fire", rule="never_expires")
    LearnerCertification.objects.create(learner=learner, certification=certification, assigned_at=moment)
    settings.USE_TZ = has_zones
    held = LearnerCertification.objects.filter(learner=learner)
    assert held.values_list(Moment("assigned_at"), "pk").get() == held.values_list("assigned_at", "pk").get()
