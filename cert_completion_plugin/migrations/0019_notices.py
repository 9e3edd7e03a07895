import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cert_completion_plugin", "0018_messages"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="importbatch",
            name="language",
            field=models.CharField(blank=True, max_length=20, verbose_name="language of the uploader"),
        ),
        migrations.CreateModel(
            name="Notice",
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
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("done", "done"),
                            ("problems", "problems"),
                            ("held_back", "held_back"),
                            ("refused", "refused"),
                            ("failed", "failed"),
                            ("cancelled", "cancelled"),
                        ],
                        max_length=10,
                    ),
                ),
                ("problems", models.PositiveIntegerField()),
                ("made_at", models.DateTimeField()),
                ("shown_at", models.DateTimeField(null=True)),
                (
                    "mail",
                    models.CharField(
                        choices=[
                            ("none", "none"),
                            ("waiting", "waiting"),
                            ("sending", "sending"),
                            ("sent", "sent"),
                            ("dropped", "dropped"),
                        ],
                        max_length=11,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("due_at", models.DateTimeField(null=True)),
                ("moved_at", models.DateTimeField()),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(fields=["user", "shown_at"], name="ccp_notice_user"),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(fields=["mail", "due_at"], name="ccp_notice_mail"),
        ),
    ]
