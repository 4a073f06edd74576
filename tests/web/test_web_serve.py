"""`derive serve` as a command: what it needs, what it loads, what is installed with it, and how it ends."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from conftest import ROOT

import tensor_deriv
from tensor_deriv.cli import serving
from tensor_deriv.errors import DerivationError

WEB = Path(tensor_deriv.__file__).parent / "web"


@pytest.fixture(scope="module")
def _installed():
    for name in ("starlette", "uvicorn"):
        pytest.importorskip(name, reason=f"{name} is not here: the extra `web`")


def test_without_the_extra_it_says_what_to_install(derive, monkeypatch):
    monkeypatch.setattr(serving, "find_spec", lambda name: None)
    result = derive("serve")
    assert result.exit_code == 2 and result.stdout == ""
    assert result.stderr == 'error: `derive serve` needs starlette and uvicorn: pip install "tensor_deriv[web]"\n'


def test_its_help_loads_nothing_of_the_server():
    run = "import sys\nfrom tensor_deriv.cli import main\ntry: main(['serve', '--help'])\nexcept SystemExit: print('LOADED', *sys.modules)"
    done = subprocess.run([sys.executable, "-c", run], capture_output=True, text=True, check=True, cwd=ROOT)
    help_text, _, loaded = done.stdout.partition("LOADED")
    assert "--port" in help_text and not {"starlette", "uvicorn", "numpy"} & set(loaded.split())


@pytest.mark.usefixtures("_installed")
def test_the_server_itself_computes_nothing():
    run = "import tensor_deriv.web.serve, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", run], capture_output=True, text=True, check=True, cwd=ROOT)
    assert "starlette.applications" in done.stdout.split() and "numpy" not in done.stdout.split()


@pytest.mark.usefixtures("_installed")
def test_an_address_that_is_taken_is_told(derive):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = derive("serve", "--port", taken.getsockname()[1])
    assert result.exit_code == 2 and "cannot listen at 127.0.0.1, port" in result.stderr and "in use" in result.stderr


@pytest.mark.usefixtures("_installed")
@pytest.mark.parametrize(
    ("host", "shown"), [("127.0.0.1", "http://127.0.0.1:"), ("0.0.0.0", "http://127.0.0.1:"), ("::1", "http://[::1]:")]
)
def test_the_address_that_is_shown_can_be_opened(host, shown):
    from tensor_deriv.web.serve import listen, url

    try:
        listener = listen(host, 0)
    except DerivationError as error:
        pytest.skip(f"this machine has no {host}: {error}")
    with listener:
        assert url(listener).startswith(shown)


@pytest.mark.usefixtures("_installed")
def test_it_answers_and_ends_with_its_processes_when_interrupted():
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "tensor_deriv", "serve", "--port", "0", "--jobs", "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env) as server:
        url = server.stdout.readline().split()[0]
        with urllib.request.urlopen(f"{url}api/derive?expr=x@x&wrt=x", timeout=60) as answer:
            assert json.load(answer)["matrix"] == "2*x"
        children = Path(f"/proc/{server.pid}/task/{server.pid}/children")
        workers = children.read_text().split() if children.exists() else []
        host, port = url.removeprefix("http://").rstrip("/").split(":")
        with socket.create_connection((host, int(port))) as nonsense:
            nonsense.sendall(b"this is no request\r\n\r\n")
            assert nonsense.recv(100).startswith(b"HTTP/1.1 400")
        server.send_signal(signal.SIGINT)
        assert re.fullmatch(r"(WARNING:\s+Invalid HTTP request received\.\n)?", server.communicate(timeout=20)[1])
        assert server.returncode == 0
    assert not [pid for pid in workers if Path(f"/proc/{pid}").exists()]


def test_what_is_installed_with_it(wheel):
    import zipfile

    names = set(zipfile.ZipFile(wheel).namelist())
    files = [path for path in WEB.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert len(files) > 15
    assert {"tensor_deriv/web/" + path.relative_to(WEB).as_posix() for path in files} <= names


def test_the_page_asks_for_files_that_are_there_and_of_nobody_else():
    for path in (WEB / "static").iterdir():
        text = path.read_text(encoding="utf-8")
        for target in re.findall(r'(?:src|href)="(/[^"]*)"|from "(\./[^"]*)"', text):
            name = "".join(target)
            folder = {"/static": WEB / "static", "/assets": WEB.parent / "output" / "assets", ".": WEB / "static", "": WEB}[
                name.rsplit("/", 1)[0]
            ]
            assert (folder / name.rsplit("/", 1)[1]).is_file(), name
        assert not re.search(r"(https?:)?//\w+\.\w", text.replace("http://www.w3.org/2000/svg", "")), path.name
