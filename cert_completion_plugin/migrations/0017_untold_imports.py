"""Imports of whose end nobody was told yet are found among very many."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cert_completion_plugin", "0016_operations"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="importbatch",
            index=models.Index(fields=["told_at"], name="ccp_batch_told"),
        ),
    ]
