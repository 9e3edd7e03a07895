"""Why rows of a whole import became what they are."""

import json

import pytest

from cert_completion_plugin import api
from cert_completion_plugin.models import LedgerEntry

pytestmark = pytest.mark.django_db

ROWS = (
    " a00,Forklift,,2025-06-01,",
    "a00,,F1,2024-06-01,",
    "a00,Forklift,F1,2025-06-01,2025-07-01",
    "nobody,Forklift,,2025-06-01,",
    "a01,Moon Walking,,2025-06-01,",
)


def imported(submit, *rows, **options):
    batch = submit(*rows, date_format="YYYY-MM-DD", **options)
    api.work_off(batch.id)
    ended = api.find(api.SYSTEM, batch.reference)
    assert ended is not None
    return ended


def test_every_row_of_an_import_has_its_story(world, submit):
    batch = imported(submit, *ROWS, unknown_certification="create_evidence")
    stories = [api.explain(api.SYSTEM, batch, line) for line in range(2, 7)]
    assert [one.outcome for one in stories] == ["certified", "history", "duplicate", "rejected", "evidence"]
    leading, following, repeated, rejected, evidence = stories
    assert [one.kind for one in leading.cells[0].changes] == ["white_space_cut"]
    assert (leading.decision.ground, leading.decision.state) == ("none_or_expired", "none")
    assert leading.certification.found.id_number == "F1"
    assert [str(step.result) for step in leading.dates.steps] == ["2026-06-01", "2026-05-01"]
    assert (following.decision.ground, following.decision.leading_line) == ("following", 2)
    assert (repeated.decision.ground, repeated.decision.repeats_line) == ("duplicate", 2)
    assert (rejected.learner.problem.code, rejected.decision) == ("learner_not_found", None)
    assert (evidence.evidence.ground, evidence.evidence.key.short_name) == ("new_evidence", "Moon Walking")
    assert all(json.dumps(one.as_mapping()) for one in stories)


def test_the_story_is_that_of_the_day_of_the_import(world, submit):
    first = imported(submit, "a00,Forklift,,2025-06-01,")
    second = imported(submit, "a00,Forklift,,2025-12-01,")
    third = imported(submit, "a00,Forklift,,2025-06-01,", "a00,Forklift,,2025-12-01,")
    assert api.explain(api.SYSTEM, first, 2).decision.ground == "none_or_expired"
    renewed = api.explain(api.SYSTEM, second, 2).decision
    assert (renewed.ground, str(renewed.current.completed), str(renewed.former.completed)) == (
        "newer_than_current",
        "2025-06-01",
        "2025-06-01",
    )
    assert [api.explain(api.SYSTEM, third, line).decision.ground for line in (2, 3)] == [
        "held_by_history",
        "held_by_current",
    ]


def test_the_arithmetic_told_is_that_of_the_record_written(world, submit):
    batch = imported(submit, "a00,Forklift,,2025-06-01,", "a01,Crane,,2024-02-29,", "a01,Crane,,2023-01-31,")
    for row in api.rows(api.SYSTEM, batch):
        dates = api.explain(api.SYSTEM, batch, row.line).dates
        assert (dates.expires, dates.window_opens) == (row.expires, row.window_opens)
        assert row.expires is not None


def test_a_line_without_a_row_has_no_story(world, submit):
    batch = imported(submit, ROWS[0])
    assert [api.explain(api.SYSTEM, batch, line) for line in (0, 1, 3)] == [None, None, None]


def test_a_row_that_is_not_decided_yet_has_only_its_cells(world, submit):
    batch = submit("a00,Forklift,,03/04/2025,")
    api.work_off(batch.id)
    asking = api.find(api.SYSTEM, batch.reference)
    assert asking is not None
    story = api.explain(api.SYSTEM, asking, 2)
    assert asking.state == "needs_answer"
    assert (story.outcome, story.decision, story.cells[3].raw, story.cells[3].day) == (None, None, "03/04/2025", None)


def test_what_was_written_counts_before_what_was_planned(world, submit):
    batch = imported(submit, ROWS[0])
    written = LedgerEntry.objects.get(batch_id=batch.id, phase="written")
    LedgerEntry.objects.filter(phase="planned").delete()
    LedgerEntry.objects.filter(pk=written.pk).update(phase="planned")
    assert api.explain(api.SYSTEM, batch, 2).outcome == "certified"
    written.pk, written.outcome = None, "failed"
    written.save()
    assert api.explain(api.SYSTEM, batch, 2).outcome == "failed"


def test_an_entry_without_what_is_kept_today_is_told_as_far_as_it_goes(world, submit):
    batch = imported(submit, ROWS[0])
    for entry in LedgerEntry.objects.filter(batch_id=batch.id):
        plain = json.loads(entry.detail)
        del plain["trace"]
        entry.detail = json.dumps(plain)
        entry.save(update_fields=["detail"])
    story = api.explain(api.SYSTEM, batch, 2)
    assert (story.outcome, story.learner.asked, story.decision, story.dates) == ("certified", "a00", None, None)
