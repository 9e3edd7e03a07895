"""The sandbox's settings on the stack under test, with less patience: lost work is sent again after two seconds.

`WORKER_SITE` names the site's database and queue; `WORKER_SITE_OPTIONS` holds more of CERT_COMPLETION, as JSON; mail
goes to the port `WORKER_SITE_MAIL`, if there is one.
"""

import json
import os

from sandbox.settings import *  # noqa: F403
from sandbox.settings import CERT_COMPLETION as SANDBOX
from tests.sink import mail_settings
from tests.worker import places

_OPTIONS = json.loads(os.environ.get("WORKER_SITE_OPTIONS", "{}"))
CERT_COMPLETION = {**SANDBOX, "STALLED_AFTER_SECONDS": 2, "PORTION_ROWS": 200, **_OPTIONS}

if places.HAS_SERVER:
    DATABASES = {"default": places.STACK.database(os.environ["WORKER_SITE"])}
if places.HAS_BROKER:
    del CELERY_BROKER_TRANSPORT  # noqa: F821
    globals().update(places.broker_settings(os.environ["WORKER_SITE"]))
    # Sites share the broker: what workers tell each other would reach those of other sites.
    CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
if "WORKER_SITE_MAIL" in os.environ:
    globals().update(mail_settings(int(os.environ["WORKER_SITE_MAIL"])))
