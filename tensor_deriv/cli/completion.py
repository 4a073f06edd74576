"""What a shell offers to complete: names of the catalogue, variables, files; told from the files, so nothing that computes is loaded."""

from __future__ import annotations

import ast
from collections.abc import Iterable

import click
from click.shell_completion import CompletionItem

from .. import shelf
from ..errors import DerivationError

FILES = "file"  # the shell's own completion of files


def names(ctx: click.Context, param: click.Parameter | None, incomplete: str) -> list[CompletionItem]:
    """Entries of the catalogue; files where none is called so."""
    return _beginning(shelf.names(), incomplete) or [CompletionItem(incomplete, type=FILES)]


def variables(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """What the entry, or the expression that stands on the line, may be derived by."""
    try:
        entry = getattr(ctx.command, "entry", None)
    except (DerivationError, OSError):
        return []
    # an option that waits for its value leaves the words before it in `args`
    texts = [ctx.params.get("expression"), *(ctx.params.get("define") or ()), *ctx.args]
    return _beginning(entry.declared if entry else named_in(filter(None, texts)), incomplete)


def named_in(texts: Iterable[str]) -> list[str]:
    """The names that stand in some texts and are neither called nor defined there."""
    nodes = [node for text in texts for node in _nodes(text)]
    called = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
    names = [node for node in nodes if isinstance(node, ast.Name) and id(node) not in called]
    return sorted({node.id for node in names} - {node.id for node in names if isinstance(node.ctx, ast.Store)} - {"pi"})


def _nodes(text: str) -> list[ast.AST]:
    try:
        return list(ast.walk(ast.parse(text.strip())))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []


def _beginning(words: Iterable[str], incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(word) for word in words if word.startswith(incomplete)]
