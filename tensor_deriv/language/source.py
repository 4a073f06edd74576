"""Text to Python's own syntax tree, which is read and never run; places and limits."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from ..errors import ParseError, Place

LONGEST = 50_000  # characters in one expression
DEEPEST = 150  # levels of nesting


@dataclass(frozen=True)
class Source:
    """One text of the user's, and where its tree's nodes stand in it."""

    text: str
    shift: int = 0  # where the parsed part begins
    part: str = ""

    def place(self, node: ast.AST) -> Place:
        """The span of a node."""
        if not hasattr(node, "col_offset"):
            return Place(self.text, 0, len(self.text))
        return Place(self.text, self._at(node.lineno, node.col_offset), self._at(node.end_lineno, node.end_col_offset))  # type: ignore[attr-defined]

    def _at(self, line: int, column: int) -> int:
        lines = self.part.split("\n")
        before = sum(len(text) + 1 for text in lines[: line - 1])
        return self.shift + before + len(lines[line - 1].encode()[:column].decode(errors="ignore"))


def read(text: str, part: str | None = None, shift: int = 0) -> tuple[ast.expr, Source]:
    """The syntax tree of an expression; ParseError with the place where it is none."""
    part = text if part is None else part
    lead = len(part) - len(part.lstrip())
    part, shift = part.strip(), shift + lead
    source = Source(text, shift, part)
    if len(part) > LONGEST:
        raise ParseError(f"an expression may have at most {LONGEST} characters, this one has {len(part)}; name parts of it")
    if not part:
        raise ParseError("there is no expression to read", Place(text, 0, len(text)))
    try:
        tree = ast.parse(part, mode="eval").body
    except SyntaxError as error:
        raise ParseError(f"this is not an expression: {_reason(error)}", _spot(source, error)) from None
    except (RecursionError, MemoryError, ValueError):
        words = "this cannot be read: it is too long or nested too deeply; name parts of it with definitions"
        raise ParseError(words, Place(text, shift, shift + len(part))) from None
    _limit(tree, source)
    return tree, source


def _reason(error: SyntaxError) -> str:
    message = (error.msg or "invalid syntax").split(". Perhaps")[0].split(";")[0]
    return message[0].lower() + message[1:] if message else "invalid syntax"


def _spot(source: Source, error: SyntaxError) -> Place:
    line = min(error.lineno or 1, source.part.count("\n") + 1)
    lines = source.part.split("\n")
    before = sum(len(text) + 1 for text in lines[: line - 1])
    start = source.shift + before + max(0, min((error.offset or 1) - 1, len(lines[line - 1])))
    return Place(source.text, start, start + 1)


def _limit(tree: ast.expr, source: Source) -> None:
    stack = [(tree, 0, "")]
    while stack:
        node, depth, parent = stack.pop()
        kind = type(getattr(node, "op", None)).__name__
        chain = kind in ("Add", "Sub") and parent in ("Add", "Sub")
        depth += 0 if chain else 1
        if depth > DEEPEST:
            raise ParseError(f"nested more than {DEEPEST} levels deep; name parts of it with definitions", source.place(tree))
        stack += [(child, depth, kind) for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]


_LEFT = re.compile(r"^\s*([A-Za-z_]\w*)\s*(\[[^\]=]*\]|\([^)=]*\))?\s*=(?!=)")


@dataclass(frozen=True)
class Line:
    """A definition's text, taken apart: `name`, `name[i, j]` or `name(u)` = tree."""

    name: str
    indices: tuple[str, ...] | None
    parameters: tuple[str, ...] | None
    tree: ast.expr
    source: Source

    @property
    def left(self) -> Place:
        """Where the left-hand side stands."""
        start = len(self.source.text) - len(self.source.text.lstrip())
        return Place(self.source.text, start, len(self.source.text[: self.source.shift].rstrip(" \t=")))


def read_definition(text: str) -> Line:
    """One definition; ParseError where the text is none."""
    match = _LEFT.match(text)
    if not match:
        raise ParseError("a definition reads `name = expression`", Place(text, 0, len(text)))
    name, bracket = match.group(1), (match.group(2) or "")
    inside = tuple(word.strip() for word in bracket[1:-1].split(",") if word.strip())
    tree, source = read(text, text[match.end() :], match.end())
    for word in inside:
        if not word.isidentifier():
            raise ParseError(f"`{word}` is not a name", Place(text, match.start(2), match.end(2)))
    indices = inside if bracket.startswith("[") else None
    return Line(name, indices, inside if bracket.startswith("(") else None, tree, source)


def is_definition(text: str) -> bool:
    """Whether a text has a left-hand side."""
    return bool(_LEFT.match(text))
