"""Functions: of entries, of arrays entry by entry, and those that make one number or another shape of an array."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import replace

from ... import functions
from .entries import Entries
from .names import MAPS, REDUCTIONS, SCALARS, TRIANGLES
from .tree import Node, Slot
from .values import Value, union

_SHAPING = {"diag", "vec", "inv", "kron"}


class Calls(Entries):
    """The part of the reader that knows functions."""

    @abstractmethod
    def values(self, nodes: Sequence[Node]) -> tuple[Value, ...]: ...

    def _bars(self, node: Node) -> Value:
        return self._absolute(self.value(node.args[0]), node)

    def _absolute(self, arg: Value, node: Node) -> Value:
        if arg.rank:
            self.fail("|·| of an array reads in several ways: write \\operatorname{abs}(…), \\det(…) or \\|…\\|", node)
        return Value("call", (arg,), word="abs", node=node, free=arg.free)

    def _norm(self, node: Node) -> Value:
        arg = self.value(node.args[0])
        words = [(), ("", "2", "1"), ("F",)][min(arg.rank, 2)]
        if arg.free or node.word not in words:
            known = "\\|x\\|, \\|x\\|_2, \\|x\\|_1 of a vector and \\|X\\|_F of a matrix are known"
            self.fail(f"which norm this is, is not clear: {known}", node)
        return Value("call", (arg,), word="norm1" if node.word == "1" else "norm", node=node)

    def _e(self, node: Node) -> Value:
        arg = self.value(node.args[0])
        if arg.rank == 2:
            self.fail("e to the power of a matrix is the matrix exponential to some: write \\exp(…) for that of each entry", node)
        return Value("call", (arg,), arg.dims, arg.row, "exp", node=node, free=arg.free)

    def _call(self, node: Node) -> Value:
        name = node.word
        args = (self._log_argument(node.args[0]),) if name == "log" else self.values(node.args)
        if name == "log" and args[0].op == "call" and args[0].word == "logdet" and args[0].node.op == "bars":
            return args[0]
        if union(args):
            return self._of_entries(name, args, node)
        if name in TRIANGLES:
            if len(args) != 1 or args[0].rank != 2:
                self.fail(f"`{name}` takes a matrix", node)
            return Value("triangle", args, args[0].dims, word=" ".join([name, *map(str, node.slots)]), node=node)
        if name in _SHAPING:
            return self._shaped(name, args, node)
        if name in SCALARS | REDUCTIONS:
            return self._reduction(name, args, node)
        if name in MAPS and not args[0].rank:
            self.fail(f"`{name}` takes an array", node)
        return self._elementwise(name, args, node)

    def _shaped(self, name: str, args: tuple[Value, ...], node: Node) -> Value:
        if len(args) != 1 + (name == "kron"):
            self.fail(f"`{name}` takes {1 + (name == 'kron')} arguments, {len(args)} given", node)
        if name == "kron":
            return self.kron(args[0], args[1], node)
        rule = {"diag": self.diag, "vec": self.vec, "inv": self.inverse}[name]
        return rule(args[0], node)

    def _elementwise(self, name: str, args: tuple[Value, ...], node: Node) -> Value:
        row = functions.TABLE.get(name)
        if name == "Gamma" or (row is not None and row.arity != len(args)):
            self.fail(f"`{name}` takes {row.arity if row else 'no'} arguments here", node)
        top = args[0]
        for arg in args[1:]:
            found = self.entrywise("call", top, arg, node)
            top = found if found.rank else top
        return Value("call", args, top.dims, top.row, name, node=node)

    def _log_argument(self, node: Node) -> Value:
        # log|A| of a matrix is log|det A|
        while node.op == "group":
            node = node.args[0]
        if node.op != "bars":
            return self.value(node)
        inner = self.value(node.args[0])
        return self._reduction("logdet", (inner,), node) if inner.rank == 2 else self._absolute(inner, node)

    def _reduction(self, name: str, args: tuple[Value, ...], node: Node) -> Value:
        if len(args) != 1 or not args[0].rank:
            self.fail(f"`{name}` takes one array", node)
        if name in ("det", "logdet"):
            self.square(args[0], node)
            return Value("call", args, args[0].dims[:-2], word=name, node=node)  # of each matrix of a stack
        if name == "trace" and args[0].rank != 2:
            self.fail("`tr` takes a matrix", node)
        if name == "sum":
            return Value("total", args, (), word="None", node=node)
        return Value("call", args, word=name, node=node)

    def _of_entries(self, name: str, args: tuple[Value, ...], node: Node) -> Value:
        if name in SCALARS | REDUCTIONS | MAPS | _SHAPING:
            self.fail(f"`{name}` of an entry: write the tensor without its indices", node)
        self.scalars(args, node)
        return replace(self._elementwise(name, args, node), free=union(args))

    def _along(self, node: Node) -> Value:
        return self.along(node.word, str(node.slots[0]), self.value(node.args[0]), node)

    def _mapped(self, node: Node) -> Value:
        self.fail(f"`{node.word}` along named indices needs the indices of its result behind it", node)

    def mapped(self, node: Node, slots: Sequence[Slot]) -> Value:
        """softmax_j(S)_ijk: along the axis where j stands."""
        arg = self.value(node.args[0])
        if arg.rank != len(slots) or not set(node.slots) <= set(slots):
            self.fail("the index under the function is none of its result", node)
        axes = [slots.index(slot) for slot in node.slots]
        axis = str(axes[0]) if len(axes) == 1 else f"({','.join(map(str, axes))})"
        return Value("axis", (arg,), arg.dims, word=f"{node.word} {axis}", node=node)
