"""Tell how the site's imports are doing: `manage.py cert_completion_status [--format json]`."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError

from cert_completion_plugin import api
from cert_completion_plugin.telling import status as telling

EXIT = {api.SiteVerdict.OK: 0, api.SiteVerdict.WARNING: 1, api.SiteVerdict.CRITICAL: 2}


class Command(BaseCommand):
    help = (
        "Tells how imports are doing: work, broker, workers, hosts, system checks, versions, settings. The exit status "
        "is 0 if all is well, 1 if something needs to be looked at, 2 if imports do not go on, as monitoring plugins "
        "have it."
    )
    # What is wrong is told, and keeps nothing from being told.
    requires_system_checks: Any = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--format", choices=("table", "json"), default="table", help="the form of what is told")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            status = api.site_status(api.SYSTEM)
        except DatabaseError as error:
            self.stderr.write(f"critical: The database cannot be asked: {type(error).__name__}.")
            sys.exit(EXIT[api.SiteVerdict.CRITICAL])
        if options["format"] == "json":
            self.stdout.write(telling.as_json(status))
        else:
            self.stdout.write("\n".join(telling.as_lines(status)))
        if code := EXIT[status.verdict]:
            sys.exit(code)
