"""How the certificates of an import stand, for its report (the hook `follow_ups`)."""

from collections.abc import Sequence

from cert_completion_hooks import Actor, FollowUp, FollowUpFailure
from cert_completion_records.keys import learner_id
from cert_completion_records.models import ImportSource
from django.contrib.auth import get_user_model
from django.db.models import Count
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from cert_completion_openedx.models import CertificateOrder

MOST_FAILURES = 100

_State, _Reason = CertificateOrder.State, CertificateOrder.Reason
_orders = CertificateOrder._default_manager


def follow_ups(actor: Actor, batch_id: str) -> Sequence[FollowUp]:
    """What became of the certificates, and which of them were left when the import was undone."""
    source = ImportSource.objects.filter(batch_id=batch_id).values_list("pk", flat=True).first()
    if source is None:
        return ()
    grouped = _orders.filter(source=source).order_by().values_list("state").annotate(Count("pk"))
    counts: dict[str, int] = dict(grouped)
    path = _path(actor, source)
    told = []
    if any(counts.get(state) for state in (_State.ISSUED, _State.WAITING, _State.FAILED)):
        told.append(
            FollowUp(
                label=_("Course certificates"),
                done=counts.get(_State.ISSUED, 0),
                waiting=counts.get(_State.WAITING, 0),
                failed=counts.get(_State.FAILED, 0),
                waiting_reason=_waiting_reason(source),
                failures=_failures(source, _State.FAILED),
                path=path,
            )
        )
    if left := counts.get(_State.LEFT, 0):
        told.append(
            FollowUp(
                label=_("Taking back course certificates"),
                failed=left,
                failures=_failures(source, _State.LEFT),
                path=path,
            )
        )
    return told


def _waiting_reason(source: int) -> str:
    """What most of those wait for that were tried already."""
    tried = _orders.filter(source=source, state=_State.WAITING).exclude(reason="").order_by()
    most = tried.values_list("reason").annotate(number=Count("pk")).order_by("-number").first()
    return str(_Reason(most[0]).label) if most else ""


def _failures(source: int, state: str) -> tuple[FollowUpFailure, ...]:
    found = _orders.filter(source=source, state=state).order_by("line").values_list("line", "reason")[:MOST_FAILURES]
    return tuple(FollowUpFailure(line=line, reason=_words(state, reason)) for line, reason in found)


def _words(state: str, reason: str) -> str:
    if state == _State.LEFT:
        return _(
            "The record was undone. The certificate, or the platform's task that makes it, is left as it is: whoever "
            "runs the course decides whether it is revoked."
        )
    return str(_Reason(reason).label)


def _path(actor: Actor, source: int) -> str:
    """The list of these certificates in the admin, for whoever may open it."""
    key = learner_id(actor.key)
    user = None if key is None else get_user_model()._default_manager.filter(pk=key, is_staff=True).first()
    if user is None or not any(user.has_perm(f"cert_completion_openedx.{verb}_certificateorder") for verb in _VERBS):
        return ""
    try:
        return f"{reverse('admin:cert_completion_openedx_certificateorder_changelist')}?import={source}"
    except NoReverseMatch:
        return ""


_VERBS = ("view", "change")
