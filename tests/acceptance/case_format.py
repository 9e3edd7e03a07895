"""The format of acceptance cases: which keys a case has and what stands in them. Every other key is a fault."""

import base64
import binascii
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from cert_completion_hooks import CertificationState, FieldKind, LearnerStatus, MessageTrigger, RuleKind

from cert_completion_plugin.core.issues import FILE_WARNINGS, REFUSALS, Code
from cert_completion_plugin.core.options import DATE_FORMATS, Options, OptionsError
from cert_completion_plugin.core.outcomes import Outcome
from tests.acceptance.schema import (
    Check,
    day,
    list_of,
    mapping_of,
    nullable,
    number,
    one_of,
    one_or_list,
    period,
    plain,
    record,
    text,
    truth,
)

NEVER_EXPIRES = "never_expires"


def _options(value: Any, place: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{place}: must be a mapping, not {value!r}"
        return
    try:
        Options.from_mapping(value)
    except OptionsError as error:
        yield f"{place}: {error}"


def _base64(value: Any, place: str) -> Iterator[str]:
    try:
        base64.b64decode("".join(value.split()), validate=True)
    except (AttributeError, binascii.Error, ValueError):
        yield f"{place}: must be bytes in base 64"


def _certification(value: Any, place: str) -> Iterator[str]:
    yield from _CERTIFICATION(value, place)
    if isinstance(value, dict) and value.get("rule") != NEVER_EXPIRES:
        for key in ("active", "window"):
            if key not in value:
                yield f"{place}: the key {key!r} is missing; only a certification that never expires can do without"


_LEARNER = record({"username": text}, {"status": one_of(LearnerStatus)})
_CERTIFICATION = record(
    {"rule": one_of((*RuleKind, NEVER_EXPIRES))},
    {
        "short_name": text,
        "id_number": text,
        "active": period,
        "window": period,
        "minimum_active": period,
        "active_flag": truth,
        "allowed": truth,
    },
)
_DATES = {name: nullable(day) for name in ("completed", "expires", "window_opens", "baseline_expires")}
_HELD = record(
    {"learner": text, "certification": text},
    {
        "assigned": truth,
        "state": one_of(CertificationState),
        "current": nullable(record({}, _DATES)),
        "history": list_of(record({}, _DATES)),
    },
)
_EXPECTED_HELD = record(
    {"learner": text, "certification": text},
    {"assigned": truth, "current": nullable(record({}, _DATES)), "history": list_of(record({}, _DATES))},
)
_EVIDENCE = record(
    {"learner": text},
    {
        "name": text,
        "short_name": text,
        "id_number": text,
        "completed": day,
        "due": nullable(day),
        "fields": mapping_of(plain),
    },
)
_EVIDENCE_TYPE = record({"name": text}, {"fields": mapping_of(one_of(FieldKind))})
_MESSAGE = record({"learner": text, "certification": text, "trigger": one_of(MessageTrigger)}, {})
_ROW = record(
    {"line": number},
    {
        "outcome": one_of(Outcome),
        "issues": list_of(one_of(code for code in Code if code not in REFUSALS | FILE_WARNINGS)),
        "expires": nullable(day),
        "window_opens": nullable(day),
    },
)
_EXPECT = record(
    {},
    {
        "refused": list_of(one_of(sorted(REFUSALS))),
        "needs_answer": truth,
        "approval_refused": truth,
        "warnings": list_of(one_of(sorted(FILE_WARNINGS))),
        "rows": list_of(_ROW),
        "held": list_of(_EXPECTED_HELD),
        "evidence": list_of(_EVIDENCE),
        "messages": list_of(_MESSAGE),
    },
)
_UNDO_ROW = record({"line": number, "undo": one_of(("undone", "changed_since", "cannot", "nothing"))}, {})
_UNDO_EXPECT = record({}, {"rows": list_of(_UNDO_ROW), "held": list_of(_EXPECTED_HELD), "evidence": list_of(_EVIDENCE)})
_ANSWER = record({}, {"date_format": one_of(DATE_FORMATS), "certifications": mapping_of(one_of(("other",)))})
_BETWEEN = record(
    {}, {"held": list_of(_HELD), "remove_learners": list_of(text), "certifications": list_of(_certification)}
)
_IMPORT: dict[str, Check] = {"options": _options, "file": text, "file_base64": _base64, "file_name": text}
_THEN = record({"expect": _EXPECT}, {**_IMPORT, "today": day})
_CASE = record(
    {"id": text, "today": day, "expect": _EXPECT},
    {
        **_IMPORT,
        "about": text,
        "memory_only": truth,
        "learners": list_of(_LEARNER),
        "certifications": list_of(_certification),
        "held": list_of(_HELD),
        "evidence_types": list_of(_EVIDENCE_TYPE),
        "site": record({}, {"max_bytes": number, "max_rows": number}),
        "answer": _ANSWER,
        "between": _BETWEEN,
        "undo": one_or_list(record({"expect": _UNDO_EXPECT}, {})),
        "then": list_of(_THEN),
    },
)


def faults(case: Any) -> list[str]:
    """What is wrong with a case as YAML gives it, each fault with its place; none: it can be run."""
    found = list(_CASE(case, "case"))
    if not found:
        found += _import_faults(case, "case")
        for index, later in enumerate(case.get("then", ())):
            found += _import_faults(later, f"case.then[{index}]")
    return found


def _import_faults(given: Mapping[str, Any], place: str) -> Iterator[str]:
    if ("file" in given) == ("file_base64" in given):
        yield f"{place}: give either 'file' or 'file_base64'"
    lines = Counter(row["line"] for row in given["expect"].get("rows", ()))
    for line, times in lines.items():
        if times > 1:
            yield f"{place}.expect.rows: line {line} is expected {times} times"
