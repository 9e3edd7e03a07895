from cert_completion_plugin.settings.common import plugin_settings

__all__ = ["plugin_settings"]
