from django.conf import settings
from django.db import models


class UserRetirementStatus(models.Model):
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    original_username = models.CharField(max_length=150)

    def __str__(self):
        return self.original_username


class UserPreference(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="preferences")
    key = models.CharField(max_length=255, db_index=True)
    value = models.TextField()

    def __str__(self):
        return self.key
