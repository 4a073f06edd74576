"""The commands that answer a question: a derivation by name, `expr`, `verify`; and the group that holds all."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import click

from .. import __version__, shelf
from ..errors import UnknownNameError
from ..pairs import assumptions, shapes
from .colour import complain, wanted
from .completion import FILES, names, variables
from .faults import words
from .keeping import check, list_entries, new, show
from .options import answer_options, question_options
from .serving import serve
from .streams import ReaderGone, discard_output, reader_may_go, use_utf8

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from ..catalogue import Entry

HINT = '; `derive list` shows the catalogue, and `derive expr "…" --wrt V` derives any expression'
FOR_FILES = (
    "--watch goes with a file, which can change, and not with an expression; `derive new mine` writes mine.toml to put it in, "
    "then `derive mine.toml --watch` derives it and `derive check mine.toml --watch` compares it with what you expect"
)
CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
UNREADABLE, INTERRUPTED, PIPE_CLOSED = 2, 130, 141


class Commands(click.Group):
    """The commands, and after them every derivation of the catalogue as a command of its own."""

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run; every error a caller can cause ends in one message and an exit status."""
        use_utf8()
        sys.exit(_status(lambda: super(Commands, self).main(*args, **{**extra, "standalone_mode": False})))

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        """As click does."""
        with reader_may_go():
            return super().make_context(*args, **{**extra, "color": wanted()})

    def invoke(self, ctx: click.Context) -> Any:
        """As click does."""
        with reader_may_go():
            return super().invoke(ctx)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The commands, and every derivation of the catalogue."""
        found = super().shell_complete(ctx, incomplete)
        entries = [item for item in names(ctx, None, incomplete) if item.type != FILES or not found]
        return found + entries

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """The command of that name, or one that derives the catalogue entry or file of that name."""
        return super().get_command(ctx, name) or entry_command(name)

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with a hint where a name is close to a command or an entry."""
        if ctx.resilient_parsing or args[0].startswith("-"):
            return super().resolve_command(ctx, args)
        known = [*self.list_commands(ctx), *shelf.names()]
        if args[0] not in known and not shelf.is_path(args[0]):
            hint = shelf.suggestion(args[0], known) or HINT
            raise UnknownNameError(f"there is no derivation or command `{args[0]}`{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands, then the catalogue."""
        super().format_commands(ctx, formatter)
        with formatter.section("Derivations, each a command too (`derive list` says what they are)"):
            formatter.write_text(", ".join(shelf.names()))


def _status(run: Callable[[], Any]) -> int:
    try:
        status = run()
        return status if isinstance(status, int) else 0
    except (KeyboardInterrupt, click.Abort):
        return _complain("interrupted", INTERRUPTED)
    except ReaderGone:
        discard_output()
        return PIPE_CLOSED
    except Exception as error:
        if isinstance(error, OSError):
            discard_output()
        return _complain(words(error), UNREADABLE)


def _complain(message: str, status: int) -> int:
    complain(message)
    return status


@click.group(cls=Commands, context_settings=CONTEXT, invoke_without_command=True)
@click.version_option(__version__, message="%(prog)s %(version)s")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Derive tensor formulas in index notation: every step named and checked, matrix form, LaTeX and code.

    \b
    derive linear --wrt X                         a derivation of the catalogue
    derive expr "sum((X @ w - y)**2)" --wrt w     any expression
    derive mine.toml --wrt w                      a derivation of your own
    derive verify "x @ x" --wrt x --claim "2*x"   is a result of your own right?

    Exit status: 0 derived and checked; 1 a check failed; 2 the question cannot be read or answered.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def entry_command(name: str) -> click.Command:
    """The command that derives one entry of the catalogue, or one file."""

    @click.command(name, cls=_Described, context_settings=CONTEXT)
    @answer_options
    @click.option("--watch", is_flag=True, help="Derive anew whenever the file changes, until interrupted.")
    def run(watch: bool, **choices: Any) -> int | None:
        from ..catalogue import load
        from .answer import answer
        from .watch import watching

        if watch and os.path.exists(shelf.find(name)):
            return watching(lambda: (name,), lambda _: answer(load(name), **choices))
        return answer(load(name), **choices)

    return run


class _Described(click.Command):
    """A command whose help says what its entry holds."""

    @cached_property
    def entry(self) -> Entry:
        """The entry, read when it is first asked for; DerivationError where it cannot be."""
        from ..catalogue import load

        assert self.name is not None
        return load(self.name)

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Title, source and formulas, and what V may be."""
        entry = self.entry
        lines = [entry.title, *(["Source: " + entry.source] if entry.source else [])]
        lines += ["", *entry.define, entry.result, "", f"V may be {', '.join(entry.variables)}."]
        with formatter.indentation():
            formatter.write_paragraph()
            for line in lines:
                formatter.write_text(line) if line else formatter.write_paragraph()


class _Expression(click.Command):
    """A command whose argument may begin with a minus sign, and cannot be watched."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click does; who wants to watch is told how."""
        try:
            return self._parsed(ctx, args)
        except click.NoSuchOption as error:
            raise click.UsageError(FOR_FILES, ctx) if error.option_name == "--watch" else error from None

    def _parsed(self, ctx: click.Context, args: list[str]) -> list[str]:
        """An expression such as `-x @ x` is moved behind `--`, where nothing is an option."""
        takes_value = {name for option in self.params for name in option.opts if not getattr(option, "is_flag", False)}
        for place, word in enumerate(args):
            value = place and args[place - 1] in takes_value
            if word == "--":
                break
            if not value and _begins_with_minus(word):
                return super().parse_args(ctx, [*args[:place], *args[place + 1 :], "--", word])
        return super().parse_args(ctx, args)


def _begins_with_minus(word: str) -> bool:
    return word.startswith("-") and word not in ("-", "-o", "-h") and not word.startswith("--")


@main.command("expr", cls=_Expression)
@click.argument("expression")
@question_options
@answer_options
def expr(expression: str, shape: Sequence[str], define: Sequence[str], assume: Sequence[str], **choices: Any) -> int:
    """Derive an expression in NumPy's syntax.

    \b
    derive expr "sum((X @ w - y)**2)" --wrt w
    derive expr "l(T)" --define "T = relu(X @ W)" --shape X=n,d --shape W=d,h --wrt W
    """
    from ..catalogue import Entry
    from .answer import answer

    question = Entry("", expression, shapes(shape), tuple(define), assume=assumptions(assume))
    return answer(question, **choices)


@main.command("verify", cls=_Expression)
@click.argument("expression")
@click.option("--wrt", required=True, metavar="V", shell_complete=variables, help="The variable that the claim derives by.")
@click.option("--claim", required=True, help="The derivative to judge: an expression, index notation, or LaTeX.")
@question_options
@click.option("--order", type=click.IntRange(1, 4), default=1, metavar="N", help="The order of the derivative.")
@click.option("--exact", is_flag=True, help="Once more in exact arithmetic, or to 25 digits.")
@click.option("--against", type=click.Choice(("torch", "jax")), help="Ask automatic differentiation too.")
def verify(expression: str, shape: Sequence[str], define: Sequence[str], assume: Sequence[str], **choices: Any) -> int:
    """Say whether a derivative found by hand is right, and where not, why.

    \b
    derive verify "sum((X @ w - y)**2)" --wrt w --claim "2*X.T @ (X @ w - y)"

    Exit status: 0 right, 1 wrong, 2 not checked.
    """
    from .verdict import verdict

    return verdict(expression, shapes=shapes(shape), definitions=tuple(define), assume=assumptions(assume), **choices)


for command in (list_entries, show, new, check, serve):
    main.add_command(command)
