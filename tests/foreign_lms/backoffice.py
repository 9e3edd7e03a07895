"""The harbour's admin: a site of its own, beside which Django's default one is not used at all."""

from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.auth.models import Group

from tests.foreign_lms.people.models import Person
from tests.foreign_lms.registry.models import Duty, FormerLicence, Licence, OutsideTraining, ValidLicence


class Backoffice(AdminSite):
    site_header = "Harbour back office"
    site_title = "Harbour back office"
    index_title = "Desks"


site = Backoffice(name="backoffice")


class PersonAdmin(ModelAdmin):
    list_display = ("employee_number", "email", "called", "is_active")
    search_fields = ("employee_number", "email")
    exclude = ("password",)


site.register(Person, PersonAdmin)
site.register([Group, Licence, ValidLicence, FormerLicence, Duty, OutsideTraining], ModelAdmin)
