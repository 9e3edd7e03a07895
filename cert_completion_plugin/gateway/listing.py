"""All certifications, kept for the next portion of the same import: listing ten thousand takes longer than the rest."""

from collections.abc import Iterable
from time import monotonic

from cert_completion_hooks import Certification

KEPT_SECONDS = 60
_KEPT_IMPORTS = 4


class Listed:
    """What was listed last for each of a few imports.

    It may be a minute old: a certification that is entered meanwhile is found by its names all the same, as those are
    asked for every time; only a misspelt name is not yet compared with it.
    """

    def __init__(self) -> None:
        self._lists: dict[str, tuple[float, tuple[Certification, ...]]] = {}

    def keep(self, name: str, asked: Iterable[Certification]) -> tuple[Certification, ...]:
        """The certifications listed for this import; those `asked` for now if there are none or they are too old."""
        kept = self._lists.pop(name, None)
        if kept is None or monotonic() - kept[0] > KEPT_SECONDS:
            kept = monotonic(), tuple(asked)
        self._lists[name] = kept
        while len(self._lists) > _KEPT_IMPORTS:
            oldest, *_ = self._lists
            self._lists.pop(oldest, None)
        return kept[1]
