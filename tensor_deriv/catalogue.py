"""Derivations kept in files: `derivations/NAME.toml`, shipped with the package, and those of the caller's own."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from . import shelf
from .entryfile import read_table, where, where_written
from .errors import DerivationError, UnknownNameError

if TYPE_CHECKING:
    from .derivation import Derivation
    from .program import Program

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
    expect: Mapping[str, str] = field(default_factory=dict)  # by meaning and by text
    published: Mapping[str, str] = field(default_factory=dict)  # by meaning alone
    path: Path | None = None  # None for a question that stands in no file

    @property
    def name(self) -> str:
        """The file's name without its ending."""
        return self.path.stem if self.path else ""

    @cached_property
    def program(self) -> Program:
        """The program that the entry states; DerivationError with the place where it states none."""
        program = self._read()
        known = derivable(program)
        for key, table in (("expect", self.expect), ("published", self.published)):
            for name in table:
                if name not in known:
                    hint = shelf.suggestion(name, known) or f"; it may be {', '.join(known)}"
                    raise UnknownNameError(f"{self._line(key, name)}`{key}` has `{name}`, which the expression has not{hint}")
        return program

    @property
    def variables(self) -> tuple[str, ...]:
        """The inputs that the result may be derived by, in the order they were declared."""
        inputs = self.program.inputs
        ordered = [*(name for name in self.tensors if name in inputs), *(name for name in inputs if name not in self.tensors)]
        return tuple(name for name in ordered if "constant" not in inputs[name].assumptions)

    @property
    def declared(self) -> tuple[str, ...]:
        """The variables among the declared tensors, told from the texts alone: nothing that computes is loaded."""
        defined = {re.split(r"[=\[(]", line, maxsplit=1)[0].strip() for line in self.define}
        constant = {name for name, words in self.assume.items() if "constant" in words.replace(",", " ").split()}
        return tuple(name for name in self.tensors if name not in defined | constant)

    @property
    def checked(self) -> tuple[str, ...]:
        """What `derive check` derives by: the variables, and whatever else something is expected of."""
        return tuple(dict.fromkeys((*self.variables, *self.expect, *self.published)))

    def derive(self, wrt: str) -> Derivation:
        """The derivative by one variable, or by a tensor that `define` names; shape: result.shape + wrt.shape · order."""
        from .derivation import Derivation

        known = derivable(self.program)
        if wrt not in known:
            raise UnknownNameError(f"there is no variable `{wrt}` here; it may be {', '.join(known)}{shelf.suggestion(wrt, known)}")
        try:
            return Derivation(self.program, wrt, self.order, self.style, self.title)
        except RecursionError:
            raise DerivationError(TOO_DEEP) from None

    def _read(self) -> Program:
        from .language.reader import read_program

        self._require_shapes_and_assumptions()
        try:
            return read_program(self.result, self.tensors, self.define, self.assume)
        except DerivationError as error:
            written = error.place.text if error.place else ""
            raise type(error)(self._origin(written) + error.message, error.place) from None
        except RecursionError:
            raise DerivationError(self._origin() + TOO_DEEP) from None

    def _require_shapes_and_assumptions(self) -> None:
        from .language.reader import parse_assumption, parse_shape

        for key, table, parse in (("tensors", self.tensors, parse_shape), ("assume", self.assume, parse_assumption)):
            for name, text in table.items():
                try:
                    parse(text)
                except DerivationError as error:
                    raise type(error)(f"{self._line(key, name)}{error.message}", error.place) from None

    def _origin(self, written: str = "") -> str:
        return f"{where_written(self.path, written)}: " if self.path else ""

    def _line(self, key: str, name: str) -> str:
        return f"{where(self.path, key, name)}: " if self.path else ""


def derivable(program: Program) -> tuple[str, ...]:
    """What a program's result may be derived by: its inputs, and what the caller has defined."""
    return (*program.inputs, *(name for name, item in program.definitions.items() if item.named_by_user))


def load(name_or_path: str | os.PathLike[str]) -> Entry:
    """A catalogue entry by name, or by the path of a .toml file; DerivationError where there is none that can be read."""
    return read(Path(shelf.find(os.fspath(name_or_path))))


def read(path: Path) -> Entry:
    """The entry that a file holds; DerivationError names the file, the key, and what is wanted."""
    table = read_table(path)
    return Entry(path=path, **{**table, "define": tuple(table.get("define", ()))})
