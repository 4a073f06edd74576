"""The package as a whole: the direction of imports, what is loaded when, what is installed, what the README says."""

from __future__ import annotations

import ast
import importlib.metadata
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT

import tensor_deriv as td
from tensor_deriv import shelf

PACKAGE = ROOT / "tensor_deriv"
README = (ROOT / "README.md").read_text(encoding="utf-8")

# Each may import what stands above it, and its own kind.
LAYERS = (
    "errors",
    "shelf",
    "entryfile",
    "structural",
    "index",
    "special",
    "functions",
    "primitives",
    "program",
    "kinks",
    "verification.differences",  # the meaning of an unevaluated ∂
    "index.evaluate",
    "language",
    "calculus",
    "matrix",
    "derived",
    "code",
    "verification",
    "output",
    "language.latex",  # reads what `output` prints
    "derivation",
    "verification.opinion",
    "verification.claim",
    "directed",
    "catalogue",
    "checked",
    "pairs",
    "web",
    "cli",
    "pytest_plugin",
    "__main__",
)
LAZY = ("__init__", "shelf")  # they load what they are asked for, upwards too


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Every module's name within the package, and its tree."""
    for path in sorted(PACKAGE.rglob("*.py")):
        name = ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
        yield name.removesuffix(".__init__") or name, ast.parse(path.read_text(encoding="utf-8"))


def layer(module: str) -> int:
    """The place of the longest entry of LAYERS that a module belongs to."""
    fitting = [entry for entry in LAYERS if module == entry or module.startswith(entry + ".")]
    return LAYERS.index(max(fitting, key=len))


def imported(module: str, tree: ast.Module) -> Iterator[str]:
    """The package's modules that a module imports, those for type checking left out."""
    skipped = {id(node) for branch in ast.walk(tree) if _for_types(branch) for node in ast.walk(branch)}
    skipped |= {id(node) for function in ast.walk(tree) if _lazy(module, function) for node in ast.walk(function)}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and id(node) not in skipped:
            yield from _targets(module, node)


def _for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def _lazy(module: str, node: ast.AST) -> bool:
    return module in LAZY and isinstance(node, ast.FunctionDef)


def _targets(module: str, node: ast.ImportFrom) -> Iterator[str]:
    if node.level == 0:
        if (node.module or "").startswith("tensor_deriv"):
            yield node.module.removeprefix("tensor_deriv").removeprefix(".")
        return
    path = PACKAGE.joinpath(*module.split("."))
    here = module.split(".") if path.is_dir() else module.split(".")[:-1]
    base = [*here[: len(here) - node.level + 1], *(node.module or "").split(".")]
    base = [part for part in base if part]
    for alias in node.names:
        full = PACKAGE.joinpath(*base, alias.name)
        yield ".".join([*base, alias.name] if full.is_dir() or full.with_suffix(".py").exists() else base)


# ---- the direction of imports


def test_every_module_has_a_place():
    for name, _ in modules():
        if name != "__init__":
            assert layer(name) >= 0


@pytest.mark.parametrize(("module", "tree"), [pytest.param(name, tree, id=name) for name, tree in modules() if name != "__init__"])
def test_imports_point_one_way(module, tree):
    for target in filter(None, imported(module, tree)):
        assert layer(target) <= layer(module), f"{module} imports {target}, which stands above it"


def test_the_test_of_directions_can_fail():
    tree = ast.parse("from ..matrix import nodes\nfrom ..errors import Place\ndef f():\n    from ..cli.answer import answer")
    assert list(imported("index.nodes", tree)) == ["matrix.nodes", "errors", "cli.answer"]
    assert layer("matrix.nodes") > layer("index.nodes") > layer("errors")
    assert layer("index.evaluate") > layer("primitives") > layer("index.nodes")


# ---- what is loaded when


