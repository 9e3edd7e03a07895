"""The page of what somebody holds, for the office alone."""

from django.contrib.admin.views.decorators import staff_member_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from tests.foreign_lms.people.models import Person
from tests.foreign_lms.registry.models import FormerLicence, OutsideTraining, ValidLicence


@staff_member_required(login_url="backoffice:login")
def licences(request: HttpRequest, person: int) -> HttpResponse:
    tables = {"valid": ValidLicence, "former": FormerLicence, "outside": OutsideTraining}
    held = {name: model._default_manager.filter(person=person).order_by("trained_on") for name, model in tables.items()}
    whose = get_object_or_404(Person, pk=person)
    return render(request, "foreign_lms/licences.html", {"person": whose, **held})
