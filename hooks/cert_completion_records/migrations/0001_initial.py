import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from cert_completion_records.compat import check_constraint


class Migration(migrations.Migration):
    initial = True

    dependencies = (migrations.swappable_dependency(settings.AUTH_USER_MODEL),)

    operations = (
        migrations.CreateModel(
            name="Certification",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "short_name",
                    models.CharField(
                        blank=True,
                        help_text="Import files name the certification by its short name, its ID number, or both.",
                        max_length=255,
                        verbose_name="short name",
                    ),
                ),
                (
                    "id_number",
                    models.CharField(blank=True, max_length=100, verbose_name="ID number"),
                ),
                (
                    "full_name",
                    models.CharField(help_text="What learners read.", max_length=255, verbose_name="full name"),
                ),
                (
                    "rule",
                    models.CharField(
                        choices=[
                            ("completion_date", "From the completion date"),
                            ("expiry_date", "From the expiry date"),
                            ("fixed_expiry_date", "From a fixed expiry date"),
                            ("never_expires", "Never expires"),
                        ],
                        default="completion_date",
                        help_text="From which date the next expiry is counted.",
                        max_length=20,
                        verbose_name="recertification rule",
                    ),
                ),
                (
                    "active_count",
                    models.PositiveIntegerField(
                        default=1,
                        help_text="How long a certification lasts. Not used if it never expires.",
                        verbose_name="active period",
                    ),
                ),
                (
                    "active_unit",
                    models.CharField(
                        choices=[("day", "days"), ("week", "weeks"), ("month", "months"), ("year", "years")],
                        default="year",
                        max_length=5,
                        verbose_name="unit",
                    ),
                ),
                (
                    "window_count",
                    models.PositiveIntegerField(
                        default=1,
                        help_text="How long before the expiry a learner can recertify.",
                        verbose_name="recertification window",
                    ),
                ),
                (
                    "window_unit",
                    models.CharField(
                        choices=[("day", "days"), ("week", "weeks"), ("month", "months"), ("year", "years")],
                        default="month",
                        max_length=5,
                        verbose_name="unit",
                    ),
                ),
                (
                    "minimum_active_count",
                    models.PositiveIntegerField(
                        default=0,
                        help_text="Only for a fixed expiry date: how far ahead of the completion the expiry must lie.",
                        verbose_name="minimum active period",
                    ),
                ),
                (
                    "minimum_active_unit",
                    models.CharField(
                        choices=[("day", "days"), ("week", "weeks"), ("month", "months"), ("year", "years")],
                        default="month",
                        max_length=5,
                        verbose_name="unit",
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        default=True,
                        help_text="Take the tick away instead of deleting a certification that is no longer offered.",
                        verbose_name="active",
                    ),
                ),
                ("short_name_hash", models.CharField(blank=True, db_index=True, editable=False, max_length=64)),
                ("id_number_hash", models.CharField(blank=True, db_index=True, editable=False, max_length=64)),
                ("short_name_folded_hash", models.CharField(blank=True, db_index=True, editable=False, max_length=64)),
                ("id_number_folded_hash", models.CharField(blank=True, db_index=True, editable=False, max_length=64)),
                ("names_hash", models.CharField(editable=False, max_length=64, unique=True)),
            ],
            options={
                "verbose_name": "certification",
                "verbose_name_plural": "certifications",
                "ordering": ("full_name", "pk"),
            },
        ),
        migrations.CreateModel(
            name="ImportSource",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("batch_id", models.CharField(editable=False, max_length=64, unique=True, verbose_name="import")),
                ("file_name", models.CharField(max_length=255, verbose_name="file name")),
                ("uploaded_by", models.CharField(max_length=254, verbose_name="uploaded by")),
                ("uploaded_at", models.DateTimeField(verbose_name="uploaded at")),
                ("report_url", models.CharField(blank=True, max_length=500, verbose_name="import report")),
            ],
            options={
                "verbose_name": "import source",
                "verbose_name_plural": "import sources",
                "ordering": ("-uploaded_at", "-pk"),
            },
        ),
        migrations.CreateModel(
            name="LearnerCertification",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "line",
                    models.PositiveIntegerField(blank=True, editable=False, null=True, verbose_name="line of the file"),
                ),
                ("changed_by", models.CharField(blank=True, editable=False, max_length=254, verbose_name="changed by")),
                (
                    "changed_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="changed at"),
                ),
                ("completed", models.DateField(blank=True, null=True, verbose_name="completed")),
                ("expires", models.DateField(blank=True, null=True, verbose_name="expires")),
                ("window_opens", models.DateField(blank=True, null=True, verbose_name="recertification window opens")),
                (
                    "baseline_expires",
                    models.DateField(
                        blank=True,
                        help_text="Only if the expiry was put off: the date on which it would have expired.",
                        null=True,
                        verbose_name="expiry before extension",
                    ),
                ),
                (
                    "announce",
                    models.BooleanField(
                        default=False,
                        help_text="Whether the learner may get messages about this record.",
                        verbose_name="may be announced",
                    ),
                ),
                (
                    "assigned",
                    models.BooleanField(
                        default=True,
                        help_text="Whether the learner is meant to hold this certification.",
                        verbose_name="assigned",
                    ),
                ),
                (
                    "assigned_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="assigned at"),
                ),
                (
                    "assigned_source",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cert_completion_records.importsource",
                        verbose_name="import that assigned",
                    ),
                ),
                (
                    "certification",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="learner_records",
                        to="cert_completion_records.certification",
                        verbose_name="certification",
                    ),
                ),
                (
                    "learner",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="learner",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cert_completion_records.importsource",
                        verbose_name="import",
                    ),
                ),
            ],
            options={
                "verbose_name": "learner's certification",
                "verbose_name_plural": "learners' certifications",
                "ordering": ("learner_id", "certification_id"),
            },
        ),
        migrations.CreateModel(
            name="SentMessage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key_hash", models.CharField(editable=False, max_length=64, unique=True)),
                ("sent_at", models.DateTimeField(auto_now_add=True, verbose_name="sent at")),
                (
                    "learner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="learner",
                    ),
                ),
            ],
            options={
                "verbose_name": "sent message",
                "verbose_name_plural": "sent messages",
            },
        ),
        migrations.CreateModel(
            name="PastCompletion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "line",
                    models.PositiveIntegerField(blank=True, editable=False, null=True, verbose_name="line of the file"),
                ),
                ("changed_by", models.CharField(blank=True, editable=False, max_length=254, verbose_name="changed by")),
                (
                    "changed_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="changed at"),
                ),
                ("expires", models.DateField(blank=True, null=True, verbose_name="expires")),
                ("window_opens", models.DateField(blank=True, null=True, verbose_name="recertification window opens")),
                (
                    "baseline_expires",
                    models.DateField(
                        blank=True,
                        help_text="Only if the expiry was put off: the date on which it would have expired.",
                        null=True,
                        verbose_name="expiry before extension",
                    ),
                ),
                (
                    "announce",
                    models.BooleanField(
                        default=False,
                        help_text="Whether the learner may get messages about this record.",
                        verbose_name="may be announced",
                    ),
                ),
                ("completed", models.DateField(verbose_name="completed")),
                (
                    "learner_certification",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="history",
                        to="cert_completion_records.learnercertification",
                        verbose_name="learner's certification",
                    ),
                ),
                (
                    "moved_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cert_completion_records.importsource",
                        verbose_name="replaced by the import",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cert_completion_records.importsource",
                        verbose_name="import",
                    ),
                ),
            ],
            options={
                "verbose_name": "past completion",
                "verbose_name_plural": "past completions",
                "ordering": ("learner_certification_id", "-completed", "-pk"),
            },
        ),
        migrations.CreateModel(
            name="Evidence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "line",
                    models.PositiveIntegerField(blank=True, editable=False, null=True, verbose_name="line of the file"),
                ),
                ("changed_by", models.CharField(blank=True, editable=False, max_length=254, verbose_name="changed by")),
                (
                    "changed_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="changed at"),
                ),
                ("name", models.CharField(max_length=255, verbose_name="name")),
                ("short_name", models.CharField(blank=True, max_length=255, verbose_name="short name")),
                ("id_number", models.CharField(blank=True, max_length=100, verbose_name="ID number")),
                ("completed", models.DateField(verbose_name="completed")),
                ("due", models.DateField(blank=True, null=True, verbose_name="due")),
                ("evidence_type", models.CharField(blank=True, max_length=100, verbose_name="type of evidence")),
                ("fields_text", models.TextField(default="{}", editable=False, verbose_name="details")),
                ("identity", models.CharField(editable=False, max_length=64, unique=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="created by",
                    ),
                ),
                (
                    "learner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="learner",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cert_completion_records.importsource",
                        verbose_name="import",
                    ),
                ),
            ],
            options={
                "verbose_name": "evidence item",
                "verbose_name_plural": "evidence",
                "ordering": ("learner_id", "-completed", "-pk"),
            },
        ),
        migrations.AddIndex(
            model_name="pastcompletion",
            index=models.Index(fields=["learner_certification", "completed"], name="ccr_past_completed"),
        ),
        migrations.AddConstraint(
            model_name="pastcompletion",
            constraint=check_constraint(
                models.Q(
                    ("completed__isnull", True),
                    ("expires__isnull", True),
                    ("expires__gte", models.F("completed")),
                    _connector="OR",
                ),
                "ccr_past_expires_after_completed",
            ),
        ),
        migrations.AddConstraint(
            model_name="pastcompletion",
            constraint=check_constraint(
                models.Q(
                    ("window_opens__isnull", True),
                    ("expires__isnull", True),
                    ("window_opens__lte", models.F("expires")),
                    _connector="OR",
                ),
                "ccr_past_window_before_expires",
            ),
        ),
        migrations.AddConstraint(
            model_name="pastcompletion",
            constraint=models.UniqueConstraint(fields=("source", "line"), name="ccr_past_unique_line"),
        ),
        migrations.AddIndex(
            model_name="learnercertification",
            index=models.Index(fields=["expires"], name="ccr_current_expires"),
        ),
        migrations.AddConstraint(
            model_name="learnercertification",
            constraint=models.UniqueConstraint(fields=("learner", "certification"), name="ccr_unique_pair"),
        ),
        migrations.AddConstraint(
            model_name="learnercertification",
            constraint=check_constraint(
                models.Q(
                    ("completed__isnull", False),
                    models.Q(
                        ("baseline_expires__isnull", True), ("expires__isnull", True), ("window_opens__isnull", True)
                    ),
                    _connector="OR",
                ),
                "ccr_current_dates_need_completed",
            ),
        ),
        migrations.AddConstraint(
            model_name="learnercertification",
            constraint=check_constraint(
                models.Q(
                    ("completed__isnull", True),
                    ("expires__isnull", True),
                    ("expires__gte", models.F("completed")),
                    _connector="OR",
                ),
                "ccr_current_expires_after_completed",
            ),
        ),
        migrations.AddConstraint(
            model_name="learnercertification",
            constraint=check_constraint(
                models.Q(
                    ("window_opens__isnull", True),
                    ("expires__isnull", True),
                    ("window_opens__lte", models.F("expires")),
                    _connector="OR",
                ),
                "ccr_current_window_before_expires",
            ),
        ),
        migrations.AddConstraint(
            model_name="learnercertification",
            constraint=models.UniqueConstraint(fields=("source", "line"), name="ccr_current_unique_line"),
        ),
        migrations.AddConstraint(
            model_name="evidence",
            constraint=models.UniqueConstraint(fields=("source", "line"), name="ccr_evidence_unique_line"),
        ),
    )
