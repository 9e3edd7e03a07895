"""Finding people by their employee numbers."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from cert_completion_hooks import Learner, LearnerStatus, normalised
from django.db.models import QuerySet

from tests.foreign_lms.host.keys import among
from tests.foreign_lms.people.models import Person


def find(numbers: Sequence[str]) -> Mapping[str, Sequence[Learner]]:
    # Whoever typed a number in may have typed blanks around it, and letters in either Unicode form.
    typed = {unicodedata.normalize(form, number) for number in numbers for form in ("NFC", "NFD")}
    found: dict[str, list[Learner]] = {}
    for person in {person.pk: person for person in (*among(_staff(), "employee_number", typed), *_untidy())}.values():
        found.setdefault(normalised(person.employee_number), []).append(_learner(person))
    return {number: found[number] for number in numbers if number in found}


def _staff() -> QuerySet[Person]:
    return Person.objects.filter(left_on=None)


def _untidy() -> QuerySet[Person]:
    """Those whose numbers have something at their ends that does not count."""
    return _staff().filter(employee_number__regex=r"^\W|\W$")


def _learner(person: Person) -> Learner:
    status = LearnerStatus.ACTIVE if person.is_active else LearnerStatus.SUSPENDED
    return Learner(key=str(person.pk), username=person.employee_number, full_name=person.called, status=status)


def at_work(people: Iterable[int]) -> dict[int, Person]:
    """Those of these people who have not left."""
    return {person.pk: person for person in among(_staff(), "pk", people)}
