"""A derivation as the page shows it: the one place where the server meets the printing of HTML."""

from __future__ import annotations

from html import escape

from ..checked import Checked


def article(item: Checked) -> str:
    """The article of one derivation, its check included."""
    from ..output.report import report

    return f"<article><pre>{escape(report(item.derivation, item.report))}</pre></article>"
