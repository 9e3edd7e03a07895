"""Certifications and their recertification rules."""

from datetime import date
from functools import lru_cache
from typing import Any

from cert_completion_hooks import Period, PeriodUnit, RecertificationRule, RuleKind, folded, normalised
from dateutil.relativedelta import relativedelta
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from cert_completion_records.models.hashes import LENGTH, fingerprint


class Rule(models.TextChoices):
    """From which date the next expiry is counted, or that there is none."""

    COMPLETION_DATE = RuleKind.COMPLETION_DATE.value, _("From the completion date")
    EXPIRY_DATE = RuleKind.EXPIRY_DATE.value, _("From the expiry date")
    FIXED_EXPIRY_DATE = RuleKind.FIXED_EXPIRY_DATE.value, _("From a fixed expiry date")
    NEVER_EXPIRES = "never_expires", _("Never expires")


class Unit(models.TextChoices):
    DAY = PeriodUnit.DAY.value, _("days")
    WEEK = PeriodUnit.WEEK.value, _("weeks")
    MONTH = PeriodUnit.MONTH.value, _("months")
    YEAR = PeriodUnit.YEAR.value, _("years")


class Certification(models.Model):
    """A certification that learners can hold.

    The hash columns are how names are matched: without stray blanks, in one Unicode form, with case (or without, for
    the folded ones), on every database. `save` keeps them; a bulk creation has to call `set_hashes` on each.

    .. no_pii:
    """

    short_name = models.CharField(
        _("short name"),
        max_length=255,
        blank=True,
        help_text=_("Import files name the certification by its short name, its ID number, or both."),
    )
    id_number = models.CharField(_("ID number"), max_length=100, blank=True)
    full_name = models.CharField(_("full name"), max_length=255, help_text=_("What learners read."))
    rule = models.CharField(
        _("recertification rule"),
        max_length=20,
        choices=Rule.choices,
        default=Rule.COMPLETION_DATE,
        help_text=_("From which date the next expiry is counted."),
    )
    active_count = models.PositiveIntegerField(
        _("active period"), default=1, help_text=_("How long a certification lasts. Not used if it never expires.")
    )
    active_unit = models.CharField(_("unit"), max_length=5, choices=Unit.choices, default=Unit.YEAR)
    window_count = models.PositiveIntegerField(
        _("recertification window"), default=1, help_text=_("How long before the expiry a learner can recertify.")
    )
    window_unit = models.CharField(_("unit"), max_length=5, choices=Unit.choices, default=Unit.MONTH)
    minimum_active_count = models.PositiveIntegerField(
        _("minimum active period"),
        default=0,
        help_text=_("Only for a fixed expiry date: how far ahead of the completion the expiry must lie."),
    )
    minimum_active_unit = models.CharField(_("unit"), max_length=5, choices=Unit.choices, default=Unit.MONTH)
    is_active = models.BooleanField(
        _("active"),
        default=True,
        help_text=_("Take the tick away instead of deleting a certification that is no longer offered."),
    )
    groups = models.ManyToManyField(
        "auth.Group",
        related_name="+",
        blank=True,
        verbose_name=_("groups of administrators"),
        help_text=_(
            "Who is in one of these groups, and superusers, may import completions of this certification, and undo "
            "that. Without any group, everybody may who may import."
        ),
    )

    short_name_hash = models.CharField(max_length=LENGTH, blank=True, editable=False, db_index=True)
    id_number_hash = models.CharField(max_length=LENGTH, blank=True, editable=False, db_index=True)
    short_name_folded_hash = models.CharField(max_length=LENGTH, blank=True, editable=False, db_index=True)
    id_number_folded_hash = models.CharField(max_length=LENGTH, blank=True, editable=False, db_index=True)
    names_hash = models.CharField(max_length=LENGTH, unique=True, editable=False)

    class Meta:
        verbose_name = _("certification")
        verbose_name_plural = _("certifications")
        ordering = ("full_name", "pk")

    def __str__(self) -> str:
        return self.full_name or self.short_name or self.id_number

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.set_hashes()
        if (fields := kwargs.get("update_fields")) is not None:
            kwargs["update_fields"] = {*fields, *_HASH_COLUMNS}
        super().save(*args, **kwargs)

    def set_hashes(self) -> None:
        """Bring the columns by which names are matched up to date with the names; a blank name matches nothing."""
        self.short_name_hash, self.short_name_folded_hash = name_hash(self.short_name), folded_hash(self.short_name)
        self.id_number_hash, self.id_number_folded_hash = name_hash(self.id_number), folded_hash(self.id_number)
        self.names_hash = fingerprint(normalised(self.short_name), normalised(self.id_number))

    def clean(self) -> None:
        """Raises ValidationError, by field, for names and periods that imports could not work with."""
        self.set_hashes()
        problems = {**self._name_problems(), **self._period_problems()}
        if problems:
            raise ValidationError(problems)

    def _name_problems(self) -> dict[str, Any]:
        if not self.short_name_hash and not self.id_number_hash:
            return {"short_name": _("Give a short name, an ID number or both: import files need one to name it.")}
        if Certification.objects.filter(names_hash=self.names_hash).exclude(pk=self.pk).exists():
            return {
                "short_name": _(
                    "Another certification has this short name together with this ID number. Change one of the two, "
                    "so that import files can tell them apart."
                )
            }
        return {}

    def _period_problems(self) -> dict[str, Any]:
        counts = ("active_count", "window_count", "minimum_active_count")
        negative = [name for name in counts if (getattr(self, name) or 0) < 0]
        problems: dict[str, Any] = dict.fromkeys(negative, _("A period cannot be negative: give 0 or more."))
        if self.rule != Rule.NEVER_EXPIRES and self.active_count == 0:
            problems["active_count"] = _(
                "A certification that expires has to last a while: give at least 1, or choose “Never expires”."
            )
        if self.rule != Rule.FIXED_EXPIRY_DATE and self.minimum_active_count:
            problems["minimum_active_count"] = _(
                "Only the rule “From a fixed expiry date” has a minimum active period. Set it to 0 for other rules."
            )
        return problems

    def window_opens_for(self, expires: date) -> date:
        """The day on which the recertification window of a record with this expiry opens. Raises OverflowError."""
        count = self.window_count
        window = {
            Unit.DAY: relativedelta(days=count),
            Unit.WEEK: relativedelta(weeks=count),
            Unit.MONTH: relativedelta(months=count),
            Unit.YEAR: relativedelta(years=count),
        }
        return expires - window[Unit(self.window_unit)]

    def recertification_rule(self) -> RecertificationRule | None:
        """The rule as the contract knows it; None: records of this certification never expire."""
        if self.rule == Rule.NEVER_EXPIRES:
            return None
        active, window = (self.active_count, self.active_unit), (self.window_count, self.window_unit)
        return _rule(self.rule, active, window, (self.minimum_active_count, self.minimum_active_unit))


@lru_cache(maxsize=2**8)
def _rule(
    kind: str, active: tuple[int, str], window: tuple[int, str], minimum_active: tuple[int, str]
) -> RecertificationRule:
    """Many certifications have the same rule, and every portion of an import asks for it."""
    return RecertificationRule(RuleKind(kind), _period(*active), _period(*window), _period(*minimum_active))


def _period(count: int, unit: str) -> Period:
    return Period(count, PeriodUnit(unit))


_HASH_COLUMNS = (
    "short_name_hash",
    "id_number_hash",
    "short_name_folded_hash",
    "id_number_folded_hash",
    "names_hash",
)


def name_hash(name: str) -> str:
    """What the hash column of a name holds if the name is this one; "" for a blank name."""
    text = normalised(name)
    return fingerprint(text) if text else ""


def folded_hash(name: str) -> str:
    """The same where case is ignored."""
    text = folded(name)
    return fingerprint(text) if text else ""
