"""Which messages learners get, since when, and what they say."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import gettext_lazy as _

from cert_completion_records import conf, placeholders
from cert_completion_records.models.certifications import Certification
from cert_completion_records.models.hashes import LENGTH, fingerprint
from cert_completion_records.models.messages import TRIGGER_LENGTH, Trigger

DAYS_BEFORE = 14
"""How many days before the expiry *expires soon* is sent, where nobody chose otherwise."""

DAYS_VALIDATORS = (MinValueValidator(1), MaxValueValidator(3650))


class LearnerMessage(models.Model):
    """One message of the site: whether it is sent, for certifications that do not say otherwise.

    `since`: the day on which it was switched on; what fell due before is not sent. None: it always was on.

    .. no_pii:
    """

    trigger = models.CharField(
        _("message"), max_length=TRIGGER_LENGTH, choices=Trigger.choices, unique=True, editable=False
    )
    is_on = models.BooleanField(
        _("switched on"),
        default=False,
        help_text=_("For all certifications that do not say otherwise on their own pages."),
    )
    since = models.DateField(_("switched on since"), null=True, blank=True, editable=False)
    days_before = models.PositiveSmallIntegerField(
        _("days before the expiry"), default=DAYS_BEFORE, validators=DAYS_VALIDATORS
    )

    class Meta:
        verbose_name = _("message to learners")
        verbose_name_plural = _("messages to learners")
        ordering = ("pk",)

    def __str__(self) -> str:
        return str(Trigger(self.trigger).label)

    def switch(self, is_on: bool, day: date) -> None:
        """Switch it on or off on this day, without saving it."""
        if is_on and not self.is_on:
            self.since = day
        self.is_on = is_on


class Choice(models.TextChoices):
    """What a certification says of a message."""

    AS_SITE = "", _("as on the whole site")
    ON = "on", _("switched on")
    OFF = "off", _("switched off")


class CertificationMessage(models.Model):
    """What one certification says of a message; without such a row: as on the whole site.

    `since`: the day from which on the message is sent if it is sent. `days_before` None: as on the whole site.

    .. no_pii:
    """

    certification = models.ForeignKey(
        Certification, verbose_name=_("certification"), on_delete=models.CASCADE, related_name="messages"
    )
    trigger = models.CharField(_("message"), max_length=TRIGGER_LENGTH, choices=Trigger.choices)
    choice = models.CharField(_("choice"), max_length=3, choices=Choice.choices, blank=True)
    since = models.DateField(_("switched on since"), null=True, blank=True, editable=False)
    days_before = models.PositiveSmallIntegerField(
        _("days before the expiry"), null=True, blank=True, validators=DAYS_VALIDATORS
    )

    class Meta:
        verbose_name = _("message of a certification")
        verbose_name_plural = _("messages of certifications")
        constraints = (models.UniqueConstraint(fields=("certification", "trigger"), name="ccr_unique_message"),)

    def __str__(self) -> str:
        return f"{self.certification}: {Trigger(self.trigger).label}"


class MessageText(models.Model):
    """What a message says in one language, in place of the text that is shipped.

    `language` "": every language that has no text of its own. `certification` None: every certification that has none.

    .. no_pii:
    """

    trigger = models.CharField(_("message"), max_length=TRIGGER_LENGTH, choices=Trigger.choices)
    language = models.CharField(_("language"), max_length=20, blank=True)
    certification = models.ForeignKey(
        Certification,
        verbose_name=_("only for"),
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("A certification for which the message says something else. Leave it empty for all others."),
    )
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(
        _("text"),
        help_text=_("Plain text; a blank line begins a new paragraph, and web addresses become links."),
    )
    place_hash = models.CharField(max_length=LENGTH, unique=True, editable=False)

    class Meta:
        verbose_name = _("text of a message")
        verbose_name_plural = _("texts of messages")
        ordering = ("trigger", "language", "pk")

    def __str__(self) -> str:
        return self.subject

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.place_hash = place_hash(self.trigger, self.language, self.certification_id)
        super().save(*args, **kwargs)

    def clean(self) -> None:
        """Raises ValidationError, by field, for placeholders that cannot be filled in and for a second text."""
        problems: dict[str, Any] = {**text_problems(self.trigger, {"subject": self.subject, "body": self.body})}
        hash_of_place = place_hash(self.trigger, self.language, self.certification_id)
        if MessageText.objects.filter(place_hash=hash_of_place).exclude(pk=self.pk).exists():
            problems["language"] = gettext(
                "There is a text of this message for this language and certification already: change that one."
            )
        if problems:
            raise ValidationError(problems)


def place_hash(trigger: str, language: str, certification_id: int | None) -> str:
    """What the hash column of the text holds that is meant for this message, language and certification."""
    return fingerprint(trigger, language, str(certification_id or ""))


_ALWAYS = {
    "learner": gettext_lazy("the learner's full name"),
    "username": gettext_lazy("the learner's user name"),
    "certification": gettext_lazy("the certification's full name"),
    "record_of_learning": gettext_lazy("the address of the learner's Record of Learning"),
}
_DATES = {
    "completed": gettext_lazy("the completion date"),
    "window_opens": gettext_lazy("the day on which the recertification window opens"),
    "expires": gettext_lazy("the day on which it expires"),
    "days_left": gettext_lazy("how many days are left until it expires"),
}


def placeholders_of(trigger: Trigger) -> dict[str, Any]:
    """The placeholders that texts of this message may have, with what each stands for."""
    return dict(_ALWAYS) if trigger is Trigger.ASSIGNED else {**_ALWAYS, **_DATES}


def placeholder_names(trigger: Trigger) -> list[str]:
    return list(placeholders_of(trigger))


def text_problems(trigger: str, texts: Mapping[str, str]) -> dict[str, list[str]]:
    """What cannot be filled in in the texts of a message, by the name of each, in words."""
    if trigger not in Trigger.values:
        return {}
    known = placeholder_names(Trigger(trigger))
    problems = {name: placeholders.problems(text, known) for name, text in texts.items()}
    for name, text in texts.items():
        if "record_of_learning" in placeholders.names_in(text) and not conf.site_url():
            problems[name].append(_without_address())
    return {name: found for name, found in problems.items() if found}


def _without_address() -> str:
    text = gettext(
        "This site does not say its address, so that {record_of_learning} cannot be filled in. Leave it out, or ask "
        "the operator for the setting %(setting)s."
    )
    return text % {"setting": f"{conf.NAME}['SITE_URL']"}
