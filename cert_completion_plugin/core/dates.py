"""Date formats, and finding the one that a whole file is written in (import-rules.md §2.1)."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple

from cert_completion_plugin.core.options import DATE_FORMATS

_SHAPES = {"YYYY": "([1-9][0-9]{3})", "YY": "([0-9]{2})", "MM": "([0-9]{1,2})", "DD": "([0-9]{1,2})"}


@dataclass(frozen=True, slots=True)
class DateFormat:
    """One way to write a date, such as DD/MM/YYYY. Get one with `named`.

    `order` is the order of its parts by their initials, such as DMY.
    """

    name: str
    order: str
    _shape: re.Pattern[str] = field(repr=False, compare=False)
    _year_month_day: tuple[int, int, int] = field(repr=False, compare=False)

    @classmethod
    def named(cls, name: str) -> "DateFormat":
        """The format of that name. Raises ValueError for a name that is not in `options.DATE_FORMATS`."""
        try:
            return _FORMATS[name]
        except KeyError:
            known = ", ".join(DATE_FORMATS)
            raise ValueError(f"There is no date format {name!r}. Date formats are: {known}.") from None

    def read(self, text: str) -> date | None:
        """The date that a normalised text denotes in this format, or None."""
        return _read(self.name, text) if len(text) <= _LONGEST else None

    def parts(self, text: str) -> tuple[int, int, int] | None:
        """Year, month and day as a normalised text of this shape states them, though there may be no such day.

        None if the text has another shape.
        """
        found = self._shape.fullmatch(text)
        if found is None:
            return None
        year_text, month, day = found.group(*self._year_month_day)
        year = int(year_text)
        if len(year_text) == 2:
            year += 2000 if year < 70 else 1900
        return year, int(month), int(day)


@lru_cache(maxsize=2**14)
def _read(name: str, text: str) -> date | None:
    """Files hold few dates, each of them often."""
    parts = _FORMATS[name].parts(text)
    if parts is None:
        return None
    try:
        return date(*parts)
    except ValueError:
        return None


def _built(name: str) -> DateFormat:
    separator = next(character for character in name if character not in "YMD")
    parts = name.split(separator)
    order = "".join(part[0] for part in parts)
    shape = re.compile(re.escape(separator).join(_SHAPES[part] for part in parts))
    return DateFormat(name, order, shape, (order.index("Y") + 1, order.index("M") + 1, order.index("D") + 1))


_FORMATS = {name: _built(name) for name in DATE_FORMATS}
_VOTING = tuple(one for one in _FORMATS.values() if "YYYY" in one.name)
_LONGEST = len("DD/MM/YYYY")


def fitting_formats(text: str) -> tuple[DateFormat, ...]:
    """Those of all formats, in the order of `options.DATE_FORMATS`, that can read a normalised text."""
    return tuple(one for one in _FORMATS.values() if one.read(text))


class Sample(NamedTuple):
    """A date cell of the file: its row's line and its normalised text."""

    line: int
    text: str


