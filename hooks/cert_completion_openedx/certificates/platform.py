"""The one place that asks the platform for certificates. What is imported of it is imported when it is asked.

What it does can be done as often as one likes: a certificate that is there stays, and so does a date that is given.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timezone
from enum import Enum
from typing import Any, Protocol, TypeAlias

from django.db import InterfaceError, OperationalError

from cert_completion_openedx.models import CertificateOrder

Refusal = CertificateOrder.Reason

MARK = "Certification import"
"""How the reason of a date begins that was given here; others are of somebody's own hand."""


class PlatformDown(Exception):
    """The platform does not answer now."""


class Progress(Enum):
    """`ISSUED`: the learner has the certificate, with its date. `ASKED`: the platform makes it; ask again."""

    ISSUED = "issued"
    ASKED = "asked"


Answer: TypeAlias = Progress | CertificateOrder.Reason
"""How far it is, or why the platform will not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A certificate of a course run, dated with the day of the completion.

    `key` names the row of an import that it is for; `given_by` is the user in whose name the date is given.
    """

    key: str
    learner: Any
    course_key: str
    completed: date
    given_by: Any


class Certificates(Protocol):
    """What issues certificates. Made without arguments."""

    def issue(self, wanted: Wanted) -> Answer:
        """Bring it a step on. Raises PlatformDown, or whatever the platform raises: then it is asked again later."""


class Lms:
    """The names of the platform that are used: of its certificates API, its catalogue of courses and its keys."""

    def course_run(self, key: str) -> Any:
        """The key as the platform takes it; None if there is no such course run."""
        from opaque_keys import InvalidKeyError
        from opaque_keys.edx.keys import CourseKey
        from openedx.core.djangoapps.content.course_overviews.api import get_course_overview_or_none

        try:
            parsed = CourseKey.from_string(key)
        except InvalidKeyError:
            return None
        return parsed if get_course_overview_or_none(parsed) else None

    @property
    def api(self) -> Any:
        from lms.djangoapps.certificates import api

        return api

    def is_made(self, certificate: Any) -> bool:
        """Whether it is one that its learner can look at."""
        from lms.djangoapps.certificates.data import CertificateStatuses

        return bool(CertificateStatuses.is_passing_status(certificate.status))

    @property
    def not_allowed(self) -> type[Exception]:
        """What the API raises where a filter of the site's forbids a certificate."""
        from lms.djangoapps.certificates.generation_handler import CertificateGenerationNotAllowed

        kind: type[Exception] = CertificateGenerationNotAllowed
        return kind

    @property
    def dates(self) -> Any:
        """The manager of dates that override those of certificates; the API has no function for them."""
        from lms.djangoapps.certificates.models import CertificateDateOverride

        return CertificateDateOverride.objects


class CourseCertificates:
    """The platform's own, for learners who did not take the course there: by its allowlist and its date override."""

    def __init__(self, lms: Any = None) -> None:
        self._lms = lms or Lms()

    def issue(self, wanted: Wanted) -> Answer:
        try:
            return self._issue(wanted)
        except (OSError, OperationalError, InterfaceError) as error:
            raise PlatformDown from error

    def _issue(self, wanted: Wanted) -> Answer:
        if wanted.given_by is None:
            return Refusal.NOBODY
        course_run = self._lms.course_run(wanted.course_key)
        if course_run is None:
            return Refusal.COURSE_UNKNOWN
        if self._lms.api.is_certificate_invalidated(wanted.learner, course_run):
            return Refusal.REVOKED
        certificate = self._certificate(wanted, course_run)
        return self._ask_for(wanted, course_run) if certificate is None else self._date(wanted, certificate)

    def _certificate(self, wanted: Wanted, course_run: Any) -> Any:
        name = wanted.learner.get_username()
        certificate = self._lms.api.get_certificate_for_user(name, course_run, format_results=False)
        return certificate if certificate and self._lms.is_made(certificate) else None

    def _ask_for(self, wanted: Wanted, course_run: Any) -> Answer:
        """Have the platform make it, whatever the learner's grade is; it does so by a task of its own."""
        api = self._lms.api
        if not api.is_on_allowlist(wanted.learner, course_run):
            api.create_or_update_certificate_allowlist_entry(wanted.learner, course_run, f"{MARK} {wanted.key}")
        try:
            takes_it_on = api.generate_certificate_task(wanted.learner, course_run)
        except self._lms.not_allowed:
            return Refusal.NOT_ELIGIBLE
        return Progress.ASKED if takes_it_on else Refusal.NOT_ELIGIBLE

    def _date(self, wanted: Wanted, certificate: Any) -> Answer:
        """Give the certificate its date; one that was given by hand stays."""
        moment = _moment(wanted.completed)
        values = {"date": moment, "reason": f"{MARK} {wanted.key}", "overridden_by": wanted.given_by}
        given = self._lms.dates.filter(generated_certificate=certificate).first()
        if given is None:
            self._lms.dates.create(generated_certificate=certificate, **values)
        elif given.date != moment:
            if not given.reason.startswith(MARK):
                return Refusal.OTHER_DATE
            for name, value in values.items():
                setattr(given, name, value)
            given.save()
        return Progress.ISSUED


def _moment(day: date) -> datetime:
    """Noon in UTC: the same day nearly wherever it is shown."""
    return datetime.combine(day, time(12), tzinfo=timezone.utc)  # noqa: UP017 - Django's stubs take no other
