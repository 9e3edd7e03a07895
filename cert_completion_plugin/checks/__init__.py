"""System checks: what would go wrong later is said at start-up, with a hint.

Each id is explained in docs/operators/system-checks.md. What a check would have to ask a database is asked only where
Django allows it: by `migrate`, by `check --database`, and by the status page.
"""

from django.core import checks

from cert_completion_plugin.checks.database import check_database, check_mysql, check_routing, check_sqlite
from cert_completion_plugin.checks.hosts import check_defaults, check_hosts
from cert_completion_plugin.checks.pages import check_base_template, check_pages, check_static_files
from cert_completion_plugin.checks.rest import check_rest
from cert_completion_plugin.checks.settings import check_mail, check_metrics, check_settings, check_time
from cert_completion_plugin.checks.uploads import check_uploads
from cert_completion_plugin.checks.watched import check_watched
from cert_completion_plugin.checks.workers import check_broker, check_celery

TAG = "cert_completion"

_CHECKS = (
    check_settings,
    check_time,
    check_metrics,
    check_mail,
    check_hosts,
    check_defaults,
    check_celery,
    check_broker,
    check_routing,
    check_database,
    check_pages,
    check_base_template,
    check_static_files,
    check_uploads,
    check_watched,
    check_rest,
)
_OF_THE_DATABASE = (check_sqlite, check_mysql)


def register() -> None:
    for check in _CHECKS:
        checks.register(check, TAG)
    for check in _OF_THE_DATABASE:
        checks.register(check, TAG, checks.Tags.database)
