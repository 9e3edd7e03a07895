"""Who is measured: the command of each, the file that it is given, and how many rows of it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Contender:
    """`whole`: its file has the rows with problems too. `share`: which part of the rows; the slow get fewer."""

    name: str
    command: tuple[str, ...]
    whole: bool = False
    share: float = 1


FLOOR = Contender("floor script", ("bench.floor",))
OURS = Contender("cert_completion_plugin", ("bench.ours", "processes", "1"), whole=True)
THREADS = Contender("cert_completion_plugin, two threads", ("bench.ours", "threads", "2"), whole=True)
BULK = Contender("django-import-export, bulk mode", ("bench.import_export", "bulk"))
ADMIN = Contender("django-import-export, admin's way", ("bench.import_export", "admin"), share=0.03)

ALL = (FLOOR, OURS, THREADS, BULK, ADMIN)
TWO_WORKERS = Contender("cert_completion_plugin, two workers", ("bench.ours", "processes", "2"), whole=True)
