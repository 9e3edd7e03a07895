"""What machines ask: is the site well, and its numbers. By a token, or by somebody who may see the status."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.generic import View

from cert_completion_plugin import api, conf
from cert_completion_plugin.telling.status import as_json

SCHEME = "Bearer "


class Monitored(View):
    """Answers those who bring the token of the setting METRICS_TOKEN, or may see the status; nobody is redirected."""

    http_method_names = ("get", "head", "options")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self._may(request):
            text = "This takes the permission to see the status of imports, or the token of METRICS_TOKEN.\n"
            refused = _plain(text, 403 if request.user.is_authenticated else 401)
            refused.headers["WWW-Authenticate"] = SCHEME.strip()
            return refused
        response = super().dispatch(request, *args, **kwargs)
        response.headers["Cache-Control"] = "no-store"
        return response  # type: ignore[return-value]

    # A middleware that has everybody log in leaves out who brings a token.
    dispatch.login_required = False  # type: ignore[attr-defined]

    def _may(self, request: HttpRequest) -> bool:
        token, given = conf.settings().metrics_token, request.headers.get("Authorization", "")
        if token and given.startswith(SCHEME):
            return constant_time_compare(given.removeprefix(SCHEME).strip(), token)
        return api.may(request.user, api.PERMISSION_VIEW_STATUS)


class HealthView(Monitored):
    """Whether imports go on, in one line of JSON: 200 if they do, 503 if not. Nothing costly is looked at."""

    def get(self, request: HttpRequest) -> HttpResponse:
        health = api.site_health(api.SYSTEM)
        status = 503 if health.verdict is api.SiteVerdict.CRITICAL else 200
        return HttpResponse(f"{as_json(health)}\n", content_type="application/json", status=status)


class MetricsView(Monitored):
    """The numbers for Prometheus; 501 where the extra [metrics] is not installed."""

    def get(self, request: HttpRequest) -> HttpResponse:
        try:
            from cert_completion_plugin import metrics
        except ImportError:
            text = "Metrics need the package prometheus-client: pip install cert-completion-plugin[metrics]\n"
            return _plain(text, 501)
        content, content_type = metrics.exposition(api.site_numbers(api.SYSTEM), request.headers.get("Accept", ""))
        return HttpResponse(content, content_type=content_type)


def _plain(text: str, status: int) -> HttpResponse:
    return HttpResponse(text, content_type="text/plain; charset=utf-8", status=status)
