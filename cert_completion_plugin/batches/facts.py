"""What a plan rests on and what it says of its rows beyond counts: kept with each portion, added up for the whole.

Facts are plain values that JSON can hold. "certifications": by their keys, "names" as the host has them, the "rules" by
which dates were worked out (more than one where a rule changed meanwhile), and rows by "outcomes". "close": by name,
normalised, the rows of which no certification but a close one was found. "messages": what `core.messages.foreseen`
tells, where messages are sent at all.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from cert_completion_hooks.text import normalised

from cert_completion_plugin.core.issues import Code, Issue
from cert_completion_plugin.core.messages import Foreseen
from cert_completion_plugin.core.outcomes import Outcome
from cert_completion_plugin.core.rows import Decision
from cert_completion_plugin.store.traces import rule_as_text

Facts = dict[str, dict[str, Any]]

NEVER_EXPIRES = ""


def facts_of(decisions: Iterable[Decision], messages: Foreseen) -> Facts:
    """The facts of some rows of a plan, and of the messages that would follow from them."""
    facts = nothing()
    _add_messages(facts["messages"], messages)
    for decision in decisions:
        if decision.outcome is Outcome.REJECTED:
            for issue in decision.issues:
                if issue.code is Code.CERTIFICATION_CLOSE_MATCH:
                    _add_close(facts["close"], normalised(issue.value), _close_match(issue, decision.line))
        elif decision.certification_key and decision.trace and (names := decision.trace.certification):
            rule = decision.trace.rule
            _add_certification(
                facts["certifications"],
                decision.certification_key,
                {
                    "names": [names.short_name, names.id_number],
                    "rules": [NEVER_EXPIRES if rule is None else rule_as_text(rule)],
                    "outcomes": {str(decision.outcome): 1},
                },
            )
    return facts


def nothing() -> Facts:
    return {"certifications": {}, "close": {}, "messages": {}}


def add(total: Facts, facts: Mapping[str, Mapping[str, Any]]) -> None:
    """Add the facts of more rows to those of others."""
    for key, found in facts.get("certifications", {}).items():
        _add_certification(total["certifications"], key, found)
    for value, found in facts.get("close", {}).items():
        _add_close(total["close"], value, found)
    _add_messages(total["messages"], facts.get("messages", {}))


def _add_messages(total: dict[str, Any], messages: Foreseen) -> None:
    """A learner's rows are all in one portion, so that nobody is counted twice."""
    for kind, numbers in messages.items():
        known = total.setdefault(kind, dict.fromkeys(numbers, 0))
        for name, number in numbers.items():
            known[name] += number


def _close_match(issue: Issue, line: int) -> dict[str, Any]:
    nearest, certification = issue.details.get("nearest", ""), issue.details.get("certification", "")
    return {"rows": 1, "line": line, "nearest": nearest, "certification": certification}


def _add_certification(total: dict[str, Any], key: str, found: Mapping[str, Any]) -> None:
    known = total.setdefault(key, {"names": found["names"], "rules": [], "outcomes": {}})
    known["rules"] += [rule for rule in found["rules"] if rule not in known["rules"]]
    for outcome, rows in found["outcomes"].items():
        known["outcomes"][outcome] = known["outcomes"].get(outcome, 0) + rows


def _add_close(total: dict[str, Any], value: str, found: Mapping[str, Any]) -> None:
    known = total.setdefault(value, {**found, "rows": 0})
    known["rows"] += found["rows"]
    known["line"] = min(known["line"], found["line"])
