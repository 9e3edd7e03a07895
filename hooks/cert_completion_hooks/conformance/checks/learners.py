"""Finding learners: the exact name, whatever the database thinks is equal to it."""

import pytest

from cert_completion_hooks.conformance.kit import Kit
from cert_completion_hooks.types import LearnerStatus

_COMPOSED, _DECOMPOSED = "jos\u00e9", "jose\u0301"
_ODD = (
    "nobody",
    "k_m",
    "ki%",
    "kim'; --",
    'kim"',
    "kim\\",
    "\U0001f600" * 150,
    "k\u0131m",
    "kim kim",
    "k\u200bim",
    "*",
    "0",
)
_LONGEST = 150


class LearnersConformance:
    """The hook `find_learners`."""

    def test_a_learner_is_found_by_the_user_name(self, kit: Kit) -> None:
        key = kit.learner()
        kit.learner("lee")
        found = kit.find_learners("lee", "kim", "nobody")
        if {name: len(learners) for name, learners in found.items()} != {"lee": 1, "kim": 1}:
            what = f"Asked for 'lee', 'kim' and 'nobody', of whom the first two exist, it answered {found}."
            kit.wrong(
                "find_learners", what, "Answer for each name with the learners that have it; leave the others out."
            )
        if found["kim"][0].key != key:
            what = f"The key of the learner 'kim' was {key!r}, and is {found['kim'][0].key!r} now."
            kit.wrong(
                "find_learners", what, "Keys are kept with imports: use what never changes, such as a primary key."
            )

    def test_who_does_not_exist_is_left_out(self, kit: Kit) -> None:
        kit.learner()
        found = kit.find_learners(*_ODD)
        if found:
            what = f"It answered with learners for names that nobody has: {found}."
            kit.wrong("find_learners", what, "Leave out the names that no learner has, whatever stands in them.")

    def test_case_counts(self, kit: Kit) -> None:
        _differs(kit, "Kim", "kim", "KIM")

    def test_accents_count(self, kit: Kit) -> None:
        _differs(kit, _COMPOSED, "jose", "jos\u00e8")

    def test_the_end_of_a_long_user_name_counts(self, kit: Kit) -> None:
        beginning = "x" * (_LONGEST - 1)
        _differs(kit, beginning + "a", beginning + "b", beginning)

    def test_unicode_forms_are_the_same_name(self, kit: Kit) -> None:
        kit.world.add_learner(_DECOMPOSED)
        _is_found(kit, _COMPOSED, _DECOMPOSED)

    def test_blanks_around_a_stored_name_are_not_part_of_it(self, kit: Kit) -> None:
        kit.world.add_learner("\u00a0lee ")
        _is_found(kit, "lee", "\u00a0lee ")

    def test_all_who_have_one_name_are_told(self, kit: Kit) -> None:
        kit.world.add_learner(_COMPOSED)
        kit.world.add_learner(_DECOMPOSED)
        found = kit.find_learners(_COMPOSED).get(_COMPOSED, ())
        if len(found) != 2:
            what = f"Two learners have the name {_COMPOSED!r} in two Unicode forms; it answered with {len(found)}."
            mend = (
                "Answer with every learner of that name: the plugin must not choose one, and says that it cannot tell."
            )
            kit.wrong("find_learners", what, mend, _COMPOSED)

    @pytest.mark.parametrize("status", [LearnerStatus.ACTIVE, LearnerStatus.SUSPENDED])
    def test_the_status_is_told(self, kit: Kit, status: LearnerStatus) -> None:
        kit.learner("lee", status)
        told = kit.find_learners("lee")["lee"][0].status
        if told is not status:
            what = f"A learner who is {status} is told as {told!r}."
            kit.wrong("find_learners", what, "Tell the status: suspended learners are imported with a warning.", "lee")

    def test_who_is_removed_is_not_found(self, kit: Kit) -> None:
        kit.learner()
        kit.world.remove_learner("kim")
        for learner in kit.find_learners("kim").get("kim", ()):
            if learner.status is not LearnerStatus.DELETED:
                what = f"The learner was removed, and is still found as {learner.status}."
                kit.wrong(
                    "find_learners", what, "Leave deleted and retired learners out, or tell them as DELETED.", "kim"
                )


def _differs(kit: Kit, username: str, *others: str) -> None:
    kit.learner(username)
    found = kit.find_learners(*others)
    if found:
        what = f"The learner is called {username!r}; it answered with a learner for {list(found)}."
        kit.wrong("find_learners", what, "Compare names as Python does: case, accents and every character count.")


def _is_found(kit: Kit, asked: str, stored: str) -> None:
    if asked not in kit.find_learners(asked):
        what = f"It does not find {asked!r} ({asked!a}), whose name is stored as {stored!a}."
        mend = "Compare `normalised(stored name)` with what is asked for; ask the database for every form it may hold."
        kit.wrong("find_learners", what, mend, asked)
