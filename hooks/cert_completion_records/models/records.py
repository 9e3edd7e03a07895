"""What learners hold: their assignment and current record of each certification, and their past completions."""

from datetime import date
from typing import Any

from cert_completion_hooks import CertificationState
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, router, transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cert_completion_records.clock import today
from cert_completion_records.compat import check_constraint
from cert_completion_records.models.certifications import Certification, Rule
from cert_completion_records.models.news import Before, tell_later
from cert_completion_records.models.sources import FromImport, ImportSource


class DatedRecord(FromImport):
    """The dates of one completion. `baseline_expires`: the expiry before any extension, if it was extended."""

    completed = models.DateField(_("completed"), null=True, blank=True)
    expires = models.DateField(_("expires"), null=True, blank=True)
    window_opens = models.DateField(_("recertification window opens"), null=True, blank=True)
    baseline_expires = models.DateField(
        _("expiry before extension"),
        null=True,
        blank=True,
        help_text=_("Only if the expiry was put off: the date on which it would have expired."),
    )
    announce = models.BooleanField(
        _("may be announced"),
        default=False,
        help_text=_("Whether the learner may be told of it. Reminders, before and when it expires, are sent anyway."),
    )

    class Meta:
        abstract = True

    def clean(self) -> None:
        problems = self.date_problems()
        if problems:
            raise ValidationError(problems)

    def date_problems(self) -> dict[str, Any]:
        """What is wrong with the dates, by field, in words."""
        problems: dict[str, Any] = {}
        if self.completed and self.expires and self.expires < self.completed:
            problems["expires"] = _("A record cannot expire before it was completed. Correct one of the two dates.")
        if self.expires and self.window_opens and self.window_opens > self.expires:
            problems["window_opens"] = _("The recertification window cannot open after the record has expired.")
        return problems


def _date_constraints(name: str) -> list[models.BaseConstraint]:
    in_order = Q(completed__isnull=True) | Q(expires__isnull=True) | Q(expires__gte=F("completed"))
    window_in_time = Q(window_opens__isnull=True) | Q(expires__isnull=True) | Q(window_opens__lte=F("expires"))
    return [
        check_constraint(in_order, f"ccr_{name}_expires_after_completed"),
        check_constraint(window_in_time, f"ccr_{name}_window_before_expires"),
        models.UniqueConstraint(fields=("source", "line"), name=f"ccr_{name}_unique_line"),
    ]


_NO_DATES = Q(expires__isnull=True, window_opens__isnull=True, baseline_expires__isnull=True)


class LearnerCertificationQuerySet(models.QuerySet["LearnerCertification"]):
    def in_state(self, state: CertificationState, day: date) -> "LearnerCertificationQuerySet":
        """Those that stand so on this day (import-rules.md §4)."""
        held = self.filter(completed__isnull=False)
        expired, open_window = Q(expires__lte=day), Q(window_opens__lte=day)
        lasting = Q(expires__isnull=True) | Q(expires__gt=day)
        closed_window = Q(window_opens__isnull=True) | Q(window_opens__gt=day)
        match state:
            case CertificationState.NONE:
                return self.filter(completed__isnull=True)
            case CertificationState.EXPIRED:
                return held.filter(expired)
            case CertificationState.WINDOW_OPEN:
                return held.filter(lasting, open_window)
            case CertificationState.CERTIFIED:
                return held.filter(lasting, closed_window)


