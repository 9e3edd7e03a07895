"""What is kept beside the record book on Open edX."""

from cert_completion_openedx.models.counterparts import Counterpart

__all__ = ["Counterpart"]
