"""What is known of a tensor, as laws on its components: rows of a simplex sum to one, orthogonal columns are δ."""

from __future__ import annotations

from ..index.bodies import Apply
from ..index.indices import multiply, renew
from ..index.nodes import UNITY, Component, Delta, Expr, Product, Sum
from ..index.slots import Index
from ..program import Program
from .engine import Rule


def assumption_rules(program: Program) -> tuple[Rule, ...]:
    """The laws that hold for this program's tensors."""
    axes = _normalised_axes(program)
    orthogonal = {name for name, tensor in program.inputs.items() if "orthogonal" in tensor.assumptions}

    def total(node: Expr) -> Expr | None:
        # Σ_j p_ij = 1
        if not isinstance(node, Product) or not node.over:
            return None
        for place, factor in enumerate(node.factors):
            if isinstance(factor, Component) and factor.tensor in axes:
                index = _alone(node, place, factor, axes[factor.tensor])
                if index is not None:
                    rest = tuple(f for at, f in enumerate(node.factors) if at != place)
                    return Product(rest or (UNITY,), tuple(i for i in node.over if i not in index))
        return None

    def opened(node: Expr) -> Expr | None:
        # Σ_j (a p_ij + b) c = Σ_j a p_ij c + Σ_j b c, where Σ_j p_ij waits
        if not isinstance(node, Product) or not node.over:
            return None
        for place, factor in enumerate(node.factors):
            if isinstance(factor, Sum) and any(total(_term(node, place, term)) for term in factor.terms):
                return Sum(tuple(_term(node, place, term) for term in factor.terms))
        return None

    def columns(node: Expr) -> Expr | None:
        # Σ_k q_ki q_kj = δ_ij = Σ_k q_ik q_jk
        if not isinstance(node, Product):
            return None
        for first, a in enumerate(node.factors):
            for second in range(first + 1, len(node.factors)):
                found = _orthogonal_pair(node, a, node.factors[second], orthogonal, {first, second})
                if found is not None:
                    return found
        return None

    rules = []
    if axes:
        rules.append(Rule("entries sum to one", "Σⱼ pᵢⱼ = 1", "softmax and simplex", "contract", total))
        rules.append(Rule("distribute", "Σⱼ (a + pᵢⱼ) = Σⱼ a + Σⱼ pᵢⱼ", "softmax and simplex", "contract", opened))
    if orthogonal:
        rules.append(Rule("orthogonal", "Σₖ qₖᵢ qₖⱼ = δᵢⱼ", "QᵀQ = I", "contract", columns))
    return tuple(rules)


def _term(node: Product, place: int, term: Expr) -> Expr:
    return renew(multiply((*node.factors[:place], term, *node.factors[place + 1 :]), node.over))


def _normalised_axes(program: Program) -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {name: (t.rank - 1,) for name, t in program.inputs.items() if "simplex" in t.assumptions and t.rank}
    for name, definition in program.definitions.items():
        if isinstance(definition.body, Apply) and definition.body.primitive in ("softmax", "max_mask", "min_mask"):
            found[name] = definition.body.axes
    return found


def _alone(node: Product, place: int, factor: Component, axes: tuple[int, ...]) -> tuple[Index, ...] | None:
    """The summed indices on the normalised axes, if they stand in this factor alone."""
    others = frozenset().union(*(f.free for at, f in enumerate(node.factors) if at != place))
    indices = tuple(factor.slots[axis] for axis in axes)
    ok = all(isinstance(i, Index) and i in node.over and i not in others and factor.slots.count(i) == 1 for i in indices)
    return indices if ok else None  # type: ignore[return-value]


def _orthogonal_pair(node: Product, a: Expr, b: Expr, names: set[str], places: set[int]) -> Expr | None:
    if not (isinstance(a, Component) and isinstance(b, Component) and a.tensor == b.tensor and a.tensor in names):
        return None
    others = frozenset().union(*(f.free for at, f in enumerate(node.factors) if at not in places))
    extents = [slot.extent for slot in a.slots]
    for axis in (0, 1) if extents[0] == extents[1] else (0,):
        met = a.slots[axis]
        free = a.slots[1 - axis], b.slots[1 - axis]
        if met == b.slots[axis] and isinstance(met, Index) and met in node.over and met not in others and met not in free:
            rest = tuple(f for at, f in enumerate(node.factors) if at not in places)
            return Product((*rest, Delta(*free)), tuple(i for i in node.over if i != met))
    return None
