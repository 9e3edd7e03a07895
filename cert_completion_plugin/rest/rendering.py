"""Writing answers: JSON, whatever the site has set for its other APIs."""

import json
from types import SimpleNamespace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import JSONRenderer
from rest_framework.utils.encoders import JSONEncoder

from cert_completion_plugin.rest.problems import MEDIA_TYPE, Problem


class Json(JSONRenderer):
    """JSON in ASCII: half a character in somebody's cell breaks nothing."""

    media_type = "application/json"
    format = "json"
    ensure_ascii = True
    compact = True
    strict = True
    charset = None


class Negotiation(DefaultContentNegotiation):
    """By the header Accept alone: no parameter of an address asks for another format."""

    settings: Any = SimpleNamespace(URL_FORMAT_OVERRIDE=None)

    def select_renderer(self, request: Any, renderers: Any, format_suffix: str | None = None) -> Any:
        """A header that says nothing accepts everything."""
        if not request.META.get("HTTP_ACCEPT", "*/*").strip():
            return renderers[0], renderers[0].media_type
        return super().select_renderer(request, renderers, format_suffix)


def problem_response(problem: Problem, request: HttpRequest) -> HttpResponse:
    """The answer that tells of a problem, whatever the request accepts."""
    document = problem.document(type=address("problem", problem.code), instance=request.path)
    content = json.dumps(document, cls=JSONEncoder, allow_nan=False)
    return HttpResponse(content, status=problem.status, content_type=MEDIA_TYPE, headers=dict(problem.headers))


def address(name: str, *args: Any) -> str:
    """The path of something in this API. Without scheme and host, which a proxy may have changed on the way here."""
    return reverse(f"cert_completion_plugin:rest:{name}", args=args)
