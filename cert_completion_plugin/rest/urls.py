"""The addresses of the API, below `api/v1/`."""

from django.urls import path, re_path

from cert_completion_plugin.rest.deciding import AnswerView, ApproveView, CancelView, DiscardView, PlanAnewView
from cert_completion_plugin.rest.downloads import DownloadView, ReportView
from cert_completion_plugin.rest.imports import ImportsView, ImportView
from cert_completion_plugin.rest.messages import MessagesView
from cert_completion_plugin.rest.openapi import OpenApiView
from cert_completion_plugin.rest.plans import PlanLinesView, PlanRowsView, PlansView, PlanView
from cert_completion_plugin.rest.rows import LinesView, RowsView, RowView
from cert_completion_plugin.rest.site import (
    EvidenceTypesView,
    HealthView,
    LimitsView,
    NothingView,
    OptionsView,
    ProblemsView,
    ProblemView,
)
from cert_completion_plugin.rest.undos import AbandonUndoView, ConfirmUndoView, UndoRowsView, UndosView, UndoView

app_name = "rest"

_IMPORT = "imports/<str:reference>"

urlpatterns = [
    path("openapi.json", OpenApiView.as_view(), name="openapi"),
    path("problems", ProblemsView.as_view(), name="problems"),
    path("problems/<str:code>", ProblemView.as_view(), name="problem"),
    path("limits", LimitsView.as_view(), name="limits"),
    path("options", OptionsView.as_view(), name="options"),
    path("evidence-types", EvidenceTypesView.as_view(), name="evidence-types"),
    path("health", HealthView.as_view(), name="health"),
    path("imports", ImportsView.as_view(), name="imports"),
    path(_IMPORT, ImportView.as_view(), name="import"),
    path(f"{_IMPORT}/answer", AnswerView.as_view(), name="answer"),
    path(f"{_IMPORT}/cancel", CancelView.as_view(), name="cancel"),
    path(f"{_IMPORT}/approve", ApproveView.as_view(), name="approve"),
    path(f"{_IMPORT}/discard", DiscardView.as_view(), name="discard"),
    path(f"{_IMPORT}/plan-anew", PlanAnewView.as_view(), name="plan-anew"),
    path(f"{_IMPORT}/plans", PlansView.as_view(), name="plans"),
    path(f"{_IMPORT}/plans/<int:number>", PlanView.as_view(), name="plan"),
    path(f"{_IMPORT}/plans/<int:number>/rows", PlanRowsView.as_view(), name="plan-rows"),
    path(f"{_IMPORT}/plans/<int:number>/lines", PlanLinesView.as_view(), name="plan-lines"),
    path(f"{_IMPORT}/lines", LinesView.as_view(), name="lines"),
    path(f"{_IMPORT}/rows", RowsView.as_view(), name="rows"),
    path(f"{_IMPORT}/rows/<int:line>", RowView.as_view(), name="row"),
    path(f"{_IMPORT}/report.<str:kind>", ReportView.as_view(), name="report"),
    path(f"{_IMPORT}/files/<str:what>.<str:kind>", DownloadView.as_view(), name="file"),
    path(f"{_IMPORT}/messages", MessagesView.as_view(), name="messages"),
    path(f"{_IMPORT}/undos", UndosView.as_view(), name="undos"),
    path(f"{_IMPORT}/undos/<int:number>", UndoView.as_view(), name="undo"),
    path(f"{_IMPORT}/undos/<int:number>/rows", UndoRowsView.as_view(), name="undo-rows"),
    path(f"{_IMPORT}/undos/<int:number>/confirm", ConfirmUndoView.as_view(), name="confirm-undo"),
    path(f"{_IMPORT}/undos/<int:number>/abandon", AbandonUndoView.as_view(), name="abandon-undo"),
    re_path("", NothingView.as_view(), name="nothing"),
]
