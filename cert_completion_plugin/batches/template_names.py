"""The certifications that an administrator may put into a file: for the template's second sheet."""

from itertools import islice

from cert_completion_hooks.types import Actor, Certification

from cert_completion_plugin.batches.asking import asking
from cert_completion_plugin.gateway import gateway

MOST = 20_000
"""Certifications beyond these are left out, so that the template stays a file one can open at once."""


def certifications_for(actor: Actor) -> list[Certification]:
    """The active certifications that this administrator may touch, in the host's order. Raises CannotTell."""
    with asking("certifications"):
        listed = gateway().acting_for(actor).list_certifications()
        return list(islice((each for each in listed if each.allowed and each.active), MOST))
