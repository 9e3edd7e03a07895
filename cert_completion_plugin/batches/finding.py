"""Looking up what somebody typed in order to find imports."""

from cert_completion_hooks.text import normalised
from cert_completion_hooks.types import Actor, CertificationRef, HostUnavailable

from cert_completion_plugin import logbook
from cert_completion_plugin.batches.evidence_types import CannotTell
from cert_completion_plugin.batches.trouble import reference_of
from cert_completion_plugin.gateway import HostContractError, gateway


def certification_keys(actor: Actor, name: str) -> tuple[str, ...]:
    """The keys of the certifications with this short name or ID number. Raises CannotTell."""
    if not (text := normalised(name)):
        return ()
    references = CertificationRef(text, ""), CertificationRef("", text)
    try:
        found = gateway().acting_for(actor).find_certifications(references, ignore_case=False)
    except (HostUnavailable, HostContractError) as error:
        raise CannotTell(reference_of(logbook.HOST_CANNOT_TELL, error, question="certification")) from error
    return tuple(dict.fromkeys(each.key for reference in references for each in found.get(reference, ())))
