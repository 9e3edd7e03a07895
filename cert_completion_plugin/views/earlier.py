"""The words for a file that was uploaded before: a warning, and no refusal."""

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cert_completion_plugin import api, texts


def earlier_upload(user: Any, sha256: str, *, before: int | None = None) -> dict[str, str]:
    """What this user may know of the newest import of the same file, as `text`, `url` and `link`; empty without one."""
    earlier = api.earlier_upload(sha256, before=before)
    if earlier is None:
        return {}
    if user.has_perm(api.PERMISSION_VIEW_REPORT):
        url = reverse("cert_completion_plugin:batch", args=[earlier.reference])
        return {"text": _text(earlier), "url": url, "link": _("Show that import")}
    return {"text": _text(earlier)} if earlier.uploaded_by_key == str(user.pk) else {}


def _text(earlier: api.Batch) -> str:
    at = earlier.uploaded_at
    return _(
        "The same file was uploaded before, by %(name)s on %(at)s (%(state)s). That is no harm: what is recorded "
        "already is not recorded twice."
    ) % {
        "name": earlier.uploaded_by_name,
        "at": date_format(timezone.localtime(at) if timezone.is_aware(at) else at, "DATETIME_FORMAT"),
        "state": texts.state_label(earlier.state),
    }
