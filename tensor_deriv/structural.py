"""Trees that are compared by what they are made of, their hash computed once."""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar


class Structural:
    """Base of frozen dataclasses: equal when of one kind with equal fields."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @cached_property
    def _key(self) -> tuple[Any, ...]:
        return tuple([getattr(self, name) for name in self.__dataclass_fields__])

    @cached_property
    def _hash(self) -> int:
        return hash((type(self), self._key))

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return type(self) is type(other) and hash(self) == hash(other) and self._key == other._key
