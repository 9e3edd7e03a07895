"""What is kept beside the record book on Open edX."""

from cert_completion_openedx.models.counterparts import Counterpart
from cert_completion_openedx.models.orders import CertificateOrder
from cert_completion_openedx.models.retired import RetiredLearner

__all__ = ["CertificateOrder", "Counterpart", "RetiredLearner"]
