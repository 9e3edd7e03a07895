"""How many imports of one user may wait or work at the same time (setting IMPORTS_PER_USER)."""

from typing import Any

from cert_completion_plugin import conf
from cert_completion_plugin.store import holders, scopes


class NotTaken(ValueError):
    """A file is not taken in as an import; the text says why, and how to mend it."""


class TooManyImports(NotTaken):
    """As many imports of this user as the site allows have not ended yet: `limit`."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"{limit} import(s) of this user have not ended yet, the most that this site allows at the same time. "
            "Wait until one has ended; approve, answer or cancel one that waits for somebody."
        )
        self.limit = limit


def check_room(user_id: Any) -> None:
    """Raise TooManyImports if this user can have no further import now; the site itself can."""
    limit = conf.settings().imports_per_user
    if limit is not None and user_id is not None and scopes.not_ended(user_id) >= limit:
        raise TooManyImports(limit)


def check_still_room(user_id: Any) -> None:
    """The same at the end of the transaction that makes an import: of several at once the last ones have no room."""
    limit = conf.settings().imports_per_user
    if limit is None or user_id is None:
        return
    holders.lock(user_id)
    if scopes.not_ended(user_id) > limit:
        raise TooManyImports(limit)
