"""Learners of the platform: who is found, who counts as suspended, and who as gone."""

import unicodedata

import pytest
from cert_completion_hooks import LearnerStatus
from cert_completion_openedx.learners import find_learners
from django.apps import apps

from tests.openedx.platform.student.models import UserProfile, UserStanding
from tests.openedx.platform.user_api.models import UserRetirementStatus


@pytest.fixture
def user(django_user_model, db):
    def user(username, **more):
        return django_user_model.objects.create(username=username, **more)

    return user


def status_of(username):
    [learner] = find_learners([username])[username]
    return learner.status


def test_an_account_as_most_are(user):
    ana = user("ana", first_name="Ana", last_name="Ito")
    [learner] = find_learners(["ana", "nobody"])["ana"]
    assert (learner.key, learner.username, learner.status) == (str(ana.pk), "ana", LearnerStatus.ACTIVE)
    assert learner.full_name == "Ana Ito"
    assert list(find_learners(["ana", "nobody"])) == ["ana"]


def test_the_name_of_the_profile_comes_first(user):
    UserProfile._default_manager.create(user=user("ana", first_name="A."), name="Ana Ito")
    assert find_learners(["ana"])["ana"][0].full_name == "Ana Ito"


def test_an_account_that_is_not_active_is_suspended(user):
    user("ana", is_active=False)
    assert status_of("ana") is LearnerStatus.SUSPENDED


@pytest.mark.parametrize(
    ("standing", "status"), [("disabled", LearnerStatus.SUSPENDED), ("enabled", LearnerStatus.ACTIVE)]
)
def test_support_can_disable_an_account_and_enable_it(user, standing, status):
    UserStanding._default_manager.create(user=user("ana"), account_status=standing)
    assert status_of("ana") is status


@pytest.mark.parametrize("is_active", [True, False])
def test_an_account_whose_retirement_has_begun_is_gone(user, is_active):
    UserRetirementStatus._default_manager.create(user=user("ana", is_active=is_active), original_username="ana")
    assert status_of("ana") is LearnerStatus.DELETED


def test_an_account_that_was_retired_is_gone_even_without_a_word_of_it(user, settings):
    user("retired__user_5f3c")
    assert status_of("retired__user_5f3c") is LearnerStatus.DELETED
    settings.RETIRED_USERNAME_PREFIX = "gone_"
    assert status_of("retired__user_5f3c") is LearnerStatus.ACTIVE
    user("gone_1")
    assert status_of("gone_1") is LearnerStatus.DELETED


@pytest.mark.parametrize("prefix", ["", None])
def test_a_site_that_names_no_prefix_has_not_retired_everybody(user, settings, prefix):
    settings.RETIRED_USERNAME_PREFIX = prefix
    user("ana")
    user("retired__user_5f3c")
    assert status_of("ana") is LearnerStatus.ACTIVE
    assert status_of("retired__user_5f3c") is LearnerStatus.DELETED


def test_case_counts_and_unicode_forms_do_not(user):
    user("ana")
    user(unicodedata.normalize("NFD", "josé"))
    assert find_learners(["Ana"]) == {}
    assert [each.username for each in find_learners(["josé"])["josé"]] == [unicodedata.normalize("NFD", "josé")]


def test_a_portion_is_one_query(user, django_assert_num_queries):
    for number in range(30):
        UserStanding._default_manager.create(user=user(f"ana{number}"), account_status="disabled")
    names = [f"ana{number}" for number in range(4000)]
    with django_assert_num_queries(1):
        assert len(find_learners(names)) == 30


def test_a_service_without_the_tables_of_the_platform(user, monkeypatch):
    """Such as Credentials, which has users alone."""
    UserRetirementStatus._default_manager.create(user=user("ana", first_name="Ana"), original_username="ana")
    configs = {label: app for label, app in apps.app_configs.items() if label not in ("student", "user_api")}
    monkeypatch.setattr(apps, "app_configs", configs)
    [learner] = find_learners(["ana"])["ana"]
    assert (learner.status, learner.full_name) == (LearnerStatus.ACTIVE, "Ana")
