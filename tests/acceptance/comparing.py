"""What a case expects against what came of it: every difference, in words."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from cert_completion_hooks import CompletionRecord, CompletionState

from cert_completion_plugin.api import Approval, Batch, BatchState, Decision, Verdict
from cert_completion_plugin.core.issues import FILE_WARNINGS, REFUSALS
from tests.acceptance.worlds import World

_MISSING = "missing"
_ENDS = (BatchState.FINISHED, BatchState.REFUSED, BatchState.NEEDS_ANSWER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What came of one import. `messages` are those sent during it, `approval` what came of approving its plan."""

    batch: Batch
    rows: Sequence[Decision]
    world: World
    messages: Sequence[Mapping[str, Any]]
    approval: Approval | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenUndo:
    """What came of one undo: line -> what it says of the row, of all `lines` of the import."""

    rows: Mapping[int, str]
    lines: Sequence[int]
    world: World


def undo_differences(expect: Mapping[str, Any], seen: SeenUndo) -> Iterator[str]:
    """Every difference between what is named in the `expect` of an undo and what was seen."""
    for row in expect.get("rows", ()):
        actual = seen.rows.get(row["line"], "nothing") if row["line"] in seen.lines else _MISSING
        yield from _unequal(f"line {row['line']}: undo", row["undo"], actual)
    for held in expect.get("held", ()):
        yield from _held_differences(held, seen.world.held(held["learner"], held["certification"]))
    if "evidence" in expect:
        yield from _set_differences("evidence", expect["evidence"], seen.world.evidence())


def differences(expect: Mapping[str, Any], seen: Seen) -> list[str]:
    """Every difference between what is named in `expect` and what was seen; what is absent is not compared."""
    found = list(_state_differences(expect, seen))
    if "warnings" in expect:
        expected, actual = set(expect["warnings"]), set(_file_codes(seen.batch)) & FILE_WARNINGS
        found += _unequal("warnings of the file", sorted(expected), sorted(actual))
    if "rows" in expect:
        found += _row_differences(expect["rows"], seen.rows)
    for held in expect.get("held", ()):
        found += _held_differences(held, seen.world.held(held["learner"], held["certification"]))
    if "evidence" in expect:
        found += _set_differences("evidence", expect["evidence"], seen.world.evidence())
    if "messages" in expect:
        found += _set_differences("message", expect["messages"], seen.messages)
    return found


def _file_codes(batch: Batch) -> list[str]:
    return [str(issue.code) for issue in batch.file_issues]


def _state_differences(expect: Mapping[str, Any], seen: Seen) -> Iterator[str]:
    batch = seen.batch
    refused_to = bool(seen.approval and seen.approval.verdict is Verdict.RULES_CHANGED)
    yield from _unequal("approval is refused", expect.get("approval_refused", False), refused_to)
    if batch.state not in _ENDS and not refused_to:
        yield f"the import ended in the state {batch.state} {batch.failure}".rstrip()
    if "refused" in expect:
        refusals = [code for code in _file_codes(batch) if code in REFUSALS]
        yield from _unequal("refused for", sorted(expect["refused"]), sorted(refusals))
        yield from _unequal("refused", bool(expect["refused"]), batch.state is BatchState.REFUSED)
    elif "rows" in expect and batch.state is BatchState.REFUSED:
        yield f"the file is refused for {_shown(_file_codes(batch))}, which was not expected"
    if "needs_answer" in expect:
        yield from _unequal("asks about dates", expect["needs_answer"], batch.question is not None)
    yield from _sum_differences(seen)


def _sum_differences(seen: Seen) -> Iterator[str]:
    """Every row that was read has exactly one outcome (import-rules.md §4.1)."""
    batch = seen.batch
    finished = batch.state is BatchState.FINISHED
    outcomes = Counter(str(row.outcome) for row in seen.rows)
    yield from _unequal("rows reported", batch.rows_read if finished else 0, outcomes.total())
    if finished:
        counted = {outcome: count for outcome, count in batch.counts["outcomes"].items() if count}
        yield from _unequal("sums by outcome", dict(outcomes), counted)


