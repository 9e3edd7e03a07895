"""Whom and what rows denote, and the problems and warnings that follow from it (import-rules.md §3)."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache

from cert_completion_hooks.text import folded, normalised
from cert_completion_hooks.types import (
    Certification,
    CertificationRef,
    Learner,
    LearnerStatus,
    RecertificationRule,
)

from cert_completion_plugin.core.close_names import CloseNames
from cert_completion_plugin.core.expiry import DateOutOfRange, RuleMisconfigured, record_dates, shifted
from cert_completion_plugin.core.headings import COMPLETION_DATE, DUE_DATE, ID_NUMBER, SHORT_NAME, USERNAME
from cert_completion_plugin.core.issues import Code, Issue, IssueDetail, in_order
from cert_completion_plugin.core.options import Options, UnknownCertification
from cert_completion_plugin.core.ports import Host
from cert_completion_plugin.core.rows import ParsedRow, ResolvedRow

_DELETED, _SUSPENDED = LearnerStatus.DELETED, LearnerStatus.SUSPENDED
_OUT_OF_RANGE: Mapping[str, IssueDetail] = {"reason": "out_of_range"}


@dataclass(frozen=True)
class _Match:
    """What the names of a row denote: a certification, a problem about `column`, evidence, or both of the first two."""

    certification: Certification | None = None
    code: Code | None = None
    column: str = ""
    details: Mapping[str, IssueDetail] = field(default_factory=dict)
    becomes_evidence: bool = False

    @cached_property
    def is_plain(self) -> bool:
        """Whether there is nothing to tell about the certification."""
        return self.code is None and (self.certification is None or self.certification.active)


_NOTHING = _Match()
_NO_NAMES = CertificationRef("", "")


def resolve(
    rows: Sequence[ParsedRow], host: Host, options: Options, as_of: date, confirmed: Collection[str] = ()
) -> list[ResolvedRow]:
    """Find the learner and certification of every row, with all problems and warnings of the rows, in their order.

    The host is asked in bulk, for all rows at once. `as_of` is the import's day. `confirmed` holds the short names and
    ID numbers of which the administrator said "it really is another certification": they have no close match.
    Raises HostUnavailable where the host cannot tell now.
    """
    learners = _find_learners(rows, host)
    matches = _find_certifications(rows, host, options, frozenset(map(normalised, confirmed)))
    return [_resolved(row, learners, matches, as_of) for row in rows]


def _resolved(
    row: ParsedRow,
    learners: Mapping[str, Learner | Code],
    matches: Mapping[CertificationRef, _Match],
    as_of: date,
) -> ResolvedRow:
    learner = learners[row.username] if row.username is not None else None
    match = matches[row.reference] if row.reference is not None else _NOTHING
    issues = [*row.issues]
    if isinstance(learner, Code):
        issues.append(Issue(learner, column=USERNAME, value=row.username_text))
        learner = None
    elif learner is not None and learner.status is _SUSPENDED:
        issues.append(Issue(Code.LEARNER_SUSPENDED, column=USERNAME, value=row.username_text))
    if not match.is_plain:
        issues += _certification_issues(row, match)
    if row.completed is not None:
        rule = match.certification.rule if match.certification else None
        issues += _date_issues(row.completed, row.due, rule, as_of)
    return ResolvedRow(
        parsed=row,
        learner=learner,
        certification=match.certification,
        issues=in_order(issues) if issues else (),
        becomes_evidence=match.becomes_evidence,
    )


def _find_learners(rows: Iterable[ParsedRow], host: Host) -> dict[str, Learner | Code]:
    usernames = list(dict.fromkeys(row.username for row in rows if row.username is not None))
    found = host.find_learners(usernames) if usernames else {}
    return {username: _the_learner(found.get(username, ())) for username in usernames}


def _the_learner(candidates: Sequence[Learner]) -> Learner | Code:
    known = [learner for learner in candidates if learner.status is not _DELETED]
    if not known:
        return Code.LEARNER_NOT_FOUND
    return known[0] if len(known) == 1 else Code.LEARNER_AMBIGUOUS


def _find_certifications(
    rows: Iterable[ParsedRow], host: Host, options: Options, confirmed: frozenset[str]
) -> dict[CertificationRef, _Match]:
    references = list(dict.fromkeys(row.reference for row in rows if row.reference is not None))
    found = host.find_certifications(references, ignore_case=options.ignore_case) if references else {}
    known = {reference: _match(reference, found.get(reference, ()), options.ignore_case) for reference in references}
    close_names: CloseNames | None = None
    matches: dict[CertificationRef, _Match] = {}
    for reference, match in known.items():
        if match is None:
            doubted = _without(reference, confirmed)
            if close_names is None and doubted != _NO_NAMES:
                close_names = _close_names(tuple(host.list_certifications()))
            match = _unknown(reference, doubted, close_names, options.unknown_certification)
        matches[reference] = match
    return matches


def _match(reference: CertificationRef, candidates: Sequence[Certification], ignore_case: bool) -> _Match | None:
    """What the names of one row denote; None where they are unknown."""
    fitting = _fitting(reference, candidates, normalised)
    if not fitting and ignore_case:
        fitting = _fitting(reference, candidates, folded)
    if len(fitting) > 1:
        details: dict[str, IssueDetail] = {"candidates": _labels(reference, fitting)}
        return _Match(code=Code.CERTIFICATION_AMBIGUOUS, column=_column(reference), details=details)
    if fitting:
        return _the_certification(reference, fitting[0])
    return _mismatch(reference, candidates, folded if ignore_case else normalised)


def _fitting(
    reference: CertificationRef, candidates: Sequence[Certification], compared: Callable[[str], str]
) -> list[Certification]:
    """The candidates that have every name given."""
    short_name, id_number = compared(reference.short_name), compared(reference.id_number)
    return [
        candidate
        for candidate in candidates
        if (not short_name or _is_named(candidate, candidate.short_name, short_name, compared))
        and (not id_number or _is_named(candidate, candidate.id_number, id_number, compared))
    ]


def _is_named(candidate: Certification, own: str, given: str, compared: Callable[[str], str]) -> bool:
    """Whether what stands in the place of one of its names means the candidate."""
    return compared(own) == given or any(compared(name) == given for name in candidate.other_names)


def _the_certification(reference: CertificationRef, certification: Certification) -> _Match:
    if certification.allowed:
        return _Match(certification)
    return _Match(_as_named(reference, certification), Code.CERTIFICATION_NOT_ALLOWED, _column(reference))


def _as_named(reference: CertificationRef, certification: Certification) -> Certification:
    """A certification as this administrator may know it: one out of their reach by the names alone that they gave."""
    if certification.allowed:
        return certification
    names = reference.short_name, reference.id_number
    return Certification(key=certification.key, short_name=names[0], id_number=names[1], allowed=False)


def _mismatch(
    reference: CertificationRef, candidates: Sequence[Certification], compared: Callable[[str], str]
) -> _Match | None:
    """The problem of two names of which at least one is known, but no certification has both; else None."""
    if not (reference.short_name and reference.id_number):
        return None
    short_name, id_number = CertificationRef(reference.short_name, ""), CertificationRef("", reference.id_number)
    by_short_name, by_id_number = _fitting(short_name, candidates, compared), _fitting(id_number, candidates, compared)
    if not (by_short_name or by_id_number):
        return None
    details: dict[str, IssueDetail] = {
        "id_number": reference.id_number,
        "by_short_name": _labels(short_name, by_short_name),
        "by_id_number": _labels(id_number, by_id_number),
    }
    return _Match(code=Code.CERTIFICATION_MISMATCH, column=SHORT_NAME, details=details)


def _without(reference: CertificationRef, confirmed: frozenset[str]) -> CertificationRef:
    """The names of a reference that nobody confirmed as another certification's."""
    short_name, id_number = reference.short_name, reference.id_number
    return CertificationRef(
        "" if short_name in confirmed else short_name,
        "" if id_number in confirmed else id_number,
    )


