"""A pytest kit that tells a host developer whether their host keeps the contract, and how to mend what does not.

In the tests of a host:

    from cert_completion_hooks.conformance import HostConformance, World

    pytest_plugins = ["cert_completion_hooks.conformance"]

    class OurWorld(World):
        host = our_host  # the module or object with the hooks
        ...              # how the tests fill the LMS: see World

    class TestOurHost(HostConformance):
        @pytest.fixture
        def world(self):
            return OurWorld()

Each test is one thing on which the plugin relies. What needs a capability that the host does not declare, or something
that the LMS does not have, is skipped with the reason. A host that answers some of the hooks alone inherits the classes
of those (`LearnersConformance`, ...) in place of `HostConformance`. Needs pytest; and Django, where the host's tests
have it. The kit asserts nothing that pytest would have to rewrite: PYTEST_DONT_REWRITE.
"""

from cert_completion_hooks.conformance.checks import (
    ActorConformance,
    AvailabilityConformance,
    CertificationsConformance,
    EvidenceConformance,
    ForgettingConformance,
    FormConformance,
    HostConformance,
    InterruptionConformance,
    LearnersConformance,
    MessagesConformance,
    ParallelConformance,
    RecordingConformance,
    RepetitionConformance,
    ScaleConformance,
    StatesConformance,
    UndoConformance,
)
from cert_completion_hooks.conformance.fixtures import (
    kit,
    store,
    with_assignments,
    with_evidence,
    with_expiry,
    with_history,
    with_messages,
    with_undo,
    world,
)
from cert_completion_hooks.conformance.store import Store
from cert_completion_hooks.conformance.world import World

__all__ = [
    "ActorConformance",
    "AvailabilityConformance",
    "CertificationsConformance",
    "EvidenceConformance",
    "ForgettingConformance",
    "FormConformance",
    "HostConformance",
    "InterruptionConformance",
    "LearnersConformance",
    "MessagesConformance",
    "ParallelConformance",
    "RecordingConformance",
    "RepetitionConformance",
    "ScaleConformance",
    "StatesConformance",
    "Store",
    "UndoConformance",
    "World",
    "kit",
    "store",
    "with_assignments",
    "with_evidence",
    "with_expiry",
    "with_history",
    "with_messages",
    "with_undo",
    "world",
]
