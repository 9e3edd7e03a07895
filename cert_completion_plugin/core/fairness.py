"""In which order imports come to work where one at a time does: users take turns, each user's own as they came."""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An import that waits for its turn; `user` is its uploader's key, `since` when it began to wait."""

    batch_id: int
    user: str
    since: datetime


def in_turn(waiting: Iterable[Waiting], last_turns: Mapping[str, datetime]) -> list[int]:
    """The imports in the order in which they come.

    First comes the user who never had a turn or had the last one longest ago, and among those who never had one, who
    has waited longest; each with the import that they sent first. Then all users again, in the same order.
    """
    of_users: defaultdict[str, deque[Waiting]] = defaultdict(deque)
    for each in sorted(waiting, key=lambda each: (each.since, each.batch_id)):
        of_users[each.user].append(each)

    def rank(user: str) -> tuple[bool, datetime]:
        return user in last_turns, last_turns.get(user, of_users[user][0].since)

    users = sorted(of_users, key=rank)
    order: list[int] = []
    while users:
        order += [of_users[user].popleft().batch_id for user in users]
        users = [user for user in users if of_users[user]]
    return order
