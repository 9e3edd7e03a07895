"""The words for an import that waits until it is its turn."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cert_completion_plugin import api


def place_text(place: api.Place) -> str:
    """What an import waits for, and where it stands in the line; nothing about the others but how many they are."""
    return " ".join([_why(place), _ahead(place)])


def _why(place: api.Place) -> str:
    if place.is_of_site:
        if place.is_taken:
            return _("This site works on one import at a time, and is at another one now.")
        return _("This site works on one import at a time.")
    if place.is_taken:
        return _("Of what one user uploads, one import is worked on at a time, and another one is worked on now.")
    return _("Of what one user uploads, one import is worked on at a time.")


def _ahead(place: api.Place) -> str:
    if not place.ahead:
        if place.is_taken:
            return _("This one comes next. You need not do anything.")
        return _("This one comes next, as soon as a worker takes it up.")
    text = ngettext(
        "%(number)s other import waits before this one. You need not do anything.",
        "%(number)s other imports wait before this one. You need not do anything.",
        place.ahead,
    )
    return text % {"number": place.ahead}
