"""The hosts: whether they can be used, and whether they can do what the settings ask of them."""

from collections.abc import Iterator, Sequence
from typing import Any

from cert_completion_hooks import Capability
from django.conf import settings as django_settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured

from cert_completion_plugin import conf
from cert_completion_plugin.core.options import CommitPolicy, Messages, Options, UnknownCertification
from cert_completion_plugin.gateway import Gateway, HostNotFound, gateway


def check_hosts(app_configs: Any, **kwargs: Any) -> Sequence[checks.CheckMessage]:
    """The active hosts exist, keep the contract's form, answer the required hooks, and write where the site can."""
    try:
        hosts = gateway()
        problems = hosts.problems()
    except HostNotFound as error:
        hint = f"Correct HOSTS in {conf.NAME}; if the host is an app of its own, it belongs into INSTALLED_APPS, too."
        return [checks.Error(str(error), hint=hint, id="cert_completion.E002")]
    except ImproperlyConfigured:
        return []
    found: list[checks.CheckMessage] = [
        checks.Error(problem.text, hint=problem.hint, obj=problem.code, id="cert_completion.E003")
        for problem in problems
    ]
    return found or list(_unknown_databases(hosts))


def _unknown_databases(hosts: Gateway) -> Iterator[checks.CheckMessage]:
    for info in hosts.infos:
        if info.database_alias and info.database_alias not in django_settings.DATABASES:
            text = f"The host {info.name!r} says that it writes on the database {info.database_alias!r}, which is none."
            hint = 'Add it to DATABASES, or let the host\'s host_info name one that there is, or "".'
            yield checks.Error(text, hint=hint, id="cert_completion.E008")


def check_defaults(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """The options with which the upload page begins are offered on this site."""
    try:
        defaults, hosts = conf.settings().defaults, gateway()
        missing = [] if hosts.problems() else _missing(defaults, hosts.capabilities)
    except (HostNotFound, ImproperlyConfigured):
        return []
    return [
        checks.Warning(
            f"DEFAULTS in {conf.NAME} chooses {choice}, but no host of this site has the capability {capability!r}: "
            "the upload page does not offer it.",
            hint="Take it out of DEFAULTS, or activate a host that can do it.",
            id="cert_completion.W009",
        )
        for choice, capability in missing
    ]


def _missing(options: Options, capabilities: frozenset[Capability]) -> list[tuple[str, str]]:
    """What is chosen without the capability that it needs."""
    needs = (
        ("unknown_certification", UnknownCertification.CREATE_EVIDENCE, Capability.EVIDENCE),
        ("commit_policy", CommitPolicy.ALL_OR_NOTHING, Capability.UNDO),
        ("messages", Messages.SEND, Capability.MESSAGES),
    )
    chosen = ((name, value, need) for name, value, need in needs if getattr(options, name) is value)
    return [(f"{name}={str(value)!r}", str(need)) for name, value, need in chosen if need not in capabilities]
