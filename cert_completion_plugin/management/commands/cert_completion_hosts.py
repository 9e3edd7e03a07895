"""List the hosts of this site and what each of them answers: `manage.py cert_completion_hosts`."""

from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cert_completion_plugin import api


class Command(BaseCommand):
    help = (
        "Lists the hosts of the setting HOSTS in the order in which they are asked, what each can do, and which of its "
        "hooks are used. The exit status is 1 if something is wrong with them."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            listed, idle, problems = api.hosts(), api.idle_hosts(), api.host_problems()
        except api.HostNotFound as error:
            raise CommandError(str(error)) from error
        for host in listed:
            self.stdout.write("\n".join(_lines(host)))
        if idle:
            self.stdout.write(f"Installed, but not in the setting HOSTS: {', '.join(idle)}")
        if problems:
            told = (f"{problem.text}\n  {problem.hint}" for problem in problems)
            raise CommandError("Something is wrong with these hosts.\n" + "\n".join(told))


_USES = {
    api.HookUse.ANSWERS: "answers",
    api.HookUse.PASSED_OVER: "passed over, an earlier host answers",
    api.HookUse.BLOCKED: "blocked by BLOCKED_HOOKS",
}


def _lines(host: api.HostStatus) -> Iterator[str]:
    if host.is_blocked:
        yield f"{host.name}: blocked by BLOCKED_HOSTS"
        return
    info = host.info
    if info is None:
        yield f"{host.name}: does not say what it is"
    else:
        yield f"{host.name}: {info.name} {info.version}, contract version {info.contract_version}"
        yield f"  can: {', '.join(sorted(info.capabilities)) or 'what is required, nothing else'}"
        yield f"  writes on: {info.database_alias or 'a store of its own'}"
    for hook, use in host.hooks:
        yield f"  {hook}: {_USES[use]}"
