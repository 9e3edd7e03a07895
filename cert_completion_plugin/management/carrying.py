"""Commands that take an import on: they wait for it, or do its work, and say where it stands then."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.management.base import CommandError, CommandParser

from cert_completion_plugin import api
from cert_completion_plugin.management import states
from cert_completion_plugin.management.base import ImportCommand
from cert_completion_plugin.management.exits import Exit
from cert_completion_plugin.management.following import follow
from cert_completion_plugin.management.output import Data
from cert_completion_plugin.management.progress import Progress


class CarryingCommand(ImportCommand):
    """A command after which there is work to do."""

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        how = parser.add_mutually_exclusive_group()
        how.add_argument("--work", action="store_true", help="do the work in this process, without workers")
        how.add_argument("--no-wait", action="store_true", help="leave the work to workers, and do not wait for them")
        parser.add_argument(
            "--timeout", type=float, metavar="SECONDS", help="how long to wait; for ever, unless told otherwise"
        )

    def settled(self, batch: api.Batch, options: dict[str, Any]) -> api.Batch:
        """The import once nothing of it is under way any more, or when the time for waiting is over."""
        with self._shown(batch, options) as progress:

            def look() -> bool:
                present = _present(batch)
                is_begun = present.state is not api.BatchState.RECEIVED or not options["work"]
                if present.state.is_working and is_begun:
                    progress.batch(present)
                return present.state.is_working

            is_over = follow(batch.id, look, work=options["work"], timeout=options["timeout"])
            progress.end(is_done=is_over)
        return _present(batch)

    def settle_undo(self, batch: api.Batch, options: dict[str, Any]) -> api.Undo:
        """The same of the last undo of an import."""
        with self._shown(batch, options) as progress:

            def look() -> bool:
                undo = _last_undo(batch)
                if undo.state.is_working:
                    progress.undo(undo)
                return undo.state.is_working

            is_over = follow(batch.id, look, work=options["work"], timeout=options["timeout"])
            progress.end(is_done=is_over)
        return _last_undo(batch)

    @contextmanager
    def _shown(self, batch: api.Batch, options: dict[str, Any]) -> Iterator[Progress]:
        progress = Progress(self.stderr, is_shown=options["verbosity"] > 0)
        try:
            yield progress
        except KeyboardInterrupt:
            progress.end()
            self.tell(self.interrupted(batch, options))
            raise SystemExit(int(Exit.INTERRUPTED)) from None
        finally:
            progress.end()

    def interrupted(self, batch: api.Batch, options: dict[str, Any]) -> str:
        """What is said after Ctrl-C: what becomes of the import now."""
        goes_on = "What is done stays done. Workers go on with it" if options["work"] else "The workers go on with it"
        return (
            f"\nStopped waiting for the import of “{batch.file_name}”. {goes_on}, or: manage.py cert_completion_sweep "
            f"--work\nTo see where it stands: {states.command('report', batch)}\n"
            f"To cancel it: {states.command('cancel', batch)}"
        )

    def told(self, user: AbstractBaseUser, data: Data, batch: api.Batch, options: dict[str, Any], **more: Any) -> None:
        """Where the import stands, as data: what this user may see of it."""
        batch = api.find(user, batch.reference) or batch
        plan = states.waiting_plan(user, batch)
        if options["format"] == "json":
            data.document(states.document(batch, plan, **more))
        else:
            data.lines(states.lines(batch, plan))


def _present(batch: api.Batch) -> api.Batch:
    """The import as it is now: whoever was given it may see it to its end."""
    present = api.find(api.SYSTEM, batch.reference)
    if present is None:
        raise CommandError(f"The import of “{batch.file_name}” is there no more.")
    return present


def _last_undo(batch: api.Batch) -> api.Undo:
    undo = api.undo_state(batch)
    assert undo is not None
    return undo
