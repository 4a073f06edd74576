"""`derive show`: what one entry holds, with the shapes that are inferred and what is expected of it."""

from __future__ import annotations

from collections.abc import Sequence

from ..catalogue import Entry, load
from ..output.conventions import shape_text


def exhibit(name_or_path: str) -> str:
    """What an entry holds, for reading: shapes as they are inferred, and what is expected by variable."""
    entry = load(name_or_path)
    head = "\n".join([f"{entry.name}: {entry.title}", *([f"source: {entry.source}"] if entry.source else []), f"file: {entry.path}"])
    order = "" if entry.order == 1 else f" of order {entry.order}"
    parts = {
        "Tensors": _tensors(entry),
        "Definitions": _definitions(entry),
        "Result": [f"{entry.result}  {shape_text(entry.program.result.shape)}"],
        f"Derivatives{order}": _expectations(entry),
    }
    return "\n\n".join([head, *(_headed(title, [*lines]) for title, lines in parts.items() if lines)])


def _headed(title: str, lines: Sequence[str]) -> str:
    return "\n  ".join([title, *lines])


def _tensors(entry: Entry) -> list[str]:
    inputs = entry.program.inputs
    order = dict.fromkeys((*entry.variables, *inputs))
    return [", ".join([f"{name}: {shape_text(inputs[name].shape)}", *sorted(inputs[name].assumptions)]) for name in order]


def _definitions(entry: Entry) -> list[str]:
    shapes = {item.text: shape_text(item.shape) for item in entry.program.definitions.values()}
    width = max(map(len, entry.define), default=0)
    return [f"{line:{width}}  {shapes.get(line, '')}".rstrip() for line in entry.define]  # a function of the caller's own has no shape


def _expectations(entry: Entry) -> list[str]:
    return [line for name in entry.checked for line in _expected(entry, name)]


def _expected(entry: Entry, name: str) -> list[str]:
    found = [*([entry.expect[name]] if name in entry.expect else []), *_published(entry, name)]
    return [f"by {name}: {text}" for text in found] or [f"by {name}"]


def _published(entry: Entry, name: str) -> list[str]:
    return [f"{entry.published[name]}  (as published)"] if name in entry.published else []
