"""Issue the course certificates that wait: `manage.py cert_completion_certificates`."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.db.models import Count

from cert_completion_openedx.certificates import issuing
from cert_completion_openedx.models import CertificateOrder

DELAYED = 3
"""The exit code if the platform did not answer."""


class Command(BaseCommand):
    help = (
        "Issues the course certificates of Open edX that are due, for imports whose message to the workers got lost, "
        "and on sites without workers. Let cron run it every few minutes; it is safe at any moment, and twice at once. "
        f"Exit code 0: nothing is due. 1: something is wrong with the settings. {DELAYED}: the platform did not answer."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        before = _counts()
        try:
            worked = issuing.work()
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error
        after, State = _counts(), CertificateOrder.State
        issued, failed = (after.get(state, 0) - before.get(state, 0) for state in (State.ISSUED, State.FAILED))
        self.stdout.write(
            f"course certificates: {issued} issued, {failed} failed, {after.get(State.WAITING, 0)} waiting"
        )
        if worked.is_down:
            raise CommandError("The platform did not answer. The next run tries again.", returncode=DELAYED)


def _counts() -> dict[str, int]:
    return dict(CertificateOrder._default_manager.order_by().values_list("state").annotate(Count("pk")))
