"""The options of an import: as they were chosen, and as they may be."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from cert_completion_plugin.core.options import (
    AUTO,
    DATE_FORMATS,
    ENCODINGS,
    QUOTES,
    SEPARATORS,
    Assign,
    CommitPolicy,
    ImportAction,
    Messages,
    Options,
    OptionsError,
    UnknownCertification,
)
from cert_completion_plugin.rest.documents.common import words
from cert_completion_plugin.rest.problems import Fault, pointer
from cert_completion_plugin.rest.reading import Body

MOST_OF_TEXT = 255
"""Characters of an option that takes any text."""


def _one_of(*values: str) -> list[tuple[str, str]]:
    return words((AUTO, *values))


class OptionsDocument(Body):
    """The options of an import, frozen with it (import-rules.md §2)."""

    encoding = serializers.ChoiceField(choices=_one_of(*ENCODINGS))
    separator = serializers.ChoiceField(choices=_one_of(*SEPARATORS))
    quote = serializers.ChoiceField(choices=_one_of(*QUOTES))
    sheet = serializers.CharField(allow_blank=True, max_length=MOST_OF_TEXT, help_text="Empty is the first.")
    date_format = serializers.ChoiceField(choices=_one_of(*DATE_FORMATS))
    import_action = serializers.ChoiceField(choices=words(ImportAction))
    unknown_certification = serializers.ChoiceField(choices=words(UnknownCertification))
    evidence_type = serializers.CharField(
        allow_blank=True, max_length=MOST_OF_TEXT, help_text="Its name; empty is the default type."
    )
    ignore_case = serializers.BooleanField()
    assign = serializers.ChoiceField(choices=words(Assign))
    messages = serializers.ChoiceField(choices=words(Messages))
    commit_policy = serializers.ChoiceField(choices=words(CommitPolicy))
    review = serializers.BooleanField(help_text="Whether the import waits with its plan for approval.")


class ChosenOptions(OptionsDocument):
    """Options for a new import; what is left out is as the site has it by default (see `options`)."""

    def get_fields(self) -> dict[str, Any]:
        """The same, of which none has to be there."""
        found = super().get_fields()
        for each in found.values():
            each.required = False
        return found

    def run_validation(self, data: Any = serializers.empty) -> dict[str, Any]:
        """By the rules' own words, which name what each option takes."""
        if data is serializers.empty:
            return {}
        if not isinstance(data, dict):
            raise serializers.ValidationError(_("The options have to be an object."))
        errors = {name: [text] for name, value in data.items() if (text := self.refused(name, value))}
        if errors:
            raise serializers.ValidationError(errors)
        return data

    def refused(self, name: str, value: Any) -> serializers.ErrorDetail | None:
        """What is wrong with an option; None if nothing is."""
        try:
            Options.from_mapping({name: value})
        except OptionsError as error:
            code = "not_offered" if name in OptionsDocument().fields else "unknown"
            return serializers.ErrorDetail(str(error), code=code)
        if isinstance(value, str) and len(value) > MOST_OF_TEXT:
            text = _("This is longer than %(most)s characters.") % {"most": MOST_OF_TEXT}
            return serializers.ErrorDetail(text, code="too_long")
        return None


_OF_FILES = ("encoding", "separator", "quote", "sheet")


class OptionsOfRows(ChosenOptions):
    """The same for rows in JSON, without what says how a file is read."""

    def get_fields(self) -> dict[str, Any]:
        return {name: each for name, each in super().get_fields().items() if name not in _OF_FILES}

    def refused(self, name: str, value: Any) -> serializers.ErrorDetail | None:
        if name in _OF_FILES:
            return serializers.ErrorDetail(_("Rows in JSON are not read from a file; leave this out."), code="unknown")
        return super().refused(name, value)


def not_offered(error: Exception) -> Fault:
    """An option that exists, but that this site or this user is not offered."""
    return Fault(code="not_offered", detail=str(error), pointer=pointer("options"))
