"""What stands above the function in one source: imports and helper functions, those that are used."""

from __future__ import annotations

import string

from .names import Names
from .targets import Target

MODULES = {"math": "math", "jax": "jax"}


class Module:
    """The imports and helpers of one source."""

    def __init__(self, target: Target, names: Names) -> None:
        self.target = target
        self.names = names
        self.aliases = {"xp": names.fresh(target.alias)}
        self.helpers: dict[str, str] = {}  # name in the table to name in the source
        self.sources: list[str] = []

    @property
    def imports(self) -> str:
        """One line for each module, Python's own apart."""
        modules = {alias: MODULES.get(name, self.target.module) for name, alias in self.aliases.items()}
        lines = sorted(f"import {module}" + (f" as {alias}" if alias != module else "") for alias, module in modules.items())
        own = [line for line in lines if line.startswith("import math")]
        return "\n".join([*own, *([""] if own else []), *(line for line in lines if line not in own)])

    def fill(self, template: str, *args: str, **more: str) -> str:
        """A template of the target's tables with its names and arguments."""
        words = [word for _, word, _, _ in string.Formatter().parse(template) if word and not word.isdigit() and word not in more]
        return template.format(*args, **{word: self.word(word) for word in words}, **more)

    def word(self, word: str) -> str:
        """The name in the source of a module or a helper function."""
        if word in MODULES and word not in self.aliases:
            self.aliases[word] = self.names.fresh(word)
        if word in self.aliases:
            return self.aliases[word]
        if word not in self.helpers:
            self.helper(word, self.target.helpers[word])
        return self.helpers[word]

    def helper(self, word: str, template: str) -> None:
        """Put a helper function above, after those it uses."""
        self.helpers[word] = self.names.fresh(word)
        self.sources.append(self.fill(template).strip("\n"))
