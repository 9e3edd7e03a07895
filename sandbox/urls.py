from django.contrib import admin
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import include, path
from django.views.generic import TemplateView

urlpatterns = [
    path("", TemplateView.as_view(template_name="sandbox/home.html"), name="home"),
    path("accounts/login/", LoginView.as_view(template_name="sandbox/login.html"), name="login"),
    path("accounts/logout/", LogoutView.as_view(), name="logout"),
    path("admin/", admin.site.urls),
    path("cert-completions/", include("cert_completion_plugin.urls")),
    path("", include("cert_completion_records.urls")),
]
