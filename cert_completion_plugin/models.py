"""The plugin's tables: fields and constraints, no behaviour. `store` asks all the questions."""

import uuid
from enum import StrEnum

from cert_completion_hooks.types import UndoStatus
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cert_completion_plugin.core.messages import MessageState, Silence
from cert_completion_plugin.core.notices import Ending, MailState
from cert_completion_plugin.core.outcomes import BatchState, Outcome, Phase
from cert_completion_plugin.core.undoing import UndoState, UndoStep


def _choices(words: type[StrEnum]) -> list[tuple[str, str]]:
    """Plain texts, so that migrations need nothing of the core."""
    return [(word.value, word.value) for word in words]


class ImportBatch(models.Model):
    """One uploaded file with its frozen options. Pages say "import".

    What is JSON here is ASCII in text columns: PostgreSQL's own JSON type refuses NUL, which a file may hold anywhere.

    .. pii: Usernames of who uploaded, approved and cancelled it; the name of the file.
    .. pii_types: username, other
    .. pii_retirement: local_api
    """

    reference = models.UUIDField(_("reference"), default=uuid.uuid4, unique=True, editable=False)
    state = models.CharField(_("state"), max_length=20, choices=_choices(BatchState))
    file_name = models.CharField(_("file"), max_length=255)
    file_size = models.BigIntegerField(_("size in bytes"), default=0)
    file_sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True)
    file_storage = models.CharField(_("storage"), max_length=100, blank=True)
    file_path = models.CharField(_("name in the storage"), max_length=255, blank=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("uploaded by")
    )
    uploaded_by_name = models.CharField(_("uploaded by"), max_length=255)
    uploaded_at = models.DateTimeField(_("uploaded"))
    language = models.CharField(_("language of the uploader"), max_length=20, blank=True)
    site = models.CharField(_("site"), max_length=100, blank=True)
    options = models.TextField(_("options"))
    headings = models.TextField(_("headings"), default="[]")
    detected = models.TextField(_("detected"), default="{}")
    file_issues = models.TextField(_("problems and warnings of the file"), default="[]")
    question = models.TextField(_("question"), default="null")
    answers = models.TextField(_("answers"), default="{}")
    evidence_type = models.TextField(_("evidence type"), default="null")
    held_back = models.TextField(_("held back"), default="null")
    date_format = models.CharField(_("date format"), max_length=10, blank=True)
    plan = models.PositiveIntegerField(_("plan"), default=1)
    as_of = models.DateField(_("day of the plan"), null=True)
    rows_read = models.PositiveIntegerField(_("rows read"), default=0)
    reader_mark = models.PositiveIntegerField(default=0)
    reader_state = models.TextField(default="{}")
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True)
    progressed_at = models.DateTimeField(_("last progress"))
    sent_at = models.DateTimeField(_("last sent to the workers"), null=True)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("cancelled by")
    )
    cancelled_by_name = models.CharField(_("cancelled by"), max_length=255, blank=True)
    stopped = models.TextField(_("why the site cancelled it"), default="null")
    admitted_at = models.DateTimeField(_("its turn came"), null=True)
    approved_at = models.DateTimeField(_("approved"), null=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("approved by")
    )
    approved_by_name = models.CharField(_("approved by"), max_length=255, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True)
    told_at = models.DateTimeField(_("hosts told of the end"), null=True)
    trouble = models.TextField(_("trouble with a host"), default="null")
    counts = models.TextField(_("counts"), default="{}")
    certifications = models.TextField(_("certifications"), default="{}")
    corrects = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+", verbose_name=_("corrects"))
    failure = models.CharField(_("reference of the failure"), max_length=40, blank=True)
    file_deleted_at = models.DateTimeField(_("file deleted"), null=True)
    rows_deleted_at = models.DateTimeField(_("cells of the rows deleted"), null=True)
    ledger_deleted_at = models.DateTimeField(_("rows deleted"), null=True)
    purging = models.CharField(max_length=10, blank=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ("-id",)
        default_permissions = ()
        permissions = (
            ("upload_completions", _("Can upload certification completions")),
            ("view_import_report", _("Can view the certification imports of others")),
            ("approve_imports", _("Can approve, discard and plan anew certification imports")),
            ("view_personal_data", _("Can view names and cells in certification imports, and download them")),
            ("manage_options", _("Can manage the default options of certification imports")),
            ("forget_learners", _("Can have learners forgotten in certification imports")),
            ("view_status", _("Can see the status of certification imports and send stalled work again")),
        )
        indexes = (
            models.Index(fields=["state", "progressed_at"], name="ccp_batch_state"),
            models.Index(fields=["uploaded_at"], name="ccp_batch_uploaded"),
            models.Index(fields=["uploaded_by_name", "id"], name="ccp_batch_uploader"),
            models.Index(fields=["file_sha256"], name="ccp_batch_sha256"),
            models.Index(fields=["told_at"], name="ccp_batch_told"),
        )

    def __str__(self) -> str:
        return f"{self.file_name} ({self.uploaded_at:%Y-%m-%d %H:%M})"


class Scope(models.Model):
    """What one import at a time may work in: the site, or what one user uploads. The holder keeps it while it works.

    .. no_pii:
    """

    name = models.CharField(max_length=120, unique=True)
    holder = models.ForeignKey(ImportBatch, models.SET_NULL, null=True, related_name="+")
    mark = models.PositiveBigIntegerField(default=0)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.name


class SiteOptions(models.Model):
    """The options with which new imports of the site begin, where they were chosen on their page: one row at most.

    JSON in ASCII.

    .. pii: The username of who chose them.
    .. pii_types: username
    .. pii_retirement: local_api
    """

    options = models.TextField(_("options"))
    changed_at = models.DateTimeField(_("changed"))
    changed_by_name = models.CharField(_("changed by"), max_length=255)

    class Meta:
        verbose_name = _("options for new imports")
        verbose_name_plural = _("options for new imports")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self._meta.verbose_name)


