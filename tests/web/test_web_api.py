"""The JSON interface: every answer against openapi.json, every refusal with its status, limits, and who may ask."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from conftest import HEAVY

pytest.importorskip("starlette", reason="starlette is not here: the extra `web`")
pytest.importorskip("httpx2", reason="httpx2, which starlette's test client needs, is not here")
jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not here to judge answers with")

from starlette.testclient import TestClient  # noqa: E402

from tensor_deriv import shelf  # noqa: E402
from tensor_deriv.catalogue import load  # noqa: E402
from tensor_deriv.web import app as web_app  # noqa: E402
from tensor_deriv.web import pool as web_pool  # noqa: E402
from tensor_deriv.web.answers import FIELDS_OF_A_PLACE, answer, finite  # noqa: E402
from tensor_deriv.web.app import LARGEST, create_app  # noqa: E402
from tensor_deriv.web.guard import is_own  # noqa: E402
from tensor_deriv.web.pool import Limits  # noqa: E402
from tensor_deriv.web.question import FIELDS, PARAMETERS  # noqa: E402

WEB = Path(web_app.__file__).parent
OPENAPI = json.loads((WEB / "openapi.json").read_text(encoding="utf-8"))
LEAST_SQUARES = {"expr": "sum((X @ w - y)**2)", "wrt": "w"}
LINEAR = {"expr": "l(T)", "definitions": ["T = X @ W + b"], "shapes": {"X": "n d", "W": ["d", "h"], "b": "h"}}
SLOW = {"expr": "logsumexp(tanh(X @ w)*exp(X @ w))*norm(tanh(X @ w))", "wrt": "w", "order": 4}  # minutes
SECONDS = 4.0


@pytest.fixture(scope="module")
def client():
    """A client of a server with two processes, started once."""
    with TestClient(create_app(Limits(workers=2, seconds=SECONDS)), base_url="http://localhost") as client:
        assert client.post("/api/read", json={"expr": "x @ x"}).status_code == 200
        yield client


def fits(value: object, name: str) -> None:
    """Whether a value is what openapi.json says of the schema of that name."""
    schema = {"$ref": f"#/components/schemas/{name}", "components": OPENAPI["components"]}
    jsonschema.Draft202012Validator(schema).validate(value)


def refused(response, status: int, *words: str) -> dict:
    """A refusal as it is described, with that status and those words; its error."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/json"
    fits(response.json(), "Error")
    for word in words:
        assert word in response.json()["error"]["message"]
    return response.json()["error"]


# ---- what is answered


@pytest.mark.parametrize(
    "question",
    [
        LEAST_SQUARES,
        {**LINEAR, "wrt": "W", "style": "mixed"},
        {"expr": "X @ Y", "wrt": "X"},
        {"expr": "x @ A @ x", "wrt": "x", "order": 2, "assume": {"A": ["symmetric"]}},
    ],
    ids=str,
)
def test_a_derivative_is_the_record_that_the_command_line_prints(client, derive, question):
    found = client.post("/api/derive", json=question)
    assert found.status_code == 200, found.text
    fits(found.json(), "Record")
    options = [f"--define={text}" for text in question.get("definitions", ())]
    options += [
        f"--shape={name}={shape if isinstance(shape, str) else ','.join(shape)}" for name, shape in question.get("shapes", {}).items()
    ]
    options += [f"--assume={name}={','.join(words)}" for name, words in question.get("assume", {}).items()]
    options += [f"--order={question.get('order', 1)}", f"--style={question.get('style', 'cartesian')}", "--wrt", question["wrt"]]
    assert found.json() == json.loads(derive("expr", question["expr"], *options, "--format", "json").stdout)


def test_without_a_variable_there_is_one_record_for_each(client):
    records = client.post("/api/derive", json=LINEAR).json()
    assert [record["wrt"] for record in records] == ["X", "W", "b"]
    for record in records:
        fits(record, "Record")
    assert client.post("/api/derive", json={**LINEAR, "wrt": None}).json() == records


