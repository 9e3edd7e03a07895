"""Explaining one row: the story of what became of it and why."""

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from cert_completion_plugin import api
from cert_completion_plugin.telling import story
from cert_completion_plugin.views import gone
from cert_completion_plugin.views.access import ImportPage, number

PLACE = ("outcome", "problem", "certification", "learner", "line", "before", "after")
"""The parameters of the table of rows from which somebody came here; they lead back to the same place."""

_NO_LINE = 10**9


class RowView(ImportPage, TemplateView):
    """The story of one row. Its address is permanent; `?plan=` tells what an older plan said of the row."""

    opened_by = (api.PERMISSION_VIEW_PERSONAL_DATA,)
    template_name = "cert_completion_plugin/row.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            context = self._story()
        except api.RowsDeleted as deleted:
            return gone.page(self, deleted)
        return self.render_to_response(context)

    def _story(self) -> dict[str, Any]:
        batch, line = self.found(), self.kwargs["line"]
        plan = number(self.request, "plan") or None
        account = api.account(self.request.user, batch, line, plan=plan) if line < _NO_LINE else None
        if account is None:
            raise Http404(_("No row of the file begins on this line."))
        context = self.get_context_data(
            batch=batch,
            plan=str(plan) if plan and plan != batch.plan else "",
            summary=story.summary_of(account.story, is_written=account.written is not None),
            is_planned=account.planned is not None and account.written is None,
            is_undone=account.undone is not None,
            steps=story.steps_of(self.request.user, batch, account),
            neighbours=self._links(batch, line, plan),
            back=self._back(batch, line),
        )
        context["title"] = _("Line %(line)s of %(file)s") % {"line": line, "file": batch.file_name}
        return context

    def _place(self) -> dict[str, str]:
        """Where in the table of rows somebody came from."""
        return {name: value for name in (*PLACE, "plan") if (value := self.request.GET.get(name, ""))}

    def _links(self, batch: api.Batch, line: int, plan: int | None) -> list[dict[str, Any]]:
        next_to = api.neighbours(self.request.user, batch, line, plan=plan)
        links = (
            ("prev", _("Row before (line %(line)s)"), next_to.before),
            ("next", _("Row after (line %(line)s)"), next_to.after),
            ("", _("Problem row before (line %(line)s)"), next_to.problem_before),
            ("", _("Problem row after (line %(line)s)"), next_to.problem_after),
        )
        query = f"?{urlencode(place)}" if (place := self._place()) else ""
        return [
            {
                "rel": rel,
                "text": text % {"line": other},
                "path": reverse("cert_completion_plugin:row", args=[batch.reference, other]) + query,
            }
            for rel, text, other in links
            if other is not None
        ]

    def _back(self, batch: api.Batch, line: int) -> str:
        """The table of rows, at the place from which somebody came, or else beginning with this row."""
        place = self._place()
        path = _table(batch, place.pop("plan", ""))
        return f"{path}?{urlencode(place or {'after': str(line - 1)})}#line-{line}"


def _table(batch: api.Batch, plan: str) -> str:
    """The page with the table of rows: that of the import, or of an older plan."""
    if plan.isdigit():
        try:
            return reverse("cert_completion_plugin:plan", args=[batch.reference, plan])
        except NoReverseMatch:
            pass
    return reverse("cert_completion_plugin:batch", args=[batch.reference])