@lru_cache(maxsize=1)
def _close_names(certifications: tuple[Certification, ...]) -> CloseNames:
    """Kept for the next portion: building the index takes longer than asking for all certifications again."""
    return CloseNames(certifications)


def _unknown(
    reference: CertificationRef, doubted: CertificationRef, close_names: CloseNames | None, wish: UnknownCertification
) -> _Match:
    nearest = close_names.closest(doubted) if close_names else None
    if nearest is not None:
        column = ID_NUMBER if nearest.is_id_number else SHORT_NAME
        details: dict[str, IssueDetail] = {"nearest": "", "certification": ""}
        if nearest.certification.allowed:
            details = {"nearest": nearest.name, "certification": _label(nearest.certification)}
        return _Match(code=Code.CERTIFICATION_CLOSE_MATCH, column=column, details=details)
    if wish is UnknownCertification.CREATE_EVIDENCE:
        return _Match(becomes_evidence=True)
    return _Match(code=Code.CERTIFICATION_NOT_FOUND, column=_column(reference))


def _column(reference: CertificationRef) -> str:
    return SHORT_NAME if reference.short_name else ID_NUMBER


def _label(certification: Certification) -> str:
    names = certification.short_name, certification.id_number
    return f"{names[0]} ({names[1]})" if all(names) else names[0] or names[1]


