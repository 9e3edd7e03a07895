"""The words for how a site's imports are doing: what is the matter and what to do, and the status as text or JSON."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cert_completion_plugin import api, texts
from cert_completion_plugin.telling.numbers import grouped
from cert_completion_plugin.telling.times import time_text

VERDICTS = {
    api.SiteVerdict.OK: gettext_lazy("All is well."),
    api.SiteVerdict.WARNING: gettext_lazy("Imports go on, and something needs to be looked at."),
    api.SiteVerdict.CRITICAL: gettext_lazy("Imports do not go on as they should."),
}


_COUNTED = ("messages", "mails", "imports")


def finding_text(finding: api.Finding) -> str:
    """What is the matter, and what to do about it."""
    count = next((finding.about[name] for name in _COUNTED if name in finding.about), 0)
    return str(_text(finding.fault, count)) % dict(finding.about)


def _text(fault: api.SiteFault, count: int) -> Any:
    match fault:
        case api.SiteFault.WORK_STALLED:
            return ngettext(
                "%(imports)s import stands still: its work may have got lost. See whether a worker runs, then send the "
                "work again.",
                "%(imports)s imports stand still: their work may have got lost. See whether a worker runs, then send "
                "the work again.",
                count,
            )
        case api.SiteFault.HOST_TROUBLE:
            return ngettext(
                "%(imports)s import waits for an answer of a host (%(hosts)s). The log says more.",
                "%(imports)s imports wait for an answer of a host (%(hosts)s). The log says more.",
                count,
            )
        case api.SiteFault.IMPORTS_FAILED:
            return ngettext(
                "%(imports)s import failed within a day. The log says why, under the reference on its page.",
                "%(imports)s imports failed within a day. The log says why, under the references on their pages.",
                count,
            )
        case api.SiteFault.MESSAGES_WAIT:
            return ngettext(
                "Messages of %(imports)s import to learners cannot be sent now, and wait. Its page says why.",
                "Messages of %(imports)s imports to learners cannot be sent now, and wait. Their pages say why.",
                count,
            )
        case api.SiteFault.MESSAGES_INTERRUPTED:
            return ngettext(
                "The sending of %(messages)s message to a learner was interrupted within a day: it may have left or "
                "not, and is not sent again. The page of its import lists it.",
                "The sending of %(messages)s messages to learners was interrupted within a day: they may have left or "
                "not, and are not sent again. The pages of their imports list them.",
                count,
            )
        case api.SiteFault.MAILS_DROPPED:
            return ngettext(
                "%(mails)s mail to the uploader of an import could not be sent within a day. The log says why.",
                "%(mails)s mails to uploaders of imports could not be sent within a day. The log says why.",
                count,
            )
        case _:
            return _TEXTS[fault]


_TEXTS: Mapping[api.SiteFault, Any] = {
    api.SiteFault.BROKER_SILENT: gettext_lazy(
        "The message broker %(address)s does not answer, so that no worker hears of new work. Start it, or correct "
        "CELERY_BROKER_URL. Nothing is lost: the work is sent again."
    ),
    api.SiteFault.NO_WORKER: gettext_lazy(
        "No worker is running, so that imports wait. Start one: celery -A mysite worker. Without any, let cron run "
        "manage.py cert_completion_sweep --work."
    ),
    api.SiteFault.NOBODY_LISTENS: gettext_lazy(
        "No worker listens at the queue “%(queue)s”, to which imports are sent. Start one there: celery -A mysite "
        "worker -Q %(queue)s."
    ),
    api.SiteFault.CHECK_FAILED: gettext_lazy("System checks found errors: %(ids)s. Each is explained below."),
    api.SiteFault.CHECK_WARNED: gettext_lazy("System checks warn: %(ids)s. Each is explained below."),
    api.SiteFault.WORKER_LOST: gettext_lazy(
        "Workers fell silent without saying that they stop: %(names)s. If they were killed, see why; what they held is "
        "done by others."
    ),
    api.SiteFault.OTHER_VERSIONS: gettext_lazy(
        "Workers run another version of the plugin than the site (%(version)s): %(workers)s. Start them anew."
    ),
}


def as_json(status: api.SiteHealth) -> str:
    """A status as JSON: names in English, moments in ISO 8601, each finding with its text."""
    plain = _as_plain(status)
    plain["verdict"] = str(status.verdict)
    for each, finding in zip(plain["findings"], status.findings, strict=True):
        each |= {"is_critical": finding.is_critical, "text": finding_text(finding)}
    return json.dumps(plain, indent=2)


def _as_plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: _as_plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _as_plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple, frozenset)):
        return sorted(map(str, value)) if isinstance(value, frozenset) else list(map(_as_plain, value))
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return value if value is None or isinstance(value, (bool, int, float)) else str(value)


def as_lines(status: api.SiteStatus) -> Iterator[str]:
    """A status as text for a terminal."""
    yield f"{status.verdict}: {VERDICTS[status.verdict]}"
    yield from (f"  {'!!' if each.is_critical else ' !'} {finding_text(each)}" for each in status.findings)
    for title, lines in _sections(status):
        yield f"{title}:"
        yield from (f"  {line}" for line in lines)


def _sections(status: api.SiteStatus) -> Iterator[tuple[str, list[str]]]:
    yield _("Work"), list(work_lines(status))
    yield _("Broker"), [broker_text(status.broker)]
    yield _("Workers"), [worker_text(each, status.at) for each in status.workers] or [_("none")]
    if status.checks:
        yield _("System checks"), [f"{each.id}: {each.text} {each.hint}" for each in status.checks]
    yield _("Hosts"), [host_text(each) for each in status.hosts] or [_("none can be used")]
    named = {status.database.vendor: status.database.version, **status.versions}
    yield _("Versions"), [", ".join(f"{name} {version}" for name, version in named.items())]
    changed = [f"{each.key} = {each.value}" for each in status.settings if not each.is_default]
    yield _("Settings that are not the defaults"), changed or [_("none")]


def work_lines(status: api.SiteStatus) -> Iterator[str]:
    """What is under way, what waits, and what ended within a day."""
    work = status.work
    if work.imports:
        yield _("Under way, or waiting for somebody: %(imports)s") % {"imports": imports_text(work.imports)}
    else:
        yield _("No import is under way.")
    for text, portions in ((_portions_text, work.portions), (_undo_portions_text, work.undo_portions)):
        if portions.open:
            known = {"open": portions.open, "rows": portions.rows, "begun": portions.begun}
            yield text(portions.open) % {name: grouped(number) for name, number in known.items()}
    if work.waiting_since:
        since = {"time": time_text(status.at - work.waiting_since)}
        yield _("The import under way on which nothing has happened longest moved %(time)s ago.") % since
    if work.asking_since:
        since = {"time": time_text(status.at - work.asking_since)}
        yield _("The import that waits longest for somebody's word has done so for %(time)s.") % since
    yield from _telling_lines(status)
    if work.ended:
        yield _("Ended within a day: %(imports)s") % {"imports": imports_text(work.ended)}


def _telling_lines(status: api.SiteStatus) -> Iterator[str]:
    told = status.work.tellings
    if told.waiting or told.sending:
        known = {"waiting": _up_to(told.waiting), "sending": _up_to(told.sending)}
        yield _("Messages to learners: %(waiting)s wait, %(sending)s are being sent.") % known
    if told.waiting_since:
        yield _("The first of those that wait was made %(time)s ago.") % {
            "time": time_text(status.at - told.waiting_since)
        }
    if told.mails_waiting:
        text = ngettext(
            "%(number)s mail to an uploader waits.", "%(number)s mails to uploaders wait.", told.mails_waiting
        )
        yield text % {"number": _up_to(told.mails_waiting)}


def _up_to(number: int) -> str:
    """A number that is counted no further than so far."""
    if number < api.MOST_COUNTED:
        return grouped(number)
    return _("%(number)s or more") % {"number": grouped(number)}


def imports_text(by_state: Mapping[str, int]) -> str:
    """Numbers of imports by state, such as "Writing 2, Waits for approval 1"."""
    return ", ".join(f"{texts.state_label(state)} {grouped(number)}" for state, number in sorted(by_state.items()))


def _portions_text(count: int) -> str:
    return ngettext(
        "%(open)s portion of them (%(rows)s rows) is not done, %(begun)s of these was begun lately.",
        "%(open)s portions of them (%(rows)s rows) are not done, %(begun)s of these were begun lately.",
        count,
    )


def _undo_portions_text(count: int) -> str:
    return ngettext(
        "%(open)s portion of undos (%(rows)s rows) is not done, %(begun)s of these was begun lately.",
        "%(open)s portions of undos (%(rows)s rows) are not done, %(begun)s of these were begun lately.",
        count,
    )


def broker_text(broker: api.Broker) -> str:
    if broker.is_eager:
        return _("none: tasks are done where they are sent (task_always_eager)")
    known = {"address": broker.address, "queue": broker.queue or "?"}
    if broker.answers:
        return _("%(address)s answers; imports are sent to the queue “%(queue)s”") % known
    return _("%(address)s does not answer; imports are sent to the queue “%(queue)s”") % known


def worker_text(worker: api.Worker, now: datetime) -> str:
    told = [_("seen %(time)s ago") % {"time": time_text(now - worker.seen_at)}]
    if worker.started_at and not worker.is_command:
        told.append(_("running for %(time)s") % {"time": time_text(max(now - worker.started_at, timedelta()))})
    if worker.queues:
        told.append(_("listens at %(queues)s") % {"queues": ", ".join(worker.queues)})
    if worker.processes and not worker.is_command:
        told.append(
            ngettext("%(number)s portion at a time", "%(number)s portions at a time", worker.processes)
            % {"number": worker.processes}
        )
    if version := worker.versions.get("cert-completion-plugin"):
        told.append(_("version %(version)s") % {"version": version})
    return f"{worker.name}: {', '.join(told)}"


def host_text(host: api.HostStatus) -> str:
    if host.is_blocked:
        return _("%(host)s: blocked") % {"host": host.name}
    if host.info is None:
        return _("%(host)s: does not say what it is") % {"host": host.name}
    known = {"host": host.name, "name": host.info.name, "version": host.info.version}
    answers = [hook for hook, use in host.hooks if use is api.HookUse.ANSWERS]
    known["contract"] = str(host.info.contract_version)
    return _("%(host)s: %(name)s %(version)s, contract %(contract)s, answers %(hooks)s") % {
        **known,
        "hooks": ", ".join(answers) or "-",
    }
