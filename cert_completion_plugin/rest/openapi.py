"""The description of the API for programs: made once by `python -m tools.openapi`, and told with this site's address.

It is no work of the moment: what another API of the site has set for its own description has no part in it.
"""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from cert_completion_plugin.rest.base import ApiView
from cert_completion_plugin.rest.rendering import address

FILE = Path(__file__).with_name("openapi.json")


class OpenApiView(ApiView):
    """Open to everybody, as it is the same on every site."""

    is_open = True

    def get(self, request: Request) -> Response:
        root = address("openapi").rpartition("/")[0]
        return Response({**_described(), "servers": [{"url": root}]})


@lru_cache(maxsize=1)
def _described() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return found
