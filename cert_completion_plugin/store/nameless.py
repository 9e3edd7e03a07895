"""Taking somebody's name out of what is said of imports as a whole: who did something, and what people wrote."""

import json
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db.models import Max, Model, Q

from cert_completion_plugin.models import ImportBatch, ImportUndo, KeptFile, Plan, SiteOptions, UndoRow, UserChoice
from cert_completion_plugin.store import kept_files
from cert_completion_plugin.store.usernames import is_exactly
from cert_completion_plugin.store.values import column_text, dumps
from cert_completion_plugin.store.words import MASK, without_name

_LOOKED_AT_ONCE = 50_000
_PEOPLE: tuple[tuple[type[Model], str], ...] = (
    (ImportBatch, "uploaded_by_name"),
    (ImportBatch, "cancelled_by_name"),
    (ImportBatch, "approved_by_name"),
    (ImportUndo, "asked_by_name"),
    (ImportUndo, "confirmed_by_name"),
    (SiteOptions, "changed_by_name"),
)
_WRITTEN: tuple[tuple[type[Model], str], ...] = ((ImportBatch, "file_name"), (ImportUndo, "reason"))


def mask(name: str) -> int:
    """Mask this name wherever it stands; how many texts that were. Also delete what is kept of a user of this name."""
    people = sum(
        rows._default_manager.filter(is_exactly(column, column_text(name, 255))).update(**{column: MASK})
        for rows, column in _PEOPLE
    )
    written = sum(_mask_words(rows, column, name) for rows, column in _WRITTEN)
    return people + written + _mask_in_json(name) + _mask_who_changed(name) + _mask_log(name) + _forget_user(name)


def _mask_words(rows: type[Model], column: str, name: str) -> int:
    found = rows._default_manager.filter(**{f"{column}__icontains": name}).values_list("pk", column)
    masked = [(pk, without_name(text, name), text) for pk, text in found]
    return sum(
        rows._default_manager.filter(pk=pk).update(**{column: nameless})
        for pk, nameless, text in masked
        if nameless != text
    )


_IN_JSON: tuple[tuple[type[Model], str, str], ...] = (
    (ImportBatch, "answers", "planned_by"),
    (Plan, "summary", "planned_by"),
    (ImportBatch, "stopped", "name"),
    (ImportUndo, "trouble", "name"),
)


def _mask_in_json(name: str) -> int:
    """Who had a plan made anew, or lost a right, stands among other things that JSON holds."""
    count = 0
    for rows, column, field in _IN_JSON:
        wanted = {f"{column}__contains": dumps({field: name})[1:-1]}
        for pk, text in rows._default_manager.filter(**wanted).values_list("pk", column):
            plain = json.loads(text)
            if plain.get(field) == name:
                count += rows._default_manager.filter(pk=pk).update(**{column: dumps(plain | {field: MASK})})
    return count


def _mask_who_changed(name: str) -> int:
    """Who changed a record since, in the rows of undos: by runs of primary keys."""
    last = UndoRow.objects.aggregate(last=Max("pk"))["last"] or 0
    changed = UndoRow.objects.filter(is_exactly("changed_by", column_text(name, 255)))
    return sum(
        changed.filter(pk__gt=after, pk__lte=after + _LOOKED_AT_ONCE).update(changed_by=MASK)
        for after in range(0, last, _LOOKED_AT_ONCE)
    )


def _mask_log(name: str) -> int:
    """The admin's history of imports."""
    count = 0
    for entry in _log_entries(name):
        texts = without_name(entry.object_repr, name), without_name(entry.change_message, name)
        if texts != (entry.object_repr, entry.change_message):
            entry.object_repr, entry.change_message = texts
            entry.save(update_fields=["object_repr", "change_message"])
            count += 1
    return count


def _log_entries(name: str) -> Iterator[Any]:
    if not apps.is_installed("django.contrib.admin"):
        return
    from django.contrib.admin.models import LogEntry

    of_imports = LogEntry.objects.filter(content_type__app_label=ImportBatch._meta.app_label)
    yield from of_imports.filter(Q(object_repr__icontains=name) | Q(change_message__icontains=name))


def _forget_user(name: str) -> int:
    """The last choice of options, and a file that is kept for a form, of the user with this name."""
    users = get_user_model()._default_manager
    ids = [user.pk for user in users.filter(**{get_user_model().USERNAME_FIELD: name}) if user.get_username() == name]
    files = KeptFile.objects.filter(user__in=ids)
    kept_files.delete(files)
    return UserChoice.objects.filter(user__in=ids).delete()[0]
