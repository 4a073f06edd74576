"""What stands above the function in one source: imports and helper functions, those that are used."""

from __future__ import annotations

import string
from collections.abc import Iterable

from .names import Names
from .targets import Target

MODULES = {"math": "math", "jax": "jax", "array_api_compat": "array_api_compat"}


class Module:
    """The imports and helpers of one source."""

    def __init__(self, target: Target, names: Names) -> None:
        self.target = target
        self.names = names
        self.aliases = {} if target.namespace else {"xp": names.fresh(target.alias)}
        self.helpers: dict[str, str] = {}  # name in the table to name in the source
        self.sources: list[str] = []

    @property
    def imports(self) -> str:
        """One line for each module, Python's own apart."""
        modules = {alias: MODULES.get(name, self.target.module) for name, alias in self.aliases.items() if self.is_module(name)}
        lines = sorted(f"import {module}" + (f" as {alias}" if alias != module else "") for alias, module in modules.items())
        own = [line for line in lines if line.startswith("import math")]
        return "\n".join([*own, *([""] if own else []), *(line for line in lines if line not in own)])

    def is_module(self, name: str) -> bool:
        """Whether a name of `aliases` is a module, and not what arrays are asked for."""
        return name != "xp" or not self.target.namespace

    def namespace(self, arrays: Iterable[str], text: str) -> list[str]:
        """The line that asks arrays for their library, where it is no module and the text of a function needs it."""
        if self.is_module("xp") or f"{self.aliases.get('xp')}." not in text:
            return []
        return [f"{self.aliases['xp']} = {self.fill(self.target.namespace, ', '.join(arrays))}"]

    def fill(self, template: str, *args: str, **more: str) -> str:
        """A template of the target's tables with its names and arguments."""
        words = [word for _, word, _, _ in string.Formatter().parse(template) if word and not word.isdigit() and word not in more]
        return template.format(*args, **{word: self.word(word) for word in words}, **more)

    def word(self, word: str) -> str:
        """The name in the source of a module or a helper function."""
        if word not in self.aliases and (word in MODULES or word == "xp"):
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
