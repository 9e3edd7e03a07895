"""Course certificates that imports order, and what became of each."""

from datetime import timedelta

from cert_completion_records.models import Certification, ImportSource
from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

HOLD = timedelta(days=7)
"""How long an order waits for the end of its import, should nobody hear of that."""


class CertificateOrder(models.Model):
    """One course certificate that the learner is to have, written in the transaction of the record that it is for.

    Source and line are those of the record, and its row key: a repetition makes no second order. `due_at`: when it is
    looked at next; whoever takes it puts that off, so that it comes again should they die. `ordered_by`: in whose name
    the platform keeps the date.

    .. pii: Who is to have a certificate, of what and of which day; who had it ordered.
    .. pii_types: id, other
    .. pii_retirement: local_api
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        ISSUED = "issued", _("Issued")
        FAILED = "failed", _("Failed")
        WITHDRAWN = "withdrawn", _("Withdrawn before it was issued")
        LEFT = "left", _("Left as it is, although its record was undone")

    class Reason(models.TextChoices):
        """Why an order stands as it does, for the administrator; none of these names anybody."""

        ASKED = "asked", _("The platform was asked for it, and has not made it yet.")
        PLATFORM_DOWN = "platform_down", _("The platform did not answer.")
        PLATFORM_ERROR = "platform_error", _("The platform answered with an error; the log of the workers tells which.")
        BROKE_OFF = "broke_off", _("The work on it broke off every time.")
        COURSE_UNKNOWN = (
            "course_unknown",
            _("The platform has no course run with the key that the certification names."),
        )
        NOT_ELIGIBLE = (
            "not_eligible",
            _(
                "The platform gives no certificate. The learner has to be enrolled in the course run, in a mode that "
                "has certificates, and certificates have to be switched on for it."
            ),
        )
        REVOKED = "revoked", _("The learner's certificate of this course run was revoked on the platform.")
        OTHER_DATE = "other_date", _("Somebody has given the certificate another date by hand.")
        NOBODY = (
            "nobody",
            _("The platform keeps in whose name a date is given, and whoever had this import recorded has no account."),
        )
        UNDONE = "undone", _("The record was undone.")
        REPLACED = "replaced", _("The record is no longer the current one, or was changed.")
        LAPSED = "lapsed", _("The certification has expired.")

    source = models.ForeignKey(
        ImportSource,
        verbose_name=_("import"),
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    line = models.PositiveIntegerField(_("line of the file"))
    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("learner"),
        on_delete=models.CASCADE,
        related_name="+",
        db_constraint=False,
    )
    certification = models.ForeignKey(
        Certification,
        verbose_name=_("certification"),
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    course_key = models.CharField(_("course run"), max_length=255)
    completed = models.DateField(_("completed"))
    ordered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("ordered by"),
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.WAITING)
    reason = models.CharField(_("reason"), max_length=14, choices=Reason.choices, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    due_at = models.DateTimeField(_("looked at next"))
    changed_at = models.DateTimeField(_("changed at"), default=timezone.now)

    class Meta:
        verbose_name = _("course certificate")
        verbose_name_plural = _("course certificates")
        ordering = ("-pk",)
        constraints = (models.UniqueConstraint(fields=("source", "line"), name="cco_order_unique_line"),)
        indexes = (models.Index(fields=("state", "due_at"), name="cco_order_due"),)

    def __str__(self) -> str:
        return f"{self.learner}: {self.course_key} ({self.completed})"

    @property
    def key(self) -> str:
        """What names the order elsewhere: the row key of its record."""
        return f"{self.source.batch_id}:{self.line}"
