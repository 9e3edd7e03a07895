"""Answer an import that asks about its dates: `manage.py cert_completion_answer REFERENCE [--date-format FORMAT]`."""

from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cert_completion_plugin import api, texts
from cert_completion_plugin.core.dates import Verdict
from cert_completion_plugin.question import question_texts


class Command(BaseCommand):
    help = (
        "Shows what an import asks about its dates, with lines of the file read each way. With --date-format, answers, "
        "so that the import goes on; nothing is uploaded again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("reference", metavar="REFERENCE", help="as it stands in the address of the import's report")
        parser.add_argument("--date-format", metavar="FORMAT", help='the answer, such as DD/MM/YYYY or "DD MM YYYY"')

    def handle(self, *args: Any, **options: Any) -> None:
        batch = _asking(options["reference"])
        if options["date_format"] is None:
            self.stdout.write("\n".join(_question(batch)))
        else:
            self._answer(batch, options["date_format"])

    def _answer(self, batch: api.Batch, date_format: str) -> None:
        try:
            answered = api.answer(api.SYSTEM, batch, date_format=date_format)
        except api.OptionsError as error:
            raise CommandError(str(error)) from error
        if not answered:
            raise CommandError(f"Somebody else has just answered for “{batch.file_name}”. Nothing was changed.")
        self.stdout.write(
            f"The import of “{batch.file_name}” goes on as soon as a worker takes it up; its dates are read as "
            f"{date_format}. Without a worker: manage.py cert_completion_sweep --work"
        )


def _asking(reference: str) -> api.Batch:
    """The import with this reference. Raises CommandError if there is none, or if it asks nothing."""
    batch = api.find(api.SYSTEM, reference)
    if batch is None:
        raise CommandError(
            f"There is no import with the reference {reference!r}. It stands in the address of the import's report: 32 "
            "digits and letters from a to f."
        )
    if batch.state is not api.BatchState.NEEDS_ANSWER:
        state = texts.state_label(batch.state)
        raise CommandError(f"The import of “{batch.file_name}” asks nothing. Its state is: {state}.")
    return batch


def _question(batch: api.Batch) -> Iterator[str]:
    assert batch.question is not None
    question = question_texts(Verdict.from_mapping(batch.question))
    formats = question["question_formats"]
    yield f"The import of “{batch.file_name}” needs to know its date format; nothing was imported yet."
    yield question["question_text"]
    for reading in question["question_readings"]:
        yield f"Line {reading['line']}: “{_printable(reading['text'])}”"
        yield from (f"    {name}: {text}" for name, text in reading["read"])
    likely = ", ".join(f'"{name}"' for name in formats) or "none of those that there are"
    yield f"Formats that fit: {likely}."
    yield f'To answer: manage.py cert_completion_answer {batch.reference} --date-format "{(formats or ["FORMAT"])[0]}"'


def _printable(text: str) -> str:
    """A cell of the file as a terminal may be given it."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)
