"""A host without any capability: it keeps completion dates of current records, and nothing else."""

from dataclasses import replace

from cert_completion_hooks import CompletionRecord, HostInfo, hookimpl
from cert_completion_hooks.memory import MemoryHost


class MinimalHost(MemoryHost):
    find_evidence = record_evidence = evidence_types = undo_changes = None  # type: ignore[assignment]
    send_messages = batch_finished = forget_learner = None  # type: ignore[assignment]

    @hookimpl
    def host_info(self):
        info = super().host_info()
        return HostInfo(name=info.name, version=info.version, contract_version=info.contract_version)

    def hold(self, username, short_name, *, current=None, history=(), assigned=None, **others):
        super().hold(username, short_name, current=current and _dateless(current), assigned=False)

    def _record(self, batch, change):
        current = change.current and _dateless(change.current)
        kept = replace(change, current=current, former=None, history=(), assign=False)
        return super()._record(batch, kept)


def _dateless(record: CompletionRecord) -> CompletionRecord:
    return replace(record, expires=None, window_opens=None, baseline_expires=None)
