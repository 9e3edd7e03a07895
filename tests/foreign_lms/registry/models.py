"""The registry of licences, in a database of its own: people are numbers here, and nothing points across.

A licence is valid up to and including its last day, and all its periods are numbers of days.
"""

from datetime import date, timedelta
from typing import Any

from django.db import models

ONE_DAY = timedelta(days=1)


class Basis(models.TextChoices):
    """From which day the next period of validity is counted."""

    DAY_OF_TRAINING = "training", "day of training"
    LAST_DAY = "last day", "last day of the former period"
    CALENDAR = "calendar", "the calendar"
    FOR_LIFE = "life", "valid for life"


class Licence(models.Model):
    """What people can be licensed to do. Files name it by its code, or by its number in the register."""

    number = models.AutoField(primary_key=True)
    code = models.CharField(max_length=255, blank=True)
    register_no = models.CharField(max_length=100, blank=True)
    basis = models.CharField(max_length=20, choices=Basis.choices, default=Basis.FOR_LIFE)
    valid_days = models.IntegerField(default=0)
    renewal_days = models.IntegerField(default=0)
    least_days = models.IntegerField(default=0)
    is_withdrawn = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.code or self.register_no


class Stamped(models.Model):
    """Somebody's training for a licence, with the days that follow from it, and where the entry came from."""

    person = models.BigIntegerField()
    licence = models.ForeignKey(Licence, on_delete=models.CASCADE, related_name="+")
    trained_on = models.DateField()
    last_day = models.DateField(null=True, blank=True)
    renewal_from = models.DateField(null=True, blank=True)
    last_day_unextended = models.DateField(null=True, blank=True)
    entry = models.CharField(max_length=100, blank=True, editable=False)
    entry_line = models.IntegerField(null=True, editable=False)
    stamped_by = models.CharField(max_length=254, blank=True)
    stamped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.person}: {self.licence} {self.trained_on}"

    @property
    def expires(self) -> date | None:
        """The first day on which it is not valid any more."""
        return self.last_day and self.last_day + ONE_DAY

    @property
    def expires_unextended(self) -> date | None:
        return self.last_day_unextended and self.last_day_unextended + ONE_DAY


class ValidLicence(Stamped):
    """The licence that somebody holds, whether it has lapsed or not: one for each person and licence."""

    class Meta:
        constraints = (models.UniqueConstraint(fields=("person", "licence"), name="harbour_one_valid"),)


class FormerLicence(Stamped):
    """Earlier trainings: one for each person, licence and day."""

    class Meta:
        constraints = (models.UniqueConstraint(fields=("person", "licence", "trained_on"), name="harbour_one_a_day"),)


class Duty(models.Model):
    """Somebody is meant to hold a licence. `given_by`: the key of the change of an import that said so."""

    person = models.BigIntegerField()
    licence = models.ForeignKey(Licence, on_delete=models.CASCADE, related_name="+")
    given_by = models.CharField(max_length=100, blank=True)

    class Meta:
        verbose_name_plural = "duties"
        constraints = (models.UniqueConstraint(fields=("person", "licence"), name="harbour_one_duty"),)

    def __str__(self) -> str:
        return f"{self.person}: {self.licence}"


class KindOfTraining(models.Model):
    """A kind of training elsewhere; `fields` has name, kind and choices of what is asked about it, as JSON."""

    name = models.CharField(max_length=100, primary_key=True)
    fields = models.TextField(default="[]")

    def __str__(self) -> str:
        return self.name


class OutsideTraining(models.Model):
    """Training for something that the harbour does not license."""

    person = models.BigIntegerField()
    code = models.CharField(max_length=255, blank=True)
    register_no = models.CharField(max_length=100, blank=True)
    trained_on = models.DateField()
    title = models.CharField(max_length=255)
    due = models.DateField(null=True, blank=True)
    kind = models.CharField(max_length=100, blank=True)
    details = models.TextField(default="{}")
    entered_by = models.CharField(max_length=254, blank=True)
    entry = models.CharField(max_length=100, blank=True, editable=False)
    entry_line = models.IntegerField(null=True, editable=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("person", "code", "register_no", "trained_on"), name="harbour_one_outside"),
        )

    def __str__(self) -> str:
        return f"{self.person}: {self.title} {self.trained_on}"


class Ban(models.Model):
    """An officer, by the key of their account, who may not enter a licence."""

    officer = models.CharField(max_length=100)
    licence = models.ForeignKey(Licence, on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"{self.officer}: not {self.licence}"


class Letter(models.Model):
    """A letter to somebody about a licence that has left, or is leaving now."""

    key = models.CharField(max_length=200, primary_key=True)
    person = models.BigIntegerField()
    licence = models.ForeignKey(Licence, on_delete=models.CASCADE, related_name="+")
    trigger = models.CharField(max_length=30)

    def __str__(self) -> str:
        return self.key


class AppliedKey(models.Model):
    """The key of a change or item of an import that stands in the registry, or once did."""

    key = models.CharField(max_length=100, primary_key=True)

    def __str__(self) -> str:
        return self.key


class Desk(models.Model):
    """The one desk at which the registry is written: whoever has updated its row writes until they commit."""

    turns = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"turn {self.turns}"


def expiry_columns(expires: date | None, unextended: date | None) -> dict[str, Any]:
    """The two last days that go with expiry dates."""
    return {
        "last_day": expires and expires - ONE_DAY,
        "last_day_unextended": unextended and unextended - ONE_DAY,
    }
