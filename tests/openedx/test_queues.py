"""Messages go where the platform routes them, as JSON, and where the setting QUEUE says if it says so."""

import json

import pytest
from cert_completion_openedx import tasks as certificates

from cert_completion_plugin import broker, tasks
from tests.openedx.lms import CELERY_APP

DEFAULT, HIGH = "edx.lms.core.default", "edx.lms.core.high"


@pytest.fixture
def queued():
    """What lies in a queue of the broker, taken out."""

    def queued(name):
        with CELERY_APP.connection_for_read() as connection:
            queue = CELERY_APP.amqp.queues[name](connection.default_channel)
            queue.declare()
            found = []
            while message := queue.get(no_ack=True):
                found.append(message)
            return found

    for name in (DEFAULT, HIGH):
        queued(name)
    return queued


def names(messages):
    return [message.payload["task"] for message in messages]


def test_the_application_is_the_platforms():
    assert broker.has_app()
    assert not broker.is_eager()
    assert tasks.read_batch.app.main == "proj"


def test_by_default_the_platform_routes(queued):
    assert tasks._send(tasks.read_batch, 1)
    assert broker.queue_name() == DEFAULT
    assert names(queued(DEFAULT)) == ["cert_completion_plugin.read_batch"]


def test_the_platform_can_choose_a_queue_for_a_task(queued, settings):
    settings.EXPLICIT_QUEUES = {"cert_completion_plugin.work_on_batch": {"queue": HIGH}}
    assert tasks._send(tasks.read_batch, 1)
    assert tasks._send(tasks.work_on_batch, 1)
    assert broker.queue_name() == HIGH
    assert names(queued(DEFAULT)) == ["cert_completion_plugin.read_batch"]
    assert names(queued(HIGH)) == ["cert_completion_plugin.work_on_batch"]


def test_the_setting_goes_before_the_default(queued, settings):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "QUEUE": HIGH}
    assert tasks._send(tasks.read_batch, 1)
    assert broker.queue_name() == HIGH
    assert queued(DEFAULT) == []
    assert names(queued(HIGH)) == ["cert_completion_plugin.read_batch"]


def test_messages_are_json_and_name_a_number_alone(queued):
    assert tasks._send(tasks.work_on_batch, 7)
    [message] = queued(DEFAULT)
    assert message.content_type == "application/json"
    assert json.loads(message.body)["args"] == [7]


def test_certificates_go_the_same_way(queued, settings):
    certificates.send(7)
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "QUEUE": HIGH}
    certificates.send(7, seconds=2.5)
    [message] = queued(DEFAULT)
    assert names([message]) == ["cert_completion_openedx.issue_certificates"]
    assert json.loads(message.body)["args"] == [7]
    assert names(queued(HIGH)) == ["cert_completion_openedx.issue_certificates"]
