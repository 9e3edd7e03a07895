"""Send lost work to the workers again, or do it here: `manage.py cert_completion_sweep [--work]`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from cert_completion_plugin import api


class Command(BaseCommand):
    help = (
        "Sends the work of imports without progress to the workers again. With --work, does the work of all unfinished "
        "imports itself, for sites without a worker. Safe to run from cron, at any moment, also beside workers."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--work", action="store_true", help="do the work here instead of sending it to workers")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["work"]:
            self._work()
            return
        resent = api.sweep()
        self.stdout.write(f"Sent the work of {len(resent)} import(s) again." if resent else "No import is stalled.")

    def _work(self) -> None:
        unfinished = api.unfinished()
        for batch_id in unfinished:
            try:
                api.work_off(batch_id)
            except api.TryAgain as again:
                self.stderr.write(f"Import {batch_id} could not go on now; try again in {again.seconds} seconds.")
        self.stdout.write(f"Worked on {len(unfinished)} import(s).")
