"""Where a learner's Record of Learning is shown on this site."""

from urllib.parse import quote

from django.conf import settings
from django.urls import NoReverseMatch, reverse


def record_of_learning_path(key: str) -> str:
    """The path of the page for the learner with this key; "" if the site does not include our `urls`.

    `{key}` as the key gives a pattern in which the key can be put later.
    """
    if not getattr(settings, "ROOT_URLCONF", ""):
        return ""
    try:
        path = reverse("cert_completion_records:record_of_learning", args=[key])
    except NoReverseMatch:
        return ""
    return path.replace(quote("{key}"), "{key}")


def own_record_of_learning_path() -> str:
    """The path of the page on which whoever is logged in sees their own; "" if there is none."""
    if not getattr(settings, "ROOT_URLCONF", ""):
        return ""
    try:
        return reverse("cert_completion_records:own_record_of_learning")
    except NoReverseMatch:
        return ""
