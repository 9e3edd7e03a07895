"""A web process of the LMS: takes an upload, and tells how it ended, from what its page asks for."""

import time

import django

PATIENCE = 60


def main() -> None:
    django.setup()
    from cert_completion_openedx.models import CertificateOrder, Counterpart
    from cert_completion_records.models import Certification
    from django.contrib.auth import get_user_model
    from django.test import Client

    from cert_completion_plugin import api
    from tests.openedx.conftest import form
    from tests.openedx.test_whole_way import FILE

    users = get_user_model()._default_manager
    users.create_user("ana")
    driver = Certification.objects.create(short_name="Forklift", full_name="Forklift driver", rule="never_expires")
    Counterpart.objects.create(certification=driver, course_key="course-v1:edX+F1+2025", issues_certificate=True)
    client = Client()
    client.force_login(users.create_superuser("root"))
    response = client.post("/certification-imports/upload/", form(FILE))
    assert response.status_code == 302, response.content
    deadline = time.monotonic() + PATIENCE
    while not (batch := api.newest(api.SYSTEM)[0]).has_ended and time.monotonic() < deadline:
        time.sleep(0.1)
    while CertificateOrder.objects.filter(state="waiting").exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    print(batch.state, *(f"{number} {outcome}" for outcome, number in sorted(batch.counts["outcomes"].items())))
    print("certificates:", *CertificateOrder.objects.values_list("state", flat=True))


if __name__ == "__main__":
    main()
