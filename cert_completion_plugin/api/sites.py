"""Which of the sites of an installation a request came to."""

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured, ObjectDoesNotExist
from django.http import HttpRequest


def site_of(request: HttpRequest) -> str:
    """The domain of the site to which a request came, as django.contrib.sites knows it; "" where it knows none.

    What a middleware found (`request.site`) comes first. The header Host is never taken at its word: links in mails
    are made of the domain.
    """
    if not apps.is_installed("django.contrib.sites"):
        return ""
    from django.contrib.sites.models import Site

    found = getattr(request, "site", None)
    if isinstance(found, Site):
        return str(found.domain)
    try:
        return str(Site.objects.get_current(request).domain)
    except (ImproperlyConfigured, ObjectDoesNotExist):
        return ""
