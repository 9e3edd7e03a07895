"""Explain what became of one row, and why: `manage.py cert_completion_explain BATCH LINE --user NAME`."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.management.base import CommandError, CommandParser

from cert_completion_plugin import api
from cert_completion_plugin.management.base import ImportCommand, add_batch, found
from cert_completion_plugin.management.exits import Exit
from cert_completion_plugin.management.output import Data
from cert_completion_plugin.telling import story
from cert_completion_plugin.telling.story import Step


class Command(ImportCommand):
    help = (
        "Tells the story of one row in plain words, as its page does: what the file said, what was looked for and "
        "found, which rule decided, the arithmetic of its dates, what was recorded, and whether it is still so."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        add_batch(parser)
        parser.add_argument("line", metavar="LINE", type=int, help="the line of the file on which the row begins")
        parser.add_argument("--plan", type=int, metavar="NUMBER", help="what an older plan said of the row")

    def act(self, user: AbstractBaseUser, data: Data, options: dict[str, Any]) -> Exit:
        batch, line = found(user, options["batch"]), options["line"]
        account = api.account(user, batch, line, plan=options["plan"]) if 0 < line < 2**31 else None
        if account is None:
            raise CommandError(f"No row of “{batch.file_name}” begins on line {line}.")
        summary = story.summary_of(account.story, is_written=account.written is not None)
        steps = story.steps_of(user, batch, account)
        if options["format"] == "json":
            data.document(_document(batch, line, summary, steps))
        else:
            data.lines(_lines(batch, line, summary, steps))
        return Exit.FINE


def _lines(batch: api.Batch, line: int, summary: dict[str, Any], steps: list[Step]) -> Iterator[str]:
    yield f"Line {line} of “{batch.file_name}” ({batch.reference}): {summary['label']}"
    yield from filter(None, (summary["meaning"], *summary["issues"]))
    for step in steps:
        yield ""
        yield step.heading
        yield from (f"  {text}" for text in step.texts)
        for cell in step.cells:
            yield f"  {' '.join(filter(None, _cell(cell)))}"
        yield from (f"    {one.name}: {one.text}" for one in step.sums)


def _cell(cell: Any) -> Iterator[str]:
    raw = "".join(f"[{piece.text}]" if piece.is_invisible else piece.text for piece in cell.pieces)
    yield f"{cell.heading}: “{raw}”"
    if cell.read_as and cell.read_as != raw:
        yield f"read as “{cell.read_as}”"
    yield from (f"({note})" for note in cell.notes)


def _document(batch: api.Batch, line: int, summary: dict[str, Any], steps: list[Step]) -> dict[str, Any]:
    return {
        "reference": batch.reference,
        "line": line,
        "outcome": str(summary["outcome"]),
        "words": summary["meaning"],
        "issues": summary["issues"],
        "steps": [
            {
                "name": step.name,
                "heading": step.heading,
                "texts": list(step.texts),
                "cells": [asdict(cell) for cell in step.cells],
                "sums": [asdict(one) for one in step.sums],
            }
            for step in steps
        ],
    }
