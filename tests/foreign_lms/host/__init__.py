"""The harbour as a host of the contract: its hooks, each answered by the module that does the work.

People are asked of the site's database, everything else of the registry's, which commits by itself.
"""

from collections.abc import Mapping, Sequence
from datetime import date

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

from tests.foreign_lms.host import (
    forgetting,
    learners,
    letters,
    licences,
    outside,
    reading,
    undoing,
    writing,
)
from tests.foreign_lms.host.desk import answering
from tests.foreign_lms.registry.router import REGISTRY


@hookimpl
def host_info() -> HostInfo:
    return HostInfo(
        name="harbour",
        version="1",
        contract_version=SPEC_VERSION,
        database_alias=REGISTRY,
        capabilities=frozenset(Capability),
        record_of_learning_path="/people/{key}/licences/",
    )


@hookimpl
@answering
def find_learners(usernames: Sequence[str]) -> Mapping[str, Sequence[Learner]]:
    return learners.find(usernames)


@hookimpl
@answering
def find_certifications(
    actor: Actor, references: Sequence[CertificationRef], ignore_case: bool
) -> Mapping[CertificationRef, Sequence[Certification]]:
    return licences.find(actor, references, ignore_case)


@hookimpl
@answering
def list_certifications(actor: Actor, after: str, limit: int) -> Sequence[Certification]:
    return licences.page(actor, after, limit)


@hookimpl
@answering
def find_completion_states(keys: Sequence[StateKey], as_of: date) -> Mapping[StateKey, CompletionState]:
    return reading.states(keys, as_of)


@hookimpl
@answering
def find_evidence(keys: Sequence[EvidenceKey]) -> Mapping[EvidenceKey, EvidenceItem]:
    return outside.find(keys)


@hookimpl
@answering
def evidence_types() -> Sequence[EvidenceType]:
    return outside.kinds()


@hookimpl
@answering
def record_completions(batch: BatchInfo, changes: Sequence[CompletionChange]) -> Sequence[WriteResult]:
    return writing.write(batch, changes)


@hookimpl
@answering
def record_evidence(batch: BatchInfo, items: Sequence[EvidenceItem]) -> Sequence[WriteResult]:
    return outside.write(batch, items)


@hookimpl
@answering
def undo_changes(
    batch: BatchInfo, changes: Sequence[ChangeToUndo], items: Sequence[EvidenceItem], preview: bool
) -> Sequence[UndoResult]:
    return undoing.undo(batch, changes, items, preview)


@hookimpl
@answering
def send_messages(messages: Sequence[Message]) -> Sequence[MessageResult]:
    return letters.send(messages)


@hookimpl
@answering
def forget_learner(learner_keys: Sequence[str]) -> int:
    return forgetting.forget(learner_keys)
