"""What a host may not offer as evidence types."""

import pytest
from cert_completion_hooks import EvidenceField, EvidenceType, FieldKind, hookimpl

from cert_completion_plugin.gateway import Gateway, HostContractError


def offered(actor, *types):
    class Host:
        @hookimpl
        def evidence_types(self):
            return types

    return Gateway({"mine": Host()}).evidence_types(actor)


def with_fields(*fields):
    return EvidenceType(name="Licence", fields=fields)


def text(name):
    return EvidenceField(name=name, kind=FieldKind.TEXT)


def choice(*choices):
    return EvidenceField(name="class", kind=FieldKind.CHOICE, choices=choices)


def test_names_that_differ_as_headings_and_choices_that_differ(actor):
    kind = with_fields(text("no"), text("number"), choice("b", "B", "c e"))
    assert offered(actor, kind, EvidenceType(name="licence")) == (kind, EvidenceType(name="licence"))


@pytest.mark.parametrize(
    ("evidence_type", "key"),
    [
        (EvidenceType(name=" \u200b"), " \u200b"),
        (with_fields(text("")), "Licence."),
        (with_fields(text(" -_ ")), "Licence. -_ "),
        (with_fields(text("Licence No"), text("licence_no")), "Licence.licence_no"),
        (with_fields(choice()), "Licence.class"),
        (with_fields(choice("a", " ")), "Licence.class"),
        (with_fields(choice("a", "a ")), "Licence.class"),
    ],
)
def test_types_that_no_file_could_fill(actor, evidence_type, key):
    with pytest.raises(HostContractError) as raised:
        offered(actor, evidence_type)
    assert (raised.value.hook, raised.value.host, raised.value.key) == ("evidence_types", "mine", key)
