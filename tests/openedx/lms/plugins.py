from django.apps import AppConfig
from edx_django_utils.plugins import connect_plugin_receivers


class PluginsConfig(AppConfig):
    """Connects the receivers of plugins once all apps are there."""

    name = "tests.openedx.lms"
    label = "plugins"

    def ready(self) -> None:
        connect_plugin_receivers("lms.djangoapp")
