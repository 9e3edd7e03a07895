"""What the plugin's pages need of the site: apps, addresses, templates, static files."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.conf import settings as django_settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.template import TemplateDoesNotExist, TemplateSyntaxError, engines
from django.template.backends.django import DjangoTemplates
from django.template.base import Template
from django.template.loader import get_template
from django.template.loader_tags import BlockNode, ExtendsNode
from django.urls import NoReverseMatch, get_resolver, reverse

from cert_completion_plugin import conf, home

APPS = ("admin", "auth", "contenttypes", "messages", "sessions")
PROCESSORS = (
    "django.template.context_processors.request",
    "django.contrib.auth.context_processors.auth",
    "django.contrib.messages.context_processors.messages",
)
BLOCKS = ("title", "extrastyle", "extrahead", "breadcrumbs")
"""Beside `content`, without which the pages would be empty."""


def check_pages(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """The pages are reachable, and what they are made of is there."""
    if not _leads_somewhere("cert_completion_plugin:batches"):
        text = "The site's urls do not include cert_completion_plugin.urls, so that its pages cannot be opened."
        hint = 'Add path("cert-completions/", include("cert_completion_plugin.urls")) to the urlpatterns of the site.'
        return [checks.Warning(text, hint=hint, id="cert_completion.W004")]
    return [*_missing_apps(), *_missing_processors(), *_missing_admin()]


def _leads_somewhere(name: str) -> bool:
    """Whether the site's urls have this page; they may be broken, which Django's own checks tell better."""
    if not getattr(django_settings, "ROOT_URLCONF", ""):
        return False
    try:
        reverse(name)
    except NoReverseMatch:
        return False
    return True


def _missing_apps() -> Iterator[checks.CheckMessage]:
    missing = [f"django.contrib.{name}" for name in APPS if not apps.is_installed(f"django.contrib.{name}")]
    if missing:
        text = f"The pages of imports need apps that are not in INSTALLED_APPS: {', '.join(missing)}."
        yield checks.Error(text, hint="Add them to INSTALLED_APPS, and migrate.", id="cert_completion.E004")


def _missing_processors() -> Iterator[checks.CheckMessage]:
    ours = [engine for engine in engines.all() if isinstance(engine, DjangoTemplates)]
    if not ours:
        text = "The pages of imports need Django's templates, and TEMPLATES has no backend DjangoTemplates."
        hint = 'Add {"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True, ...} to TEMPLATES.'
        yield checks.Error(text, hint=hint, id="cert_completion.E005")
        return
    given = ours[0].engine.context_processors
    if missing := [name for name in PROCESSORS if name not in given]:
        text = f"The pages of imports need context processors that TEMPLATES does not have: {', '.join(missing)}."
        hint = "Add them to the context_processors in the OPTIONS of the backend DjangoTemplates."
        yield checks.Error(text, hint=hint, id="cert_completion.E005")


def _missing_admin() -> Iterator[checks.CheckMessage]:
    if not apps.is_installed("django.contrib.admin"):
        return
    if not _leads_somewhere("admin:index"):
        text = "The pages of imports lead back to the admin, which the site's urls do not include."
        hint = 'Add path("admin/", admin.site.urls) to the urlpatterns of the site.'
        yield checks.Error(text, hint=hint, id="cert_completion.E007")
        return
    try:
        name = home.admin_site().name
    except ImproperlyConfigured:
        return
    if name not in get_resolver().namespace_dict:
        text = f"The site's urls include an admin site, but not the one in which the plugin is at home ({name!r})."
        hint = f'Name yours in {conf.NAME}: "ADMIN_SITE": "mysite.admin.site", the import string of your AdminSite.'
        yield checks.Error(text, hint=hint, id="cert_completion.E007")


def check_base_template(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """The template that the pages extend exists and has the blocks that they fill."""
    if not _leads_somewhere("cert_completion_plugin:batches"):
        return []
    try:
        name = conf.settings().base_template
    except ImproperlyConfigured:
        return []
    hint = f"Correct BASE_TEMPLATE in {conf.NAME}, or the template."
    try:
        template = get_template(name)
    except (TemplateDoesNotExist, TemplateSyntaxError) as error:
        text = f"The template {name!r}, which the pages of imports extend, cannot be used: {error}."
        return [checks.Error(text, hint=hint, id="cert_completion.E006")]
    inner = getattr(template, "template", None)
    if not isinstance(inner, Template):
        text = f"The template {name!r} is none of Django's own, and pages of imports cannot extend it."
        return [checks.Error(text, hint=hint, id="cert_completion.E006")]
    return list(_missing_blocks(name, blocks_of(inner)))


def _missing_blocks(name: str, blocks: set[str] | None) -> Iterator[checks.CheckMessage]:
    if blocks is None:
        return
    if "content" not in blocks:
        text = f"The template {name!r} has no block “content”, so that pages of imports would be empty."
        hint = "Add {% block content %}{% endblock %} where the page belongs."
        yield checks.Error(text, hint=hint, id="cert_completion.E006")
    if missing := [block for block in BLOCKS if block not in blocks]:
        text = f"The template {name!r} lacks blocks that pages of imports fill: {', '.join(missing)}."
        hint = "Add them: “title” inside <title>, “extrastyle” and “extrahead” in <head>, “breadcrumbs” above the page."
        yield checks.Warning(text, hint=hint, id="cert_completion.W005")


def blocks_of(template: Template) -> set[str] | None:
    """The names of the blocks of a template and of those that it extends; None if what it extends is not fixed."""
    nodes: list[Any] = template.nodelist.get_nodes_by_type(BlockNode)
    blocks = {node.name for node in nodes}
    extending: list[Any] = template.nodelist.get_nodes_by_type(ExtendsNode)
    for node in extending:
        parent = node.parent_name.var
        if not isinstance(parent, str):
            return None
        of_parent = blocks_of(template.engine.get_template(parent))
        if of_parent is None:
            return None
        blocks |= of_parent
    return blocks


def check_static_files(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """Style sheet and script of the pages are found."""
    missing = (
        [] if apps.is_installed("django.contrib.staticfiles") else ["django.contrib.staticfiles in INSTALLED_APPS"]
    )
    if not django_settings.STATIC_URL:
        missing.append("STATIC_URL")
    if not missing:
        return []
    text = f"The pages of imports come without style sheet and script: the site has no {' and no '.join(missing)}."
    hint = "Set up static files as Django's guide says, and run collectstatic where the site is served."
    return [checks.Warning(text, hint=hint, id="cert_completion.W006")]
