"""Hosts that lose, mistake or double evidence."""

from dataclasses import replace

from cert_completion_hooks import UndoResult, UndoStatus, WriteResult, WriteStatus, hookimpl
from cert_completion_hooks.memory import MemoryHost

from tests.conformance.broken.registry import fails

FIND, RECORD, UNDO = "find_evidence", "record_evidence", "undo_changes"
AS_CREATED, ONCE, UNDO_ITEM = "Keep the item as it is given", "Answer `repeated` for a key", "Take away an item"


class Altering(MemoryHost):
    """The in-memory host, keeping each item in another form."""

    def altered(self, item):
        raise NotImplementedError

    def _record_item(self, item, held):
        result = super()._record_item(item, held)
        self._evidence = [self.altered(each) if each is item else each for each in self._evidence]
        return result


@fails("test_an_item_is_found_as_it_was_created", FIND, "due=None", AS_CREATED)
class LosesDueDates(Altering):
    def altered(self, item):
        return replace(item, due=None)


@fails("test_an_item_is_found_as_it_was_created", RECORD, "It returned a value of type dict", "Return a list or tuple")
class AnswersWithAMapping(MemoryHost):
    @hookimpl
    def record_evidence(self, batch, items):
        return {result.key: result for result in super().record_evidence(batch, items)}


@fails("test_long_names_and_every_date_are_kept", FIND, "and is told as", AS_CREATED)
class CutsNamesOfEvidence(Altering):
    def altered(self, item):
        return replace(item, name=item.name[:50])


@fails("test_the_values_of_a_type_s_fields_are_kept", FIND, "'12.50'", AS_CREATED)
class KeepsTexts(Altering):
    def altered(self, item):
        return replace(item, fields={name: str(value) for name, value in item.fields.items()})


@fails("test_what_does_not_exist_is_left_out", FIND, "an item of other names", "Compare both names")
class FindsByLearnerAndDay(MemoryHost):
    @hookimpl
    def find_evidence(self, actor, keys):
        held = {(item.learner_key, item.completed): item for item in self._evidence}
        return {key: held[key.learner_key, key.completed] for key in keys if (key.learner_key, key.completed) in held}


@fails("test_an_item_is_created_once", RECORD, "'conflict' in place of 'repeated'", ONCE)
class KeepsNoKeysOfItems(MemoryHost):
    def _record_item(self, item, held):
        self._written.pop(item.key, None)
        return super()._record_item(item, held)


@fails("test_the_same_item_of_another_row_is_a_conflict", RECORD, "'written' in place of 'conflict'", ONCE)
class CreatesItTwice(MemoryHost):
    def _record_item(self, item, held):
        return super()._record_item(item, set())


@fails("test_no_evidence_for_a_learner_who_is_gone", RECORD, "The learner was removed. It answered 'written'", ONCE)
class CreatesForTheGone(MemoryHost):
    def _is_gone(self, learner_key):
        return False


@fails("test_one_conflict_keeps_no_other_item_from_being_created", RECORD, "'conflict' in place of 'written'", ONCE)
class CreatesAllOrNone(MemoryHost):
    @hookimpl
    def record_evidence(self, batch, items):
        kept = list(self._evidence)
        results = super().record_evidence(batch, items)
        if all(result.status is not WriteStatus.CONFLICT for result in results):
            return results
        self._evidence = kept
        return [replace(result, status=WriteStatus.CONFLICT) for result in results]


@fails("test_undo_takes_an_item_away", UNDO, "It is there still", UNDO_ITEM)
class KeepsAllEvidence(MemoryHost):
    def _undo_item(self, item):
        return UndoResult(key=item.key, status=UndoStatus.UNDONE)


@fails("test_undo_takes_an_item_away", UNDO, "It was undone again. It answered 'cannot'", UNDO_ITEM)
class UndoesOnce(MemoryHost):
    def _undo_item(self, item):
        if all(held.key != item.key for held in self._evidence):
            return UndoResult(key=item.key, status=UndoStatus.CANNOT, reason="There is no such item.")
        return super()._undo_item(item)


@fails("test_what_was_undone_can_be_created_by_another_import", RECORD, "'conflict' in place of 'written'", ONCE)
class RemembersItemsForEver(MemoryHost):
    def __init__(self):
        super().__init__()
        self.seen = set()

    def _record_item(self, item, held):
        if item.evidence_key in self.seen and item.key not in self._written:
            return WriteResult(key=item.key, status=WriteStatus.CONFLICT)
        self.seen.add(item.evidence_key)
        return super()._record_item(item, held)


@fails("test_a_preview_takes_nothing_away", UNDO, "The preview of an undo took the item away", "With `preview` answer")
class TakesAwayWhilePreviewing(MemoryHost):
    @hookimpl
    def undo_changes(self, batch, changes, items, preview):
        return super().undo_changes(batch, changes, items, False)


@fails("test_an_item_that_was_changed_since_is_kept", UNDO, "'undone' in place of 'changed_since'", "changed since")
class TakesAwayWhatWasChanged(MemoryHost):
    def _undo_item(self, item):
        self._evidence = [held for held in self._evidence if held.key != item.key]
        return UndoResult(key=item.key, status=UndoStatus.UNDONE)


@fails("test_an_item_that_was_changed_since_is_kept", UNDO, "not named in `kept`", "with its key in `kept`")
class NamesNoItem(MemoryHost):
    def _undo_item(self, item):
        return replace(super()._undo_item(item), kept=())
