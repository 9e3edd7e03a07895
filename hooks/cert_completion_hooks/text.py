"""How names are compared: the one place where text from a file and text from a host meet (import-rules.md §1.2)."""

import unicodedata

# White space and characters without any width, as they stick to cells copied from documents and web pages.
# str.strip() knows the white space, but neither the zero-width characters nor NUL and the other controls.
# Here: joiners, invisible operators, marks and embeddings of writing direction, soft hyphen, byte order mark.
_INVISIBLE = frozenset(
    "\u00ad\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
    "\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\u206a\u206b\u206c\u206d\u206e\u206f\ufeff"
)
_TRIMMED_CATEGORIES = frozenset({"Zs", "Zl", "Zp", "Cc"})


def _is_trimmed(character: str) -> bool:
    return character in _INVISIBLE or unicodedata.category(character) in _TRIMMED_CATEGORIES


# Composing takes time by the square of the length of a run of combining characters. A longer text is too long for any
# name, composed or not, since composing never makes one character of more than four.
_LONGEST_COMPOSED = 2000


def normalised(text: str) -> str:
    """The form in which a name is compared and matched.

    Given any text, returns it in Unicode NFC, without white space (no-break spaces included), zero-width characters
    and control characters at its ends. What stands inside stays. A text of more than 2,000 characters, which no name
    can have, is trimmed but not composed. Source: import-rules.md §1.2.
    """
    if text.isascii() and text.isprintable():
        return text.strip(" ")
    text = _trimmed(text)
    return _trimmed(unicodedata.normalize("NFC", text)) if len(text) <= _LONGEST_COMPOSED else text


def _trimmed(text: str) -> str:
    start, end = 0, len(text)
    while start < end and _is_trimmed(text[start]):
        start += 1
    while end > start and _is_trimmed(text[end - 1]):
        end -= 1
    return text[start:end]


def folded(text: str) -> str:
    """The form in which two names are compared when case is ignored: normalised, then full Unicode case folding."""
    return normalised(normalised(text).casefold())


def heading_key(text: str) -> str:
    """The form in which the headings of a file's columns are compared: folded, without white space, `_` and `-`."""
    return "".join(character for character in folded(text) if character not in "_-" and not character.isspace())
