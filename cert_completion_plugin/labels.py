"""The words for the options of an import, for their values, and for what follows from each."""

from collections.abc import Mapping
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cert_completion_plugin.core.options import (
    AUTO,
    ENCODINGS,
    NO_QUOTE,
    Assign,
    CommitPolicy,
    ImportAction,
    Messages,
    UnknownCertification,
)

WORK_IT_OUT = _("Work it out from the file")
FIRST_SHEET = _("The first one")
DEFAULT_TYPE = _("The default type")
HOW_IT_IS_READ = _("How the file is read")

PERMISSIONS: Mapping[str, Any] = {
    "upload_completions": _("Can upload certification completions"),
    "view_import_report": _("Can view the certification imports of others"),
    "view_personal_data": _("Can view names and cells in certification imports, and download them"),
    "approve_imports": _("Can approve, discard and plan anew certification imports"),
    "undo_imports": _("Can undo imports"),
    "manage_options": _("Can manage the default options of certification imports"),
    "forget_learners": _("Can have learners forgotten in certification imports"),
    "view_status": _("Can see the status of certification imports and send stalled work again"),
}
"""As the admin calls them: the models have the same texts."""


def permission_name(permission: str) -> str:
    """What a permission is called where it is granted, in the active language."""
    return str(PERMISSIONS[permission.rpartition(".")[2]])


NAMES: Mapping[str, Any] = {
    "import_action": _("Import action"),
    "assign": _("Assign learners"),
    "messages": _("Messages to learners"),
    "commit_policy": _("If rows have problems"),
    "review": _("Review"),
    "unknown_certification": _("Unknown certifications"),
    "evidence_type": _("Evidence type"),
    "ignore_case": _("Ignore case"),
    "date_format": _("Date format"),
    "encoding": _("Encoding"),
    "separator": _("Separator of the cells"),
    "quote": _("Quotation mark"),
    "sheet": _("Sheet of the workbook"),
}

_ALPHABETS = {
    "windows-1250": _("Central European"),
    "windows-1251": _("Cyrillic"),
    "windows-1252": _("Western European"),
    "ISO-8859-1": _("Western European"),
    "ISO-8859-2": _("Central European"),
    "ISO-8859-15": _("Western European, with €"),
    "Shift_JIS": _("Japanese"),
    "EUC-JP": _("Japanese"),
    "GB18030": _("Chinese, simplified"),
    "Big5": _("Chinese, traditional"),
    "EUC-KR": _("Korean"),
}

VALUES: Mapping[str, Mapping[Any, Any]] = {
    "import_action": {
        ImportAction.SAVE_TO_HISTORY: _("Save to history"),
        ImportAction.CERTIFY_UNCERTIFIED: _("Certify uncertified learners"),
        ImportAction.CERTIFY_IF_NEWER: _("Certify if newer"),
    },
    "assign": {
        Assign.WHEN_CERTIFYING: _("When certifying"),
        Assign.ALWAYS: _("Always"),
        Assign.NEVER: _("Never"),
    },
    "messages": {
        Messages.NONE: _("Send none"),
        Messages.SEND: _("Send"),
    },
    "commit_policy": {
        CommitPolicy.VALID_ROWS: _("Import the valid rows"),
        CommitPolicy.ALL_OR_NOTHING: _("All or nothing"),
    },
    "review": {
        True: _("Look at the plan first"),
        False: _("Record at once"),
    },
    "unknown_certification": {
        UnknownCertification.IGNORE: _("Ignore"),
        UnknownCertification.CREATE_EVIDENCE: _("Create evidence"),
    },
    "ignore_case": {False: _("No"), True: _("Yes")},
    "date_format": {AUTO: WORK_IT_OUT},
    "encoding": {
        AUTO: WORK_IT_OUT,
        **{name: format_lazy("{} ({})", name, _ALPHABETS[name]) if name in _ALPHABETS else name for name in ENCODINGS},
    },
    "separator": {
        AUTO: WORK_IT_OUT,
        ",": _("Comma"),
        ";": _("Semicolon"),
        "\t": _("Tab"),
        "|": _("Vertical bar"),
        ":": _("Colon"),
    },
    "quote": {
        AUTO: WORK_IT_OUT,
        '"': _('Double (")'),
        "'": _("Single (')"),
        NO_QUOTE: _("None: quotation marks are part of the text"),
    },
    "sheet": {"": FIRST_SHEET},
    "evidence_type": {"": DEFAULT_TYPE},
}

CONSEQUENCES: Mapping[str, Mapping[Any, Any]] = {
    "import_action": {
        ImportAction.SAVE_TO_HISTORY: _(
            "Completions are added to the learners' history; nobody's current record changes."
        ),
        ImportAction.CERTIFY_UNCERTIFIED: _("Who is not certified, or has expired, becomes certified."),
        ImportAction.CERTIFY_IF_NEWER: _("As above, and a newer completion also renews learners who are certified."),
    },
    "assign": {
        Assign.WHEN_CERTIFYING: _("They get assigned when their row becomes the current record."),
        Assign.ALWAYS: _("They get assigned also when their row goes to history."),
        Assign.NEVER: _("Nobody gets assigned; their completions are recorded all the same."),
    },
    "messages": {
        Messages.NONE: _("Nobody is told of what is recorded, neither now nor later by the LMS's scheduled messages."),
        Messages.SEND: _(
            "Who gets assigned is told at once, and the LMS's scheduled messages tell of certifications and renewals "
            "as usual. Completions in the history, and records that have expired already, tell nobody."
        ),
    },
    "commit_policy": {
        CommitPolicy.VALID_ROWS: _("Rows with problems are left out; the report says what to correct."),
        CommitPolicy.ALL_OR_NOTHING: _(
            "If one row has a problem, nothing of the file is imported. Rows that are ignored because their "
            "certification is unknown do not count."
        ),
    },
    "review": {
        True: _(
            "You see what will become of every row, and why. Nothing is recorded until somebody who may approve "
            "imports says so."
        ),
        False: _("The rows are recorded as soon as the file is read; the report says afterwards what became of each."),
    },
    "unknown_certification": {
        UnknownCertification.IGNORE: _("Their rows are rejected and listed in the report."),
        UnknownCertification.CREATE_EVIDENCE: _(
            "Their rows become evidence items in the learners' Records of Learning."
        ),
    },
}


def value_text(option: str, value: Any) -> str:
    """A value of an option in words; a text that somebody typed stays as it is."""
    return str(VALUES[option].get(value, value))
