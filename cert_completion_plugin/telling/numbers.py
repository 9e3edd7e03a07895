"""Numbers as people read them."""

from django.utils.formats import number_format
from django.utils.translation import gettext as _


def grouped(number: int) -> str:
    """With the active language's sign between thousands."""
    return number_format(number, use_l10n=True, force_grouping=True)


def percent(share: float) -> str:
    number = f"{100 * share:.2f}".rstrip("0").rstrip(".")
    return _("%(number)s %%") % {"number": number}
