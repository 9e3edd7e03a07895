"""What the commands have in common: the user for whom they act, their exit codes, and how they find an import."""

import argparse
import sys
from textwrap import fill
from typing import Any, NoReturn

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.management.base import BaseCommand, CommandError, CommandParser, DjangoHelpFormatter

from cert_completion_plugin import api
from cert_completion_plugin.management.exits import TABLE, Exit
from cert_completion_plugin.management.output import Data
from cert_completion_plugin.telling.gone import deleted_text

LEAST_OF_REFERENCE = 6
"""How many digits of a reference have to be given."""


class _Parser(CommandParser):
    def exit(self, status: int = 0, message: str | None = None) -> NoReturn:
        """Wrong arguments are an error like others: argparse's 2 would be taken for an import with problems."""
        super().exit(Exit.ERROR if status else Exit.FINE, message)
        raise AssertionError("argparse has not ended the process")


class _Formatter(argparse.RawDescriptionHelpFormatter, DjangoHelpFormatter):
    pass


class ImportCommand(BaseCommand):
    """A command that acts for a named user, with that user's permissions.

    `handle` calls `act`, and ends with the exit code that this returns.
    """

    formats: tuple[str, ...] = ("table", "json")

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, formatter_class=_Formatter, epilog=TABLE, **kwargs)
        # Django makes the parser of its own class, and fills no text where the table is to stay as it is.
        parser.__class__ = _Parser
        parser.description = fill(self.help, 80)
        return parser

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--user", required=True, metavar="NAME", help="the user for whom the command acts, by the name to log in"
        )
        text = f"table (the default) is for people, the rest for programs: {', '.join(self.formats)}"
        parser.add_argument("--format", choices=self.formats, default=self.formats[0], help=text)

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Runs the command; cells that a terminal's encoding lacks must not stop it."""
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="backslashreplace")
        try:
            return super().execute(*args, **options)
        except api.OwnImport as denied:
            text = f"{options['user']} may not do this: imports are approved by others than their uploaders here."
            raise CommandError(text, returncode=Exit.DENIED) from denied
        except api.Denied as denied:
            text = f"{options['user']} may not do this: the permission {denied.permission} is missing."
            raise CommandError(text, returncode=Exit.DENIED) from denied
        except api.RowsDeleted as deleted:
            raise CommandError(deleted_text(deleted)) from deleted

    def handle(self, *args: Any, **options: Any) -> None:
        code = self.act(user_named(options["user"]), Data(self.stdout), options)
        if code is not Exit.FINE:
            raise SystemExit(int(code))

    def act(self, user: AbstractBaseUser, data: Data, options: dict[str, Any]) -> Exit:
        """What the command does for the user."""
        raise NotImplementedError

    def tell(self, text: str) -> None:
        """Say something that is no data."""
        self.stderr.write(text, lambda text: text)


def user_named(name: str) -> AbstractBaseUser:
    """The active user with this name. Raises CommandError."""
    user = api.user_named(name)
    if user is None:
        raise CommandError(f"There is no user {name!r}.", returncode=Exit.DENIED)
    if not user.is_active:
        raise CommandError(f"The user {name!r} is not active, so nothing is done for them.", returncode=Exit.DENIED)
    return user


def add_batch(parser: CommandParser) -> None:
    parser.add_argument(
        "batch",
        metavar="BATCH",
        help="the reference of the import, as it stands in the address of its page; its first digits will do",
    )


def found(user: AbstractBaseUser, given: str) -> api.Batch:
    """The import with this reference, or whose reference alone begins so, of those that the user may see.

    Raises CommandError.
    """
    if batch := api.find(user, given):
        return batch
    beginning = given.replace("-", "").lower()
    if len(beginning) < LEAST_OF_REFERENCE or set(beginning) - set("0123456789abcdef"):
        raise CommandError(
            f"{given!r} is no reference of an import. It stands in the address of the import's page: 32 digits and "
            f"letters from a to f, of which the first {LEAST_OF_REFERENCE} or more will do."
        )
    references = api.references(user, beginning)
    if len(references) > 1:
        listed = ", ".join(references)
        raise CommandError(f"The references of several imports begin with {given!r}: {listed}. Give more digits.")
    batch = api.find(user, references[0]) if references else None
    if batch is None:
        raise CommandError(f"There is no import with the reference {given!r} that {user.get_username()} may see.")
    return batch
