"""Which messages to learners there are, which wait for the scheduled run, and what became of each."""

from cert_completion_hooks import MessageTrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cert_completion_records.models.certifications import Certification
from cert_completion_records.models.hashes import LENGTH


class Trigger(models.TextChoices):
    """Why a learner is written to. *Assigned* is sent at once by an import, all others by the scheduled run."""

    ASSIGNED = MessageTrigger.ASSIGNED.value, _("Assigned")
    CERTIFIED = "certified", _("Certified")
    RENEWED = "renewed", _("Renewed")
    WINDOW_OPENS = "window_opens", _("Recertification window opens")
    EXPIRES_SOON = "expires_soon", _("Expires soon")
    EXPIRED = "expired", _("Expired")


TRIGGER_LENGTH = 20


class PendingMessage(models.Model):
    """That something happened of which the next scheduled run tells the learner, written together with it.

    `completed`: the completion date of the record it tells of; a record that was replaced or undone meanwhile is
    not told of. `since`: the day on which it happened.

    .. pii: Who is to be written to, and about what.
    .. pii_types: id, other
    .. pii_retirement: local_api
    """

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
    trigger = models.CharField(_("message"), max_length=TRIGGER_LENGTH, choices=Trigger.choices)
    completed = models.DateField(_("completed"), null=True)
    since = models.DateField(_("since"))

    class Meta:
        verbose_name = _("pending message")
        verbose_name_plural = _("pending messages")

    def __str__(self) -> str:
        return f"{self.learner}: {self.certification} ({self.trigger})"


class SentMessage(models.Model):
    """What became of one message. It is written before the message leaves, so that none leaves twice.

    `key_hash` is what makes it the same message as another. `about`: the date that it is about, a completion, an
    expiry, or the opening of a window. A row that stays *being sent* is of a process that died, or of a connection that
    broke, at that moment: it is not known whether the message arrived, and it is not sent again.

    .. pii: Who was written to, and about what.
    .. pii_types: id, other
    .. pii_retirement: local_api
    """

    class Outcome(models.TextChoices):
        SENDING = "sending", _("Being sent, or cut off")
        SENT = "sent", _("Sent")
        NOT_SENT = "not_sent", _("Not sent")

    key_hash = models.CharField(max_length=LENGTH, unique=True, editable=False)
    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("learner"), on_delete=models.CASCADE, related_name="+"
    )
    certification = models.ForeignKey(
        Certification, verbose_name=_("certification"), on_delete=models.CASCADE, null=True, related_name="+"
    )
    trigger = models.CharField(_("message"), max_length=TRIGGER_LENGTH, choices=Trigger.choices)
    about = models.DateField(_("about the date"), null=True)
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome.choices, default=Outcome.SENT)
    reason = models.CharField(_("reason"), max_length=255, blank=True)
    claimed_at = models.DateTimeField(_("when"), auto_now_add=True)

    class Meta:
        verbose_name = _("sent message")
        verbose_name_plural = _("sent messages")
        ordering = ("-pk",)
        indexes = (models.Index(fields=("outcome",), name="ccr_sent_outcome"),)

    def __str__(self) -> str:
        return f"{self.learner} ({self.claimed_at})"
