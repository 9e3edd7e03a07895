"""What a host answered, under examination: what the contract does not allow is an error, never a wrong row."""

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar, cast

from cert_completion_hooks.examining.errors import HostContractError
from cert_completion_hooks.examining.shapes import are_all, shape_fault

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

LONGEST_KEY = 100
_SEQUENCES = (list, tuple)


@dataclass(frozen=True, slots=True)
class Answer:
    """What one host answered to one hook. The methods hand out its values, or raise HostContractError."""

    hook: str
    host: str
    value: Any

    def wrong(self, what: str, mend: str, key: object = None) -> NoReturn:
        raise HostContractError(self.hook, self.host, what, mend, key)

    def mapping(self, asked: Collection[K]) -> Mapping[K, Any]:
        """The answer as a mapping; all its keys were asked for."""
        if not isinstance(self.value, Mapping):
            self.wrong(f"It returned {_kind(self.value)}.", "Return a mapping from the keys that were asked for.")
        for key in self.value:
            if key not in asked:
                self.wrong("This key was not asked for.", "Return only keys that were asked for, echoed exactly.", key)
        return self.value

    def sequence(self, kind: type[V]) -> Sequence[V]:
        """The answer as a sequence of values of one kind."""
        return self.several(self.value, kind, None)

    def several(self, value: Any, kind: type[V], key: object) -> Sequence[V]:
        """The values given for a key, all of one kind."""
        values = value
        if type(value) not in _SEQUENCES:
            if not isinstance(value, Sequence) or isinstance(value, (str, bytes)):
                self.wrong(f"It returned {_kind(value)}.", f"Return a list or tuple of {kind.__name__} here.", key)
            values = list(value)
        if not are_all(values, kind):
            for each in values:
                self.one(each, kind, key)
        return cast(Sequence[V], values)

    def one(self, value: Any, kind: type[V], key: object) -> V:
        """The value given for a key."""
        fault = shape_fault(value, kind)
        if fault:
            self.wrong(fault, "Build it with the types that cert_completion_hooks says.", key)
        return cast(V, value)

    def check_key(self, text: str, key: object) -> None:
        """Whether a key of the host's own can be kept by the plugin."""
        if not 0 < len(text) <= LONGEST_KEY:
            what = f"It returned a value whose own key has {len(text)} characters: {text[:LONGEST_KEY]!r}."
            self.wrong(what, f"Keys have 1 to {LONGEST_KEY} characters.", key)


def _kind(value: object) -> str:
    return "None" if value is None else f"a value of type {type(value).__name__}"