def loaded_by(statement: str) -> set[str]:
    """The top-level modules that a statement loads in a fresh interpreter."""
    code = f"import sys\n{statement}\nprint(*sorted({{name.split('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize(
    "statement",
    ["import tensor_deriv", "import tensor_deriv.cli", "import tensor_deriv as t; t.load('linear')", "import tensor_deriv.pytest_plugin"],
)
def test_what_does_not_compute_loads_no_numpy(statement):
    assert not {"numpy", "sympy", "opt_einsum", "torch", "jax"} & loaded_by(statement)


@pytest.mark.parametrize("arguments", [["--help"], ["list"], ["list", "linear"], ["--version"], ["check", "--help"]])
def test_help_and_lists_load_no_numpy(arguments):
    run = f"from tensor_deriv.cli import main\ntry: main({arguments!r})\nexcept SystemExit: pass"
    assert "numpy" in loaded_by("import numpy")
    assert not {"numpy", "sympy"} & loaded_by(run)


def test_a_derivation_loads_no_sympy_and_what_it_has_no_use_for():
    run = "from tensor_deriv.cli import main\ntry: main([{}'--wrt', 'X'])\nexcept SystemExit as end: assert not end.code"
    assert not {"sympy", "mpmath", "opt_einsum"} & loaded_by(run.format("'linear', "))
    assert "mpmath" in loaded_by(run.format("'verify', 'sum(X*X)', '--claim', '2*X', '--exact', "))


def test_public_names_are_there_and_others_are_not():
    for name in td.__all__:
        assert getattr(td, name) is not None
    with pytest.raises(AttributeError, match="derivate"):
        td.derivate  # noqa: B018


# ---- what is installed


def test_the_wheel_holds_the_catalogue_and_works_from_any_folder(wheel, tmp_path):
    names = zipfile.ZipFile(wheel).namelist()
    for path in Path(shelf.folder()).rglob("*"):
        if path.is_file():
            assert "tensor_deriv/derivations/" + path.relative_to(Path(shelf.folder())).as_posix() in names
    assert {"tensor_deriv/py.typed", "tensor_deriv/output/assets/page.css", "tensor_deriv/output/assets/page.js"} <= set(names)
    assert not [name for name in names if name.startswith(("tests/", "derivations/", "shared/"))]
    zipfile.ZipFile(wheel).extractall(tmp_path / "installed")
    done = subprocess.run(
        [sys.executable, "-m", "tensor_deriv", "linear", "--wrt", "X", "--format", "numpy"],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(tmp_path / "installed")}, capture_output=True, text=True,
    )
    assert done.returncode == 0 and "W.T" in done.stdout, done.stderr
    shown = subprocess.run(
        [sys.executable, "-c", "from tensor_deriv import shelf; print(shelf.folder())"],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(tmp_path / "installed")}, capture_output=True, text=True, check=True,
    )
    assert Path(shown.stdout.strip()) == tmp_path / "installed" / "tensor_deriv" / "derivations"


def test_the_metadata_is_what_the_package_is():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["name"] == "tensor_deriv" and project["scripts"] == {"derive": "tensor_deriv.cli:main"}
    assert {re.split(r"[><=]", line)[0] for line in project["dependencies"]} == {"click", "numpy", "opt_einsum", "sympy"}
    installed = [d for d in importlib.metadata.distributions() if d.metadata["Name"] == "tensor_deriv"]
    assert all(distribution.version == td.__version__ for distribution in installed)


# ---- what the README says


def test_the_readme_has_the_two_commands():
    assert "\n    pip install -e . && derive linear --wrt X\n" in README
    assert '\n    pip install -e ".[test]" && pytest\n' in README


def test_the_readme_s_python_runs(capsys):
    code = "\n".join(re.findall(r"```python\n(.*?)```", README, re.DOTALL))
    exec(compile(code, "README.md", "exec"), {})
    shown = capsys.readouterr().out
    for wanted in ("2*X.T @ (X @ w - y)", "wrong it is 1/2 times the derivative", "[2. 2. 2.]", "X dT @ W.T"):
        assert wanted + "\n" in shown
        assert wanted in code or wanted.startswith("X dT")


if __name__ == "__main__":
    from documents import renew

    renew()
