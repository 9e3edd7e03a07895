"""The commands that are there on Open edX alone."""

import pytest
from django.core.management import load_command_class

NAMES = ("cert_completion_certificates", "cert_completion_forget_retired")


@pytest.mark.parametrize("name", NAMES)
def test_every_command_says_what_it_does_and_how_it_ends(name):
    command = load_command_class("cert_completion_openedx", name)
    text = " ".join(command.create_parser("manage.py", name).format_help().split())
    assert command.help in text
    assert "Exit code 0:" in text
