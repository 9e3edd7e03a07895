from django.apps import AppConfig


class UserApiConfig(AppConfig):
    name = "tests.openedx.platform.user_api"
    label = "user_api"
