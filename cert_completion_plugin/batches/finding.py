"""Looking up what somebody typed in order to find imports."""

from cert_completion_hooks.text import normalised
from cert_completion_hooks.types import Actor, CertificationRef

from cert_completion_plugin.batches.asking import asking
from cert_completion_plugin.gateway import gateway


def certification_keys(actor: Actor, name: str) -> tuple[str, ...]:
    """The keys of the certifications with this short name or ID number. Raises CannotTell."""
    if not (text := normalised(name)):
        return ()
    references = CertificationRef(text, ""), CertificationRef("", text)
    with asking("certification"):
        found = gateway().acting_for(actor).find_certifications(references, ignore_case=False)
    return tuple(dict.fromkeys(each.key for reference in references for each in found.get(reference, ())))
