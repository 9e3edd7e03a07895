"""Fills the empty database of a sandbox."""

from collections.abc import Iterable
from datetime import date, timedelta

from cert_completion_hooks import CertificationState, Period, RecertificationRule
from cert_completion_records.messaging.switches import choose
from cert_completion_records.models import (
    Certification,
    LearnerCertification,
    LearnerMessage,
    MessageText,
    PastCompletion,
    Rule,
    Trigger,
)
from cert_completion_records.models.message_settings import Choice
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, Permission, User
from django.db import transaction
from django.utils import timezone

from cert_completion_plugin.core.expiry import record_dates, shifted
from sandbox.demo_table import (
    COURSES,
    FIRE_WARDEN,
    FIRST_AID,
    HARRY,
    HEALTH_AND_SAFETY,
    HOLDINGS,
    LADDERS,
    PEOPLE,
    RADIATION,
    SITE_INDUCTION,
    SPECIAL_COURSES,
    TWINS,
    Course,
    Person,
)

LOG_INS = (
    ("admin", "admin", "who may do everything"),
    ("uploader", "uploader", "who may upload completions, approve plans, undo imports and read the reports"),
    ("firechief", "firechief", "who may do the same, but with Fire Warden alone, and with their own imports"),
    (HARRY.username, HARRY.username, "a learner"),
)
UPLOADER_MAY = (
    "cert_completion_plugin.upload_completions",
    "cert_completion_plugin.view_import_report",
    "cert_completion_plugin.approve_imports",
    "cert_completion_plugin.undo_imports",
    "cert_completion_plugin.view_personal_data",
    "cert_completion_records.view_certification",
    "cert_completion_records.view_evidence",
    "cert_completion_records.view_learnercertification",
    "cert_completion_records.view_pastcompletion",
)
FIRE_CHIEF_MAY = tuple(name for name in UPLOADER_MAY if not name.endswith(".view_import_report"))
TRAINING_OFFICE, FIRE_BRIGADE, RADIATION_SAFETY = "Training office", "Fire brigade", "Radiation safety"
"""Groups of administrators; nobody is in the last one."""
DAYS_UNTIL_EXPIRY = 20
"""Of those whose window is open: they are told of it on the day on which the data is made."""

_STATES = (CertificationState.CERTIFIED, CertificationState.WINDOW_OPEN, CertificationState.EXPIRED)


def is_new() -> bool:
    return not User.objects.exists() and not Certification.objects.exists()


@transaction.atomic
def load() -> None:
    """Create log-ins, learners, certifications, and some records that are held on the present day."""
    groups = _create_administrators()
    users = {person.username: _create_learner(person) for person in (*PEOPLE, *TWINS)}
    certifications = {course: _create_certification(course) for course in (*COURSES, *SPECIAL_COURSES)}
    for course, certification in certifications.items():
        certification.groups.set(groups[name] for name in _groups_of(course))
    today = timezone.localdate()
    for person, course, state in _held():
        _create_records(users[person.username], certifications[course], course.rule, state, today)
    for held in HOLDINGS:
        _create_current(users[held.username], certifications[held.course], held.course.rule, held.completed)
    _switch_messages_on(certifications[FIRST_AID], certifications[SITE_INDUCTION], today)


def _switch_messages_on(first_aid: Certification, site_induction: Certification, today: date) -> None:
    """All messages, so that there is something to send on the first day, and one certification with its own ways."""
    for trigger in Trigger:
        message, _ = LearnerMessage.objects.get_or_create(trigger=trigger)
        message.switch(True, today)
        message.days_before = DAYS_UNTIL_EXPIRY
        message.save()
    choose(site_induction, Trigger.CERTIFIED, Choice.OFF, None, today)
    MessageText.objects.create(
        trigger=Trigger.EXPIRES_SOON,
        certification=first_aid,
        subject="Book your First Aid refresher before {expires}",
        body="Hello {learner},\n\n{certification} lapses in {days_left} days, on {expires}.\n\n"
        "Where you stand: {record_of_learning}",
    )


def _create_learner(person: Person) -> User:
    # Not by `create_user`, which gives the names of the twins one spelling.
    return User.objects.create(
        username=person.username,
        email=person.email,
        password=make_password(HARRY.username if person is HARRY else None),
        first_name=person.first_name,
        last_name=person.last_name,
        is_active=not person.suspended,
    )


