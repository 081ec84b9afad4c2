import contextlib
import multiprocessing
import os
import socket
import subprocess
import sys

import gradio as gr
import httpx
import pytest
from processes import FEW_MODELS, arena, wait_until
from serving import READY, free_port
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from arena.errors import SettingsError
from arena.ui.app import application
from arena.ui.server import run

NOWHERE = "http://127.0.0.1:9"
PROXIES = dict.fromkeys((*("http_proxy", "https_proxy", "all_proxy"), *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")), NOWHERE) | {
    "no_proxy": "",
    "NO_PROXY": "",
}


def _spin() -> None:
    while True:
        pass


@contextlib.contextmanager
def _busy_machine():
    """Two processes that want all of two cores."""
    spinning = [multiprocessing.get_context("fork").Process(target=_spin, daemon=True) for _ in range(2)]
    for process in spinning:
        process.start()
    try:
        yield
    finally:
        for process in spinning:
            process.kill()
            process.join()


def test_it_starts_where_the_proxies_of_the_environment_answer_nothing(tmp_path):
    port, output = free_port(), tmp_path / "terminal.txt"
    output.touch()
    environment = PROXIES | FEW_MODELS
    with arena("serve", "--port", str(port), home=tmp_path / "home", output=output, environment=environment) as process:
        wait_until(lambda: READY in output.read_text(), process)
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=60) as visitor:
            assert visitor.get("/healthz").json()["status"] == "ready"
            assert "Minimal-Pair Arena" in visitor.get("/").text
    assert len(output.read_text().splitlines()) == 1


def test_the_terminal_is_told_which_models_fail(tmp_path):
    output = tmp_path / "terminal.txt"
    output.touch()
    serve = ("serve", "--port", str(free_port()))
    with arena(*serve, home=tmp_path / "home", output=output, environment={"ARENA_MEMORY": "0.0001"}) as process:
        wait_until(lambda: READY in output.read_text(), process)
    *reasons, ready = output.read_text().splitlines()
    assert len(reasons) >= 6
    assert all(line.startswith("arena: drawn-world/") and line.endswith("raise ARENA_MEMORY") for line in reasons)
    assert READY in ready


def test_proxies_that_gradio_cannot_use_are_none_of_its_business_and_stay_for_others():
    proxies = {"ALL_PROXY": "socks5://127.0.0.1:9", "http_proxy": "ftp://x:9", "https_proxy": NOWHERE, "no_proxy": "fe80::/10"}
    program = """
import os, sys
from arena.ui.proxies import without_proxies
with without_proxies():
    import arena.ui.app
print(*(os.environ[name] for name in sys.argv[1:]))
"""
    done = subprocess.run(
        [sys.executable, "-c", program, *proxies], env={**os.environ, **proxies}, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr, done.returncode) == (" ".join(proxies.values()) + "\n", "", 0)


def test_pages_start_beside_two_busy_processes():
    with gr.Blocks(analytics_enabled=False) as blocks:
        gr.HTML("a page")
    port, pages = free_port(), []

    def ready():
        with httpx.Client(trust_env=False, timeout=60) as visitor:
            pages.append(visitor.get(f"http://127.0.0.1:{port}/"))
        raise KeyboardInterrupt

    with _busy_machine():
        run(application(blocks), "127.0.0.1", port, ready)
    assert pages[0].status_code == 200
    assert "a page" in pages[0].text


def test_a_port_that_is_taken_is_one_line():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError) as refused:
            run(Starlette(), "127.0.0.1", port, lambda: None)
    line = f"port {port} of 127.0.0.1: cannot be opened (Address already in use); choose another with --port or --host"
    assert str(refused.value) == line


@pytest.mark.parametrize("host", ["192.0.2.1", "no-such-host.invalid"])
def test_a_host_that_is_not_this_machine_is_refused(host):
    with pytest.raises(SettingsError, match=f"of {host}: cannot be opened .*; choose another with --port or --host"):
        run(Starlette(), host, free_port(), lambda: None)


@contextlib.asynccontextmanager
async def _broken(_app):
    raise ValueError("the reason")
    yield


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_an_app_that_cannot_start_is_one_line_after_its_reason(capfd):
    port = free_port()
    with pytest.raises(SettingsError, match=f"^port {port}: the server could not start; the lines above say why$"):
        run(Starlette(lifespan=_broken), "127.0.0.1", port, lambda: pytest.fail("it never is ready"))
    assert "ValueError: the reason" in capfd.readouterr().err


def test_it_is_ready_once_it_answers_and_ends_with_its_signal():
    port, answers = free_port(), []

    async def answer(request):
        return PlainTextResponse(request.client.host)

    def ready():
        forwarded = {"X-Forwarded-For": "203.0.113.9"}
        with httpx.Client(trust_env=False) as visitor:
            answers.append(visitor.get(f"http://127.0.0.1:{port}/", headers=forwarded).text)
        raise KeyboardInterrupt

    run(Starlette(routes=[Route("/", answer)]), "127.0.0.1", port, ready)
    assert answers == ["127.0.0.1"]  # who is believed about addresses is for the arena's settings to say
    with socket.create_server(("127.0.0.1", port)):
        pass  # free again


def test_malformed_requests_are_not_told_on_the_terminal(capfd):
    port = free_port()

    def ready():
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(b"\x00nonsense\r\n\r\n")
            assert b"400" in connection.recv(1000)
        raise KeyboardInterrupt

    run(Starlette(), "127.0.0.1", port, ready)
    assert capfd.readouterr().err == ""
