"""Tensor networks: what is drawn, read back and contracted, is the expression; the picture is well formed and always the same."""

from __future__ import annotations

import os
import re
from collections import Counter
from xml.etree import ElementTree

import numpy as np
import pytest
import reading_index
from judges import CASES, component_names, derivation, evaluator

import tensor_deriv as td
from tensor_deriv import shelf
from tensor_deriv.errors import UnsupportedError
from tensor_deriv.index.slots import Affine
from tensor_deriv.output.diagram import DELTA, DOT, diagrams
from tensor_deriv.output.lines import Writer
from tensor_deriv.output.svg import derivation_svg
from tensor_deriv.output.svg_text import LETTER, wrapped
from tensor_deriv.output.text_target import TEXT

EVERY = bool(os.environ.get("TENSOR_DERIV_ALL"))
SVG = "{http://www.w3.org/2000/svg}"
MATRICES = {"shapes": {"A": "n n", "X": "n n", "B": "n n"}}


def contracted(network, reader, point):
    """The value of a network: every node with the indices that its edges and open ends have, contracted."""
    legs = [Counter() for _ in network.nodes]
    for first, second, index in network.edges:
        legs[first][index] += 1
        legs[second][index] += 1
    for place, index in network.ends:
        legs[place][index] += 1
    numbers = {index: number for number, index in enumerate(network.letters)}
    operands = []
    for node, own in zip(network.nodes, legs, strict=True):
        if node.kind != DOT:
            assert own == Counter(node.indices)
        indices = list(own)
        operands += [values(node, indices, network, reader, point), [numbers[index] for index in indices]]
    front = reader.spread(reader.read(network.front or "1"), "")
    return float(front) * np.einsum(*operands, [numbers[index] for _, index in network.ends]) if operands else front


def values(node, indices, network, reader, point):
    """The array of a node, an axis for each of its indices."""
    sizes = [point.size(index.extent) for index in indices]
    if node.kind == DOT:
        assert len(indices) == 1
        return np.ones(sizes)
    if node.kind == DELTA:
        return np.eye(sizes[0]) if len(indices) == 2 else np.ones(sizes)
    value = reader.read(node.label)
    assert set(value.letters) <= {network.letters[index] for index in indices}
    return np.broadcast_to(reader.spread(value, "".join(network.letters[index] for index in indices)), sizes)


def agrees(derived):
    """Every diagram of a derivation has the value of the expression that it shows."""
    writer, point = Writer(derived, TEXT, "cartesian"), evaluator(derived)
    tensors, section = component_names(writer, point.tensors), derived.sections[-1]
    for diagram in diagrams(writer):
        total = 0.0
        for network in diagram.networks:
            letters = {letter: point.size(index.extent) for index, letter in network.letters.items()}
            total = total + contracted(network, reading_index.Reader(tensors, point.sizes, letters), point)
        want = point.at(diagram.expr, [slot for slot in section.axes if not isinstance(slot, Affine)])
        assert np.allclose(total, want, rtol=1e-8, atol=1e-10), diagram.text


@pytest.mark.parametrize("name", list(CASES)[:: 1 if EVERY else 7])
def test_networks_of_the_corpus_are_the_expression(name):
    derived = derivation(name)
    try:
        agrees(derived)
    except (UnsupportedError, reading_index.Unreadable) as reason:
        assert str(reason)


@pytest.mark.parametrize(
    ("expr", "wrt", "options"),
    [
        ("sum((X @ w - y)**2)", "w", {}),
        ("trace(A @ X @ B @ X)", "X", MATRICES),
        ("trace(X)**2*trace(A)", "X", MATRICES),
        ("sum(A*B*X)", "X", MATRICES),
        ("X.T @ X", "X", {"shapes": {"X": "n d"}}),
        ("exp(x @ A @ x)", "x", {}),
        ("sum(X @ y)", "X", {}),
        ("sum(einsum('ijk,ij,ik->i', A, B, C))", "B", {"shapes": {"A": "n m k", "B": "n m", "C": "n k"}}),
    ],
)
def test_networks_are_the_expression(expr, wrt, options):
    agrees(td.derive(expr, wrt, **options))


@pytest.mark.parametrize("name", shelf.names()[:: 1 if EVERY else 9])
def test_letters_are_those_of_the_lines(name):
    entry = td.load(name)
    writer = Writer(entry.derive(entry.variables[0]), TEXT, "cartesian")
    *_, section = writer.sections(True)
    assert diagrams(writer)[-1].text.split(" = ", 1)[1] in [line.right for line in section]


def test_a_chain_stands_in_its_order():
    before, after = diagrams(Writer(td.derive("trace(A @ X @ B)", "X", **MATRICES), TEXT, "cartesian"))
    assert [node.label for node in before.networks[0].nodes] == ["δ", "a_kl", "b_pk", "δ"]
    assert [node.label for node in after.networks[0].nodes] == ["a_km", "b_nk"]
    assert [(first, second) for first, second, _ in after.networks[0].edges] == [(0, 1)]


