"""The harbour with some people and licences, and its files."""

from datetime import date
from typing import Any

from django.contrib.auth.models import Permission

from tests.foreign_lms.people.models import Person
from tests.foreign_lms.registry.models import Basis, Licence, ValidLicence
from tests.people import EVERY_PERMISSION

HEADINGS = "username,certificationshortname,certificationidnumber,completiondate,duedate"
OFFICER = "olga@harbour.example.org"
FILE = f"""{HEADINGS}
0042,Crane,,2026-01-10,
0043,Crane,,2026-02-01,
0043,,PIL-1,2025-12-24,
ann@harbour.example.org,Crane,,2026-01-10,
0042,Welding,,2025-11-05,
"""
"""Rows of Ann, called by her number and by her address, which is no name here; and of Bo, who has one already."""


def officer(*permissions: str) -> Any:
    """Who imports, with these permissions of the plugin, or with all."""
    olga = Person.objects.create_user(OFFICER, "olga", employee_number="O-1", called="Olga Haven", is_staff=True)
    olga.user_permissions.set(Permission.objects.filter(codename__in=permissions or EVERY_PERMISSION))
    olga.user_permissions.add(*Permission.objects.filter(content_type__app_label="harbour_people"))
    return Person.objects.get(pk=olga.pk)


def fill() -> None:
    """Ann and Bo, of whom Bo may work the crane, and two licences."""
    Person.objects.create(employee_number="0042", email="ann@harbour.example.org", called="Ann Berth")
    bo = Person.objects.create(employee_number="0043", email="bo@harbour.example.org", called="Bo Quay")
    crane = Licence.objects.create(
        code="Crane", register_no="CRA-1", basis=Basis.DAY_OF_TRAINING, valid_days=730, renewal_days=60
    )
    Licence.objects.create(code="Pilot", register_no="PIL-1", basis=Basis.FOR_LIFE)
    ValidLicence.objects.create(
        person=bo.pk,
        licence=crane,
        trained_on=date(2024, 2, 1),
        last_day=date(2026, 1, 30),
        renewal_from=date(2025, 12, 2),
    )
