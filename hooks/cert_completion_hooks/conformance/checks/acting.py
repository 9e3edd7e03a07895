"""Limits of single administrators. What is out of reach is told as such, never as unknown."""

from dataclasses import replace
from datetime import date

from cert_completion_hooks.conformance.checks.states import CURRENT
from cert_completion_hooks.conformance.kit import Kit, to_undo
from cert_completion_hooks.conformance.needs import needs_undo
from cert_completion_hooks.types import Certification, CertificationRef, CompletionState, UndoStatus, WriteStatus

_ALLOWED = (
    "Tell a certification that this administrator may not write with allowed=False, in find_certifications and in "
    "list_certifications: left out, it would be unknown, and its rows could become evidence."
)
_RIGHT = "See whether `batch.actor`, who acts now, may write the certification; `batch.uploaded_by` does not matter."


class ActorConformance:
    """What one administrator may not write. Skipped where the world has no method `forbid`."""

    def test_what_may_not_be_written_is_found_as_such(self, kit: Kit) -> None:
        reference = CertificationRef("Fire", "")
        kit.certification()
        kit.world.forbid(kit.actor, "Fire")
        _is_not_allowed(kit, "find_certifications", list(kit.find_certifications(reference).get(reference, ())))

    def test_what_may_not_be_written_is_listed_as_such(self, kit: Kit) -> None:
        key = kit.certification().key
        kit.world.forbid(kit.actor, "Fire")
        _is_not_allowed(kit, "list_certifications", [each for each in kit.list_certifications() if each.key == key])

    def test_others_may_write_it_still(self, kit: Kit) -> None:
        kit.certification()
        kit.world.forbid(kit.world.administrator("somebody else"), "Fire")
        if not kit.certification().allowed:
            what = "The certification is out of another administrator's reach, and is told as out of this one's."
            kit.wrong("find_certifications", what, "Decide by the actor of the question.")

    def test_a_right_that_is_gone_is_a_conflict(self, kit: Kit) -> None:
        change = kit.change(kit.pair(), kit.record())
        kit.world.forbid(kit.actor, "Fire")
        when = "The administrator who acts may not write the certification any more."
        result = kit.write(change)[change.key]
        kit.expect_status("record_completions", change.key, result.status, WriteStatus.CONFLICT, when, _RIGHT)
        kit.expect_state(change.state_key, CompletionState(), "record_completions", when, _RIGHT)

    def test_the_right_is_that_of_who_acts(self, kit: Kit) -> None:
        change = kit.change(kit.pair(), kit.record())
        kit.world.forbid(kit.world.administrator("uploader"), "Fire")
        batch = replace(kit.batch, uploaded_by=kit.world.administrator("uploader"))
        result = kit.write(change, batch=batch)[change.key]
        when = "The one who uploaded may not write the certification, the one who approved and acts may."
        kit.expect_status("record_completions", change.key, result.status, WriteStatus.WRITTEN, when, _RIGHT)

    @needs_undo
    def test_without_the_right_nothing_is_undone(self, kit: Kit) -> None:
        key = kit.holding(CURRENT, assigned=True)
        before = kit.state(key)
        change = kit.change(key, kit.record(2, date(2026, 3, 2)), former=CURRENT)
        kit.do(change)
        written = kit.state(key)
        kit.world.forbid(kit.actor, "Fire")
        result = kit.undo(to_undo(change, before))[change.key]
        when = "The administrator who undoes may not write the certification."
        kit.expect_status("undo_changes", change.key, result.status, UndoStatus.CANNOT, when, _RIGHT)
        kit.expect_state(key, written, "undo_changes", when, _RIGHT)


def _is_not_allowed(kit: Kit, hook: str, found: list[Certification]) -> None:
    if not found or found[0].allowed:
        what = f"Asked for an administrator who may not write the certification, it answered {found}."
        kit.wrong(hook, what, _ALLOWED)
