"""The page in a browser: type, derive, copy, go wrong, claim, start from the catalogue, follow links and go back."""

from __future__ import annotations

import itertools
import os
import re
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
from conftest import HEAVY, ROOT

pytest.importorskip("starlette", reason="starlette is not here: the extra `web`")
pytest.importorskip("uvicorn", reason="uvicorn is not here: the extra `web`")
playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not here to drive a browser with")
expect = playwright.expect

SLOW = "logsumexp(tanh(X @ w)*exp(X @ w))*norm(tanh(X @ w))"
# the browser notes each refusal by itself; the page shows the reason
EXPECTED = re.compile(r"Failed to load resource: net::ERR_CONNECTION_REFUSED")


@contextmanager
def serving(seconds=20, port=0):
    """The address of `derive serve`, which ends without a trace of an error."""
    command = [sys.executable, "-m", "tensor_deriv", "serve", "--port", str(port), "--seconds", str(seconds)]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env)
    try:
        yield process.stdout.readline().split()[0]
    finally:
        process.terminate()
        assert process.communicate(timeout=20)[1] == ""


@pytest.fixture(scope="module")
def server():
    """A server that most tests share."""
    with serving() as address:
        yield address


@pytest.fixture
def open_page(server, browser):
    """Open the page in a browser that knows nothing of it, `open_page("#expr=…")`; nothing goes wrong, and nobody else is asked."""
    contexts, wrong = [], []

    def opened(fragment="", address=server, **settings):
        context = browser.new_context(viewport={"width": 1280, "height": 900}, **settings)
        contexts.append(context)
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("console", lambda message: wrong.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        context.on("request", lambda request: None if request.url.startswith(address) else wrong.append(request.url))
        page.goto(address + fragment)
        if not fragment:
            expect(page.locator("article")).to_have_count(1)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert [text for text in wrong if not EXPECTED.match(text)] == []


def choice(page, name: str):
    """One of the three choices under the formula."""
    return page.get_by_role("combobox", name=name, exact=True)


def matrix_form(page):
    """The matrix form in the article's box."""
    return page.locator(".td-result pre").first


def answer(page, text: str) -> None:
    """Wait until the page shows that matrix form."""
    expect(matrix_form(page)).to_have_text(text)


def ask(page, formula: str) -> None:
    """Type a formula and derive it by the keyboard."""
    page.get_by_label("Formula", exact=True).fill(formula)
    page.get_by_label("Formula", exact=True).press("Control+Enter")


def test_it_begins_with_an_answer(open_page):
    page = open_page()
    answer(page, "dw = 2*X.T @ (X @ w - y)")
    expect(page.locator("article")).to_contain_text("passed")
    assert page.locator("article math").count() > 5
    expect(page.locator("#said")).to_have_text("Derived by w, and checked.")


def test_shapes_and_variables_follow_what_is_typed(open_page):
    page = open_page()
    page.get_by_label("Formula", exact=True).fill("")
    page.get_by_label("Formula", exact=True).press_sequentially("T = relu(X @ W)\nl(T)")
    expect(page.get_by_label("shape of W")).to_have_attribute("placeholder", re.compile(r"^\w+, \w+$"))
    expect(choice(page, "by").locator("option")).to_have_text(["X", "W", "T, a definition", "all"])
    page.get_by_label("shape of X").fill("b 3")
    expect(page.get_by_label("shape of W")).to_have_attribute("placeholder", re.compile(r"^3, "))
    choice(page, "by").select_option("W")
    expect(page.locator("article h2")).to_contain_text("derivative by W")
    expect(page.locator("article header")).to_contain_text("X: (b, 3)")
    assert "shape=X%3Db%2C3" in page.url and "wrt=W" in page.url


@HEAVY
def test_order_style_assumption_and_every_variable(open_page):
    page = open_page()
    ask(page, "x @ A @ x")
    choice(page, "by").select_option("x")
    answer(page, re.compile(r"dx = .*A\.T"))
    page.get_by_label("assumption about A").select_option("symmetric")
    answer(page, "dx = 2*A @ x")
    choice(page, "order").select_option("2")
    answer(page, re.compile("2[*]A$"))
    choice(page, "indices").select_option("mixed")
    choice(page, "order").select_option("1")
    answer(page, "dx = 2*A @ x")
    main = page.locator(".td-line").count()
    choice(page, "lines").select_option("every rule")
    expect(page.locator(".td-line").nth(main)).to_be_attached()
    choice(page, "by").select_option("all")
    expect(page.locator("article")).to_have_count(2)


def test_an_answer_written_out(open_page):
    page = open_page("#define=T+%3D+X+%40+W&expr=sum%28T**2%29&wrt=W&shape=X%3Dn,d&shape=W%3Dd,h")
    expect(page.locator(".td-result pre").first).to_contain_text("dW = 2*X.T @ T")
    choice(page, "answer").select_option("written out")
    answer(page, "dW = 2*X.T @ X @ W")
    page.reload()
    answer(page, "dW = 2*X.T @ X @ W")
    assert "substituted=true" in page.url


@HEAVY
def test_copying(open_page):
    page = open_page()
    for button, text in (
        ("Copy LaTeX", r"\begin{aligned}"),
        ("Copy matrix form", "dw = 2*X.T @ (X @ w - y)"),
        ("Copy NumPy", "import numpy"),
        ("Copy PyTorch", "import torch"),
        ("Copy JAX", "import jax"),
        ("Copy array API", "def gradient"),
    ):
        page.get_by_role("button", name=button).click()
        expect(page.get_by_role("button", name="Copied")).to_be_visible()
        assert page.evaluate("navigator.clipboard.readText()").startswith(text)
        expect(page.get_by_role("button", name="Copied")).to_have_count(0)
    assert page.locator("[data-copy]").count() == 6


@HEAVY
def test_a_copied_link_asks_the_whole_question_in_another_browser(open_page):
    page = open_page()
    ask(page, "r = A @ x - b\nr @ Q @ r")
    page.get_by_label("shape of A").fill("m,n")
    choice(page, "by").select_option("x")
    page.get_by_label("assumption about Q").select_option("symmetric")
    choice(page, "indices").select_option("mixed")
    page.get_by_label("Your derivative").fill("2*A.T @ Q @ r")
    answer(page, re.compile(r"dx = 2\*A\.T @ Q @ r$"))
    page.get_by_role("button", name="Copy link").click()
    link = page.evaluate("navigator.clipboard.readText()")
    other = open_page(link.removeprefix(link.split("#")[0]))
    answer(other, re.compile(r"dx = 2\*A\.T @ Q @ r$"))
    expect(other.locator("#verdict")).to_contain_text("Right.")
    for label in ("Formula", "shape of A", "assumption about Q", "Your derivative"):
        expect(other.get_by_label(label, exact=True)).to_have_value(page.get_by_label(label, exact=True).input_value())
    assert [choice(other, name).input_value() for name in ("by", "order", "indices")] == ["x", "1", "mixed"]


@HEAVY
@pytest.mark.parametrize(
    ("formula", "marked", "words"),
    [
        ("T = X @ w\nsum(T) + sofmax(y)", "sofmax", "line 2: there is no function `sofmax`; did you mean `softmax`?"),
        ("\nT = X @ (w\n + 1\nsum(T)", "(", "line 2: "),
        ("α*β*γ + sofmax(α)", "sofmax", "there is no function"),
        ("A = X @\nsum(A)", "X", "line 1: "),
    ],
)
def test_an_error_stands_under_its_place(open_page, formula, marked, words):
    page = open_page()
    page.get_by_label("Formula", exact=True).fill(formula)
    expect(page.locator("#formula-error")).to_contain_text(words)
    assert page.locator("#marks mark").inner_text().strip() == marked.strip()
    mark, box = page.locator("#marks mark").bounding_box(), page.locator("#formula").bounding_box()
    line = formula[: formula.index(marked)].count("\n")
    assert abs((mark["y"] + mark["height"] / 2 - box["y"]) - (8 + 24.3 * (line + 0.5))) < 8  # over the word that it marks
    assert page.locator("#marks").inner_text().rstrip("\n ") == formula.rstrip("\n ")
    expect(page.get_by_label("Formula", exact=True)).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#stale")).to_contain_text("has changed")
    page.get_by_label("Formula", exact=True).fill("x @ x")
    expect(page.locator("#formula-error")).to_be_empty()
    expect(page.locator("#marks mark")).to_have_count(0)


@HEAVY
def test_a_shape_that_does_not_fit_marks_the_formula(open_page):
    page = open_page()
    page.get_by_label("shape of X").fill("n d")
    page.get_by_label("shape of w").fill("k")
    expect(page.locator("#formula-error")).to_contain_text("X is (n, d), w is (k)")
    expect(page.locator("#marks mark")).to_have_text("X @ w")
    page.get_by_label("shape of w").fill("")
    expect(page.locator("#formula-error")).to_be_empty()


@HEAVY
def test_without_an_answer_there_is_none_on_the_page(open_page):
    page = open_page()
    ask(page, "sofmax(x) + 1")
    expect(page.locator("#news")).to_contain_text("No answer")
    expect(page.locator("article")).to_have_count(0)


def test_claims(open_page):
    page = open_page()
    for claim, verdict in (
        ("X.T @ (X @ w - y)", "Wrong: it is 1/2 times the derivative."),
        (r"2 X^\top (X w - y)", "Right."),
        ("2*)", "not an expression"),
    ):
        page.get_by_label("Your derivative").fill(claim)
        expect(page.locator("#verdict")).to_be_empty()
        page.get_by_role("button", name="Check it").click()
        expect(page.locator("#verdict")).to_contain_text(verdict)
        assert page.locator("#verdict dt", has_text="claimed").count() == verdict.startswith("Wrong")
    assert "claim=" in page.url
    page.reload()
    expect(page.locator("#verdict")).to_contain_text("not an expression")
    expect(page.get_by_label("Your derivative")).to_have_value("2*)")


@HEAVY
def test_the_catalogue(open_page):
    page = open_page()
    page.get_by_text("Start from the catalogue").click()
    page.get_by_label("Find in titles").fill("scaled dot attention")
    expect(page.locator("#found")).to_contain_text("1 of")
    page.get_by_role("link", name="Scaled dot-product attention").click()
    expect(page.locator("article h2")).to_contain_text("derivative by Q")
    expect(page.get_by_label("Formula", exact=True)).to_have_value("S = Q @ K.T/sqrt(d)\nP = softmax(S)\nO = P @ V\nl(O)")
    expect(page.get_by_label("shape of K")).to_have_value("m,d")


def test_links_bookmarks_and_the_back_button(open_page):
    page = open_page("#define=T+%3D+X+%40+W&expr=l%28T%29&shape=X%3Dn%2C4&assume=X%3Dpositive&wrt=W&style=mixed&order=1&claim=X.T+%40+dT")
    expect(page.locator("article h2")).to_contain_text("derivative by W")
    expect(page.locator("#verdict")).to_contain_text("Right.")
    expect(page.get_by_label("assumption about X")).to_have_value("positive")
    expect(choice(page, "indices")).to_have_value("mixed")
    first = page.url
    ask(page, "y @ y")
    answer(page, "dy = 2*y")
    ask(page, "sum(y**3)")
    answer(page, re.compile("3"))
    assert "y by y" in page.title() or "sum(y**3)" in page.title()
    page.reload()
    answer(page, re.compile("3"))
    page.go_back()
    answer(page, "dy = 2*y")
    page.go_back()
    expect(page.locator("article h2")).to_contain_text("derivative by W")
    assert page.url == first
    expect(page.get_by_label("shape of X")).to_have_value("n,4")
    page.go_forward()
    answer(page, "dy = 2*y")


@HEAVY
def test_a_link_with_a_variable_that_is_not_there_says_so(open_page):
    page = open_page("#expr=x+%40+x&wrt=q")
    expect(page.locator("#formula-error")).to_contain_text("there is no variable `q`")
    expect(page.locator("article")).to_have_count(0)


@HEAVY
def test_a_slow_question_can_be_stopped_and_the_page_goes_on(open_page):
    page = open_page(f"#expr={SLOW.replace('+', '%2B')}&wrt=w&order=4")
    expect(page.locator("#news")).to_have_text("Deriving …")
    page.get_by_role("button", name="Stop").click()
    expect(page.locator("#news")).to_have_text("Stopped.")
    expect(page.get_by_role("button", name="Stop")).to_be_hidden()
    choice(page, "order").select_option("1")
    expect(page.locator("article")).to_have_count(1)


@HEAVY
def test_a_slow_question_is_stopped_at_its_limit_while_others_go_on(open_page):
    with serving(seconds=3) as address:
        slow, other = open_page(f"#expr={SLOW.replace('+', '%2B')}&wrt=w&order=4", address), open_page("", address)
        expect(slow.locator("#news")).to_have_text("Deriving …")
        ask(other, "x @ x")
        answer(other, "dx = 2*x")
        expect(slow.locator("#news")).to_have_text("No answer: stopped: the question takes longer than 3 s")
        choice(slow, "order").select_option("1")
        expect(slow.locator("article")).to_have_count(1)


@HEAVY
def test_a_server_that_is_gone_is_told_and_not_held_against_the_formula(open_page):
    with serving() as address:
        page = open_page("", address)
    page.get_by_label("Formula", exact=True).fill("x @ x")
    expect(page.locator("#news")).to_contain_text("the server does not answer; is `derive serve` still running?")
    expect(page.locator("#formula-error")).to_be_empty()
    expect(page.get_by_label("Formula", exact=True)).not_to_have_attribute("aria-invalid", "true")
    page.get_by_label("Your derivative").fill("2*x")
    page.get_by_role("button", name="Check it").click()
    expect(page.locator("#verdict")).to_contain_text("the server does not answer")
    with serving(port=int(address.rsplit(":")[-1].strip("/"))):
        page.evaluate("dispatchEvent(new Event('focus'))")  # as when one comes back from the terminal
        expect(page.locator("#news")).to_be_empty()
        expect(choice(page, "by").locator("option")).to_have_text(["x"])
        page.get_by_role("button", name="Derive").click()
        answer(page, "dx = 2*x")
        page.close()


@HEAVY
def test_a_verdict_is_in_sight(open_page):
    page = open_page()
    page.set_viewport_size({"width": 1280, "height": 640})
    page.get_by_label("Your derivative").fill("X.T @ (X @ w - y)")
    page.get_by_label("Your derivative").press("Control+Enter")
    expect(page.locator("#verdict p").first).to_be_in_viewport()


NAME = """(({ labels, ariaLabel, textContent }) => labels?.[0]?.firstChild.data.trim() || ariaLabel || textContent.trim())(
  document.activeElement)"""


@HEAVY
def test_a_question_from_first_to_last_by_the_keyboard_alone(open_page):
    page = open_page()
    answer(page, "dw = 2*X.T @ (X @ w - y)")

    def tab_to(name):
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.evaluate(NAME) == name:
                ring = page.evaluate("getComputedStyle(document.activeElement.closest('.editor') ?? document.activeElement).outlineStyle")
                assert ring != "none", f"nothing shows that {name} has the focus"
                return
        raise AssertionError(f"{name} is not reached")

    tab_to("Formula")
    page.keyboard.press("Control+A")
    page.keyboard.type("x @ A @ x")
    expect(page.get_by_label("assumption about A")).to_be_visible()  # no faster than the server
    tab_to("assumption about A")
    page.keyboard.type("sym")
    tab_to("by")
    page.keyboard.type("x")
    answer(page, "dx = 2*A @ x")
    tab_to("order")
    page.keyboard.press("ArrowDown")
    answer(page, re.compile(r"2\*A$"))
    tab_to("Your derivative")
    page.keyboard.type("2*A")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#verdict")).to_contain_text("Right.")
    tab_to("Copy LaTeX")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert r"\mathbf{A}" in page.evaluate("navigator.clipboard.readText()")


@HEAVY
def test_who_wants_no_motion_gets_none(open_page):
    moving = """() => [...document.querySelectorAll("*")].filter((one) => {
      const { transitionDuration, animationName, scrollBehavior } = getComputedStyle(one);
      return parseFloat(transitionDuration) > 0 || animationName !== "none" || scrollBehavior === "smooth";
    }).map((one) => one.outerHTML)"""
    page = open_page(reduced_motion="reduce")
    assert page.evaluate(moving) == []
    page.evaluate("document.querySelector('h1').style.animationName = 'turn'")
    assert len(page.evaluate(moving)) == 1


@HEAVY
@pytest.mark.parametrize("width", [640, 320])  # 1280 at 200 % and at 400 %
def test_enlarged_it_still_fits(open_page, width):
    page = open_page("#define=T+%3D+relu(X+%40+W+%2B+b)&expr=sum(T**2)&wrt=W")
    page.set_viewport_size({"width": width, "height": 450})
    expect(page.locator("article")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    sides = "all => all.map((one) => one.getBoundingClientRect()).map(({ x, right }) => [x, right])"
    boxes = page.locator("button:visible").evaluate_all(sides)
    assert len(boxes) > 10 and all(left >= 0 and right <= width for left, right in boxes)


@HEAVY
def test_what_is_shown_is_text_and_never_markup(open_page):
    page = open_page("#expr=x+%2B+%22%3Cimg+src%3Dx+onerror%3Dalert(1)%3E%22&wrt=x")
    expect(page.locator("#formula-error")).not_to_be_empty()
    assert page.locator("img").count() == 0


def test_the_keyboard_reaches_everything_in_order(open_page):
    page = open_page()
    answer(page, "dw = 2*X.T @ (X @ w - y)")
    reached = []
    for _ in range(18):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate("document.activeElement.id || document.activeElement.ariaLabel || document.activeElement.textContent.trim()")
        )
    wanted = [
        "To the answer",
        "Start from the catalogue",
        "formula",
        "shape of X",
        "assumption about X",
        "wrt",
        "order",
        "style",
        "Derive",
        "copy-link",
        "claim",
    ]
    assert [name for name in reached if name in wanted] == wanted
    page.locator(".skip").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "answer" and "#answer" not in page.url


@HEAVY
def test_every_control_has_a_name_and_every_id_is_its_own(open_page):
    page = open_page()
    choice(page, "by").select_option("all")
    expect(page.locator("article")).to_have_count(3)
    unnamed = (
        "[...document.querySelectorAll('input, select, textarea')].filter(e => !(e.labels.length || e.ariaLabel)).map(e => e.outerHTML)"
    )
    assert page.evaluate(unnamed) == []
    assert page.evaluate("[...document.querySelectorAll('button, a')].filter(e => !e.textContent.trim()).length") == 0
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))
    pointed = "[...document.querySelectorAll('[aria-describedby], [aria-labelledby]')].flatMap(e => `${e.getAttribute('aria-describedby') ?? ''} ${e.getAttribute('aria-labelledby') ?? ''}`.trim().split(/\\s+/))"  # noqa: E501
    assert set(page.evaluate(pointed)) <= set(ids)
    levels = page.evaluate("[...document.querySelectorAll('h1, h2, h3, h4')].map(e => Number(e.tagName[1]))")
    assert levels[0] == 1 and all(after <= before + 1 for before, after in itertools.pairwise(levels))


