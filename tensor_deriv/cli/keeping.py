"""The commands of the catalogue: `list`, `show`, `new`, `check`."""

from __future__ import annotations

from collections.abc import Sequence

import click

from .. import shelf
from .completion import names as names_of_entries


@click.command("list")
@click.argument("words", nargs=-1, metavar="[WORD]…")
def list_entries(words: Sequence[str]) -> None:
    """Show the catalogue: name, title, variables, source; with WORDs, the entries that have all of them.

    \b
    derive list
    derive list attention vaswani
    """
    from .listing import listing

    click.echo(listing(words))


@click.command("show")
@click.argument("name", metavar="NAME|PATH", shell_complete=names_of_entries)
def show(name: str) -> None:
    """Show what an entry holds, and what is expected of it.

    \b
    derive show linear
    derive show mine.toml
    """
    from .exhibit import exhibit

    click.echo(exhibit(name))


@click.command("new")
@click.argument("name", metavar="NAME|PATH")
def new(name: str) -> None:
    """Write a derivation of your own to start from, with comments that say what may stand in it.

    \b
    derive new mine          writes mine.toml, and leaves a file that is there alone
    """
    from .template import write_template

    click.echo(write_template(name))


@click.command("check")
@click.argument("names", nargs=-1, metavar="[NAME|PATH|FOLDER]…", shell_complete=names_of_entries)
@click.option("--jobs", type=click.IntRange(1, 256), default=1, show_default=True, metavar="N", help="Processes to work with.")
@click.option("--accept", is_flag=True, help="Accept the LaTeX as it comes out now, where the check holds.")
@click.option("--watch", is_flag=True, help="Check anew what changes, until interrupted.")
def check(names: Sequence[str], jobs: int, accept: bool, watch: bool) -> int:
    """Check derivations against what is expected of them: of the catalogue, a file, or all files of a folder.

    \b
    derive check                            the whole catalogue
    derive check linear mine.toml papers/   an entry, a file, a folder
    """
    from .table import entries, examine_all
    from .watch import watching

    if watch and accept:
        raise click.UsageError("--accept takes the LaTeX as it is now, and goes not with --watch")
    targets = names or shelf.names()
    if watch:
        return watching(lambda: entries(targets), lambda changed: examine_all(changed, jobs, accept))
    return examine_all(targets, jobs, accept)
