"""The laws of matrix algebra that tidying may use, in the order they are tried."""

from __future__ import annotations

from . import exponential, factors, functions, linear, places, products, scalars, sums
from .law import Law

LAWS = (
    Law("inverse", "A⁻¹A = I", products.inverses),
    Law("between inverses", "A⁻¹B A⁻¹ − A⁻¹ = A⁻¹(B − A) A⁻¹", products.between_inverses),
    Law("derivative of the exponential", "Σᵢⱼ gᵢⱼ ∂(eᴬ)ᵢⱼ/∂A = L(Aᵀ, G)", exponential.directions),
    Law("diagonal", "diag(a) v = a ⊙ v", products.diagonals),
    Law("sum as a product", "Σᵢ aᵢbᵢ = a·b, Σᵢⱼ aᵢⱼbⱼᵢ = tr(AB)", sums.reductions),
    Law("sums joined", "Σᵢ Σⱼ aᵢⱼ = Σᵢⱼ aᵢⱼ", sums.joined),
    Law("sum of a constant", "Σᵢ c = n c", linear.constants),
    Law("zero", "0 A = 0", linear.zeros),
    Law("mean of deviations", "mean(a − mean(a)) = 0", linear.deviations),
    Law("sums together", "Σ a + c Σ b = Σ (a + c b)", linear.together),
    Law("diagonal of a product", "Σₖ aᵢₖbₖᵢ = diag(AB)", linear.diagonal),
    Law("norm", "(Σᵢ xᵢ²)^½ = ‖x‖", linear.norms),
    Law("sum kept as a column", "v 1ᵀ from a sum over rows", sums.columns),
    Law("one new axis", "a[:, None] − b[:, None] = (a − b)[:, None]", sums.axes_together),
    Law("factor into a mean", "mean(a)/s = mean(a/s)", sums.moved_in),
    Law("broadcast", "M + v 1ᵀ", sums.broadcasts),
    Law("transpose", "(AB)ᵀ = BᵀAᵀ", products.transposes),
    Law("triangle", "tril(1 1ᵀ) ⊙ A = tril(A)", places.triangles),
    Law("triangle", "tril(diag(v)) = diag(v)", places.off_diagonals),
    Law("running sum", "Σₖ [k ≤ i] aₖ = cumsum(a)ᵢ", places.running_sums),
    Law("one condition", "(a where c, else 0) + (0 where c, else b) = (a where c, else b)", places.cases),
    Law("regroup", "reshape(a ⊙ reshape(b)) = reshape(a) ⊙ b", places.regrouped),
    Law("outer product", "A (v wᵀ) B = (Av)(Bᵀw)ᵀ", products.outers),
    Law("sign", "−(a − b) = b − a", scalars.signs),
    Law("number in front", "½a + ½b = ½(a + b)", scalars.halves),
    Law("number into a bracket", "½ A (2b + 4c) = A (b + 2c)", scalars.moved_in),
    Law("sign in front", "−a − b = −(a + b)", scalars.negatives),
    Law("rectifier", "relu(a) [a > 0] = relu(a)", functions.rectified),
    Law("ratio of functions", "sinh(a)/cosh(a) = tanh(a)", functions.ratios),
    Law("roots of numbers", "√2 √π = √(2π)", scalars.roots),
    Law("a difference and its opposite", "(a − b)²/(b − a) = b − a", scalars.opposites),
    Law("indicator", "[c]² = [c]", functions.indicators),
    Law("multiply in", "b (a/b + c) = a + b c", scalars.multiplied_in),
    Law("logistic function", "eᵃ/(eᵃ + eᵇ) = σ(a − b)", functions.sigmoids),
    Law("logistic function", "σ(−a) = 1 − σ(a)", functions.mirrored),
    Law("common denominator", "a/b − c = (a − b c)/b", scalars.denominators),
    Law("multiply out", "(1 − y)σ − y(1 − σ) = σ − y", scalars.expansions),
    Law("common factor of products", "AX + BX = (A + B)X", factors.chains),
    Law("common vector", "a wᵀ + b wᵀ = (a + b) wᵀ", factors.outers),
    Law("common factor", "a ⊙ c + b ⊙ c = (a + b) ⊙ c", factors.hadamard),
    Law("common factor of a row sum", "1(H1)ᵀ + VHᵀ = (1 + V)Hᵀ", factors.rows),
)

__all__ = ["LAWS", "Law"]
