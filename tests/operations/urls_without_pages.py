"""A site that includes neither the plugin's pages nor the record book's."""

from django.contrib import admin
from django.urls import path

urlpatterns = [path("admin/", admin.site.urls)]
