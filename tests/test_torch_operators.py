"""PyTorch's dense, differentiable operators: our derivative of each against its automatic differentiation.

The expression is weighted with fixed random numbers and summed, as an upstream gradient would weigh it; its gradient, run as
generated code, is compared with that of PyTorch's call, as largest difference by largest entry. The default run takes every
seventh row at one size; TENSOR_DERIV_ALL takes all of them at both, the torch code as well, and our own check of every sixth.
"""

from __future__ import annotations

import inspect
import os
import warnings
from typing import Any

import numpy as np
import pytest
from conftest import ROOT
from operators import TABLE, Operator, document
from operators.compare import WEIGHT, derivations, far, nodes, truth

from tensor_deriv.verification.check import KINKED

ALL = bool(os.environ.get("TENSOR_DERIV_ALL"))
SAMPLE = TABLE if ALL else TABLE[::7]
CHECKED = [row for row in TABLE[::6] if "3d" not in row.name]  # differences of volumes take long
DOCUMENT = ROOT / "docs" / "operators.md"
pytestmark = pytest.mark.filterwarnings("ignore")


def labels(rows: list[Operator]) -> list[str]:
    return [f"{row.name} {row.note}".strip() for row in rows]


def computed(function: Any, arguments: dict[str, Any], row: Operator, which: int) -> np.ndarray:
    """A generated function at a point; sizes that no argument shows are given by name."""
    taken = inspect.signature(function).parameters
    sizes = {name: size for name, size in row.dims(which).items() if name in taken and name not in arguments}
    with np.errstate(all="ignore"):
        return np.asarray(function(**arguments, **sizes))


@pytest.mark.parametrize("row", SAMPLE, ids=labels(SAMPLE))
def test_the_gradient_is_that_of_torch(row: Operator) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not here to be compared with")
    found = list(derivations(row))
    for which in range(2 if ALL else 1):
        point = row.point(which)
        weight, total, gradients, _ = truth(row, point)
        arguments = {**point, WEIGHT: weight}
        value = computed(found[0].value_function("numpy"), arguments, row, which)
        assert abs(value - total) <= row.tolerance * max(1, abs(total))
        for derivation in found:
            got = computed(derivation.function("numpy"), arguments, row, which)
            assert far(got, gradients[derivation.wrt]) < row.tolerance, derivation.matrix
            if ALL:
                tensors = {name: torch.tensor(array) for name, array in arguments.items()}
                assert far(computed(derivation.function("torch"), tensors, row, which), gradients[derivation.wrt]) < row.tolerance


@pytest.mark.skipif(not ALL, reason="takes long, and runs where TENSOR_DERIV_ALL is set")
@pytest.mark.parametrize("row", CHECKED, ids=labels(CHECKED))
def test_our_own_check_agrees(row: Operator) -> None:
    for derivation in derivations(row):
        report = derivation.check()
        assert all(trial.ok or trial.note == KINKED for trial in report.trials), report


def test_every_row_is_the_entry_that_it_names() -> None:
    """PyTorch's graph of the call has the node that the entry makes; where several do, the first in the file counts."""
    pytest.importorskip("torch", reason="PyTorch is not here to be compared with")
    from operators.entries import nodes as named

    names = [row.name for row in TABLE if not row.composite]
    assert len(names) == len(set(names)) >= 150
    entries = named()
    for row in SAMPLE:
        if not row.composite:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                assert entries[row.name] in nodes(truth(row, row.point(0))[3]), row.name


def test_the_comparison_can_fail() -> None:
    pytest.importorskip("torch", reason="PyTorch is not here to be compared with")
    row = next(row for row in TABLE if row.name == "tanh")
    wrong = Operator(row.name, "sinh(X)", row.call, row.tensors)
    with pytest.raises(AssertionError):
        test_the_gradient_is_that_of_torch(wrong)
    assert far(np.ones((2, 3)), np.ones((3, 2))) == np.inf


def test_the_list_of_operators_is_that_of_the_table() -> None:
    pytest.importorskip("torchgen", reason="PyTorch's list of operators is not here")
    import torch

    text = DOCUMENT.read_text(encoding="utf-8")
    if f"PyTorch {torch.__version__.partition('+')[0]} " not in text:
        pytest.skip("docs/operators.md is of another version of PyTorch")
    assert text == document(), "python tests/test_torch_operators.py writes it anew"


if __name__ == "__main__":
    DOCUMENT.write_text(document(), encoding="utf-8")
