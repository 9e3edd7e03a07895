"""What operators see: workers one by one, numbers of all imports, how long portions take, that undos were told of."""

import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cert_completion_plugin", "0015_request_keys"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="importbatch",
            options={
                "default_permissions": (),
                "ordering": ("-id",),
                "permissions": (
                    ("upload_completions", "Can upload certification completions"),
                    ("view_import_report", "Can view the certification imports of others"),
                    ("approve_imports", "Can approve, discard and plan anew certification imports"),
                    ("view_personal_data", "Can view names and cells in certification imports, and download them"),
                    ("manage_options", "Can manage the default options of certification imports"),
                    ("forget_learners", "Can have learners forgotten in certification imports"),
                    ("view_status", "Can see the status of certification imports and send stalled work again"),
                ),
                "verbose_name": "import",
                "verbose_name_plural": "imports",
            },
        ),
        migrations.CreateModel(
            name="ImportStatus",
            fields=[],
            options={
                "verbose_name": "status of certification imports",
                "verbose_name_plural": "status of certification imports",
                "default_permissions": (),
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=("cert_completion_plugin.importbatch",),
        ),
        # The one row that there was told of no worker in particular.
        migrations.DeleteModel(name="WorkerSign"),
        migrations.CreateModel(
            name="WorkerSign",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=150, unique=True)),
                ("started_at", models.DateTimeField(null=True)),
                ("seen_at", models.DateTimeField()),
                ("about", models.TextField(default="{}")),
            ],
            options={"default_permissions": ()},
        ),
        migrations.CreateModel(
            name="SiteState",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("numbers", models.TextField(default="{}")),
                ("purged_at", models.DateTimeField(null=True)),
            ],
            options={"default_permissions": ()},
        ),
        migrations.AddField(
            model_name="portion",
            name="seconds",
            field=models.FloatField(default=0),
        ),
        # Undos that are done already are not told of again.
        migrations.AddField(
            model_name="importundo",
            name="told_at",
            field=models.DateTimeField(default=django.utils.timezone.now, null=True, verbose_name="told of the end"),
            preserve_default=False,
        ),
    ]