def test_an_address_asks_what_a_body_asks(client):
    address = {"expr": "l(T)", "define": "T = X @ W + b", "shape": ["X=n,d", "W=d,h", "b=h"], "wrt": "W", "order": "1", "style": "mixed"}
    assert (
        client.get("/api/derive", params=address).json() == client.post("/api/derive", json={**LINEAR, "wrt": "W", "style": "mixed"}).json()
    )
    symmetric = client.get("/api/derive", params={"expr": "x @ A @ x", "wrt": "x", "assume": "A=symmetric"}).json()
    assert symmetric["matrix"] == "2*A @ x"


def test_what_a_formula_is_read_as(client):
    read = client.post("/api/read", json={"expr": "sum(T)", "definitions": ["T = X @ w"], "assume": {"w": "positive"}}).json()
    fits(read, "Reading")
    assert read["inputs"]["w"] == {"shape": ["d"], "assume": ["positive"]} and len(read["inputs"]["X"]["shape"]) == 2
    assert read["definitions"]["T"] == read["inputs"]["X"]["shape"][:1] and read["shape"] == [] and read["variables"] == ["X", "w"]


def test_a_derivative_by_a_definition(client):
    record = client.post("/api/derive", json={"expr": "sum(T**2)", "definitions": ["T = X @ w"], "wrt": "T"}).json()
    assert record["matrix"] == "2*T"


@pytest.mark.parametrize(
    ("claim", "verdict", "hint"),
    [("2*X.T @ (X @ w - y)", "right", ""), ("X.T @ (X @ w - y)", "wrong", "1/2 times"), (r"2 X^\top (X w - y)", "right", "")],
)
def test_verdicts(client, claim, verdict, hint):
    found = client.post("/api/verify", json={**LEAST_SQUARES, "claim": claim, "exact": True}).json()
    fits(found, "Verdict")
    assert found["verdict"] == verdict and hint in found["hint"]
    assert (verdict == "wrong") == bool(found["counterexample"])
    assert found == client.get("/api/verify", params={**LEAST_SQUARES, "claim": claim, "exact": "true"}).json()


def test_a_counterexample_shows_the_claim_wrong(client):
    found = client.post("/api/verify", json={"expr": "x @ x", "wrt": "x", "claim": "x"}).json()["counterexample"]
    assert [2 * number for number in found["x"]] == found["derivative"] and found["claimed"] == found["x"]


def test_the_catalogue_is_questions_that_can_be_asked(client):
    entries = client.get("/api/catalogue").json()
    fits(entries, "Catalogue")
    assert [entry["name"] for entry in entries["entries"]] == list(shelf.names())
    for entry in entries["entries"][:3]:
        assert entry["variables"] == list(load(entry["name"]).expect)
        record = client.post("/api/derive", json={**entry["question"], "wrt": entry["variables"][0]}).json()
        assert record["wrt"] == entry["variables"][0]


def test_articles_are_html_that_the_policy_takes_with_everything_escaped(client):
    found = client.post("/api/articles", json=LINEAR).json()
    fits(found, "Articles")
    assert [item["wrt"] for item in found["articles"]] == ["X", "W", "b"]
    refused_by_policy = re.compile(r"<(script|style|link|img)|\s(style|on\w+|src)=")
    escaped = client.post("/api/articles", json={"expr": "sum(x*(x<g))", "wrt": "x"}).json()["articles"][0]["html"]
    assert "x&lt;g" in escaped and "x<g" not in escaped
    for html in (escaped, *(item["html"] for item in found["articles"])):
        assert "<article" in html and "passed" in html and not refused_by_policy.search(html)


def test_numbers_that_json_has_not_are_null():
    assert finite([1.0, [float("nan"), float("-inf")], 2.0]) == [1.0, [None, None], 2.0]


# ---- the description


