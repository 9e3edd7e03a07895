"""The core's answers for rows of an import: what should happen to them, asked with the import's frozen choices."""

from collections.abc import Sequence

from cert_completion_plugin.batches.evidence_types import evidence_type_of, field_names_of
from cert_completion_plugin.batches.identity import acting
from cert_completion_plugin.batches.plans import confirmed_of
from cert_completion_plugin.core.dates import DateFormat
from cert_completion_plugin.core.headings import Columns, read_headings
from cert_completion_plugin.core.issues import Issue
from cert_completion_plugin.core.outcomes import Outcome
from cert_completion_plugin.core.parse import parse_rows
from cert_completion_plugin.core.pipeline import decide_portion
from cert_completion_plugin.core.rows import Decision, RawRow
from cert_completion_plugin.gateway import gateway
from cert_completion_plugin.store.values import Batch


def decide(batch: Batch, raw: Sequence[RawRow]) -> list[Decision]:
    """Decide these rows on the import's day. Raises HostUnavailable, HostContractError."""
    assert batch.as_of is not None
    host = gateway().acting_for(acting(batch), batch_id=batch.reference)
    return decide_portion(
        raw,
        columns_of(batch),
        date_format_of(batch),
        batch.options,
        batch.as_of,
        host,
        confirmed_of(batch),
        evidence_type=evidence_type_of(batch),
    )


def undecided(batch: Batch, raw: Sequence[RawRow], outcome: Outcome, *reasons: Issue) -> list[Decision]:
    """Decisions for rows of which nobody asked what they are: they could not be worked on, or are left out."""
    columns, date_format = columns_of(batch), date_format_of(batch)
    parsed = parse_rows(raw, columns, date_format)
    return [
        Decision(
            line=row.line,
            outcome=outcome,
            username=row.username_text,
            short_name=row.reference_text.short_name,
            id_number=row.reference_text.id_number,
            issues=reasons,
        )
        for row in parsed
    ]


def columns_of(batch: Batch) -> Columns:
    columns, _ = read_headings(batch.headings, field_names_of(batch))
    assert columns is not None
    return columns


def date_format_of(batch: Batch) -> DateFormat | None:
    return DateFormat.named(batch.date_format) if batch.date_format else None
