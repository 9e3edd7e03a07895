"""The upload form: the file, and the options with their consequences in words; and the form of an answer."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from cert_completion_hooks.types import EvidenceField, EvidenceType
from django import forms
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.translation import gettext as translated
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from cert_completion_plugin import api, conf, labels, texts
from cert_completion_plugin.core.options import DATE_FORMATS, Options
from cert_completion_plugin.telling import sending

FILE_NAMES_AND_TYPES = (
    ".csv,.txt,.tsv,.xlsx,.ods,text/csv,text/plain,text/tab-separated-values,"
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet,"
    "application/vnd.oasis.opendocument.spreadsheet"
)
READING = ("encoding", "separator", "quote", "sheet")


def _explained(option: str) -> Callable[[], Iterator[tuple[Any, Any]]]:
    """The choices of an option, each with what follows from it; made when a form is, in its language."""

    def choices() -> Iterator[tuple[Any, Any]]:
        for value, label in labels.VALUES[option].items():
            yield value, format_html("<strong>{}.</strong> {}", label, labels.CONSEQUENCES[option][value])

    return choices


def _date_formats() -> Iterator[tuple[str, Any]]:
    yield from labels.VALUES["date_format"].items()
    for name in DATE_FORMATS:
        yield name, _example(name)


def _radios(option: str, label: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, widget=forms.RadioSelect, choices=_explained(option), error_messages=_NOT_OFFERED
    )


def _select(option: str, help_text: Any = "") -> forms.ChoiceField:
    return forms.ChoiceField(
        label=labels.NAMES[option],
        choices=list(labels.VALUES[option].items()),
        help_text=help_text,
        error_messages=_NOT_OFFERED,
    )


_NOT_OFFERED = {
    "required": _("Choose one."),
    "invalid_choice": _("“%(value)s” is not offered. Choose another one."),
}


class OptionsForm(forms.Form):
    """The options of an import.

    An option that this site does not offer has no field; `options()` has the others as the core's options.
    """

    import_action = _radios("import_action", _("What the newest completion of each learner does"))
    assign = _radios("assign", _("Learners who are not assigned to the certification yet"))
    messages = _radios("messages", _("Messages to learners"))
    commit_policy = _radios("commit_policy", _("If some rows have problems"))
    review = _radios("review", _("Before anything is recorded"))
    unknown_certification = _radios("unknown_certification", _("Certifications that this site does not know"))
    evidence_type = forms.ChoiceField(
        label=_("Type of the evidence items, if any are created"),
        required=False,
        widget=forms.RadioSelect,
        error_messages=_NOT_OFFERED,
    )
    ignore_case = forms.BooleanField(
        label=_("Ignore upper and lower case in the certifications' short names and ID numbers"), required=False
    )
    date_format = forms.ChoiceField(
        label=_("Date format"),
        choices=_date_formats,
        error_messages=_NOT_OFFERED,
        help_text=_(
            "All dates of a file are read in one format. The due date is the one that applied to the learner at the "
            "time of completion; it is not the expiry date. It may be empty."
        ),
    )
    encoding = _select("encoding", _("Choose it when names with accents came out wrong."))
    separator = _select("separator")
    quote = _select("quote", _("It surrounds cells that hold a separator or a line break."))
    sheet = forms.CharField(
        label=labels.NAMES["sheet"],
        required=False,
        max_length=255,
        help_text=_("The name of the sheet with the completions; left empty, the first sheet is read."),
    )

    def __init__(self, *args: Any, user: AbstractBaseUser, begin_with: Options, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offer(api.evidence_types(user))
        self._limit(user)
        self._begin_with(begin_with)

    def _limit(self, user: AbstractBaseUser) -> None:
        """Leave out what this user may not choose."""

    def _offer(self, evidence_types: Sequence[EvidenceType]) -> None:
        """Leave out what the site cannot do."""
        offered = {
            "unknown_certification": api.evidence_is_offered(),
            "evidence_type": bool(evidence_types),
            "commit_policy": api.undo_is_offered(),
            "messages": api.messages_are_offered(),
        }
        self._withdrawn = [name for name, is_offered in offered.items() if not is_offered]
        self._field("evidence_type").choices = [_default_type(), *map(_explained_type, evidence_types)]
        for name in self._withdrawn:
            del self.fields[name]

    def _begin_with(self, last: Options) -> None:
        """What was chosen; where that is no longer offered, the site's default, or else the first value there is."""
        chosen, default = last.as_mapping(), api.defaults().as_mapping()
        for name in self._names():
            field = self.fields[name]
            values = chosen[name], default[name], Options().as_mapping()[name]
            field.initial = next((value for value in values if _takes(field, value)), None)

    def clean(self) -> dict[str, Any]:
        """Somebody who chose what the site has ceased to offer since is told, and not given something else."""
        values = super().clean() or {}
        for name in self._withdrawn:
            if self.data.get(self.add_prefix(name), "") not in ("", Options().as_mapping()[name]):
                self.add_error(
                    None,
                    translated("This site does not offer your choice for “%(option)s” any more. Check what is chosen.")
                    % {"option": labels.NAMES[name]},
                )
        return values

    def chosen(self) -> dict[str, Any]:
        """The options that were offered, with what was chosen, as plain values; valid forms only."""
        chosen = {name: self.cleaned_data[name] for name in self._names()}
        return chosen | {"review": chosen["review"] == str(True)}

    def options(self) -> Options:
        """The options that were chosen; valid forms only."""
        return Options.from_mapping(self.chosen())

    @property
    def reading_is_chosen(self) -> bool:
        """Whether something about the reading is not left to the plugin, or wrong, so that it should be seen."""
        fields = [self[name] for name in READING if name in self.fields]
        return any(field.errors or field.value() not in (None, "", "auto") for field in fields)

    def _names(self) -> list[str]:
        return [name for name in self.fields if name != "file"]

    def _field(self, name: str) -> forms.ChoiceField:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        return field


