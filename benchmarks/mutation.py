"""Small faults planted in the modules that differentiate, contract and check, one at a time: how many of them the tests see.

    python benchmarks/mutation.py [COUNT] [--seed S] [--module PART] [--wide] [--record FILE]

A mutant is one change of the syntax tree. Each runs in a process forked from this one, which has the tests' libraries loaded
but nothing of tensor_deriv, in a copy of the project that holds the fault; the first test that fails ends it.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import importlib
import json
import os
import pathlib
import random
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}

ROOT = pathlib.Path(__file__).resolve().parents[1]
INDEX = ("index/alike.py", "index/indices.py", "index/evaluate.py", "index/nodes.py", "index/slots.py", "index/unevaluated.py")
MUTATED = ("calculus/*.py", *INDEX, "primitives/*.py", "functions.py", "verification/*.py")
TESTS = (  # of a module, by the beginning of its name: what should see a fault in it, the likeliest first
    ("calculus", "calculus/*.py test_random_programs.py"),
    ("index", "index/*.py calculus/test_rules.py calculus/test_places_laws.py test_random_programs.py"),
    ("functions", "test_functions.py language/test_meaning.py language/test_userfunction.py calculus/test_rules.py"),
    ("primitives", "test_primitives.py verification/test_exact.py test_random_programs.py"),
    ("verification/digits", "test_functions.py verification/test_exact.py"),
    ("verification/definitions", "test_functions.py verification/test_exact.py"),
    ("verification/meanings", "test_functions.py verification/test_interpret.py language/test_meaning.py"),
    ("verification/interpret", "verification/test_interpret.py language/test_meaning.py test_random_programs.py"),
    ("verification/opinion", "verification/test_opinion.py"),
    ("verification", "verification/test_[!o]*.py calculus/test_mutants.py"),
)
NOT_HERE = "not random_program_is and not published"  # these take seconds
SECONDS = 60  # of processor time, before a mutant counts as hanging and so as seen
WIDE_SECONDS = 400

LIBRARIES = ("pytest", "hypothesis", "click.testing", "numpy", "sympy", "mpmath", "torch")

EXCHANGED: dict[type[ast.AST], tuple[type[ast.AST], ...]] = {
    ast.Add: (ast.Sub,), ast.Sub: (ast.Add,), ast.Mult: (ast.Div,), ast.Div: (ast.Mult,), ast.Pow: (ast.Mult,), ast.MatMult: (ast.Mult,),
    ast.FloorDiv: (ast.Mult,), ast.Mod: (ast.Mult,), ast.BitOr: (ast.BitAnd,), ast.BitAnd: (ast.BitOr,), ast.And: (ast.Or,),
    ast.Or: (ast.And,),
    ast.Lt: (ast.LtE, ast.Gt), ast.LtE: (ast.Lt, ast.Gt), ast.Gt: (ast.GtE, ast.Lt), ast.GtE: (ast.Gt, ast.Lt), ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,), ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,), ast.In: (ast.NotIn,), ast.NotIn: (ast.In,),
}  # fmt: skip
NAMES = {"all": "any", "any": "all", "min": "max", "max": "min", "left": "right", "right": "left"}
CONDITIONS = ("test", "ifs", "guard")
UNTOUCHED = ("annotation", "returns", "decorator_list", "bases", "type")  # of arguments, functions, classes, handlers
FORMULA = re.compile(r"[\w\s.,()*/+-]*\b[uvw]\b[\w\s.,()*/+-]*")  # a derivative in the table of elementwise functions


@dataclass
class Spot:
    """A place in a tree and what is to stand there."""

    container: Any  # a list, or the attributes of a node
    key: Any
    new: ast.AST
    line: int

    def text(self, tree: ast.AST) -> str:
        """The source of `tree` with the change made; the tree is left as it was."""
        old, self.container[self.key] = self.container[self.key], self.new
        try:
            return ast.unparse(ast.fix_missing_locations(tree))
        finally:
            self.container[self.key] = old


@dataclass
class Outcome:
    """What became of a mutant; `by` is the test that saw it."""

    module: str
    line: int
    before: str
    after: str
    seen: bool
    by: str
    seconds: float


def spots(tree: ast.AST, line: int = 0) -> Iterator[Spot]:
    """Every change of every node below `tree`."""
    for name, value in ast.iter_fields(tree):
        if name in UNTOUCHED:
            continue
        container, keys = (value, range(len(value))) if isinstance(value, list) else (vars(tree), [name])
        for key in keys:
            node = container[key]
            if not isinstance(node, ast.AST) or passed_over(node):
                continue
            at = getattr(node, "lineno", line)
            yield from (Spot(container, key, new, at) for new in changes(node) if ast.dump(new) != ast.dump(node))
            if name in CONDITIONS:
                yield Spot(container, key, ast.UnaryOp(ast.Not(), node), at)
            if not isinstance(node, ast.Raise):
                yield from spots(node, at)


def passed_over(node: ast.AST) -> bool:
    """What only people read, what is loaded, and what is for the type checker."""
    match node:
        case ast.JoinedStr() | ast.Import() | ast.ImportFrom() | ast.FunctionDef(name="__repr__" | "__str__"):
            return True
        case ast.Call(func=ast.Name(id="_call" | "_operator")) | ast.keyword(arg="bare"):  # LaTeX, in the table of functions
            return True
        case ast.If(test=ast.Name(id="TYPE_CHECKING")):
            return True
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Subscript() | ast.BinOp()):
            return name[0].isupper() and not name.isupper()  # the name of a type
    return False


def changes(node: ast.AST) -> Iterator[ast.AST]:
    """What a node is exchanged for."""
    for other in EXCHANGED.get(type(node), ()):
        yield other()
    match node:
        case ast.Constant(value=bool(truth)):
            yield ast.Constant(not truth)
        case ast.Constant(value=int(number)):
            yield from (ast.Constant(number + 1), ast.Constant(number - 1))
        case ast.Constant(value=float(number)):
            yield from (ast.Constant(number * 1000 or 1000.0), ast.Constant(number + 1))
        case ast.Constant(value=str(text)) if FORMULA.fullmatch(text):
            yield from (ast.Constant(changed) for changed in changed_formulas(text))
        case ast.UnaryOp(op=ast.USub() | ast.Not(), operand=operand):
            yield operand
        case ast.BoolOp(op=op, values=values):
            yield from (ast.BoolOp(op, values[:at] + values[at + 1 :]) for at in range(len(values)))
        case ast.Return(value=ast.AST() as value) if ast.unparse(value) != "None":
            yield ast.Return(None)
        case ast.Raise() | ast.Continue() | ast.Break():
            yield ast.Pass()
        case ast.Slice(lower=lower, upper=upper, step=step):
            yield from [ast.Slice(None, upper, step)] * (lower is not None) + [ast.Slice(lower, None, step)] * (upper is not None)
        case ast.Call(func=function, args=args, keywords=keywords) if ast.unparse(function) != "isinstance":
            yield from (ast.Call(function, exchanged(args, at), keywords) for at in range(len(args) - 1))
        case ast.Tuple(elts=elements, ctx=ast.Load()):
            yield from (ast.Tuple(exchanged(elements, at), ast.Load()) for at in range(len(elements) - 1))
        case ast.Name(id=name) if name in NAMES:
            yield ast.Name(NAMES[name], node.ctx)
        case ast.Attribute(attr=name) if name in NAMES:
            yield ast.Attribute(node.value, NAMES[name], node.ctx)


def exchanged(nodes: list[Any], at: int) -> list[Any]:
    """Two neighbours exchanged."""
    return [*nodes[:at], nodes[at + 1], nodes[at], *nodes[at + 2 :]]


def changed_formulas(text: str) -> list[str]:
    """The changes of a formula that stands in a string."""
    try:
        tree = ast.parse(text, mode="eval")
    except SyntaxError:
        return []
    return [spot.text(tree) for spot in spots(tree)]


def mutants(part: str) -> list[tuple[str, ast.Module, Spot]]:
    """(module, its tree, the change) for every change that there is, of the modules with `part` in their path."""
    package = ROOT / "tensor_deriv"
    paths = sorted(path for pattern in MUTATED for path in package.glob(pattern) if part in str(path.relative_to(package)))
    trees = {str(path.relative_to(package)): ast.parse(path.read_text(encoding="utf-8")) for path in paths}
    return [(module, tree, spot) for module, tree in trees.items() for spot in spots(tree)]


def copied() -> pathlib.Path:
    """A copy of the project to break; its byte code goes by the content of a file, since a mutant may keep date and size."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="mutation-"))
    for name in ("tensor_deriv", "tests", "derivations", "docs"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, folder)
    subprocess.run([sys.executable, "-m", "compileall", "-q", "--invalidation-mode", "checked-hash", folder / "tensor_deriv"], check=True)
    return folder


