"""A question as it comes in, JSON or the query of an address, and what is wrong with one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from ..catalogue import Entry
from ..errors import DerivationError, ParseError, UnknownNameError
from ..pairs import assumptions, shapes
from ..shelf import suggestion

STYLES = ("cartesian", "mixed")
STEPS = ("main", "all")
HIGHEST_ORDER = 4
Found = TypeVar("Found")


@dataclass(frozen=True)
class Question:
    """What may be asked of a formula; the fields are those of `tensor_deriv.derive` and `tensor_deriv.verify`."""

    expr: str
    wrt: str | None = None  # every variable in turn where it is left out
    definitions: tuple[str, ...] = ()
    shapes: Mapping[str, str] | None = None
    assume: Mapping[str, str] | None = None
    order: int = 1
    style: str = "cartesian"
    substituted: bool = False
    steps: str = "main"
    claim: str = ""
    exact: bool = False

    @property
    def entry(self) -> Entry:
        """The question as the catalogue would hold it."""
        return Entry("", self.expr, self.shapes or {}, self.definitions, style=self.style, order=self.order, assume=self.assume or {})


def from_json(value: object) -> Question:
    """The question that a JSON object asks; DerivationError says which field is wrong and what it has to be."""
    if not isinstance(value, dict):
        raise ParseError('a question is a JSON object, as in {"expr": "x @ x", "wrt": "x"}')
    for name, item in value.items():
        if name not in FIELDS:
            raise UnknownNameError(f"`{name}` is no field of a question{_hint('fields', name, FIELDS)}")
        if not FIELDS[name].fits(item):
            raise ParseError(f"`{name}` has to be {FIELDS[name].wanted}")
    if "expr" not in value:
        raise ParseError(f"the field `expr` is missing; it is {FIELDS['expr'].wanted}")
    return Question(**{name: FIELDS[name].read(item) for name, item in value.items() if item is not None})


def from_query(query: str) -> dict[str, Any]:
    """The JSON object that a query asks for: `expr=…&wrt=w&define=…&shape=X=n,d&assume=A=symmetric&order=2`."""
    pairs = parse_qsl(query, keep_blank_values=True, errors="strict", max_num_fields=1000)
    given: dict[str, list[str]] = {}
    for name, text in pairs:
        given.setdefault(name, []).append(text)
    for name in given:
        if name not in PARAMETERS:
            raise UnknownNameError(f"`{name}` is no parameter{_hint('parameters', name, PARAMETERS)}")
    return {PARAMETERS[name][0]: PARAMETERS[name][1](name, texts) for name, texts in given.items()}


def _hint(what: str, name: str, known: Iterable[str]) -> str:
    return suggestion(name, known) or f"; {what} are {', '.join(known)}"


def _one(name: str, texts: list[str]) -> str:
    if len(texts) > 1:
        raise ParseError(f"`{name}` stands {len(texts)} times and may stand once")
    return texts[0]


def _number(name: str, texts: list[str]) -> int:
    text = _one(name, texts)
    if not (text.isascii() and text.isdigit() and len(text) < 3):
        raise ParseError(f"`{name}` has to be {FIELDS['order'].wanted}")
    return int(text)


def _truth(name: str, texts: list[str]) -> bool:
    text = _one(name, texts)
    if text not in ("true", "false"):
        raise ParseError(f"`{name}` has to be {FIELDS[name].wanted}")
    return text == "true"


PARAMETERS: dict[str, tuple[str, Callable[[str, list[str]], Any]]] = {
    "expr": ("expr", _one),
    "wrt": ("wrt", _one),
    "define": ("definitions", lambda _, texts: texts),
    "shape": ("shapes", lambda _, texts: shapes(texts, "shape")),
    "assume": ("assume", lambda _, texts: assumptions(texts, "assume")),
    "order": ("order", _number),
    "style": ("style", _one),
    "substituted": ("substituted", _truth),
    "steps": ("steps", _one),
    "claim": ("claim", _one),
    "exact": ("exact", _truth),
}


@dataclass(frozen=True)
class Field:
    """What a field has to be, in words and as a test, and how it is read."""

    wanted: str
    fits: Callable[[object], bool]
    read: Callable[[Any], Any] = lambda value: value


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_truth(value: object) -> bool:
    return isinstance(value, bool)


def _is_name(value: object) -> bool:
    return value is None or isinstance(value, str)


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


def _is_shapes(value: object) -> bool:
    return isinstance(value, dict) and all(_is_text(item) or _is_shape(item) for item in value.values())


def _is_shape(value: object) -> bool:
    return isinstance(value, list) and all(_is_dimension(item) for item in value)


def _is_dimension(value: object) -> bool:
    return type(value) is int or (isinstance(value, str) and bool(value.strip()) and "," not in value)


def _is_assumptions(value: object) -> bool:
    return isinstance(value, dict) and all(_is_text(item) or _is_texts(item) for item in value.values())


def _shapes(value: Mapping[str, str | list[object]]) -> dict[str, str]:
    return {name: item if isinstance(item, str) else ",".join(str(part).replace(" ", "") for part in item) for name, item in value.items()}


def _words(value: Mapping[str, str | Iterable[str]]) -> dict[str, str]:
    return {name: item if isinstance(item, str) else ",".join(item) for name, item in value.items()}


FIELDS: dict[str, Field] = {
    "expr": Field('a text: the expression to derive, as in "x @ x"', _is_text),
    "wrt": Field("the name of a variable; every variable in turn where it is left out", _is_name),
    "definitions": Field('a list of texts, as in ["T = X @ W + b"]', _is_texts, tuple),
    "shapes": Field('an object of shapes, as in {"X": "n d", "y": ["n"], "a": ""}', _is_shapes, _shapes),
    "assume": Field('an object of assumptions, as in {"A": "symmetric"}', _is_assumptions, _words),
    "order": Field(f"a whole number from 1 to {HIGHEST_ORDER}", lambda value: type(value) is int and 1 <= value <= HIGHEST_ORDER),
    "style": Field('"cartesian" or "mixed"', lambda value: value in STYLES),
    "substituted": Field("true or false", _is_truth),
    "steps": Field('"main" or "all"', lambda value: value in STEPS),
    "claim": Field("a text: the derivative to judge, as an expression, in index notation or in LaTeX", _is_text),
    "exact": Field("true or false", _is_truth),
}


def required(value: Found | None, name: str) -> Found:
    """A field that this question cannot do without."""
    if not value:
        raise DerivationError(f"the field `{name}` is missing; it is {FIELDS[name].wanted.split(';')[0]}")
    return value
