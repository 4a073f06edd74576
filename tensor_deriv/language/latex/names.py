"""What the commands and words of LaTeX mean."""

from __future__ import annotations

from collections.abc import Mapping

from ... import functions

SCALARS = {"trace", "det", "logdet", "norm", "norm1", "sum", "mean"}  # of a tensor, one number
REDUCTIONS = {"max", "min", "prod", "var", "logsumexp", "sum", "mean"}  # along axes too
MAPS = {"softmax", "log_softmax"}
SHAPING = {"diag", "vec", "inv"}
TRIANGLES = {"tril", "triu"}

_WORDS: Mapping[str, str] = {
    "tr": "trace", "Tr": "trace", "Trace": "trace", "ln": "log", "sgn": "sign", "ReLU": "relu", "GELU": "gelu", "SiLU": "silu",
    "Softmax": "softmax", "LSE": "logsumexp", "lse": "logsumexp", "logsoftmax": "log_softmax", "Diag": "diag", "Var": "var",
    "sigm": "sigmoid", "sig": "sigmoid", "vect": "vec", "diagonal": "diag", "asin": "arcsin", "acos": "arccos", "atan": "arctan",
}  # fmt: skip
_COMMANDS = {"log", "ln", "exp", "sin", "cos", "tan", "sinh", "cosh", "tanh", "arcsin", "arccos", "arctan", "det", "max", "min", "tr"}

INFIX: Mapping[str, str] = {
    r"\odot": "odot", r"\circ": "odot", r"\oslash": "oslash", r"\otimes": "otimes", r"\cdot": "cdot", r"\times": "times", "*": "times",
    ":": "colon", "/": "slash",
}  # fmt: skip

CLOSING = {"(": ")", "[": "]", r"\{": r"\}", "{": "}"}
ORDERED = {">": ">", "<": "<", r"\ge": ">=", r"\le": "<=", "=": "==", r"\neq": "!="}
COMPARED = {">": "greater", "<": "less", r"\ge": "greater_equal", r"\le": "less_equal", "=": "equal", r"\neq": "not_equal"}


def function(word: str) -> str:
    """The name in the expression language of a function that LaTeX spells so; empty where there is none."""
    name = _WORDS.get(word, word)
    known = name in functions.TABLE or name in SCALARS | REDUCTIONS | MAPS | SHAPING | TRIANGLES
    return name if known else ""


def command(text: str) -> str:
    """The function that a command is: \\log, \\det …; empty for any other."""
    return function(text[1:]) if text[:1] == "\\" and text[1:] in _COMMANDS else ""
