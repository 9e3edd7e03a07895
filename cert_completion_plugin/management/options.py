"""The options of an import (import-rules.md §2) as flags of a command."""

import argparse
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.management.base import CommandError, CommandParser

from cert_completion_plugin import api
from cert_completion_plugin.core.options import (
    AUTO,
    DATE_FORMATS,
    ENCODINGS,
    NO_QUOTE,
    Assign,
    CommitPolicy,
    ImportAction,
    Messages,
    UnknownCertification,
)


def add_options(parser: CommandParser) -> None:
    """One flag for each option. What is not given is as the site's setting DEFAULTS says, never as chosen last."""
    group = parser.add_argument_group("options of the import (what is not given is the site's default)")
    for name, (values, text) in _CHOICES.items():
        group.add_argument(_flag(name), choices=values, metavar=_metavar(values), help=f"{text}: {_listed(values)}")
    for name, (named, text) in _SIGNS.items():
        listed = f"{text}, by name or as it is: {_listed(named)}"
        group.add_argument(_flag(name), type=_sign, choices=tuple(named.values()), metavar="SIGN", help=listed)
    for name, text in _TEXTS.items():
        group.add_argument(_flag(name), metavar="NAME", help=text)
    for name, text in _SWITCHES.items():
        group.add_argument(_flag(name), action=argparse.BooleanOptionalAction, default=None, help=text)


def chosen(given: Mapping[str, Any]) -> api.Options:
    """The options that the flags say. Raises CommandError."""
    names = api.Options().as_mapping()
    values = {name: given[name] for name in names if given.get(name) is not None}
    try:
        return api.Options.from_mapping(api.defaults().as_mapping() | values)
    except api.OptionsError as error:
        raise CommandError(str(error)) from error


_CHOICES: Mapping[str, tuple[tuple[str, ...], str]] = {
    "import_action": (tuple(ImportAction), "what the newest completion of each learner does"),
    "unknown_certification": (tuple(UnknownCertification), "what rows of unknown certifications become"),
    "assign": (tuple(Assign), "whether learners get assigned to the certification"),
    "messages": (tuple(Messages), "whether learners get messages"),
    "commit_policy": (tuple(CommitPolicy), "whether rows with problems hold back the others"),
    "date_format": ((AUTO, *DATE_FORMATS), "how all dates of the file are written"),
    "encoding": ((AUTO, *ENCODINGS), "the encoding of the text"),
}
_SIGNS: Mapping[str, tuple[Mapping[str, str], str]] = {
    "separator": (
        {AUTO: AUTO, "comma": ",", "semicolon": ";", "tab": "\t", "bar": "|", "colon": ":"},
        "what separates the cells",
    ),
    "quote": ({AUTO: AUTO, "double": '"', "single": "'", NO_QUOTE: NO_QUOTE}, "what quotes cells"),
}
"""What is hard to type in a shell can be given by name."""
_TEXTS: Mapping[str, str] = {
    "sheet": "the sheet of a workbook; the first one, unless named",
    "evidence_type": "the evidence type of evidence that is created; the default type, unless named",
}
_SWITCHES: Mapping[str, str] = {
    "ignore_case": "whether names of certifications are compared without case",
    "review": "whether the import waits with its plan until somebody approves it (--approve, or another command)",
}


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")


def _metavar(values: tuple[str, ...]) -> str:
    return "FORMAT" if AUTO in values and "YYYY-MM-DD" in values else "VALUE"


def _listed(values: Iterable[str]) -> str:
    return ", ".join(f'"{value}"' if " " in value else value for value in values)


def _sign(given: str) -> str:
    named = {name: sign for names, _ in _SIGNS.values() for name, sign in names.items()}
    return named.get(given, given)
