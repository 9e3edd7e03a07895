"""Undoing an import: what it would do, a reason, and what it did."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import TemplateView

from cert_completion_plugin import api, conf, texts
from cert_completion_plugin.forms import UndoForm, describe
from cert_completion_plugin.telling import gone, trouble
from cert_completion_plugin.telling.messages import dropped_text
from cert_completion_plugin.telling.undoing import GROUPS, OBSTACLES, reasons, summary, working
from cert_completion_plugin.views.access import ImportPage, number

REFRESH_SECONDS = 2
PREVIEW_IS_OLD = timedelta(hours=1)


class UndoView(ImportPage, TemplateView):
    """The page of an import's undo. Whoever may see the report may look; to act needs a permission of its own."""

    template_name = "cert_completion_plugin/undo.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        batch = self.found()
        undos = api.undos_of(batch)
        undo = _shown(undos, number(self.request, "number"))
        obstacle = api.undo_obstacle(batch)
        context = super().get_context_data(
            batch=batch,
            deleted_notes=gone.notes(batch),
            undo=undo,
            is_last=undo is None or undo == _shown(undos, 0),
            may_undo=api.may(self.request.user, api.PERMISSION_UNDO, batch),
            obstacle_text=OBSTACLES[obstacle] if obstacle else "",
            others=[_other(each) for each in undos if each != undo and each.state is api.UndoState.DONE],
            **kwargs,
        )
        context["title"] = _("Undo the import of %(file)s") % {"file": batch.file_name}
        if undo is not None and undo.state.is_working:
            told = working(undo, with_names=_is_staff(self.request))
            context |= {"refresh": REFRESH_SECONDS, "page_key": _page_key(undo), **told}
        elif undo is not None:
            context |= self._groups(batch, undo)
            context.setdefault("form", UndoForm(initial={"preview": undo.number}))
            context["errors_title"] = _("Nothing was undone yet")
            describe(context["form"])
        return context

    def _groups(self, batch: api.Batch, undo: api.Undo) -> dict[str, Any]:
        is_done = undo.state is api.UndoState.DONE
        counts = undo.result if is_done else undo.preview
        chosen = _chosen(self.request.GET.get("group", ""), counts)
        size = conf.settings().page_rows
        before, after = number(self.request, "before"), number(self.request, "after")
        is_personal = api.may(self.request.user, api.PERMISSION_VIEW_PERSONAL_DATA, batch)
        rows_before = partial(api.undo_rows_before, self.request.user, batch, undo, chosen)
        rows_after = partial(api.undo_rows, self.request.user, batch, undo, chosen)
        rows: list[api.UndoneRow] = []
        if is_personal:
            rows = rows_before(before=before, limit=size) if before else rows_after(after=after, limit=size)
        first, last = (rows[0].decision.line, rows[-1].decision.line) if rows else (0, 0)
        undone = counts.get(api.UndoStatus.UNDONE, 0)
        return {
            "is_done": is_done,
            "stopped_text": trouble.undo_trouble_text(undo, None, with_names=False) if is_done else "",
            "summary_text": summary(counts, is_done=is_done),
            "dropped_text": "" if is_done else dropped_text(api.message_counts(batch)),
            "groups": [
                {
                    "status": str(status),
                    "label": labels[is_done],
                    "count": counts.get(status, 0),
                    "is_chosen": status is chosen,
                }
                for status, labels in GROUPS.items()
            ],
            "group": str(chosen),
            "group_label": GROUPS[chosen][is_done],
            "why_label": _("What became of it") if is_done else _("What will happen, and why"),
            "is_personal": is_personal,
            "rows": [_row(row, is_done=is_done) for row in rows],
            "earlier": str(first) if rows and rows_before(before=first, limit=1) else "",
            "later": str(last) if rows and rows_after(after=last, limit=1) else "",
            "undone": undone,
            "left": sum(counts.values()) - undone,
            "button_text": ngettext("Undo %(rows)s row", "Undo %(rows)s rows", undone) % {"rows": undone},
            "is_old": not is_done and undo.previewed_at and timezone.now() - undo.previewed_at >= PREVIEW_IS_OLD,
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        batch = self.found()
        if not api.may(request.user, api.PERMISSION_UNDO, batch):
            raise api.Denied(api.PERMISSION_UNDO)
        match request.POST.get("do"):
            case "preview":
                return self._preview(request, batch)
            case "abandon":
                return self._abandon(request, batch)
        return self._undo(request, batch)

    def _preview(self, request: HttpRequest, batch: api.Batch) -> HttpResponse:
        try:
            api.preview_undo(request.user, batch)
        except api.NotUndoable as error:
            messages.error(request, str(OBSTACLES[error.obstacle]))
        return self._back(batch)

    def _abandon(self, request: HttpRequest, batch: api.Batch) -> HttpResponse:
        form = UndoForm(request.POST)
        form.is_valid()
        if not api.abandon_undo(request.user, batch, preview=form.cleaned_data.get("preview") or 0):
            messages.info(request, _("It was too late: the undo had begun, or was given up already."))
        return self._back(batch)

    def _undo(self, request: HttpRequest, batch: api.Batch) -> HttpResponse:
        form = UndoForm(request.POST)
        if not form.is_valid():
            last = api.undo_state(batch)
            if last is not None and last.state is api.UndoState.PREVIEWED:
                return self.render_to_response(self.get_context_data(form=form))
            return self._back(batch)
        preview, reason = form.cleaned_data["preview"], form.cleaned_data["reason"]
        if not api.undo(request.user, batch, reason, preview=preview):
            messages.warning(request, _("Nothing was undone: this is no longer the preview that you saw. Look again."))
        return self._back(batch)

    def _back(self, batch: api.Batch) -> HttpResponse:
        return redirect("cert_completion_plugin:undo", batch.reference)


class UndoProgressView(ImportPage):
    """How far an undo is, as JSON, for the script that keeps its page up to date. Whoever may see that may ask."""

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        undo = api.undo_state(self.found())
        is_working = undo is not None and undo.state.is_working
        content = working(undo, with_names=_is_staff(request)) if undo is not None and is_working else {}
        response = JsonResponse({"page": _page_key(undo), **content})
        response.headers["Cache-Control"] = "no-store"
        return response


def _is_staff(request: HttpRequest) -> bool:
    return bool(getattr(request.user, "is_staff", False))


def _page_key(undo: api.Undo | None) -> str:
    """What the page shows, as a word: another word, and the page has to be fetched anew."""
    return "" if undo is None else f"{undo.number} {undo.state}"


def _shown(undos: Sequence[api.Undo], chosen: int) -> api.Undo | None:
    """The undo with this number; with 0 the last one that was not given up."""
    if chosen:
        found = next((undo for undo in undos if undo.number == chosen), None)
        if found is None:
            raise Http404(_("There is no such undo."))
        return found
    return next((undo for undo in undos if undo.state is not api.UndoState.ABANDONED), None)


def _chosen(group: str, counts: Mapping[str, int]) -> api.UndoStatus:
    """The group that was asked for, else the first that has rows."""
    if group in [str(status) for status in GROUPS]:
        return api.UndoStatus(group)
    return next((status for status in GROUPS if counts.get(status)), api.UndoStatus.UNDONE)


def _row(row: api.UndoneRow, *, is_done: bool) -> dict[str, Any]:
    """One row of a group, in words."""
    decision = row.decision
    return {
        "line": str(decision.line),
        "username": decision.username,
        "record_path": api.record_of_learning_path(decision.learner_key) if decision.learner_key else "",
        "short_name": decision.short_name,
        "id_number": decision.id_number,
        "completed": decision.completed,
        "outcome": decision.outcome,
        "label": texts.outcome_label(decision.outcome),
        "reasons": reasons(row.undo, decision, is_done=is_done),
    }


def _other(undo: api.Undo) -> dict[str, Any]:
    """One of the other undos of the import that were done, for a list."""
    return {"number": undo.number, "undo": undo, "summary": summary(undo.result, is_done=True)}


def note(batch: api.Batch) -> dict[str, Any] | None:
    """What the report says of the import's last undo; None if it was never undone."""
    undo = next((undo for undo in api.undos_of(batch) if undo.confirmed_at is not None), None)
    if undo is None:
        return None
    is_done = undo.state is api.UndoState.DONE
    return {
        "undo": undo,
        "is_done": is_done,
        "is_left": is_done and undo.result.keys() - {api.UndoStatus.UNDONE},
        "summary": summary(undo.result, is_done=True) if is_done else "",
    }
