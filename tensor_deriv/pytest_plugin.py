"""A pytest plugin: derivations kept in files are tests, one for each variable.

Collected are the TOML files of the folders that the ini option `derivations` names, and those named on the command line; no others
are looked at. Nothing that computes is loaded before there is one.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .errors import DerivationError
from .shelf import ENDING

INI = "derivations"
FILE = "file"  # the item that stands for a file without variables


def pytest_addoption(parser: pytest.Parser) -> None:
    """The ini option."""
    parser.addini(INI, "folders with derivations in TOML files, to be checked by tensor_deriv", type="paths", default=[])


def pytest_configure(config: pytest.Config) -> None:
    """Refuse a folder that is not there, as its derivations would pass unseen."""
    for folder in config.getini(INI):
        if not folder.is_dir():
            raise pytest.UsageError(f"the ini option `{INI}` names {folder}, which is no folder")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> DerivationFile | None:
    """A file of derivations, where it is one of those asked for."""
    if file_path.suffix != ENDING:
        return None
    if file_path.parent in parent.config.getini(INI) or parent.session.isinitpath(file_path):
        return DerivationFile.from_parent(parent, path=file_path)
    return None


class DerivationFile(pytest.File):
    """A derivation's file; its items are the variables it is derived by."""

    def collect(self) -> Iterator[DerivationItem]:
        """One item a variable; of a file that cannot be read one that says so, so that the others still run."""
        from .catalogue import load

        try:
            names, fault = load(self.path).checked, "there is no variable to derive by"
        except DerivationError as error:
            names, fault = (), str(error)
        if not names:
            yield DerivationItem.from_parent(self, name=FILE, fault=fault)
        for name in names:
            yield DerivationItem.from_parent(self, name=name, fault="")


class DerivationItem(pytest.Item):
    """One derivative: its own check, what is expected of it, its accepted LaTeX."""

    def __init__(self, fault: str, **more: Any) -> None:
        super().__init__(**more)
        self.fault = fault

    def runtest(self) -> None:
        """Derive and compare; WrongDerivation where something is not as it should be."""
        from .cli.examine import Task, examine

        faults = (self.fault,) if self.fault else examine(Task(str(self.path), self.name)).faults
        if faults:
            raise WrongDerivation("\n".join(faults))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """What is wrong in words; a traceback where the program itself is at fault."""
        return str(excinfo.value) if isinstance(excinfo.value, WrongDerivation) else super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, None, str]:
        """The file, and what it is derived by."""
        return self.path, None, self.path.name if self.fault else f"{self.path.name} by {self.name}"


class WrongDerivation(Exception):
    """A derivation is not as it is expected to be."""
