"""Undo an import: `manage.py cert_completion_undo BATCH --user NAME --reason TEXT`."""

from collections.abc import Iterator
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.management.base import CommandError, CommandParser

from cert_completion_plugin import api
from cert_completion_plugin.management.base import add_batch, found
from cert_completion_plugin.management.carrying import CarryingCommand
from cert_completion_plugin.management.exits import Exit
from cert_completion_plugin.management.output import Data
from cert_completion_plugin.telling.undoing import GROUPS, OBSTACLES, reasons, summary

_LEFT = (api.UndoStatus.CHANGED_SINCE, api.UndoStatus.CANNOT)
_MOST_ROWS = 20


class Command(CarryingCommand):
    help = (
        "Takes back what an import recorded, as far as nobody has changed it since: first a preview is made, then that "
        "is done. The exit status is 0 if all is, or would be, taken back, and 2 if rows are kept or cannot be undone."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        add_batch(parser)
        parser.add_argument("--reason", metavar="TEXT", help="why; it is kept with the import")
        parser.add_argument("--preview", action="store_true", help="say what would be undone, and undo nothing")

    def act(self, user: AbstractBaseUser, data: Data, options: dict[str, Any]) -> Exit:
        if not options["preview"] and not (options["reason"] or "").strip():
            raise CommandError("Say why, with --reason; or have a look first, with --preview.")
        if options["no_wait"]:
            raise CommandError("An undo needs its preview to be waited for; leave --no-wait out.")
        batch = found(user, options["batch"])
        try:
            api.preview_undo(user, batch)
        except api.NotUndoable as error:
            raise CommandError(str(OBSTACLES[error.obstacle]), returncode=Exit.NOT_DONE) from error
        undo = self.settle_undo(batch, options)
        if undo.state is api.UndoState.PREVIEWED and not options["preview"]:
            if not api.undo(user, batch, options["reason"], preview=undo.number):
                raise CommandError("Nothing was undone: somebody else made the preview anew meanwhile. Look again.")
            undo = self.settle_undo(batch, options)
        if undo.state.is_working:
            return Exit.UNDER_WAY
        self._tell(user, data, batch, undo, options)
        counts = _counts(undo)
        return Exit.PROBLEMS if any(counts.get(status) for status in _LEFT) else Exit.FINE

    def _tell(
        self, user: AbstractBaseUser, data: Data, batch: api.Batch, undo: api.Undo, options: dict[str, Any]
    ) -> None:
        if options["format"] == "json":
            data.document(_document(user, batch, undo))
        else:
            data.lines(_lines(user, batch, undo))


def _counts(undo: api.Undo) -> dict[str, int]:
    return dict(undo.result if undo.state is api.UndoState.DONE else undo.preview)


def _lines(user: AbstractBaseUser, batch: api.Batch, undo: api.Undo) -> Iterator[str]:
    is_done = undo.state is api.UndoState.DONE
    counts = _counts(undo)
    yield f"Undo of the import of “{batch.file_name}” ({batch.reference})"
    yield summary(counts, is_done=is_done)
    if not api.may(user, api.PERMISSION_VIEW_PERSONAL_DATA, batch):
        return
    for status in _LEFT:
        if counts.get(status):
            yield f"{GROUPS[status][is_done]}:"
            rows = api.undo_rows(user, batch, undo, status, limit=_MOST_ROWS)
            for row in rows:
                yield f"  {row.decision.line}: {' '.join(reasons(row.undo, row.decision, is_done=is_done))}"
            if counts[status] > len(rows):
                yield f"  and {counts[status] - len(rows)} more"


def _document(user: AbstractBaseUser, batch: api.Batch, undo: api.Undo) -> dict[str, Any]:
    """Rows that stay, and why, for those who may see rows; of those that are taken back their number is enough."""
    is_done = undo.state is api.UndoState.DONE
    counts = _counts(undo)
    return {
        "reference": batch.reference,
        "undo": undo.number,
        "state": str(undo.state),
        "reason": undo.reason,
        "rows": {str(status): counts.get(status, 0) for status in api.UndoStatus},
        "left": list(_left(user, batch, undo, is_done=is_done)),
    }


def _left(user: AbstractBaseUser, batch: api.Batch, undo: api.Undo, *, is_done: bool) -> Iterator[dict[str, Any]]:
    if not api.may(user, api.PERMISSION_VIEW_PERSONAL_DATA, batch):
        return
    for status in _LEFT:
        after = 0
        while rows := api.undo_rows(user, batch, undo, status, after=after):
            for row in rows:
                words = " ".join(reasons(row.undo, row.decision, is_done=is_done))
                yield {"line": row.decision.line, "status": str(status), "words": words}
            after = rows[-1].decision.line
