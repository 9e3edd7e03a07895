from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "tests.foreign_lms.people"
    label = "harbour_people"
