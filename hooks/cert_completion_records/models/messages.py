"""Which messages have been sent."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cert_completion_records.models.hashes import LENGTH


class SentMessage(models.Model):
    """That a message was sent, written before it is, so that the same key is never sent twice."""

    key_hash = models.CharField(max_length=LENGTH, unique=True, editable=False)
    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("learner"), on_delete=models.CASCADE, related_name="+"
    )
    sent_at = models.DateTimeField(_("sent at"), auto_now_add=True)

    class Meta:
        verbose_name = _("sent message")
        verbose_name_plural = _("sent messages")

    def __str__(self) -> str:
        return f"{self.learner} ({self.sent_at})"
