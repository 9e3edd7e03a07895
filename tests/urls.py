from django.contrib import admin
from django.contrib.auth.views import LoginView
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("accounts/login/", LoginView.as_view(template_name="admin/login.html"), name="login"),
    path("cert-completions/", include("cert_completion_plugin.urls")),
    path("", include("cert_completion_records.urls")),
]
