"""Among whose imports is looked."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Everybody's imports, those that the user with the primary key `uploader` uploaded, or those of no user.

    With none of them, no import at all.

    It is part of the question, so that the database takes as long for what is out of reach as for what does not exist.
    """

    everybody: bool = False
    uploader: Any = None
    nobodys: bool = False

    @property
    def condition(self) -> Q:
        """On the columns of imports."""
        if self.everybody:
            return Q()
        if self.nobodys:
            return Q(uploaded_by__isnull=True)
        return Q(pk__in=()) if self.uploader is None else Q(uploaded_by=self.uploader)

    def has(self, uploader: Any) -> bool:
        """Whether the imports of the user with this primary key are among them; None: those of no user."""
        if self.everybody or uploader is None:
            return self.everybody or self.nobodys
        return self.uploader is not None and str(uploader) == str(self.uploader)


EVERYBODY = Reach(everybody=True)
NOBODY = Reach()
