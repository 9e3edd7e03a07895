"""The host of Open edX keeps the contract."""

import pytest
from cert_completion_hooks import LearnerStatus
from cert_completion_hooks.conformance import HostConformance
from cert_completion_openedx import host
from cert_completion_openedx.models import Counterpart
from cert_completion_records.models import Certification
from django.contrib.auth import get_user_model

from tests.conformance.memory_world import FIELDS
from tests.conformance.records_world import RecordsWorld
from tests.openedx.platform.user_api.models import UserRetirementStatus

pytest_plugins = ["cert_completion_hooks.conformance"]


class Platform(RecordsWorld):
    """The record book's world, in which certifications have counterparts and learners may be about to be retired."""

    host = host

    def add_learner(self, username: str, status: LearnerStatus = LearnerStatus.ACTIVE) -> None:
        super().add_learner(username, status)
        if status is LearnerStatus.DELETED:
            user = get_user_model()._default_manager.get(username=username)
            UserRetirementStatus._default_manager.create(user=user, original_username=username)

    def add_certification(self, short_name, id_number="", **more):
        super().add_certification(short_name, id_number, **more)
        newest = Certification.objects.latest("pk")
        Counterpart._default_manager.create(certification=newest, course_key=f"course-v1:edX+{newest.pk}+2026")


@pytest.mark.django_db
class TestOpenEdx(HostConformance):
    @pytest.fixture
    def world(self, settings):
        fields = [{"name": one.name, "kind": one.kind, "choices": one.choices} for one in FIELDS]
        settings.CERT_COMPLETION_RECORDS = {
            **settings.CERT_COMPLETION_RECORDS,
            "EVIDENCE_TYPES": [{"name": "licence", "fields": fields}],
        }
        return Platform()
