"""Forgetting people: what the registry holds of them; their accounts are the personnel office's business."""

from collections.abc import Sequence

from tests.foreign_lms.host.desk import at_the_desk
from tests.foreign_lms.host.keys import among, delete, number_of
from tests.foreign_lms.registry.models import Duty, FormerLicence, Letter, OutsideTraining, ValidLicence

_OF_PEOPLE = (ValidLicence, FormerLicence, Duty, OutsideTraining, Letter)


def forget(learner_keys: Sequence[str]) -> int:
    people = [number for key in learner_keys if (number := number_of(key)) is not None]
    with at_the_desk():
        return sum(
            delete(model, [row.pk for row in among(model._default_manager.all(), "person", people)])
            for model in _OF_PEOPLE
        )
