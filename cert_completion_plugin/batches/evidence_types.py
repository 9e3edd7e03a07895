"""The evidence types that hosts offer, and the one that was chosen, frozen with its import (import-rules.md §2)."""

from collections.abc import Mapping
from typing import Any

from cert_completion_hooks.types import Actor, EvidenceField, EvidenceType, FieldKind

from cert_completion_plugin.batches.asking import asking
from cert_completion_plugin.batches.offers import evidence_is_offered
from cert_completion_plugin.gateway import gateway
from cert_completion_plugin.store.values import Batch


def offered_types(actor: Actor) -> tuple[EvidenceType, ...]:
    """The types that this administrator may choose beside the default type. Raises CannotTell."""
    if not evidence_is_offered():
        return ()
    with asking("evidence_types"):
        return gateway().evidence_types(actor)


def evidence_type_of(batch: Batch) -> EvidenceType | None:
    """The type chosen for an import, as it was when the file was uploaded; None for the default type."""
    return None if batch.evidence_type is None else type_from_json(batch.evidence_type)


def field_names_of(batch: Batch) -> tuple[str, ...]:
    """The names of the chosen type's fields, by which columns are known."""
    evidence_type = evidence_type_of(batch)
    return tuple(field.name for field in evidence_type.fields) if evidence_type else ()


def type_as_json(evidence_type: EvidenceType) -> dict[str, Any]:
    """A type as plain values that JSON can hold; `type_from_json` reads them back."""
    return {
        "name": evidence_type.name,
        "label": evidence_type.label,
        "fields": [_field_as_json(field) for field in evidence_type.fields],
    }


def _field_as_json(field: EvidenceField) -> dict[str, Any]:
    return {
        "name": field.name,
        "kind": str(field.kind),
        "label": field.label,
        "required": field.required,
        "choices": list(field.choices),
    }


def type_from_json(plain: Mapping[str, Any]) -> EvidenceType:
    return EvidenceType(name=plain["name"], label=plain["label"], fields=tuple(map(_field_from_json, plain["fields"])))


def _field_from_json(plain: Mapping[str, Any]) -> EvidenceField:
    return EvidenceField(
        name=plain["name"],
        kind=FieldKind(plain["kind"]),
        label=plain["label"],
        required=plain["required"],
        choices=tuple(plain["choices"]),
    )
