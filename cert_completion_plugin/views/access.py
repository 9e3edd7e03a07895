"""Who may see a page, and what every page is shown with."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib.auth.mixins import AccessMixin
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import resolve_url
from django.template.response import TemplateResponse
from django.urls import Resolver404, get_script_prefix, resolve, reverse
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.views.generic.base import ContextMixin, View

from cert_completion_plugin import api, conf, home, labels
from cert_completion_plugin.views import notices


def number(request: HttpRequest, name: str) -> int:
    """A whole number from the address; 0 for anything else, and for what no database can hold."""
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


class ImportPage(AccessMixin, ContextMixin, View):
    """A page at home in the site's admin. Without a permission that opens it 403, without a log-in the log-in page.

    That is checked before anything is looked up, and an import that the user may not see is not there for them: so a
    guessed address tells nothing.
    """

    request: HttpRequest
    title: Any = ""
    opened_by: tuple[str, ...] = api.PERMISSIONS_TO_SEE
    """Each of these opens the page; what is done there asks for more."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Who may not see the page is told so in words, and whom to ask; nothing about an import is told."""
        if not request.user.is_authenticated:
            return self.handle_no_permission()
        try:
            if not any(api.may(request.user, permission) for permission in self.opened_by):
                return self._denied(self.opened_by)
            response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        except api.OwnImport:
            return self._denied([], _own_text())
        except api.Denied as denied:
            return self._denied([denied.permission])
        return response

    def _denied(self, missing: Sequence[str], text: str = "") -> HttpResponseBase:
        is_look = self.request.method in ("GET", "HEAD")
        title = _("You may not see this page") if is_look else _("You may not do this")
        context = self.frame(title=title) | {"denied_text": text or f"{_missing_text(missing)} {_ask_text()}"}
        return TemplateResponse(self.request, "cert_completion_plugin/denied.html", context, status=403)

    def found(self) -> api.Batch:
        """The import that the address names; 404 if there is none, or none that this user may see."""
        batch = api.find(self.request.user, self.kwargs["reference"])
        if batch is None:
            raise Http404(_("There is no such import."))
        return batch

    def get_login_url(self) -> str:
        """The site's log-in page, or the admin's where the site has none."""
        login_url = resolve_url(settings.LOGIN_URL)
        try:
            resolve("/" + login_url.partition("?")[0].removeprefix(get_script_prefix()).lstrip("/"))
        except Resolver404:
            if not login_url.startswith(("http://", "https://")):
                return reverse("admin:login", current_app=home.admin_site().name)
        return login_url

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        notices.show(self.request)
        return super().get_context_data(**self.frame(title=self.title), **kwargs)

    def frame(self, *, title: Any) -> dict[str, Any]:
        """What every page is shown with."""
        request = self.request
        site = home.admin_site()
        # Links of the admin's templates, and ours to its index, lead to this site where there are several.
        request.current_app = site.name
        return {
            **site.each_context(request),
            "base_template": conf.settings().base_template,
            "title": title,
            "may_upload": api.may(request.user, api.PERMISSION_UPLOAD),
            "may_manage_options": api.may(request.user, api.PERMISSION_MANAGE_OPTIONS),
            "personal_data": labels.permission_name(api.PERMISSION_VIEW_PERSONAL_DATA),
            "may_view": any(api.may(request.user, permission) for permission in api.PERMISSIONS_TO_SEE),
        }


def _missing_text(missing: Sequence[str]) -> str:
    """Which permission a page takes."""
    names = [_("“%(permission)s”") % {"permission": labels.permission_name(each)} for each in missing]
    if len(names) == 1:
        return _("Your account does not have the permission for this: %(permission)s.") % {"permission": names[0]}
    return _("Your account has none of the permissions that open this page: %(permissions)s.") % {
        "permissions": get_text_list(names, _("or"))
    }


def _ask_text() -> str:
    return _(
        "Ask somebody who looks after the users of this site to give it to you, and tell them the address of the page."
    )


def _own_text() -> str:
    return _("On this site, whoever uploaded a file does not approve it. Ask somebody else who may approve imports.")
