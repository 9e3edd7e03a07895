"""The examples in docs/rest-api.md do what they say, one after another."""

import re
import shlex
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from cert_completion_plugin import api
from cert_completion_plugin.rest.problems import KINDS
from cert_completion_plugin.rest.urls import urlpatterns
from tests import doubles
from tests.rest.conftest import ROOT

pytestmark = pytest.mark.django_db

REPOSITORY = Path(__file__).parents[2]
TEXT = (REPOSITORY / "docs" / "rest-api.md").read_text(encoding="utf-8")
COMMANDS = [line for block in re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL) for line in block.splitlines()]
TAKES_A_VALUE = {"-u", "-H", "-d", "-F", "-X", "-o"}


def request_of(command):
    """What curl would send: method, address, headers, fields of a form or the body."""
    words = iter(shlex.split(command, comments=True)[1:])
    options, address = [], ""
    for word in words:
        if word in TAKES_A_VALUE:
            options.append((word, next(words)))
        else:
            address = word
    headers = dict(value.split(": ", 1) for option, value in options if option == "-H")
    body = next((value for option, value in options if option == "-d"), None)
    fields = dict(value.split("=", 1) for option, value in options if option == "-F")
    method = next((value for option, value in options if option == "-X"), "POST" if body or fields else "GET")
    return method, address, headers, fields, body


def sent(client, command):
    method, address, headers, fields, body = request_of(command)
    if fields:
        path = REPOSITORY / fields["file"].removeprefix("@")
        fields["file"] = SimpleUploadedFile(path.name, path.read_bytes())
        return client.post(address, fields, headers=headers)
    content_type = headers.pop("Content-Type", "")
    return client.generic(method, address, body or b"", content_type, headers=headers)


def test_the_examples_do_what_they_say(operator, world):
    client = Client()
    client.force_login(operator)
    world.add_learner("p.murphy")
    world.add_learner("r.evans")
    world.add_certification(doubles.yearly("site_induction", "si1"))
    reference, ran = "", 0
    for command in COMMANDS:
        if not command.startswith("curl"):
            assert re.match(r"(API|ME|IMPORT)=", command)
            continue
        own = command.replace("$IMPORT", f"{ROOT}/imports/{reference}").replace("$API", ROOT).replace("$ME", "me:me")
        response = sent(client, own)
        assert response.status_code == int(command.rpartition("# ")[2]), (command, response.content)
        if "Location" in response and response.status_code == 201:
            reference = response.json()["reference"]
        api.work_off(api.find(api.SYSTEM, reference).id)
        ran += 1
    assert ran > 15


def test_every_address_is_documented():
    """By its last part that is not a parameter."""
    for pattern in urlpatterns:
        words = re.findall(r"[a-z-]+", re.sub(r"<[^>]*>", "", str(pattern.pattern)))
        assert not words or words[-1] in TEXT, pattern
        assert all(word in TEXT for word in words)


def test_every_code_is_documented_with_its_status():
    rows = dict(re.findall(r"^\| (\d{3}(?:, \d{3})*) \| (.*) \|$", TEXT, re.MULTILINE))
    documented = {code: statuses for statuses, words in rows.items() for code in re.findall(r"`([a-z_]+)`", words)}
    for code, kind in KINDS.items():
        assert str(kind.status) in documented[code]
