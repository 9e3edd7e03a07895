"""What a request asks for: its body and its parameters, of which nothing is taken that is not understood."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.settings import api_settings

from cert_completion_plugin.rest.problems import Fault, not_valid, pointer

_CODES = {
    "required": "missing",
    "null": "missing",
    "blank": "missing",
    "empty": "missing",
    "invalid": "wrong_type",
    "invalid_choice": "not_offered",
    "not_a_list": "wrong_type",
    "max_length": "too_long",
    "min_value": "out_of_range",
    "max_value": "out_of_range",
    "max_string_length": "too_long",
    "null_characters_not_allowed": "unprintable",
    "surrogate_characters_not_allowed": "not_unicode",
}
"""Our codes for what Django REST framework finds; others go by its own."""

_MISSING = {
    "required": gettext_lazy("This is missing."),
    "null": gettext_lazy("This is missing."),
    "blank": gettext_lazy("This is missing."),
}


class Shaped(serializers.Field[Any, Any, Any, Any]):
    """A field that says for itself how it is described."""

    @property
    def shape(self) -> dict[str, Any]:
        """The schema of OpenAPI."""
        raise NotImplementedError


class Text(Shaped, serializers.CharField):
    """A text that says something, and nothing that could be made one."""

    @property
    def shape(self) -> dict[str, Any]:
        most = {} if self.max_length is None else {"maxLength": self.max_length}
        return {"type": "string", "minLength": 1, **most, "pattern": r"^[^\x00]*[^\x00\s][^\x00]*$"}

    default_error_messages: ClassVar[Any] = {**_MISSING, "invalid": gettext_lazy("This has to be a text.")}

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


class Whole(serializers.IntegerField):
    """A whole number, and no text of one."""

    default_error_messages: ClassVar[Any] = {**_MISSING, "invalid": gettext_lazy("This has to be a whole number.")}

    def to_internal_value(self, data: Any) -> int:
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("invalid")
        return data


class Flag(serializers.BooleanField):
    """True or false."""

    default_error_messages: ClassVar[Any] = {**_MISSING, "invalid": gettext_lazy("This has to be true or false.")}

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid")
        return data


class Body(serializers.Serializer[Any]):
    """What the body of a request may have."""


class Parameters(serializers.Serializer[Any]):
    """What may stand behind the question mark of an address."""


def body_of(request: Request, shape: type[Body]) -> dict[str, Any]:
    """The body of a request. Raises Problem, which names every place that is wrong."""
    return checked_body(request.data, shape)


def checked_body(data: Any, shape: type[Body]) -> dict[str, Any]:
    """A body that was read. Raises Problem."""
    if not isinstance(data, Mapping):
        raise not_valid(Fault(code="wrong_type", detail=_("The body has to be an object."), pointer=pointer()))
    read = shape(data=data)
    faults = [*_unknown_members(data, read.fields)]
    if not read.is_valid():
        faults += body_faults(read.errors)
    if faults:
        raise not_valid(*faults)
    return dict(read.validated_data)


def _unknown_members(data: Mapping[str, Any], known: Iterable[str]) -> Iterator[Fault]:
    names = ", ".join(known)
    for name in data:
        if name not in known:
            text = _("There is no “%(name)s” here. There are: %(names)s.") % {"name": name, "names": names}
            yield Fault(code="unknown", detail=text, pointer=pointer(name))


def body_faults(errors: Any, *path: str | int) -> Iterator[Fault]:
    """What Django REST framework found, each with its place."""
    if isinstance(errors, Mapping):
        for name, some in errors.items():
            yield from body_faults(some, *path, *(() if name == api_settings.NON_FIELD_ERRORS_KEY else (name,)))
        return
    for index, error in enumerate(errors):
        if isinstance(error, (Mapping, list)):
            yield from body_faults(error, *path, index)
        else:
            yield Fault(code=_code(error), detail=str(error), pointer=pointer(*path))


def _code(error: Any) -> str:
    code = getattr(error, "code", "invalid")
    return _CODES.get(code, code)


def parameters_of(request: Request, shape: type[Parameters]) -> dict[str, Any]:
    """The parameters of a request's address. Raises Problem, also for what nobody knows: it may be a slip."""
    given = request.query_params
    read = shape(data={name: given[name] for name in given})
    faults = [*_unknown_parameters(given, read.fields)]
    if not read.is_valid():
        faults += [
            Fault(code=_code(error), detail=str(error), parameter=name)
            for name, errors in read.errors.items()
            for error in errors
        ]
    if faults:
        raise not_valid(*faults)
    return dict(read.validated_data)


def _unknown_parameters(given: Any, known: Iterable[str]) -> Iterator[Fault]:
    names = ", ".join(known) or _("none")
    for name in given:
        if name not in known:
            text = _("There is no parameter “%(name)s” here. There are: %(names)s.") % {"name": name, "names": names}
            yield Fault(code="unknown", detail=text, parameter=name)
        elif len(given.getlist(name)) > 1:
            yield Fault(code="repeated", detail=_("This can be given once."), parameter=name)