class UserChoice(models.Model):
    """The options that a user chose last; the form begins with them. JSON in ASCII.

    .. no_pii:
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    options = models.TextField(_("options"))

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.user_id}"


class FilePiece(models.Model):
    """At most 512 KiB of an uploaded file; web and worker need no shared disk.

    .. pii: Whatever stands in an uploaded file: usernames, and what each learner completed.
    .. pii_types: username, other
    .. pii_retirement: local_api
    """

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()
    start = models.BigIntegerField()
    content = models.BinaryField()

    class Meta:
        default_permissions = ()
        constraints = (models.UniqueConstraint(fields=["batch", "number"], name="ccp_piece_once"),)

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.number}"


class KeptFile(models.Model):
    """A file that came with a form in which something is to be corrected: kept for its sender alone, and not for long.

    It is no import: nobody sees it in a list, and nothing works on it.

    .. pii: The name of a file, and who sent it.
    .. pii_types: id, other
    .. pii_retirement: local_api
    """

    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    kept_at = models.DateTimeField(db_index=True)
    file_name = models.CharField(max_length=255)
    file_size = models.BigIntegerField(default=0)
    file_storage = models.CharField(max_length=100, blank=True)
    file_path = models.CharField(max_length=255, blank=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.file_name}"


class WatchedFile(models.Model):
    """A file of a watched place, from the moment it is claimed until it lies with its report in `done` or `failed`.

    Afterwards there is no row any more: the file and its import tell the rest. `place` is the SHA-256 of the place's
    location. `claim`, of place and name, is held while the file lies under its own name, and keeps two from taking it;
    afterwards it is the token.

    .. pii: The name of a file, until it is put away.
    .. pii_types: other
    .. pii_retirement: local_api
    """

    class State(models.TextChoices):
        CLAIMED = "claimed"
        TAKEN = "taken"
        READY = "ready"
        SUBMITTED = "submitted"
        REFUSED = "refused"

    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    place = models.CharField(max_length=64)
    claim = models.CharField(max_length=64, unique=True)
    name = models.TextField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.CLAIMED)
    batch = models.ForeignKey(ImportBatch, models.SET_NULL, null=True, related_name="+")
    reason = models.CharField(max_length=20, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        indexes = (models.Index(fields=["place", "state"], name="ccp_watched_place"),)

    def __str__(self) -> str:
        return f"{self.token.hex} {self.state}"


class KeptPiece(models.Model):
    """At most 512 KiB of a kept file.

    .. pii: Whatever stands in a file, for half a day.
    .. pii_types: username, other
    .. pii_retirement: local_api
    """

    file = models.ForeignKey(KeptFile, models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        default_permissions = ()
        constraints = (models.UniqueConstraint(fields=["file", "number"], name="ccp_kept_piece_once"),)

    def __str__(self) -> str:
        return f"{self.file_id}/{self.number}"


class RequestKey(models.Model):
    """That a user's request with this key made an import: the same request again gives the same one, for a while.

    Keys and requests are kept as SHA-256: of one length, and alike in every database's way of comparing texts. Without
    an import the key is being used just now, in a transaction that others do not see.

    .. no_pii:
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key_sha256 = models.CharField(max_length=64)
    request_sha256 = models.CharField(max_length=64)
    batch = models.ForeignKey(ImportBatch, models.CASCADE, null=True, related_name="+")
    used_at = models.DateTimeField(db_index=True)

    class Meta:
        default_permissions = ()
        constraints = (models.UniqueConstraint(fields=["user", "key_sha256"], name="ccp_request_once"),)

    def __str__(self) -> str:
        return f"{self.user_id}"


