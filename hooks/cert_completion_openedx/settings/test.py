from cert_completion_openedx.settings.common import plugin_settings

__all__ = ["plugin_settings"]
