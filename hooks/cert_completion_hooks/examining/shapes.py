"""Whether a value that a host returned has the types that the contract's annotations say."""

import types
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from functools import cache
from operator import attrgetter
from typing import Any, TypeAlias, Union, get_args, get_origin, get_type_hints

Test: TypeAlias = Callable[[Any], bool]

_SHOWN = 80


def shape_fault(value: object, kind: type) -> str:
    """What is wrong with the types of a value, as a sentence; "" if it is a `kind` with everything in place."""
    if _test(kind)(value):
        return ""
    if not isinstance(value, kind):
        return f"{_shown(value)} is not a {kind.__name__}."
    for name, test in _field_tests(kind):
        if not test(getattr(value, name)):
            expected = _in_words(get_type_hints(kind)[name])
            return f"{name} of this {kind.__name__} is {_shown(getattr(value, name))}; it must be {expected}."
    return f"{_shown(value)} is not a proper {kind.__name__}."


def are_all(values: Iterable[object], kind: type) -> bool:
    """Whether there is nothing wrong with the types of any of these values."""
    return all(map(_test(kind), values))


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def _in_words(kind: Any) -> str:
    return kind.__name__ if isinstance(kind, type) and not get_args(kind) else str(kind)


@cache
def _test(kind: Any) -> Test:
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return _any_of(tuple(map(_test, get_args(kind))))
    if origin in (tuple, frozenset):
        return _all_in(origin, _test(get_args(kind)[0]))
    if origin is not None:
        return _mapping(*map(_test, get_args(kind)))
    return _fielded(kind) if _has_fields(kind) else _plain(kind)


def _has_fields(kind: Any) -> bool:
    return is_dataclass(kind) or hasattr(kind, "_fields")


def _plain(kind: type) -> Test:
    # A datetime is a date to Python, and True a number: neither is to us.
    excluded = {date: datetime, int: bool}.get(kind)
    if excluded is None:
        return lambda value: isinstance(value, kind)
    return lambda value: isinstance(value, kind) and not isinstance(value, excluded)


def _any_of(tests: tuple[Test, ...]) -> Test:
    return lambda value: any(test(value) for test in tests)


def _all_in(kind: Any, test: Test) -> Test:
    return lambda value: isinstance(value, kind) and all(map(test, value))


def _mapping(key_test: Test, value_test: Test) -> Test:
    return lambda value: (
        isinstance(value, Mapping) and all(map(key_test, value)) and all(map(value_test, value.values()))
    )


@cache
def _field_tests(kind: Any) -> tuple[tuple[str, Test], ...]:
    hints = get_type_hints(kind)
    names = [field.name for field in fields(kind)] if is_dataclass(kind) else kind._fields
    return tuple((name, _test(hints[name])) for name in names)


def _fielded(kind: Any) -> Test:
    """Values come by the thousand and are of few makes: what all fields are, by type, is tested once for each make."""
    names = [name for name, _ in _field_tests(kind)]
    values_of = attrgetter(*names) if len(names) > 1 else lambda value: (getattr(value, names[0]),)
    tests = [test for _, test in _field_tests(kind)]
    nested = [index for index, (name, _) in enumerate(_field_tests(kind)) if _holds_values(get_type_hints(kind)[name])]
    known: set[tuple[type, ...]] = set()

    def test(value: Any) -> bool:
        if not isinstance(value, kind):
            return False
        values = values_of(value)
        make = tuple(map(type, values))
        if make in known:
            return not nested or all(tests[index](values[index]) for index in nested)
        if not all(test(each) for test, each in zip(tests, values, strict=True)):
            return False
        known.add(make)
        return True

    return test


def _holds_values(kind: Any) -> bool:
    """Whether values of this type may be right or wrong by what they hold."""
    parts = get_args(kind) if get_origin(kind) in (Union, types.UnionType) else (kind,)
    return any(get_origin(part) is not None or _has_fields(part) for part in parts)
