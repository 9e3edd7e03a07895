"""What is wrong with the setting of the host for Open edX is said at start-up."""

import pytest
from cert_completion_openedx import checks
from cert_completion_openedx.certificates.platform import CourseCertificates
from django.core.checks import run_checks


@pytest.mark.parametrize("given", [None, CourseCertificates, "tests.openedx.certificates.AtOnce"])
def test_what_issues_certificates_can_be_chosen(settings, given):
    settings.CERT_COMPLETION_OPENEDX = {"CERTIFICATES": given}
    assert checks.check_settings(None) == []


@pytest.mark.parametrize("given", [7, "there.is.none"])
def test_what_cannot_be_used_is_told(settings, given):
    settings.CERT_COMPLETION_OPENEDX = {"CERTIFICATES": given}
    [problem] = [found for found in run_checks() if found.id == "cert_completion_openedx.E001"]
    assert "CERTIFICATES" in problem.msg


def test_a_setting_that_is_no_dictionary_is_told(settings):
    settings.CERT_COMPLETION_OPENEDX = ["CERTIFICATES"]
    [problem] = checks.check_settings(None)
    assert "must be a dictionary" in problem.msg
