"""A site with Django's admin, and another one that the plugin's pages can be at home in."""

from django.contrib.admin import AdminSite
from django.urls import path

from tests.urls import urlpatterns as usual

office = AdminSite(name="office")
office.site_header = "The training office"
no_site = "a text"

urlpatterns = [*usual, path("office/", office.urls)]
