"""As much of the platform's certificates as the port uses, by the names that it uses; nothing here is the platform."""

from types import SimpleNamespace

from cert_completion_openedx.certificates.platform import Progress


class NotAllowed(Exception):
    """A filter of the site's forbids a certificate."""


class Lms:
    """`enrolled` are names of learners; `make()` is the task by which the platform makes what it was asked for."""

    not_allowed = NotAllowed

    def __init__(self):
        self.course_runs = {"course-v1:edX+F1+2025"}
        self.enrolled, self.revoked, self.asked = set(), set(), []
        self.allowlist, self.certificates = {}, {}
        self.dates = Dates()
        self.trouble = None
        self.api = SimpleNamespace(
            is_certificate_invalidated=lambda user, course_key: user.username in self.revoked,
            get_certificate_for_user=self._certificate,
            is_on_allowlist=lambda user, course_key: user.username in self.allowlist,
            create_or_update_certificate_allowlist_entry=self._allow,
            generate_certificate_task=self._generate,
        )

    def course_run(self, key):
        if self.trouble:
            raise self.trouble
        return key if key in self.course_runs else None

    def is_made(self, certificate):
        return certificate.status == "downloadable"

    def make(self):
        for name in self.asked:
            self.certificates.setdefault(name, SimpleNamespace(status="downloadable", name=name))
        self.asked.clear()

    def date_of(self, name):
        given = self.dates.filter(self.certificates.get(name)).first()
        return given and given.date.date()

    def _certificate(self, username, course_key, format_results=True):
        assert not format_results
        return self.certificates.get(username)

    def _allow(self, user, course_key, notes, enabled=True):
        self.allowlist[user.username] = notes

    def _generate(self, user, course_key, generation_mode=None):
        if user.username not in self.enrolled:
            return False
        assert user.username in self.allowlist
        self.asked.append(user.username)
        return True


class Dates:
    """The manager of date overrides. `saved` counts how often one was written."""

    def __init__(self):
        self.rows, self.saved = [], 0

    def filter(self, generated_certificate):
        rows = [row for row in self.rows if row.generated_certificate is generated_certificate]
        return SimpleNamespace(first=lambda: rows[0] if rows else None)

    def create(self, **values):
        self.rows.append(Date(self, **values))
        self.rows[-1].save()


class Date(SimpleNamespace):
    def __init__(self, dates, **values):
        super().__init__(**values)
        self._dates = dates

    def save(self):
        self._dates.saved += 1


class AtOnce:
    """Issues certificates at once, for workers that are processes of their own."""

    def issue(self, wanted):
        return Progress.ISSUED
