"""Numbers as people read them."""

from collections.abc import Mapping
from typing import Any

from django.utils.formats import number_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cert_completion_plugin import texts


def grouped(number: int) -> str:
    """With the active language's sign between thousands."""
    return number_format(number, use_l10n=True, force_grouping=True)


def counts_sentence(words: Mapping[str, Any], counts: Mapping[str, int]) -> str:
    """Rows by outcome in one sentence, with words for each outcome; "" if there are no rows."""
    parts = [
        words[outcome] % {"number": counts[outcome], "rows": grouped(counts[outcome])}
        for outcome in texts.OUTCOMES
        if counts.get(outcome)
    ]
    if not parts:
        return ""
    total = sum(counts.values())
    begin = ngettext("Of %(rows)s row", "Of %(rows)s rows", total) % {"rows": grouped(total)}
    return _("%(begin)s, %(parts)s.") % {"begin": begin, "parts": get_text_list(parts, _("and"))}