class WorkerSign(models.Model):
    """The last sign of life of one worker, or of a command that does the work of one.

    `name` is Celery's name of the worker, `started_at` None until it has said so itself; `about` is JSON in ASCII: the
    queues at which it listens, its processes, the versions that it runs.

    .. no_pii:
    """

    name = models.CharField(max_length=150, unique=True)
    started_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField()
    about = models.TextField(default="{}")

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.name} {self.seen_at:%Y-%m-%d %H:%M}"


class SiteState(models.Model):
    """What is kept once for the whole site: one row.

    `numbers`: of all imports that have ended, added up as each does, so that they stay when imports are deleted and
    cost the same however many there were; JSON in ASCII. `purged_at`: when workers last looked for what is kept no
    longer.

    .. no_pii:
    """

    numbers = models.TextField(default="{}")
    purged_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.numbers[:100]


class ImportRow(models.Model):
    """One data line as read. `cells` is a JSON list in ASCII: never changed, and empty once it was deleted.

    Here and in the two tables below the database does not check that the import exists, row by row: they are only ever
    written under the lock of a row that refers to it.

    .. pii: The cells of a row: a username, what the learner completed, and whatever else the file has.
    .. pii_types: username, other
    .. pii_retirement: local_api
    """

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    line = models.PositiveIntegerField()
    slice = models.PositiveIntegerField()
    cells = models.TextField()

    class Meta:
        default_permissions = ()
        constraints = (models.UniqueConstraint(fields=["batch", "line"], name="ccp_row_once"),)
        indexes = (models.Index(fields=["batch", "slice"], name="ccp_row_slice"),)

    def __str__(self) -> str:
        return f"{self.batch_id}:{self.line}"


class Portion(models.Model):
    """The unit of work: all rows of a run of slices, and so of a set of learners.

    .. no_pii:
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        PLANNED = "planned"
        WRITTEN = "written"
        HELD_BACK = "held_back"

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="+", db_index=False)
    plan = models.PositiveIntegerField()
    number = models.PositiveIntegerField()
    first_slice = models.PositiveIntegerField()
    last_slice = models.PositiveIntegerField()
    rows = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True)
    claimed_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    seconds = models.FloatField(default=0)
    counts = models.TextField(default="{}")
    facts = models.TextField(default="{}")
    certifications = models.TextField(default="{}")

    class Meta:
        default_permissions = ()
        constraints = (models.UniqueConstraint(fields=["batch", "plan", "number"], name="ccp_portion_once"),)
        indexes = (models.Index(fields=["batch", "plan", "state"], name="ccp_portion_state"),)

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.plan}/{self.number}"


class Plan(models.Model):
    """A complete plan of an import that somebody has to approve: what its portions add up to; never changed.

    `summary` is what pages show, `rules` the rule of each certification as it was: a plan may rest on very many.

    .. pii: The username of who had the plan made anew.
    .. pii_types: username
    .. pii_retirement: local_api
    """

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="+", db_index=False)
    number = models.PositiveIntegerField(_("number"))
    as_of = models.DateField(_("day of the plan"))
    made_at = models.DateTimeField(_("made"))
    summary = models.TextField(_("summary"))
    rules = models.TextField(_("rules of the certifications"))

    class Meta:
        default_permissions = ()
        constraints = (models.UniqueConstraint(fields=["batch", "number"], name="ccp_plan_once"),)

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.number}"


class ImportUndo(models.Model):
    """One undo of an import: what it would do, shown first, and once it was confirmed with a reason, what it did.

    `counts` adds up, once a step is done, its rows by what becomes of them.

    .. pii: Usernames of who asked for it and confirmed it; the reason that they gave.
    .. pii_types: username, other
    .. pii_retirement: local_api
    """

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="+", verbose_name=_("import"), db_index=False)
    number = models.PositiveIntegerField(_("number"))
    state = models.CharField(_("state"), max_length=10, choices=_choices(UndoState))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("asked by")
    )
    asked_by_name = models.CharField(_("asked by"), max_length=255)
    asked_at = models.DateTimeField(_("asked"))
    previewed_at = models.DateTimeField(_("previewed"), null=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("confirmed by")
    )
    confirmed_by_name = models.CharField(_("confirmed by"), max_length=255, blank=True)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True)
    reason = models.TextField(_("reason"), blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True)
    told_at = models.DateTimeField(_("told of the end"), null=True)
    trouble = models.TextField(_("trouble with a host"), default="null")
    counts = models.TextField(_("counts"), default="{}")

    class Meta:
        verbose_name = _("undo of an import")
        verbose_name_plural = _("undos of imports")
        default_permissions = ()
        permissions = (("undo_imports", _("Can undo imports")),)
        constraints = (models.UniqueConstraint(fields=["batch", "number"], name="ccp_undo_once"),)
        indexes = (models.Index(fields=["state"], name="ccp_undo_state"),)

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.number}"


class UndoPortion(models.Model):
    """The unit of work of an undo: the rows of one portion of the import, previewed first and then undone.

    .. no_pii:
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        PREVIEWED = "previewed"
        UNDONE = "undone"

    undo = models.ForeignKey(ImportUndo, models.CASCADE, related_name="+", db_index=False)
    number = models.PositiveIntegerField()
    first_slice = models.PositiveIntegerField()
    last_slice = models.PositiveIntegerField()
    rows = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True)
    claimed_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    counts = models.TextField(default="{}")

    class Meta:
        default_permissions = ()
        constraints = (models.UniqueConstraint(fields=["undo", "number"], name="ccp_undo_portion_once"),)
        indexes = (models.Index(fields=["undo", "state"], name="ccp_undo_portion_state"),)

    def __str__(self) -> str:
        return f"{self.undo_id}/{self.number}"


