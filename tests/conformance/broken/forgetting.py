"""Hosts that forget too little, too much, or not twice."""

from cert_completion_hooks import hookimpl
from cert_completion_hooks.memory import MemoryHost

from tests.conformance.broken.registry import fails

HOOK = "forget_learner"


@fails("test_nothing_is_held_of_a_learner_who_was_forgotten", HOOK, "A learner was forgotten", "Delete everything")
class KeepsAssignments(MemoryHost):
    def forget(self, learner_keys):
        kept = {key: held for key, held in self._pairs.items() if key.learner_key in learner_keys}
        forgotten = super().forget(learner_keys)
        self._pairs |= kept
        return forgotten


@fails("test_nothing_is_held_of_a_learner_who_was_forgotten", HOOK, "It deleted 0 records", "Return how many")
class SaysNothing(MemoryHost):
    @hookimpl
    def forget_learner(self, actor, learner_keys):
        super().forget_learner(actor, learner_keys)


@fails("test_nothing_is_held_of_a_learner_who_was_forgotten", HOOK, "no number of records", "Return how many")
class SaysSo(MemoryHost):
    @hookimpl
    def forget_learner(self, actor, learner_keys):
        super().forget_learner(actor, learner_keys)
        return True


@fails("test_no_evidence_is_left_of_a_learner_who_was_forgotten", HOOK, "evidence item", "Delete everything")
class KeepsEvidence(MemoryHost):
    def forget(self, learner_keys):
        kept = list(self._evidence)
        forgotten = super().forget(learner_keys)
        self._evidence = kept
        return forgotten


@fails("test_others_keep_what_is_theirs", HOOK, "Another learner was forgotten", "Delete only what belongs")
class ForgetsEverybody(MemoryHost):
    def forget(self, learner_keys):
        return super().forget({key.learner_key for key in self._pairs})


@fails("test_forgetting_again_is_harmless", HOOK, "who had been forgotten before", "Return 0")
class CountsWhomItWasGiven(MemoryHost):
    def forget(self, learner_keys):
        super().forget(learner_keys)
        return len(learner_keys)


@fails("test_learners_who_are_gone_can_be_forgotten", HOOK, "raised KeyError", "ordinary question")
class LooksThemUp(MemoryHost):
    def forget(self, learner_keys):
        assert all(self._learners[key] for key in learner_keys)
        return super().forget(learner_keys)
