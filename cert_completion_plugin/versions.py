"""The versions that are at work in this process."""

import platform
from collections.abc import Mapping
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version

from cert_completion_hooks import SPEC_VERSION

from cert_completion_plugin import __version__

PLUGIN = "cert-completion-plugin"
PACKAGES = ("Django", "celery", "kombu", "tablib", "openpyxl", "pluggy")


@lru_cache(maxsize=1)
def versions() -> Mapping[str, str]:
    """By name: the plugin, its contract with hosts, Python, and the packages that do the work."""
    own = {PLUGIN: __version__, "contract": str(SPEC_VERSION), "Python": platform.python_version()}
    return own | {name: _version(name) for name in PACKAGES}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
