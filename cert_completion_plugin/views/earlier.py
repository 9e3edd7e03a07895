"""What a page says of a file that was uploaded before."""

from django.urls import reverse
from django.utils.translation import gettext as _

from cert_completion_plugin import api
from cert_completion_plugin.telling.earlier import earlier_text


def earlier_upload(user: api.User, sha256: str, *, before: int | None = None) -> dict[str, str]:
    """What this user may know of the newest import of the same file, as `text`, `url` and `link`; empty without one."""
    earlier = api.earlier_upload(user, sha256, before=before)
    if earlier is None:
        return {}
    url = reverse("cert_completion_plugin:batch", args=[earlier.reference])
    return {"text": earlier_text(earlier), "url": url, "link": _("Show that import")}
