"""The options that several commands take."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from .completion import variables

Function = Callable[..., Any]
STYLES = ("cartesian", "mixed")
FORMATS = ("report", "text", "latex", "markdown", "html", "svg", "json", "numpy", "torch", "jax", "xp", "torch-function", "jax-vjp")


def answer_options(function: Function) -> Function:
    """The options that every derivation takes."""
    options = (
        click.option("--wrt", metavar="V", shell_complete=variables, help="The variable to derive by; without it, all of them in turn."),
        click.option("--order", type=click.IntRange(1, 4), metavar="N", help="The order of the derivative: 2 is the Hessian."),
        click.option("--style", type=click.Choice(STYLES), help="All indices lower, or upper and lower with basis vectors."),
        click.option("--format", "form", type=click.Choice(FORMATS), default="report", show_default=True, help="What to print."),
        click.option("--steps", type=click.Choice(("main", "all")), default="main", show_default=True, help="Which lines to show."),
        click.option("--no-steps", is_flag=True, help="The result alone."),
        click.option("--substituted", is_flag=True, help="The answer written out too: definitions and upstream gradients put in."),
        click.option("--document", is_flag=True, help="With --format latex: a complete document, for pdflatex with amsmath."),
        click.option("--direction", metavar="v", help="With --order 2: the Hessian times v, a new input, without the Hessian."),
        click.option("--value", is_flag=True, help="With code: the value and the derivative, from one pass."),
        click.option("-o", "--output", type=click.Path(), metavar="FILE", help="Write there, whole or not at all."),
    )
    for option in reversed(options):
        function = option(function)
    return function


def question_options(function: Function) -> Function:
    """The options that say what an expression stands on."""
    options = (
        click.option("--shape", multiple=True, metavar="X=n,d", help="A shape, by names or numbers; inferred where left out."),
        click.option("--define", multiple=True, metavar='"T = …"', help="A definition that the expression may use; several in order."),
        click.option("--assume", multiple=True, metavar="A=WORD", help="What may be assumed: symmetric, positive, spd, orthogonal, …"),
    )
    for option in reversed(options):
        function = option(function)
    return function
