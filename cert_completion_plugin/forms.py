"""The upload form: the file, and the options with their consequences in words."""

from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from cert_completion_plugin import api, conf, texts
from cert_completion_plugin.core.options import AUTO, DATE_FORMATS, ImportAction, Options, UnknownCertification


def _date_formats() -> Iterator[tuple[str, Any]]:
    yield AUTO, _("Work it out from the file")
    for name in DATE_FORMATS:
        yield name, _example(name)


class UploadForm(forms.Form):
    """What an administrator chooses for one import; `options()` has it as the core's options."""

    file = forms.FileField(
        label=_("File"),
        error_messages={
            "required": _("Choose the file with the completions."),
            "empty": _("The chosen file is empty. Choose another one."),
        },
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,text/csv,text/plain"}),
    )
    date_format = forms.ChoiceField(
        label=_("Date format"),
        choices=_date_formats,
        initial=AUTO,
        help_text=_(
            "All dates of a file are read in one format. The due date is the one that applied to the learner at the "
            "time of completion; it is not the expiry date. It may be empty."
        ),
    )
    import_action = forms.ChoiceField(
        label=_("What the newest completion of each learner does"),
        widget=forms.RadioSelect,
        initial=ImportAction.SAVE_TO_HISTORY,
        choices=[
            (
                ImportAction.SAVE_TO_HISTORY,
                _("Save to history: completions are added to the learners' history; nobody's current record changes."),
            ),
            (
                ImportAction.CERTIFY_UNCERTIFIED,
                _("Certify uncertified learners: who is not certified, or has expired, becomes certified."),
            ),
            (
                ImportAction.CERTIFY_IF_NEWER,
                _("Certify if newer: as above, and a newer completion also renews learners who are certified."),
            ),
        ],
    )
    unknown_certification = forms.ChoiceField(
        label=_("Certifications that this site does not know"),
        widget=forms.RadioSelect,
        initial=UnknownCertification.IGNORE,
        choices=[
            (UnknownCertification.IGNORE, _("Ignore: their rows are rejected and listed in the report.")),
            (
                UnknownCertification.CREATE_EVIDENCE,
                _("Create evidence: their rows become evidence items in the learners' Records of Learning."),
            ),
        ],
    )
    ignore_case = forms.BooleanField(
        label=_("Ignore upper and lower case in the certifications' short names and ID numbers"), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not api.evidence_is_offered():
            del self.fields["unknown_certification"]
        settings = conf.settings()
        self.fields["file"].help_text = _(
            "A CSV file in UTF-8 with the headings username, certificationshortname, certificationidnumber, "
            "completiondate and duedate, in any order. At most %(size)s and %(rows)s rows."
        ) % {"size": filesizeformat(settings.max_bytes), "rows": f"{settings.max_rows:,}"}

    def options(self) -> Options:
        """The options that were chosen; valid forms only."""
        chosen = {name: value for name, value in self.cleaned_data.items() if name != "file"}
        return Options.from_mapping(chosen | {"review": False})


class AnswerForm(forms.Form):
    """The answer to an import that asks for its date format; the likely formats come first."""

    date_format = forms.ChoiceField(label=_("Date format"))

    def __init__(self, *args: Any, likely: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = [name for name in DATE_FORMATS if name not in likely]
        groups = [(_("Formats that fit"), likely), (_("Other formats"), others)]
        field = self.fields["date_format"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", _("Choose one")),
            *((label, [(name, _example(name)) for name in names]) for label, names in groups if names),
        ]


def _example(name: str) -> str:
    return f"{name}  ({texts.date_example(name)})"
