"""Cancel an import, or discard its plan: `manage.py cert_completion_cancel BATCH --user NAME`."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.management.base import CommandError, CommandParser

from cert_completion_plugin import api, texts
from cert_completion_plugin.management.base import add_batch, found
from cert_completion_plugin.management.carrying import CarryingCommand
from cert_completion_plugin.management.exits import Exit
from cert_completion_plugin.management.output import Data


class Command(CarryingCommand):
    help = (
        "Cancels an import between two portions of its work; what was recorded stays recorded, with all_or_nothing it "
        "is taken back. The plan of an import that waits for approval is discarded. The exit status is 0 if it is "
        "cancelled."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        add_batch(parser)

    def act(self, user: AbstractBaseUser, data: Data, options: dict[str, Any]) -> Exit:
        batch = found(user, options["batch"])
        if not api.cancel(user, batch):
            state = texts.state_label((api.find(user, batch.reference) or batch).state)
            text = f"The import of “{batch.file_name}” had ended, or was cancelled already. Its state is: {state}."
            raise CommandError(text)
        if not options["no_wait"]:
            batch = self.settled(batch, options)
        batch = api.find(user, batch.reference) or batch
        self.told(user, data, batch, options)
        return Exit.FINE if batch.has_ended or options["no_wait"] else Exit.UNDER_WAY
