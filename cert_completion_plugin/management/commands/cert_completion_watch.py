"""Look at the watched places once: `manage.py cert_completion_watch [--work]`."""

from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cert_completion_plugin import api, conf, watching
from cert_completion_plugin.management.output import Data, printable
from cert_completion_plugin.watching import Event, Kind


class Command(BaseCommand):
    help = (
        "Looks once at the places of the setting WATCHED: files that lie there whole are imported, each for the user "
        "of its place, and files whose import has ended are put away with their reports. Workers do so regularly; "
        "where there are none, let cron call this with --work. Safe at any moment, also beside workers. The exit "
        "status is 1 if something is the matter with a place or one of its files."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--work", action="store_true", help="do the work of these imports here, without workers")
        parser.add_argument(
            "--format", choices=("table", "json"), default="table", help="for people (the default) or for programs"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not conf.settings().watched:
            raise CommandError("No place is watched: the setting WATCHED of CERT_COMPLETION is empty.")
        events = list(self._events(work=options["work"]))
        data = Data(self.stdout)
        if options["format"] == "json":
            data.document({"events": [_document(event) for event in events]})
        else:
            data.lines(_line(event) for event in events if event.kind is not Kind.TROUBLE)
        if troubles := [event for event in events if event.kind is Kind.TROUBLE]:
            raise CommandError("\n".join(printable(_line(event)) for event in troubles))

    def _events(self, *, work: bool) -> Iterator[Event]:
        yield from watching.look()
        if work and self._worked():
            yield from (event for event in watching.look() if event.kind is not Kind.TROUBLE)

    def _worked(self) -> bool:
        """Work on the imports that were taken up; says whether there were any."""
        unfinished = set(api.unfinished()).intersection(watching.open_imports())
        for batch_id in sorted(unfinished):
            try:
                api.work_off(batch_id)
            except api.TryAgain as again:
                self.stderr.write(f"Import {batch_id} could not go on now; try again in {again.seconds} seconds.")
        return bool(unfinished)


_WORDS = {Kind.TAKEN: "taken up", Kind.DONE: "put away", Kind.FAILED: "put away", Kind.TROUBLE: "stays"}


def _line(event: Event) -> str:
    of_what = ": ".join(filter(None, (event.location, event.name)))
    reference = f" ({event.reference})" if event.reference else ""
    return f"{of_what}{reference}: {_WORDS[event.kind]}{f': {event.text}' if event.text else ''}"


def _document(event: Event) -> dict[str, str]:
    return {
        "kind": str(event.kind),
        "place": event.location,
        "name": event.name,
        "reference": event.reference,
        "text": event.text,
    }
