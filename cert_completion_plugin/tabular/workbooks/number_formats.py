"""Numbers as a workbook shows them: leading zeros, decimals, signs between the digits (import-rules.md §1.2)."""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache

GENERAL = "General"

# A piece of a format: a quoted or escaped text, a blank as wide as a letter, a filling, brackets, an exponent, a sign.
_PIECE = re.compile(r'"([^"]*)"|\\(.)|_(.)|\*(.)|\[([^\]]*)\]|([Ee][+-])|(.)', re.DOTALL)
_CURRENCY = re.compile(r"\$([^-]*)")
_COLOURS = re.compile(r"(?:black|blue|cyan|green|magenta|red|white|yellow|color ?\d+)", re.IGNORECASE)
_PLACEHOLDERS = "0#?"


def shown(value: int | float, number_format: str) -> str:
    """A number as its format shows it; all its digits where that is General, or shows something else than digits."""
    number = exact(value)
    sections = _sections(number_format)
    section, keeps_sign = _section_for(number, sections)
    try:
        text = section.render(abs(number)) if section else digits(number)
    except InvalidOperation:  # more digits than anybody writes down
        return digits(number)
    if section is None:
        return text
    return f"-{text}" if number < 0 and keeps_sign and any(mark in text for mark in "123456789") else text


def exact(value: int | float) -> Decimal:
    """The number that was meant: spreadsheet programs keep fifteen digits, what follows is how binary numbers are."""
    return Decimal(value) if isinstance(value, int) else Decimal(format(value, ".15g"))


def digits(number: Decimal) -> str:
    """All digits, without an exponent and without zeros after the last decimal."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") or "0" if "." in text else text


@dataclass(frozen=True, slots=True)
class _Section:
    """One section of a format, taken apart: what stands before, between and after the places of the digits."""

    whole: tuple[str, ...]
    """Placeholders and texts before the decimal point; a text has the form `"...`."""
    decimals: tuple[str, ...]
    exponent: int
    """How many places the exponent has; 0 without one."""
    has_point: bool
    groups: bool
    percent: int
    thousands: int

    def render(self, number: Decimal) -> str:
        number = number * 100**self.percent / Decimal(1000) ** self.thousands
        if self.exponent:
            return self._scientific(number)
        places = sum(piece in _PLACEHOLDERS for piece in self.decimals)
        whole, _, decimals = format(number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP), "f").partition(".")
        return self._whole(whole) + self._point(_decimals(self.decimals, decimals))

    def _point(self, decimals: str) -> str:
        return f".{decimals}" if self.has_point else decimals

    def _scientific(self, number: Decimal) -> str:
        places = sum(piece in _PLACEHOLDERS for piece in self.decimals)
        mantissa, _, exponent = format(number, f".{places}e").partition("e")
        whole, _, decimals = mantissa.partition(".")
        power = int(exponent)
        sign = "-" if power < 0 else "+"
        return f"{whole}{self._point(_decimals(self.decimals, decimals))}E{sign}{abs(power):0{self.exponent}}"

    def _whole(self, whole: str) -> str:
        rest = list(whole.lstrip("0"))
        places = sum(piece in _PLACEHOLDERS for piece in self.whole)
        out: list[str] = []
        taken = 0
        for piece in reversed(self.whole):
            if piece not in _PLACEHOLDERS:
                out.append(piece[1:])
                continue
            places -= 1
            count = 1 if places else max(1, len(rest))
            for _ in range(count):
                digit = rest.pop() if rest else {"0": "0", "?": " ", "#": ""}[piece]
                if digit.isdigit():
                    out.append("," if self.groups and taken and taken % 3 == 0 else "")
                    taken += 1
                out.append(digit)
        return "".join(reversed(out))


def _decimals(pieces: tuple[str, ...], decimals: str) -> str:
    rest = iter(decimals)
    shown = [next(rest) if piece in _PLACEHOLDERS else piece[1:] for piece in pieces]
    for at in range(len(pieces) - 1, -1, -1):
        if pieces[at] not in _PLACEHOLDERS:
            continue
        if pieces[at] == "0" or shown[at] != "0":
            break
        shown[at] = " " if pieces[at] == "?" else ""
    return "".join(shown)


def _section_for(number: Decimal, sections: tuple[_Section | None, ...]) -> tuple[_Section | None, bool]:
    """The section for a number, and whether a minus has to be written before it."""
    if number < 0 and len(sections) > 1:
        return sections[1], False
    if number == 0 and len(sections) > 2:
        return sections[2], False
    return sections[0], True


@lru_cache(maxsize=512)
def _sections(number_format: str) -> tuple[_Section | None, ...]:
    """The sections of a format; None for one that shows a number otherwise than by its digits."""
    parts: list[list[tuple[str, str]]] = [[]]
    for found in _PIECE.finditer(number_format):
        quoted, escaped, blank, filling, brackets, exponent, plain = found.groups()
        if plain == ";":
            parts.append([])
        elif plain is not None:
            parts[-1].append(("plain", plain))
        elif exponent:
            parts[-1].append(("exponent", exponent))
        elif brackets is not None:
            parts[-1].append(_bracketed(brackets))
        elif filling is None:
            parts[-1].append(("text", " " if blank else quoted if quoted is not None else escaped))
    return tuple(map(_section, parts))


def _bracketed(content: str) -> tuple[str, str]:
    if currency := _CURRENCY.match(content):
        return "text", currency[1]
    return ("text", "") if _COLOURS.fullmatch(content) else ("strange", content)


def _section(pieces: list[tuple[str, str]]) -> _Section | None:
    if "".join(text for kind, text in pieces if kind == "plain").strip().casefold() in ("general", "@"):
        return None
    whole: list[str] = []
    decimals: list[str] = []
    has_point = groups = False
    exponent = percent = commas = 0
    scientific = False
    for kind, text in pieces:
        target = decimals if has_point else whole
        if kind == "text":
            target.append(f'"{text}')
        elif kind == "exponent":
            scientific = True
        elif kind == "strange" or text.isalpha() or text in "/@":
            return None
        elif text in _PLACEHOLDERS and scientific:
            exponent += 1
        elif text in _PLACEHOLDERS:
            groups, commas = groups or bool(commas), 0
            target.append(text)
        elif text == "." and not has_point:
            has_point = True
        elif text == ",":
            commas += 1
        else:
            percent += text == "%"
            target.append(f'"{text}')
    if scientific and not exponent:
        return None
    return _Section(tuple(whole), tuple(decimals), exponent, has_point, groups, percent, commas)
