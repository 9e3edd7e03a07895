"""How the site's imports are doing as a whole, for those who run it. Nothing here is about learners."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.core import checks

from cert_completion_plugin import broker, conf, tasks
from cert_completion_plugin.api.hosting import hosts
from cert_completion_plugin.api.permissions import PERMISSION_VIEW_STATUS, User, check
from cert_completion_plugin.batches import clock, standing
from cert_completion_plugin.batches.standing import Work
from cert_completion_plugin.gateway import HostNotFound, HostStatus
from cert_completion_plugin.store import site_state
from cert_completion_plugin.store import standing as stored
from cert_completion_plugin.store.standing import Database
from cert_completion_plugin.store.tellings import Tellings
from cert_completion_plugin.store.workers import Worker
from cert_completion_plugin.versions import PLUGIN, versions

CHECKS = ("cert_completion", "cert_completion_records", checks.Tags.database)
SECRET = "********"

LOST_IS_NEWS = timedelta(hours=1)
"""For how long it is a finding that a worker was lost: others have taken its place, or there is worse to tell."""


class SiteVerdict(StrEnum):
    """How the site does: all is well; it works, and something needs to be looked at; imports do not go on."""

    OK = "ok"
    WARNING = "warning"
    CRITICAL = "critical"


class SiteFault(StrEnum):
    """What can be the matter with a site."""

    BROKER_SILENT = "broker_silent"
    NO_WORKER = "no_worker"
    NOBODY_LISTENS = "nobody_listens"
    WORK_STALLED = "work_stalled"
    CHECK_FAILED = "check_failed"
    HOST_TROUBLE = "host_trouble"
    IMPORTS_FAILED = "imports_failed"
    WORKER_LOST = "worker_lost"
    OTHER_VERSIONS = "other_versions"
    CHECK_WARNED = "check_warned"
    MESSAGES_WAIT = "messages_wait"
    MESSAGES_INTERRUPTED = "messages_interrupted"
    MAILS_DROPPED = "mails_dropped"


_CRITICAL = frozenset(
    {
        SiteFault.BROKER_SILENT,
        SiteFault.NO_WORKER,
        SiteFault.NOBODY_LISTENS,
        SiteFault.WORK_STALLED,
        SiteFault.CHECK_FAILED,
    }
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is the matter; `about` has the numbers and names for its text."""

    fault: SiteFault
    about: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_critical(self) -> bool:
        return self.fault in _CRITICAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """The broker: its address without user and password, whether it answers, and the queue to which imports are sent.

    `queue` is "" if the Celery application does not know it. `is_eager`: tasks are done where they are sent.
    """

    address: str
    answers: bool
    queue: str
    is_eager: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemCheck:
    """What a system check found."""

    id: str
    is_error: bool
    text: str
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A key of `CERT_COMPLETION`, its value in force as text, and whether that is the default."""

    key: str
    value: str
    is_default: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteHealth:
    """Whether imports can go on, and what is the matter."""

    at: datetime
    findings: tuple[Finding, ...]

    @property
    def verdict(self) -> SiteVerdict:
        if any(finding.is_critical for finding in self.findings):
            return SiteVerdict.CRITICAL
        return SiteVerdict.WARNING if self.findings else SiteVerdict.OK


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteStatus(SiteHealth):
    """All that is told of a site.

    `lost_workers` are silent, and did not say that they stop. `purged_at`: when workers last looked for what is kept no
    longer. `versions` are those of this process, by name.
    """

    broker: Broker
    workers: tuple[Worker, ...]
    lost_workers: tuple[Worker, ...]
    work: Work
    hosts: tuple[HostStatus, ...]
    checks: tuple[SystemCheck, ...]
    purged_at: datetime | None
    database: Database
    versions: Mapping[str, str]
    settings: tuple[Setting, ...]


def site_health(user: User) -> SiteHealth:
    """Whether the work goes on, in a second and few queries: asked by machines, every half minute. Raises Denied."""
    check(user, PERMISSION_VIEW_STATUS)
    found = _work_findings(_broker(), standing.working(), standing.lost(), standing.work())
    return SiteHealth(at=clock.now(), findings=tuple(found))


def site_status(user: User) -> SiteStatus:
    """Everything, system checks included; it takes a second where the broker does not answer. Raises Denied."""
    check(user, PERMISSION_VIEW_STATUS)
    queue, working, lost, work, checked = _broker(), standing.working(), standing.lost(), standing.work(), _checked()
    found = [*_work_findings(queue, working, lost, work), *_check_findings(checked)]
    return SiteStatus(
        at=clock.now(),
        findings=tuple(sorted(found, key=lambda finding: not finding.is_critical)),
        broker=queue,
        workers=tuple(working),
        lost_workers=tuple(lost),
        work=work,
        hosts=_hosts(),
        checks=tuple(checked),
        purged_at=site_state.purged_at(),
        database=stored.database(),
        versions=versions(),
        settings=tuple(_settings()),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteNumbers:
    """The numbers of a site, for monitoring.

    `totals` are those of all imports that have ended (see `store.site_state.Numbers`), `work` what is under way.
    """

    at: datetime
    work: Work
    totals: Mapping[str, Mapping[str, float]]
    workers: int
    lost_workers: int
    broker_answers: bool
    versions: Mapping[str, str]

    def seconds_since(self, moment: datetime | None) -> float:
        """How long ago that was; 0 for never."""
        return 0.0 if moment is None else max((self.at - moment).total_seconds(), 0.0)


def site_numbers(user: User) -> SiteNumbers:
    """The numbers as they are now; it costs the same however many imports and rows there are. Raises Denied."""
    check(user, PERMISSION_VIEW_STATUS)
    return SiteNumbers(
        at=clock.now(),
        work=standing.work(),
        totals=site_state.numbers(),
        workers=len(standing.working()),
        lost_workers=len(standing.lost()),
        broker_answers=_broker().answers,
        versions=versions(),
    )


def resend_stalled(user: User) -> list[int]:
    """Send the work of imports that stand still to the workers again; returns their ids. Raises Denied."""
    check(user, PERMISSION_VIEW_STATUS)
    return tasks.resend_stalled()


def _broker() -> Broker:
    is_eager = broker.is_eager()
    answers = is_eager or broker.broker_answers()
    return Broker(address=broker.address(), answers=answers, queue=broker.queue_name() or "", is_eager=is_eager)


def _work_findings(queue: Broker, working: Sequence[Worker], lost: Sequence[Worker], work: Work) -> Iterator[Finding]:
    if not queue.answers:
        yield Finding(SiteFault.BROKER_SILENT, {"address": queue.address})
    if not queue.is_eager:
        yield from _worker_findings(queue, working)
    if work.stalled_in_all:
        yield Finding(SiteFault.WORK_STALLED, {"imports": work.stalled_in_all})
    if work.troubled:
        hosts = sorted({each.host for each in work.troubled if each.host})
        yield Finding(SiteFault.HOST_TROUBLE, {"imports": len(work.troubled), "hosts": ", ".join(hosts)})
    if failed := work.ended.get("failed", 0):
        yield Finding(SiteFault.IMPORTS_FAILED, {"imports": failed})
    yield from _telling_findings(work.tellings)
    if names := [each.name for each in lost if clock.now() - each.seen_at < LOST_IS_NEWS]:
        yield Finding(SiteFault.WORKER_LOST, {"names": ", ".join(names)})


def _telling_findings(tellings: Tellings) -> Iterator[Finding]:
    if tellings.held:
        yield Finding(SiteFault.MESSAGES_WAIT, {"imports": len(tellings.held)})
    if tellings.interrupted:
        yield Finding(SiteFault.MESSAGES_INTERRUPTED, {"messages": tellings.interrupted})
    if tellings.mails_dropped:
        yield Finding(SiteFault.MAILS_DROPPED, {"mails": tellings.mails_dropped})


def _worker_findings(queue: Broker, working: Sequence[Worker]) -> Iterator[Finding]:
    if not working:
        yield Finding(SiteFault.NO_WORKER)
        return
    # One that has not said where it listens may well listen there.
    if not any(each.is_command or not each.queues or queue.queue in each.queues for each in working):
        yield Finding(SiteFault.NOBODY_LISTENS, {"queue": queue.queue})
    own = versions()[PLUGIN]
    others = {each.name: each.versions[PLUGIN] for each in working if each.versions.get(PLUGIN, own) != own}
    if others:
        told = ", ".join(f"{name} ({version})" for name, version in others.items())
        yield Finding(SiteFault.OTHER_VERSIONS, {"workers": told, "version": own})


def _checked() -> list[SystemCheck]:
    """What the system checks of imports find, of the database too, without those that the site has silenced."""
    found = checks.run_checks(tags=CHECKS, databases=["default"])
    return [
        SystemCheck(
            id=str(message.id),
            is_error=message.level >= checks.ERROR,
            text=str(message.msg),
            hint=str(message.hint or ""),
        )
        for message in found
        if not message.is_silenced()
    ]


def _check_findings(found: Sequence[SystemCheck]) -> Iterator[Finding]:
    for fault, wanted in ((SiteFault.CHECK_FAILED, True), (SiteFault.CHECK_WARNED, False)):
        if ids := list(dict.fromkeys(each.id for each in found if each.is_error is wanted)):
            yield Finding(fault, {"ids": ", ".join(ids)})


def _hosts() -> tuple[HostStatus, ...]:
    try:
        return hosts()
    except HostNotFound:
        # What is wrong is told by the system checks.
        return ()


def _settings() -> Iterator[Setting]:
    given, default = conf.settings(), conf.Settings()
    for each in fields(given):
        value, key = getattr(given, each.name), each.name.upper()
        text = SECRET if key in conf.SECRETS and value else _as_text(value)
        yield Setting(key=key, value=text, is_default=value == getattr(default, each.name))


def _as_text(value: Any) -> str:
    if is_dataclass(value) and not isinstance(value, type):
        usual = type(value)()
        names = (each.name for each in fields(value) if getattr(value, each.name) != getattr(usual, each.name))
        return ", ".join(f"{name}={getattr(value, name)}" for name in names)
    if isinstance(value, frozenset):
        return ", ".join(sorted(": ".join(each) for each in value))
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
