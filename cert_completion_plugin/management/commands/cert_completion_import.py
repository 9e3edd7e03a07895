"""Import a file: `manage.py cert_completion_import FILE --user NAME`."""

import sys
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.management.base import CommandError, CommandParser

from cert_completion_plugin import api
from cert_completion_plugin.core.options import DATE_FORMATS
from cert_completion_plugin.management import states
from cert_completion_plugin.management.approving import approved
from cert_completion_plugin.management.base import found
from cert_completion_plugin.management.carrying import CarryingCommand
from cert_completion_plugin.management.exits import Exit, exit_of, exit_of_rows
from cert_completion_plugin.management.options import add_options, chosen
from cert_completion_plugin.management.output import Data
from cert_completion_plugin.telling.earlier import earlier_text

STDIN = "-"
_PIECE_BYTES = 512 * 1024


class Command(CarryingCommand):
    help = (
        "Imports a file of certification completions, as the upload page does, and waits for its end. With review, "
        "the default of most sites, the import then waits with its plan for approval; with --approve its rows are "
        "recorded at once. What became of it goes to standard output, everything else to standard error."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", metavar="FILE", help=f"the file; {STDIN} for standard input")
        parser.add_argument("--name", metavar="NAME", help="what the file is called in lists and reports")
        parser.add_argument("--corrects", metavar="BATCH", help="the import of which the file has corrected rows")
        parser.add_argument(
            "--dry-run", action="store_true", help="check and plan, tell the plan and discard it: nothing is recorded"
        )
        parser.add_argument(
            "--answer",
            choices=DATE_FORMATS,
            metavar="FORMAT",
            help="the date format to go on with if the file leaves it in doubt, such as DD/MM/YYYY",
        )
        parser.add_argument("--approve", action="store_true", help="have the rows of the plan recorded at once")
        parser.add_argument(
            "--accept-limits", action="store_true", help="with --approve, also if the plan exceeds limits of the site"
        )
        add_options(parser)

    def act(self, user: AbstractBaseUser, data: Data, options: dict[str, Any]) -> Exit:
        _check(user, options)
        batch = self._taken_in(user, options)
        earlier = api.earlier_upload(user, batch.file_sha256, before=batch.id) if batch.file_sha256 else None
        if earlier is not None:
            self.tell(earlier_text(earlier))
        more = {"same_file_before": None if earlier is None else earlier.reference}
        if options["no_wait"]:
            self.told(user, data, batch, options, **more)
            return exit_of(batch) if batch.has_ended else Exit.FINE
        batch = self._settled(user, batch, options)
        if options["dry_run"]:
            return self._dry_run(user, data, batch, options, more)
        if options["approve"] and batch.state is api.BatchState.AWAITING_APPROVAL:
            refusal = approved(user, batch, accept_limits=options["accept_limits"])
            batch = self.settled(batch, options)
            if refusal:
                self.tell(refusal)
        self.told(user, data, batch, options, **more)
        return exit_of(batch)

    def _taken_in(self, user: AbstractBaseUser, options: dict[str, Any]) -> api.Batch:
        corrects = found(user, options["corrects"]) if options["corrects"] else None
        wanted = chosen(options)
        name = options["name"] or ("standard input" if options["file"] == STDIN else Path(options["file"]).name)
        try:
            return api.submit(
                user,
                _pieces(options["file"]),
                file_name=name,
                options=replace(wanted, review=True) if options["dry_run"] else wanted,
                corrects=corrects,
            )
        except api.NotTaken as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            self.tell("\nStopped; nothing was taken in.")
            raise SystemExit(int(Exit.INTERRUPTED)) from None

    def _settled(self, user: AbstractBaseUser, batch: api.Batch, options: dict[str, Any]) -> api.Batch:
        """With the question about dates answered, if there is one and an answer was given."""
        batch = self.settled(batch, options)
        if options["answer"] and batch.state is api.BatchState.NEEDS_ANSWER:
            api.answer(user, batch, date_format=options["answer"])
            batch = self.settled(batch, options)
        return batch

    def _dry_run(
        self,
        user: AbstractBaseUser,
        data: Data,
        batch: api.Batch,
        options: dict[str, Any],
        more: dict[str, Any],
    ) -> Exit:
        """Tell what was found, then discard it."""
        batch = api.find(user, batch.reference) or batch
        plan = states.waiting_plan(user, batch)
        code = exit_of(batch)
        if plan is not None:
            code = Exit.NOT_DONE if plan.blocking else exit_of_rows(plan.counts["outcomes"])
        if options["format"] == "json":
            data.document(states.document(batch, plan, dry_run=True, **more) | {"exit_status": int(code)})
        else:
            data.lines(states.lines(batch, plan, is_waiting=False))
        if not batch.has_ended:
            api.cancel(user, batch)
            self.settled(batch, options)
            self.tell("This was a dry run: the import is discarded, and nothing was recorded.")
        return code

    def interrupted(self, batch: api.Batch, options: dict[str, Any]) -> str:
        if not options["dry_run"]:
            return super().interrupted(batch, options)
        api.cancel(api.SYSTEM, batch)
        return "\nThe dry run was stopped, and its import is discarded; nothing was recorded."


def _check(user: AbstractBaseUser, options: dict[str, Any]) -> None:
    """What would come to nothing is said before the file is taken in. Raises CommandError and Denied."""
    if options["dry_run"] and (options["approve"] or options["no_wait"]):
        raise CommandError("--dry-run goes with neither --approve nor --no-wait: it tells a plan and discards it.")
    if options["approve"]:
        if options["no_wait"]:
            raise CommandError("--approve does not go with --no-wait: there is a plan to approve only later.")
        if not api.may_leave_out_review(user):
            is_own = api.may(user, api.PERMISSION_APPROVE)
            raise (api.OwnImport if is_own else api.Denied)(api.PERMISSION_APPROVE)


def _pieces(name: str) -> Iterator[bytes]:
    """The bytes of the file, or of standard input. Raises CommandError; nothing is taken in then."""
    try:
        with nullcontext(sys.stdin.buffer) if name == STDIN else open(name, "rb") as file:
            while piece := file.read(_PIECE_BYTES):
                yield piece
    except OSError as error:
        raise CommandError(f"{name}: {error.strerror or error}. Nothing was taken in.") from error
