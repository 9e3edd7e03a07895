"""Certifications whose names are close to a misspelt one (import-rules.md §3, certification_close_match)."""

import unicodedata
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from cert_completion_hooks.text import folded
from cert_completion_hooks.types import Certification, CertificationRef

_SHORTEST = 5
"""So many letters and digits the shorter of two names must have for a slip to count."""


class Nearest(NamedTuple):
    """A certification that a misspelt name may mean: its name that is close, and whether that is its ID number."""

    certification: Certification
    name: str
    is_id_number: bool


class CloseNames:
    """Finds close names among all certifications of a host.

    A name is close if it differs only by case, white space and punctuation, or by a single typing slip: one letter
    added, left out, replaced or swapped with its neighbour, where the shorter name has at least five letters and
    digits. A digit is never a slip. Short names are compared with short names, ID numbers with ID numbers, other
    names with both.
    """

    def __init__(self, certifications: Iterable[Certification]) -> None:
        ranked = sorted(certifications, key=lambda each: (not each.allowed, each.key))
        others = [(name, certification) for certification in ranked for name in certification.other_names]
        self._short_names = _Index([*((each.short_name, each) for each in ranked), *others])
        self._id_numbers = _Index([*((each.id_number, each) for each in ranked), *others])

    def closest(self, reference: CertificationRef) -> Nearest | None:
        """The certification closest to the names of a row, or None.

        One that differs by case, white space and punctuation alone comes before one with a slip, then one that the
        administrator may write before one that they may not; else the smallest key comes first, and a short name
        before an ID number.
        """
        found = []
        for name, index in ((reference.short_name, self._short_names), (reference.id_number, self._id_numbers)):
            nearest = index.closest(name) if name else None
            if nearest is not None:
                slip, close_name, certification = nearest
                is_id_number = index is self._id_numbers
                order = (slip, not certification.allowed, certification.key, is_id_number)
                found.append((order, Nearest(certification, close_name, is_id_number)))
        return min(found)[1] if found else None


class _Index:
    """Names of one kind, found through themselves and every text that is left when one of their letters is left out.

    Two names that are one slip apart share such a text. Only hashes of the texts are kept, since whatever they lead to
    is compared once more.
    """

    def __init__(self, names: Iterable[tuple[str, Certification]]) -> None:
        self._named: dict[str, tuple[str, Certification]] = {}
        for name, certification in names:
            if core := _core(name):
                self._named.setdefault(core, (name, certification))
        self._cores = list(self._named)
        self._ranks: dict[int, tuple[int, ...]] = {}
        for rank, core in enumerate(self._cores):
            if _length(core) >= _SHORTEST:
                self._add(core, (rank,))

    def _add(self, core: str, rank: tuple[int]) -> None:
        ranks = self._ranks
        for text in _shortened(core):
            others = ranks.get(hash(text))
            ranks[hash(text)] = rank if others is None else others + rank

    def closest(self, name: str) -> tuple[bool, str, Certification] | None:
        core = _core(name)
        if core in self._named:
            return (False, *self._named[core])
        best = self._closest_slip(core) if _length(core) >= _SHORTEST else None
        return None if best is None else (True, *self._named[self._cores[best]])

    def _closest_slip(self, core: str) -> int | None:
        best: int | None = None
        for text in _shortened(core):
            # Ranks stand in ascending order: the first that holds is the best of its list.
            for rank in self._ranks.get(hash(text), ()):
                if best is not None and rank >= best:
                    break
                if is_slip(core, self._cores[rank]):
                    best = rank
                    break
        return best


def is_slip(one: str, other: str) -> bool:
    """Whether two different cores are one slip apart; both have at least five letters and digits."""
    if len(one) > len(other):
        one, other = other, one
    start = 0
    while start < len(one) and one[start] == other[start]:
        start += 1
    left, right = one[start:], other[start:]
    if len(left) < len(right):
        return left == right[1:] and not _has_digit(right[0])
    if left[1:] == right[1:]:
        return not _has_digit(left[0] + right[0])
    return left[:2] == right[1::-1] and left[2:] == right[2:] and not _has_digit(left[:2])


def _core(name: str) -> str:
    """What is left of a name without case, white space and punctuation: its letters, digits and marks."""
    text = folded(name)
    if text.isascii():
        return "".join(filter(str.isalnum, text))
    return "".join(character for character in text if unicodedata.category(character)[0] in "LNM")


def _length(core: str) -> int:
    """The number of letters and digits; marks belong to the letter before them."""
    return len(core) if core.isalnum() else sum(map(str.isalnum, core))


def _has_digit(text: str) -> bool:
    return any(map(_is_digit, text))


def _is_digit(character: str) -> bool:
    return unicodedata.category(character)[0] == "N"


def _shortened(core: str) -> Iterator[str]:
    """The core itself and what is left of it without any one of its letters (never without a digit)."""
    yield core
    for place, character in enumerate(core):
        if character.isalpha() or not _is_digit(character):
            yield core[:place] + core[place + 1 :]
