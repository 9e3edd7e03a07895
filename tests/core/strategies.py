"""Rows, worlds and options at random, so that rows meet each other and what is held in every way."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from itertools import product

from cert_completion_hooks.types import CompletionState, Learner, Period, PeriodUnit, RuleKind, StateKey
from hypothesis import strategies as st

from cert_completion_plugin.core.decide import decide
from cert_completion_plugin.core.issues import Code, Issue
from cert_completion_plugin.core.options import Assign, ImportAction, Messages, Options
from cert_completion_plugin.core.rows import Decision, ResolvedRow
from tests.core.builders import ANA, FIRE_SAFETY, TODAY, World, days, record, resolved, rule

DAYS = [TODAY + timedelta(days=61 * number) for number in range(-30, 20, 5)]
PERIODS = [days(1), days(300), Period(1, PeriodUnit.YEAR), Period(14, PeriodUnit.MONTH)]
RULES = [None, *(rule(kind, *of_rule) for kind, *of_rule in product(RuleKind, PERIODS, PERIODS))]
SOUND = [
    record(day, day + timedelta(days=length), day + timedelta(length - 50)) for day in DAYS for length in (365, 900)
]
ODD = [record(*dates) for dates in product([None, *DAYS], [None, *DAYS[::2]], [None, *DAYS[::3]], [None, DAYS[4]])]

records = st.sampled_from(SOUND) | st.sampled_from(ODD)
states = st.builds(
    CompletionState,
    current=st.none() | records,
    history=st.lists(records, max_size=3).map(tuple),
    assigned=st.booleans(),
)
options = st.builds(
    Options,
    import_action=st.sampled_from(ImportAction),
    assign=st.sampled_from(Assign),
    messages=st.sampled_from(Messages),
)
LEARNERS = (ANA, Learner(key="l2", username="bea"))
WARNED, REJECTED = (Issue(Code.LEARNER_SUSPENDED),), (Issue(Code.DUE_DATE_INVALID),)
CHOICES = list(product(LEARNERS, range(3), range(4), [None, *range(4)], [(), (), (), WARNED, REJECTED]))


@st.composite
def files(draw: st.DrawFn) -> list[ResolvedRow]:
    """Rows of few learners and certifications on few dates, so that they meet each other and what is held."""
    chosen = draw(st.tuples(st.sampled_from(RULES), st.sampled_from(RULES)))
    certifications = [*(replace(FIRE_SAFETY, key=f"c{number}", rule=one) for number, one in enumerate(chosen, 1)), None]
    dates = draw(st.tuples(*[st.sampled_from(DAYS)] * 4))
    rows = draw(st.lists(st.sampled_from(CHOICES), max_size=8))
    return [
        resolved(
            line,
            dates[completed],
            None if due is None else dates[due],
            learner=learner,
            certification=certifications[certification],
            issues=issues,
        )
        for line, (learner, certification, completed, due, issues) in enumerate(rows, 2)
    ]


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """What is held of those learners and certifications, in every state, contradictory ones included."""
    keys = [StateKey(learner.key, key) for learner, key in product(LEARNERS, ("c1", "c2"))]
    return World(states=dict(zip(keys, draw(st.tuples(*[states] * len(keys))), strict=True)))


def decided_in(world: World, rows: Iterable[ResolvedRow], chosen: Options) -> list[Decision]:
    return decide(rows, world.held(TODAY), world.evidence, chosen, TODAY)
