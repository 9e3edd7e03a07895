"""The page on which the site's options for new imports are chosen."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView

from cert_completion_plugin import api, labels
from cert_completion_plugin.forms import READING, DefaultsForm, describe
from cert_completion_plugin.views.access import ImportPage

if TYPE_CHECKING:
    _FormView = FormView[DefaultsForm]
else:
    _FormView = FormView


class OptionsView(ImportPage, _FormView):
    """Shows the options that count, and keeps others; or goes back to those of the settings."""

    opened_by = (api.PERMISSION_MANAGE_OPTIONS,)
    template_name = "cert_completion_plugin/options.html"
    form_class = DefaultsForm
    title = gettext_lazy("Options for new imports")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": self.request.user}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.POST.get("do") != "forget":
            return super().post(request, *args, **kwargs)
        api.forget_defaults(request.user)
        messages.success(request, _("The options of the site's settings count again."))
        return self._back()

    def form_valid(self, form: DefaultsForm) -> HttpResponse:
        api.choose_defaults(self.request.user, form.chosen())
        messages.success(self.request, _("New imports begin with these options from now on."))
        return self._back()

    def _back(self) -> HttpResponse:
        return redirect("cert_completion_plugin:options")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        form = context["form"]
        describe(form)
        return context | {
            "chosen": api.chosen_defaults(),
            "reading_title": labels.HOW_IT_IS_READ,
            "reading_fields": [form[name] for name in READING if name in form.fields],
        }
