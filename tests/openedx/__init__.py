"""A small Django project that loads the plugin as the services of Open edX do: by nothing but its being installed.

What the platform's settings are made of, and in which order, is as there: common settings, the site's YAML file over
them, a patch at the end; apps, settings, URLs and receivers come from the plugin manager of `edx-django-utils`. It has
an environment of its own (`make openedx`) and runs by itself, with `--ds=tests.openedx.settings`.
"""
