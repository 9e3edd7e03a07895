"""Who may see a page, and what every page is shown with."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import resolve_url
from django.template.response import TemplateResponse
from django.urls import Resolver404, get_script_prefix, resolve, reverse
from django.utils.translation import gettext as _
from django.views.generic.base import ContextMixin

from cert_completion_plugin import api, conf


def number(request: HttpRequest, name: str) -> int:
    """A whole number from the address; 0 for anything else, and for what no database can hold."""
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


class ImportPage(PermissionRequiredMixin, ContextMixin):
    """A page at home in the site's admin. Without the permission 403, without a log-in the log-in page.

    The permission is checked before anything is looked up, so that a guessed address tells nothing.
    """

    request: HttpRequest
    title: Any = ""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Who may not see the page is told so in words, and whom to ask; nothing about an import is told."""
        try:
            response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        except PermissionDenied:
            context = self.frame(title=_("You may not see this page"))
            return TemplateResponse(request, "cert_completion_plugin/denied.html", context, status=403)
        return response

    def get_login_url(self) -> str:
        """The site's log-in page, or the admin's where the site has none."""
        login_url = resolve_url(settings.LOGIN_URL)
        try:
            resolve("/" + login_url.partition("?")[0].removeprefix(get_script_prefix()).lstrip("/"))
        except Resolver404:
            if not login_url.startswith(("http://", "https://")):
                return reverse("admin:login")
        return login_url

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**self.frame(title=self.title), **kwargs)

    def frame(self, *, title: Any) -> dict[str, Any]:
        """What every page is shown with."""
        request = self.request
        return {
            **admin.site.each_context(request),
            "base_template": conf.settings().base_template,
            "title": title,
            "may_upload": request.user.has_perm(api.PERMISSION_UPLOAD),
            "may_view": request.user.has_perm(api.PERMISSION_VIEW_REPORT),
        }
