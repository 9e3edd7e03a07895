"""A site that includes the plugin's pages, and no admin."""

from django.urls import include, path

urlpatterns = [
    path("cert-completions/", include("cert_completion_plugin.urls")),
    path("", include("cert_completion_records.urls")),
]
