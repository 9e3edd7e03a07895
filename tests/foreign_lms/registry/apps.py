from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "tests.foreign_lms.registry"
    label = "harbour_registry"
