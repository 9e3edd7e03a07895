"""The table of an import's rows with its filters, for the report and for a plan; `rows.html` shows it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode

from cert_completion_hooks.text import folded, normalised
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from cert_completion_plugin import api, conf, texts, titles
from cert_completion_plugin.core.issues import FAILURES, PROBLEMS, WARNINGS
from cert_completion_plugin.forms import ANY_PROBLEM
from cert_completion_plugin.telling.numbers import grouped
from cert_completion_plugin.views.access import number
from cert_completion_plugin.whys import why

PROBLEM_OUTCOMES = api.PROBLEMS
"""Of the rows that somebody has to look after: they are in the download of the problem rows."""
ANYTHING_AFTER = "*"
"""At the end of a username that is looked for: it is how usernames begin."""

PLACE = "ccp-rows"
"""The anchor of the table."""

_MOST_SUGGESTIONS = 300


def table(
    request: HttpRequest,
    batch: api.Batch,
    phase: api.Phase = api.Phase.WRITTEN,
    plan: int | None = None,
    counts: Mapping[str, Mapping[str, int]] | None = None,
) -> dict[str, Any]:
    """What `rows.html` is given as `table`: the filters with what was chosen, the rows that fit, and where to go on.

    The filters are the parameters `outcome`, `problem`, `certification`, `learner` and `line` of the address, the page
    is `before` or `after`. Nothing is counted: `counts` are those of `api.row_counts`, which is asked if not given.
    Whoever may not see personal data is shown lines, outcomes and codes, and cannot look for a learner.
    """
    counts = api.row_counts(batch, phase, plan) if counts is None else counts
    is_personal = api.may(request.user, api.PERMISSION_VIEW_PERSONAL_DATA, batch)
    chosen = _Chosen.of(request, with_learner=is_personal)
    names = api.certifications(batch, plan)
    wanted, notes = _filter(chosen, names, partial(api.has_rows, request.user, batch, phase=phase, plan=plan))
    page: dict[str, Any] = {
        "phase": phase,
        "plan": plan,
        "before": number(request, "before"),
        "after": number(request, "after"),
        "limit": conf.settings().page_rows,
    }
    found: api.Page | api.LinePage
    if is_personal:
        found = api.page(request.user, batch, wanted, **page)
        place = urlencode(_place(chosen, page["before"], page["after"], plan if plan != batch.plan else None))
        rows = [row(decision, batch, place) for decision in found.rows]
    else:
        found = api.lines(request.user, batch, wanted, **page)
        rows = [_line(each) for each in found.rows]
    return {
        "is_personal": is_personal,
        "is_plan": phase is api.Phase.PLANNED,
        "place": PLACE,
        "rows": rows,
        "is_filtered": bool(chosen.query),
        "is_empty": not found.rows and not any(counts.get("outcomes", {}).values()),
        "notes": notes,
        "chosen": chosen,
        "outcomes": _outcome_choices(counts, chosen),
        "problems": _problem_choices(counts, chosen),
        "certifications": _suggestions(names),
        "tiles": tiles(counts, chosen),
        "earlier": _address(chosen.query | {"before": found.earlier}) if found.earlier is not None else "",
        "later": _address(chosen.query | {"after": found.later}) if found.later is not None else "",
        "is_to_go_on": not found.rows and (found.later or found.earlier) is not None,
        "everything": f"?#{PLACE}",
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chosen:
    """The filters as the address has them; what means nothing is left out."""

    outcome: str = ""
    problem: str = ""
    certification: str = ""
    learner: str = ""
    line: str = ""

    @classmethod
    def of(cls, request: HttpRequest, *, with_learner: bool) -> "_Chosen":
        given = {name: normalised(request.GET.get(name, "").replace("\0", "")) for name in cls.__slots__}
        if given["outcome"] not in (*texts.OUTCOMES, ANY_PROBLEM):
            given["outcome"] = ""
        if given["problem"] not in titles.TITLES:
            given["problem"] = ""
        if not number(request, "line"):
            given["line"] = ""
        if not with_learner:
            given["learner"] = ""
        return cls(**given)

    @property
    def query(self) -> dict[str, Any]:
        return {name: value for name in self.__slots__ if (value := getattr(self, name))}


def _filter(chosen: _Chosen, names: Mapping[str, Sequence[str]], has_rows: Any) -> tuple[api.Filter, list[str]]:
    """What is asked of the ledger, and what has to be said about that.

    A username that no row has exactly is taken for a beginning.
    """
    outcomes: tuple[api.Outcome, ...] = ()
    if chosen.outcome:
        outcomes = PROBLEM_OUTCOMES if chosen.outcome == ANY_PROBLEM else (api.Outcome(chosen.outcome),)
    notes: list[str] = []
    keys = _keys(chosen.certification, names) if chosen.certification else None
    if keys == ():
        notes.append(
            _("No row is about a certification with the short name or ID number “%(name)s”.")
            % {"name": chosen.certification}
        )
    is_beginning = chosen.learner.endswith(ANYTHING_AFTER)
    learner = chosen.learner.removesuffix(ANYTHING_AFTER)
    if learner and not is_beginning and not has_rows(api.Filter(learner=learner)):
        is_beginning = True
        notes.append(
            _("No learner of this file is called exactly “%(name)s”; these are all whose usernames begin so.")
            % {"name": learner}
        )
    wanted = api.Filter(
        outcomes=outcomes,
        code=chosen.problem,
        certifications=keys,
        learner=learner,
        is_beginning=is_beginning,
        line=int(chosen.line) if chosen.line else None,
    )
    return wanted, notes


def _keys(name: str, names: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """The certifications called so by short name or ID number; where there is none, those that differ by case."""
    exact = tuple(key for key, known in names.items() if name in map(normalised, known))
    return exact or tuple(key for key, known in names.items() if folded(name) in map(folded, known))


def _suggestions(names: Mapping[str, Sequence[str]]) -> list[str]:
    known = {next(filter(None, each), "") for each in names.values()} - {""}
    return sorted(known, key=str.casefold)[:_MOST_SUGGESTIONS]


def _outcome_choices(counts: Mapping[str, Mapping[str, int]], chosen: _Chosen) -> list[tuple[str, str, bool]]:
    found = counts.get("outcomes", {})
    shown = [name for name in texts.OUTCOMES if name in found or name == chosen.outcome]
    choices = [(str(name), texts.outcome_label(name)) for name in shown]
    if chosen.outcome == ANY_PROBLEM or any(outcome in found for outcome in PROBLEM_OUTCOMES):
        choices.append((ANY_PROBLEM, _("All that were not recorded because of a problem")))
    return [(value, label, value == chosen.outcome) for value, label in choices]


def _problem_choices(
    counts: Mapping[str, Mapping[str, int]], chosen: _Chosen
) -> list[tuple[str, list[tuple[str, str, bool]]]]:
    """Grouped: what keeps a row from being recorded, and what does not."""
    found = counts.get("issues", {})

    def choices(codes: Iterable[str]) -> list[tuple[str, str, bool]]:
        return [(code, titles.title(code), code == chosen.problem) for code in codes]

    shown = [code for code in titles.TITLES if code in found or code == chosen.problem]
    groups = [
        (_("Problems"), choices(code for code in shown if code not in WARNINGS)),
        (_("Warnings"), choices(code for code in shown if code in WARNINGS)),
    ]
    return [group for group in groups if group[1]]


def tiles(counts: Mapping[str, Mapping[str, int]], chosen: _Chosen | None = None) -> list[dict[str, Any]]:
    """The outcomes that occurred, in their fixed order, with their numbers; each leads to its rows."""
    found = counts.get("outcomes", {})
    return [
        {
            "outcome": str(outcome),
            "label": str(label),
            "count": grouped(found[outcome]),
            "meaning": str(texts.OUTCOME_MEANINGS[outcome]),
            "address": _address({"outcome": outcome}),
            "is_chosen": chosen is not None and chosen.outcome == outcome,
        }
        for outcome, label in texts.OUTCOMES.items()
        if found.get(outcome)
    ]


def groups(counts: Mapping[str, Mapping[str, int]], codes: Iterable[str]) -> list[dict[str, Any]]:
    """Those of the codes that occurred, the most frequent first; each leads to its rows."""
    found = {code: counts.get("issues", {}).get(code, 0) for code in codes}
    return [
        {"code": str(code), "title": titles.title(code), "rows": found[code], "address": _address({"problem": code})}
        for code in sorted(found, key=lambda code: -found[code])
        if found[code]
    ]


def problem_groups(counts: Mapping[str, Mapping[str, int]]) -> list[dict[str, Any]]:
    return groups(counts, [code for code in titles.TITLES if code in PROBLEMS | FAILURES])


def warning_groups(counts: Mapping[str, Mapping[str, int]]) -> list[dict[str, Any]]:
    return groups(counts, [code for code in titles.TITLES if code in WARNINGS])


def _address(query: Mapping[str, Any]) -> str:
    return f"?{urlencode(query)}#{PLACE}"


def row(decision: api.Decision, batch: api.Batch, place: str = "") -> dict[str, Any]:
    """One row of the table, in words; `place` is the query of the address at which it stands."""
    writes = decision.outcome.writes
    current = decision.trace.current if decision.trace and decision.outcome is api.Outcome.RENEWED else None
    return {
        "line": str(decision.line),
        "address": _explained(batch, decision.line, place),
        "username": decision.username,
        "record_path": api.record_of_learning_path(decision.learner_key) if decision.learner_key else "",
        "short_name": decision.short_name,
        "id_number": decision.id_number,
        "completed": decision.completed,
        "former_expires": current.expires if current else None,
        "expires": decision.expires,
        "outcome": str(decision.outcome),
        "label": texts.outcome_label(decision.outcome),
        "why": why(decision),
        "repeats_line": decision.repeats_line and str(decision.repeats_line),
        "issues": [texts.FORGOTTEN] if decision.is_forgotten else list(map(texts.issue_text, decision.issues)),
        "never_expires": writes and decision.completed and not decision.expires and bool(decision.certification_key),
    }


def _line(found: api.RowLine) -> dict[str, Any]:
    """The same of a row of which nothing may be shown that stands in it."""
    return {
        "line": str(found.line),
        "outcome": str(found.outcome),
        "label": texts.outcome_label(found.outcome),
        "repeats_line": found.repeats_line and str(found.repeats_line),
        "issues": [titles.title(code) for code in found.codes],
    }


def _place(chosen: _Chosen, before: int, after: int, plan: int | None) -> dict[str, Any]:
    """Where in the table somebody is, so that the page of a row leads back there."""
    place = {**chosen.query, "before": before, "after": after, "plan": plan}
    return {name: value for name, value in place.items() if value}


def _explained(batch: api.Batch, line: int, place: str) -> str:
    """The page that tells a row's story."""
    path = reverse("cert_completion_plugin:row", args=[batch.reference, line])
    return f"{path}?{place}" if place else path
