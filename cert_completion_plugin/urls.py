"""The plugin's pages; a site includes them under a prefix of its choice."""

from django.urls import path

from cert_completion_plugin.views.batch import BatchView
from cert_completion_plugin.views.batches import BatchesView
from cert_completion_plugin.views.cancelling import CancelView
from cert_completion_plugin.views.downloads import DownloadView
from cert_completion_plugin.views.upload import UploadView

app_name = "cert_completion_plugin"

urlpatterns = [
    path("", BatchesView.as_view(), name="batches"),
    path("upload/", UploadView.as_view(), name="upload"),
    path("<str:reference>/", BatchView.as_view(), name="batch"),
    path("<str:reference>/cancel/", CancelView.as_view(), name="cancel"),
    path("<str:reference>/download/<str:what>.<str:kind>", DownloadView.as_view(), name="download"),
]
