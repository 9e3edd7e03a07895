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
        others = len(api.unfinished()) - len(resent)
        text = f"Sent the work of {len(resent)} import(s) again; {others} more have work under way or waiting."
        self.stdout.write(text)

    def _work(self) -> None:
        api.command_works("cert_completion_sweep")
        unfinished = api.unfinished()
        left, waiting = unfinished, len(unfinished) + 1
        while left and len(left) < waiting:
            waiting = len(left)
            left = [batch_id for batch_id in left if not self._work_on(batch_id)]
        if left:
            self.stderr.write(f"{len(left)} import(s) wait for their turn behind one that could not go on.")
        for batch_id in api.untold():
            api.tell(batch_id)
        self.stdout.write(f"Worked on {len(unfinished) - len(left)} import(s).")

    def _work_on(self, batch_id: int) -> bool:
        """Says whether it was the import's turn."""
        try:
            api.work_off(batch_id)
        except api.NotItsTurn:
            return False
        except api.TryAgain as again:
            self.stderr.write(f"Import {batch_id} could not go on now; try again in {again.seconds} seconds.")
        except Exception as error:
            # One import that cannot be worked on keeps no other waiting.
            self.stderr.write(f"Import {batch_id} could not be worked on: {type(error).__name__}: {error}")
        return True
