import asyncio
import gzip
import zlib

import httpx2
import pytest

from arena.models.endpoint_http import MAX_ERROR_BYTES, BodyError, Request, Response, post

ANSWER = b'{"choices": []}'
REQUEST = Request("https://host.example/v1/chat/completions", {"authorization": "Bearer key"}, {"model": "m"})


def answered(body, headers=None, *, status=200, most=1000):
    """What comes of a server that sends this, and what it was asked."""
    asked = []

    def respond(request):
        asked.append(request)
        return httpx2.Response(status, headers=headers, stream=httpx2.ByteStream(body))

    async def ask():
        async with httpx2.AsyncClient(transport=httpx2.MockTransport(respond)) as client:
            return await post(client, REQUEST, most)

    return asyncio.run(ask()), asked


def test_a_question_is_sent_as_json_and_no_compressed_answer_is_asked_for():
    response, (request,) = answered(ANSWER, {"X-Kind": "a"})
    assert response == Response(200, {"x-kind": "a"}, ANSWER)
    assert (request.method, str(request.url), request.content) == ("POST", REQUEST.url, b'{"model":"m"}')
    assert request.headers["accept-encoding"] == "identity"
    assert request.headers["authorization"] == "Bearer key"


COMPRESSED = {"gzip": gzip.compress(ANSWER), "x-gzip": gzip.compress(ANSWER), "deflate": zlib.compress(ANSWER), "": ANSWER}


@pytest.mark.parametrize("encoding", COMPRESSED)
def test_an_answer_that_is_compressed_all_the_same_is_read(encoding):
    assert answered(COMPRESSED[encoding], {"content-encoding": encoding})[0].body == ANSWER


@pytest.mark.parametrize(
    ("encoding", "body", "line"),
    [
        ("identity", bytes(1001), "longer than 1,000 bytes"),
        ("gzip", gzip.compress(bytes(10**7)), "longer than 1,000 bytes"),
        ("gzip", b"no gzip", "is not"),
        ("br", b"", "'br', which was not asked for"),
        ("gzip, gzip", b"", "which was not asked for"),
    ],
)
def test_a_body_that_cannot_be_taken_is_said_to_be_so(encoding, body, line):
    with pytest.raises(BodyError, match=line):
        answered(body, {"content-encoding": encoding})


def test_of_a_long_error_the_beginning_is_read():
    assert len(answered(bytes(10**6), status=400)[0].body) == MAX_ERROR_BYTES
    assert len(answered(gzip.compress(bytes(10**7)), {"content-encoding": "gzip"}, status=500)[0].body) == MAX_ERROR_BYTES


@pytest.mark.parametrize("encoding", ["br", "gzip"])
def test_an_error_that_cannot_be_read_is_told_by_its_status(encoding):
    response, _ = answered(b"neither", {"content-encoding": encoding}, status=401)
    assert (response.status, response.body) == (401, b"")


def test_nothing_is_asked_again_elsewhere():
    response, asked = answered(b"", {"location": "https://elsewhere.example/"}, status=307)
    assert response.status == 307
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("headers", "body", "streams", "page"),
    [
        ({}, ANSWER, False, False),
        ({"content-type": "text/event-stream; charset=utf-8"}, b"", True, False),
        ({}, b"\ndata: {}", True, False),
        ({}, b": be patient\n\ndata: {}", True, False),
        ({"content-type": "Application/X-NDJSON"}, b"{}\n{}", True, False),
        ({"content-type": "text/html"}, b" <!DOCTYPE html>", False, True),
    ],
)
def test_a_stream_and_a_page_are_told_from_an_answer(headers, body, streams, page):
    response = Response(200, headers, body)
    assert (response.streams, response.is_page) == (streams, page)
