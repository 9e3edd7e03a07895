"""Forms of the admin pages."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext

from cert_completion_records.clock import shown_moment
from cert_completion_records.models import LearnerCertification

if TYPE_CHECKING:
    _ModelForm = forms.ModelForm[LearnerCertification]
else:
    _ModelForm = forms.ModelForm


class LearnerCertificationForm(_ModelForm):
    """Refuses to save over what an import or another administrator wrote while the page was open."""

    version = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = LearnerCertification
        fields = (
            "learner",
            "certification",
            "assigned",
            "completed",
            "expires",
            "window_opens",
            "baseline_expires",
            "announce",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["version"] = self.instance.changed_at.isoformat()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.instance.pk:
            self._check_version(cleaned.get("version", ""))
        return cleaned

    def _check_version(self, seen: str) -> None:
        row = LearnerCertification.objects.select_for_update().filter(pk=self.instance.pk).first()
        if row is None or row.changed_at.isoformat() == seen:
            return
        text = gettext(
            "%(who)s changed this on %(when)s while you had it open. Open it anew and make your change there."
        )
        who = row.changed_by or gettext("Somebody")
        raise forms.ValidationError(text % {"who": who, "when": shown_moment(row.changed_at)}, code="changed_meanwhile")
