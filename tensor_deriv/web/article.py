"""A derivation as the page shows it: the one place where the server meets the printing of HTML."""

from __future__ import annotations

from ..checked import Checked


def article(item: Checked, every: bool) -> str:
    """The article of one derivation, its check included; the main lines, or every one."""
    from ..output.html import article as written

    return written(item.derivation, item.report, every=every)