class LearnerCertification(DatedRecord):
    """What one learner holds of one certification: assigned or not, and the current record (no completion date: none).

    Whoever writes anything of the pair, its history included, holds the lock of this row.

    `recorded_on`: the day from which on the current record has had these dates; None: from before that was kept.
    Saving a row keeps it, and what the learner is to be told; whoever writes in bulk does so too, or nobody is told.

    .. pii: What a learner holds; the name of who changed it last.
    .. pii_types: id, username, other
    .. pii_retirement: local_api
    """

    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("learner"),
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,
    )
    certification = models.ForeignKey(
        Certification,
        verbose_name=_("certification"),
        on_delete=models.PROTECT,
        related_name="learner_records",
    )
    assigned = models.BooleanField(
        _("assigned"), default=True, help_text=_("Whether the learner is meant to hold this certification.")
    )
    assigned_at = models.DateTimeField(_("assigned at"), null=True, blank=True, editable=False)
    assigned_source = models.ForeignKey(
        ImportSource,
        verbose_name=_("import that assigned"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    recorded_on = models.DateField(_("recorded on"), null=True, blank=True, editable=False)

    objects = LearnerCertificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("learner's certification")
        verbose_name_plural = _("learners' certifications")
        ordering = ("learner_id", "certification_id")
        constraints = (
            models.UniqueConstraint(fields=("learner", "certification"), name="ccr_unique_pair"),
            check_constraint(Q(completed__isnull=False) | _NO_DATES, "ccr_current_dates_need_completed"),
            *_date_constraints("current"),
        )
        indexes = (models.Index(fields=("expires",), name="ccr_current_expires"),)

    def __str__(self) -> str:
        return f"{self.learner}: {self.certification}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        using = kwargs.get("using") or router.db_for_write(type(self), instance=self)
        fields = kwargs.get("update_fields")
        if fields is not None and not set(fields) & _TOLD_OF:
            super().save(*args, **kwargs)
            return
        with transaction.atomic(using=using):
            stored = LearnerCertification.objects.using(using).filter(pk=self.pk).first() if self.pk else None
            if self.completed and (stored is None or any(getattr(stored, n) != getattr(self, n) for n in _DATES)):
                self.recorded_on = today()
                kwargs |= {"update_fields": {*fields, "recorded_on"}} if fields is not None else {}
            super().save(*args, **kwargs)
            tell_later(self, _before(stored), today())

    def date_problems(self) -> dict[str, Any]:
        if self.completed is None and (self.expires or self.window_opens or self.baseline_expires):
            return {"completed": _("Give the completion date too, or leave all dates empty.")}
        problems = super().date_problems()
        if self.completed and not self.expires and self._has_rule():
            problems["expires"] = _("This certification expires. Give the date on which this completion does.")
        if not problems and self._window_precedes_completion():
            problems["window_opens"] = _("The recertification window cannot open before the completion.")
        return problems

    def _window_precedes_completion(self) -> bool:
        """Whether the window opens before the completion although the rule does not say so."""
        if not (self.completed and self.expires and self.window_opens and self._has_rule()):
            return False
        if self.window_opens >= self.completed:
            return False
        days = {self.expires, self.baseline_expires or self.expires}
        return self.window_opens not in {self.certification.window_opens_for(day) for day in days}

    def _has_rule(self) -> bool:
        chosen: int | None = self.certification_id  # a form leaves out what was not given
        return chosen is not None and self.certification.rule != Rule.NEVER_EXPIRES

    def state_on(self, day: date) -> CertificationState:
        """Where the learner stands on this day; `in_state` asks the database the same."""
        return state_on(self, day)


_DATES = ("completed", "expires", "window_opens", "baseline_expires")
_TOLD_OF = {*_DATES, "announce", "assigned"}


def _before(stored: LearnerCertification | None) -> Before:
    if stored is None:
        return Before()
    lasted = stored.state_on(today()) not in (CertificationState.NONE, CertificationState.EXPIRED)
    return Before(stored.completed, stored.assigned, stored.announce, lasted)


def state_on(current: Any, day: date) -> CertificationState:
    """Where a learner with this current record, or a row of its columns, stands on a day."""
    if current.completed is None:
        return CertificationState.NONE
    if current.expires and current.expires <= day:
        return CertificationState.EXPIRED
    if current.window_opens and current.window_opens <= day:
        return CertificationState.WINDOW_OPEN
    return CertificationState.CERTIFIED


class PastCompletion(DatedRecord):
    """A completion in the history of a learner's certification.

    `moved_by`: the import that put another one in its place, if it once was the current record.

    .. pii: What a learner held; the name of who changed it last.
    .. pii_types: username, other
    .. pii_retirement: local_api
    """

    learner_certification = models.ForeignKey(
        LearnerCertification,
        verbose_name=_("learner's certification"),
        on_delete=models.CASCADE,
        related_name="history",
        db_index=False,
    )
    completed = models.DateField(_("completed"))
    moved_by = models.ForeignKey(
        ImportSource,
        verbose_name=_("replaced by the import"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )

    class Meta:
        verbose_name = _("past completion")
        verbose_name_plural = _("past completions")
        ordering = ("learner_certification_id", "-completed", "-pk")
        constraints = tuple(_date_constraints("past"))
        indexes = (models.Index(fields=("learner_certification", "completed"), name="ccr_past_completed"),)

    def __str__(self) -> str:
        return f"{self.learner_certification} ({self.completed})"
