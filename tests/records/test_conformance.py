"""The record book keeps the contract, on every database."""

import pytest
from cert_completion_hooks.conformance import HostConformance, ParallelConformance

from tests.conformance.memory_world import FIELDS
from tests.conformance.records_world import RecordsWorld

pytest_plugins = ["cert_completion_hooks.conformance"]


@pytest.mark.django_db
class TestRecordBook(HostConformance):
    @pytest.fixture
    def world(self, settings):
        fields = [{"name": one.name, "kind": one.kind, "choices": one.choices} for one in FIELDS]
        settings.CERT_COMPLETION_RECORDS = {"EVIDENCE_TYPES": [{"name": "licence", "fields": fields}]}
        return RecordsWorld()


@pytest.mark.server
@pytest.mark.django_db(transaction=True)
class TestRecordBookInParallel(ParallelConformance):
    @pytest.fixture
    def world(self):
        return RecordsWorld()
