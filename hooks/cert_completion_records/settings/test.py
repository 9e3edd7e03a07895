from cert_completion_records.settings.common import plugin_settings

__all__ = ["plugin_settings"]
