"""Hosts for tests, named in the setting HOSTS by import string. `install` puts a fresh one in place."""

from collections.abc import Mapping, Sequence
from typing import Any

from cert_completion_hooks import (
    SPEC_VERSION,
    Actor,
    Certification,
    CertificationRef,
    HostInfo,
    Learner,
    Period,
    PeriodUnit,
    RecertificationRule,
    RuleKind,
    hookimpl,
)
from cert_completion_hooks.memory import MemoryHost

host: Any = None


class SharedHost(MemoryHost):
    """The in-memory host, saying that it writes on the plugin's own database connection."""

    @hookimpl
    def host_info(self) -> HostInfo:
        info = super().host_info()
        return HostInfo(
            name=info.name,
            version=info.version,
            contract_version=info.contract_version,
            capabilities=info.capabilities,
            database_alias="default",
        )


def install(settings: Any, world: MemoryHost) -> MemoryHost:
    """Make this host the only active one for the test whose `settings` fixture is given."""
    global host
    host = world
    settings.CERT_COMPLETION = {**getattr(settings, "CERT_COMPLETION", {}), "HOSTS": ["tests.doubles:host"]}
    return world


def yearly(short_name: str, id_number: str = "", *, key: str = "") -> Certification:
    """A certification that lasts a year from its completion."""
    year, month = Period(1, PeriodUnit.YEAR), Period(1, PeriodUnit.MONTH)
    rule = RecertificationRule(kind=RuleKind.COMPLETION_DATE, active=year, window=month)
    return Certification(key=key or f"c-{short_name}", short_name=short_name, id_number=id_number, rule=rule)


class Directory:
    """A host that answers for the names alone: it knows those of another host, and what is changed here since."""

    def __init__(self, other: MemoryHost) -> None:
        self.known = MemoryHost("directory")
        self.known._learners.update(other._learners)
        self.known._certifications.update(other._certifications)
        self.asked_by: list[tuple[str, str]] = []
        """The hooks that were asked, each with the username of whom it was asked for."""

    @hookimpl
    def host_info(self) -> HostInfo:
        return HostInfo(name="directory", version="1", contract_version=SPEC_VERSION)

    @hookimpl
    def find_learners(self, actor: Actor, usernames: Sequence[str]) -> Mapping[str, Sequence[Learner]]:
        self.asked_by.append(("find_learners", actor.username))
        return self.known.find_learners(actor, usernames)

    @hookimpl
    def find_certifications(
        self, actor: Actor, references: Sequence[CertificationRef], ignore_case: bool
    ) -> Mapping[CertificationRef, Sequence[Certification]]:
        self.asked_by.append(("find_certifications", actor.username))
        return self.known.find_certifications(actor, references, ignore_case)

    @hookimpl
    def list_certifications(self, actor: Actor, after: str, limit: int) -> Sequence[Certification]:
        self.asked_by.append(("list_certifications", actor.username))
        return self.known.list_certifications(actor, after, limit)


directory: Any = None


def install_directory(settings: Any, world: MemoryHost) -> Directory:
    """Have another host than `world` answer for the names, before it."""
    global directory
    directory = answering = Directory(world)
    hosts = ["tests.doubles:directory", "tests.doubles:host"]
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "HOSTS": hosts}
    return answering
