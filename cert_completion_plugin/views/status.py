"""How imports are doing, for whoever runs the site."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import TemplateView

from cert_completion_plugin import api, texts
from cert_completion_plugin.telling import status as telling
from cert_completion_plugin.telling.times import time_text
from cert_completion_plugin.views.access import ImportPage


class StatusView(ImportPage, TemplateView):
    """Work, broker, workers, hosts, system checks, versions and settings; posting sends stalled work again."""

    opened_by = (api.PERMISSION_VIEW_STATUS,)
    template_name = "cert_completion_plugin/status.html"
    title = gettext_lazy("Status of certification imports")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        status = api.site_status(self.request.user)
        return super().get_context_data(
            status=status,
            is_ok=status.verdict is api.SiteVerdict.OK,
            verdict=telling.VERDICTS[status.verdict],
            findings=[(finding.is_critical, telling.finding_text(finding)) for finding in status.findings],
            work=list(telling.work_lines(status)),
            waiting=[*_lines(status.work.stalled, status), *_lines(status.work.troubled, status), *_held(status)],
            broker=telling.broker_text(status.broker),
            workers=[*_workers(status.workers, status), *_workers(status.lost_workers, status, is_lost=True)],
            hosts=[_host(host) for host in status.hosts],
            versions=[(status.database.vendor, status.database.version), *status.versions.items()],
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        sent = len(api.resend_stalled(request.user))
        if sent:
            text = ngettext(
                "The work of %(number)s import was sent again.", "The work of %(number)s imports was sent again.", sent
            )
            messages.success(request, text % {"number": sent})
        else:
            messages.info(request, _("No import stands still: nothing was sent."))
        return redirect("cert_completion_plugin:status")


def _lines(waiting: Iterable[api.Waiting], status: api.SiteStatus) -> list[dict[str, Any]]:
    return [
        {
            "id": each.id,
            "reference": each.reference,
            "chip": str(each.state),
            "state": texts.state_label(each.state),
            "time": time_text(status.at - each.since),
            "why": _why(each),
        }
        for each in waiting
    ]


def _held(status: api.SiteStatus) -> list[dict[str, Any]]:
    """The imports whose messages to learners something is in the way of."""
    return [
        {
            "id": each.batch_id,
            "reference": each.reference,
            "chip": "needs_answer",
            "state": _("Messages wait"),
            "time": time_text(status.at - each.since),
            "why": _why_held(each),
        }
        for each in status.work.tellings.held
    ]


def _why_held(held: api.HeldMessages) -> str:
    if held.kind == api.MAIL_REFUSED:
        return _("The LMS can send none of the messages to learners now.")
    if held.kind == api.NOT_OFFERED:
        return _("No host can send messages to learners.")
    return _("Host “%(host)s” cannot send messages to learners now.") % {"host": held.host}


def _why(waiting: api.Waiting) -> str:
    if not waiting.kind:
        return _("Nothing happens.")
    known = {"host": waiting.host, "hook": waiting.hook, "reference": waiting.failure}
    if waiting.kind == api.HOST_AWAY:
        return _("Host “%(host)s” cannot answer (hook “%(hook)s”, reference %(reference)s).") % known
    return _("Host “%(host)s” answers what cannot be right (hook “%(hook)s”, reference %(reference)s).") % known


def _workers(workers: Iterable[api.Worker], status: api.SiteStatus, *, is_lost: bool = False) -> list[dict[str, Any]]:
    return [
        {
            "worker": each,
            "is_lost": is_lost,
            "seen": time_text(status.at - each.seen_at),
            "queues": ", ".join(each.queues),
            "version": each.versions.get("cert-completion-plugin", ""),
        }
        for each in workers
    ]


def _host(host: api.HostStatus) -> dict[str, Any]:
    return {
        "host": host,
        "capabilities": ", ".join(sorted(host.info.capabilities)) if host.info else "",
        "answers": [hook for hook, use in host.hooks if use is api.HookUse.ANSWERS],
        "not_asked": [hook for hook, use in host.hooks if use is not api.HookUse.ANSWERS],
    }
