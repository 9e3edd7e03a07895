"""The admin pages of messages to learners: which are on, what they say, what became of each."""

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from cert_completion_records.clock import today
from cert_completion_records.message_forms import MessageTextForm, SwitchForm, languages
from cert_completion_records.message_preview import preview
from cert_completion_records.messaging import switches
from cert_completion_records.messaging.texts import shipped_with_placeholders
from cert_completion_records.models import (
    Certification,
    CertificationMessage,
    LearnerMessage,
    MessageText,
    PendingMessage,
    SentMessage,
    Trigger,
)
from cert_completion_records.models.message_settings import Choice, placeholders_of
from cert_completion_records.reach import within_reach
from cert_completion_records.reach_admin import WithinReachMixin

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]
else:
    _ModelAdmin = admin.ModelAdmin

_LEARNER_NAME = f"learner__{get_user_model().USERNAME_FIELD}"
_ADMIN = "admin:cert_completion_records"
_CSS = {"all": ["cert_completion_records/messages_admin.css"]}


class CertificationMessagesMixin:
    """The part of a certification's page that says which messages its learners get; its form is CertificationForm."""

    def get_fieldsets(self, request: HttpRequest, obj: Certification | None = None) -> Any:
        """Where nothing can be changed, the fields of the form are not there, and their values are told in words."""
        fieldsets: Any = super().get_fieldsets(request, obj)  # type: ignore[misc]
        may_change = self.has_change_permission(request, obj) if obj else True  # type: ignore[attr-defined]
        names = [f"message_{trigger.value}" for trigger in Trigger]
        names.insert(names.index("message_expired"), "days_before")
        description = _("Which messages its learners get. What each says is under “Texts of messages”.")
        fields = names if may_change else ["messages_in_words"]
        return [*fieldsets, (_("Messages to learners"), {"fields": fields, "description": description})]

    @admin.display(description=_("messages"))
    def messages_in_words(self, certification: Certification) -> str:
        pk = certification.pk
        on = [str(trigger.label) for trigger in Trigger if switches.of_certifications(trigger, [pk])[pk].is_on]
        return ", ".join(on) or gettext("none")

    def save_model(self, request: HttpRequest, obj: Certification, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)  # type: ignore[misc]
        form.save_messages()


@admin.register(LearnerMessage)
class LearnerMessageAdmin(_ModelAdmin):
    """The six messages; none can be added or deleted."""

    list_display = ("message", "when", "is_on", "since", "exceptions", "own_texts")
    list_editable = ("is_on",)

    class Media:
        css: ClassVar[dict[str, Any]] = _CSS

    fields = ("message", "when", "is_on", "since", "days_before", "texts", "looks")
    readonly_fields = ("message", "when", "since", "texts", "looks")

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> LearnerMessage | None:
        row: LearnerMessage | None = super().get_object(request, *args, **kwargs)
        if row is not None:
            row.texts_within_reach = MessageText.objects.filter(  # type: ignore[attr-defined]
                within_reach(request.user, "certification__"), trigger=row.trigger
            )
        return row

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> Any:
        return super().get_changelist_form(request, **{"form": SwitchForm, **kwargs})

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        left_out = "" if obj and obj.trigger == Trigger.EXPIRES_SOON else "days_before"
        return [name for name in self.fields if name != left_out]

    @admin.display(description=_("message"), ordering="pk")
    def message(self, row: LearnerMessage) -> str:
        return str(row)

    @admin.display(description=_("when"))
    def when(self, row: LearnerMessage) -> str:
        return _when(row)

    @admin.display(description=_("otherwise for"))
    def exceptions(self, row: LearnerMessage) -> str:
        others = CertificationMessage.objects.filter(trigger=row.trigger).exclude(choice=Choice.AS_SITE)
        count = others.exclude(choice=Choice.ON if row.is_on else Choice.OFF).count()
        return (
            ngettext("%(count)d certification", "%(count)d certifications", count) % {"count": count} if count else "-"
        )

    @admin.display(description=_("texts of your own"))
    def own_texts(self, row: LearnerMessage) -> str:
        count = MessageText.objects.filter(trigger=row.trigger).count()
        return ngettext("%(count)d text", "%(count)d texts", count) % {"count": count} if count else "-"

    @admin.display(description=_("texts of your own"))
    def texts(self, row: Any) -> str:
        links = [
            (reverse(f"{_ADMIN}_messagetext_change", args=[text.pk]), f"{_language(text.language)}{_only_for(text)}")
            for text in row.texts_within_reach.select_related("certification")
        ]
        new = (f"{reverse(f'{_ADMIN}_messagetext_add')}?trigger={row.trigger}", gettext("Write another text"))
        return format_html_join("", '<div class="ccr-link"><a href="{}">{}</a></div>', [*links, new])

    @admin.display(description=_("what learners read"))
    def looks(self, row: LearnerMessage) -> str:
        address = f"{reverse(f'{_ADMIN}_messagetext_preview')}?trigger={row.trigger}"
        return format_html('<div class="ccr-link"><a href="{}">{}</a></div>', address, gettext("Look at it"))

    def save_model(self, request: HttpRequest, obj: LearnerMessage, form: Any, change: bool) -> None:
        chosen, obj.is_on = obj.is_on, form.initial.get("is_on", obj.is_on)
        obj.switch(chosen, today())
        super().save_model(request, obj, form, change)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def _when(row: LearnerMessage) -> str:
    texts: dict[str, Any] = {
        Trigger.ASSIGNED: _("When a learner is assigned; at once if an import assigns them."),
        Trigger.CERTIFIED: _("When a learner is certified."),
        Trigger.RENEWED: _("When the certification of a learner is renewed."),
        Trigger.WINDOW_OPENS: _("On the day on which the recertification window opens."),
        Trigger.EXPIRES_SOON: _("%(days)d days before the expiry."),
        Trigger.EXPIRED: _("On the day of the expiry."),
    }
    text = str(texts[row.trigger])
    return text % {"days": row.days_before} if row.trigger == Trigger.EXPIRES_SOON else text


