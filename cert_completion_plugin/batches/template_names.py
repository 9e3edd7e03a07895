"""The certifications that an administrator may put into a file: for the template's second sheet."""

from itertools import islice

from cert_completion_hooks.types import Actor, Certification, HostUnavailable

from cert_completion_plugin import logbook
from cert_completion_plugin.batches.evidence_types import CannotTell
from cert_completion_plugin.batches.trouble import reference_of
from cert_completion_plugin.gateway import HostContractError, gateway

MOST = 20_000
"""Certifications beyond these are left out, so that the template stays a file one can open at once."""


def certifications_for(actor: Actor) -> list[Certification]:
    """The active certifications that this administrator may touch, in the host's order. Raises CannotTell."""
    try:
        listed = gateway().acting_for(actor).list_certifications()
        return list(islice((each for each in listed if each.allowed and each.active), MOST))
    except (HostUnavailable, HostContractError) as error:
        raise CannotTell(reference_of(logbook.HOST_CANNOT_TELL, error, question="certifications")) from error
