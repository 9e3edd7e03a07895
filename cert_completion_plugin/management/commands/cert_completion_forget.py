"""Forget a learner: `manage.py cert_completion_forget --user ADMIN [USERNAME] [--key KEY] [--format table|json]`."""

from collections.abc import Iterator, Mapping
from typing import Any

from cert_completion_hooks import HostUnavailable
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.management.base import CommandError, CommandParser

from cert_completion_plugin import api
from cert_completion_plugin.management.base import ImportCommand
from cert_completion_plugin.management.exits import Exit
from cert_completion_plugin.management.output import Data

_WORDS = {
    "imports": "imports with rows of the learner",
    "rows": "rows whose cells were deleted",
    "entries": "entries of the ledger made nameless",
    "undo_rows": "rows of undos made nameless",
    "messages": "messages deleted",
    "files": "uploaded files deleted",
    "texts": "texts made nameless",
    "later": "imports that follow when they end",
}


class Command(ImportCommand):
    help = (
        "Takes a learner out of all that imports keep, and has every host delete what it holds about them; sums stay. "
        "It cannot be taken back. It may be run again at any moment."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("username", metavar="USERNAME", nargs="?", default="", help="as files name the learner")
        parser.add_argument("--key", default="", help="the host's key of the learner, such as the id of the user")

    def act(self, user: AbstractBaseUser, data: Data, options: dict[str, Any]) -> Exit:
        numbers = api.numbers_of(_forgotten(user, options["username"], options["key"]))
        if options["format"] == "json":
            data.document(numbers)
        else:
            data.lines(_table(numbers))
        return Exit.FINE


def _forgotten(user: AbstractBaseUser, username: str, key: str) -> api.Forgotten:
    try:
        return api.forget_learner(user, username, learner_key=key)
    except ValueError as error:
        raise CommandError("Say whom to forget: a USERNAME, or --key, or both.") from error
    except api.LearnerUnclear as error:
        keys = ", ".join(error.keys)
        raise CommandError(f"Several learners had this username: say which one with --key, one of {keys}.") from error
    except api.HostsNotReached as error:
        names = ", ".join(error.hosts)
        raise CommandError(
            f"These hosts could not delete what they hold: {names}. Nothing was done here; the log says why. Run the "
            "command again when they can be reached."
        ) from error
    except HostUnavailable as error:
        text = "The host that knows the learners cannot be reached. Nothing was done: run the command again."
        raise CommandError(text) from error


def _table(numbers: Mapping[str, Any]) -> Iterator[str]:
    for name, words in _WORDS.items():
        yield f"{numbers[name]:>8}  {words}"
    for host, deleted in numbers["hosts"].items():
        yield f"{deleted:>8}  records that the host {host} deleted"
