"""What comes out of the answers to questions, once they are checked.

Every name is compared with the one asked for as import-rules.md §1.2 says. Candidates that do not fit are left out: no
database's collation may match "Pat" to "pat", or "jose" to "josé".
"""

from collections.abc import Collection, Sequence
from typing import TypeVar

from cert_completion_hooks.examining.answers import Answer
from cert_completion_hooks.text import folded, heading_key, normalised
from cert_completion_hooks.types import (
    Certification,
    CertificationRef,
    CompletionState,
    EvidenceItem,
    EvidenceKey,
    EvidenceType,
    FieldKind,
    FollowUp,
    HostInfo,
    Learner,
    StateKey,
)

C = TypeVar("C", Learner, Certification)


def host_info(answer: Answer) -> HostInfo:
    """What a host says of itself."""
    info = answer.one(answer.value, HostInfo, None)
    if info.record_of_learning_path and "{key}" not in info.record_of_learning_path:
        answer.wrong("Its record_of_learning_path has no {key}.", "Write {key} where the learner's key stands.")
    return info


def learners(answer: Answer, asked: Collection[str]) -> dict[str, tuple[Learner, ...]]:
    """User name -> the learners of that very name."""
    found = {}
    names: dict[str, str] = {}
    for username, value in answer.mapping(asked).items():
        of_that_name: tuple[Learner, ...] = ()
        for learner in _candidates(answer, value, Learner, username):
            name = normalised(learner.username)
            if names.setdefault(learner.key, name) != name:
                what = f"The learner with the key {learner.key!r} has two user names."
                answer.wrong(what, "One learner has one user name, and no two learners have the same key.", username)
            if name == username:
                of_that_name += (learner,)
        found[username] = of_that_name
    return found


def certifications(
    answer: Answer, asked: Collection[CertificationRef], ignore_case: bool
) -> dict[CertificationRef, tuple[Certification, ...]]:
    """Reference -> the certifications with that very short name or that very ID number, or another name like it."""
    found = {}
    known: dict[str, Certification] = {}
    for reference, value in answer.mapping(asked).items():
        candidates = _candidates(answer, value, Certification, reference)
        for each in candidates:
            if known.setdefault(each.key, each) != each:
                what = f"The certification with the key {each.key!r} is described in two ways."
                answer.wrong(what, "No two certifications have the same key.", reference)
        found[reference] = tuple(each for each in candidates if _fits(each, reference, ignore_case))
    return found


def _fits(certification: Certification, reference: CertificationRef, ignore_case: bool) -> bool:
    form = folded if ignore_case else normalised
    short_name, id_number = form(reference.short_name), form(reference.id_number)
    if (bool(short_name) and form(certification.short_name) == short_name) or (
        bool(id_number) and form(certification.id_number) == id_number
    ):
        return True
    return any(bool(name := form(each)) and name in (short_name, id_number) for each in certification.other_names)


def _candidates(answer: Answer, value: object, kind: type[C], key: object) -> Sequence[C]:
    candidates = answer.several(value, kind, key)
    for each in candidates:
        answer.check_key(each.key, key)
    if len(candidates) > 1:
        _check_distinct(answer, candidates, key)
    return candidates


def _check_distinct(answer: Answer, candidates: Sequence[Learner | Certification], key: object) -> None:
    seen = set()
    for each in candidates:
        if each.key in seen:
            answer.wrong(f"It returned {each.key!r} twice.", "Return each candidate once (look at your joins).", key)
        seen.add(each.key)


def certification_page(answer: Answer, limit: int, seen: set[str]) -> Sequence[Certification]:
    """One page of the list; `seen` holds the keys of the pages before and is added to."""
    page = answer.sequence(Certification)
    if len(page) > limit:
        answer.wrong(f"It returned {len(page)} certifications, {limit} were asked for.", "Heed `limit`.")
    for each in page:
        answer.check_key(each.key, None)
        if each.key in seen:
            what = "This certification was listed before, so that the list would never end."
            answer.wrong(what, "Return those whose keys come after `after`, in the order of their keys.", each.key)
        seen.add(each.key)
    return page


def completion_states(answer: Answer, asked: Collection[StateKey]) -> dict[StateKey, CompletionState]:
    return {key: answer.one(value, CompletionState, key) for key, value in answer.mapping(asked).items()}


def evidence(answer: Answer, asked: Collection[EvidenceKey]) -> dict[EvidenceKey, EvidenceItem]:
    """Key -> the item with this learner and day, and with these very names."""
    found = {}
    for key, value in answer.mapping(asked).items():
        item = answer.one(value, EvidenceItem, key)
        if (item.learner_key, item.completed) != (key.learner_key, key.completed):
            answer.wrong("The item is of another learner or day.", "Return the item with this very key.", key)
        if (normalised(item.short_name), normalised(item.id_number)) == (key.short_name, key.id_number):
            found[key] = item
    return found


def evidence_types(answer: Answer) -> tuple[EvidenceType, ...]:
    """The types that are offered; none if the host has nothing to say."""
    offered = () if answer.value is None else tuple(answer.sequence(EvidenceType))
    names = set()
    for each in offered:
        if not normalised(each.name) or each.name in names:
            answer.wrong("An evidence type has no name, or another's.", "Give each a name of its own.", each.name)
        names.add(each.name)
        _check_fields(answer, each)
    return offered


def _check_fields(answer: Answer, evidence_type: EvidenceType) -> None:
    """A file's columns are found by the names of the fields, and its cells by their choices."""
    headings = set()
    for field in evidence_type.fields:
        heading, key = heading_key(field.name), f"{evidence_type.name}.{field.name}"
        if not heading or heading in headings:
            mend = "Give each a name that differs from the others by more than case, spaces, `_` and `-`."
            answer.wrong("A field of an evidence type has no name, or another's.", mend, key)
        headings.add(heading)
        choices = set(map(normalised, field.choices))
        if field.kind is FieldKind.CHOICE and (not choices or "" in choices or len(choices) < len(field.choices)):
            answer.wrong("A choice has no values, a blank one or one twice.", "List what can be chosen.", key)


MOST_FAILURES = 100


def follow_ups(answer: Answer) -> tuple[FollowUp, ...]:
    """How the work stands that follows from an import; none if the host has nothing to say."""
    told = () if answer.value is None else tuple(answer.sequence(FollowUp))
    for each in told:
        if not each.label or min(each.done, each.waiting, each.failed) < 0:
            answer.wrong("A follow-up has no label, or a negative number.", "Say what it is, and how many.", each.label)
        if len(each.failures) > min(each.failed, MOST_FAILURES):
            what = f"It lists {len(each.failures)} failures where {each.failed} have failed."
            answer.wrong(what, f"List some of the failed, at most {MOST_FAILURES}, and count all.", each.label)
    return told
