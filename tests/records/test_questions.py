from datetime import date

import pytest
from cert_completion_hooks import (
    Actor,
    Capability,
    CertificationRef,
    CertificationState,
    EvidenceType,
    LearnerStatus,
    Period,
    PeriodUnit,
    RecertificationRule,
    RuleKind,
    StateKey,
)
from cert_completion_records import host
from cert_completion_records.models import Certification, Rule
from django.contrib.auth import get_user_model
from django.core.exceptions import ImproperlyConfigured

pytestmark = pytest.mark.django_db

ACTOR = Actor(key="0", username="admin")


def test_the_host_says_that_it_can_do_everything():
    info = host.host_info()
    assert info.capabilities == frozenset(Capability)
    assert info.database_alias == "default"
    assert info.record_of_learning_path.endswith("/record-of-learning/{key}/")


def test_without_the_page_in_the_urls_there_is_no_path_to_it(settings):
    settings.ROOT_URLCONF = "django.contrib.auth.urls"
    assert host.host_info().record_of_learning_path == ""


def test_learners_are_found_by_their_exact_name():
    create = get_user_model().objects.create_user
    pat, lower, suspended = create("Pat"), create("pat2"), create("sue")
    suspended.is_active = False
    suspended.save()
    found = host.find_learners(["Pat", "PAT2", "Pat2", "sue", "nobody"])
    assert {name: [one.key for one in learners] for name, learners in found.items()} == {
        "Pat": [str(pat.pk)],
        "sue": [str(suspended.pk)],
    }
    assert found["sue"][0].status == LearnerStatus.SUSPENDED
    assert found["Pat"][0].status == LearnerStatus.ACTIVE
    assert host.find_learners(["pat2"])["pat2"][0].key == str(lower.pk)


def test_learners_are_found_in_either_unicode_form_but_not_without_their_accents():
    model = get_user_model()
    composed = model.objects.create(username="jos\u00e9")
    decomposed = model.objects.create(username="rene\u0301")
    found = host.find_learners(["jos\u00e9", "ren\u00e9", "jose", "rene"])
    assert {name: [one.key for one in learners] for name, learners in found.items()} == {
        "jos\u00e9": [str(composed.pk)],
        "ren\u00e9": [str(decomposed.pk)],
    }


def test_two_learners_whose_names_become_equal_are_both_told(django_db_blocker):
    model = get_user_model()
    model.objects.create(username="jos\u00e9")
    model.objects.create(username="jose\u0301")
    assert len(host.find_learners(["jos\u00e9"])["jos\u00e9"]) == 2


def test_many_learners_take_few_queries(django_assert_num_queries, learner):
    with django_assert_num_queries(2):
        found = host.find_learners([f"user{number}" for number in range(5000)] + ["ana"])
    assert list(found) == ["ana"]


@pytest.fixture
def certifications(db):
    names = [("Fire", "F-1"), ("fire", "F-2"), ("Caf\u00e9 ", ""), ("", "F-1"), ("Stra\u00dfe", "S")]
    return [Certification.objects.create(short_name=short, id_number=number, full_name="X") for short, number in names]


@pytest.mark.parametrize(
    ("reference", "ignore_case", "expected"),
    [
        (("Fire", ""), False, [0]),
        (("Fire", ""), True, [0, 1]),
        (("", "F-1"), False, [0, 3]),
        (("Fire", "F-2"), False, [0, 1]),
        (("fire", "F-1"), False, [0, 1, 3]),
        (("Caf\u00e9", ""), False, [2]),
        (("Cafe", ""), True, []),
        (("STRASSE", ""), True, [4]),
        (("STRASSE", ""), False, []),
        (("FIRE", ""), False, []),
        (("F-1", ""), False, []),
    ],
)
def test_certifications_are_found_by_either_name(certifications, reference, ignore_case, expected):
    reference = CertificationRef(*reference)
    found = host.find_certifications(ACTOR, [reference], ignore_case)
    assert sorted(one.key for one in found.get(reference, ())) == sorted(str(certifications[n].pk) for n in expected)
    assert (reference in found) == bool(expected)


def test_many_references_take_two_queries(certifications, django_assert_num_queries):
    references = [CertificationRef(f"short {number}", f"number {number}") for number in range(1000)]
    with django_assert_num_queries(2):
        host.find_certifications(ACTOR, [*references, CertificationRef("Fire", "")], False)


