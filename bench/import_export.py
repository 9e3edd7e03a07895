"""django-import-export, as the admin does it and in its bulk mode. Usage: python -m bench.import_export WAY FILE"""

import sys
from datetime import date
from pathlib import Path
from typing import Any

import django
import tablib

django.setup()

from cert_completion_records.models import Certification, LearnerCertification  # noqa: E402
from django.contrib.auth import get_user_model  # noqa: E402
from import_export import fields, resources, widgets  # noqa: E402

from bench.completions import completion, upsert  # noqa: E402
from bench.measuring import measured  # noqa: E402


class AdminResource(resources.ModelResource):
    """Rows as the import pages of the admin treat them: found one by one, compared, saved one by one."""

    username = fields.Field(
        column_name="username", attribute="learner", widget=widgets.ForeignKeyWidget(get_user_model(), "username")
    )
    certificationshortname = fields.Field(
        column_name="certificationshortname",
        attribute="certification",
        widget=widgets.ForeignKeyWidget(Certification, "short_name"),
    )
    completiondate = fields.Field(
        column_name="completiondate", attribute="completed", widget=widgets.DateWidget("%Y-%m-%d")
    )

    class Meta:
        model = LearnerCertification
        fields = ("username", "certificationshortname", "completiondate")
        import_id_fields = ("username", "certificationshortname")

    def before_import_row(self, row: dict[str, Any], row_number: int | None = None, **kwargs: Any) -> None:
        self.due, self.line = row["duedate"], (row_number or 0) + 1

    def before_save_instance(self, instance: LearnerCertification, row: Any, **kwargs: Any) -> None:
        due = date.fromisoformat(self.due) if self.due else None
        assert instance.completed is not None
        whole = completion(instance.learner_id, instance.certification_id, instance.completed, due, self.line)
        for name in ("expires", "window_opens", "assigned", "line", "changed_by"):
            setattr(instance, name, getattr(whole, name))


class BulkResource(AdminResource):
    """The same with all that makes it fast: no look-up of rows that exist, cached foreign keys, bulk statements."""

    username = fields.Field(
        column_name="username", attribute="learner", widget=widgets.CachedForeignKeyWidget(get_user_model(), "username")
    )
    certificationshortname = fields.Field(
        column_name="certificationshortname",
        attribute="certification",
        widget=widgets.CachedForeignKeyWidget(Certification, "short_name"),
    )

    class Meta(AdminResource.Meta):
        use_bulk = True
        batch_size = 1000
        force_init_instance = True
        skip_diff = True
        skip_html_diff = True
        skip_unchanged = False
        clean_model_instances = False

    def bulk_create(self, *args: Any, batch_size: int | None = None, **kwargs: Any) -> None:
        """As inherited, but the new completions take the place of those held: an insert alone would fail."""
        self._meta.model.objects.bulk_create(self.create_instances, batch_size=batch_size, **upsert())
        self.create_instances.clear()


def run(way: str, path: Path) -> int:
    if way == "admin":
        resource, times = AdminResource(), (True, False)
    else:
        resource, times = BulkResource(), (False,)
    for dry_run in times:
        dataset = tablib.Dataset().load(path.read_text(encoding="utf-8"), format="csv")
        result = resource.import_data(dataset, dry_run=dry_run, use_transactions=True, raise_errors=True)
        assert not result.has_errors(), [str(error.error) for row in result.error_rows[:1] for error in row.errors]
    return len(dataset)


if __name__ == "__main__":
    measured(lambda: run(sys.argv[1], Path(sys.argv[2])))
