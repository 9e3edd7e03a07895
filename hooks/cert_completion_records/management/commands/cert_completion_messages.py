"""Send the messages to learners that are due: `manage.py cert_completion_messages [--dry-run [--date DAY]]`."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser

from cert_completion_records.clock import today
from cert_completion_records.messaging.delivery import Fate
from cert_completion_records.messaging.run import Summary, count_due, cut_off, send_due

DELAYED = 3
"""The exit code if something is left for the next run."""

_WORDS = {
    Fate.SENT: "sent",
    Fate.NOT_SENT: "not sent (learner suspended or without address, or refused by the mail server)",
    Fate.UNKNOWN: "cut off while being sent, and not sent again",
    Fate.LATER: "left for the next run",
}


class Command(BaseCommand):
    help = (
        "Sends learners the messages that are due: certified, renewed, recertification window opens, expires soon, "
        "expired. Run it daily or hourly, from cron or by the Celery task cert_completion_records.send_due_messages; "
        "it is safe at any moment, and twice at once. Exit code 0: all that is due is sent. 1: something is wrong with "
        f"the arguments or settings. {DELAYED}: the mail server took nothing or not all; the next run sends the rest."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="tell how many of each kind are due, send nothing")
        parser.add_argument("--date", metavar="YYYY-MM-DD", help="with --dry-run: as if it were that day")

    def handle(self, *args: Any, **options: Any) -> None:
        day = _day(options["date"], dry_run=options["dry_run"])
        try:
            summary = count_due(day) if options["dry_run"] else send_due(day)
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error
        words = {Fate.SENT: "due", Fate.NOT_SENT: "for learners who are suspended or have no address"}
        self.stdout.write("\n".join(_lines(summary, words if options["dry_run"] else _WORDS)))
        self._tell_of_cut_off()
        if not summary.is_complete:
            raise CommandError(_delay(summary), returncode=DELAYED)

    def _tell_of_cut_off(self) -> None:
        if count := cut_off():
            self.stdout.write(
                f"{count} message(s) of the last days were cut off while being sent: whether they arrived is not "
                "known, and they are not sent again. The admin lists them under Sent messages."
            )


def _day(given: str | None, *, dry_run: bool) -> date:
    if given is None:
        return today()
    if not dry_run:
        raise CommandError("--date goes with --dry-run: what is sent is sent as of today.")
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise CommandError(f"--date {given!r} is not a day such as 2026-03-31.") from None


def _lines(summary: Summary, words: dict[Fate, str]) -> Iterator[str]:
    for trigger, counts in summary.counts.items():
        told = [f"{counts[fate]} {text}" for fate, text in words.items() if counts[fate]]
        yield f"{trigger.value}: {', '.join(told) or 'none'}"


def _delay(summary: Summary) -> str:
    reason = f"The mail server took nothing more: {summary.down}. " if summary.down else ""
    return f"{reason}What is left is sent by the next run."
