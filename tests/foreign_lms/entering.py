"""Entries of the registry made by hand: the contract's words in the harbour's."""

from typing import TypeVar

from cert_completion_hooks import CompletionRecord, RuleKind

from tests.foreign_lms.host.keys import Pair
from tests.foreign_lms.host.licences import KINDS
from tests.foreign_lms.registry.models import Basis, Stamped, expiry_columns

S = TypeVar("S", bound=Stamped)


def entered(model: type[S], pair: Pair, record: CompletionRecord) -> S:
    """An entry that came from no import."""
    return model(
        person=pair[0],
        licence_id=pair[1],
        trained_on=record.completed,
        renewal_from=record.window_opens,
        **expiry_columns(record.expires, record.baseline_expires),
    )


def basis_of(kind: RuleKind) -> Basis:
    return next(basis for basis, of_basis in KINDS.items() if of_basis is kind)
