"""What becomes of the rows of an import, in one sentence."""

from collections.abc import Mapping
from typing import Any

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, ngettext_lazy

from cert_completion_plugin import texts
from cert_completion_plugin.core.outcomes import Outcome
from cert_completion_plugin.telling.numbers import grouped


def was_done(counts: Mapping[str, int]) -> str:
    """What became of all rows, in one sentence; "" if there were none."""
    return _sentence(_DONE, counts)


def will_do(counts: Mapping[str, int]) -> str:
    """What will become of all rows, in one sentence."""
    return _sentence(_WILL, counts)


def _sentence(words: Mapping[str, Any], counts: Mapping[str, int]) -> str:
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


_DONE: Mapping[str, Any] = {
    Outcome.CERTIFIED: ngettext_lazy("%(rows)s certified a learner", "%(rows)s certified learners", "number"),
    Outcome.RENEWED: ngettext_lazy("%(rows)s renewed a certification", "%(rows)s renewed certifications", "number"),
    Outcome.HISTORY: ngettext_lazy("%(rows)s was added to history", "%(rows)s were added to history", "number"),
    Outcome.EVIDENCE: ngettext_lazy("%(rows)s became an evidence item", "%(rows)s became evidence items", "number"),
    Outcome.ALREADY_HELD: ngettext_lazy("%(rows)s was held already", "%(rows)s were held already", "number"),
    Outcome.DUPLICATE: ngettext_lazy("%(rows)s repeated another row", "%(rows)s repeated other rows", "number"),
    Outcome.REJECTED: ngettext_lazy("%(rows)s was rejected", "%(rows)s were rejected", "number"),
    Outcome.DRIFTED: ngettext_lazy(
        "%(rows)s was left out because the learner's records had changed",
        "%(rows)s were left out because the learners' records had changed",
        "number",
    ),
    Outcome.FAILED: ngettext_lazy("%(rows)s could not be written", "%(rows)s could not be written", "number"),
    Outcome.CANCELLED: ngettext_lazy("%(rows)s was cancelled", "%(rows)s were cancelled", "number"),
}

_WILL: Mapping[str, Any] = {
    Outcome.CERTIFIED: ngettext_lazy("%(rows)s certifies a learner", "%(rows)s certify learners", "number"),
    Outcome.RENEWED: ngettext_lazy("%(rows)s renews a certification", "%(rows)s renew certifications", "number"),
    Outcome.HISTORY: ngettext_lazy("%(rows)s goes to history", "%(rows)s go to history", "number"),
    Outcome.EVIDENCE: ngettext_lazy("%(rows)s becomes an evidence item", "%(rows)s become evidence items", "number"),
    Outcome.ALREADY_HELD: ngettext_lazy("%(rows)s is held already", "%(rows)s are held already", "number"),
    Outcome.DUPLICATE: ngettext_lazy("%(rows)s repeats another row", "%(rows)s repeat other rows", "number"),
    Outcome.REJECTED: ngettext_lazy("%(rows)s has problems", "%(rows)s have problems", "number"),
    Outcome.FAILED: ngettext_lazy("%(rows)s cannot be worked on", "%(rows)s cannot be worked on", "number"),
    Outcome.CANCELLED: ngettext_lazy("%(rows)s is cancelled", "%(rows)s are cancelled", "number"),
    Outcome.DRIFTED: ngettext_lazy("%(rows)s has drifted", "%(rows)s have drifted", "number"),
}
