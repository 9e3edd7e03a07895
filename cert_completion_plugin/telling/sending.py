"""How large a file can be that is sent from a page, where a server in front of the site has a limit of its own."""

from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from cert_completion_plugin import conf

BESIDE_THE_FILE = 64 * 1024
"""The most bytes of a request that uploads a file which are not the file's: options, names, boundaries."""


def most_sent() -> int | None:
    """The largest file, in bytes, that can be sent from a page; None if the site's limit of files comes first."""
    settings = conf.settings()
    if settings.request_limit_bytes is None:
        return None
    most = max(0, settings.request_limit_bytes - BESIDE_THE_FILE)
    return most if most < settings.max_bytes else None


def limit_text() -> str:
    """What is said of the limit before a file is chosen; "" if there is none."""
    most = most_sent()
    if most is None:
        return ""
    return _(
        "Sent from this page it can have at most %(limit)s: the web server of this site lets no more through. Larger "
        "files can be taken up from a watched folder; ask whoever runs the site."
    ) % {"limit": filesizeformat(most)}


def not_sent_text() -> str:
    """What is said of a file that would not get past the server in front of the site; "" if there is no limit."""
    most = most_sent()
    if most is None:
        return ""
    return _(
        "This file is larger than the %(limit)s that the web server of this site lets through, and would not arrive. "
        "Ask whoever runs the site to raise that limit (the documentation says how, under REQUEST_LIMIT_BYTES) or to "
        "have the file taken up from a watched folder. Or split it into several files."
    ) % {"limit": filesizeformat(most)}
