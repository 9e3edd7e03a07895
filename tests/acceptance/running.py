"""Running one case in one way: build its world, import its files through the public API, compare."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime, time
from typing import Any
from unittest.mock import patch

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.test import override_settings

from cert_completion_plugin import api, gateway
from tests.acceptance.comparing import Seen, SeenUndo, differences, undo_differences
from tests.acceptance.loading import Case, Upload, Way
from tests.acceptance.worlds import World

_PAGE = 500


class Differences(AssertionError):
    """Reality is not what the case expects; the text names every difference."""


def run(case: Case, way: Way, world: World) -> None:
    """Run a case in one way, in a world that is empty yet.

    Raises Differences; CannotRun and OptionNotOffered where there is no way to do it.
    """
    world.build(case.given, case.uploads[0].today)
    uploader = world.administrator()
    found = []
    first: api.Batch | None = None
    with _site(case, world):
        for number, upload in enumerate(case.uploads, 1):
            sent_before = len(world.messages())
            given = case.given if number == 1 else {}
            batch, approval = _imported(upload, way, uploader, world, given)
            seen = Seen(
                batch=batch,
                rows=_all_rows(batch),
                world=world,
                messages=world.messages()[sent_before:],
                approval=approval,
            )
            found += [f"import {number}: {difference}" for difference in differences(upload.expect, seen)]
            first = first or batch
        found += _undo_differences(case, first, uploader, world)
    if found:
        raise Differences("\n".join([f"{case.id} on {way}: {case.given.get('about', '')}", *found]))


def _undo_differences(case: Case, batch: api.Batch | None, uploader: AbstractBaseUser, world: World) -> Iterator[str]:
    """Undo the case's first import as often as it says; every difference of what came of it."""
    given = case.given.get("undo", [])
    last_day = case.uploads[-1].today
    for number, block in enumerate(given if isinstance(given, list) else [given], 1):
        assert batch is not None
        with _clock(last_day, world):
            seen = SeenUndo(rows=_undone(batch, uploader), lines=[row.line for row in _all_rows(batch)], world=world)
        yield from (f"undo {number}: {difference}" for difference in undo_differences(block["expect"], seen))


def _undone(batch: api.Batch, administrator: AbstractBaseUser) -> dict[int, str]:
    """Undo an import, preview first: line -> what the undo says of it, and its preview must have said the same."""
    preview = api.preview_undo(administrator, batch)
    api.work_off(batch.id)
    foretold = _undo_rows(batch)
    assert api.undo(administrator, batch, "The case says so.", preview=preview.number)
    api.work_off(batch.id)
    undone = _undo_rows(batch)
    assert undone == foretold, "nothing changed between the preview and the undo, and yet they differ"
    return undone


def _undo_rows(batch: api.Batch) -> dict[int, str]:
    undo = api.undo_state(batch)
    assert undo is not None
    assert undo.state in (api.UndoState.PREVIEWED, api.UndoState.DONE), f"the undo stands still, {undo.state}"
    return {
        row.decision.line: str(status)
        for status in api.UndoStatus
        for row in api.undo_rows(api.SYSTEM, batch, undo, status, limit=10_000)
    }


@contextmanager
def _site(case: Case, world: World) -> Iterator[None]:
    """The settings under which the case runs."""
    limits = {name.upper(): limit for name, limit in case.given.get("site", {}).items()}
    with override_settings(CERT_COMPLETION={"HOSTS": world.hosts, **limits}, **world.settings):
        gateway.reset()
        try:
            yield
        finally:
            gateway.reset()


def _imported(
    upload: Upload, way: Way, uploader: AbstractBaseUser, world: World, given: Mapping[str, Any]
) -> tuple[api.Batch, api.Approval | None]:
    """The import of a file, worked off, and what came of approving its plan, where it had one.

    `given` has the answers to what it asks, and what changes before it is approved.
    """
    options = api.Options.from_mapping({**upload.options, "review": way.review})
    with _clock(upload.today, world):
        batch = api.submit(uploader, [upload.content], file_name=upload.file_name, options=options)
        api.work_off(batch.id)
        _answer(_found(batch), given.get("answer", {}), uploader)
        world.change(given.get("between", {}), upload.today)
        waiting = _found(batch)
        approval = None
        if waiting.state is api.BatchState.AWAITING_APPROVAL:
            approval = api.approve(uploader, waiting, plan=waiting.plan)
            api.work_off(batch.id)
    return _found(batch), approval


def _answer(asking: api.Batch, answer: Mapping[str, Any], uploader: AbstractBaseUser) -> None:
    """Answer what an import asks, if it does and the case has an answer, and work it off."""
    if asking.state is api.BatchState.NEEDS_ANSWER and "date_format" in answer:
        api.answer(api.SYSTEM, asking, date_format=answer["date_format"])
        api.work_off(asking.id)
    if "certifications" in answer:
        assert api.plan_anew(uploader, _found(asking), confirmed=list(answer["certifications"]))
        api.work_off(asking.id)


def _found(batch: api.Batch) -> api.Batch:
    found = api.find(api.SYSTEM, batch.reference)
    assert found is not None, "the import that was submitted cannot be found"
    return found


@contextmanager
def _clock(today: date, world: World) -> Iterator[None]:
    noon = datetime.combine(today, time(12), tzinfo=UTC if settings.USE_TZ else None)
    with ExitStack() as stack:
        stack.enter_context(patch("cert_completion_plugin.batches.clock.now", lambda: noon))
        for day in ("cert_completion_plugin.batches.clock.today", *world.days):
            stack.enter_context(patch(day, lambda: today))
        yield


def _all_rows(batch: api.Batch) -> list[api.Decision]:
    rows: list[api.Decision] = []
    while page := api.rows(api.SYSTEM, batch, after=rows[-1].line if rows else 0, limit=_PAGE):
        rows += page
    return rows