class UndoRow(models.Model):
    """What would become of one row in an undo, as its preview says, or did; only ever added.

    .. pii: The name of who changed a record since; what a host gave as its reason.
    .. pii_types: username, other
    .. pii_retirement: local_api
    """

    undo = models.ForeignKey(ImportUndo, models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    step = models.CharField(max_length=7, choices=_choices(UndoStep))
    status = models.CharField(max_length=13, choices=_choices(UndoStatus))
    line = models.PositiveIntegerField()
    assignment_kept = models.BooleanField()
    reason = models.TextField()
    reference = models.CharField(max_length=40)
    changed_by = models.CharField(max_length=255)
    changed_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = (models.UniqueConstraint(fields=["undo", "step", "status", "line"], name="ccp_undo_row_once"),)

    def __str__(self) -> str:
        return f"{self.undo_id}:{self.line} {self.step} {self.status}"


class LedgerEntry(models.Model):
    """What was planned for, written for, or undone of one row; only ever added.

    `revision` counts how often a row had to be decided again because its learner's records changed meanwhile.

    .. pii: A learner's username and key, what they completed, and cells in which something is wrong.
    .. pii_types: id, username, other
    .. pii_retirement: local_api
    """

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    plan = models.PositiveIntegerField()
    phase = models.CharField(max_length=8, choices=_choices(Phase))
    line = models.PositiveIntegerField()
    revision = models.PositiveSmallIntegerField(default=0)
    outcome = models.CharField(max_length=12, choices=_choices(Outcome))
    username = models.CharField(max_length=150)
    learner_key = models.CharField(max_length=100)
    certification_key = models.CharField(max_length=100)
    completed = models.DateField(null=True)
    expires = models.DateField(null=True)
    window_opens = models.DateField(null=True)
    detail = models.TextField()

    class Meta:
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(fields=["batch", "plan", "phase", "line", "revision"], name="ccp_entry_once"),
        )
        # Each of them costs import speed (decision 0017). The two below serve one import as well as all of them; in the
        # first, PostgreSQL compares byte by byte, without which it finds no beginnings of names.
        indexes = (
            models.Index(fields=["batch", "plan", "phase", "outcome", "line"], name="ccp_entry_outcome"),
            models.Index(
                fields=["username", "batch", "line"],
                name="ccp_entry_learner",
                opclasses=["varchar_pattern_ops", "int8_ops", "int4_ops"],
            ),
            models.Index(fields=["certification_key", "batch", "line"], name="ccp_entry_certification"),
        )

    def __str__(self) -> str:
        return f"{self.batch_id}:{self.line} {self.phase} {self.outcome}"


class RowIssue(models.Model):
    """That a row has this problem, warning or reason; for filters. Its particulars stand in the ledger entry.

    .. no_pii:
    """

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    plan = models.PositiveIntegerField()
    phase = models.CharField(max_length=8, choices=_choices(Phase), default=Phase.WRITTEN.value)
    code = models.CharField(max_length=40)
    line = models.PositiveIntegerField()

    class Meta:
        default_permissions = ()
        indexes = (models.Index(fields=["batch", "plan", "phase", "code", "line"], name="ccp_issue_code"),)

    def __str__(self) -> str:
        return f"{self.batch_id}:{self.line} {self.code}"


