"""The words for an import that was cancelled."""

from django.utils.translation import gettext as _

from cert_completion_plugin import api
from cert_completion_plugin.telling.rights import stopped_text


def cancelled_text(batch: api.Batch) -> str:
    """Who cancelled an import, and what that means for its rows; "" if nobody did."""
    if batch.cancelled_at is None:
        return ""
    if batch.stopped is not None:
        return " ".join([stopped_text(batch.stopped), _what_stays(batch)])
    if not batch.is_approved and api.plan_numbers(batch):
        return _("The plan was discarded by %(name)s; nothing was recorded.") % _who(batch)
    if not batch.has_ended:
        return _("This import was cancelled by %(name)s. Rows that nobody has begun are being left out.") % _who(batch)
    if not batch.rows_read:
        return _("This import was cancelled by %(name)s before anything was recorded.") % _who(batch)
    return _("This import was cancelled by %(name)s. The report says what had been recorded by then.") % _who(batch)


def _what_stays(batch: api.Batch) -> str:
    if not batch.has_ended:
        return _("Rows that nobody has begun are being left out.")
    return _("The report says what had been recorded by then.")


def _who(batch: api.Batch) -> dict[str, str]:
    return {"name": batch.cancelled_by_name}
