"""Reads array forms in print as a person would (a vector is a column, 𝟏 a vector of ones) and evaluates them: a judge of the printer."""

from __future__ import annotations

import re

import numpy as np

from tensor_deriv.functions import TABLE

REDUCTIONS = "softmax|log_softmax|logsumexp|diag|tr|det|max_rows|max_columns|min_rows|min_columns|var_rows|var_columns|max|min|var|prod|σ"
FUNCTIONS = REDUCTIONS + "|" + "|".join(sorted(TABLE, key=len, reverse=True))
TOKEN = re.compile(
    rf"(?P<derivative>∂[a-z]+[0-9]*/∂[A-Za-zα-ω]+[0-9]*)|(?P<function>log\|det |(?:{FUNCTIONS})(?=\())|(?P<number>[0-9]+(?:\.[0-9]+)?)"
    r"|(?P<mark>⁻¹|⁻ᵀ|[()\[\]‖|^/+−·>=,√ᵀ⊙⊘𝟏])|(?P<name>[^\W\d_][0-9]*)|(?P<space>\s+)"
)


class Unreadable(Exception):
    """The text says what this reader does not know."""


class Ones:
    """𝟏 or, turned, 𝟏ᵀ: of whatever length fits."""

    def __init__(self, turned=False):
        self.turned = turned


class Eye:
    """c I, of whatever extent fits."""

    def __init__(self, factor=1.0):
        self.factor = factor

    def __mul__(self, number):
        return Eye(self.factor * number)

    __rmul__ = __mul__

    def __truediv__(self, number):
        return Eye(self.factor / number)

    def __add__(self, other):
        return self.factor * np.eye(*np.shape(other)) + other

    __radd__ = __add__

    __array_ufunc__ = None  # NumPy leaves `array + Eye` to this class


class Reader:
    """Evaluates one printed array form; matrices with two axes, vectors as columns, scalars without axes.

    What is repeated along an axis has extent 1 there, so NumPy's broadcasting gives 𝟏 its length.
    """

    def __init__(self, tensors, sizes):
        self.tensors, self.sizes = tensors, sizes

    def read(self, text):
        self.tokens, at = [], 0
        while at < len(text):
            found = TOKEN.match(text, at)
            if not found:
                raise Unreadable(f"{text[at : at + 20]!r}")
            if found.lastgroup != "space":
                self.tokens.append((found.lastgroup, found[0]))
            at = found.end()
        self.tokens.append(("end", ""))
        self.at, self.bars = 0, [""]
        value = self.total()
        if self.tokens[self.at][0] != "end":
            raise Unreadable(f"left over: {self.tokens[self.at :]}")
        return value

    @property
    def next(self):
        return self.tokens[self.at][1]

    def take(self, wanted=None):
        text = self.tokens[self.at][1]
        if wanted is not None and text != wanted:
            raise Unreadable(f"{wanted!r} expected, not {text!r}")
        self.at += 1
        return text

    def total(self):
        sign = -1 if self.next == "−" else 1
        self.at += sign < 0
        value = sign * plain(self.hadamard())
        while self.next in ("+", "−"):
            sign = 1 if self.take() == "+" else -1
            value = value + sign * plain(self.hadamard())
        return value

    def hadamard(self):
        value = self.chain()
        while self.next in ("⊙", "⊘"):
            sign, other = self.take(), plain(self.chain())
            value = plain(value) * other if sign == "⊙" else plain(value) / other
        return value

    def chain(self):
        value = self.power()
        while self.tokens[self.at][0] != "end" and self.next not in ("+", "−", "⊙", "⊘", ")", "]", ",", self.bars[-1], ">", "="):
            if self.next == "/":
                self.take()
                value = plain(value) / self.power()
            elif self.next == "·":
                self.take()
            else:
                value = times(value, self.power())
        return value

    def power(self):
        value = self.atom()
        while self.next in ("^", "ᵀ", "⁻¹", "⁻ᵀ"):
            mark = self.take()
            if mark == "^":
                value = self.raised(value)
            elif mark == "ᵀ":
                value = Ones(True) if isinstance(value, Ones) else value.T
            else:
                value = np.linalg.inv(value if mark == "⁻¹" else value.T)
        return value

    def raised(self, base):
        bracket = self.next == "("
        self.at += bracket
        entrywise = self.next == "⊙"
        self.at += entrywise
        exponent = self.total() if bracket else self.atom()
        if bracket:
            self.take(")")
        if np.ndim(base) and not entrywise:
            raise Unreadable("a power of an array that is not entry by entry")
        return np.power(base, exponent)

    def between(self, close):
        self.bars.append(close)
        value = self.total()
        self.bars.pop()
        self.take(close)
        return value

    def atom(self):
        kind, text = self.tokens[self.at]
        self.at += 1
        if kind == "number":
            return np.asarray(float(text))
        if text == "(":
            return self.between(")")
        if text == "𝟏":
            return Ones()
        if text == "‖":
            return np.sqrt(np.sum(self.between("‖") ** 2))
        if text == "|":
            return np.abs(self.between("|"))
        if text == "√":
            self.take("(")
            return np.sqrt(self.between(")"))
        if text == "[":
            left, sign = self.total(), self.take()
            right = self.between("]")
            return 1.0 * (left > right if sign == ">" else left == right)
        if text == "log|det ":
            return np.linalg.slogdet(self.between("|"))[1]
        if kind == "function":
            self.take("(")
            args = [self.total()]
            while self.next == ",":
                self.take()
                args.append(self.total())
            self.take(")")
            return function(text, args)
        return self.named(text)

    def named(self, text):
        if text == "I":
            return Eye()
        if text == "π":
            return np.asarray(np.pi)
        if text in self.tensors:
            array = np.asarray(self.tensors[text], dtype=float)
            return array[:, None] if array.ndim == 1 else array
        if text in self.sizes:
            return np.asarray(float(self.sizes[text]))
        raise Unreadable(f"there is no {text}")


