"""Delete what is kept no longer: `manage.py cert_completion_purge [--dry-run] [--orphans] [--format table|json]`."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.template.defaultfilters import filesizeformat

from cert_completion_plugin import api

_WHAT = {
    api.Kept.FILE: "uploaded files",
    api.Kept.ROWS: "cells of rows",
    api.Kept.LEDGER: "what became of rows",
}


class Command(BaseCommand):
    help = (
        "Deletes the files of imports, the cells of their rows and what became of each row, each when the time is over "
        "for which the settings KEEP_FILES_DAYS, KEEP_ROWS_DAYS and KEEP_LEDGER_DAYS keep it, counted from the end of "
        "the import. The sums stay. May be stopped at any moment, and run beside workers, which do the same once a day."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only tell what would be deleted")
        parser.add_argument(
            "--orphans",
            action="store_true",
            help="also delete files in FILE_STORAGE that no import has, a day old or older: their uploads failed. Not "
            "where another site keeps its imports in the same storage",
        )
        parser.add_argument("--format", choices=("table", "json"), default="table")

    def handle(self, *args: Any, **options: Any) -> None:
        orphans = _orphans() if options["orphans"] else None
        report = _planned(orphans) if options["dry_run"] else _done(orphans)
        if options["format"] == "json":
            self.stdout.write(json.dumps(report))
        else:
            self.stdout.write("\n".join(_table(report, is_planned=options["dry_run"])))
        if failed := report.get("failed"):
            raise CommandError(f"{failed} file(s) could not be deleted; the log says of which imports, and why.")


def _orphans() -> list[str]:
    try:
        return api.orphans()
    except NotImplementedError as error:
        raise CommandError(
            "The storage that FILE_STORAGE names cannot list its files, so that those without an import cannot be "
            "found. Leave --orphans out, and look for them with the storage's own tools."
        ) from error


def _planned(orphans: list[str] | None) -> dict[str, Any]:
    due = api.due_for_purge()
    report: dict[str, Any] = {
        str(kept): {"imports": found.imports, "rows": found.rows, "bytes": found.bytes} for kept, found in due.items()
    }
    return report | ({} if orphans is None else {"orphans": len(orphans)})


def _done(orphans: list[str] | None) -> dict[str, Any]:
    has_limit = api.due_for_purge()
    purged = api.purge()
    report: dict[str, Any] = {str(kept): {"imports": purged.imports[kept]} for kept in has_limit}
    for name in orphans or ():
        api.delete_orphan(name)
    return report | ({} if orphans is None else {"orphans": len(orphans)}) | {"failed": purged.failed}


def _table(report: Mapping[str, Any], *, is_planned: bool) -> Iterator[str]:
    yield "Would delete:" if is_planned else "Deleted:"
    for kept, label in _WHAT.items():
        if found := report.get(str(kept)):
            yield f"  {label:<20} of {found['imports']} import(s){_size(kept, found)}"
        else:
            yield f"  {label:<20} are kept for good"
    if "orphans" in report:
        yield f"  {'files of no import':<20} {report['orphans']}"


def _size(kept: api.Kept, found: Mapping[str, int]) -> str:
    if "rows" not in found:
        return ""
    return f", {filesizeformat(found['bytes'])}" if kept is api.Kept.FILE else f", {found['rows']} row(s)"
