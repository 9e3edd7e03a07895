"""Values of which a million are made."""

from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
def frozen(cls: type[T]) -> type[T]:
    """A dataclass that the type checker holds to be frozen.

    At run time nothing watches over it: a frozen dataclass takes two or three times as long to make, and each row of a
    file becomes several of these.
    """
    return dataclass(slots=True, kw_only=True, unsafe_hash=True)(cls)
