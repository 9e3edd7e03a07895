"""The common settings with the site's YAML file over them, which replaces whole settings."""

import os
from pathlib import Path

import yaml
from edx_django_utils.plugins import add_plugins

from tests.openedx.lms.common import *  # noqa: F403

ENV_TOKENS = yaml.safe_load(Path(os.environ.get("LMS_CFG", Path(__file__).with_name("lms.env.yml"))).read_text("utf-8"))
vars().update(ENV_TOKENS)

add_plugins(__name__, "lms.djangoapp", "production")
