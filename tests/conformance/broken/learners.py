"""Hosts that find the wrong learners."""

import unicodedata
from dataclasses import replace
from fnmatch import fnmatchcase

from cert_completion_hooks import Learner, LearnerStatus, hookimpl, normalised
from cert_completion_hooks.memory import MemoryHost

from tests.conformance.broken.registry import fails

FIND = "find_learners"


class Finding(MemoryHost):
    """The in-memory host, with another way to say whether a stored name is the one asked for."""

    def is_asked_for(self, stored: str, asked: str) -> bool:
        raise NotImplementedError

    @hookimpl
    def find_learners(self, actor, usernames):
        found = {}
        for asked in usernames:
            fitting = [each for each in self._learners.values() if self.is_asked_for(each.username, asked)]
            if fitting:
                found[asked] = fitting
        return found


@fails("test_a_learner_is_found_by_the_user_name", FIND, "Asked for 'lee', 'kim'", "Answer for each name")
class AnswersTheFirstOnly(MemoryHost):
    @hookimpl
    def find_learners(self, actor, usernames):
        return super().find_learners(actor, usernames[:1])


@fails("test_a_learner_is_found_by_the_user_name", FIND, "this key was not asked for", "echoed exactly")
class AnswersInCapitals(MemoryHost):
    @hookimpl
    def find_learners(self, actor, usernames):
        found = super().find_learners(actor, usernames)
        return {name.upper(): learners for name, learners in found.items()}


@fails("test_a_learner_is_found_by_the_user_name", FIND, "The key of the learner 'kim' was", "primary key")
class NumbersItsAnswers(MemoryHost):
    asked = 0

    @hookimpl
    def find_learners(self, actor, usernames):
        self.asked += 1
        return {
            name: [replace(each, key=f"{self.asked}-{each.key}") for each in learners]
            for name, learners in super().find_learners(actor, usernames).items()
        }


@fails("test_a_learner_is_found_by_the_user_name", FIND, "is not a Learner", "Build it with the types")
class AnswersWithKeys(MemoryHost):
    @hookimpl
    def find_learners(self, actor, usernames):
        found = super().find_learners(actor, usernames)
        return {name: [each.key for each in learners] for name, learners in found.items()}


@fails("test_a_learner_is_found_by_the_user_name", FIND, "It returned 'learner-1' twice", "look at your joins")
class JoinsTooMuch(MemoryHost):
    @hookimpl
    def find_learners(self, actor, usernames):
        return {name: learners * 2 for name, learners in super().find_learners(actor, usernames).items()}


@fails("test_who_does_not_exist_is_left_out", FIND, "names that nobody has", "Leave out the names")
class InventsLearners(MemoryHost):
    @hookimpl
    def find_learners(self, actor, usernames):
        return {name: [Learner(key=name[:100], username=name)] for name in usernames}


@fails("test_who_does_not_exist_is_left_out", FIND, "learners of other names: ['kim']", "LIKE has wildcards")
class AsksByPattern(Finding):
    def is_asked_for(self, stored, asked):
        return fnmatchcase(stored, asked.replace("%", "*").replace("_", "?"))


@fails("test_case_counts", FIND, "learners of other names: ['Kim']", "match without case or accents")
class IgnoresCase(Finding):
    def is_asked_for(self, stored, asked):
        return stored.lower() == asked.lower()


@fails("test_accents_count", FIND, "learners of other names", "match without case or accents")
class IgnoresAccents(Finding):
    def is_asked_for(self, stored, asked):
        return _bare(stored) == _bare(asked)


def _bare(text: str) -> str:
    return "".join(each for each in unicodedata.normalize("NFD", text) if not unicodedata.combining(each))


@fails("test_the_end_of_a_long_user_name_counts", FIND, "of other names", "Compare `normalised(learner's")
class CutsNames(Finding):
    def is_asked_for(self, stored, asked):
        return stored[:100] == asked[:100]


@fails("test_unicode_forms_are_the_same_name", FIND, "It does not find 'jos", "ask the database for every form")
@fails("test_blanks_around_a_stored_name_are_not_part_of_it", FIND, "does not find 'lee'", "normalised(stored")
class ComparesNamesAsTheyAre(Finding):
    def is_asked_for(self, stored, asked):
        return stored == asked


@fails("test_all_who_have_one_name_are_told", FIND, "it answered with 1", "must not choose one")
class ChoosesALearner(MemoryHost):
    @hookimpl
    def find_learners(self, actor, usernames):
        return {name: learners[:1] for name, learners in super().find_learners(actor, usernames).items()}


@fails("test_the_status_is_told", FIND, "who is suspended is told as", "imported with a warning")
class TellsEverybodyActive(MemoryHost):
    @hookimpl
    def find_learners(self, actor, usernames):
        found = super().find_learners(actor, usernames)
        return {name: [replace(each, status=LearnerStatus.ACTIVE) for each in some] for name, some in found.items()}


@fails("test_who_is_removed_is_not_found", FIND, "still found as active", "or tell them as DELETED")
class FindsWhoIsGone(Finding):
    def __init__(self):
        super().__init__()
        self.gone = []

    def remove_learner(self, username):
        self.gone.append(self._learner(username))
        super().remove_learner(username)

    def is_asked_for(self, stored, asked):
        return normalised(stored) == asked

    @hookimpl
    def find_learners(self, actor, usernames):
        found = {each.username: [each] for each in self.gone if each.username in usernames}
        return {**found, **super().find_learners(actor, usernames)}
