"""Makes the databases of the harbour's site, and fills them. Run as a process of its own."""

import django

django.setup()

from django.core.management import call_command  # noqa: E402

from tests.foreign_lms import filling  # noqa: E402

if __name__ == "__main__":
    for database in ("default", "registry"):
        call_command("migrate", database=database, verbosity=0)
    filling.fill()
    filling.officer()
