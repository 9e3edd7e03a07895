"""Hosts that write twice, or write what does not fit any more."""

from dataclasses import replace

from cert_completion_hooks import CompletionState, WriteResult, WriteStatus
from cert_completion_hooks.memory import MemoryHost
from cert_completion_hooks.memory.pairs import Pair, applied

from tests.conformance.broken.registry import fails

HOOK = "record_completions"
FIT, REPEAT, GONE = (
    "answer `conflict` and write nothing",
    "Keep the key of every change",
    "still there: else `conflict`",
)


@fails("test_a_change_is_written_once", HOOK, "answered 'conflict' in place of 'repeated'", REPEAT)
@fails("test_whether_a_change_was_applied_can_be_asked", HOOK, "in place of 'repeated'", REPEAT)
class KeepsNoKeys(MemoryHost):
    def _record(self, batch, change):
        self._written.pop(change.key, None)
        return super()._record(batch, change)


@fails("test_a_change_of_history_is_written_once", HOOK, "wrote even so. The history holds what it should not", REPEAT)
class WritesWhatItRepeats(MemoryHost):
    def _record(self, batch, change):
        result = super()._record(batch, change)
        if result.status is WriteStatus.REPEATED:
            self._pairs[change.state_key] = applied(self._pairs[change.state_key], change)
        return result


@fails("test_a_change_is_repeated_also_when_another_import_wrote_since", HOOK, "in place of 'repeated'", REPEAT)
class LooksForConflictsFirst(MemoryHost):
    def _record(self, batch, change):
        held = self._pairs.get(change.state_key, Pair()).state(batch.as_of)
        digests = change.expected, CompletionState(current=change.current, assigned=held.assigned).digest()
        if held.digest() not in digests:
            return WriteResult(key=change.key, status=WriteStatus.CONFLICT)
        return super()._record(batch, change)


@fails("test_whether_a_change_was_not_applied_can_be_asked", HOOK, "'written' in place of 'conflict'", FIT)
class TakesNonsenseForAnything(MemoryHost):
    def _record(self, batch, change):
        if change.expected == "-" * 64:
            held = self._pairs.get(change.state_key, Pair())
            change = replace(change, expected=held.state(batch.as_of).digest())
        return super()._record(batch, change)


@fails(
    "test_the_same_line_of_another_import_is_another_change",
    HOOK,
    "'repeated' in place of 'written'",
    "unique for ever",
)
class ComparesLines(MemoryHost):
    def _record(self, batch, change):
        if any(key.rpartition(":")[2] == change.key.rpartition(":")[2] for key in self._written):
            return WriteResult(key=change.key, status=WriteStatus.REPEATED)
        return super()._record(batch, change)


@fails("test_an_expectation_of_nothing_does_not_fit_a_record", HOOK, "'written' in place of 'conflict'", FIT)
@fails("test_an_expectation_of_a_record_does_not_fit_nothing", HOOK, "'written' in place of 'conflict'", FIT)
@fails("test_a_corrected_date_does_not_fit", HOOK, "'written' in place of 'conflict'", FIT)
class ExpectsNothing(MemoryHost):
    def _record(self, batch, change):
        held = self._pairs.get(change.state_key, Pair())
        return super()._record(batch, replace(change, expected=held.state(batch.as_of).digest()))


@fails("test_a_new_past_record_does_not_fit", HOOK, "'written' in place of 'conflict'", FIT)
class OverlooksTheHistory(MemoryHost):
    def _record(self, batch, change):
        held = self._pairs.get(change.state_key, Pair()).state(batch.as_of)
        if replace(held, history=()).digest() == change.expected:
            change = replace(change, expected=held.digest())
        return super()._record(batch, change)


@fails("test_another_assignment_does_not_fit", HOOK, "'written' in place of 'conflict'", FIT)
class OverlooksTheAssignment(MemoryHost):
    def _record(self, batch, change):
        held = self._pairs.get(change.state_key, Pair()).state(batch.as_of)
        if replace(held, assigned=not held.assigned).digest() == change.expected:
            change = replace(change, expected=held.digest())
        return super()._record(batch, change)


@fails("test_a_learner_who_is_gone_is_a_conflict", HOOK, "The learner was removed since. It answered 'written'", GONE)
class WritesForTheGone(MemoryHost):
    def _is_gone(self, learner_key):
        return False


@fails("test_a_certification_that_is_gone_is_a_conflict", HOOK, "certification was removed since. It answered 'w", GONE)
class WritesOfTheGone(MemoryHost):
    def _barred(self, key, actor):
        return "" if key.certification_key not in self._certifications else super()._barred(key, actor)


@fails("test_keys_that_are_not_the_host_s_are_a_conflict", HOOK, "raised KeyError: 'no such key'", "ordinary question")
class WritesForItsKeysOnly(MemoryHost):
    def _barred(self, key, actor):
        assert self._learners[key.learner_key]
        return super()._barred(key, actor)
