"""The plugin's pages; a site includes them under a prefix of its choice."""

from django.urls import URLPattern, URLResolver, include, path

from cert_completion_plugin import conf
from cert_completion_plugin.views.batch import BatchView
from cert_completion_plugin.views.batches import BatchesView
from cert_completion_plugin.views.cancelling import CancelView
from cert_completion_plugin.views.deciding import ApproveView, DiscardView, PlanAnewView
from cert_completion_plugin.views.downloads import DownloadView
from cert_completion_plugin.views.messages import MessagesView
from cert_completion_plugin.views.monitoring import HealthView, MetricsView
from cert_completion_plugin.views.options import OptionsView
from cert_completion_plugin.views.plan import PlanView
from cert_completion_plugin.views.progress import ProgressView
from cert_completion_plugin.views.row import RowView
from cert_completion_plugin.views.status import StatusView
from cert_completion_plugin.views.template import TemplateView
from cert_completion_plugin.views.undoing import UndoProgressView, UndoView
from cert_completion_plugin.views.upload import KnownFileView, UploadView

app_name = "cert_completion_plugin"

_API = [path("api/v1/", include("cert_completion_plugin.rest.urls"))] if conf.has_rest_api() else []

urlpatterns: list[URLPattern | URLResolver] = [
    *_API,
    path("", BatchesView.as_view(), name="batches"),
    path("upload/", UploadView.as_view(), name="upload"),
    path("upload/known.json", KnownFileView.as_view(), name="known"),
    path("upload/template.<str:kind>", TemplateView.as_view(), name="template"),
    path("options/", OptionsView.as_view(), name="options"),
    path("status/", StatusView.as_view(), name="status"),
    path("health/", HealthView.as_view(), name="health"),
    path("metrics/", MetricsView.as_view(), name="metrics"),
    path("<str:reference>/", BatchView.as_view(), name="batch"),
    path("<str:reference>/cancel/", CancelView.as_view(), name="cancel"),
    path("<str:reference>/messages/", MessagesView.as_view(), name="messages"),
    path("<str:reference>/plan/<int:plan>/", PlanView.as_view(), name="plan"),
    path("<str:reference>/approve/", ApproveView.as_view(), name="approve"),
    path("<str:reference>/discard/", DiscardView.as_view(), name="discard"),
    path("<str:reference>/plan-anew/", PlanAnewView.as_view(), name="plan-anew"),
    path("<str:reference>/rows/<int:line>/", RowView.as_view(), name="row"),
    path("<str:reference>/download/<str:what>.<str:kind>", DownloadView.as_view(), name="download"),
    path("<str:reference>/progress.json", ProgressView.as_view(), name="progress"),
    path("<str:reference>/undo/", UndoView.as_view(), name="undo"),
    path("<str:reference>/undo/progress.json", UndoProgressView.as_view(), name="undo-progress"),
]
