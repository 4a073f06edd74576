"""Derivations kept in files: `derivations/NAME.toml`, shipped with the package, and those of the caller's own."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import shelf
from .errors import DerivationError, Place, UnknownNameError

if TYPE_CHECKING:
    from .derivation import Derivation
    from .program import Program

LONGEST = 1_000_000  # bytes of a file
TOO_DEEP = "the expression is nested too deeply; name parts of it with definitions"


@dataclass(frozen=True)
class Entry:
    """One question of the catalogue, with what is expected of its answers."""

    title: str
    result: str
    tensors: Mapping[str, str] = field(default_factory=dict)
    define: tuple[str, ...] = ()
    source: str = ""
    style: str = "cartesian"
    order: int = 1
    assume: Mapping[str, str] = field(default_factory=dict)
    expect: Mapping[str, str] = field(default_factory=dict)
    path: Path | None = None  # None for a question that stands in no file

    @property
    def name(self) -> str:
        """The file's name without its ending."""
        return self.path.stem if self.path else ""

    @cached_property
    def program(self) -> Program:
        """The program that the entry states; DerivationError with the place where it states none."""
        program = self._read()
        known = {**program.inputs, **program.definitions}
        for name in self.expect:
            if name not in known:
                raise UnknownNameError(f"{self._origin}`expect` has `{name}`, which the expression has not{shelf.suggestion(name, known)}")
        return program

    @property
    def variables(self) -> tuple[str, ...]:
        """The inputs that the result may be derived by, in the order they were declared."""
        inputs = self.program.inputs
        ordered = [*(name for name in self.tensors if name in inputs), *(name for name in inputs if name not in self.tensors)]
        return tuple(name for name in ordered if "constant" not in inputs[name].assumptions)

    def derive(self, wrt: str) -> Derivation:
        """The derivative by one variable, or by a tensor that `define` names; shape: result.shape + wrt.shape · order."""
        from .derivation import Derivation

        known = (*self.program.inputs, *(name for name, item in self.program.definitions.items() if item.named_by_user))
        if wrt not in known:
            raise UnknownNameError(f"there is no variable `{wrt}` here; it may be {', '.join(known)}{shelf.suggestion(wrt, known)}")
        try:
            return Derivation(self.program, wrt, self.order, self.style, self.title)
        except RecursionError:
            raise DerivationError(TOO_DEEP) from None

    def _read(self) -> Program:
        from .language.reader import read_program

        try:
            return read_program(self.result, self.tensors, self.define, self.assume)
        except DerivationError as error:
            raise type(error)(self._origin + error.message, error.place) from None
        except RecursionError:
            raise DerivationError(self._origin + TOO_DEEP) from None

    @property
    def _origin(self) -> str:
        return f"{self.path}: " if self.path else ""


def load(name_or_path: str | os.PathLike[str]) -> Entry:
    """A catalogue entry by name, or by the path of a .toml file; DerivationError where there is none that can be read."""
    return read(Path(shelf.find(os.fspath(name_or_path))))


def read(path: Path) -> Entry:
    """The entry that a file holds; DerivationError names the file, the key, and what is wanted."""
    text = _text(path)
    table = _table(path, text)
    for key, value in table.items():
        _require_fit(path, text, key, value)
    for key in REQUIRED:
        if key not in table:
            raise DerivationError(f"{path}: the key `{key}` is missing; it is {KEYS[key][0]}")
    return Entry(path=path, **{**table, "define": tuple(table.get("define", ()))})


def _require_fit(path: Path, text: str, key: str, value: object) -> None:
    if key not in KEYS:
        hint = shelf.suggestion(key, KEYS) or f"; keys are {', '.join(KEYS)}"
        raise UnknownNameError(f"{path}: `{key}` is no key of a derivation{hint}", _line(text, key))
    wanted, fits = KEYS[key]
    if not fits(value):
        raise DerivationError(f"{path}: `{key}` has to be {wanted}", _line(text, key))


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(LONGEST + 1)
        if len(data) > LONGEST:
            raise DerivationError(f"{path}: longer than {LONGEST} bytes, which no derivation is")
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise DerivationError(f"{path}: not UTF-8 text: {error.reason} at byte {error.start}") from None
    except (OSError, ValueError) as error:
        raise DerivationError(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from None


def _table(path: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        place = _position(text, *map(int, found.groups())) if found else None
        raise DerivationError(f"{path}: this is not TOML: {error}", place) from None
    except (RecursionError, ValueError) as error:
        raise DerivationError(f"{path}: this is not TOML: {str(error) or 'nested too deeply'}") from None


def _position(text: str, line: int, column: int) -> Place:
    start = sum(len(part) + 1 for part in text.split("\n")[: line - 1]) + column - 1
    return Place(text, start, start + 1)


def _line(text: str, key: str) -> Place | None:
    found = re.search(rf"^\s*\[?\s*({re.escape(key)})\b", text, re.MULTILINE)
    return Place(text, *found.span(1)) if found else None


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


def _is_table(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(item, str) for item in value.values())


def _is_order(value: object) -> bool:
    return type(value) is int and 1 <= value <= 4


KEYS: dict[str, tuple[str, Callable[[object], bool]]] = {
    "title": ('a text, as in "Linear layer"', _is_text),
    "source": ("a text: the paper or book, and the equation", _is_text),
    "tensors": ('a table of shapes, as in { X = "n d", y = "n", a = "" }', _is_table),
    "define": ('a list of definitions, as in ["T = X @ W + b"]', _is_texts),
    "result": ('a text: the expression to derive, as in "l(T)"', _is_text),
    "style": ('"cartesian" or "mixed"', lambda value: value in ("cartesian", "mixed")),
    "order": ("a whole number from 1 to 4", _is_order),
    "assume": ('a table of assumptions, as in { A = "symmetric" }', _is_table),
    "expect": ('a table of derivatives by variable, as in { w = "2*X.T @ (X @ w - y)" }', _is_table),
}
REQUIRED = ("title", "tensors", "result")
