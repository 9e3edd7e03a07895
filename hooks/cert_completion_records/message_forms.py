"""Forms about messages to learners."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib.admin.widgets import AdminTextInputWidget
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cert_completion_records.clock import today
from cert_completion_records.messaging import switches
from cert_completion_records.models import Certification, CertificationMessage, LearnerMessage, MessageText, Trigger
from cert_completion_records.models.message_settings import DAYS_VALIDATORS, Choice, text_problems
from cert_completion_records.reach import within_reach

if TYPE_CHECKING:
    _CertificationModelForm = forms.ModelForm[Certification]
    _TextModelForm = forms.ModelForm[MessageText]
    _SwitchModelForm = forms.ModelForm[LearnerMessage]
else:
    _CertificationModelForm = _TextModelForm = _SwitchModelForm = forms.ModelForm


def _choice(trigger: Trigger) -> forms.ChoiceField:
    return forms.ChoiceField(label=trigger.label, required=False, choices=Choice.choices)


class CertificationForm(_CertificationModelForm):
    """A certification, and what it says of each message."""

    message_assigned = _choice(Trigger.ASSIGNED)
    message_certified = _choice(Trigger.CERTIFIED)
    message_renewed = _choice(Trigger.RENEWED)
    message_window_opens = _choice(Trigger.WINDOW_OPENS)
    message_expires_soon = _choice(Trigger.EXPIRES_SOON)
    message_expired = _choice(Trigger.EXPIRED)
    days_before = forms.IntegerField(label=_("Days before"), required=False, validators=DAYS_VALIDATORS, min_value=1)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = CertificationMessage.objects.filter(certification_id=self.instance.pk) if self.instance.pk else ()
        said = {Trigger(row.trigger): row for row in rows}
        for trigger in Trigger:
            if field := self.fields.get(f"message_{trigger.value}"):
                field.choices = _choices(switches.of_site(trigger).is_on)  # type: ignore[attr-defined]
                self.initial.setdefault(f"message_{trigger.value}", said[trigger].choice if trigger in said else "")
        if field := self.fields.get("days_before"):
            soon = said.get(Trigger.EXPIRES_SOON)
            self.initial.setdefault("days_before", soon.days_before if soon else None)
            text = gettext(
                "How many days before the expiry “Expires soon” is sent. Empty: as on the whole site, %(days)d."
            )
            field.help_text = text % {"days": switches.of_site(Trigger.EXPIRES_SOON).days_before}

    def save_messages(self) -> None:
        """Keep what the saved certification says of each message from today on."""
        for trigger in Trigger:
            name = f"message_{trigger.value}"
            days_before = self.cleaned_data.get("days_before") if trigger is Trigger.EXPIRES_SOON else None
            if name in self.changed_data or (trigger is Trigger.EXPIRES_SOON and "days_before" in self.changed_data):
                switches.choose(self.instance, trigger, self.cleaned_data[name], days_before, today())


class SwitchForm(_SwitchModelForm):
    """One message in the list of all."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if field := self.fields.get("is_on"):
            field.help_text = ""
            field.widget.attrs["aria-label"] = gettext("%(message)s: switched on") % {"message": self.instance}


def _choices(is_on_site: bool) -> Iterator[tuple[str, Any]]:
    state = gettext("switched on") if is_on_site else gettext("switched off")
    yield Choice.AS_SITE.value, gettext("as on the whole site (%(state)s)") % {"state": state}
    yield from ((choice.value, choice.label) for choice in (Choice.ON, Choice.OFF))


def languages(*more: str) -> list[tuple[str, Any]]:
    """The languages of the site, after one entry for all of them; and `more`, which somebody chose once."""
    known = [(code, gettext(name)) for code, name in settings.LANGUAGES]
    gone = [(code, code) for code in more if code and code not in dict(known)]
    return [("", gettext("every language without a text of its own")), *known, *gone]


class MessageTextForm(_TextModelForm):
    language = forms.ChoiceField(label=_("Language"), required=False)

    class Meta:
        model = MessageText
        fields = ("trigger", "language", "certification", "subject", "body")
        widgets: ClassVar[dict[str, Any]] = {"subject": AdminTextInputWidget(attrs={"class": "vTextField ccr-wide"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if field := self.fields.get("language"):
            field.choices = languages(self.instance.language)  # type: ignore[attr-defined]


class PreviewForm(forms.Form):
    """What is to be looked at: a message in a language, for a certification; with the text as it stands in a form.

    `certifications` are those within the reader's reach.
    """

    trigger = forms.ChoiceField(choices=Trigger.choices)
    language = forms.ChoiceField(required=False)
    certification = forms.ModelChoiceField(Certification.objects.none(), required=False)
    subject = forms.CharField(required=False)
    body = forms.CharField(required=False, strip=False)

    def __init__(self, *args: Any, reader: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.certifications = Certification.objects.filter(within_reach(reader))
        self.fields["certification"].queryset = self.certifications  # type: ignore[attr-defined]
        self.fields["language"].choices = languages()  # type: ignore[attr-defined]

    @property
    def has_text(self) -> bool:
        return "subject" in self.data or "body" in self.data

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.has_text:
            texts = {name: cleaned.get(name, "") for name in ("subject", "body")}
            problems = text_problems(cleaned.get("trigger", ""), texts)
            empty = {name: [gettext("This is empty.")] for name, text in texts.items() if not text.strip()}
            for name, found in {**problems, **empty}.items():
                self.add_error(name, found)
        return cleaned
