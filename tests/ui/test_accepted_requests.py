import asyncio

import httpx
import pytest

from arena.ui.accepted_requests import AcceptedRequests

UPLOAD = {"files": ("big.bin", b"x" * 200_000, "application/octet-stream")}


@pytest.mark.parametrize(
    "path", ["upload", "upload?upload_id=1", "upload/", "process_recording", "component_server", "run/battle"]
)
def test_nothing_can_be_uploaded(server, path):
    answer = httpx.post(f"{server.url}/gradio_api/{path}", files=UPLOAD, timeout=60)
    assert (answer.status_code, answer.json()) == (404, {"detail": "Not found"})


@pytest.mark.parametrize(
    "path",
    ["/gradio_api//upload", "//gradio_api/upload", "/gradio_api/call/../upload", "/upload", "/gradio_api/call/x%2F..%2Fupload"],
)
def test_no_spelling_of_the_address_gets_an_upload_in(server, path):
    assert httpx.post(server.url + path, files=UPLOAD, timeout=60).status_code == 404


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_no_other_method_writes(server, method):
    assert httpx.request(method, f"{server.url}/gradio_api/upload", content=b"x", timeout=60).status_code == 404


def test_events_are_accepted(server):
    call = httpx.post(f"{server.url}/gradio_api/call/leaderboard", json={"data": [""]}, timeout=60)
    assert call.status_code == 200
    assert (
        "event: complete" in httpx.get(f"{server.url}/gradio_api/call/leaderboard/{call.json()['event_id']}", timeout=60).text
    )


def _status(path: str, method: str = "GET", **headers: str) -> int:
    """Of a request, before an app that answers everything."""
    statuses = []

    async def app(_scope, _receive, send):
        await send({"type": "http.response.start", "status": 200})

    async def receive():
        return {"type": "http.disconnect"}

    async def send(message):
        statuses.extend([message["status"]] if "status" in message else [])

    given = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "path": path, "headers": given}
    asyncio.run(AcceptedRequests(app)(scope, receive, send))
    return statuses[0]


@pytest.mark.parametrize(
    "path",
    [
        "deep_link",
        "startup-events",
        "proxy=https://x.hf.space/a",
        "file=/etc/passwd",
        "file/a",
        "stream/s/r/1/playlist.m3u8",
        "custom_component/a/server/b/c.js",
        "dev/reload",
        "upload_progress",
        "token",
        "runs",
        "call/battle",
        "info/../deep_link",
    ],
)
def test_what_the_pages_do_not_read_nobody_reads(path):
    assert _status(f"/gradio_api/{path}") == 404


@pytest.mark.parametrize("path", ["/leaderboard\n", "/assets/" + "a" * 300, "/gradio_api/heartbeat/\n", "/look/\0"])
def test_what_can_be_no_name_is_not_looked_for(path):
    assert _status(path) == 404


@pytest.mark.parametrize(
    "path", ["/", "/leaderboard", "/look/style.css", "/assets/a.js", "/config", "/gradio_api/info", "/gradio_api/heartbeat/x"]
)
def test_pages_and_their_parts_are_read(path):
    assert _status(path) == 200


@pytest.mark.parametrize(
    "host", ["localhost:7860", "127.0.0.1", "[::1]:80", "arena.example.org", "arena.example.org, proxy", "x.hf.space"]
)
def test_a_host_is_named_as_browsers_and_proxies_do(host):
    assert _status("/", host=host) == 200
    assert _status("/", x_forwarded_host=host) == 200


@pytest.mark.parametrize("host", ["[", "a b", "a:99999999", "a/b", "@", "<b>", "a:b"])
def test_what_cannot_be_a_host_is_refused(host):
    assert _status("/", x_forwarded_host=host) == 400
    assert _status("/", host="localhost", x_gradio_server=f"http://{host}") == 400
