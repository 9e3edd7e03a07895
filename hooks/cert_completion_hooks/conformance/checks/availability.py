"""What is behind the host does not answer."""

from collections.abc import Mapping
from typing import Any

import pytest

from cert_completion_hooks.conformance.asking import TODAY
from cert_completion_hooks.conformance.kit import Kit
from cert_completion_hooks.types import CertificationRef, HostUnavailable

_UNAVAILABLE = (
    "Raise cert_completion_hooks.HostUnavailable from any hook that cannot tell or write just now: it is asked again "
    "later. An empty answer would turn every row into `learner_not_found`, or write twice."
)


class AvailabilityConformance:
    """ "Cannot tell now" is never "there is none". Skipped where the world has no method `away`."""

    @pytest.mark.parametrize(
        "hook",
        [
            "find_learners",
            "find_certifications",
            "list_certifications",
            "find_completion_states",
            "find_evidence",
            "record_completions",
            "record_evidence",
            "undo_changes",
        ],
    )
    def test_a_host_that_cannot_tell_now_says_so(self, kit: Kit, hook: str) -> None:
        if kit.hosts.answering(hook) is None:
            pytest.skip(f"The host does not implement {hook}.")
        given = _given(kit, hook)
        with kit.world.away():
            try:
                answer = kit.hosts.call(hook, **given)
            except HostUnavailable:
                return
            except Exception as error:
                answer = f"an exception {type(error).__name__}: {error}"
        kit.wrong(hook, f"What is behind the host does not answer, and the host gave {answer!r}.", _UNAVAILABLE)


def _given(kit: Kit, hook: str) -> Mapping[str, Any]:
    key = kit.pair()
    actor, batch = {"actor": kit.actor}, {"batch": kit.batch}
    change, item = kit.change(key, kit.record()), kit.item()
    return {
        "find_learners": {**actor, "usernames": ("kim",)},
        "find_certifications": {**actor, "references": (CertificationRef("Fire", ""),), "ignore_case": False},
        "list_certifications": {**actor, "after": "", "limit": 10},
        "find_completion_states": {**actor, "keys": (key,), "as_of": TODAY},
        "find_evidence": {**actor, "keys": (item.evidence_key,)},
        "record_completions": {**batch, "changes": (change,)},
        "record_evidence": {**batch, "items": (item,)},
        "undo_changes": {**batch, "changes": (), "items": (item,), "preview": False},
    }[hook]
