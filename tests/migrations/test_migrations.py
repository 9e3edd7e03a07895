"""The migrations of our apps keep the rules; and the rules see what breaks them."""

from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, migrations, models
from django.db.migrations.state import ModelState, ProjectState
from django.test.utils import isolate_apps
from django.utils import timezone

from cert_completion_plugin.models import ImportBatch
from tests.migrations import checking, rules

APPS = ("cert_completion_plugin", "cert_completion_records")

BEFORE_ANY_RELEASE = {
    "0004_messages_to_learners: Rename field sent_at on sentmessage to claimed_at: what runs until then asks for it",
    "0004_messages_to_learners: Add field certification to sentmessage: not added at once",
    # No message could be chosen before: that table is empty.
    "0018_messages: Add field reason to message: not added at once",
    "0018_messages: Alter field key on message: another type of column",
    "0018_messages: Alter field state on message: another type of column",
}
"""What no site with many rows goes through: 0.1.0 begins with all of this."""


@pytest.mark.parametrize("label", APPS)
def test_no_index_is_longer_than_mysql_and_mariadb_take(label):
    assert list(checking.too_long(label)) == []


@pytest.mark.parametrize("label", APPS)
def test_no_migration_moves_data_and_changes_the_schema(label):
    assert list(checking.mixed(label)) == []


@pytest.mark.parametrize("label", APPS)
def test_large_tables_of_a_live_site_are_not_written_anew(label):
    assert set(checking.unsafe(label)) <= BEFORE_ANY_RELEASE


@isolate_apps("cert_completion_plugin")
def test_the_width_of_an_index_is_that_of_its_columns():
    class Wide(models.Model):
        name = models.CharField(max_length=255, unique=True)
        other = models.CharField(max_length=600)
        text = models.TextField()
        batch = models.ForeignKey("self", models.CASCADE, db_index=False)

        class Meta:
            app_label = "cert_completion_plugin"
            indexes = (
                models.Index(fields=["name", "-other"], name="wide"),
                models.Index(fields=["text"], name="text"),
            )

        def __str__(self) -> str:
            return self.name

    found = {index.name: index for index in rules.indexes(Wide)}
    assert {name: index.bytes for name, index in found.items() if name != "text"} == {
        "id": 8,
        "name": 1020,
        "batch": 8,
        "wide": 3420,
    }
    assert list(checking._too_long("Wide", Wide)) == ["Wide.wide: 3420 bytes", "Wide.text: text has no length"]


@pytest.fixture
def before():
    state = ProjectState()
    for name in ("importrow", "portion"):
        fields: list[tuple[str, Any]] = [("id", models.BigAutoField(primary_key=True)), ("line", models.IntegerField())]
        state.add_model(ModelState("app", name, fields))
    return state


@pytest.mark.parametrize(
    ("operation", "is_safe"),
    [
        (migrations.AddField("importrow", "at", models.DateTimeField(null=True)), True),
        (migrations.AddField("importrow", "phase", models.CharField(max_length=8, default="written")), True),
        (migrations.AddField("importrow", "detail", models.TextField(default="{}")), False),
        (migrations.AddField("importrow", "other", models.ForeignKey("app.portion", models.CASCADE, null=True)), False),
        (migrations.AlterField("importrow", "line", models.BigIntegerField()), False),
        (migrations.AlterField("importrow", "line", models.IntegerField(null=True)), False),
        (migrations.AlterField("importrow", "line", models.IntegerField(verbose_name="line")), True),
        (migrations.RenameField("importrow", "line", "number"), False),
        (migrations.RemoveField("importrow", "line"), False),
        (migrations.RenameModel("importrow", "row"), False),
        (migrations.AddField("portion", "facts", models.TextField(default="{}")), True),
    ],
)
def test_what_a_large_table_bears(before, operation, is_safe):
    assert bool(rules.unsafe(operation, "app", before)) is not is_safe


@pytest.mark.parametrize(
    ("operation", "changes"),
    [
        (migrations.AddField("importrow", "at", models.DateTimeField(null=True)), True),
        (migrations.RemoveField("importrow", "line"), True),
        (migrations.AlterField("importrow", "line", models.BigIntegerField()), True),
        (migrations.AddIndex("importrow", models.Index(fields=["line"], name="by_line")), True),
        (migrations.DeleteModel("portion"), True),
        (migrations.AlterModelOptions("importrow", {"verbose_name": "row"}), False),
        (migrations.RunPython(migrations.RunPython.noop), False),
        (migrations.CreateModel("proxy", [], {"proxy": True}, ("app.importrow",)), False),
    ],
)
def test_what_changes_the_schema(before, operation, changes):
    assert rules.changes_schema(operation, "app", before) is changes


@pytest.mark.django_db
def test_hosts_were_told_of_imports_that_had_ended_before_there_was_a_note_of_it():
    now = timezone.now()
    common = {
        "file_name": "x.csv",
        "uploaded_by_name": "ana",
        "uploaded_at": now,
        "progressed_at": now,
        "options": "{}",
    }
    ended = ImportBatch.objects.create(**common, state="finished", finished_at=now)
    open_ = ImportBatch.objects.create(**common, state="writing")
    told = import_module("cert_completion_plugin.migrations.0010_permissions")._told
    told(apps, connection.schema_editor())
    assert dict(ImportBatch.objects.values_list("pk", "told_at")) == {ended.pk: now, open_.pk: None}