def plain(value):
    """𝟏 alone is broadcast where it is added or multiplied entry by entry."""
    return np.asarray(1.0) if isinstance(value, Ones) else value


def times(left, right):
    """The product of what stands beside one another, a single entry as a number."""
    product = beside(left, right)
    return product[0, 0] if np.shape(product) == (1, 1) else product


def beside(left, right):
    if isinstance(left, Ones) and isinstance(right, Ones):
        if left.turned:
            raise Unreadable("𝟏ᵀ𝟏")
        return np.asarray(1.0)
    if isinstance(left, Ones):
        return right.sum(axis=0, keepdims=True) if left.turned else right
    if isinstance(right, Ones):
        return left if right.turned or isinstance(left, Eye) or not np.ndim(left) else left.sum(axis=1, keepdims=True)
    if isinstance(left, Eye) or isinstance(right, Eye) or not np.ndim(left) or not np.ndim(right):
        return left * right
    if left.shape[1] != right.shape[0] or (1 in left.shape + right.shape and left.shape[1] != 1 and right.shape[0] == 1):
        raise Unreadable(f"shapes {left.shape} and {right.shape} side by side")
    return left @ right


def function(name, args):
    if name in ("softmax", "log_softmax", "logsumexp"):
        x = args[0] - args[0].max(axis=None if args[0].shape[1] == 1 else 1, keepdims=True)
        along = 0 if x.shape[1] == 1 else 1
        soft = np.exp(x) / np.exp(x).sum(axis=along, keepdims=True)
        return soft if name == "softmax" else np.log(soft)
    if name == "diag":
        return np.diag(args[0][:, 0]) if args[0].shape[1] == 1 else np.diag(args[0])[:, None]
    if name == "tr":
        return np.trace(args[0])
    if name == "det":
        return np.linalg.det(args[0])
    stem, _, axis = name.partition("_")
    if stem in ("max", "min", "prod", "var") and len(args) == 1:
        reduced = getattr(np, stem)(args[0], axis={"": None, "rows": 1, "columns": 0}[axis])
        return reduced[:, None] if np.ndim(reduced) else reduced
    return TABLE[{"σ": "sigmoid", "max": "maximum", "min": "minimum"}.get(name, name)].numpy(*args)
