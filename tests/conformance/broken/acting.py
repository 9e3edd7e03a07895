"""Hosts that limit their administrators in the wrong way, and those that do not say when they cannot tell."""

from dataclasses import replace

from cert_completion_hooks import HostUnavailable, UndoResult, UndoStatus, hookimpl
from cert_completion_hooks.memory import MemoryHost
from cert_completion_hooks.memory.pairs import taken_back

from tests.conformance.broken.registry import fails

ALLOWED, RIGHT = "with allowed=False", "See whether `batch.actor`"


@fails("test_what_may_not_be_written_is_found_as_such", "find_certifications", "it answered []", ALLOWED)
@fails("test_what_may_not_be_written_is_listed_as_such", "list_certifications", "it answered []", ALLOWED)
class HidesWhatIsForbidden(MemoryHost):
    @hookimpl
    def find_certifications(self, actor, references, ignore_case):
        found = super().find_certifications(actor, references, ignore_case)
        return {name: [each for each in some if each.allowed] for name, some in found.items()}

    @hookimpl
    def list_certifications(self, actor, after, limit):
        return [each for each in super().list_certifications(actor, after, limit) if each.allowed]


@fails("test_others_may_write_it_still", "find_certifications", "out of another administrator's", "Decide by the actor")
class ForbidsEverybody(MemoryHost):
    def _told(self, certification, actor):
        forbidden = {key for _, key in self._forbidden}
        return replace(certification, allowed=certification.key not in forbidden)


@fails("test_a_right_that_is_gone_is_a_conflict", "record_completions", "'written' in place of 'conflict'", RIGHT)
class WritesWhatIsForbidden(MemoryHost):
    def _barred(self, key, actor):
        return super()._barred(key, replace(actor, key="root"))


@fails("test_the_right_is_that_of_who_acts", "record_completions", "'conflict' in place of 'written'", RIGHT)
class AsksTheUploader(MemoryHost):
    @hookimpl
    def record_completions(self, batch, changes):
        return super().record_completions(replace(batch, actor=batch.uploaded_by), changes)


@fails("test_without_the_right_nothing_is_undone", "undo_changes", "'undone' in place of 'cannot'", RIGHT)
class UndoesWhatIsForbidden(MemoryHost):
    def _undo(self, batch, undo):
        key = undo.change.state_key
        self._keep(batch, key, taken_back(self._pairs[key], undo)[0])
        return UndoResult(key=undo.change.key, status=UndoStatus.UNDONE)


UNAVAILABLE = "Raise cert_completion_hooks.HostUnavailable"


@fails("test_a_host_that_cannot_tell_now_says_so", "find_learners", "the host gave {}", UNAVAILABLE)
@fails("test_a_host_that_cannot_tell_now_says_so", "find_certifications", "an exception ConnectionError", UNAVAILABLE)
class KnowsNobodyWhenItIsAway(MemoryHost):
    @hookimpl
    def find_learners(self, actor, usernames):
        try:
            return super().find_learners(actor, usernames)
        except HostUnavailable:
            return {}

    @hookimpl
    def find_certifications(self, actor, references, ignore_case):
        try:
            return super().find_certifications(actor, references, ignore_case)
        except HostUnavailable:
            raise ConnectionError("connection refused") from None
