"""The words for a file that was uploaded before: a warning, and no refusal."""

from django.utils.translation import gettext as _

from cert_completion_plugin import api, texts


def earlier_text(earlier: api.Batch) -> str:
    """By whom and when the same file was uploaded, and that it is no harm to upload it again."""
    return _(
        "The same file was uploaded before, by %(name)s on %(at)s (%(state)s). That is no harm: what is recorded "
        "already is not recorded twice."
    ) % {
        "name": earlier.uploaded_by_name,
        "at": texts.moment_text(earlier.uploaded_at),
        "state": texts.state_label(earlier.state),
    }
