"""What those in whose names imports are worked on may do at the moment when it is done."""

from cert_completion_plugin.batches.permissions import PERMISSION_VIEW_REPORT, still_hold
from cert_completion_plugin.store.values import Batch


def is_of_site(key: str, name: str) -> bool:
    """Whether the site's own code acts, and nobody who could lose a right; who was deleted has still a name."""
    return not key and not name


def may_see(batch: Batch, other: Batch) -> bool:
    """Whether whoever uploaded one import may see another."""
    key = batch.uploaded_by_key
    if is_of_site(key, batch.uploaded_by_name) or (key and key == other.uploaded_by_key):
        return True
    return still_hold(key or None, [PERMISSION_VIEW_REPORT])
