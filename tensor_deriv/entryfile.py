"""The file of a derivation: which keys it has, and what is said of one that cannot be read."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable
from keyword import iskeyword
from pathlib import Path
from typing import Any

from .errors import DerivationError, Place, UnknownNameError
from .shelf import suggestion

LONGEST = 1_000_000  # bytes of a file


def read_table(path: Path) -> dict[str, Any]:
    """The keys of a derivation's file; DerivationError names the file, the line, the key, and what is wanted."""
    text = _text(path)
    table = _table(path, text)
    for key, value in table.items():
        _require_fit(path, text, key, value)
    for key in REQUIRED:
        if key not in table:
            raise DerivationError(f"{path}: the key `{key}` is missing; it is {KEYS[key][0]}")
    return table


def where(path: Path, key: str, inner: str = "") -> str:
    """`mine.toml:7`, the line of a key, or of a name in its table; the path alone where no such line is found."""
    text = _text(path)
    return at(path, place_of(text, key, inner))


def where_written(path: Path, text: str) -> str:
    """`mine.toml:7`, the line that holds a text as it stands; the path alone where there is none, or more than one."""
    whole = _text(path)
    once = bool(text) and whole.count(text) == 1
    return at(path, Place(whole, whole.find(text), whole.find(text) + 1) if once else None)


def at(path: Path, place: Place | None) -> str:
    """A file with the line of a place in it, as compilers write it."""
    return f"{path}:{place.text.count(chr(10), 0, place.start) + 1}" if place else str(path)


def place_of(text: str, key: str, inner: str = "") -> Place | None:
    """Where a key stands in a file, or a name in its table."""
    head = re.search(rf"^\s*\[?\s*['\"]?({re.escape(key)})\b", text, re.MULTILINE)
    if not head or not inner:
        return Place(text, *head.span(1)) if head else None
    name = re.compile(rf"(?<![\w'\"])['\"]?({re.escape(inner)})['\"]?\s*=").search(text, head.end())
    return Place(text, *name.span(1)) if name else Place(text, *head.span(1))


def _require_fit(path: Path, text: str, key: str, value: object) -> None:
    if key not in KEYS:
        hint = suggestion(key, KEYS) or f"; keys are {', '.join(KEYS)}"
        place = place_of(text, key)
        raise UnknownNameError(f"{at(path, place)}: `{key}` is no key of a derivation{hint}", place)
    wanted, faults = KEYS[key]
    for fault, inner in faults(value):
        place = place_of(text, key, inner)
        raise DerivationError(f"{at(path, place)}: `{key}` has to be {wanted}{fault and '; ' + fault}", place)


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
        raise DerivationError(f"{at(path, place)}: this is not TOML: {error}", place) from None
    except (RecursionError, ValueError) as error:
        raise DerivationError(f"{path}: this is not TOML: {str(error) or 'nested too deeply'}") from None


def _position(text: str, line: int, column: int) -> Place:
    start = sum(len(part) + 1 for part in text.split("\n")[: line - 1]) + column - 1
    return Place(text, start, start + 1)


# What is wrong with a value: nothing, or (what is found, the name in the table that it is found at).
Faults = Callable[[object], Iterable[tuple[str, str]]]


def _text_faults(value: object) -> Iterable[tuple[str, str]]:
    if not isinstance(value, str) or not value.strip():
        yield f"this is {_kind(value)}", ""


def _texts_faults(value: object) -> Iterable[tuple[str, str]]:
    if not isinstance(value, list):
        yield f"this is {_kind(value)}", ""
        return
    for number, item in enumerate(value, 1):
        if not isinstance(item, str) or not item.strip():
            yield f"number {number} in it is {_kind(item)}", ""


def _table_faults(value: object) -> Iterable[tuple[str, str]]:
    if not isinstance(value, dict):
        yield f"this is {_kind(value)}", ""
        return
    for name, item in value.items():
        if not isinstance(item, str):
            yield f"`{name}` is {_kind(item)} there", name
        if not name.isidentifier() or iskeyword(name):
            yield f"`{name}` is no name of a tensor", name


def _style_faults(value: object) -> Iterable[tuple[str, str]]:
    if value not in ("cartesian", "mixed"):
        yield f"this is {_kind(value)}" if not isinstance(value, str) else "", ""


def _order_faults(value: object) -> Iterable[tuple[str, str]]:
    if type(value) is not int or not 1 <= value <= 4:
        yield f"this is {_kind(value)}" if type(value) is not int else "", ""


def _kind(value: object) -> str:
    match value:
        case str():
            return "a text" if value.strip() else "an empty text"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case list():
            return "a list"
        case dict():
            return "a table"
    return "a date or time"


KEYS: dict[str, tuple[str, Faults]] = {
    "title": ('a text, as in "Linear layer"', _text_faults),
    "source": ("a text: the paper or book, and the equation", _text_faults),
    "tensors": ('a table of shapes, as in { X = "n d", y = "n", a = "" }', _table_faults),
    "define": ('a list of definitions, as in ["T = X @ W + b"]', _texts_faults),
    "result": ('a text: the expression to derive, as in "l(T)"', _text_faults),
    "style": ('"cartesian" or "mixed"', _style_faults),
    "order": ("a whole number from 1 to 4", _order_faults),
    "assume": ('a table of assumptions, as in { A = "symmetric" }', _table_faults),
    "expect": ('a table of derivatives by variable, as in { w = "2*X.T @ (X @ w - y)" }', _table_faults),
    "published": ('a table of derivatives by variable, as the source writes them: { w = "2*(X.T @ X @ w - X.T @ y)" }', _table_faults),
}
REQUIRED = ("title", "tensors", "result")