def corrected_options(corrects: api.Batch) -> Options:
    """The options with which rows of this import are uploaded again: as before.

    How the file is read is worked out: it is one of our downloads, or what a spreadsheet program made of that. So are
    its dates, which are taken to be written as before.
    """
    return replace(corrects.options, **{name: getattr(Options(), name) for name in READING})


def _takes(field: forms.Field, value: Any) -> bool:
    return not isinstance(field, forms.ChoiceField) or field.valid_value(value)


def _default_type() -> tuple[str, Any]:
    label = labels.VALUES["evidence_type"][""]
    text = translated("The certification's names and the two dates, without further columns.")
    return "", format_html("<strong>{}.</strong> {}", label, text)


def _explained_type(evidence_type: EvidenceType) -> tuple[str, Any]:
    """A type with the columns that it takes from the file."""
    columns = ", ".join(map(_column, evidence_type.fields))
    text = translated("Columns of the file: %(columns)s.") % {"columns": columns} if columns else ""
    return evidence_type.name, format_html("<strong>{}.</strong> {}", evidence_type.label or evidence_type.name, text)


def _column(field: EvidenceField) -> str:
    """The heading of a column, with what people call it, and whether it has to be there."""
    notes = [field.label] if field.label not in ("", field.name) else []
    if field.required:
        notes.append(translated("required"))
    return f"{field.name} ({', '.join(notes)})" if notes else field.name


