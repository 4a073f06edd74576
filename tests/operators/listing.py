"""docs/operators.md: which entries of derivatives.yaml are written, and why the others are not."""

from __future__ import annotations

from .entries import formulas, left_out
from .row import Operator

HEAD = """# PyTorch's operators in the expression language

Of the {whole} entries of derivatives.yaml in PyTorch {version} {written} are written here as an expression, and the derivative by each
argument that is not data (a label, a mask, a place) is compared with PyTorch's automatic differentiation, at two sizes, in double
precision, to a relative 1e-9 where nothing else is said. {composite} operators that PyTorch derives through others are compared as
well and not counted. Places that data choose (an index array, a mask, a label) are given as rows of zeros and a one.
`tests/operators/` holds the table, and `python tests/test_torch_operators.py` writes this page from it.

## Written

| operator | expression | |
|---|---|---|
"""
ALSO = "\n## Compared as well\n\nNo entries of their own, or an entry's other options.\n\n| operator | expression | |\n|---|---|---|\n"
OTHERS = "\n## Not written\n\n"


def page(table: list[Operator]) -> str:
    """The whole page."""
    import torch

    counted = sorted((row for row in table if not row.composite), key=lambda row: row.name)
    others = [row for row in table if row.composite]
    version = torch.__version__.partition("+")[0]
    head = HEAD.format(whole=len(formulas()), version=version, written=len(counted), composite=len(others))
    groups = sorted(left_out(table).items(), key=lambda item: (-len(item[1]), item[0]))
    left = "".join(f"- {reason} ({len(names)}): {', '.join(f'`{name}`' for name in sorted(names))}\n" for reason, names in groups)
    return head + "".join(map(_line, counted)) + ALSO + "".join(map(_line, others)) + OTHERS + left


def _line(row: Operator) -> str:
    definitions = "".join(f"`{text}`; " for text in row.definitions)
    text = f"{definitions}`{row.expr}`".replace("|", "\\|")
    return f"| `{row.name}` | {text} | {row.note} |\n"
