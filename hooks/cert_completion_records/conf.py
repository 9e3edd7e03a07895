"""The setting `CERT_COMPLETION_RECORDS`, typed. All its entries are optional.

`EVIDENCE_TYPES`: a list of `{"name": ..., "label": ..., "fields": [{"name": ..., "kind": "text", "label": ...,
"required": False, "choices": []}]}`; none by default.
`REPORT_PERMISSION`: the permission without which import reports are not linked.
"""

from collections.abc import Mapping
from typing import Any

from cert_completion_hooks import EvidenceField, EvidenceType, FieldKind
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

NAME = "CERT_COMPLETION_RECORDS"
_DEFAULT_REPORT_PERMISSION = "cert_completion_plugin.view_import_report"


def _given() -> Mapping[str, Any]:
    given: Mapping[str, Any] = getattr(settings, NAME, {})
    return given


def report_permission() -> str:
    return str(_given().get("REPORT_PERMISSION", _DEFAULT_REPORT_PERMISSION))


def evidence_types() -> tuple[EvidenceType, ...]:
    """The types of evidence that this site offers. Raises ImproperlyConfigured, naming the one that is malformed."""
    return tuple(_evidence_type(given) for given in _given().get("EVIDENCE_TYPES", ()))


def _evidence_type(given: Any) -> EvidenceType:
    try:
        fields = tuple(_evidence_field(one) for one in given.get("fields", ()))
        return EvidenceType(name=given["name"], label=given.get("label", given["name"]), fields=fields)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ImproperlyConfigured(
            f"{NAME}['EVIDENCE_TYPES'] holds {given!r}, which is not as it should be ({error!r}). "
            "A type needs a 'name' and may have a 'label' and 'fields'; a field needs a 'name' and a 'kind', one of: "
            f"{', '.join(FieldKind)}."
        ) from error


def _evidence_field(given: Mapping[str, Any]) -> EvidenceField:
    return EvidenceField(
        name=given["name"],
        kind=FieldKind(given["kind"]),
        label=given.get("label", given["name"]),
        required=bool(given.get("required", False)),
        choices=tuple(given.get("choices", ())),
    )
