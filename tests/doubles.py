"""Hosts for tests, named in the setting HOSTS by import string. `install` puts a fresh one in place."""

from typing import Any

from cert_completion_hooks import Certification, HostInfo, Period, PeriodUnit, RecertificationRule, RuleKind, hookimpl
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
