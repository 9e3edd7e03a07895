"""Users take turns; each user's own imports come as they were sent."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from cert_completion_plugin.core.fairness import Waiting, in_turn

BEGIN = datetime(2026, 3, 15, tzinfo=UTC)


def at(minutes: int) -> datetime:
    return BEGIN + timedelta(minutes=minutes)


def waiting(*given: tuple[int, str]) -> list[Waiting]:
    """Imports in the order in which they came, each with its user."""
    return [Waiting(batch_id=pk, user=user, since=at(minute)) for minute, (pk, user) in enumerate(given)]


def test_who_sends_many_does_not_keep_others_waiting() -> None:
    line = waiting((1, "ana"), (2, "ana"), (3, "ana"), (4, "ben"), (5, "cem"), (6, "ben"))
    assert in_turn(line, {}) == [1, 4, 5, 2, 6, 3]


def test_who_had_a_turn_last_comes_last() -> None:
    line = waiting((1, "ana"), (2, "ben"), (3, "cem"), (4, "dua"))
    assert in_turn(line, {"ana": at(9), "ben": at(7), "dua": at(8)}) == [3, 2, 4, 1]


def test_at_the_same_moment_the_smaller_number_comes_first() -> None:
    line = [Waiting(batch_id=pk, user="ana", since=BEGIN) for pk in (3, 1, 2)]
    assert in_turn(line, {}) == [1, 2, 3]


def test_nobody_waits_for_nobody() -> None:
    assert in_turn([], {"ana": BEGIN}) == []


_LINES = st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 20)), max_size=20)


@given(_LINES, st.dictionaries(st.sampled_from("abcd"), st.integers(0, 9)))
def test_everybody_comes_once_and_nobody_twice_before_all_others(
    line: list[tuple[str, int]], turns: dict[str, int]
) -> None:
    asked = [Waiting(batch_id=pk, user=user, since=at(minute)) for pk, (user, minute) in enumerate(line)]
    order = in_turn(asked, {user: at(minute) for user, minute in turns.items()})
    assert sorted(order) == list(range(len(line)))
    users = [line[pk][0] for pk in order]
    for user in set(users):
        own = [pk for pk in order if line[pk][0] == user]
        assert own == sorted(own, key=lambda pk: (line[pk][1], pk))
    for place, user in enumerate(users):
        rounds = users[:place].count(user)
        for other in set(users):
            assert users[:place].count(other) >= min(rounds, users.count(other))
