"""Hosts that write something else than they are asked to."""

from dataclasses import replace
from datetime import date

from cert_completion_hooks import LearnerStatus, WriteResult, WriteStatus, hookimpl
from cert_completion_hooks.memory import MemoryHost

from tests.conformance.broken.registry import fails

HOOK = "record_completions"
WHOLE = "Write all of a change or nothing"


class Rewriting(MemoryHost):
    """The in-memory host, with what it holds of a pair altered after a change was written."""

    def rewritten(self, before, pair, change):
        raise NotImplementedError

    def _record(self, batch, change):
        before = self._pairs.get(change.state_key)
        result = super()._record(batch, change)
        if result.status is WriteStatus.WRITTEN:
            pair = self._pairs[change.state_key]
            self._pairs[change.state_key] = self.rewritten(before, pair, change)
        return result


@fails("test_a_first_completion_becomes_current", HOOK, "The current record is none", WHOLE)
class SaysItWrote(MemoryHost):
    def _record(self, batch, change):
        return WriteResult(key=change.key, status=WriteStatus.WRITTEN)


@fails("test_a_first_completion_becomes_current", HOOK, "'conflict' (The records were changed", "that very state")
class MistrustsEverything(MemoryHost):
    def _record(self, batch, change):
        return super()._record(batch, replace(change, expected=""))


@fails("test_a_first_completion_becomes_current", HOOK, "There is no result for this key", "one result for each key")
class ForgetsToAnswer(MemoryHost):
    @hookimpl
    def record_completions(self, batch, changes):
        super().record_completions(batch, changes)
        return []


@fails("test_a_first_completion_becomes_current", HOOK, "There are two results", "one result for each key")
class AnswersTwice(MemoryHost):
    @hookimpl
    def record_completions(self, batch, changes):
        return [*super().record_completions(batch, changes)] * 2


@fails("test_all_of_a_change_is_written", HOOK, "The history lacks: [completed 2025-05-01", WHOLE)
@fails("test_the_former_record_is_moved_as_it_is", HOOK, "The history lacks", WHOLE)
class LosesTheFormerRecord(MemoryHost):
    def _record(self, batch, change):
        return super()._record(batch, replace(change, former=None))


@fails("test_all_of_a_change_is_written", HOOK, "line 1000000", WHOLE)
class ForgetsLines(Rewriting):
    def rewritten(self, before, pair, change):
        return replace(pair, history=tuple(replace(past, line=None) for past in pair.history))


@fails("test_history_alone_leaves_the_current_record", HOOK, "The current record is none", WHOLE)
class ClearsTheCurrentRecord(Rewriting):
    def rewritten(self, before, pair, change):
        return replace(pair, current=change.current)


@fails("test_history_alone_certifies_nobody", HOOK, "it should be none", WHOLE)
class CertifiesByHistory(Rewriting):
    def rewritten(self, before, pair, change):
        return replace(pair, current=pair.current or pair.history[0])


@fails("test_the_former_record_is_moved_as_it_is", HOOK, "(before extension 2026-02-01)", WHOLE)
class ForgetsExtensions(Rewriting):
    def rewritten(self, before, pair, change):
        return replace(pair, history=tuple(replace(past, baseline_expires=None) for past in pair.history))


@fails("test_a_former_record_keeps_the_row_that_it_came_from", HOOK, "from no import", WHOLE)
class ForgetsRows(Rewriting):
    def rewritten(self, before, pair, change):
        former = change.former
        history = [replace(past, row_key="", line=None) if past == former else past for past in pair.history]
        return replace(pair, history=tuple(history))


@fails("test_a_record_that_history_stands_in_for_is_replaced", HOOK, "The history holds what it should not", WHOLE)
class AlwaysMovesTheFormerRecord(Rewriting):
    def rewritten(self, before, pair, change):
        if before and before.current and change.current and not change.former:
            return replace(pair, history=(*pair.history, before.current))
        return pair


@fails("test_what_is_held_already_stays", HOOK, "The history lacks", WHOLE)
class ReplacesTheHistory(Rewriting):
    def rewritten(self, before, pair, change):
        return replace(pair, history=change.history)


@fails("test_nobody_is_assigned_unasked", HOOK, "The learner is assigned; they should be not assigned", WHOLE)
class AssignsEverybody(Rewriting):
    def rewritten(self, before, pair, change):
        return replace(pair, assigned=True)


@fails("test_an_assignment_stays", HOOK, "The learner is not assigned; they should be assigned", WHOLE)
class UnassignsWhoIsNotToBeAssigned(Rewriting):
    def rewritten(self, before, pair, change):
        return replace(pair, assigned=change.assign)


@fails("test_a_row_for_the_history_can_assign", HOOK, "The learner is not assigned", WHOLE)
class AssignsWhoIsCertified(Rewriting):
    def rewritten(self, before, pair, change):
        return replace(pair, assigned=pair.assigned and pair.current is not None)


@fails("test_every_date_is_kept", HOOK, "completed 1970-01-01", "from year 1 to 9999")
class BeginsIn1970(Rewriting):
    def rewritten(self, before, pair, change):
        completed = max(pair.current.completed, date(1970, 1, 1))
        return replace(pair, current=replace(pair.current, completed=completed))


@fails("test_each_learner_gets_their_own", HOOK, "The current record is", WHOLE)
class WritesTheFirstForAll(MemoryHost):
    @hookimpl
    def record_completions(self, batch, changes):
        return super().record_completions(batch, [replace(each, current=changes[0].current) for each in changes])


@fails("test_a_suspended_learner_is_written", HOOK, "'conflict' (The learner is gone.)", "that very state")
class RefusesTheSuspended(MemoryHost):
    def _is_gone(self, learner_key):
        return super()._is_gone(learner_key) or self._learners[learner_key].status is LearnerStatus.SUSPENDED


@fails(
    "test_one_conflict_keeps_nobody_else_from_being_written", HOOK, "'conflict' in place of 'written'", "each change"
)
class AllOrNothing(MemoryHost):
    @hookimpl
    def record_completions(self, batch, changes):
        held = self._pairs, self._written
        self._pairs, self._written = dict(self._pairs), dict(self._written)
        results = super().record_completions(batch, changes)
        if all(result.status is not WriteStatus.CONFLICT for result in results):
            return results
        self._pairs, self._written = held
        return [replace(result, status=WriteStatus.CONFLICT) for result in results]
