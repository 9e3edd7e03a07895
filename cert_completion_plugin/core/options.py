"""The options of an import, frozen with it at upload (import-rules.md §2)."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any


class ImportAction(StrEnum):
    SAVE_TO_HISTORY = "save_to_history"
    CERTIFY_UNCERTIFIED = "certify_uncertified"
    CERTIFY_IF_NEWER = "certify_if_newer"


class UnknownCertification(StrEnum):
    IGNORE = "ignore"
    CREATE_EVIDENCE = "create_evidence"


class Assign(StrEnum):
    WHEN_CERTIFYING = "when_certifying"
    ALWAYS = "always"
    NEVER = "never"


class Messages(StrEnum):
    NONE = "none"
    SEND = "send"


class CommitPolicy(StrEnum):
    VALID_ROWS = "valid_rows"
    ALL_OR_NOTHING = "all_or_nothing"


AUTO = "auto"
NO_QUOTE = "none"

SEPARATORS = (",", ";", "\t", "|", ":")
QUOTES = ('"', "'", NO_QUOTE)
ENCODINGS = (
    "UTF-8",
    "UTF-16",
    "windows-1250",
    "windows-1251",
    "windows-1252",
    "ISO-8859-1",
    "ISO-8859-2",
    "ISO-8859-15",
    "Shift_JIS",
    "EUC-JP",
    "GB18030",
    "Big5",
    "EUC-KR",
)

_ORDERS = ("YYYY MM DD", "YY MM DD", "DD MM YYYY", "DD MM YY", "MM DD YYYY", "MM DD YY")
DATE_FORMATS = tuple(order.replace(" ", separator) for separator in "-/. " for order in _ORDERS)


class OptionsError(ValueError):
    """An option that does not exist, or a value that it does not take.

    The text names option, value and what it takes.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the administrator chose for one import. The defaults are those of import-rules.md §2."""

    encoding: str = AUTO
    separator: str = AUTO
    quote: str = AUTO
    sheet: str = ""
    date_format: str = AUTO
    import_action: ImportAction = ImportAction.SAVE_TO_HISTORY
    unknown_certification: UnknownCertification = UnknownCertification.IGNORE
    evidence_type: str = ""
    ignore_case: bool = False
    assign: Assign = Assign.WHEN_CERTIFYING
    messages: Messages = Messages.NONE
    commit_policy: CommitPolicy = CommitPolicy.VALID_ROWS
    review: bool = True

    @classmethod
    def from_mapping(cls, given: Mapping[str, Any]) -> "Options":
        """Build options from plain values, such as a form's or a JSON document's.

        Raises OptionsError for an unknown option or a value that the option does not take.
        """
        known = {field.name for field in fields(cls)}
        for name in given:
            if name not in known:
                raise OptionsError(f"There is no option {name!r}. Options are: {', '.join(sorted(known))}.")
        return cls(**{name: _checked(name, value) for name, value in given.items()})

    def as_mapping(self) -> dict[str, Any]:
        """The options as plain values that JSON can hold; `from_mapping` reads them back."""
        return {name: str(value) if isinstance(value, StrEnum) else value for name, value in asdict(self).items()}


CHOICES: Mapping[str, tuple[Any, ...]] = {
    "encoding": (AUTO, *ENCODINGS),
    "separator": (AUTO, *SEPARATORS),
    "quote": (AUTO, *QUOTES),
    "date_format": (AUTO, *DATE_FORMATS),
    "import_action": tuple(ImportAction),
    "unknown_certification": tuple(UnknownCertification),
    "assign": tuple(Assign),
    "messages": tuple(Messages),
    "commit_policy": tuple(CommitPolicy),
    "ignore_case": (False, True),
    "review": (False, True),
}
"""The values that an option takes; those that are not here take any text."""


def _checked(name: str, value: Any) -> Any:
    choices = CHOICES.get(name)
    if choices is None:
        if not isinstance(value, str):
            raise OptionsError(f"The option {name!r} takes a text, not {value!r}.")
        return value
    for choice in choices:
        if value == choice and isinstance(value, bool) == isinstance(choice, bool):
            return choice
    raise OptionsError(
        f"The option {name!r} does not take {value!r}. It takes: {', '.join(map(repr, map(_plain, choices)))}."
    )


def _plain(choice: Any) -> Any:
    return str(choice) if isinstance(choice, StrEnum) else choice
