"""Certifications that were found before, as they are now."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from cert_completion_hooks.text import normalised
from cert_completion_hooks.types import Certification, CertificationRef

from cert_completion_plugin.core.ports import Host

_AT_ONCE = 1000
_NO_NAMES = CertificationRef("", "")


def certifications(host: Host, names: Mapping[str, CertificationRef]) -> dict[str, Certification]:
    """The certifications with these keys: asked for by the names they had, looked for by key where those changed.

    Keys of which there is no certification any more are absent. Raises HostUnavailable, HostContractError.
    """
    found: dict[str, Certification] = {}
    references = {CertificationRef(*map(normalised, each)) for each in names.values()} - {_NO_NAMES}
    for some in _batched(sorted(references)):
        for candidates in host.find_certifications(some, ignore_case=False).values():
            found.update((each.key, each) for each in candidates)
    if not names.keys() <= found.keys():
        found.update((each.key, each) for each in host.list_certifications() if each.key in names)
    return {key: found[key] for key in names if key in found}


def _batched(items: Iterable[CertificationRef]) -> Iterator[list[CertificationRef]]:
    remaining = iter(items)
    while some := list(islice(remaining, _AT_ONCE)):
        yield some
