"""The models of this host, too, say what personal data they hold."""

import pytest
from cert_completion_openedx.models import CertificateOrder, Counterpart

from tests.retention.test_annotations import test_a_model_says_what_personal_data_it_holds as says_what_it_holds


@pytest.mark.parametrize("model", [CertificateOrder, Counterpart])
def test_a_model_says_what_personal_data_it_holds(model):
    says_what_it_holds(model)
