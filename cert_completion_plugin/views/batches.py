"""The certification import report over all imports that a user may see: filters, and the list, newest first."""

from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from cert_completion_plugin import api, texts
from cert_completion_plugin.forms import ImportFilterForm, describe
from cert_completion_plugin.views.access import ImportPage, number

PAGE = 50
OF_ROWS = ("outcome", "certification", "learner")
"""The filters that the page of an import knows too, for its rows."""


class BatchesView(ImportPage, TemplateView):
    """The imports that fit the filters in the address, of those that the user may see."""

    template_name = "cert_completion_plugin/batches.html"
    title = gettext_lazy("Certification import report")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = ImportFilterForm(self.request.GET, user=self.request.user)
        describe(form)
        is_filtered, before = bool(form.place), number(self.request, "before")
        found, note = self._found(form, before)
        place = {name: value for name, value in form.place.items() if name in OF_ROWS}
        query = f"?{urlencode(place)}" if place else ""
        undone = api.undone_among(found[:PAGE])
        batches = [_line(batch, query, is_undone=batch.id in undone) for batch in found[:PAGE]]
        older = form.place | {"before": str(found[PAGE - 1].id)} if len(found) > PAGE else None
        return super().get_context_data(
            form=form,
            uploaders=api.uploaders(self.request.user),
            batches=batches,
            note=note,
            is_filtered=is_filtered,
            older=f"?{urlencode(older)}" if older else "",
            newest=f"?{urlencode(form.place)}" if before else "",
            is_list=True,
            **kwargs,
        )

    def _found(self, form: ImportFilterForm, before: int) -> tuple[list[api.Batch], str]:
        """One import more than fits on a page, and what is to be said of the filters."""
        if not form.is_valid():
            return [], ""
        keys: tuple[str, ...] | None = None
        if name := form.cleaned_data["certification"]:
            keys = api.certification_keys(self.request.user, name)
            if keys is None:
                return [], _("The LMS cannot look up certifications just now. Try again later, or without that filter.")
            if not keys:
                return [], _("This site has no certification with the short name or ID number “%(name)s”.") % {
                    "name": name
                }
        return api.imports(self.request.user, form.wanted(keys), before=before or None, limit=PAGE + 1), ""


def _line(batch: api.Batch, query: str, *, is_undone: bool) -> dict[str, Any]:
    return {
        "batch": batch,
        "query": query,
        "state": texts.state_label(batch.state),
        "counts": texts.counts_text(batch.counts),
        "is_undone": is_undone,
    }
