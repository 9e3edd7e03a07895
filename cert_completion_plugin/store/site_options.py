"""The site's options for new imports, where they were chosen on their page: over those of the setting DEFAULTS."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cert_completion_plugin.core.options import Options
from cert_completion_plugin.models import SiteOptions
from cert_completion_plugin.store.choices import over
from cert_completion_plugin.store.values import column_text, dumps

_ONLY = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What was chosen as the site's options, by whom and when."""

    options: Options
    changed_at: datetime
    changed_by_name: str


def chosen(otherwise: Options) -> Chosen | None:
    """What was chosen; `otherwise` for what was left open, and for values that no longer exist. None if nothing was."""
    row = SiteOptions.objects.filter(pk=_ONLY).first()
    if row is None:
        return None
    options = over(otherwise, json.loads(row.options))
    return Chosen(options=options, changed_at=row.changed_at, changed_by_name=row.changed_by_name)


def choose(options: Mapping[str, Any], *, by: str, now: datetime) -> None:
    """Keep plain values of options as the site's."""
    values = {"options": dumps(options), "changed_at": now, "changed_by_name": column_text(by, 255)}
    SiteOptions.objects.update_or_create(pk=_ONLY, defaults=values)


def forget() -> bool:
    """The setting alone counts again; says whether anything had been chosen."""
    return bool(SiteOptions.objects.filter(pk=_ONLY).delete()[0])