class Message(models.Model):
    """A message to a learner that waits to be handed to the host, or was.

    .. pii: The key of a learner, and what they were written to about.
    .. pii_types: id, other
    .. pii_retirement: local_api

    `key` names learner, certification and trigger, so that none is sent twice, whatever imports there are; it is given
    up where the message was dropped before it left. `claim` is the sender's mark while it is being sent, `moved_at`
    when the message came into its state. `reason` is the host's word, `reference` where the operator finds what went
    wrong.
    """

    key = models.CharField(max_length=64, unique=True, null=True, blank=True)
    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    line = models.PositiveIntegerField()
    learner_key = models.CharField(max_length=100)
    certification_key = models.CharField(max_length=100)
    trigger = models.CharField(max_length=20)
    state = models.CharField(max_length=11, choices=_choices(MessageState))
    attempts = models.PositiveSmallIntegerField()
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()
    moved_at = models.DateTimeField()
    claim = models.CharField(max_length=32, blank=True)
    silence = models.CharField(max_length=12, blank=True, choices=_choices(Silence))
    reason = models.TextField(blank=True)
    reference = models.CharField(max_length=40, blank=True)

    class Meta:
        default_permissions = ()
        indexes = (models.Index(fields=["batch", "state", "line"], name="ccp_message_state"),)

    def __str__(self) -> str:
        return f"{self.batch_id}:{self.line} {self.trigger} {self.state}"


class Delivery(models.Model):
    """How the messages of one import are delivered: the import chose to send some.

    .. no_pii:

    `sent_at` is when its work was last sent to the workers and nobody has said since that it is done; `due_at` when it
    goes on after trouble, of which `trouble` tells. `finished_at`: nothing is left to deliver, for ever.
    """

    batch = models.OneToOneField(ImportBatch, models.CASCADE, primary_key=True, related_name="+")
    sent_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    trouble = models.TextField(default="null")
    finished_at = models.DateTimeField(null=True, db_index=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.batch_id}"


class Notice(models.Model):
    """What the uploader is told, once, when their import has ended: on the site's pages and by mail.

    .. pii: The id of who uploaded a file; it goes with the account.
    .. pii_types: id
    .. pii_retirement: local_api

    `shown_at`: when it was handed to the site's messages. `mail` is what became of the mail, `moved_at` since when.
    """

    batch = models.OneToOneField(ImportBatch, models.CASCADE, primary_key=True, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, choices=_choices(Ending))
    problems = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    shown_at = models.DateTimeField(null=True)
    mail = models.CharField(max_length=11, choices=_choices(MailState))
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True)
    moved_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        indexes = (
            models.Index(fields=["user", "shown_at"], name="ccp_notice_user"),
            models.Index(fields=["mail", "due_at"], name="ccp_notice_mail"),
        )

    def __str__(self) -> str:
        return f"{self.batch_id} {self.kind} {self.mail}"


class LateForgetting(models.Model):
    """That a learner is to be forgotten in an import that still works or waits: when it has ended.

    The name is kept as a hash, by which the rows are found; `key_hash` is that of the learner's key, "" if not known.

    .. pii: Hashes of a username and a key, until the import has ended.
    .. pii_types: other
    .. pii_retirement: local_api
    """

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="+", db_index=False)
    name_hash = models.CharField(max_length=64)
    key_hash = models.CharField(max_length=64, blank=True)
    slice = models.PositiveIntegerField()

    class Meta:
        default_permissions = ()
        constraints = (models.UniqueConstraint(fields=["batch", "name_hash", "key_hash"], name="ccp_late_once"),)

    def __str__(self) -> str:
        return f"{self.batch_id}"


class CompletionUpload(ImportBatch):
    """The entry of the admin's index that leads to the upload page."""

    class Meta:
        proxy = True
        default_permissions = ()
        verbose_name = _("upload of certification completions")
        verbose_name_plural = _("upload certification completions")


class ImportReport(ImportBatch):
    """The entry of the admin's index that leads to the report."""

    class Meta:
        proxy = True
        default_permissions = ()
        verbose_name = _("certification import report")
        verbose_name_plural = _("certification import report")


class ImportStatus(ImportBatch):
    """The entry of the admin's index that leads to the status page."""

    class Meta:
        proxy = True
        default_permissions = ()
        verbose_name = _("status of certification imports")
        verbose_name_plural = _("status of certification imports")
