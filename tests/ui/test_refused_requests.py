import asyncio
import json

import httpx
import pytest
from starlette.exceptions import HTTPException
from starlette.requests import Request

from arena.ui.refusals import not_found, refusal


@pytest.mark.parametrize("path", ["/gradio_api/queue/data?session_hash=", "/gradio_api/heartbeat/", "/config?page=%00"])
def test_parameters_that_cannot_be_read_are_one_line(server, path):
    answer = httpx.get(server.url + path, timeout=60)
    assert answer.status_code in (200, 404, 422)
    assert answer.status_code == 200 or isinstance(answer.json()["detail"], str)


async def _answer(detail: str | None) -> tuple[int, dict[str, str]]:
    request = Request({"type": "http", "method": "GET", "path": "/x", "headers": []})
    answer = await not_found(request, HTTPException(404, detail))
    return answer.status_code, json.loads(bytes(answer.body))


@pytest.mark.parametrize(("detail", "told"), [(None, "Not found"), ("battle x: is gone", "battle x: is gone")])
def test_a_reason_of_its_own_is_told(detail, told):
    assert asyncio.run(_answer(detail)) == (404, {"detail": told})


def test_a_connection_whose_body_was_not_read_is_closed():
    assert refusal(413, "x").headers["connection"] == "close"
    assert "connection" not in refusal(404, "x").headers