def test_a_certification_is_told_with_its_rule():
    Certification.objects.create(
        short_name="x",
        full_name="Long",
        rule=Rule.FIXED_EXPIRY_DATE,
        active_count=2,
        minimum_active_count=6,
        is_active=False,
    )
    Certification.objects.create(short_name="y", full_name="Ever", rule=Rule.NEVER_EXPIRES)
    first, second = host.list_certifications(ACTOR, "", 10)
    assert first.rule == RecertificationRule(
        kind=RuleKind.FIXED_EXPIRY_DATE,
        active=Period(2, PeriodUnit.YEAR),
        window=Period(1, PeriodUnit.MONTH),
        minimum_active=Period(6, PeriodUnit.MONTH),
    )
    assert (first.active, first.allowed, first.full_name) == (False, True, "Long")
    assert (second.active, second.rule) == (True, None)


def test_certifications_are_listed_a_page_at_a_time():
    for number in range(12):
        Certification.objects.create(short_name=f"c{number}", full_name="X")
    listed, after = [], ""
    while page := host.list_certifications(ACTOR, after, 5):
        listed += [one.short_name for one in page]
        after = page[-1].key
    assert listed == [f"c{number}" for number in range(12)]
    assert host.list_certifications(ACTOR, "no key", 5) == []


@pytest.mark.parametrize(
    ("day", "state"),
    [
        ("2026-01-31", CertificationState.CERTIFIED),
        ("2026-02-01", CertificationState.WINDOW_OPEN),
        ("2026-02-28", CertificationState.WINDOW_OPEN),
        ("2026-03-01", CertificationState.EXPIRED),
    ],
)
def test_the_state_turns_on_the_day_itself(hold, record, key, day, state):
    hold(record("2025-03-01", "2026-03-01", "2026-02-01"))
    assert host.find_completion_states([key], date.fromisoformat(day))[key].state == state


def test_what_is_held_is_told_with_its_history(hold, record, key, state_of):
    hold(record("2025-03-01", "2026-03-01", "2026-02-01"), (record("2024-03-01", "2025-03-01"), record("2020-01-01")))
    state = state_of(key)
    assert state.current == record("2025-03-01", "2026-03-01", "2026-02-01")
    assert set(state.history) == {record("2024-03-01", "2025-03-01"), record("2020-01-01")}
    assert state.assigned


def test_pairs_without_anything_are_absent(hold, key, learner):
    hold(assigned=False)
    others = [StateKey("x", "y"), StateKey(str(learner.pk), "0" + key.certification_key), StateKey("9" * 30, "1")]
    assert host.find_completion_states([key, *others], date(2026, 1, 1)) == {}


def test_a_key_that_only_means_the_same_number_is_not_ours(hold, record, key):
    hold(record("2025-03-01", "2026-03-01"))
    others = [
        StateKey("0" + key.learner_key, key.certification_key),
        StateKey(key.learner_key, f" {key.certification_key}"),
    ]
    assert host.find_completion_states(others, date(2026, 1, 1)) == {}


def test_only_the_pairs_asked_for_are_told(hold, record, learner, certification, key):
    other = Certification.objects.create(short_name="o", full_name="O")
    second = get_user_model().objects.create(username="ben")
    for one in (learner, second):
        for held in (certification, other):
            hold(learner=one, certification=held)
    crossed = StateKey(str(second.pk), str(other.pk))
    assert set(host.find_completion_states([key, crossed], date(2026, 1, 1))) == {key, crossed}


def test_thousands_of_pairs_take_few_queries(hold, record, key, django_assert_num_queries):
    hold(record("2025-03-01", "2026-03-01"), (record("2024-03-01", "2025-03-01"),))
    keys = [key, *(StateKey(str(number), key.certification_key) for number in range(10**6, 10**6 + 4999))]
    with django_assert_num_queries(3):
        assert set(host.find_completion_states(keys, date(2026, 1, 1))) == {key}


def test_evidence_types_come_from_the_settings(settings):
    assert host.evidence_types() == ()
    fields = [{"name": "number", "kind": "text", "required": True}]
    settings.CERT_COMPLETION_RECORDS = {"EVIDENCE_TYPES": [{"name": "licence", "label": "Licence", "fields": fields}]}
    (kind,) = host.evidence_types()
    assert isinstance(kind, EvidenceType)
    assert (kind.label, kind.fields[0].required, kind.fields[0].label) == ("Licence", True, "number")
    settings.CERT_COMPLETION_RECORDS = {"EVIDENCE_TYPES": [{"name": "licence", "fields": [{"name": "x", "kind": "?"}]}]}
    with pytest.raises(ImproperlyConfigured, match="EVIDENCE_TYPES"):
        host.evidence_types()
