import pytest
from celery import Celery
from django.core import checks

pytestmark = pytest.mark.django_db


def found():
    return [(message.id, message.msg) for message in checks.run_checks(tags=["cert_completion"])]


@pytest.fixture
def celery_app(monkeypatch):
    """The site has a Celery application, as the tests' site otherwise has not."""
    monkeypatch.setattr("cert_completion_plugin.tasks.has_app", lambda: True)


def test_a_site_without_a_celery_application_is_warned(monkeypatch):
    monkeypatch.setattr("cert_completion_plugin.tasks.current_app", Celery("default", set_as_current=False))
    assert [code for code, _ in found()] == ["cert_completion.W001"]


def test_a_site_in_order_has_nothing_to_mend(settings, celery_app):
    settings.CERT_COMPLETION = {"HOSTS": ["records"], "DEFAULTS": {"assign": "never", "separator": ";"}}
    assert found() == []


@pytest.mark.parametrize(
    ("given", "code", "text"),
    [
        ({"HOST": ["records"]}, "cert_completion.E001", "has no key 'HOST'"),
        ({"MAX_ROWS": 0}, "cert_completion.E001", "above zero"),
        ({"MAX_ROWS": True}, "cert_completion.E001", "above zero"),
        ({"HOSTS": "records"}, "cert_completion.E001", "list of one or more names"),
        ({"BASE_TEMPLATE": 5}, "cert_completion.E001", "must be a text"),
        ({"DEFAULTS": "auto"}, "cert_completion.E001", "CERT_COMPLETION['DEFAULTS'] must be a dictionary of options"),
        (
            {"DEFAULTS": {"colour": "red"}},
            "cert_completion.E001",
            "CERT_COMPLETION['DEFAULTS']: There is no option 'colour'",
        ),
        ({"DEFAULTS": {"assign": "perhaps"}}, "cert_completion.E001", "'assign' does not take 'perhaps'"),
        (["records"], "cert_completion.E001", "must be a dictionary"),
        ({"FILE_STORAGE": "attic"}, "cert_completion.E001", "attic"),
        ({"HOSTS": ["no_such_host"]}, "cert_completion.E002", "no_such_host"),
        ({"HOSTS": ["tests.doubles:yearly"]}, "cert_completion.E003", "host_info"),
    ],
)
def test_what_is_wrong_is_named_at_start_up(settings, given, code, text):
    settings.CERT_COMPLETION = given
    messages = found()
    assert code in [one for one, _ in messages]
    assert any(text in message for _, message in messages)