class UploadForm(OptionsForm):
    """What an administrator chooses for one import. It begins with what they chose last."""

    file = forms.FileField(
        label=_("File with the completions"),
        error_messages={
            "required": _("Choose the file with the completions."),
            "empty": _("The chosen file is empty. Choose another one."),
        },
        widget=forms.FileInput(attrs={"accept": FILE_NAMES_AND_TYPES}),
    )
    field_order = ("file",)

    def __init__(
        self,
        *args: Any,
        user: AbstractBaseUser,
        begin_with: Options | None = None,
        kept: api.KeptFile | None = None,
        is_gone: bool = False,
        **kwargs: Any,
    ) -> None:
        """`kept` is the file of an earlier try, which stands in for one; `is_gone` says that there was one."""
        super().__init__(*args, user=user, begin_with=begin_with or api.last_choice(user), **kwargs)
        self.kept = kept
        self.fields["file"].required = kept is None
        if is_gone:
            self.fields["file"].error_messages["required"] = gone_text()
        settings = conf.settings()
        self.fields["file"].help_text = translated(
            "A CSV file, an Excel workbook (XLSX) or an OpenDocument spreadsheet (ODS) with the headings username, "
            "certificationshortname, certificationidnumber, completiondate and duedate, in any order. At most %(size)s "
            "and %(rows)s rows."
        ) % {"size": filesizeformat(settings.max_bytes), "rows": number_format(settings.max_rows, force_grouping=True)}
        self.fields["file"].help_text = " ".join(filter(None, [self.fields["file"].help_text, sending.limit_text()]))

    def _limit(self, user: AbstractBaseUser) -> None:
        if not api.may_leave_out_review(user):
            self._only_with_review()

    def _only_with_review(self) -> None:
        """Somebody else has to approve what this user uploads."""
        field = self._field("review")
        field.choices = [(value, label) for value, label in _explained("review")() if value is True]
        field.help_text = translated(
            "Every file that you upload waits for approval: to have rows recorded at once takes the permission "
            "“%(permission)s”, and that this site lets people approve their own imports."
        ) % {"permission": labels.permission_name(api.PERMISSION_APPROVE)}
        field.error_messages["invalid_choice"] = translated(
            "You cannot have rows recorded without a look at the plan first. Choose “%(choice)s”."
        ) % {"choice": labels.VALUES["review"][True]}


class DefaultsForm(OptionsForm):
    """The site's options for new imports; a sheet is one workbook's own."""

    sheet = None  # type: ignore[assignment]

    def __init__(self, *args: Any, user: AbstractBaseUser, **kwargs: Any) -> None:
        super().__init__(*args, user=user, begin_with=api.defaults(), **kwargs)


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


class _OfPlan(forms.Form):
    """A form that was shown with one plan of an import, which may not be the present one any more."""

    plan = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, plan: api.Plan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["plan"].initial = plan.number
        self.present = plan

    def is_seen(self) -> bool:
        """Whether the plan that was looked at is the present one."""
        return str(self.data.get("plan", "")) == str(self.present.number)


class ApprovalForm(_OfPlan):
    """The approval of a plan; where it breaks thresholds of the site, that they were seen has to be ticked."""

    accept_broken = forms.BooleanField(
        label=_("I have seen that limits of this site are exceeded. Record the rows all the same."),
        error_messages={"required": _("Tick that you have seen it, or discard the import.")},
    )

    def __init__(self, *args: Any, plan: api.Plan, **kwargs: Any) -> None:
        super().__init__(*args, plan=plan, **kwargs)
        if not plan.broken:
            del self.fields["accept_broken"]

    @property
    def accepts_broken(self) -> bool:
        """Valid forms only."""
        return bool(self.cleaned_data.get("accept_broken"))


class ConfirmForm(_OfPlan):
    """The names of close matches of which somebody says that they really are other certifications."""

    names = forms.MultipleChoiceField(
        label=_("Names that look misspelt"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("Tick the names that really are other certifications."),
            "invalid_choice": _("“%(value)s” is not among the names of this plan. Look at the plan again."),
        },
    )

    def __init__(self, *args: Any, plan: api.Plan, **kwargs: Any) -> None:
        super().__init__(*args, plan=plan, **kwargs)
        field = self.fields["names"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(each.value, each.value) for each in plan.close_matches]


def gone_text() -> str:
    """What is said where a kept file is asked for that is kept no longer: most often the form was sent twice."""
    return translated(
        "The file from your last try is no longer kept. It may have been received already: look at the certification "
        "import report before you choose it again."
    )


def too_many_text(refusal: api.TooManyImports) -> str:
    """What is said to somebody of whom as many imports wait or work as the site allows."""
    return ngettext(
        "%(limit)s of your imports has not ended yet, the most that this site allows at the same time. Wait until it "
        "has ended; or find it in the certification import report, and approve, answer or cancel it. The file is kept "
        "here meanwhile.",
        "%(limit)s of your imports have not ended yet, the most that this site allows at the same time. Wait until one "
        "has ended; or find one in the certification import report, and approve, answer or cancel it. The file is kept "
        "here meanwhile.",
        refusal.limit,
    ) % {"limit": refusal.limit}


