"""Finding and listing certifications."""

import pytest

from cert_completion_hooks.conformance.asking import COMPARE_CERTIFICATIONS
from cert_completion_hooks.conformance.kit import LASTING, Kit
from cert_completion_hooks.types import (
    CertificationRef,
    Period,
    PeriodUnit,
    RecertificationRule,
    RuleKind,
)

_FIND, _LIST = "find_certifications", "list_certifications"
_EVERY = "Answer with every certification that has that short name or that ID number, once each."
_NAMES = {"A": ("Fire", "F-1"), "B": ("First aid", "F-2"), "C": ("Crane", ""), "D": ("", "D-4"), "E": ("F-2", "Fire")}
_RULES = {
    "completion date": LASTING,
    "expiry date": RecertificationRule(RuleKind.EXPIRY_DATE, Period(2, PeriodUnit.YEAR), Period(3, PeriodUnit.MONTH)),
    "fixed": RecertificationRule(
        RuleKind.FIXED_EXPIRY_DATE, Period(52, PeriodUnit.WEEK), Period(10, PeriodUnit.DAY), Period(6, PeriodUnit.MONTH)
    ),
    "never expires": None,
}


class CertificationsConformance:
    """The hooks `find_certifications` and `list_certifications`."""

    @pytest.mark.parametrize(
        ("short_name", "id_number", "expected"),
        [
            ("Fire", "", "A"),
            ("", "F-1", "A"),
            ("Fire", "F-1", "A"),
            ("Fire", "F-2", "AB"),
            ("Crane", "F-1", "AC"),
            ("Crane", "", "C"),
            ("", "D-4", "D"),
            ("Crane", "D-4", "CD"),
            ("Canoe", "F-2", "B"),
            ("F-2", "", "E"),
            ("Canoe", "C-9", ""),
        ],
    )
    def test_by_either_name(self, kit: Kit, short_name: str, id_number: str, expected: str) -> None:
        for names in _NAMES.values():
            kit.world.add_certification(*names, rule=LASTING)
        reference = CertificationRef(short_name, id_number)
        found = kit.find_certifications(reference, CertificationRef("Crane", "")).get(reference, ())
        got = sorted((each.short_name, each.id_number) for each in found)
        wanted = sorted(_NAMES[letter] for letter in expected)
        if got != wanted:
            kit.wrong(_FIND, f"It answered with {got} in place of {wanted}.", _EVERY, reference)

    def test_case_counts_unless_it_is_ignored(self, kit: Kit) -> None:
        _found(kit, ("Fire", "F-1a"), ("FIRE", "f-1A"), ignore_case=False, expected=False)
        _found(kit, ("Fire", "F-1a"), ("FIRE", ""), ignore_case=True, expected=True)
        _found(kit, ("Fire", "F-1a"), ("", "f-1A"), ignore_case=True, expected=True)

    def test_case_is_that_of_all_languages(self, kit: Kit) -> None:
        _found(kit, ("Stra\u00dfe", ""), ("STRASSE", ""), ignore_case=True, expected=True)
        _found(
            kit,
            ("\u041f\u043e\u0436\u0430\u0440", ""),
            ("\u043f\u043e\u0436\u0430\u0440", ""),
            ignore_case=True,
            expected=True,
        )

    def test_accents_count_also_without_case(self, kit: Kit) -> None:
        _found(kit, ("Caf\u00e9", ""), ("Cafe", ""), ignore_case=False, expected=False)
        _found(kit, ("Caf\u00e9", ""), ("CAFE", ""), ignore_case=True, expected=False)

    def test_stored_names_are_compared_normalised(self, kit: Kit) -> None:
        _found(kit, ("Cafe\u0301 ", "\u00a0C-1"), ("Caf\u00e9", ""), ignore_case=False, expected=True)
        _found(kit, ("Cafe\u0301 ", "\u00a0C-1"), ("", "C-1"), ignore_case=False, expected=True)

    def test_the_end_of_a_long_certification_name_counts(self, kit: Kit) -> None:
        names = "n" * 254 + "a", "i" * 99 + "a"
        _found(kit, names, names, ignore_case=False, expected=True)
        _found(kit, names, ("n" * 254 + "b", "i" * 99 + "b"), ignore_case=False, expected=False)

    def test_without_case_all_that_fit_are_told(self, kit: Kit) -> None:
        for short_name in ("Fire", "FIRE"):
            kit.world.add_certification(short_name, f"no. {short_name}", rule=LASTING)
        reference = CertificationRef("Fire", "")
        found = kit.find_certifications(reference, ignore_case=True).get(reference, ())
        if len(found) != 2:
            what = f"Without case, two certifications fit; it answered with {len(found)}."
            kit.wrong(_FIND, what, "Answer with all that fit: the plugin prefers the one that fits exactly.", reference)

    def test_odd_names_are_unknown(self, kit: Kit) -> None:
        kit.certification("Fire", "F-1")
        odd = ("F_re", "Fi%", "Fire'; --", "\\", "\U0001f600" * 255, "Fire Fire", "*")
        references = [CertificationRef(name, "") for name in odd] + [CertificationRef("", name[:100]) for name in odd]
        for ignore_case in (False, True):
            found = kit.find_certifications(*references, ignore_case=ignore_case)
            if found:
                what = f"It answered with certifications for names that none has: {list(found)}."
                kit.wrong(_FIND, what, COMPARE_CERTIFICATIONS)

    @pytest.mark.parametrize("active", [True, False])
    def test_inactive_certifications_are_told_as_such(self, kit: Kit, active: bool) -> None:
        told = kit.certification(active=active).active
        if told is not active:
            what = f"A certification that is {'active' if active else 'inactive'} is told with active={told}."
            kit.wrong(_FIND, what, "Find inactive ones too, and set `active`: they are imported with a warning.")

    @pytest.mark.parametrize("name", _RULES)
    def test_the_rule_is_told_as_it_is(self, kit: Kit, name: str) -> None:
        told = kit.certification(rule=_RULES[name]).rule
        if told != _RULES[name]:
            what = f"The rule of the certification is {_RULES[name]}; it is told as {told}."
            kit.wrong(
                _FIND, what, "Tell the rule by which the LMS computes expiry dates; None if records never expire."
            )

    @pytest.mark.parametrize("limit", [1, 2, 3, 1000])
    def test_all_are_listed_page_by_page(self, kit: Kit, limit: int) -> None:
        added = [kit.certification(f"C{number}", active=number != 2).key for number in range(5)]
        listed, after = list[str](), ""
        while page := kit.list_certifications(after, limit):
            listed += [each.key for each in page]
            after = page[-1].key
            if len(listed) != len(set(listed)):
                mend = "Answer with those whose keys come after `after`, in the order in which you compare them."
                kit.wrong(_LIST, f"With limit={limit} a certification is listed twice: {listed}.", mend)
            if len(page) < limit:
                break
        missing = set(added) - set(listed)
        if missing:
            what = f"With limit={limit} it leaves out {sorted(missing)}, of {len(added)} certifications."
            mend = "List all certifications, also inactive ones, in pages of `limit`: a shorter page is the last one."
            kit.wrong(_LIST, what, mend)

    def test_after_the_last_there_is_none(self, kit: Kit) -> None:
        kit.certification()
        last = kit.list_certifications()[-1]
        page = kit.hosts.ask(_LIST, lambda answer: answer.value, actor=kit.actor, after=last.key, limit=10)
        if page is None or len(page):
            what = f"After the last certification, {last.key!r}, it answered {page!r}."
            kit.wrong(_LIST, what, "Answer with an empty list when no key comes after `after`.")

    def test_listed_and_found_are_the_same(self, kit: Kit) -> None:
        found = kit.certification("Fire", "F-1", active=False)
        listed = {each.key: each for each in kit.list_certifications()}.get(found.key)
        if listed != found:
            what = f"It is found as {found}, and listed as {listed}."
            kit.wrong(_LIST, what, "Make the values for both hooks by one function.", found.key)


def _found(kit: Kit, names: tuple[str, str], asked: tuple[str, str], *, ignore_case: bool, expected: bool) -> None:
    if names not in kit.added:
        kit.world.add_certification(*names, rule=LASTING)
        kit.added.add(names)
    reference = CertificationRef(*asked)
    found = reference in kit.find_certifications(reference, ignore_case=ignore_case)
    if found is not expected:
        case = "without case" if ignore_case else "with case"
        verb = "finds" if found else "does not find"
        what = f"Asked {case}, it {verb} the certification that is stored as {names!a}."
        kit.wrong(_FIND, what, COMPARE_CERTIFICATIONS, reference)
