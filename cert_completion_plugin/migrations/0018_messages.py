import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    """No message could be chosen before: the table is empty."""

    dependencies = [
        ("cert_completion_plugin", "0017_untold_imports"),
    ]

    operations = [
        migrations.CreateModel(
            name="Delivery",
            fields=[
                (
                    "batch",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="cert_completion_plugin.importbatch",
                    ),
                ),
                ("sent_at", models.DateTimeField(null=True)),
                ("due_at", models.DateTimeField(null=True)),
                ("trouble", models.TextField(default="null")),
                ("finished_at", models.DateTimeField(db_index=True, null=True)),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.RemoveIndex(
            model_name="message",
            name="ccp_message_due",
        ),
        migrations.AddField(
            model_name="message",
            name="claim",
            field=models.CharField(blank=True, max_length=32),
        ),
        migrations.AddField(
            model_name="message",
            name="made_at",
            field=models.DateTimeField(default=django.utils.timezone.now),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="message",
            name="moved_at",
            field=models.DateTimeField(default=django.utils.timezone.now),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="message",
            name="reason",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="message",
            name="reference",
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AddField(
            model_name="message",
            name="silence",
            field=models.CharField(
                blank=True,
                choices=[
                    ("host", "host"),
                    ("undone", "undone"),
                    ("held_back", "held_back"),
                    ("asked_before", "asked_before"),
                    ("given_up", "given_up"),
                ],
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="message",
            name="attempts",
            field=models.PositiveSmallIntegerField(),
        ),
        migrations.AlterField(
            model_name="message",
            name="batch",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="cert_completion_plugin.importbatch",
            ),
        ),
        migrations.AlterField(
            model_name="message",
            name="key",
            field=models.CharField(blank=True, max_length=64, null=True, unique=True),
        ),
        migrations.AlterField(
            model_name="message",
            name="state",
            field=models.CharField(
                choices=[
                    ("waiting", "waiting"),
                    ("sending", "sending"),
                    ("sent", "sent"),
                    ("never", "never"),
                    ("interrupted", "interrupted"),
                ],
                max_length=11,
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["batch", "state", "line"], name="ccp_message_state"),
        ),
    ]
