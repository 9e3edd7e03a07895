"""What of the platform stands for a certification of the record book."""

import re

from cert_completion_records.compat import check_constraint
from cert_completion_records.models import Certification
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

_PART = r"[^\s/+:?]+"
_COURSE_KEY = re.compile(
    # Of course runs, of custom courses for coaches, and of courses from before 2014.
    rf"course-v1:{_PART}\+{_PART}\+{_PART}|ccx-v1:{_PART}\+{_PART}\+{_PART}\+ccx@\d+|{_PART}/{_PART}/{_PART}"
)


class Counterpart(models.Model):
    """The course run or the program of the platform that stands for a certification.

    Import files may name the certification by the course key or the program's UUID as well.

    .. no_pii:
    """

    certification = models.OneToOneField(
        Certification, on_delete=models.CASCADE, related_name="counterpart", verbose_name=_("certification")
    )
    course_key = models.CharField(
        _("course run"),
        max_length=255,
        null=True,
        blank=True,
        unique=True,
        help_text=_("The key of a course run, such as course-v1:edX+DemoX+2026."),
    )
    program_uuid = models.UUIDField(
        _("program"), null=True, blank=True, unique=True, help_text=_("The UUID of a program.")
    )
    issues_certificate = models.BooleanField(
        _("issues the course certificate"),
        default=False,
        help_text=_("Whether imports also issue the certificate of the course run, dated as the completion."),
    )

    class Meta:
        verbose_name = _("counterpart")
        verbose_name_plural = _("counterparts in Open edX")
        ordering = ("pk",)
        constraints = (
            check_constraint(
                Q(course_key__isnull=False, program_uuid__isnull=True)
                | Q(course_key__isnull=True, program_uuid__isnull=False),
                name="cco_counterpart_one",
            ),
            check_constraint(
                Q(issues_certificate=False) | Q(course_key__isnull=False), name="cco_counterpart_certificate"
            ),
        )

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Raises ValidationError, with the field at fault."""
        self.course_key = (self.course_key or "").strip() or None
        if (self.course_key is None) == (self.program_uuid is None):
            raise ValidationError(_("Enter either the key of a course run or the UUID of a program."))
        if self.course_key is not None and not _COURSE_KEY.fullmatch(self.course_key):
            text = _("This is not the key of a course run, which looks like course-v1:edX+DemoX+2026.")
            raise ValidationError({"course_key": text})
        if self.course_key is not None and self._is_taken(self.course_key):
            text = _("This course run stands for another certification already.")
            raise ValidationError({"course_key": text})
        if self.course_key is None and self.issues_certificate:
            text = _("Only a course run has a course certificate.")
            raise ValidationError({"issues_certificate": text})

    def _is_taken(self, course_key: str) -> bool:
        """In another case too: the platform has no two such course runs, and imports may ignore case."""
        others = Counterpart._default_manager.exclude(pk=self.pk)
        return others.filter(course_key__iexact=course_key).exists()

    @property
    def name(self) -> str:
        """How files may name it."""
        return self.course_key or str(self.program_uuid or "")
