"""From array forms to what is computed: every rule of the planner in its place."""

from __future__ import annotations

import math
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from ...matrix.calls import Call, Einsum, Eye
from ...matrix.nodes import Add, Array, MatMul, Mul, Pow, Shape, num
from ..lower import Lowering
from ..names import Names
from ..regroup import distinct, regrouped
from ..share import Line, shared, uses
from .chains import ordered_chain
from .contract import Contractions
from .diagonals import on_diagonals, spread, with_identities
from .memory import in_lines
from .reductions import as_einsum, centred, is_matrix_vector, powers
from .reuse import in_order, reused, temporaries_first
from .roots import put_off, reciprocals
from .scaledsoftmax import scaled_softmaxes
from .scaling import scaled
from .signs import same_signs
from .sizes import Sampled
from .solves import factored, with_solves


@dataclass
class Planner:
    """Rewrites all expressions of one function together, so that what they share is seen."""

    symmetric: Container[str] = ()  # names of matrices
    sizes: Sampled = field(default_factory=Sampled)
    most_systems: ClassVar[float] = 2  # with one matrix, that cost no more than its inverse: (2/3) n³ each, against 2 n³

    def needed(self, lines: Sequence[Line], results: int) -> list[Line]:
        """The definitions and results, less the definitions that are better not computed."""
        return list(lines)

    def planned(self, roots: Sequence[Array]) -> list[Array]:
        """The same arrays, at less cost."""
        roots = same_signs(roots)
        self.used = uses(roots)
        self.contractions = Contractions(self.sizes, set(distinct(roots)))
        self.done: dict[Array, Array] = {}
        for node in sorted((node for node in distinct(roots) if isinstance(node, Einsum)), key=factors):
            self.rewritten(node)  # those of most factors first: what they make, others may take
        return with_solves([self.rewritten(root) for root in roots], self.symmetric, self.most_systems)

    def ready(self, roots: Sequence[Array], dims: Sequence[Shape]) -> list[Array]:
        """The planned arrays, each of its dimensions, as the printers take them."""
        lowering = Lowering()
        nodes = [lowering.root(node, shape) for node, shape in zip(self.planned(roots), dims, strict=True)]
        return scaled(regrouped(nodes), self.sizes)

    def lines(self, roots: Sequence[Line], results: int, names: Names) -> list[Line]:
        """The lines that compute some arrays under their names, the last `results` of which are returned."""
        return shared(roots, names, in_lines([node for _, node in roots]))

    def rewritten(self, node: Array) -> Array:
        """An expression by the rules, its parts first; each distinct node once."""
        if node not in self.done:
            children = tuple(map(self.rewritten, node.children))
            now = node if children == node.children else node.with_children(children)
            rule = RULES.get(type(node))
            self.done[node] = rule(self, node, now) if rule else now
        return self.done[node]

    def chain(self, was: MatMul, node: MatMul) -> Array:
        return ordered_chain(node, self.sizes)

    def einsum(self, was: Einsum, node: Einsum) -> Array:
        return self.assembled(self.contractions.planned(node))

    def assembled(self, node: Array) -> Array:
        """What is zero off a diagonal, as the library makes it."""
        return with_identities(node)

    def call(self, was: Call, node: Call) -> Array:
        """A reduction that needs no array of products; a variance by deviations that are there anyway."""
        if was.name == "var" and (deviation := centred(was, self.used)):
            return self.rewritten(Call("mean", Pow(deviation, num(2)), was.axis, was.keepdims))
        found = as_einsum(node)
        if found is None or (self.used[was.arg] > 1 and not is_matrix_vector(found)):
            return node  # the array of products is there for something else
        return self.reduced(node, found)

    def reduced(self, node: Call, found: Array) -> Array:
        """A sum of products as the library computes it: a matrix times a vector, where it is one."""
        return self._contracted(found) if is_matrix_vector(found) else node

    def _contracted(self, node: Array) -> Array:
        """An expression with the einsum in it planned."""
        if isinstance(node, Einsum):
            return self.contractions.planned(node)
        return node.with_children(tuple(map(self._contracted, node.children))) if node.children else node

    def product(self, was: Mul, node: Mul) -> Array:
        return node

    def power(self, was: Pow, node: Pow) -> Array:
        return node

    def sum(self, was: Add, node: Add) -> Array:
        return node


def factors(node: Einsum) -> int:
    """Minus the number of factors that are arrays of entries."""
    return -sum(not isinstance(part, Eye) for part in node.parts)


class FactoringPlanner(Planner):
    """PyTorch, which solves by factors that are there: a system more costs n²."""

    most_systems = math.inf

    def planned(self, roots: Sequence[Array]) -> list[Array]:
        return factored(super().planned(roots))


class JaxPlanner(FactoringPlanner):
    """JAX, whose compiler joins what follows a softmax to it, but keeps the order of the products."""

    def ready(self, roots: Sequence[Array], dims: Sequence[Shape]) -> list[Array]:
        return scaled_softmaxes(super().ready(roots, dims))


class NumpyPlanner(Planner):
    """NumPy, which has no compiler behind it: diagonals are written into an array, and no array of products is made to be summed."""

    def needed(self, lines: Sequence[Line], results: int) -> list[Line]:
        return put_off(lines, results)

    def ready(self, roots: Sequence[Array], dims: Sequence[Shape]) -> list[Array]:
        return reciprocals(scaled_softmaxes(super().ready(roots, dims)))

    def assembled(self, node: Array) -> Array:
        return node

    def reduced(self, node: Call, found: Array) -> Array:
        return self._contracted(found)

    def product(self, was: Mul, node: Mul) -> Array:
        return spread(node)

    def power(self, was: Pow, node: Pow) -> Array:
        return powers(node)

    def sum(self, was: Add, node: Add) -> Array:
        return on_diagonals(node)

    def lines(self, roots: Sequence[Line], results: int, names: Names) -> list[Line]:
        nodes = temporaries_first([node for _, node in roots])
        named = [name for name, _ in roots]
        lines = reused(super().lines(list(zip(named, nodes, strict=True)), results, names), names, named[:-results], named[-results:])
        return in_order(lines, names.counted)


Rule = Callable[[Planner, Any, Any], Array]
RULES: dict[type[Array], Rule] = {
    MatMul: lambda planner, was, node: planner.chain(was, node),
    Einsum: lambda planner, was, node: planner.einsum(was, node),
    Call: lambda planner, was, node: planner.call(was, node),
    Pow: lambda planner, was, node: planner.power(was, node),
    Mul: lambda planner, was, node: planner.product(was, node),
    Add: lambda planner, was, node: planner.sum(was, node),
}
PLANNERS = {"numpy": NumpyPlanner, "torch": FactoringPlanner, "jax": JaxPlanner, "xp": Planner}
