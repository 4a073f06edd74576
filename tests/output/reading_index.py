"""Reads index notation in print as a person would, by Einstein's convention, and evaluates it: a judge of the printer.

An index on the left-hand side is free; one under a Σ is summed there; any other that stands twice in a product is summed there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from tensor_deriv.functions import TABLE

TOKEN = re.compile(
    r"(?P<derivative>∂[²³]?[^\W\d_]+\d*(?:_\w+)?/(?:∂[^\W_]+_\w+|\((?:∂[^\W_]+(?:_\w+)?)+\)|∂[^\W_]+))"
    r"|(?P<series>Σ_\w+)|(?P<number>\d+(?:\.\d+)?)|(?P<name>[^\W\d_][^\W_]*(?:_[a-z]\w*)?)|(?P<mark>[()\[\]|^/+−·>=,√])|(?P<space>\s+)"
)
SYMBOLS = {"σ": "sigmoid"}
PLAIN = {"max": "maximum", "min": "minimum"}


class Unreadable(Exception):
    """The text says what this reader does not know or what a reader could take in two ways."""


@dataclass
class Value:
    """An array and the letter of each of its axes."""

    array: np.ndarray
    letters: str


class Reader:
    """Evaluates one printed right-hand side at a point; `tensors` by printed name."""

    def __init__(self, tensors, sizes, free):
        """`free` holds the letters of the left-hand side with their extents."""
        self.tensors, self.sizes, self.extents, self.scope = tensors, sizes, dict(free), set(free)

    def read(self, text):
        self.tokens, at = [], 0
        while at < len(text):
            found = TOKEN.match(text, at)
            if not found:
                raise Unreadable(f"{text[at : at + 20]!r}")
            self.tokens.append((found.lastgroup, found[0], found.start()))
            at = found.end()
        self.tokens.append(("end", "", at))
        self.at = 0
        value = self.total()
        if self.kind != "end":
            raise Unreadable(f"left over: {text[self.tokens[self.at][2] :]!r}")
        if set(value.letters) - self.scope:
            raise Unreadable(f"{value.letters} are left, {sorted(self.scope)} are free in {text!r}")
        return value

    @property
    def kind(self):
        return self.tokens[self.at][0]

    def peek(self):
        here = self.at
        while self.tokens[here][0] == "space":
            here += 1
        return self.tokens[here][0], self.tokens[here][1]

    def take(self, wanted=None):
        while self.kind == "space":
            self.at += 1
        kind, text, _ = self.tokens[self.at]
        if wanted is not None and text != wanted:
            raise Unreadable(f"{wanted!r} expected, not {text!r}")
        self.at += 1
        return kind, text

    def total(self):
        sign = 1
        if self.peek()[1] == "−":
            self.take()
            sign = -1
        terms = [(sign, self.product())]
        while self.peek()[1] in ("+", "−"):
            sign = 1 if self.take()[1] == "+" else -1
            terms.append((sign, self.product()))
        letters = "".join(dict.fromkeys("".join(term.letters for _, term in terms)))
        return Value(sum(sign * self.spread(term, letters) for sign, term in terms), letters)

    def spread(self, value, letters):
        order = [value.letters.index(letter) for letter in letters if letter in value.letters]
        moved = np.transpose(value.array, order)
        return moved.reshape([moved.shape[order.index(value.letters.index(x))] if x in value.letters else 1 for x in letters])

    def product(self):
        factors = []
        while True:
            kind, text = self.peek()
            if text == "·":
                self.take()
                continue
            if kind == "series":
                return self.series(factors)
            if kind in ("end",) or text in "+−)],>=" or (text == "|" and factors and self.open_bar):
                return self.contracted(factors)
            if text == "/":
                self.take()
                below = self.power()
                if set(below.letters) - self.scope:
                    raise Unreadable("a quotient by what an index is summed over outside of it")
                factors.append(Value(1 / below.array, below.letters))
                continue
            factors.append(self.power())

    open_bar = False

    def series(self, factors):
        letters = set(self.take()[1][2:])
        if letters & self.scope:
            raise Unreadable("a Σ over an index that is in scope")
        self.scope |= letters
        body = self.product()
        self.scope -= letters
        summed = [letter for letter in letters if letter in body.letters]
        array = np.sum(body.array, axis=tuple(body.letters.index(letter) for letter in summed))
        for letter in letters - set(summed):
            raise Unreadable(f"a Σ over {letter}, which does not occur")
        rest = "".join(letter for letter in body.letters if letter not in letters)
        return self.contracted([*factors, Value(array, rest)])

    def contracted(self, factors):
        """The product, what stands twice and is not in scope summed."""
        if not factors:
            raise Unreadable("an empty product")
        factors = self.settled(factors)
        count = {}
        for factor in factors:
            for letter in factor.letters:
                count[letter] = count.get(letter, 0) + 1
        if any(times > 2 for letter, times in count.items() if letter not in self.scope):
            raise Unreadable(f"an index stands more than twice without a Σ: {count}")
        kept = [letter for letter, times in count.items() if letter in self.scope or times == 1]
        codes = {letter: place for place, letter in enumerate(count)}
        operands = []
        for factor in factors:
            operands += [factor.array, [codes[letter] for letter in factor.letters]]
        return Value(np.einsum(*operands, [codes[letter] for letter in kept]), "".join(kept))

    def own(self, value):
        """A bracket or argument: an index that is not in scope may stand in it once, to be summed outside."""
        if len(set(value.letters)) < len(value.letters):
            return self.contracted([value])
        return value

    def power(self):
        base = self.atom()
        if self.kind == "mark" and self.tokens[self.at][1] == "^":
            self.take()
            exponent = self.bracket() if self.peek()[1] == "(" else self.atom()
            base = self.own(base)
            if set(base.letters) - self.scope or set(exponent.letters) - self.scope:
                raise Unreadable("a power of an index that is summed outside of it")
            return self.together([base, exponent], np.power)
        return base

    def together(self, args, function):
        letters = "".join(dict.fromkeys("".join(arg.letters for arg in args)))
        return Value(np.asarray(function(*(self.spread(arg, letters) for arg in args))), letters)

    def bracket(self):
        self.take("(")
        bar, self.open_bar = self.open_bar, False
        value = self.total()
        self.open_bar = bar
        self.take(")")
        return value

    def atom(self):
        kind, text = self.take()
        if kind == "number":
            return Value(np.asarray(float(text)), "")
        if text == "(":
            self.at -= 1
            return self.bracket()
        if text == "√":
            return self.applied("sqrt", [self.bracket()])
        if text == "|":
            bar, self.open_bar = self.open_bar, True
            value = self.total()
            self.open_bar = bar
            self.take("|")
            return self.applied("abs", [value])
        if text == "[":
            left, (_, sign), right = self.total(), self.take(), self.total()
            self.take("]")
            return self.applied("greater" if sign == ">" else "equal", [left, right])
        if kind == "derivative":
            return self.component("|".join(re.sub(r"_\w+", "", text).split("|")), "".join(re.findall(r"_([a-z]+)", text)))
        if kind != "name":
            raise Unreadable(f"{text!r}")
        if self.tokens[self.at][1] == "(" and "_" not in text:
            return self.applied(PLAIN.get(text, SYMBOLS.get(text, text)), self.arguments())
        name, _, letters = text.partition("_")
        return self.component(name, letters)

    def arguments(self):
        self.take("(")
        args = [self.total()]
        while self.peek()[1] == ",":
            self.take()
            args.append(self.total())
        self.take(")")
        return args

    def applied(self, name, args):
        if any(set(arg.letters) - self.scope for arg in args):
            raise Unreadable("a function of an index that is summed outside of it")
        return self.together(args, np.sqrt if name == "sqrt" else TABLE[name].numpy)

    def component(self, name, letters):
        if name == "δ":
            return self.delta(*letters)
        if name == "π":
            return Value(np.asarray(np.pi), "")
        if name in self.tensors:
            array = np.asarray(self.tensors[name])
            if array.ndim != len(letters):
                raise Unreadable(f"{name} has {array.ndim} axes, not {letters}")
            return self.diagonal(array, letters)
        if not letters and name in self.sizes:
            return Value(np.asarray(float(self.sizes[name])), "")
        raise Unreadable(f"there is no {name}")

    def diagonal(self, array, letters):
        """An index that stands twice in one component: summed unless it is in scope."""
        unique = "".join(dict.fromkeys(letters))
        if unique == letters:
            return Value(array, letters)
        if any(letter not in self.scope for letter in letters if letters.count(letter) > 1):
            return self.contracted([Value(array, letters)])
        codes = {letter: place for place, letter in enumerate(unique)}
        return Value(np.einsum(array, [codes[x] for x in letters], [codes[x] for x in unique]), unique)

    def delta(self, left, right):
        if left == right:
            raise Unreadable("δ_ii")
        return Value(None, left + right)

    def settled(self, factors):
        """Each δ as an identity of the extent that one of its letters has on the left-hand side or in the product."""
        known = dict(self.extents)
        for factor in factors:
            if factor.array is not None:
                known |= dict(zip(factor.letters, factor.array.shape, strict=True))
        for _ in factors:
            for factor in factors:
                found = [known[letter] for letter in factor.letters if letter in known] if factor.array is None else []
                known |= dict.fromkeys(factor.letters if found else "", found[0] if found else 0)
        if any(factor.array is None and factor.letters[0] not in known for factor in factors):
            raise Unreadable("a δ of unknown extent")
        return [Value(np.eye(known[f.letters[0]]), f.letters) if f.array is None else f for f in factors]
