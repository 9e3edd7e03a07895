"""Forget whom the platform has retired: `manage.py cert_completion_forget_retired`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cert_completion_openedx import retirement


class Command(BaseCommand):
    help = (
        "Forgets those learners whom the platform has retired and who are not forgotten yet: workers do it, and this "
        "does what got lost on the way to them. Let cron run it daily; it is safe at any moment, and twice at once. "
        "Exit code 0: nobody is left. 1: somebody is, and the log says why."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        left = retirement.forget_all()
        if left:
            raise CommandError(f"{left} retired learners are not forgotten yet; the log says why. Run it again.")
        self.stdout.write("Nobody is left to be forgotten.")
