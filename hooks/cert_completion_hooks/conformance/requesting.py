"""The plugin's requests, made to the hosts under test in the context in which the plugin makes them."""

from collections.abc import Sequence
from functools import cached_property, partial
from typing import Any

from cert_completion_hooks.conformance.asking import Asking
from cert_completion_hooks.conformance.store import as_the_plugin_does
from cert_completion_hooks.examining import results
from cert_completion_hooks.types import (
    BatchInfo,
    BatchSummary,
    ChangeToUndo,
    CompletionChange,
    EvidenceItem,
    Message,
    MessageResult,
    UndoResult,
    WriteResult,
)


class Requesting(Asking):
    """Requests of one import. Each result is for what was asked, and there is one for each."""

    batch: BatchInfo

    @cached_property
    def alias(self) -> str | None:
        """The Django database on which the host writes, if it does."""
        return self.info(self.hosts.who("record_completions")).database_alias

    def write(self, *changes: CompletionChange, batch: BatchInfo | None = None) -> dict[str, WriteResult]:
        """Change key -> what the host says became of it."""
        keys = [change.key for change in changes]
        examine = partial(results.results_by_key, asked=keys, kind=WriteResult)
        with as_the_plugin_does(self.alias):
            return self.hosts.ask("record_completions", examine, batch=batch or self.batch, changes=changes)

    def record_items(self, *items: EvidenceItem, batch: BatchInfo | None = None) -> dict[str, WriteResult]:
        """Item key -> what the host says became of it."""
        examine = partial(results.results_by_key, asked=[item.key for item in items], kind=WriteResult)
        with as_the_plugin_does(self.alias):
            return self.hosts.ask("record_evidence", examine, batch=batch or self.batch, items=items)

    def undo(
        self,
        *changes: ChangeToUndo,
        items: Sequence[EvidenceItem] = (),
        preview: bool = False,
        batch: BatchInfo | None = None,
    ) -> dict[str, UndoResult]:
        """Key of a change or item -> what the host says became of it, or would."""
        examine = partial(results.undo_results, changes=changes, items=items)
        given = {"changes": changes, "items": tuple(items), "preview": preview}
        with as_the_plugin_does(self.alias):
            return self.hosts.ask("undo_changes", examine, batch=batch or self.batch, **given)

    def send(self, *messages: Message) -> dict[str, MessageResult]:
        """Message key -> what the host says became of it."""
        examine = partial(results.results_by_key, asked=[each.key for each in messages], kind=MessageResult)
        return self.hosts.ask("send_messages", examine, batch=self.batch, messages=messages)

    def forget(self, *learner_keys: str) -> int:
        """Have every host that can forget learners; how much they have deleted together."""
        hosts = [host for host in self.hosts.names if self.hosts.implements(host, "forget_learner")]
        given = {"actor": self.batch.actor, "learner_keys": learner_keys}
        asked = hosts or self.hosts.names[:1]
        return sum(self.hosts.ask_host(host, "forget_learner", results.count, **given) for host in asked)

    def tell_of_the_end(self, summary: BatchSummary) -> None:
        """Tell every host that the import has ended."""
        for host in self.hosts.names:
            if self.hosts.implements(host, "batch_finished"):
                self.hosts.ask_host(host, "batch_finished", lambda answer: None, batch=self.batch, summary=summary)

    def attempt(self, hook: str, **given: Any) -> bool:
        """Make a request that may fail; whether it was answered, whatever with."""
        try:
            with as_the_plugin_does(self.alias):
                self.hosts.call(hook, batch=self.batch, **given)
        except Exception:
            return False
        return True
