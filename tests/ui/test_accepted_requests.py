import httpx
import pytest

UPLOAD = {"files": ("big.bin", b"x" * 200_000, "application/octet-stream")}


@pytest.mark.parametrize(
    "path", ["upload", "upload?upload_id=1", "upload/", "process_recording", "component_server", "run/battle"]
)
def test_nothing_can_be_uploaded(server, path):
    answer = httpx.post(f"{server.url}/gradio_api/{path}", files=UPLOAD, timeout=60)
    assert (answer.status_code, answer.text) == (404, "Not found")


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
