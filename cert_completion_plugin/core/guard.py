"""Texts that a spreadsheet program would take for formulas: disarmed in what is downloaded, and given back exactly."""

import re

GUARD = "'"

# What begins a formula, after anything that is not seen, also in its full width; and white space that some programs
# take off.
_UNSEEN = r"[\s\x00-\x1F\x7F-\x9F\u00AD\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF]"
_ARMED = re.compile(rf"'*(?:{_UNSEEN}*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]|[\t\r\n])")
_GUARDED = re.compile(r"'" + _ARMED.pattern)


def guarded(text: str) -> str:
    """The text as it is written into a table: with an apostrophe before it if it could be taken for a formula.

    A text that begins with apostrophes and then such a formula gets one more, so that `unguarded` finds it again.
    """
    return GUARD + text if _ARMED.match(text) else text


def unguarded(text: str) -> str:
    """The text of which `guarded` made this. An apostrophe that guards nothing, as of 't Hooft, stays."""
    return text[1:] if text.startswith(GUARD) and _GUARDED.match(text) else text
