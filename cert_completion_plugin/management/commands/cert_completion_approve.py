"""Approve the plan of an import, or have it made anew: `manage.py cert_completion_approve BATCH --user NAME`."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.management.base import CommandError, CommandParser

from cert_completion_plugin import api
from cert_completion_plugin.management.approving import approved
from cert_completion_plugin.management.base import add_batch, found
from cert_completion_plugin.management.carrying import CarryingCommand
from cert_completion_plugin.management.exits import Exit, exit_of
from cert_completion_plugin.management.output import Data
from cert_completion_plugin.telling.approving import OUTDATED, not_waiting


class Command(CarryingCommand):
    help = (
        "Has the rows of the plan of an import recorded exactly as they are planned, and waits for the end. With "
        "--anew nothing is recorded; the plan is made once more, on today."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        add_batch(parser)
        parser.add_argument(
            "--plan",
            type=int,
            metavar="NUMBER",
            help="the number of the plan that was looked at; if there is a newer one, nothing is done",
        )
        parser.add_argument("--accept-limits", action="store_true", help="also if the plan exceeds limits of the site")
        parser.add_argument("--anew", action="store_true", help="make the plan anew instead of approving it")
        parser.add_argument(
            "--confirm",
            action="append",
            default=[],
            metavar="NAME",
            help="with --anew: this short name or ID number really is another certification than the one whose name is "
            "so close; may be repeated",
        )

    def act(self, user: AbstractBaseUser, data: Data, options: dict[str, Any]) -> Exit:
        if options["confirm"] and not options["anew"]:
            raise CommandError("--confirm goes with --anew: the plan has to be made anew to count it in.")
        batch = found(user, options["batch"])
        refusal = self._planned_anew(user, batch, options) if options["anew"] else self._approved(user, batch, options)
        if not refusal and not options["no_wait"]:
            batch = self.settled(batch, options)
        batch = api.find(user, batch.reference) or batch
        self.told(user, data, batch, options)
        if refusal:
            self.tell(refusal)
        return Exit.FINE if options["no_wait"] and not refusal else exit_of(batch)

    def _approved(self, user: AbstractBaseUser, batch: api.Batch, options: dict[str, Any]) -> str:
        return approved(user, batch, accept_limits=options["accept_limits"], plan=options["plan"])

    def _planned_anew(self, user: AbstractBaseUser, batch: api.Batch, options: dict[str, Any]) -> str:
        if options["plan"] not in (None, batch.plan):
            return str(OUTDATED)
        if api.plan_anew(user, batch, confirmed=options["confirm"]):
            return ""
        return not_waiting(api.find(user, batch.reference) or batch)
