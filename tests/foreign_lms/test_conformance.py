"""The harbour keeps the contract."""

import json

import pytest
from cert_completion_hooks.conformance import HostConformance

from tests.conformance.memory_world import FIELDS
from tests.foreign_lms.kit_world import HarbourWorld
from tests.foreign_lms.registry.models import KindOfTraining

pytest_plugins = ["cert_completion_hooks.conformance"]


@pytest.mark.django_db(databases=["default", "registry"])
class TestHarbour(HostConformance):
    @pytest.fixture
    def world(self, db):
        fields = [{"name": one.name, "kind": one.kind, "choices": one.choices} for one in FIELDS]
        KindOfTraining.objects.create(name="licence", fields=json.dumps(fields))
        return HarbourWorld()
