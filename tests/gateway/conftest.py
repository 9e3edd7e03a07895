from datetime import UTC, date, datetime

import pytest
from cert_completion_hooks import Actor, BatchInfo, Certification
from cert_completion_hooks.memory import MemoryHost

from cert_completion_plugin.gateway import Gateway


@pytest.fixture
def actor():
    return Actor(key="1", username="admin")


@pytest.fixture
def batch(actor):
    return BatchInfo(
        batch_id="b1",
        plan=1,
        file_name="f.csv",
        actor=actor,
        uploaded_by=actor,
        as_of=date(2026, 3, 15),
        uploaded_at=datetime(2026, 3, 15, 9, tzinfo=UTC),
    )


@pytest.fixture
def memory():
    host = MemoryHost()
    host.add_learner("pat")
    host.add_certification(Certification(key="c1", short_name="Fire", id_number="F-1"))
    return host


@pytest.fixture
def gateway(memory):
    return Gateway({"memory": memory})