class VerdictKind(StrEnum):
    """What the dates of a file tell of their format; the last three stop the import, which then asks."""

    DECIDED = "decided"
    NO_DATES = "no_dates"
    AMBIGUOUS = "ambiguous"
    CONTRADICTORY = "contradictory"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What `auto` found (import-rules.md §2.1).

    decided: `format_name`, and a cell that can be read in no other way (`proof_line`, `proof_text`), if there is one.
    ambiguous: `candidates`, and up to three `samples` that they read differently.
    contradictory: up to three `samples` of which the first excludes the others, and `offered`, the format that reads
    `offered_fits` of all `votes`. unreadable: up to three `samples`. no_dates: nothing.
    """

    kind: VerdictKind
    format_name: str = ""
    proof_line: int | None = None
    proof_text: str = ""
    candidates: tuple[str, ...] = ()
    samples: tuple[Sample, ...] = ()
    offered: str = ""
    offered_fits: int = 0
    votes: int = 0

    @property
    def asks(self) -> bool:
        """Whether the administrator has to choose the format."""
        return self.kind not in (VerdictKind.DECIDED, VerdictKind.NO_DATES)

    def as_mapping(self) -> dict[str, Any]:
        """The verdict as plain values that JSON can hold; `from_mapping` reads them back."""
        return {
            "kind": str(self.kind),
            "format_name": self.format_name,
            "proof_line": self.proof_line,
            "proof_text": self.proof_text,
            "candidates": list(self.candidates),
            "samples": [sample._asdict() for sample in self.samples],
            "offered": self.offered,
            "offered_fits": self.offered_fits,
            "votes": self.votes,
        }

    @classmethod
    def from_mapping(cls, stored: Mapping[str, Any]) -> "Verdict":
        """The verdict that `as_mapping` gave."""
        values = dict(stored)
        values["kind"] = VerdictKind(values["kind"])
        values["candidates"] = tuple(values["candidates"])
        values["samples"] = tuple(Sample(**sample) for sample in values["samples"])
        return cls(**values)


class _Vote(NamedTuple):
    """What one cell says: the formats that can read it, and whether they all read the same date."""

    formats: tuple[str, ...]
    agree: bool


_NO_VOTE = _Vote((), True)
_KEPT_SAMPLES = 3
_LONGEST_SAMPLE = 100


@lru_cache(maxsize=2**15)
def _vote(text: str) -> _Vote:
    dates = {one.name: day for one in _VOTING if (day := one.read(text))}
    return _Vote(tuple(dates), len(set(dates.values())) < 2)


def _earliest(samples: Iterable[Sample]) -> list[Sample]:
    """The first few, by line, that differ in their texts."""
    by_text: dict[str, Sample] = {}
    for sample in sorted(samples):
        by_text.setdefault(sample.text, sample)
    return list(by_text.values())[:_KEPT_SAMPLES]


@dataclass(slots=True)
class _Tally:
    """How many cells cast one vote, and the earliest of them."""

    count: int = 0
    samples: list[Sample] = field(default_factory=list)

    def add(self, line: int, text: str) -> None:
        self.count += 1
        for sample in self.samples:
            if sample.text == text and sample.line <= line:
                return
        if len(self.samples) < _KEPT_SAMPLES or (line, text) < self.samples[-1]:
            self.samples = _earliest([*self.samples, Sample(line, text)])


class DateVotes:
    """Finds the one format with a four-digit year in which all dates of a file are written.

    Takes the cells one by one, in any order and in constant memory: with each of four separators, a cell is read year
    first alone, day first alone, month first alone or both of these ways, so there are few different votes to count.
    """

    def __init__(self) -> None:
        self._tallies: dict[_Vote, _Tally] = {}

    def add(self, line: int, text: str) -> None:
        """Count one date cell, given the line of its row and its normalised text; a blank one does not count."""
        if not text:
            return
        vote = _vote(text) if len(text) <= _LONGEST else _NO_VOTE
        tally = self._tallies.get(vote)
        if tally is None:
            tally = self._tallies[vote] = _Tally()
        tally.add(line, text[:_LONGEST_SAMPLE])

    def as_state(self) -> dict[str, Any]:
        """All that was counted, as plain values that JSON can hold; `from_state` goes on from there."""
        return {
            "tallies": [
                {**vote._asdict(), "count": tally.count, "samples": [list(sample) for sample in tally.samples]}
                for vote, tally in self._tallies.items()
            ]
        }

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> "DateVotes":
        """The votes that `as_state` gave."""
        votes = cls()
        for stored in state["tallies"]:
            samples = [Sample(line, text) for line, text in stored["samples"]]
            votes._tallies[_Vote(tuple(stored["formats"]), stored["agree"])] = _Tally(stored["count"], samples)
        return votes

    def verdict(self) -> Verdict:
        """What the cells counted so far tell of their format."""
        voting = {vote: tally for vote, tally in self._tallies.items() if vote.formats}
        if not voting:
            return self._without_votes()
        common = [one.name for one in _VOTING if all(one.name in vote.formats for vote in voting)]
        if not common:
            return _contradiction(voting)
        doubtful = [sample for vote, tally in voting.items() if not vote.agree for sample in tally.samples]
        if len(common) > 1 and doubtful:
            return Verdict(kind=VerdictKind.AMBIGUOUS, candidates=tuple(common), samples=tuple(_earliest(doubtful)))
        return _decided(common[0], voting)

    def exclude(self, name: str) -> bool:
        """Whether cells tell of a format, and not one of them can be read in this one."""
        voting = [vote for vote in self._tallies if vote.formats]
        is_told = any(one.name == name for one in _VOTING)
        return is_told and bool(voting) and all(name not in vote.formats for vote in voting)

    def _without_votes(self) -> Verdict:
        unreadable = self._tallies.get(_NO_VOTE)
        if unreadable is None:
            return Verdict(kind=VerdictKind.NO_DATES)
        return Verdict(kind=VerdictKind.UNREADABLE, samples=tuple(unreadable.samples))


def _decided(name: str, voting: Mapping[_Vote, _Tally]) -> Verdict:
    proving = voting.get(_Vote((name,), True))
    if proving is None:
        return Verdict(kind=VerdictKind.DECIDED, format_name=name)
    line, text = proving.samples[0]
    return Verdict(kind=VerdictKind.DECIDED, format_name=name, proof_line=line, proof_text=text)


def _contradiction(voting: Mapping[_Vote, _Tally]) -> Verdict:
    fits = {one.name: sum(tally.count for vote, tally in voting.items() if one.name in vote.formats) for one in _VOTING}
    offered = max(fits, key=lambda name: fits[name])
    return Verdict(
        kind=VerdictKind.CONTRADICTORY,
        samples=_contradicting(offered, voting),
        offered=offered,
        offered_fits=fits[offered],
        votes=sum(tally.count for tally in voting.values()),
    )


def _contradicting(offered: str, voting: Mapping[_Vote, _Tally]) -> tuple[Sample, ...]:
    """The earliest cell that the offered format reads and that excludes others, and the earliest of those others."""
    excluded = {
        tally.samples[0]: [
            sample
            for other, others in voting.items()
            if not set(vote.formats) & set(other.formats)
            for sample in others.samples
        ]
        for vote, tally in voting.items()
        if offered in vote.formats
    }
    first = min(sample for sample, others in excluded.items() if others)
    return (first, *_earliest(excluded[first])[: _KEPT_SAMPLES - 1])
