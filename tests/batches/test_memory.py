"""The collector of cycles stays away while portions are worked on, by one thread or several, and always comes back."""

import gc
from threading import Barrier, Thread

import pytest

from cert_completion_plugin.batches.memory import without_collecting


@pytest.fixture(autouse=True)
def _enabled():
    gc.enable()
    yield
    gc.enable()


def test_it_stays_away_for_as_long_as_a_call_takes():
    seen = without_collecting(gc.isenabled)()
    assert (seen, gc.isenabled()) == (False, True)


def test_it_stays_away_where_it_was_away():
    gc.disable()
    without_collecting(int)()
    assert not gc.isenabled()


def test_it_comes_back_after_an_error():
    with pytest.raises(ValueError, match="invalid literal"):
        without_collecting(int)("x")
    assert gc.isenabled()


def test_it_comes_back_when_the_last_of_several_threads_is_done():
    first_is_in, second_is_in, first_is_out = Barrier(2), Barrier(2), Barrier(2)
    seen = {}

    def first():
        first_is_in.wait(10)
        second_is_in.wait(10)

    def second():
        second_is_in.wait(10)
        first_is_out.wait(10)
        seen["second"] = gc.isenabled()

    one, other = (Thread(target=without_collecting(work)) for work in (first, second))
    one.start()
    first_is_in.wait(10)
    other.start()
    one.join(10)
    first_is_out.wait(10)
    other.join(10)
    assert (seen["second"], gc.isenabled()) == (False, True)
