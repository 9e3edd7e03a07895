from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from sandbox import demo_data


class Command(BaseCommand):
    help = "Fills an empty sandbox with learners, log-ins, certifications and records."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--if-new", action="store_true", help="do nothing if there is data already")

    def handle(self, *args: Any, **options: Any) -> None:
        if demo_data.is_new():
            demo_data.load()
            self.stdout.write("The demo data is loaded.")
        elif not options["if_new"]:
            raise CommandError("There is data already, and it stays. Delete it first: make reset")
