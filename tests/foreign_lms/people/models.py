"""The harbour's staff: there are no user names, people log in with their e-mail addresses."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models


class PersonManager(BaseUserManager["Person"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "Person":
        person = self.model(email=self.normalize_email(email), **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person


class Person(AbstractBaseUser, PermissionsMixin):
    """Somebody who works, or worked, at the harbour. Files know them by the employee number."""

    email = models.EmailField("e-mail address", unique=True)
    employee_number = models.CharField(max_length=150, unique=True)
    called = models.CharField(max_length=200, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    left_on = models.DateField(null=True, blank=True)

    objects = PersonManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["employee_number"]

    class Meta:
        verbose_name_plural = "people"

    def __str__(self) -> str:
        return self.called or self.email