def _labels(reference: CertificationRef, certifications: Iterable[Certification]) -> tuple[str, ...]:
    return tuple(sorted(_label(_as_named(reference, each)) for each in certifications))


def _certification_issues(row: ParsedRow, match: _Match) -> Iterator[Issue]:
    texts = row.reference_text
    if match.code is not None:
        value = texts.id_number if match.column == ID_NUMBER else texts.short_name
        yield Issue(match.code, column=match.column, value=value, details=match.details)
    if match.certification is not None and not match.certification.active:
        value = texts.short_name or texts.id_number
        yield Issue(Code.CERTIFICATION_INACTIVE, column=_column(texts), value=value)


@lru_cache(maxsize=2**14)
def _date_issues(completed: date, due: date | None, rule: RecertificationRule | None, as_of: date) -> tuple[Issue, ...]:
    """Problems and warnings of dates that can be read; a date with a problem carries no warning."""
    problem = _out_of_range(rule, completed, due) if rule else None
    if problem is Code.COMPLETION_DATE_INVALID:
        return (Issue(problem, column=COMPLETION_DATE, value=completed.isoformat(), details=_OUT_OF_RANGE),)
    issues = []
    if completed > as_of:
        issues.append(Issue(Code.COMPLETION_IN_FUTURE, column=COMPLETION_DATE, value=completed.isoformat()))
    if due is not None and rule is not None:
        if problem is not None:
            issues.append(Issue(problem, column=DUE_DATE, value=due.isoformat(), details=_OUT_OF_RANGE))
        elif due < completed and _is_long_before(due, completed, rule):
            issues.append(Issue(Code.DUE_LONG_BEFORE_COMPLETION, column=DUE_DATE, value=due.isoformat()))
    return tuple(issues)


def _out_of_range(rule: RecertificationRule, completed: date, due: date | None) -> Code | None:
    """The problem of a date whose expiry or window would fall outside the years 1 to 9999 (import-rules.md §2.1)."""
    if _fits(rule, completed, due):
        return None
    if due is not None and _fits(rule, completed, None):
        return Code.DUE_DATE_INVALID
    return Code.COMPLETION_DATE_INVALID


def _fits(rule: RecertificationRule, completed: date, due: date | None) -> bool:
    try:
        record_dates(rule, completed, due, None)
    except DateOutOfRange:
        return False
    except RuleMisconfigured:
        # The host's error, not the row's: the row fails when it is decided.
        return True
    return True


def _is_long_before(due: date, completed: date, rule: RecertificationRule) -> bool:
    try:
        return rule.active.count > 0 and due < shifted(completed, rule.active, -1)
    except DateOutOfRange:
        return False