@HEAVY
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_runs_over_and_text_stands_out(open_page, width, scheme):
    page = open_page(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    page.get_by_text("Start from the catalogue").click()
    expect(page.locator("#entries li").first).to_be_visible()
    page.get_by_label("Formula", exact=True).fill("T = tanh(X @ W + b) @ V + c*ones(n, m)*norm(X)\nsum(T**2) + sofmax(y)")
    expect(page.locator("#formula-error")).not_to_be_empty()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    left, right = page.locator(".ask").bounding_box(), page.locator("#answer").bounding_box()
    assert left["x"] + left["width"] <= right["x"] or left["y"] + left["height"] <= right["y"]
    for selector in ("#formula", ".quiet", "#formula-error", "a[href]", "#claim", ".main"):
        assert contrast(page, selector) >= 4.5, selector
    dark = luminance(page.evaluate("getComputedStyle(document.body).backgroundColor")) < 0.2
    assert dark == (scheme == "dark")


@pytest.fixture(scope="module")
def axe() -> str:
    """axe-core, which judges pages by the rules of WCAG; an npm package, looked for where NODE_PATH says."""
    found = [Path(folder) / "axe-core" / "axe.min.js" for folder in os.environ.get("NODE_PATH", "").split(os.pathsep) if folder]
    path = next((path for path in found if path.exists()), None)
    return path.read_text(encoding="utf-8") if path else pytest.skip("axe-core (npm) is not here to judge the page with")


@HEAVY
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing_against_the_page(open_page, axe, width, scheme):
    page = open_page("#define=T+%3D+X+%40+W&expr=sum%28T**2%29&shape=X%3Dn%2Cd&wrt=W&claim=X", color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    page.get_by_text("Start from the catalogue").click()
    expect(page.locator("#verdict")).to_contain_text("(n, d)")
    page.get_by_label("Formula", exact=True).fill("T = X @ W\nsum(T**2) + sofmax(x)")
    expect(page.locator("#stale")).not_to_be_empty()
    page.evaluate(axe)
    found = page.evaluate("axe.run()")
    assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == [] and len(found["passes"]) > 30


def contrast(page, selector: str) -> float:
    """The contrast of an element's text with what lies behind it, as WCAG 2 counts it."""
    script = """e => { const color = getComputedStyle(e).color; let back;
        do { back = getComputedStyle(e).backgroundColor; e = e.parentElement; } while (e && back === "rgba(0, 0, 0, 0)");
        return [color, back]; }"""
    dark, bright = sorted(map(luminance, page.locator(selector).first.evaluate(script)))
    return (bright + 0.05) / (dark + 0.05)


def luminance(color: str) -> float:
    """The relative luminance of `rgb(…)`."""
    parts = [int(part) / 255 for part in re.findall(r"\d+", color)[:3]]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_modules_of_the_page_are_short():
    for path in (Path(ROOT) / "tensor_deriv" / "web" / "static").iterdir():
        assert len(path.read_text(encoding="utf-8").splitlines()) < 250