def test_every_address_is_described_and_the_other_way_round(client):
    assert client.get("/openapi.json").json() == OPENAPI
    for path, methods in OPENAPI["paths"].items():
        for method in methods:
            assert client.request(method, path).status_code not in (404, 405), path
    routes = {route.path: route.methods - {"HEAD"} for route in client.app.routes if getattr(route, "methods", None)}
    described = {path: {method.upper() for method in methods} for path, methods in OPENAPI["paths"].items()}
    assert {path: methods for path, methods in routes.items() if path.startswith("/api/")} == described


def test_the_description_names_the_fields_parameters_and_limits():
    assert OPENAPI["components"]["schemas"]["Question"]["properties"].keys() == FIELDS.keys()
    assert OPENAPI["components"]["parameters"].keys() == PARAMETERS.keys()
    assert tuple(OPENAPI["components"]["schemas"]["Place"]["properties"]["field"]["enum"]) == (*FIELDS_OF_A_PLACE, "")
    assert f"At most {LARGEST} bytes" in OPENAPI["components"]["requestBodies"]["Question"]["description"]


def test_every_reference_leads_somewhere_and_the_judge_can_fail():
    for pointer in set(_references(OPENAPI)):
        node = OPENAPI
        for part in pointer.removeprefix("#/").split("/"):
            node = node[part]
    with pytest.raises(jsonschema.ValidationError):
        fits({"error": {"kind": "Refused", "message": "x"}}, "Error")


def _references(node):
    if isinstance(node, dict):
        yield from [node["$ref"]] if "$ref" in node else []
        node = list(node.values())
    if isinstance(node, list):
        for item in node:
            yield from _references(item)


# ---- what is refused


@pytest.mark.parametrize(
    ("question", "kind", "word", "place"),
    [
        ({"expr": "X @ w", "wrt": "w", "shapes": {"X": "n d", "w": "k"}}, "ShapeError", "X is (n, d)", ("expr", 0, 0, 5)),
        ({"expr": "sum(T)", "definitions": ["T = X @ w", "U = (T"], "wrt": "w"}, "ParseError", "never closed", ("definitions", 1, 4, 5)),
        ({"expr": "1 + sofmax(x)", "wrt": "x"}, "UnknownNameError", "did you mean `softmax`", ("expr", 0, 4, 10)),
        ({"expr": "α*β*sofmax(x)", "wrt": "x"}, "UnknownNameError", "sofmax", ("expr", 0, 4, 10)),
        ({"expr": "x @ x", "wrt": "q"}, "UnknownNameError", "`q`", None),
        ({"expr": "", "wrt": "x"}, "ParseError", "no expression", ("expr", 0, 0, 0)),
        ({"wrt": "x"}, "ParseError", "`expr` is missing", None),
        ({"expr": 3}, "ParseError", "`expr` has to be a text", None),
        ({"expr": "x", "shapes": {"x": 3}}, "ParseError", "`shapes` has to be", None),
        ({"expr": "x", "shapes": {"x": [True]}}, "ParseError", "`shapes` has to be", None),
        ({"expr": "x", "shapes": {"x": ["n,d"]}}, "ParseError", "`shapes` has to be", None),
        ({"expr": "x", "shapes": {"x": [""]}}, "ParseError", "`shapes` has to be", None),
        ({"expr": "x", "order": True}, "ParseError", "`order` has to be", None),
        ({"expr": "x", "order": 5}, "ParseError", "from 1 to 4", None),
        ({"expr": "x", "style": "gothic"}, "ParseError", '"cartesian" or "mixed"', None),
        ({"expr": "x", "assume": {"x": 1}}, "ParseError", "`assume` has to be", None),
        ({"expr": "x", "assume": {"x": "shiny"}}, "UnknownNameError", "`shiny`", None),
        ({"expr": "x", "definitions": "T = x"}, "ParseError", "a list of texts", None),
        ({"expr": "x", "wert": "x"}, "UnknownNameError", "did you mean `wrt`", None),
        (["x"], "ParseError", "JSON object", None),
        ({"expr": "1 + 2"}, "UnsupportedError", "no variable", None),
        ({"expr": "(" * 60000}, "ParseError", "at most", None),
        ({"expr": "\ud800"}, "ParseError", "", ("expr", 0, 0, 1)),
    ],
    ids=lambda value: str(value)[:40],
)  # fmt: skip
def test_questions_without_an_answer_say_why_and_where(client, question, kind, word, place):
    body = json.dumps(question)
    error = refused(client.post("/api/derive", content=body, headers={"content-type": "application/json"}), 422, word)
    assert error["kind"] == kind
    found = error["place"]
    assert (found and (found["field"], found["index"], found["start"], found["end"])) == place