def load_libraries() -> None:
    """What the tests import from elsewhere, once for all mutants."""
    for name in LIBRARIES:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)


def failing_test(folder: pathlib.Path, tests: Sequence[str], seconds: int) -> str | None:
    """The first test that fails in a fresh fork; None where all pass."""
    killer = folder / "killer"
    killer.write_text("")
    child = os.fork()
    if child == 0:
        run_tests(folder, tests, seconds, killer)
    status = os.waitpid(child, 0)[1]
    if status == 0:
        return None
    return killer.read_text() or ("hangs or crashes" if os.WIFSIGNALED(status) else "import")


def run_tests(folder: pathlib.Path, tests: Sequence[str], seconds: int, killer: pathlib.Path) -> None:
    """In the fork: pytest to the first failure; never returns."""
    import pytest

    class Watch:
        def pytest_runtest_logreport(self, report: Any) -> None:
            if report.failed:
                killer.write_text(report.nodeid)

    os.chdir(folder)
    sys.path[:0] = [str(folder), str(folder / "tests")]
    os.environ["PYTHONPATH"] = str(folder)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.dup2(1, 2)
    status = 1
    try:
        for test in tests:  # one after the other: a fault that the first sees does not wait for the others to be read
            status = pytest.main(["-x", "-q", "-p", "no:cacheprovider", "-k", NOT_HERE, test], plugins=[Watch()])
            if status not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
                break
        else:
            status = 0
    finally:
        os._exit(int(status))


