"""Hosts that do not tell what is held."""

from dataclasses import replace
from datetime import date, timedelta

from cert_completion_hooks import CertificationState, CompletionState, StateKey, hookimpl
from cert_completion_hooks.memory import MemoryHost

from tests.conformance.broken.registry import fails

HOOK = "find_completion_states"


class Telling(MemoryHost):
    """The in-memory host, telling each state in another way."""

    def told(self, state: CompletionState, as_of: date) -> CompletionState:
        raise NotImplementedError

    @hookimpl
    def find_completion_states(self, actor, keys, as_of):
        found = super().find_completion_states(actor, keys, as_of)
        return {key: self.told(state, as_of) for key, state in found.items()}


@fails("test_of_whom_nothing_is_held_is_left_out", HOOK, "Nothing is held", "Leave out what there is not")
class TellsEverybodyAssigned(MemoryHost):
    @hookimpl
    def find_completion_states(self, actor, keys, as_of):
        nothing = dict.fromkeys(keys, CompletionState(assigned=True))
        return nothing | super().find_completion_states(actor, keys, as_of)


@fails("test_what_is_held_is_told", HOOK, "The history lacks: [completed 2023-02-28", "every past one")
class TellsTheLastPastRecordOnly(Telling):
    def told(self, state, as_of):
        return replace(state, history=state.history[:1])


@fails("test_what_is_held_is_told", HOOK, "is [completed 2025-05-01, expires None", "Tell what the LMS holds")
class ForgetsDates(Telling):
    def told(self, state, as_of):
        return replace(state, current=state.current and replace(state.current, expires=None, window_opens=None))


@fails("test_a_record_that_never_expires_is_told", HOOK, "expires 9999-12-31", "Tell what the LMS holds")
class TellsForeverAsADate(Telling):
    def told(self, state, as_of):
        if state.current and state.current.expires is None:
            return replace(state, current=replace(state.current, expires=date.max))
        return state


@fails("test_the_word_is_that_of_the_day_asked_for", HOOK, "On 2026-05-01 the word", "EXPIRED from the expiry date on")
class ExpiresTheDayAfter(Telling):
    def told(self, state, as_of):
        if state.state is CertificationState.EXPIRED and state.current.expires == as_of:
            return replace(state, state=CertificationState.WINDOW_OPEN)
        return state


@fails("test_the_word_is_that_of_the_day_asked_for", HOOK, "it should be", "for `as_of`, not for today")
class LooksAtItsOwnCalendar(MemoryHost):
    @hookimpl
    def find_completion_states(self, actor, keys, as_of):
        return super().find_completion_states(actor, keys, date.today() + timedelta(days=36_500))


@fails("test_without_a_current_record_the_word_is_none", HOOK, "it should be", "NONE without a current record")
class TellsThePastAsPresent(Telling):
    def told(self, state, as_of):
        return replace(state, state=CertificationState.EXPIRED) if state.current is None else state


@fails("test_only_the_pairs_asked_for_are_told", HOOK, "This key was not asked for", "echoed exactly")
class AnswersForAllOfThem(MemoryHost):
    @hookimpl
    def find_completion_states(self, actor, keys, as_of):
        pairs = [StateKey(one.learner_key, other.certification_key) for one in keys for other in keys]
        return super().find_completion_states(actor, pairs, as_of)


@fails("test_keys_that_are_not_the_host_s_are_unknown", HOOK, "It raised KeyError", "ordinary question")
class KnowsItsKeysOnly(MemoryHost):
    @hookimpl
    def find_completion_states(self, actor, keys, as_of):
        assert all(self._learners[key.learner_key] and self._certifications[key.certification_key] for key in keys)
        return super().find_completion_states(actor, keys, as_of)


@fails(
    "test_the_token_does_not_move_with_the_day", HOOK, "differs from day to day", "tell every record whatever the day"
)
class LetsOldRecordsLapse(Telling):
    def told(self, state, as_of):
        return replace(state, history=tuple(past for past in state.history if past.expires > as_of))


@fails("test_the_token_changes_with_the_current_record", HOOK, "is as before", "Read the records anew")
@fails("test_the_token_changes_with_the_history", HOOK, "is as before", "Read the records anew")
@fails("test_the_token_changes_when_somebody_corrects_a_date", HOOK, "corrected by hand", "Read the records anew")
class RemembersWhatItTold(MemoryHost):
    def __init__(self):
        super().__init__()
        self.told = {}

    @hookimpl
    def find_completion_states(self, actor, keys, as_of):
        self.told = super().find_completion_states(actor, keys, as_of) | self.told
        return {key: self.told[key] for key in keys if key in self.told}


@fails("test_the_token_changes_with_the_assignment", HOOK, "assigned with a row for the history", "Tell `assigned` as")
class AssignsWithARecordOnly(Telling):
    def told(self, state, as_of):
        return replace(state, assigned=state.assigned and state.current is not None)
