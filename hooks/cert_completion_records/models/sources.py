"""From which import a record came."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class ImportSource(models.Model):
    """One import that wrote here; kept as long as the records that name it.

    The database does not look whether it exists, row by row: it does, from the import's first write on.

    .. pii: The username of who imported; the name of the file.
    .. pii_types: username, other
    .. pii_retirement: local_api
    """

    batch_id = models.CharField(_("import"), max_length=64, unique=True, editable=False)
    file_name = models.CharField(_("file name"), max_length=255)
    uploaded_by = models.CharField(_("uploaded by"), max_length=254)
    uploaded_at = models.DateTimeField(_("uploaded at"))
    report_url = models.CharField(_("import report"), max_length=500, blank=True)
    row_url = models.CharField(_("page of a row"), max_length=500, blank=True, editable=False)
    site = models.CharField(_("site"), max_length=100, blank=True, editable=False)

    class Meta:
        verbose_name = _("import source")
        verbose_name_plural = _("import sources")
        ordering = ("-uploaded_at", "-pk")

    def __str__(self) -> str:
        return self.file_name

    @property
    def report_path(self) -> str:
        """The path of the import report; "" if there is none, or if it is not a path of this site."""
        return _path_of_this_site(self.report_url)

    def row_path(self, line: int | None) -> str:
        """The path of the page that explains the row on this line; where there is none, that of the report."""
        path = "" if line is None else _path_of_this_site(self.row_url).replace("{line}", str(line))
        return path or self.report_path


def _path_of_this_site(url: str) -> str:
    return url if url.startswith("/") and not url.startswith(("//", "/\\")) else ""


class FromImport(models.Model):
    """What says where a record came from and who changed it last. Entered by hand: neither source nor line."""

    source = models.ForeignKey(
        ImportSource,
        verbose_name=_("import"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    line = models.PositiveIntegerField(_("line of the file"), null=True, blank=True, editable=False)
    changed_by = models.CharField(_("changed by"), max_length=254, blank=True, editable=False)
    changed_at = models.DateTimeField(_("changed at"), default=timezone.now, editable=False)

    class Meta:
        abstract = True

    @property
    def came_from(self) -> str:
        """Where the record came from, in words: file and line, or that somebody entered it."""
        if self.source is None:
            return gettext("entered by hand")
        return gettext("%(file)s, line %(line)s") % {"file": self.source.file_name, "line": self.line}

    @property
    def origin_path(self) -> str:
        """The path of the page that tells how the record came about; "" if there is none."""
        return self.source.row_path(self.line) if self.source else ""
