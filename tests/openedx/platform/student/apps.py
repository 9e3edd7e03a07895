from django.apps import AppConfig


class StudentConfig(AppConfig):
    name = "tests.openedx.platform.student"
    label = "student"
