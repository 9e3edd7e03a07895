"""Answer an import that asks about its dates: `manage.py cert_completion_answer BATCH --user NAME`."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.management.base import CommandError, CommandParser

from cert_completion_plugin import api, texts
from cert_completion_plugin.core.options import DATE_FORMATS
from cert_completion_plugin.management.base import add_batch, found
from cert_completion_plugin.management.carrying import CarryingCommand
from cert_completion_plugin.management.exits import Exit, exit_of
from cert_completion_plugin.management.output import Data


class Command(CarryingCommand):
    help = (
        "Shows what an import asks about its dates, with lines of the file read each way. With --date-format, answers, "
        "so that the import goes on, and waits for it; nothing is uploaded again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        add_batch(parser)
        parser.add_argument(
            "--date-format",
            choices=DATE_FORMATS,
            metavar="FORMAT",
            help='the answer, such as DD/MM/YYYY or "DD MM YYYY"',
        )

    def act(self, user: AbstractBaseUser, data: Data, options: dict[str, Any]) -> Exit:
        batch = found(user, options["batch"])
        if batch.state is not api.BatchState.NEEDS_ANSWER:
            state = texts.state_label(batch.state)
            raise CommandError(f"The import of “{batch.file_name}” asks nothing. Its state is: {state}.")
        if options["date_format"]:
            if not api.answer(user, batch, date_format=options["date_format"]):
                raise CommandError(f"Somebody else has just answered for “{batch.file_name}”. Nothing was changed.")
            if not options["no_wait"]:
                batch = self.settled(batch, options)
        batch = api.find(user, batch.reference) or batch
        self.told(user, data, batch, options)
        return Exit.FINE if options["no_wait"] else exit_of(batch)
