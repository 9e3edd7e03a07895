"""The kit's view of Django's databases: statements are counted, and cut off, wherever they go."""

import pytest
from cert_completion_hooks.conformance.store import DjangoStore
from django.contrib.auth import get_user_model
from django.db import OperationalError, transaction

pytestmark = pytest.mark.django_db


def names():
    return set(get_user_model().objects.values_list("username", flat=True))


def add(*usernames):
    for username in usernames:
        get_user_model().objects.create(username=username)


def test_statements_are_counted_while_the_context_lasts():
    store = DjangoStore()
    add("before")
    with store.counted() as statements:
        names()
        add("kim")
        assert statements() == 2
    names()
    assert statements() == 2


def test_after_so_many_every_statement_fails_and_what_went_before_can_be_rolled_back():
    with DjangoStore().broken_after(1):
        with pytest.raises(OperationalError), transaction.atomic():
            add("kim", "lee")
        with pytest.raises(OperationalError):
            names()
    assert names() == set()


def test_nothing_fails_before_that():
    with DjangoStore().broken_after(2):
        add("kim", "lee")
    assert names() == {"kim", "lee"}
