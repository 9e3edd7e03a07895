"""Hosts that take back too little, too much, or what was changed since."""

from dataclasses import replace

from cert_completion_hooks import UndoResult, UndoStatus, hookimpl
from cert_completion_hooks.memory import MemoryHost
from cert_completion_hooks.memory.pairs import Pair, records_of

from tests.conformance.broken.registry import fails

HOOK = "undo_changes"
RESTORE, KEEP, AGAIN = "Take away each record", "name its row key in `kept`", "leave alone what others wrote"
CANNOT = "Answer `cannot` with a reason"


class Redoing(MemoryHost):
    """The in-memory host, with what is left of a pair altered after an undo."""

    def left(self, before, after, undo):
        raise NotImplementedError

    def _undo(self, batch, undo):
        key = undo.change.state_key
        before = self._pairs.get(key, Pair())
        result = super()._undo(batch, undo)
        self._pairs[key] = self.left(before, self._pairs.get(key, Pair()), undo)
        return result


@fails(
    "test_everything_is_as_before", HOOK, "it is not as it was before. The current record is [completed 2026", RESTORE
)
class UndoesNothing(MemoryHost):
    def _undo(self, batch, undo):
        return UndoResult(key=undo.change.key, status=UndoStatus.UNDONE)


@fails("test_everything_is_as_before", HOOK, "The current record is none; it should be [completed 2025", RESTORE)
class BringsNothingBack(Redoing):
    def left(self, before, after, undo):
        return replace(after, current=None)


@fails("test_everything_is_as_before", HOOK, "The history holds what it should not", RESTORE)
class LeavesTheFormerRecordInTheHistory(Redoing):
    def left(self, before, after, undo):
        moved = () if undo.change.former is None else (undo.change.former,)
        return replace(after, history=(*after.history, *moved))


@fails("test_everything_is_as_before", HOOK, "The learner is assigned; they should be not assigned", RESTORE)
class LeavesTheAssignment(Redoing):
    def left(self, before, after, undo):
        return replace(after, assigned=before.assigned, assigned_by=before.assigned_by)


@fails("test_everything_is_as_before", HOOK, "it names something as kept", RESTORE)
class NamesEverythingAsKept(MemoryHost):
    def _undo(self, batch, undo):
        return replace(super()._undo(batch, undo), kept=tuple(each.row_key for each in records_of(undo.change)))


@fails("test_history_alone_is_taken_back", HOOK, "The history holds what it should not", RESTORE)
class LeavesTheHistory(Redoing):
    def left(self, before, after, undo):
        return replace(after, history=before.history)


@fails("test_the_rows_of_a_record_that_came_back_are_its_own", HOOK, "from no import", RESTORE)
class ForgetsWhereItCameFrom(Redoing):
    def left(self, before, after, undo):
        return replace(after, current=after.current and replace(after.current, row_key="", line=None))


@fails("test_a_preview_writes_nothing", HOOK, "The preview of an undo wrote something", "roll the transaction back")
class UndoesWhilePreviewing(MemoryHost):
    @hookimpl
    def undo_changes(self, batch, changes, items, preview):
        return super().undo_changes(batch, changes, items, False)


@fails("test_a_preview_writes_nothing", HOOK, "The preview said", "answer what the undo would")
class PreviewsBadly(MemoryHost):
    @hookimpl
    def undo_changes(self, batch, changes, items, preview):
        results = super().undo_changes(batch, changes, items, preview)
        return [replace(each, status=UndoStatus.CANNOT, reason="?") for each in results] if preview else results


@fails(
    "test_other_learners_keep_what_they_have", HOOK, "another's record went too", "Take back the changes that are given"
)
class UndoesTheWholeImport(MemoryHost):
    @hookimpl
    def undo_changes(self, batch, changes, items, preview):
        results = super().undo_changes(batch, changes, items, preview)
        for key, pair in self._pairs.items():
            if pair.current and pair.current.row_key.startswith(batch.batch_id):
                self._pairs[key] = replace(pair, current=None)
        return results


@fails("test_asking_again_is_harmless", HOOK, "The current record is none", AGAIN)
@fails("test_what_was_never_written_is_undone", HOOK, "The current record is none", AGAIN)
@fails("test_a_record_that_was_renewed_since_is_kept", HOOK, "The undo changed it even so", KEEP)
@fails("test_a_record_that_was_corrected_since_is_kept", HOOK, "The undo changed it even so", KEEP)
@fails("test_of_several_rows_only_those_changed_since_are_kept", HOOK, "It names as kept: ()", KEEP)
class RestoresBlindly(MemoryHost):
    def _undo(self, batch, undo):
        held = self._pairs.get(undo.change.state_key, Pair())
        rows = {each.row_key for each in records_of(undo.change)}
        history = tuple(past for past in held.history if past.row_key not in rows)
        pair = replace(held, current=undo.before.current, history=history, assigned=undo.before.assigned)
        self._pairs[undo.change.state_key] = pair
        return UndoResult(key=undo.change.key, status=UndoStatus.UNDONE)


@fails("test_a_record_stays_whose_former_one_was_corrected", HOOK, "The undo changed it even so", KEEP)
class ForgetsAboutTheFormerRecord(MemoryHost):
    def _undo(self, batch, undo):
        key, change = undo.change.state_key, undo.change
        pair = self._pairs.get(key, Pair())
        if change.former and change.former not in pair.history:
            self._pairs[key] = replace(pair, current=undo.before.current)
            return UndoResult(key=change.key, status=UndoStatus.UNDONE)
        return super()._undo(batch, undo)


@fails("test_a_record_that_was_corrected_since_is_kept", HOOK, "'undone' in place of 'changed_since'", KEEP)
class SaysItUndid(MemoryHost):
    def _undo(self, batch, undo):
        return replace(super()._undo(batch, undo), status=UndoStatus.UNDONE)


@fails(
    "test_a_record_that_was_corrected_since_is_kept", HOOK, "which this change did not write", "Name in `kept` row keys"
)
class NamesStrangers(MemoryHost):
    def _undo(self, batch, undo):
        result = super()._undo(batch, undo)
        return replace(result, kept=tuple(f"row {row}" for row in result.kept))


@fails("test_an_assignment_that_somebody_made_since_stays", HOOK, "The learner is not assigned", "which change made it")
@fails("test_the_assignment_stays_while_a_later_record_stands_on_it", HOOK, "The learner is not assigned", RESTORE)
class TakesTheAssignmentAway(Redoing):
    def left(self, before, after, undo):
        return replace(after, assigned=undo.before.assigned)


@fails("test_of_a_learner_who_is_gone_nothing_is_undone", HOOK, "'undone' in place of 'cannot'", CANNOT)
class UndoesForTheGone(MemoryHost):
    def _is_gone(self, learner_key):
        return False


@fails("test_of_a_certification_that_is_gone_nothing_is_undone", HOOK, "'undone' in place of 'cannot'", CANNOT)
class UndoesOfTheGone(MemoryHost):
    def _barred(self, key, actor):
        return "" if key.certification_key not in self._certifications else super()._barred(key, actor)


@fails("test_of_a_learner_who_is_gone_nothing_is_undone", HOOK, "`cannot` without a reason", CANNOT)
class GivesNoReason(MemoryHost):
    def _undo(self, batch, undo):
        return replace(super()._undo(batch, undo), reason="")


@fails("test_of_keys_that_are_not_the_host_s_nothing_is_undone", HOOK, "raised KeyError", "ordinary question")
class UndoesForItsKeysOnly(MemoryHost):
    def _undo(self, batch, undo):
        assert self._learners[undo.change.learner_key]
        return super()._undo(batch, undo)
