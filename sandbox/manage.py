"""Django's commands for the sandbox: `python sandbox/manage.py <command>`."""

import os
import sys
from pathlib import Path


def main() -> None:
    # Python puts this script's folder first on the path, where our celery.py would hide Celery itself.
    sys.path[0] = str(Path(__file__).resolve().parent.parent)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sandbox.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