def _language(code: str) -> str:
    return str(dict(languages(code))[code])


def _only_for(text: MessageText) -> str:
    return f" ({text.certification})" if text.certification else ""


@admin.register(MessageText)
class MessageTextAdmin(WithinReachMixin, _ModelAdmin):
    """Texts for all certifications are for those who may change the messages of the site."""

    to_certification = "certification__"
    form = MessageTextForm

    class Media:
        css: ClassVar[dict[str, Any]] = _CSS

    list_display = ("subject", "trigger", "language_name", "certification")
    list_filter = ("trigger",)
    list_select_related = ("certification",)
    search_fields = ("subject", "body")
    autocomplete_fields = ("certification",)
    readonly_fields = ("placeholders",)
    fieldsets = (
        (None, {"fields": ("trigger", "language", "certification")}),
        (_("What learners read"), {"fields": ("subject", "body", "placeholders")}),
    )

    def has_change_permission(self, request: HttpRequest, obj: MessageText | None = None) -> bool:
        return super().has_change_permission(request, obj) and _may_write(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: MessageText | None = None) -> bool:
        return super().has_delete_permission(request, obj) and _may_write(request, obj)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if not _may_write_for_all(request):
            kwargs["required"] = True
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @admin.display(description=_("language"), ordering="language")
    def language_name(self, text: MessageText) -> str:
        return _language(text.language)

    @admin.display(description=_("placeholders"))
    def placeholders(self, text: MessageText) -> str:
        of_assigned = placeholders_of(Trigger.ASSIGNED)
        lines = [
            (f"{{{name}}}", meaning if name in of_assigned else f"{meaning} {gettext('(not in “Assigned”)')}")
            for name, meaning in placeholders_of(Trigger.EXPIRED).items()
        ]
        return format_html(
            '<dl class="ccr-placeholders">{}</dl>', format_html_join("", "<dt><code>{}</code></dt><dd>{}</dd>", lines)
        )

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A new text begins with the one that is shipped."""
        initial: dict[str, Any] = super().get_changeform_initial_data(request)
        if (trigger := initial.get("trigger")) in Trigger.values:
            text = shipped_with_placeholders(Trigger(trigger), str(initial.get("language") or ""))
            initial = {"subject": text.subject, "body": text.body, **initial}
        return initial

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.preview)
        return [path("preview/", view, name="cert_completion_records_messagetext_preview"), *super().get_urls()]

    def preview(self, request: HttpRequest) -> Any:
        return preview(self, request)


def _may_write(request: HttpRequest, text: MessageText | None) -> bool:
    return text is None or text.certification_id is not None or _may_write_for_all(request)


def _may_write_for_all(request: HttpRequest) -> bool:
    return request.user.has_perm("cert_completion_records.change_learnermessage")


class _ToRead(WithinReachMixin, _ModelAdmin):
    """Rows that only the program writes."""

    to_certification = "certification__"
    list_select_related = ("learner", "certification")
    search_fields = (_LEARNER_NAME,)
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(SentMessage)
class SentMessageAdmin(_ToRead):
    list_display = ("claimed_at", "learner", "trigger", "certification_name", "fate")
    list_filter = ("outcome", "trigger")
    fields = ("learner", "trigger", "certification", "about", "outcome", "reason", "claimed_at")

    @admin.display(description=_("certification"))
    def certification_name(self, row: SentMessage) -> str:
        return str(row.certification or "-")  # as text of our own it wraps

    @admin.display(description=_("what became of it"), ordering="outcome")
    def fate(self, row: SentMessage) -> str:
        return f"{row.get_outcome_display()}: {row.reason}" if row.reason else row.get_outcome_display()


@admin.register(PendingMessage)
class PendingMessageAdmin(_ToRead):
    list_display = ("learner", "trigger", "certification", "completed", "since")
    list_filter = ("trigger",)
    fields = list_display
