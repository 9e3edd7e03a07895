"""The options that a user chose last, with which the upload form begins (import-rules.md §2)."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from cert_completion_plugin.core.options import Options, OptionsError
from cert_completion_plugin.models import UserChoice
from cert_completion_plugin.store.values import dumps

# A sheet belongs to one workbook: remembered, its name would refuse the next one.
NEVER_REMEMBERED = ("sheet",)


def last(user_id: Any, otherwise: Options) -> Options:
    """What this user chose last; `otherwise` for options never chosen, and for values that no longer exist."""
    kept = UserChoice.objects.filter(user_id=user_id).values_list("options", flat=True).first()
    return over(otherwise, json.loads(kept)) if kept else otherwise


def over(otherwise: Options, kept: Mapping[str, Any]) -> Options:
    """Options with the values that were kept of some; values that no longer exist are passed over."""
    return replace(otherwise, **dict(_known(kept)))


def remember(user_id: Any, chosen: Mapping[str, Any]) -> None:
    """Keep these options as the last choice of this user; those that are not among them stay as they were."""
    choice = UserChoice.objects.filter(user_id=user_id).first()
    before = json.loads(choice.options) if choice else {}
    kept = {name: value for name, value in {**before, **chosen}.items() if name not in NEVER_REMEMBERED}
    UserChoice.objects.update_or_create(user_id=user_id, defaults={"options": dumps(kept)})


def _known(kept: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Another version of the plugin may have kept what this one does not know."""
    for name, value in kept.items():
        try:
            yield name, getattr(Options.from_mapping({name: value}), name)
        except OptionsError:
            continue
