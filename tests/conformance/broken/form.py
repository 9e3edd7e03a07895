"""Hosts that cannot be called, or do not know what they are."""

from dataclasses import replace
from typing import Any, ClassVar

from cert_completion_hooks import hookimpl
from cert_completion_hooks.memory import MemoryHost

from tests.conformance.broken.registry import fails


class Saying(MemoryHost):
    """The in-memory host, saying something else of itself."""

    said: ClassVar[dict[str, Any]] = {}

    @hookimpl
    def host_info(self):
        return replace(super().host_info(), **self.said)


@fails("test_hooks_are_plain_functions", "find_learners", "it is a coroutine", "def, not async def")
class AwaitsItsHooks(MemoryHost):
    @hookimpl
    async def find_learners(self, actor, usernames):
        return {}


@fails("test_hooks_are_plain_functions", "find_learners", "'usernames': it is keyword-only", "without * and **")
class TakesKeywordsOnly(MemoryHost):
    @hookimpl
    def find_learners(self, actor, *, usernames):
        return super().find_learners(actor, usernames)


@fails("test_hooks_are_plain_functions", "list_certifications", "'limit': it has a default", "Remove the default")
class HasDefaults(MemoryHost):
    @hookimpl
    def list_certifications(self, actor, after, limit=100):
        return super().list_certifications(actor, after, limit)


@fails("test_hooks_are_plain_functions", "find_learners", "no such argument", "Did you mean 'usernames'?")
class MisspellsArguments(MemoryHost):
    @hookimpl
    def find_learners(self, actor, user_names):
        return super().find_learners(actor, user_names)


@fails("test_no_hook_is_misspelt", "find_learner", "the contract has no such hook", "Did you mean 'find_learners'?")
class MisspellsAHook(MemoryHost):
    @hookimpl
    def find_learner(self, usernames):
        return {}


@fails("test_host_info_says_what_the_host_is", "host_info", "the name ' '", "operators read them")
class HasNoName(Saying):
    said: ClassVar = {"name": " "}


@fails("test_host_info_says_what_the_host_is", "host_info", "has no {key}", "Write {key} where the learner's key")
class LinksNobody(Saying):
    said: ClassVar = {"record_of_learning_path": "/learning/"}


@fails("test_host_info_says_what_the_host_is", "host_info", "version of this HostInfo is 3", "Build it with the types")
class HasANumberForAVersion(Saying):
    said: ClassVar = {"version": 3}


@fails("test_the_contract_version_is_this_one", "host_info", "built for version 0", "Read the changelog")
class IsOld(Saying):
    said: ClassVar = {"contract_version": 0}


@fails("test_required_hooks_are_there", "list_certifications", "a site cannot do without", "mark it with @hookimpl")
class ListsNothing(MemoryHost):
    list_certifications = None


@fails("test_capabilities_have_their_hooks", "host_info", "'undo' without implementing undo_changes", "leave the cap")
class PromisesUndo(MemoryHost):
    undo_changes = None


@fails("test_the_database_is_one_of_the_site", "host_info", "database_alias is 'lms'", "say None: a store of your own")
class NamesAStrangeDatabase(Saying):
    said: ClassVar = {"database_alias": "lms"}


@fails("test_nothing_is_asked_and_nothing_is_answered", "find_learners", "it answered None", "None is no answer")
class AnswersNothingWithNone(MemoryHost):
    @hookimpl
    def find_learners(self, actor, usernames):
        return super().find_learners(actor, usernames) or None


@fails("test_nothing_is_asked_and_nothing_is_answered", "record_completions", "raised IndexError", "ordinary question")
class LooksAtTheFirst(MemoryHost):
    @hookimpl
    def record_completions(self, batch, changes):
        assert changes[0]
        return super().record_completions(batch, changes)


@fails("test_the_end_of_an_import_may_be_told_twice", "batch_finished", "raised ValueError: again", "ordinary question")
class HearsTheEndOnce(MemoryHost):
    @hookimpl
    def batch_finished(self, batch, summary):
        if self.finished:
            raise ValueError("again")
        super().batch_finished(batch, summary)
