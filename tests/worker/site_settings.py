"""The sandbox's settings, with less patience: work that got lost is sent again after two seconds."""

from sandbox.settings import *  # noqa: F403
from sandbox.settings import CERT_COMPLETION as SANDBOX

CERT_COMPLETION = {**SANDBOX, "STALLED_AFTER_SECONDS": 2, "PORTION_ROWS": 200}