def too_large_text() -> str:
    """What is said of a file over the site's limit before it is an import."""
    limit = filesizeformat(conf.settings().max_bytes)
    return translated("This file is larger than the %(limit)s that this site takes. Split it into several files.") % {
        "limit": limit
    }


class UndoForm(forms.Form):
    """The confirmation of an undo: which preview was seen, and why."""

    preview = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("Why is this import undone? It is kept and shown to everybody who may see the report."),
        max_length=api.MOST_OF_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say why, in a few words.")},
    )


def describe(form: forms.BaseForm) -> None:
    """Tie each field to its help and its errors for screen readers, alike in every version of Django."""
    for bound in form:
        parts = {"helptext": bound.help_text, "error": bound.errors}
        ids = [f"{bound.auto_id}_{part}" for part, is_there in parts.items() if is_there]
        attributes = bound.field.widget.attrs
        if ids and not bound.field.widget.use_fieldset:
            attributes["aria-describedby"] = " ".join(ids)
        if bound.errors:
            attributes["aria-invalid"] = "true"


def _example(name: str) -> str:
    return f"{name}  ({texts.date_example(name)})"


class ImportFilterForm(forms.Form):
    """What imports are looked for; everything may be left empty. `imports()` finds them by what was given."""

    since = forms.DateField(
        label=_("Uploaded from"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    until = forms.DateField(
        label=_("Uploaded until"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    uploader = forms.CharField(label=_("Uploaded by"), required=False, max_length=255)
    state = forms.ChoiceField(label=_("State"), required=False)
    outcome = forms.ChoiceField(label=_("With rows that are"), required=False)
    certification = forms.CharField(label=_("With rows of the certification"), required=False, max_length=255)
    learner = forms.CharField(label=_("With rows of the learner"), required=False, max_length=150)

    def __init__(self, *args: Any, user: api.User, **kwargs: Any) -> None:
        """Nobody looks for learners who may not know which learners are in a file."""
        super().__init__(*args, **kwargs)
        if not api.may(user, api.PERMISSION_VIEW_PERSONAL_DATA):
            del self.fields["learner"]
        any_of = [("", _("Any"))]
        self._choose("state").choices = [*any_of, *texts.STATES.items()]
        outcomes = [(ANY_PROBLEM, _("Any problem")), *texts.OUTCOMES.items()]
        self._choose("outcome").choices = [*any_of, *outcomes]
        self.fields["certification"].help_text = _("Its short name or its ID number.")
        if "learner" in self.fields:
            self.fields["learner"].help_text = _("The whole username; upper and lower case count.")
        self.fields["uploader"].widget.attrs |= {"list": "ccp-uploaders", "autocomplete": "off"}

    def _choose(self, name: str) -> forms.ChoiceField:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        return field

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        since, until = values.get("since"), values.get("until")
        if since and until and until < since:
            self.add_error("until", translated("This day lies before the one from which on you look."))
        return values

    def wanted(self, certifications: tuple[str, ...] | None) -> api.ImportFilter:
        """What is asked for, as far as it is valid; `certifications` are the keys of those that were named."""
        given = self.cleaned_data
        until = given.get("until")
        return api.ImportFilter(
            since=_begin_of(given.get("since")),
            until=_begin_of(until and until + timedelta(days=1)) if until != date.max else None,
            uploader=given.get("uploader", ""),
            state=api.BatchState(given["state"]) if given.get("state") else None,
            outcomes=_outcomes(given.get("outcome", "")),
            certifications=certifications,
            learner=given.get("learner", ""),
        )

    @property
    def place(self) -> dict[str, str]:
        """What was given, as it stands in the address; rows of an import are filtered by the last three."""
        return {name: value for name in self.fields if (value := self.data.get(name, ""))}


ANY_PROBLEM = "problems"
"""The value of the filter `outcome` that stands for all rows that somebody has to look after."""


def _outcomes(value: str) -> tuple[api.Outcome, ...]:
    if value == ANY_PROBLEM:
        return api.PROBLEMS
    return (api.Outcome(value),) if value else ()


def _begin_of(day: date | None) -> datetime | None:
    """The first moment of a day where the viewer is."""
    if day is None:
        return None
    moment = datetime.combine(day, time.min)
    return timezone.make_aware(moment) if settings.USE_TZ else moment