def selection(module: str) -> list[str]:
    """The tests for a mutant of a module, those named after it first."""
    words = next(words for start, words in TESTS if module.startswith(start)).split()
    paths = [path for word in words for path in sorted((ROOT / "tests").glob(word))]
    paths.sort(key=lambda path: path.stem != f"test_{pathlib.Path(module).stem}")
    return [str(path.relative_to(ROOT)) for path in paths]


def outcome(folder: pathlib.Path, module: str, tree: ast.Module, spot: Spot, wide: bool) -> Outcome:
    """Run one mutant; what the selection does not see, the whole suite is asked where `wide`."""
    path = folder / "tensor_deriv" / module
    plain = path.read_text(encoding="utf-8")
    start = time.perf_counter()
    try:
        path.write_text(spot.text(tree), encoding="utf-8")
        by = failing_test(folder, selection(module), SECONDS)
        if by is None and wide:
            by = failing_test(folder, ["tests"], WIDE_SECONDS)
    finally:
        path.write_text(plain, encoding="utf-8")
    before, after = difference(ast.unparse(tree), spot.text(tree))
    return Outcome(module, spot.line, before, after, by is not None, by or "", time.perf_counter() - start)


def difference(before: str, after: str, around: int = 60) -> tuple[str, str]:
    """The part of the first line that differs where it differs."""
    pairs = zip(before.splitlines(), after.splitlines(), strict=False)
    old, new = next(((a.strip(), b.strip()) for a, b in pairs if a != b), ("", ""))
    same = common(old, new)
    tail = common(old[same:][::-1], new[same:][::-1])
    return old[max(0, same - around) : len(old) - tail + around], new[max(0, same - around) : len(new) - tail + around]


def common(a: str, b: str) -> int:
    """The length of what both begin with."""
    return next((place for place, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))


def main() -> int:
    """Print every mutant that no test sees, and the score of each module."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", nargs="?", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--module", default="", help="only modules with this in their path")
    parser.add_argument("--wide", action="store_true", help="show what the selection does not see to the whole suite")
    parser.add_argument("--record", type=pathlib.Path, help="a file for one line of JSON a mutant")
    options = parser.parse_args()
    found = mutants(options.module)
    chosen = random.Random(options.seed).sample(found, min(options.count, len(found)))
    load_libraries()
    folder = copied()
    try:
        return run(folder, chosen, len(found), options)
    finally:
        shutil.rmtree(folder)


def run(folder: pathlib.Path, chosen: list[tuple[str, ast.Module, Spot]], count: int, options: argparse.Namespace) -> int:
    """1 where the tests do not even pass without a fault."""
    start = time.perf_counter()
    every = sorted({test for start, _ in TESTS for test in selection(start)})
    broken = failing_test(folder, every, WIDE_SECONDS)
    print(f"{len(chosen)} of {count} mutants; without a fault: {broken or 'passes'}, {time.perf_counter() - start:.0f} s", flush=True)
    if broken:
        return 1
    outcomes = []
    for module, tree, spot in chosen:
        result = outcome(folder, module, tree, spot, options.wide)
        outcomes.append(result)
        if options.record:
            with options.record.open("a", encoding="utf-8") as file:
                print(json.dumps(asdict(result), ensure_ascii=False), file=file)
        if not result.seen:
            print(f"{result.module}:{result.line}\n  - {result.before}\n  + {result.after}", flush=True)
    report(outcomes, time.perf_counter() - start)
    return 0


def report(outcomes: Sequence[Outcome], seconds: float) -> None:
    """The score of each module and of all."""
    tried, seen = Counter(o.module for o in outcomes), Counter(o.module for o in outcomes if o.seen)
    for module in sorted(tried):
        print(f"{seen[module]:5d} of {tried[module]:5d} seen  {module}")
    print(f"{seen.total():5d} of {tried.total():5d} seen, {seen.total() / max(tried.total(), 1):.1%}, in {seconds:.0f} s")


if __name__ == "__main__":
    sys.exit(main())
