"""The record book as a host of the contract: every hook, answered by the module that does the work.

Entry point `cert_completion.hosts.v1`, name `records`. The hook `batch_finished` needs nothing here.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from importlib.metadata import PackageNotFoundError, version

from cert_completion_hooks import (
    SPEC_VERSION,
    Actor,
    BatchInfo,
    Capability,
    Certification,
    CertificationRef,
    ChangeToUndo,
    CompletionChange,
    CompletionState,
    EvidenceItem,
    EvidenceKey,
    EvidenceType,
    HostInfo,
    Learner,
    Message,
    MessageResult,
    StateKey,
    UndoResult,
    WriteResult,
    hookimpl,
)

from cert_completion_records import conf, evidence, forgetting, questions, undoing, writing
from cert_completion_records.keys import database
from cert_completion_records.links import record_of_learning_path
from cert_completion_records.messaging import at_once

_DISTRIBUTION = "cert-completion-plugin"


@hookimpl
def host_info() -> HostInfo:
    return HostInfo(
        name="records",
        version=_version(),
        contract_version=SPEC_VERSION,
        database_alias=database(),
        capabilities=frozenset(Capability),
        record_of_learning_path=record_of_learning_path("{key}"),
    )


def _version() -> str:
    try:
        return version(_DISTRIBUTION)
    except PackageNotFoundError:  # run from a checkout
        return "unknown"


@hookimpl
def find_learners(usernames: Sequence[str]) -> Mapping[str, Sequence[Learner]]:
    return questions.find_learners(usernames)


@hookimpl
def find_certifications(
    actor: Actor, references: Sequence[CertificationRef], ignore_case: bool
) -> Mapping[CertificationRef, Sequence[Certification]]:
    return questions.find_certifications(actor, references, ignore_case)


@hookimpl
def list_certifications(actor: Actor, after: str, limit: int) -> Sequence[Certification]:
    return questions.list_certifications(actor, after, limit)


@hookimpl
def find_completion_states(keys: Sequence[StateKey], as_of: date) -> Mapping[StateKey, CompletionState]:
    return questions.find_completion_states(keys, as_of)


@hookimpl
def find_evidence(keys: Sequence[EvidenceKey]) -> Mapping[EvidenceKey, EvidenceItem]:
    return evidence.find_evidence(keys)


@hookimpl
def evidence_types() -> Sequence[EvidenceType]:
    return conf.evidence_types()


@hookimpl
def record_completions(batch: BatchInfo, changes: Sequence[CompletionChange]) -> Sequence[WriteResult]:
    return writing.record_completions(batch, changes)


@hookimpl
def record_evidence(batch: BatchInfo, items: Sequence[EvidenceItem]) -> Sequence[WriteResult]:
    return evidence.record_evidence(batch, items)


@hookimpl
def undo_changes(
    batch: BatchInfo, changes: Sequence[ChangeToUndo], items: Sequence[EvidenceItem], preview: bool
) -> Sequence[UndoResult]:
    return undoing.undo_changes(batch, changes, items, preview)


@hookimpl
def send_messages(batch: BatchInfo, messages: Sequence[Message]) -> Sequence[MessageResult]:
    return at_once.send_messages(batch, messages)


@hookimpl
def forget_learner(learner_keys: Sequence[str]) -> int:
    return forgetting.forget_learner(learner_keys)
