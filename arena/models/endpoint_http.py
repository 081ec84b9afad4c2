"""HTTP to servers that nobody vouches for: bounded in bytes, sent to no other place, never through a proxy on this machine."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ssl

    import httpx2

STREAMS = ("text/event-stream", "application/x-ndjson", "application/jsonl")
"""Types of bodies that come in pieces."""
COMPRESSED = ("gzip", "x-gzip", "deflate")
"""Encodings that are read although nobody asked for them."""
MAX_ERROR_BYTES = 2**16
"""Of a body that tells of an error; what follows is not read."""


class BodyError(Exception):
    """A body is longer than what can have been asked for, or cannot be read."""


@dataclass(frozen=True)
class Request:
    """One question, ready to be sent."""

    url: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]


@dataclass(frozen=True)
class Response:
    """What came back, whatever its status."""

    status: int
    headers: Mapping[str, str]
    """By names in small letters."""
    body: bytes

    @property
    def streams(self) -> bool:
        """Whether it is a stream of events, though none was asked for."""
        kind = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        return kind in STREAMS or self.body[:100].lstrip().startswith((b"data:", b"event:", b":"))

    @property
    def is_page(self) -> bool:
        """Whether it is a page that is meant for people."""
        return self.body[:1000].lstrip().startswith(b"<")


def session() -> "httpx2.AsyncClient":
    """A client without time limits of its own, as those are for whole attempts: to be used in an event loop, and closed."""
    # It takes a fifth of a second to import, and not every arena asks endpoints.
    import httpx2  # noqa: PLC0415

    direct = {f"all://{host}": None for host in ("localhost", "127.0.0.1", "0.0.0.0", "[::1]")}  # noqa: S104  asked, and not listened at
    return httpx2.AsyncClient(timeout=None, mounts=direct, follow_redirects=False, verify=_certificates())


@cache
def _certificates() -> "ssl.SSLContext":
    """Whom to trust; read once, as it takes longer than many answers."""
    import httpx2  # noqa: PLC0415  as for `session`

    return httpx2.create_ssl_context()


async def post(client: "httpx2.AsyncClient", request: Request, max_bytes: int) -> Response:
    """Send a question and read what comes back.

    Args:
        client: see `session`.
        request: what to send.
        max_bytes: of the body, decompressed.

    Raises:
        BodyError: a good response is longer, or compressed in a way that cannot be bounded or read.
        httpx2.RequestError: the connection failed.
    """
    # Nothing is asked for compressed, as few bytes may then become any number.
    headers = {**request.headers, "accept-encoding": "identity"}
    async with client.stream("POST", request.url, headers=headers, json=dict(request.body)) as response:
        good = response.is_success
        body = await _body(response, max_bytes if good else MAX_ERROR_BYTES, cut=not good)
        return Response(response.status_code, {name.lower(): value for name, value in response.headers.items()}, body)


async def _body(response: "httpx2.Response", most: int, *, cut: bool) -> bytes:
    """At most so many bytes of a body; of a longer one the beginning where it may be cut."""
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding not in ("", "identity", *COMPRESSED):
        if cut:
            return b""  # its status tells enough
        raise BodyError(f"the answer is compressed with {encoding[:20]!r}, which was not asked for")
    inflate = zlib.decompressobj(zlib.MAX_WBITS | 32) if encoding in COMPRESSED else None
    body = bytearray()
    async for chunk in response.aiter_raw():
        room = most + 1 - len(body)
        try:
            body += inflate.decompress(chunk, room) if inflate else chunk[:room]
        except zlib.error:
            if cut:
                return bytes(body)
            raise BodyError("the answer says that it is compressed, and is not") from None
        if len(body) > most:
            if cut:
                return bytes(body[:most])
            raise BodyError(f"the answer is longer than {most:,} bytes, which is more than can have been asked for")
    return bytes(body)
