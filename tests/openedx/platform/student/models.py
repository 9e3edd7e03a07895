from django.conf import settings
from django.db import models


class UserProfile(models.Model):
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="profile")
    name = models.CharField(max_length=255, blank=True)

    class Meta:
        db_table = "auth_userprofile"

    def __str__(self):
        return self.name


class UserStanding(models.Model):
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="standing")
    account_status = models.CharField(max_length=31, blank=True)

    def __str__(self):
        return self.account_status