def test_a_claim_s_place_is_in_the_claim(client):
    error = refused(client.post("/api/verify", json={**LEAST_SQUARES, "claim": "2*X.T @ q"}), 422)
    assert error["place"] is None or error["place"]["field"] == "claim"
    error = refused(client.post("/api/verify", json={**LEAST_SQUARES, "claim": "2*)"}), 422)
    assert error["place"]["field"] == "claim"
    refused(client.post("/api/verify", json=LEAST_SQUARES), 422, "`claim` is missing")
    refused(client.post("/api/verify", json={"expr": "x", "claim": "x"}), 422, "`wrt` is missing")


@pytest.mark.parametrize(
    ("query", "status", "word"),
    [
        ("expr=x&expr=y", 422, "`expr` stands 2 times"),
        ("expr=x&shape=x", 422, "shape reads NAME"),
        ("expr=x&order=two", 422, "`order`"),
        ("expr=x&exact=yes", 422, "true or false"),
        ("expr=x&defined=T", 422, "no parameter; did you mean `define`"),
        ("expr=%ff", 400, "cannot be read"),
        ("&".join(["define=T=x"] * 2000), 400, "cannot be read"),
        ("", 422, "`expr` is missing"),
    ],
)  # fmt: skip
def test_addresses_that_ask_nothing(client, query, status, word):
    refused(client.get(f"/api/derive?{query}"), status, word)


JSON_TYPE = {"content-type": "application/json"}


@pytest.mark.parametrize(
    ("method", "path", "sent", "status", "word"),
    [
        ("POST", "/api/derive", {"content": b"{", "headers": JSON_TYPE}, 400, "not JSON"),
        ("POST", "/api/derive", {"content": b"\xff", "headers": JSON_TYPE}, 400, "not JSON"),
        ("POST", "/api/derive", {"content": b"[" * 100_000, "headers": JSON_TYPE}, 400, "not JSON"),
        ("POST", "/api/derive", {"content": b"1" * 5000, "headers": JSON_TYPE}, 400, "not JSON"),
        ("POST", "/api/derive", {"content": b'{"expr": "x"}'}, 415, "Content-Type"),
        ("POST", "/api/derive", {"data": {"expr": "x"}}, 415, "Content-Type"),
        ("POST", "/api/derive", {"content": b" " * (LARGEST + 1), "headers": JSON_TYPE}, 413, "at most"),
        ("PUT", "/api/derive", {}, 405, "method"),
        ("POST", "/api/catalogue", {}, 405, "method"),
        ("OPTIONS", "/api/derive", {}, 405, "method"),
        ("GET", "/api/nothing", {}, 404, "/openapi.json"),
        ("GET", "/static/../app.py", {}, 404, "/openapi.json"),
        ("GET", "/static/%2e%2e/app.py", {}, 404, "/openapi.json"),
        ("POST", "/", {}, 405, "method"),
    ],
)  # fmt: skip
def test_requests_that_are_none(client, method, path, sent, status, word):
    response = client.request(method, path, **sent)
    refused(response, status, word)
    assert status != 405 or response.headers["allow"]


