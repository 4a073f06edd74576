"""derivatives.yaml of the PyTorch that is installed: its entries, and the nodes of PyTorch's graph that they make."""

from __future__ import annotations

import re
from collections import Counter
from fnmatch import fnmatchcase
from pathlib import Path

from .row import Operator

FORWARD = r"(result\w*|output\d*|values|output_differentiability|dispatch|AutogradNestedTensor|Default)\s*:"  # no formula of a gradient


def path() -> Path:
    """Where derivatives.yaml lies."""
    import torchgen

    return Path(torchgen.__file__).parent / "packaged" / "autograd" / "derivatives.yaml"


def formulas() -> dict[str, str]:
    """The text of each entry, by its name."""
    blocks = re.split(r"^- name:\s*", path().read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return {block.split("(")[0].strip(): block for block in blocks}


def nodes() -> dict[str, str]:
    """The node of the graph that an entry makes: AddBackward0 of the first entry called add, AddBackward1 of the second."""
    count: Counter[str] = Counter()
    found = {}
    for name in formulas():
        stem = "".join(part.title() for part in name.split(".")[0].split("_"))
        stem = f"{stem}Backward".replace("ForwardBackward", "Backward")
        found[name] = f"{stem}{count[stem]}"
        count[stem] += 1
    return found


def differentiable(text: str) -> bool:
    """Whether PyTorch has a formula for any argument of an entry."""
    lines = [line.strip() for line in text.splitlines()[1:] if re.match(r"\s+[\w, ]+:", line)]
    formulas = [line for line in lines if not re.match(FORWARD, line)]
    return any("non_differentiable" not in line and "not_implemented" not in line for line in formulas)


REASONS = {  # why an entry is not in the table, by patterns of names; the first that fits counts
    "random": ["*bernoulli*", "cauchy_", "exponential_", "geometric_", "random_*", "uniform_", "*normal*", "*dropout*", "*rrelu*",
               "poisson", "_standard_gamma*", "fractional_*"],
    "in place: the same derivative as the entry without `_`": ["*_", "*_.*"],
    "sparse or nested tensors": ["*sparse*", "*nested*", "values", "_coalesce", "to_padded_tensor", "_to_dense", "_pack_padded_sequence"],
    "complex numbers": ["complex", "polar", "*conj*", "view_as_*", "_fft_*", "linalg_eig", "_neg_view"],
    "a permutation that the data choose (a sort)": ["sort*", "topk", "kthvalue", "*median*", "mode"],
    "a factorisation that the language does not have": ["_linalg_svd", "_linalg_eigh", "linalg_qr", "linalg_lu", "linalg_lu_factor_ex"],
    "a function that the language does not have": ["erfinv", "special_ndtri", "i0", "special_i*", "igamma*", "special_zeta*", "cholesky",
                                                   "linalg_cholesky_ex", "linalg_matrix_exp"],
    "rounding, of which the language has no function": ["ceil", "floor", "round*", "trunc", "frac", "fmod.*", "remainder.*"],
    "the representation of floating-point numbers": ["frexp.Tensor", "nextafter"],
    "a dynamic programme": ["*ctc_loss*"],
    "of other devices, libraries or precisions alone": [
        "cudnn*", "_cudnn*", "miopen*", "mkldnn*", "*mps*", "_nnpack*", "_thnn_fused*", "_mkldnn*", "to_mkldnn", "*overrideable", "*flash*",
        "*efficient_attention*", "*cudnn_attention*", "_conv_depthwise2d", "conv_depthwise3d", "_convolution", "_grouped_mm",
        "_fused_rms_norm",
        "_grid_sampler_2d_cpu_fallback*", "_batch_norm_*", "batch_norm_backward", "linear_backward", "max_pool2d_backward",
        "_slow_conv2d_backward*",
    ],
    "derived through other entries, compared there": ["matmul", "linear", "chunk", "diag_embed", "max_pool2d"],
    "lists of tensors: the entry of one tensor, for each": ["_foreach*"],
    "quantisation, whose derivative is not that of its values": ["*fake_quant*", "_fused_moving_avg*"],
    "of PyTorch's own workings": ["_test*", "_lazy_clone", "lift*", "_pin_memory", "slice_inverse", "_unsafe_masked_index*",
    "masked_scatter_backward"],
}  # fmt: skip


def reason(name: str, text: str) -> str:
    """Why an entry is not in the table."""
    words = next((words for words, patterns in REASONS.items() if any(fnmatchcase(name, p) for p in patterns)), "not written yet")
    return words if differentiable(text) or words.startswith("in place") else "PyTorch has no derivative of it either"


def left_out(table: list[Operator]) -> dict[str, list[str]]:
    """The entries that are not in the table, by the reason."""
    written = {row.name for row in table if not row.composite}
    found: dict[str, list[str]] = {}
    for name, text in formulas().items():
        if name not in written:
            found.setdefault(reason(name, text), []).append(name)
    return found
