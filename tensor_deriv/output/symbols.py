"""How a tensor's name is drawn: the letter of its components, and the bold letter of the whole."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

LOWER = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ", "eta": "η", "theta": "θ", "iota": "ι",
    "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "rho": "ρ", "sigma": "σ", "tau": "τ", "upsilon": "υ", "phi": "φ",
    "chi": "χ", "psi": "ψ", "omega": "ω",
}  # fmt: skip
UPPER = {
    "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Upsilon": "Υ", "Phi": "Φ",
    "Psi": "Ψ", "Omega": "Ω",
}  # fmt: skip
GREEK = {**LOWER, **UPPER}


@dataclass(frozen=True)
class Symbol:
    """A letter, a Greek name or a word, with what stands under it: `W1` is (W, 1)."""

    base: str
    sub: str = ""
    word: bool = False  # spelled out, though a letter of that name exists

    @property
    def short(self) -> bool:
        """Whether it is drawn as one letter."""
        return not self.word and (len(self.base) == 1 or self.base in GREEK)

    @property
    def lower(self) -> Symbol:
        """The letter in lower case; a word stays as it is."""
        small = self.base.lower()
        return replace(self, base=small) if self.short and (len(small) == 1 or small in GREEK) else self


def parse(name: str) -> Symbol:
    """A name as a symbol: `lambda_` is λ, `W1` and `W_1` are W with 1 under it, `loss` is a word."""
    stem = name.rstrip("_") or name
    found = re.fullmatch(r"([A-Za-z]+?)_?(\d+)", stem) or re.fullmatch(rf"([A-Za-z]|{'|'.join(GREEK)})_(\w+)", stem)
    symbol = Symbol(found[1], found[2]) if found else Symbol(stem)
    return symbol if "_" not in symbol.sub else Symbol(stem)


@dataclass(frozen=True)
class Drawn:
    """The two forms of a name: `part` for components, `whole` for the tensor."""

    part: Symbol
    whole: Symbol
    rank: int


def draw_all(ranks: Mapping[str, int], own: Iterable[str]) -> dict[str, Drawn]:
    """The forms of every name; `own` are those that the parser chose, whose case follows their rank."""
    own = set(own)
    raw = {name: parse(name) for name in ranks}
    raw = {name: _reserved(symbol if list(raw.values()).count(symbol) == 1 else Symbol(name), ranks[name]) for name, symbol in raw.items()}
    small: dict[Symbol, int] = {}
    for symbol in raw.values():
        small[symbol.lower] = small.get(symbol.lower, 0) + 1
    return {name: _drawn(symbol, ranks[name], name in own, small[symbol.lower] == 1) for name, symbol in raw.items()}


def _reserved(symbol: Symbol, rank: int) -> Symbol:
    # δ_ij is the Kronecker delta
    return replace(symbol, word=True) if symbol.base == "delta" and rank == 2 else symbol


def _drawn(symbol: Symbol, rank: int, own: bool, alone: bool) -> Drawn:
    part = symbol.lower if alone and (rank or own) and symbol.base != "Delta" else symbol
    whole = symbol.lower if own and alone and rank < 2 else symbol
    return Drawn(part, whole, rank)
