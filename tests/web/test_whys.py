"""The few words that say why a row has its outcome."""

import pytest
from cert_completion_hooks import CertificationState

from cert_completion_plugin.core.grounds import Ground, outcome_on
from cert_completion_plugin.core.options import ImportAction
from cert_completion_plugin.core.outcomes import Outcome
from cert_completion_plugin.core.rows import Decision, Trace
from cert_completion_plugin.whys import why


def decided(outcome, **trace):
    return Decision(
        line=2,
        outcome=outcome,
        username="ana",
        short_name="Forklift",
        id_number="",
        trace=Trace(**trace) if trace else None,
    )


@pytest.mark.parametrize("action", ImportAction)
@pytest.mark.parametrize("ground", Ground)
def test_every_decision_on_a_ground_has_its_words(ground, action):
    text = why(decided(outcome_on(ground, action), ground=ground, leading_line=9))
    assert bool(text) == (ground is not Ground.DUPLICATE)


def test_the_line_that_is_newer_is_named():
    assert why(decided(Outcome.HISTORY, ground=Ground.FOLLOWING, leading_line=9)).startswith("Line 9")


def test_an_expired_record_is_told_from_none():
    none, expired = (
        why(decided(Outcome.CERTIFIED, ground=Ground.NONE_OR_EXPIRED, state=state))
        for state in (CertificationState.NONE, CertificationState.EXPIRED)
    )
    assert none != expired
    assert "expired" in expired


def test_a_drifted_row_says_what_to_do_and_a_rejected_one_leaves_it_to_its_problems():
    assert "upload the row again" in why(decided(Outcome.DRIFTED, ground=Ground.NEWER))
    assert why(decided(Outcome.REJECTED)) == ""
    assert why(decided(Outcome.CANCELLED, ground=Ground.NEWER)) == ""
