"""Numbers as people read them."""

from django.utils.formats import number_format


def grouped(number: int) -> str:
    """With the active language's sign between thousands."""
    return number_format(number, use_l10n=True, force_grouping=True)
