"""Forgetting learners."""

from cert_completion_hooks.conformance.kit import Kit
from cert_completion_hooks.conformance.needs import needs_evidence
from cert_completion_hooks.types import CompletionState

_HOOK = "forget_learner"
_ALL = "Delete everything that is held about these learners: current records, history, assignments and evidence."
_THEM_ALONE = "Delete only what belongs to the keys that were given."


class ForgettingConformance:
    """The hook `forget_learner`."""

    def test_nothing_is_held_of_a_learner_who_was_forgotten(self, kit: Kit) -> None:
        key = kit.pair()
        kit.do(kit.change(key, kit.record(), assign=True))
        if not kit.forget(key.learner_key):
            kit.wrong(_HOOK, "It deleted 0 records of a learner who had some.", "Return how many were deleted.")
        kit.expect_state(key, CompletionState(), _HOOK, "A learner was forgotten.", _ALL)

    @needs_evidence
    def test_no_evidence_is_left_of_a_learner_who_was_forgotten(self, kit: Kit) -> None:
        item = kit.item()
        kit.record_items(item)
        kit.forget(item.learner_key)
        if kit.find_evidence(item.evidence_key):
            kit.wrong(_HOOK, "An evidence item of a learner who was forgotten is still there.", _ALL)

    def test_others_keep_what_is_theirs(self, kit: Kit) -> None:
        forgotten, other = kit.pair("kim"), kit.pair("lee")
        kit.do(kit.change(forgotten, kit.record(2)), kit.change(other, kit.record(3)))
        held = kit.state(other)
        kit.forget(forgotten.learner_key)
        kit.expect_state(other, held, _HOOK, "Another learner was forgotten.", _THEM_ALONE)

    def test_forgetting_again_is_harmless(self, kit: Kit) -> None:
        key = kit.pair()
        kit.do(kit.change(key, kit.record()))
        kit.forget(key.learner_key)
        if kit.forget(key.learner_key):
            what = "It deleted records of a learner who had been forgotten before."
            kit.wrong(_HOOK, what, "Return 0 where nothing is left.")

    def test_learners_who_are_gone_can_be_forgotten(self, kit: Kit) -> None:
        key = kit.learner()
        kit.world.remove_learner("kim")
        kit.forget(key)