def _create_administrators() -> dict[str, Group]:
    """Returns the groups by name."""
    User.objects.create_superuser("admin", "admin@example.org", "admin")
    groups = {name: Group.objects.create(name=name) for name in (TRAINING_OFFICE, FIRE_BRIGADE, RADIATION_SAFETY)}
    _create_administrator("uploader", UPLOADER_MAY, groups[TRAINING_OFFICE])
    _create_administrator("firechief", FIRE_CHIEF_MAY, groups[FIRE_BRIGADE])
    return groups


def _create_administrator(name: str, may: Iterable[str], group: Group) -> None:
    user = User.objects.create_user(name, f"{name}@example.org", name, is_staff=True)
    user.user_permissions.set([_permission(each) for each in may])
    user.groups.add(group)


def _groups_of(course: Course) -> tuple[str, ...]:
    """Who may import completions of a course."""
    if course is RADIATION:
        return (RADIATION_SAFETY,)
    return (TRAINING_OFFICE, FIRE_BRIGADE) if course is FIRE_WARDEN else (TRAINING_OFFICE,)


def _permission(name: str) -> Permission:
    app, codename = name.split(".")
    return Permission.objects.get(content_type__app_label=app, codename=codename)


def _create_certification(course: Course) -> Certification:
    certification = Certification(
        short_name=course.short_name,
        id_number=course.id_number,
        full_name=course.full_name,
        is_active=course.offered,
        **_rule_columns(course.rule),
    )
    # The admin would not take the ladders' rule; a site's own script may have left it.
    if course is not LADDERS:
        certification.full_clean()
    certification.save()
    return certification


def _rule_columns(rule: RecertificationRule | None) -> dict[str, str | int]:
    if rule is None:
        return {"rule": Rule.NEVER_EXPIRES}
    return {
        "rule": rule.kind.value,
        **_period_columns("active", rule.active),
        **_period_columns("window", rule.window),
        **_period_columns("minimum_active", rule.minimum_active),
    }


def _period_columns(name: str, period: Period) -> dict[str, str | int]:
    return {f"{name}_count": period.count, f"{name}_unit": period.unit.value}


def _held() -> list[tuple[Person, Course, CertificationState]]:
    """Who holds what: Harry one of each state, and every third of the others one certification."""
    held = list(zip([HARRY] * 3, (FIRST_AID, HEALTH_AND_SAFETY, FIRE_WARDEN), _STATES, strict=True))
    others = [person for person in PEOPLE[1::3] if person is not HARRY]
    for number, person in enumerate(others):
        held.append((person, COURSES[number % len(COURSES)], _STATES[number % len(_STATES)]))
    return held


def _create_records(
    user: User, certification: Certification, rule: RecertificationRule | None, state: CertificationState, today: date
) -> None:
    completed = _completed(rule, state, today)
    current = _create_current(user, certification, rule, completed)
    if rule is not None and state is CertificationState.WINDOW_OPEN:
        before = shifted(completed, rule.active, -1)
        expires, window_opens = _dates(rule, before)
        PastCompletion.objects.create(
            learner_certification=current, completed=before, expires=expires, window_opens=window_opens
        )


def _create_current(
    user: User, certification: Certification, rule: RecertificationRule | None, completed: date
) -> LearnerCertification:
    current = LearnerCertification(learner=user, certification=certification, assigned_at=timezone.now())
    current.completed, current.expires, current.window_opens = completed, *_dates(rule, completed)
    current.save()
    return current


def _completed(rule: RecertificationRule | None, state: CertificationState, today: date) -> date:
    """A completion date with which a record is in this state today; one that never expires is always certified."""
    if rule is None:
        return today - timedelta(days=400)
    days_until_expiry = {
        CertificationState.CERTIFIED: shifted(today, rule.window) + timedelta(days=60) - today,
        CertificationState.WINDOW_OPEN: timedelta(days=DAYS_UNTIL_EXPIRY),
        CertificationState.EXPIRED: timedelta(days=-40),
    }
    return shifted(today + days_until_expiry[state], rule.active, -1)


def _dates(rule: RecertificationRule | None, completed: date) -> tuple[date | None, date | None]:
    dates = record_dates(rule, completed, due=None, baseline=None)
    return dates.expires, dates.window_opens
