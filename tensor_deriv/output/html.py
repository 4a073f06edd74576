"""A derivation as a small piece of HTML, for notebooks."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from .conventions import layout
from .latex import derivation_latex
from .markdown import title
from .matrix_text import code_lines, reason

if TYPE_CHECKING:
    from ..derivation import Derivation


def to_html(derivation: Derivation) -> str:
    """Title, layout, the derivation as LaTeX between `$$`, the array form and the conventions, escaped."""
    parts = [f"<p><strong>{escape(title(derivation))}</strong></p>", f"<p>{escape(layout(derivation))}</p>"]
    parts.append(f"<div>$${escape(derivation_latex(derivation, derivation.style, True, False))}$$</div>")
    code = escape("\n".join(code_lines(derivation)))
    parts += [f"<p>{escape(words)}</p>" for words in [reason(derivation)] if words]
    parts += [f"<pre><code>{code}</code></pre>"] if code else []
    parts += [f"<ul>{''.join(f'<li>{escape(words)}</li>' for words in derivation.conventions)}</ul>"] if derivation.conventions else []
    return f'<div class="tensor-deriv">{"".join(parts)}</div>'
