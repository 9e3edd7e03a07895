from django.conf import settings
from django.db import models


class UserRetirementStatus(models.Model):
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    original_username = models.CharField(max_length=150)

    def __str__(self):
        return self.original_username
