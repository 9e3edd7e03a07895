"""The setting WATCHED: what it takes, and what is told of what it does not."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from cert_completion_plugin import conf
from tests.watching.conftest import watch

PLACE = {"directory": "/srv/imports", "user": "hr"}


def places(settings, *given):
    watch(settings, *given)
    return conf.settings().watched


@pytest.fixture(autouse=True)
def world(settings):
    settings.CERT_COMPLETION = {}


def test_a_directory_and_a_storage(settings):
    first, second = places(
        settings,
        {"directory": Path("/srv/imports/"), "user": "hr", "options": {"assign": "never"}, "pattern": "*.csv"},
        {"storage": "default", "prefix": "/incoming/hr/", "user": "hr", "marker": ".done", "stable_seconds": 5},
    )
    assert (first.location, first.patterns, first.stable_seconds) == ("/srv/imports", ("*.csv",), 60)
    assert first.options == {"assign": "never"}
    assert (second.location, second.marker, second.stable_seconds) == ("default:incoming/hr", ".done", 5)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("/srv", "must be a dictionary"),
        ({**PLACE, "folder": 1}, "has no key 'folder'"),
        ({"directory": "/srv"}, 'needs a "user"'),
        ({"user": "hr"}, 'needs either a "directory" or a "storage"'),
        ({**PLACE, "storage": "default", "prefix": "x"}, 'needs either a "directory" or a "storage"'),
        ({"storage": "default", "user": "hr"}, 'needs a "prefix" with a "storage"'),
        ({**PLACE, "prefix": "x"}, 'needs a "prefix" with a "storage"'),
        ({**PLACE, "directory": "srv"}, "must be an absolute path"),
        ({**PLACE, "directory": "/srv/../etc"}, "must be an absolute path without “..”"),
        ({**PLACE, "directory": "/srv\0"}, "must be an absolute path"),
        ({"storage": "default", "prefix": "a/../b", "user": "hr"}, "must be a path within the storage"),
        ({"storage": "default", "prefix": "/", "user": "hr"}, "must be a path within the storage"),
        ({"storage": "default", "prefix": "a\\b", "user": "hr"}, "must be a path within the storage"),
        ({**PLACE, "options": {"assign": "sometimes"}}, "The option 'assign' does not take 'sometimes'"),
        ({**PLACE, "options": []}, "must be a dictionary of options"),
        ({**PLACE, "pattern": []}, "must be a pattern of file names"),
        ({**PLACE, "stable_seconds": 0}, "must be a whole number of seconds above zero"),
        ({**PLACE, "marker": "done"}, "such as “.done”"),
        ({**PLACE, "marker": "./x"}, "such as “.done”"),
        ({**PLACE, "user": 7}, "'user' must be a text"),
    ],
)
def test_what_is_wrong_with_a_place_is_told_with_its_number(settings, given, told):
    with pytest.raises(ImproperlyConfigured) as error:
        places(settings, {"directory": "/elsewhere", "user": "hr"}, given)
    assert str(error.value).startswith("CERT_COMPLETION['WATCHED'][1] ")
    assert told.replace("“.done”", '".done"') in str(error.value)


def test_it_is_a_list(settings):
    settings.CERT_COMPLETION = {"WATCHED": PLACE}
    with pytest.raises(ImproperlyConfigured, match="must be a list of dictionaries"):
        conf.settings()


@pytest.mark.parametrize("other", ["/srv/imports", "/srv/imports/done", "/srv"])
def test_no_place_lies_within_another(settings, other):
    with pytest.raises(ImproperlyConfigured, match="places within each other"):
        places(settings, PLACE, {"directory": other, "user": "hr"})
    assert len(places(settings, PLACE, {"directory": "/srv/imports2", "user": "hr"})) == 2
    assert len(places(settings, PLACE, {"storage": "default", "prefix": "srv/imports", "user": "hr"})) == 2