def test_the_judge_can_fail():
    derived = td.derive("sum((X @ w - y)**2)", "w")
    writer, point = Writer(derived, TEXT, "cartesian"), evaluator(derived)
    network = diagrams(writer)[1].networks[0]
    letters = {letter: point.size(index.extent) for index, letter in network.letters.items()}
    reader = reading_index.Reader(component_names(writer, point.tensors), point.sizes, letters)
    cut = type(network)(network.front, network.nodes, (), network.ends, network.letters)
    with pytest.raises(AssertionError):
        contracted(cut, reader, point)


@pytest.mark.parametrize(
    ("expr", "wrt", "options", "words"),
    [
        ("sum(x)", "y", {"shapes": {"x": "n", "y": "n"}}, "the derivative is zero"),
        ("kron(A, X)", "X", {"shapes": {"A": "n n", "X": "m m"}}, "runs over several indices"),
    ],
)
def test_what_is_no_network_is_refused_with_the_reason(expr, wrt, options, words):
    with pytest.raises(UnsupportedError, match=words):
        td.derive(expr, wrt, **options).to_svg()


def test_the_picture_is_well_formed_and_the_same_each_time():
    first, second = (td.derive("sum(A*B*X)*trace(X)", "X", **MATRICES).to_svg() for _ in range(2))
    assert first == second
    root = ElementTree.fromstring(first)
    width, height = float(root.get("width")), float(root.get("height"))
    assert root.get("role") == "img" and "∂f/∂x_mn" in root.get("aria-label")
    texts = ["".join(text.itertext()).replace("\u200b", "") for text in root.iter(SVG + "text")]
    assert {"m", "n", "δ", "amn", "bmn"} <= set(texts)
    for box in root.iter(SVG + "rect"):
        assert 0 <= float(box.get("x")) <= float(box.get("x")) + float(box.get("width")) <= width
        assert 0 <= float(box.get("y")) <= float(box.get("y")) + float(box.get("height")) <= height


def test_before_is_another_picture_than_the_result():
    for derived in (td.load("softmax_regression_hessian").derive("W"), td.derive("X @ W", "W"), td.derive("sum(A*X)", "X", **MATRICES)):
        before, after = diagrams(Writer(derived, TEXT, "cartesian"))
        assert before.text != after.text and "δ" in before.text
    assert len(diagrams(Writer(td.derive("l(T)", "T", {"T": "n m"}), TEXT, "cartesian"))) == 1


def test_letters_stand_clear_of_arcs():
    found = [td.load("batch_norm").derive("X"), td.load("softmax_regression_hessian").derive("W")]
    root = ElementTree.fromstring(derivation_svg(found))
    letters = [(float(text.get("x")), float(text.get("y"))) for text in root.iter(SVG + "text") if text.get("font-style") == "italic"]
    arcs = [list(map(float, re.findall(r"[\d.]+", path.get("d")))) for path in root.iter(SVG + "path") if "C" in path.get("d")]
    assert len(letters) > 20 and len(arcs) > 5
    for x0, y0, x1, y1, x2, y2, x3, y3 in arcs:
        for t in np.linspace(0, 1, 60):
            weights = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3
            x, y = np.dot(weights, (x0, x1, x2, x3)), np.dot(weights, (y0, y1, y2, y3))
            assert not [letter for letter in letters if abs(x - letter[0]) < 4 and letter[1] - 11 < y < letter[1] + 1]


def test_a_long_equation_is_cut_at_its_spaces_by_how_wide_it_is():
    indexed = "x\ue000m\u00a0n\ue001"
    assert wrapped(f"a {indexed} b", 3 * LETTER) == ["a", indexed, "b"]
    assert wrapped(f"a {indexed} b", 100 * LETTER) == [f"a {indexed} b"]


def test_nodes_of_a_row_stand_apart():
    root = ElementTree.fromstring(derivation_svg([td.load("batch_norm").derive("X")]))
    boxes = [tuple(float(box.get(name)) for name in ("x", "y", "width", "height")) for box in root.iter(SVG + "rect")]
    assert len(boxes) > 8
    for place, (x, y, width, height) in enumerate(boxes):
        for other_x, other_y, _, _ in boxes[place + 1 :]:
            assert other_x >= x + width or other_x < x or other_y >= y + height


def test_indices_stand_below_the_line_and_names_stay():
    shown = td.derive("sum(leaky_relu(X, 0.1)*Y)", "X", {"X": "n d", "Y": "n d"}).to_svg()
    assert shown.count("leaky_relu") == 0 and ">mn<" in shown and "y_mn" in shown
    compound = td.derive("sum(x[1:]*y)", "y", {"x": "5", "y": "4"}).to_svg()
    assert "(m + 1)" in compound.replace("\u00a0", " ")
