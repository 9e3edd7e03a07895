"""The site's own settings module, where what it patches stands last."""

import os
from pathlib import Path
from typing import Any

from tests.openedx.lms import production
from tests.openedx.lms.production import *  # noqa: F403

CERT_COMPLETION: dict[str, Any] = vars(production)["CERT_COMPLETION"]
CERT_COMPLETION["MAX_ROWS"] = 50_000

# Where a test starts processes of its own, they share a folder.
if _folder := os.environ.get("LMS_DATA"):
    _queue = Path(_folder) / "queue"
    _queue.mkdir(parents=True, exist_ok=True)
    DATABASES["default"]["NAME"] = str(Path(_folder) / "db.sqlite3")  # noqa: F405
    DATABASES["default"]["OPTIONS"] = {"timeout": 30, "transaction_mode": "IMMEDIATE"}  # noqa: F405
    CERT_COMPLETION_OPENEDX: dict[str, Any] = vars(production)["CERT_COMPLETION_OPENEDX"]
    CERT_COMPLETION_OPENEDX["CERTIFICATES"] = "tests.openedx.certificates.AtOnce"
    BROKER_URL = "filesystem://localhost"
    BROKER_TRANSPORT = "sandbox.broker:Transport"
    BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_queue),
        "data_folder_out": str(_queue),
        "control_folder": str(_queue),
        "polling_interval": 0.05,
    }