def test_a_body_that_does_not_come_is_given_up(client, monkeypatch):
    monkeypatch.setattr(web_app, "BODY_SECONDS", 0.2)

    async def slow(_request):  # the test's client sends a body as a whole
        await asyncio.sleep(5)

    monkeypatch.setattr(web_app, "body", slow)
    refused(client.post("/api/derive", content=b"{}", headers=JSON_TYPE), 408, "within 0.2 s")


def test_to_the_page_the_status_of_a_question_is_said_beside_the_answer(client):
    """A browser logs every other status as an error, and half a formula is none."""
    asked = client.post("/page/read", json={"expr": "sum((X @ w - "})
    plain = client.post("/api/read", json={"expr": "sum((X @ w - "})
    assert (asked.status_code, asked.headers["x-answer-status"], plain.status_code) == (200, "422", 422)
    assert asked.json() == plain.json() and asked.json()["error"]["place"]
    assert client.post("/page/read", json={"expr": "x @ x"}).json() == client.post("/api/read", json={"expr": "x @ x"}).json()
    refused(client.post("/page/derive", content=b"{", headers=JSON_TYPE), 400, "not JSON")
    refused(client.post("/page/read", json={"expr": "x"}, headers={"origin": "http://evil.example"}), 403)


# ---- who may ask


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:8000", "127.0.0.1:8000", "[::1]:8000", "LOCALHOST", "192.168.0.7", "derive.lan:80"]
)
def test_own_hosts(host):
    assert is_own(host, frozenset({"localhost", "derive.lan"}))


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "", "localhost:x", "[::1", "user@evil"]
)
def test_foreign_hosts(client, host):
    assert not is_own(host, frozenset({"localhost"}))
    refused(client.get("/", headers={"host": host}), 421, "this server is not")
    refused(client.get("/api/catalogue", headers={"host": host}), 421)


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://localhost:81"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_pages_of_other_sites_may_not_ask(client, headers):
    refused(client.post("/api/derive", json=LEAST_SQUARES, headers=headers), 403, "another site")
    refused(client.get("/api/derive?expr=x", headers=headers), 403, "another site")
    assert client.get("/", headers=headers).status_code == 200  # a link to the page is a link


def test_the_page_itself_may_ask(client):
    for headers in ({"origin": "http://localhost"}, {"sec-fetch-site": "same-origin"}, {"sec-fetch-site": "none"}):
        assert client.post("/api/read", json=LEAST_SQUARES, headers=headers).status_code == 200


@pytest.mark.parametrize("path", ["/", "/static/page.js", "/openapi.json", "/api/catalogue", "/api/nothing", "/api/read?expr=x"])
def test_every_answer_has_the_headers_that_keep_the_page_to_itself(client, path):
    headers = client.get(path).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'" and policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'" and "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff" and headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-resource-policy"] == "same-origin" and "access-control-allow-origin" not in headers


# ---- limits


def test_a_question_that_takes_too_long_is_stopped_and_others_go_on(client):
    with ThreadPoolExecutor() as pool:
        start = time.monotonic()
        slow = pool.submit(client.post, "/api/derive", json=SLOW)
        others = 0
        while not slow.done():
            assert client.post("/api/derive", json=LEAST_SQUARES).status_code == 200
            others += 1
        error = refused(slow.result(), 504, "takes longer than")
    assert error["kind"] == "Late" and time.monotonic() - start < SECONDS + 3
    assert others > 5
    assert client.post("/api/derive", json=LEAST_SQUARES).status_code == 200


def test_a_question_that_needs_too_much_memory_is_refused(client):
    if sys.platform != "linux":
        pytest.skip("the memory of a process is limited on Linux alone")
    refused(client.post("/api/derive", json={"expr": "sum(X)", "wrt": "X", "shapes": {"X": "100000 100000"}}), 507, "memory")
    assert client.post("/api/derive", json=LEAST_SQUARES).status_code == 200


