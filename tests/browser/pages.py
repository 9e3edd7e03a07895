"""Every page in every state that is looked at in a browser: a name, and what makes the page's path of a `Site`."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from cert_completion_plugin.models import Plan
from tests.browser.site import UNCLEAR, Site

PREFIX = "/cert-completions/"


def _of(batch: Any, rest: str = "") -> str:
    return f"{PREFIX}{batch.reference}/{rest}"


def _reading(site: Site) -> str:
    state = '{"reader":{"dialect":{"kind":"text"},"offset":90}}'
    return _of(site.put(site.submitted(), "reading", rows_read=24000, reader_state=state))


def _uploaded_before(site: Site) -> str:
    site.worked_off()
    return _of(site.worked_off())


def _listed(site: Site) -> str:
    site.worked_off()
    site.worked_off(*UNCLEAR, name="dates of the north.csv")
    site.worked_off(headings="who,what", name="wrong.csv")
    site.half_written()
    return PREFIX


def _corrected(site: Site) -> Any:
    """An import that corrects rows of another, and of which rows were corrected again."""
    second = site.worked_off(corrects=site.worked_off())
    site.worked_off(corrects=second)
    return second


def _over_the_limits(site: Site) -> str:
    with site.with_settings(THRESHOLDS={"problem_rows": 0.1, "overwritten": 0.5, "unknown_learners": 0.2}):
        return _of(site.planned())


def _grown_old(site: Site) -> str:
    batch = site.planned(anew=True)
    Plan.objects.filter(batch_id=batch.id).update(as_of=date(2026, 3, 9))
    return _of(batch)


PAGES: Mapping[str, Callable[[Site], str]] = {
    "upload": lambda site: f"{PREFIX}upload/",
    "imports": _listed,
    "imports-none": lambda site: PREFIX,
    "received": lambda site: _of(site.waiting_long()),
    "reading": _reading,
    "writing": lambda site: _of(site.half_written()),
    "stalled": lambda site: _of(site.half_written(minutes_idle=12)),
    "cancel": lambda site: _of(site.half_written(), "cancel/"),
    "cancel-ended": lambda site: _of(site.worked_off(), "cancel/"),
    "needs-answer": lambda site: _of(site.worked_off(*UNCLEAR)),
    "plan": lambda site: _of(site.planned()),
    "plan-filtered": lambda site: _of(site.planned(), "?outcome=rejected"),
    "plan-held-back": lambda site: _of(site.planned(commit_policy="all_or_nothing")),
    "plan-limits": _over_the_limits,
    "plan-grown-old": _grown_old,
    "plan-replaced": lambda site: _of(site.planned(anew=True), "plan/1/"),
    "discard": lambda site: _of(site.planned(), "discard/"),
    "discard-ended": lambda site: _of(site.worked_off(), "discard/"),
    "finished": lambda site: _of(site.worked_off()),
    "finished-filtered": lambda site: _of(site.worked_off(), "?problem=learner_not_found&learner=j."),
    "finished-none-fit": lambda site: _of(site.worked_off(), "?outcome=rejected&certification=Nothing"),
    "corrected": lambda site: _of(_corrected(site)),
    "correcting": lambda site: f"{PREFIX}upload/?corrects={site.worked_off().reference}",
    "uploaded-before": _uploaded_before,
    "refused": lambda site: _of(site.worked_off(headings="who,what")),
    "failed": lambda site: _of(site.put(site.submitted(), "failed", failure="5f2c9a31b7de")),
}
