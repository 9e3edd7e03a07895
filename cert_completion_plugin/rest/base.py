"""What all views of the API have in common. Nothing of the site's settings for its other APIs is needed or changed."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, NoReturn

from django.utils.module_loading import import_string
from rest_framework.authentication import BaseAuthentication
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.settings import api_settings
from rest_framework.views import APIView

from cert_completion_plugin import api, conf
from cert_completion_plugin.rest import failing
from cert_completion_plugin.rest.parsing import JsonParser, check_length
from cert_completion_plugin.rest.rendering import Json, Negotiation

SCOPE = "cert_completion"
"""A site that throttles by scope may give this one a rate."""


class Opened(BasePermission):
    """Whoever holds one of the permissions that open the view may ask; what is done asks the api for more."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Checked before anything is looked up, so that a guessed address tells nothing."""
        return bool(view.is_open) or any(api.may(request.user, permission) for permission in view.opened_by)


class ApiView(APIView):
    """A view of the API. How users are known is the site's setting, and how they are throttled is as it throttles all.

    Answers are for one user and for now, so nobody keeps them.
    """

    opened_by: ClassVar[tuple[str, ...]] = api.PERMISSIONS_TO_SEE
    is_open: ClassVar[bool] = False
    """To everybody, for what is the same on every site."""
    takes_file: ClassVar[bool] = False

    http_method_names = ("get", "head", "post")
    renderer_classes = (Json,)
    parser_classes: Sequence[type[BaseParser]] = (JsonParser,)
    permission_classes = (Opened,)
    content_negotiation_class: type[BaseContentNegotiation] = Negotiation
    metadata_class = None
    versioning_class = None

    @property
    def throttle_scope(self) -> str | None:
        """Ours if the site has a rate for it; scoped throttling fails over a scope without one."""
        return SCOPE if SCOPE in (api_settings.DEFAULT_THROTTLE_RATES or {}) else None

    def get_authenticators(self) -> list[BaseAuthentication]:
        names = () if self.is_open else conf.settings().api_authentication
        return [import_string(name)() for name in names]

    def get_authenticate_header(self, request: Request) -> str:
        """What a 401 says one can log in with: the first way that has a word for it."""
        headers = (each.authenticate_header(request) for each in self.get_authenticators())
        return next(filter(None, headers), "Session")

    def get_exception_handler(self) -> Callable[..., Any]:
        return failing.answer

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """A body that is too long is refused before anything else: to check a CSRF token is to read a form."""
        check_length(request, takes_file=self.takes_file)
        super().initial(request, *args, **kwargs)

    def permission_denied(self, request: Request, message: str | None = None, code: str | None = None) -> NoReturn:
        """Who is not logged in is told so; others are told which permission they lack."""
        if not getattr(request.user, "is_authenticated", False):
            super().permission_denied(request)
        raise api.Denied(self.opened_by[0])

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response
