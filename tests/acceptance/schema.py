"""Checks of plain values, as YAML gives them, against a described shape: every fault is named with its place."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any, TypeAlias

Check: TypeAlias = Callable[[Any, str], Iterator[str]]
"""Given a value and its place, yields what is wrong with it, in words."""

PERIOD = re.compile(r"(-?\d+) (day|week|month|year)s?")


def record(required: Mapping[str, Check], optional: Mapping[str, Check]) -> Check:
    """A mapping that has the required keys, perhaps the optional ones, and no others."""
    known = {**required, **optional}

    def check(value: Any, place: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield f"{place}: must be a mapping, not {value!r}"
            return
        for key in value:
            if key not in known:
                yield f"{place}: there is no key {key!r}; the keys are {', '.join(known)}"
        for key in required:
            if key not in value:
                yield f"{place}: the key {key!r} is missing"
        for key in known.keys() & value.keys():
            yield from known[key](value[key], f"{place}.{key}")

    return check


def list_of(each: Check) -> Check:
    def check(value: Any, place: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield f"{place}: must be a list, not {value!r}"
            return
        for number, item in enumerate(value):
            yield from each(item, f"{place}[{number}]")

    return check


def mapping_of(each: Check) -> Check:
    """A mapping from texts of any kind to values of one kind."""

    def check(value: Any, place: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield f"{place}: must be a mapping, not {value!r}"
            return
        for key, item in value.items():
            yield from text(key, f"{place} (a key)")
            yield from each(item, f"{place}.{key}")

    return check


def nullable(check: Check) -> Check:
    return lambda value, place: iter(()) if value is None else check(value, place)


def one_or_list(check: Check) -> Check:
    return lambda value, place: (list_of(check) if isinstance(value, list) else check)(value, place)


def one_of(choices: Iterable[str]) -> Check:
    known = [choice.value if isinstance(choice, Enum) else choice for choice in choices]

    def check(value: Any, place: str) -> Iterator[str]:
        if value not in known:
            yield f"{place}: must be one of {', '.join(map(repr, known))}, not {value!r}"

    return check


def _kind(is_right: Callable[[Any], bool], what: str) -> Check:
    def check(value: Any, place: str) -> Iterator[str]:
        if not is_right(value):
            yield f"{place}: must be {what}, not {value!r}"

    return check


text = _kind(lambda value: isinstance(value, str), "a text (put it into quotes)")
truth = _kind(lambda value: isinstance(value, bool), "true or false")
number = _kind(lambda value: isinstance(value, int) and not isinstance(value, bool) and value > 0, "a number above 0")
day = _kind(lambda value: isinstance(value, date) and not isinstance(value, datetime), "a date (YYYY-MM-DD)")
period = _kind(lambda value: isinstance(value, str) and bool(PERIOD.fullmatch(value)), "a period such as '1 year'")
plain = _kind(
    lambda value: isinstance(value, (str, bool, int, float, date)), "a text, a number, a date or true or false"
)
