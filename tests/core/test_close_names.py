"""Close names (import-rules.md §3, certification_close_match), against a plain comparison of all names."""

import unicodedata

import pytest
from cert_completion_hooks.types import Certification, CertificationRef
from hypothesis import example, given
from hypothesis import strategies as st

from cert_completion_plugin.core.close_names import CloseNames, is_slip


def certification(key: str, short_name: str, id_number: str = "") -> Certification:
    return Certification(key=key, short_name=short_name, id_number=id_number)


def nearest_short_name(known: str, given_name: str) -> str | None:
    nearest = CloseNames([certification("1", known)]).closest(CertificationRef(given_name, ""))
    return nearest.name if nearest else None


@pytest.mark.parametrize(
    "written",
    [
        "forklift driving",
        "FORKLIFTDRIVING",
        "Forklift-Driving.",
        "Forklift  (Driving)",
        "Forkliftt Driving",
        "Forklit Driving",
        "Forklift Drivimg",
        "Froklift Driving",
        "Forklif tDriving",
        "XForklift Driving",
        "Forklift Drivin",
        "orklift Driving",
        "Forklift Drivign",
    ],
)
def test_case_punctuation_and_one_slip_are_close(written: str) -> None:
    assert nearest_short_name("Forklift Driving", written) == "Forklift Driving"


@pytest.mark.parametrize(
    ("known", "written"),
    [
        ("Forklift Driving", "Forklift Drvn"),
        ("Forklift Driving", "Froklift Drivign"),
        ("Forklift Driving", "Rigging"),
        ("Course 2024", "Course 2025"),
        ("Course 2024", "Course 20244"),
        ("Course 2024", "Course 224"),
        ("Course 2024", "Course 2042"),
        ("Course 1B", "Course B1"),
        ("Course 1", "Course l"),
        ("Course A", "Course 1"),
        ("FA1XX", "FA2XX"),
        ("Skif", "Skof"),
        ("Skif", "Skiff"),
        ("Fire", "Fires"),
        ("---", "///"),
    ],
)
def test_two_slips_digits_and_short_names_are_not_close(known: str, written: str) -> None:
    assert nearest_short_name(known, written) is None


@pytest.mark.parametrize(
    ("known", "written"),
    [("Barge", "Bargex"), ("Barge", "Bareg"), ("B-a-r-g-e", "Berge"), ("Cafè1", "Cafe1"), ("AB", "a b"), ("7", " 7.")],
)
def test_five_letters_and_digits_are_enough_for_a_slip_and_case_needs_none(known: str, written: str) -> None:
    assert nearest_short_name(known, written) == known


def test_composed_decomposed_and_foreign_letters_count_as_letters() -> None:
    assert nearest_short_name("Hygiène", "hygie\u0300ne") == "Hygiène"
    assert nearest_short_name("Straße", "STRASSE") == "Straße"
    assert nearest_short_name("消防安全訓練", "消防安全訓鍊") == "消防安全訓練"
    assert nearest_short_name("一二三四五", "一二三四六") == "一二三四五"  # numerals, but letters
    assert nearest_short_name("Module ٣", "Module ٤") is None  # another digit


def test_marks_are_kept_but_are_no_letters_of_their_own() -> None:
    assert nearest_short_name("किकि", "काका") is None
    assert nearest_short_name("किकिab", "किकिac") is None
    assert nearest_short_name("किकिabc", "किकिabd") == "किकिabc"


def test_short_names_are_not_compared_with_id_numbers() -> None:
    names = CloseNames([certification("1", "Forklift", "Rigging")])
    assert names.closest(CertificationRef("rigging", "forklift")) is None
    assert names.closest(CertificationRef("", "rigging")) == (
        certification("1", "Forklift", "Rigging"),
        "Rigging",
        True,
    )


def test_of_several_the_one_without_a_slip_then_the_smallest_key_is_named() -> None:
    slip, lower, upper = certification("1", "Forklifts"), certification("2", "forklift"), certification("3", "FORKLIFT")
    for known in ([slip, lower, upper], [upper, lower, slip]):
        nearest = CloseNames(known).closest(CertificationRef("Forklift", ""))
        assert nearest == (lower, "forklift", False)
        nearest = CloseNames(known).closest(CertificationRef("Forkliftz", ""))
        assert nearest == (slip, "Forklifts", False)


def test_an_id_number_without_a_slip_comes_before_a_short_name_with_one() -> None:
    by_slip, by_id = certification("1", "Forklift", "A"), certification("2", "Rigging", "RIG-7")
    nearest = CloseNames([by_slip, by_id]).closest(CertificationRef("Forkliff", "rig7"))
    assert nearest == (by_id, "RIG-7", True)


def core_of(name: str) -> str:
    text = unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
    return "".join(letter for letter in text if unicodedata.category(letter)[0] in ("L", "N", "M"))


def slips_of(core: str, letters: str) -> set[str]:
    """Every text one slip away, by trying all of them."""
    letters = "".join(letter for letter in letters if not letter.isdigit())
    changed: set[str] = set()
    for place in range(len(core) + 1):
        changed.update(core[:place] + letter + core[place:] for letter in letters)
        if core[place : place + 1].isdigit() or place == len(core):
            continue
        changed.add(core[:place] + core[place + 1 :])
        changed.update(core[:place] + letter + core[place + 1 :] for letter in letters)
        if not core[place + 1 : place + 2].isdigit():
            changed.add(core[:place] + core[place + 1 : place + 2] + core[place] + core[place + 2 :])
    return changed


def is_close(name: str, other: str) -> bool:
    one, two = core_of(name), core_of(other)
    if not one or not two:
        return False
    long_enough = min(sum(map(str.isalnum, text)) for text in (one, two)) >= 5
    return one == two or (long_enough and two in slips_of(one, two))


names = st.text(alphabet="abcAB12 -é\u0301ß", min_size=1, max_size=8)
near_names = st.text(alphabet="ab1", min_size=4, max_size=7)


@given(st.lists(names | near_names, min_size=1, max_size=12), names | near_names)
@example(["aabb1"], "abab1")
@example(["abab1"], "aba1")
@example(["ab1ab"], "abb1a")
@example(["aabba", "aaaba"], "aabaa")
def test_the_index_finds_what_a_plain_comparison_of_all_names_finds(known: list[str], written: str) -> None:
    certifications = [certification(f"{number:02}", name) for number, name in enumerate(known)]
    close = [one for one in certifications if is_close(one.short_name, written)]
    expected = min(close, key=lambda one: (core_of(one.short_name) != core_of(written), one.key), default=None)
    nearest = CloseNames(reversed(certifications)).closest(CertificationRef(written, ""))
    assert (nearest and nearest.certification) == expected


@given(near_names, near_names)
@example("abab1", "aba11")
@example("aabb1", "aabbb")
@example("aabb1", "aabb11")
def test_a_slip_is_what_a_plain_trial_of_all_slips_finds(one: str, two: str) -> None:
    if one != two:
        assert is_slip(one, two) == (two in slips_of(one, two)) == (one in slips_of(two, one))
