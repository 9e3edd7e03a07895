"""Names in texts that people wrote."""

import re

MASK = "\u2014"
"""Stands where the name of somebody stood who was forgotten."""


def without_name(text: str, name: str) -> str:
    """The text with every whole word that is this name masked; upper and lower case do not count."""
    return re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", MASK, text, flags=re.IGNORECASE)
