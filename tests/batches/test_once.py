"""A request with a key makes one import, however often it comes."""

from contextlib import nullcontext
from datetime import timedelta
from time import sleep

import pytest
from django.db import OperationalError, transaction
from django.utils import timezone

from cert_completion_plugin import api, batches
from cert_completion_plugin.models import ImportBatch, RequestKey
from cert_completion_plugin.store import request_keys
from tests import people
from tests.batches.conftest import HEADINGS
from tests.batches.test_decisions_at_once import at_once

CONTENT = (HEADINGS + "a00,Forklift,,2025-06-01,\n").encode()


@pytest.fixture(autouse=True)
def _world(world):
    pass


def once(user, key="k1", request="a" * 64, chunks=(CONTENT,), **options):
    chosen = api.Options.from_mapping(options)
    given = {"key": key, "request_sha256": request, "file_name": "records.csv", "options": chosen}
    return api.submit_once(user, chunks, **given)


@pytest.mark.django_db
def test_the_same_request_gives_the_same_import(uploader):
    first, second = once(uploader), once(uploader)
    assert (first[1], second[1]) == (True, False)
    assert first[0].id == second[0].id
    assert ImportBatch.objects.count() == 1


@pytest.mark.django_db
def test_the_import_is_given_as_it_is_now(uploader):
    batch, _ = once(uploader)
    api.work_off(batch.id)
    assert once(uploader)[0].state == "awaiting_approval"


@pytest.mark.django_db
def test_another_request_with_the_key_is_told_so(uploader):
    once(uploader)
    with pytest.raises(api.KeyReused):
        once(uploader, request="b" * 64)
    assert ImportBatch.objects.count() == 1


@pytest.mark.django_db
def test_keys_are_each_users_own_and_compared_exactly(uploader):
    other = people.person("other")
    made = [once(uploader), once(other), once(uploader, key="K1"), once(uploader, key="k1 ")]
    assert all(is_new for _, is_new in made)
    assert ImportBatch.objects.count() == 4


@pytest.mark.django_db
def test_neither_key_nor_request_is_kept(uploader):
    once(uploader, key="secret", request="c" * 64)
    kept = RequestKey.objects.get()
    assert len(kept.key_sha256) == len(kept.request_sha256) == 64
    assert "secret" not in kept.key_sha256


@pytest.mark.django_db
def test_a_request_that_fails_leaves_its_key_unused(uploader):
    with pytest.raises(api.OptionNotOffered):
        once(uploader, evidence_type="there is none")
    assert not RequestKey.objects.exists()
    assert once(uploader)[1] is True


@pytest.mark.django_db
def test_who_may_not_upload_any_more_is_given_nothing(uploader):
    once(uploader)
    uploader = people.holding(uploader, "view_import_report")
    with pytest.raises(api.Denied):
        once(uploader)


@pytest.mark.django_db
def test_a_key_is_a_new_one_after_its_time(uploader):
    first, _ = once(uploader)
    RequestKey.objects.update(used_at=timezone.now() - api.KEYS_KEPT_FOR - timedelta(seconds=1))
    second, is_new = once(uploader, request="b" * 64)
    assert is_new
    assert first.id != second.id
    assert once(uploader, request="b" * 64) == (second, False)
    assert RequestKey.objects.count() == 1


@pytest.mark.django_db
def test_the_sweep_deletes_old_keys_and_no_imports(uploader):
    once(uploader)
    once(uploader, key="k2")
    RequestKey.objects.filter(pk=RequestKey.objects.earliest("pk").pk).update(
        used_at=timezone.now() - api.KEYS_KEPT_FOR - timedelta(seconds=1)
    )
    batches.forget_old_keys()
    assert RequestKey.objects.count() == 1
    assert ImportBatch.objects.count() == 2


@pytest.mark.django_db
def test_an_old_key_is_taken_anew_once(uploader, monkeypatch):
    once(uploader)
    RequestKey.objects.update(used_at=timezone.now() - api.KEYS_KEPT_FOR - timedelta(seconds=1))
    taken_over = request_keys._taken_over

    def by_another_first(row, given):
        RequestKey.objects.update(used_at=timezone.now())
        return taken_over(row, given)

    monkeypatch.setattr(request_keys, "_taken_over", by_another_first)
    with pytest.raises(api.KeyBusy):
        once(uploader)
    assert ImportBatch.objects.count() == 1


@pytest.mark.django_db
def test_a_wait_that_is_too_long_is_told(uploader, monkeypatch):
    def locked(**given):
        raise OperationalError("database is locked")

    monkeypatch.setattr(RequestKey.objects, "create", locked)
    with pytest.raises(api.KeyBusy):
        once(uploader)


@pytest.mark.django_db
def test_an_import_that_cannot_be_seen_yet_is_not_made_again(uploader, monkeypatch):
    """As where a transaction sees what was committed before it began, and no more."""
    once(uploader)
    monkeypatch.setattr(request_keys, "get", lambda batch_id: None)
    with pytest.raises(api.KeyBusy):
        once(uploader)
    assert ImportBatch.objects.count() == 1


@pytest.mark.server
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("in_transaction", [False, True], ids=["alone", "in-a-transaction"])
def test_of_requests_at_once_one_makes_the_import_and_the_others_wait_for_it(uploader, in_transaction):
    """`in_transaction`: as with ATOMIC_REQUESTS, where something was read before."""

    def slowly():
        yield CONTENT[:10]
        sleep(0.5)
        yield CONTENT[10:]

    def send():
        with transaction.atomic() if in_transaction else nullcontext():
            assert ImportBatch.objects.count() == 0
            sleep(0.1)
            return once(uploader, chunks=slowly())

    made = at_once(*[send] * 3)
    assert sorted(is_new for _, is_new in made) == [False, False, True]
    assert len({batch.id for batch, _ in made}) == ImportBatch.objects.count() == 1
