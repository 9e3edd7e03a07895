"""The admin site in which the plugin is at home: the setting `ADMIN_SITE`."""

from django.contrib import admin
from django.contrib.admin import AdminSite
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from cert_completion_plugin import conf


def admin_site() -> AdminSite:
    """The admin site that the setting names. Raises ImproperlyConfigured if there is none."""
    name = conf.settings().admin_site
    try:
        found = import_string(name)
    except ImportError as error:
        raise ImproperlyConfigured(f"{conf.NAME}['ADMIN_SITE'] cannot be imported: {error}.") from error
    if not isinstance(found, AdminSite):
        raise ImproperlyConfigured(f"{conf.NAME}['ADMIN_SITE'] must lead to an AdminSite; {name!r} does not.")
    return found


def site_of_entries() -> AdminSite:
    """The same for the entries of the index, which are made before anything is checked; a check tells what is wrong."""
    try:
        return admin_site()
    except ImproperlyConfigured:
        return admin.site