def test_fifty_questions_at_once_are_all_answered(client):
    questions = [{"expr": f"sum((X @ w - {number}*y)**2)", "wrt": "w"} for number in range(2, 52)]
    with ThreadPoolExecutor(50) as pool:
        found = list(pool.map(lambda question: client.post("/api/derive", json=question), questions))
    assert [answer.status_code for answer in found] == [200] * 50
    assert [answer.json()["expr"] for answer in found] == [question["expr"] for question in questions]


@HEAVY
def test_more_questions_than_may_wait_are_told_to_come_back():
    with TestClient(create_app(Limits(workers=1, seconds=0.7, waiting=2)), base_url="http://localhost") as client:
        client.post("/api/read", json={"expr": "x"})
        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(lambda _: client.post("/api/derive", json=SLOW), range(4)))
        busy = [answer for answer in found if answer.status_code == 503]
        assert busy and {answer.status_code for answer in found} == {503, 504}
        assert all(answer.headers["retry-after"] for answer in busy)
        refused(busy[0], 503, "wait already")


@HEAVY
def test_a_process_that_ends_is_told_and_replaced(monkeypatch):
    processes = []
    start = web_pool.start_worker

    async def noted(seconds):
        worker = await start(seconds)
        processes.append(worker)
        return worker

    monkeypatch.setattr(web_pool, "start_worker", noted)
    with TestClient(create_app(Limits(workers=1, seconds=20)), base_url="http://localhost") as client:
        client.post("/api/read", json={"expr": "x"})
        with ThreadPoolExecutor() as pool:
            slow = pool.submit(client.post, "/api/derive", json=SLOW)
            time.sleep(0.5)
            os.kill(processes[0].process.pid, signal.SIGKILL)
            refused(slow.result(), 500, "ended")
        assert client.post("/api/read", json={"expr": "x"}).status_code == 200
    assert all(worker.process.returncode is not None for worker in processes) and len(processes) == 2


@HEAVY
def test_a_short_question_whose_asker_leaves_costs_no_process(monkeypatch):
    assert asyncio.run(_processes_after_leaving(LEAST_SQUARES)) == 1
    monkeypatch.setattr(web_pool, "GRACE", 0.2)
    assert asyncio.run(_processes_after_leaving(SLOW)) == 2


async def _processes_after_leaving(question) -> int:
    """How many processes a pool of one has used when a question was given up and the next one answered."""
    pool = web_pool.Pool(Limits(workers=1, seconds=20))
    pool.start()
    await pool.ask("read", LEAST_SQUARES)
    first = set(pool._workers)
    given_up = asyncio.ensure_future(pool.ask("derive", question))
    await asyncio.sleep(0.005)
    given_up.cancel()
    status, record = await pool.ask("derive", {**LEAST_SQUARES, "wrt": "y"})
    assert status == 200 and json.loads(record)["wrt"] == "y"  # and not the answer to the question before
    used = first | pool._workers
    await pool.stop()
    return len(used)


# ---- the worker's side, in this process


def test_no_error_gets_out(monkeypatch):
    from tensor_deriv.web import answers

    for error, status in ((RecursionError(), 422), (MemoryError(), 507), (ValueError("oh"), 500)):
        monkeypatch.setitem(answers.KINDS, "derive", lambda _, error=error: (_ for _ in ()).throw(error))
        found, record = answer("derive", LEAST_SQUARES)
        assert found == status
        fits(record, "Error")


def test_a_derivation_that_fails_its_check_is_not_shown(monkeypatch):
    from tensor_deriv.derivation import Derivation
    from tensor_deriv.verification.report import Report, Trial

    failing = Report([Trial("differences", 2, 0.5, False)])
    monkeypatch.setattr(Derivation, "check", lambda self: failing)
    for kind in ("derive", "articles"):
        status, record = answer(kind, LEAST_SQUARES)
        assert status == 422 and record["error"]["kind"] == "CheckError" and "failed its check" in record["error"]["message"]
        assert "X.T" not in json.dumps(record)
