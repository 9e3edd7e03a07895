"""The report of an import, or its rows as a file: `manage.py cert_completion_report BATCH --user NAME`."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from cert_completion_plugin import api, texts
from cert_completion_plugin.management import states
from cert_completion_plugin.management.base import ImportCommand, add_batch, found
from cert_completion_plugin.management.exits import Exit, exit_of
from cert_completion_plugin.management.output import Data
from cert_completion_plugin.reports import RowsOf, TooManyRows

_MOST_ROWS = 20


class Command(ImportCommand):
    formats = ("table", "csv", "json", "xlsx")
    help = (
        "Says where an import stands and what became of its rows. As csv or json it is the report as a file, the same "
        "to the byte as from its page. With --rows it is the rows of the file, as csv, xlsx or json, with what became "
        "of each: the downloads of the page. The exit status tells how the import stands."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        add_batch(parser)
        parser.add_argument(
            "--rows",
            choices=tuple(RowsOf),
            help="a file of rows instead of the report: all, those with problems, what was recorded, or the plan",
        )
        parser.add_argument("--output", metavar="FILE", help="write to this file, not to standard output")

    def act(self, user: AbstractBaseUser, data: Data, options: dict[str, Any]) -> Exit:
        batch, kind = found(user, options["batch"]), options["format"]
        if kind == "table" and not options["rows"]:
            plan = states.waiting_plan(user, batch)
            data.lines(states.lines(batch, plan))
            data.lines(_problem_rows(user, batch))
            return exit_of(batch)
        pieces = self._pieces(user, batch, options)
        if options["output"]:
            _write(options["output"], pieces)
        elif kind == "xlsx" and self.stdout.isatty():
            raise CommandError("A workbook is not for a terminal: give --output FILE, or a pipe.")
        else:
            data.pieces(pieces)
        return exit_of(batch)

    def _pieces(self, user: AbstractBaseUser, batch: api.Batch, options: dict[str, Any]) -> Iterable[bytes]:
        kind = "csv" if options["format"] == "table" else options["format"]
        if not options["rows"]:
            if kind == "xlsx":
                raise CommandError("The report itself is to be had as csv or json; xlsx goes with --rows.")
            return api.report_file(user, batch, kind)
        try:
            return api.rows_file(user, batch, RowsOf(options["rows"]), kind)
        except TooManyRows as many:
            raise CommandError(f"There are {many.rows} rows, too many for {kind}. Take csv.") from many
        except api.TooLongForWorkbook as error:
            raise CommandError("One of the cells is longer than a workbook can hold. Take csv.") from error


def _write(name: str, pieces: Iterable[bytes]) -> None:
    try:
        with open(name, "wb") as file:
            file.writelines(pieces)
    except OSError as error:
        raise CommandError(f"{name}: {error.strerror}.") from error


def _problem_rows(user: AbstractBaseUser, batch: api.Batch) -> Iterator[str]:
    """The first rows with problems, for those who may see rows."""
    if not api.may(user, api.PERMISSION_VIEW_PERSONAL_DATA, batch) or batch.ledger_deleted_at is not None:
        return
    is_plan = batch.state is api.BatchState.AWAITING_APPROVAL
    phase = api.Phase.PLANNED if is_plan else api.Phase.WRITTEN
    page = api.page(user, batch, api.Filter(outcomes=api.PROBLEMS), phase=phase, limit=_MOST_ROWS)
    if page.rows:
        yield _("Rows with problems:")
    for decision in page.rows:
        words = " ".join(texts.row_texts(decision)) or texts.outcome_label(decision.outcome)
        yield "  " + _("Line %(line)s: %(words)s") % {"line": decision.line, "words": words}
    if page.later is not None:
        yield "  " + _("There are more: --rows problems lists them all.")