def _row_differences(expected: Iterable[Mapping[str, Any]], rows: Sequence[Decision]) -> Iterator[str]:
    actual = {row.line: row for row in rows}
    if len(actual) < len(rows):
        yield f"lines reported more than once: {[row.line for row in rows]}"
    wanted = {row["line"]: row for row in expected}
    for line in sorted(wanted.keys() | actual.keys()):
        if line not in actual:
            yield f"line {line}: {wanted[line].get('outcome', 'a row')} was expected, the line is not reported"
        elif line not in wanted:
            yield f"line {line}: was not expected, but is {_told(actual[line])}"
        else:
            yield from _one_row_differences(wanted[line], actual[line])


def _told(row: Decision) -> str:
    return f"{row.outcome} {sorted(_codes(row))}"


def _codes(row: Decision) -> set[str]:
    return {str(issue.code) for issue in row.issues}


def _one_row_differences(expected: Mapping[str, Any], row: Decision) -> Iterator[str]:
    place = f"line {row.line}"
    if "outcome" in expected and expected["outcome"] != row.outcome:
        yield f"{place}: outcome {expected['outcome']} was expected, but it is {_told(row)}"
    if "issues" in expected:
        yield from _unequal(f"{place}: issues", sorted(set(expected["issues"])), sorted(_codes(row)))
    for name in ("expires", "window_opens"):
        if name in expected:
            yield from _unequal(f"{place}: {name}", expected[name], getattr(row, name))


def _held_differences(expected: Mapping[str, Any], state: CompletionState) -> Iterator[str]:
    place = f"held by {expected['learner']} of {expected['certification']}"
    if "assigned" in expected:
        yield from _unequal(f"{place}: assigned", expected["assigned"], state.assigned)
    if "current" in expected:
        current = None if state.current is None else _dates(state.current)
        if not _fits(expected["current"], current):
            yield f"{place}: current {_shown(expected['current'])} was expected, but it is {_shown(current)}"
    if "history" in expected:
        yield from _set_differences(f"{place}: history", expected["history"], list(map(_dates, state.history)))


def _dates(record: CompletionRecord) -> dict[str, date | None]:
    return {
        "completed": record.completed,
        "expires": record.expires,
        "window_opens": record.window_opens,
        "baseline_expires": record.baseline_expires or record.expires,
    }


def _fits(expected: Any, actual: Any) -> bool:
    """Whether what is named is equal; of a mapping, only the keys that `expected` names.

    Fields are named all or none.
    """
    if isinstance(expected, dict) and isinstance(actual, dict):
        return all(
            actual.get(key, _MISSING) == value if key != "fields" else _plain(value) == _plain(actual[key])
            for key, value in expected.items()
        )
    return bool(expected == actual)


def _plain(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Field values with every number as a Decimal, which YAML does not know."""
    return {
        name: Decimal(str(value)) if isinstance(value, (int, float)) and not isinstance(value, bool) else value
        for name, value in fields.items()
    }


def _set_differences(
    what: str, expected: Sequence[Mapping[str, Any]], actual: Sequence[Mapping[str, Any]]
) -> Iterator[str]:
    """The expected items without an equal, and the actual ones left over; those that name most choose first."""
    left = list(actual)
    for item in sorted(expected, key=len, reverse=True):
        match = next((one for one in left if _fits(item, one)), None)
        if match is None:
            yield f"{what}: {_shown(item)} was expected, but is not there"
        else:
            left.remove(match)
    for one in left:
        yield f"{what}: {_shown(one)} is there, but was not expected"


def _unequal(what: str, expected: object, actual: object) -> Iterator[str]:
    if expected != actual:
        yield f"{what}: {_shown(expected)} was expected, but it is {_shown(actual)}"


def _shown(value: object) -> str:
    match value:
        case date():
            return value.isoformat()
        case dict():
            return "{" + ", ".join(f"{key}: {_shown(item)}" for key, item in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(_shown, value)) + "]"
        case _:
            return str(value)
