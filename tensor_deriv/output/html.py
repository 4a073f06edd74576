"""A derivation as HTML: an article for a page or a notebook, and a page that needs nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from hashlib import sha256
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING

from ..code.targets import TARGETS
from ..errors import UnsupportedError
from .citations import Citation
from .conventions import layout, notes, shape_text, zero_sentence
from .latex import answer_lines, derivation_latex
from .lines import Line, Writer
from .markdown import title
from .mathematics import mathematics
from .mathml_target import MATHML
from .matrix_text import code_lines, reason
from .record import source_or_none
from .report import kronecker_line
from .svg import derivation_diagrams, picture

if TYPE_CHECKING:
    from ..derived import Derived
    from ..verification.report import Report

    Answer = tuple[Derived, Report | None]

_NUMBER = ' class="td-number"'
_COLUMNS = (("compared", ""), ("points", _NUMBER), ("worst relative error", _NUMBER), ("verdict", ""))
HINT = "What a rule has changed is marked. A rule shows its law and source when pointed at, tapped, or reached with the keyboard."
UNSCRIPTED = ".tensor-deriv .td-bar { display: none }"  # buttons that copy need a script
SHOWN = {"numpy": "NumPy", "torch": "PyTorch", "jax": "JAX", "xp": "array API"}  # what a code target calls itself


@cache
def asset(name: str) -> str:
    """The text of `derivation.css`, `page.css` or `page.js`."""
    return files(__package__).joinpath("assets", name).read_text(encoding="utf-8")


def css() -> str:
    """The styles of a page."""
    return asset("derivation.css") + asset("page.css")


def page(found: Sequence[Answer], steps: bool = True, every: bool = False) -> str:
    """A whole page of one or more answers: no script, font or picture from elsewhere."""
    head = page_title([derivation for derivation, _ in found])
    level = 1 if len(found) == 1 else 2
    articles = [Article(derivation, check_report, level) for derivation, check_report in found]
    top = f"<header><h1>{escape(head)}</h1>{_contents(articles)}</header>\n" if len(articles) > 1 else ""
    body = "\n".join(one.html(steps, every) for one in articles)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(head)}</title>\n<style>\n{css()}</style>\n<noscript><style>{UNSCRIPTED}</style></noscript>\n</head>\n<body>\n{top}<main>\n{body}\n</main>\n"
        f"<script>\n{asset('page.js')}</script>\n</body>\n</html>"
    )


def fragment(derivation: Derived, check_report: Report | None) -> str:
    """An article with its styles and no script, for notebooks."""
    return f"<div><style>{asset('derivation.css')}{UNSCRIPTED}</style>{article(derivation, check_report)}</div>"


def article(derivation: Derived, check_report: Report | None, steps: bool = True, every: bool = False) -> str:
    """The question, every step, the result, the sources to copy, the verdict and the rules; styled by `css`."""
    return Article(derivation, check_report).html(steps, every)


def _contents(articles: Sequence[Article]) -> str:
    links = "".join(f'<li><a href="#{one.own}">by {escape(one.derivation.wrt)}</a></li>' for one in articles)
    return f'<nav aria-label="Derivatives"><ul>{links}</ul></nav>'


def page_title(derivations: Sequence[Derived]) -> str:
    """The title of the first, and by what the others derive."""
    others = "".join(f", {derivation.wrt}" for derivation in derivations[1:])
    return title(derivations[0]).replace("`", "") + others


class Article:
    """Writes one derivation under a heading of some level; ids begin with `own`, so that several fit into one page."""

    def __init__(self, derivation: Derived, check_report: Report | None, level: int = 2) -> None:
        self.derivation, self.report, self.level = derivation, check_report, level
        self.writer = Writer(derivation, MATHML, derivation.style)
        question = repr((derivation.program.texts, derivation.wrt, derivation.order, derivation.style))
        self.own = "td-" + sha256(question.encode()).hexdigest()[:8]
        self.rules = 0

    def html(self, steps: bool, every: bool) -> str:
        """The whole article."""
        sections = list(self.writer.sections(every)) if steps else []
        sources = self._sources(steps, every)
        blocks = [
            self._header(),
            self._part("Forward pass", self._lines(self.writer.definitions())),
            self._part("Derivation", self._steps(sections)),
            self._part("Result", self._result(sources), "td-result"),
            self._part("Tensor network", self._network()),
            self._part("Conventions", _items(notes(self.derivation))),
            self._part("LaTeX and code", _copied(sources), "td-sources"),
            self._part("Check", _verdict(self.report) if self.report else ""),
            self._part("Rules", _rules(line for section in sections for line in section)),
            '<p class="td-status" role="status"></p>',
        ]
        body = "\n".join(filter(None, blocks))
        return f'<article class="tensor-deriv" id="{self.own}" aria-labelledby="{self.own}-title">\n{body}\n</article>'

    def _header(self) -> str:
        derivation = self.derivation
        texts = "\n".join(derivation.program.texts)
        shapes = ", ".join(f"{name}: {shape_text(tensor.shape)}" for name, tensor in derivation.program.inputs.items())
        words = "Layout" + layout(derivation).removeprefix("layout")
        return (
            f'<header>\n<h{self.level} class="td-title" id="{self.own}-title">{_coded(title(derivation))}</h{self.level}>\n'
            f"<pre><code>{escape(texts)}</code></pre>\n"
            f'<p class="td-quiet">{escape(shapes)}. {escape(words)}.</p>\n</header>'
        )

    def _part(self, head: str, body: str, kind: str = "") -> str:
        if not body:
            return ""
        name = f"{self.own}-{head.lower().replace(' ', '-')}"
        heading = f'<h{self.level + 1} class="td-part" id="{name}">{head}</h{self.level + 1}>'
        return f'<section class="{kind}" aria-labelledby="{name}">\n{heading}\n{body}\n</section>'

    def _steps(self, sections: Iterable[list[Line]]) -> str:
        zero = f"<p>{_coded(zero_sentence(self.derivation))}</p>" if self.derivation.zero else ""
        lines = "\n".join(map(self._lines, sections))
        return zero + (f'<p class="td-quiet td-hint">{HINT}</p><div class="td-steps">{lines}</div>' if lines else "")

    def _lines(self, lines: Sequence[Line]) -> str:
        """Equations one below the other, each marked where it differs from the one before."""
        before = ""
        rows = []
        for line in lines:
            compared = before if line.rule and not line.left and not line.matrix else ""
            rows.append(self._line(line, compared))
            before = line.right
        return f'<ol class="td-lines" role="list">\n{"".join(rows)}</ol>' if rows else ""

    def _line(self, line: Line, before: str) -> str:
        left = mathematics(line.left) if line.left else ""
        right = mathematics(f"<mo>=</mo>{line.right}", f"<mo>=</mo>{before}" if before else "")
        rule = self._rule(line) if line.rule else ""
        rest = f'<span class="td-rest"><span class="td-right">{right}</span>{rule}</span>'
        return f'<li class="td-line"><span class="td-left">{left}</span>{rest}</li>\n'

    def _rule(self, line: Line) -> str:
        self.rules += 1
        name = f"{self.own}-law-{self.rules}"
        law = f'<span class="td-law" role="tooltip" id="{name}">{"".join(map(_citation, line.cited))}</span>'
        button = f'<button type="button" aria-describedby="{name}">{escape(line.rule)}</button>'
        return f'<span class="td-rule">{button}{law}</span>' if line.cited else f'<span class="td-rule">{escape(line.rule)}</span>'

    def _result(self, sources: Sequence[tuple[str, str, str]]) -> str:
        code = "\n".join(code_lines(self.derivation))
        lines = self._lines(answer_lines(self.writer))
        words = [words for words in (reason(self.derivation), kronecker_line(self.derivation)) if words]
        name = f"{self.own}-matrix"
        shown = f'<pre id="{name}"><code>{escape(code)}</code></pre>' if code else ""
        kind = "array form" if reason(self.derivation) else "matrix form"
        copies = [(name, kind)] * bool(code) + [(where, what) for what, where, _ in sources]
        buttons = "".join(f'<button type="button" data-copy="{where}">Copy {what}</button>' for where, what in copies)
        return lines + "".join(f"<p>{escape(text)}</p>" for text in words) + shown + f'<div class="td-bar">{buttons}</div>'

    def _network(self) -> str:
        try:
            drawn = picture(derivation_diagrams(self.derivation))
            return f"<details><summary>before and after contraction</summary><figure>{drawn}</figure></details>"
        except UnsupportedError as reason:
            return f'<p class="td-quiet">None: {escape(str(reason))}.</p>'

    def _sources(self, steps: bool, every: bool) -> list[tuple[str, str, str]]:
        """What can be copied: its name, the id of where it stands, and the text."""
        latex = derivation_latex(self.derivation, self.derivation.style, steps, every)
        found = [("LaTeX", f"{self.own}-latex", latex)]
        for target in TARGETS:
            source = source_or_none(self.derivation, target)
            found += [(SHOWN.get(target, target), f"{self.own}-{target}", source)] if source else []
        return found


def _coded(text: str) -> str:
    """Escaped words, what stands between backticks as code."""
    parts = escape(text).split("`")
    return "".join(f"<code>{part}</code>" if place % 2 else part for place, part in enumerate(parts))


def _items(texts: Sequence[str]) -> str:
    rows = "".join(f"<li>{escape(text)}</li>" for text in texts)
    return f'<ul role="list">{rows}</ul>' if texts else ""


def _copied(sources: Sequence[tuple[str, str, str]]) -> str:
    return "\n".join(
        f'<details class="td-source"><summary>{what}</summary><pre id="{where}"><code>{escape(text)}</code></pre></details>'
        for what, where, text in sources
    )


def _citation(item: Citation) -> str:
    """A rule, its law and its source, a line each."""
    return f"<b>{escape(item.name)}</b> <span>{escape(item.law)}</span> <span>{escape(item.source)}</span>"


def _rules(lines: Iterable[Line]) -> str:
    """Every rule that was used, once, with its law and source."""
    cited = dict.fromkeys(item for line in lines for item in line.cited)
    return f'<ul class="td-rules" role="list">{"".join(f"<li>{_citation(item)}</li>" for item in cited)}</ul>' if cited else ""


def _verdict(report: Report) -> str:
    """The outcome in one word, and a row for each comparison."""
    word = '<p class="td-good">passed</p>' if report.ok else '<p class="td-bad">FAILED</p>'
    head = "".join(f'<th scope="col"{kind}>{word}</th>' for word, kind in _COLUMNS)
    rows = "".join(
        f'<tr><th scope="row">{escape(trial.what)}</th><td{_NUMBER}>{trial.points}</td><td{_NUMBER}>{trial.error:.1e}</td>'
        f"<td>{'agrees' if trial.ok else 'FAILS'}{escape(f' ({trial.note})' if trial.note else '')}</td></tr>"
        for trial in report.trials
    )
    return f'{word}<div class="td-table"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
