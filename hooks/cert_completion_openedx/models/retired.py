"""Whom the platform has retired, and who is still to be forgotten here."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class RetiredLearner(models.Model):
    """Somebody whose account is being retired, kept from the platform's word of it until all of theirs is forgotten.

    The platform changes the user name soon after, so that it has to be kept here: files call them by it.

    .. pii: The username of somebody who is to be forgotten; deleted as soon as they are.
    .. pii_types: username
    .. pii_retirement: local_api
    """

    learner_id = models.BigIntegerField(_("learner"), unique=True)
    username = models.CharField(_("username"), max_length=150)
    since = models.DateTimeField(_("since"), auto_now_add=True)

    class Meta:
        verbose_name = _("retired learner")
        verbose_name_plural = _("retired learners")
        ordering = ("pk",)

    def __str__(self) -> str:
        return str(self.learner_id)
