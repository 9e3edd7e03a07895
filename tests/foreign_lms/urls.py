from django.urls import include, path

from tests.foreign_lms import backoffice
from tests.foreign_lms.pages import licences

urlpatterns = [
    path("desk/", backoffice.site.urls),
    path("office/training/imports/", include("cert_completion_plugin.urls")),
    path("people/<int:person>/licences/", licences, name="licences"),
]
