"""Pictures that visitors upload: decoded, stripped of everything but pixels, and kept in memory for a while.

They do not come through Gradio, which would write any file of any size to disk first.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse
from starlette.types import Scope

from arena.errors import ImageError, InputError
from arena.images import MAX_BYTES, MAX_PIXELS, ImageBounds, Picture, read_picture
from arena.settings import Settings
from arena.store import now
from arena.ui import words
from arena.ui.clients import UNKNOWN
from arena.ui.identity import BROWSER
from arena.ui.newest import Newest
from arena.ui.refusals import let_go
from arena.ui.upload_policy import THIS_MACHINE, UploadPolicy, check_terms

ADDRESS = "/picture"
"""Where the browser posts a file, as the request's body."""
BROWSER_HEADER, TERMS_HEADER = "arena-browser", "arena-agreed"
"""Headers in which it says which browser it is, and names of what was agreed to, between commas."""
LONGEST_SIDE = 1536
"""Larger pictures are scaled down to this, in pixels."""
KEPT_BYTES = 128 * 2**20
"""How much is kept; the oldest pictures go first."""
RETRY_SECONDS = 10
"""When a client that had to be refused may try again."""


@dataclass(frozen=True)
class UploadLimits:
    """What visitors may send, how fast they have to, and how many at once."""

    file_bytes: int = MAX_BYTES
    pixels: int = MAX_PIXELS
    seconds: float = 120
    """How long one upload may take."""
    grace_seconds: float = 5
    """From when on it has to come at `bytes_per_second` on average, so that nobody holds a place with a byte now and then."""
    bytes_per_second: int = 16 * 2**10
    places: int = 32
    """Uploads under way at once."""
    places_of_client: int = 4
    """Those of one client."""
    decoders: int = 2
    """Pictures decoded at once: each may take some hundred megabytes."""
    decoding_seconds: float = 60
    """How long a picture may wait to be decoded and take to be."""

    @classmethod
    def of(cls, settings: Settings) -> "UploadLimits":
        """The limits that the settings of an arena give."""
        return cls(
            file_bytes=settings.upload_megabytes * 2**20,
            pixels=settings.upload_megapixels * 10**6,
            seconds=settings.upload_seconds,
            bytes_per_second=settings.upload_kilobytes_per_second * 2**10,
            places=settings.upload_places,
            places_of_client=settings.upload_places_of_client,
            grace_seconds=settings.upload_grace_seconds,
            decoders=settings.upload_decoders,
            decoding_seconds=settings.upload_decoding_seconds,
        )


def address_of(scope: Scope) -> str:
    """The address that a request comes from; empty where the server does not know it."""
    return (scope.get("client") or ("", 0))[0]


@dataclass(frozen=True)
class Upload:
    """A picture that somebody uploaded."""

    picture: Picture
    agreed_at: datetime
    """When the terms were agreed to; without that none is taken."""


class Uploads:
    """Uploads by the digests of their pixels, each for the browser that sent it and for no other. Any thread may call it;
    `receive` belongs to the event loop.
    """

    def __init__(
        self,
        limits: UploadLimits = UploadLimits(),
        client_of: Callable[[Scope], str] = address_of,
        keep_bytes: int = KEPT_BYTES,
        policy: UploadPolicy = THIS_MACHINE,
    ) -> None:
        """Keep nothing yet.

        Args:
            limits: of what is taken.
            client_of: names the client that a request comes from.
            keep_bytes: how much is kept.
            policy: whose pictures are taken.
        """
        self.limits = limits
        self.policy = policy
        self._client_of = client_of
        self._bounds = ImageBounds(limits.file_bytes, limits.pixels, LONGEST_SIDE)
        self._uploads: Newest[tuple[str, str], Upload] = Newest(keep_bytes, lambda upload: len(upload.picture.encoded))
        self._under_way: Counter[str] = Counter()
        self._decoding = asyncio.Semaphore(limits.decoders)

    def upload(self, digest: str, browser: str) -> Upload:
        """What this browser uploaded not long ago.

        Args:
            digest: of the picture's pixels.
            browser: the number that the browser keeps.

        Raises:
            InputError: it is not here any more.
        """
        upload = self._uploads.get((digest, browser))
        if upload is None:
            raise InputError("picture: it is no longer here; choose the file again")
        return upload

    def add(self, data: bytes, browser: str) -> Picture:
        """Keep what an untrusted file shows, of which the terms were agreed to.

        Args:
            data: the file.
            browser: the number that the browser keeps which sent it.

        Raises:
            ImageError: it cannot be accepted.
        """
        picture = read_picture(data, "picture", quick=True, bounds=self._bounds)
        self._uploads.add((picture.digest, browser), Upload(picture, now()))
        return picture

    def drop(self, which: Callable[[Picture], bool]) -> None:
        """Keep no picture any more for which this holds."""
        self._uploads.drop(lambda upload: which(upload.picture))

    async def receive(self, request: Request) -> JSONResponse:
        """Answer a posted file with the name of its picture, or with one line saying what is wrong with it."""
        try:
            browser = self._sender(request)
            with self._place(self._client_of(request.scope)):
                picture = await self._decoded(await self._body(request), browser)
            return JSONResponse({"picture": picture.digest})
        except Unread as error:
            await let_go(request.receive, 10 * self.limits.file_bytes)
            return _refused(error.status, str(error), retry=isinstance(error, Crowded))
        except ImageError as error:
            return _refused(422, str(error))
        except (TimeoutError, ClientDisconnect):
            return _refused(408, "picture: it came too slowly; try again, or send a smaller one")

    def _sender(self, request: Request) -> str:
        """The number of a browser whose pictures are taken, and which agrees to what has to be agreed to."""
        if not self.policy.allows(request.headers, address_of(request.scope)):
            raise Unread(403, "picture: uploads are off here; choose a drawn scene or a known pair")
        browser = request.headers.get(BROWSER_HEADER, "")
        if not BROWSER.fullmatch(browser):
            raise Unread(422, "picture: the browser sent no number of its own; load the page again")
        try:
            check_terms(request.headers.get(TERMS_HEADER, ""))
        except ImageError as error:
            raise Unread(422, str(error)) from None
        return browser

    @contextmanager
    def _place(self, client: str) -> Iterator[None]:
        """One of the places for uploads, until the block ends."""
        # As in `Admission`: who cannot be told apart leaves half of the places to others.
        most = self.limits.places // 2 if client == UNKNOWN else self.limits.places_of_client
        if self._under_way[client] >= most:
            raise Crowded(429, f"picture: {self._under_way[client]} of yours are on their way; try again when they have come")
        if self._under_way.total() >= self.limits.places:
            raise Crowded(503, "picture: many are uploaded at this moment; try again in a minute")
        self._under_way[client] += 1
        try:
            yield
        finally:
            self._under_way[client] -= 1
            if not self._under_way[client]:
                del self._under_way[client]

    async def _body(self, request: Request) -> bytes:
        """The request's body; nothing more of it is read once it is known to be too large or too slow."""
        announced = request.headers.get("content-length", "")
        self._check_size(int(announced) if announced.isdecimal() else 0)
        limits, start, data = self.limits, asyncio.get_running_loop().time(), bytearray()
        async with asyncio.timeout(limits.grace_seconds) as clock:
            async for chunk in request.stream():
                data += chunk
                self._check_size(len(data))
                clock.reschedule(start + min(limits.seconds, limits.grace_seconds + len(data) / limits.bytes_per_second))
        return bytes(data)

    async def _decoded(self, data: bytes, browser: str) -> Picture:
        """The picture, decoded in one of few threads. One that takes too long is waited for no more, but keeps its place."""
        try:
            async with asyncio.timeout(self.limits.decoding_seconds):
                await self._decoding.acquire()
                work = asyncio.ensure_future(run_in_threadpool(self.add, data, browser))
                work.add_done_callback(self._decoding_ended)
                return await asyncio.shield(work)
        except TimeoutError:
            raise Crowded(503, "picture: it took too long to decode; try again in a minute, or send a smaller one") from None

    def _decoding_ended(self, work: "asyncio.Future[Picture]") -> None:
        self._decoding.release()
        if not work.cancelled():
            work.exception()  # looked at, so that asyncio does not report what nobody waits for any more

    def _check_size(self, size: int) -> None:
        if size > self.limits.file_bytes:
            raise Unread(413, f"picture: the file is larger than {self.limits.file_bytes // 2**20} MB; choose a smaller one")


class Unread(ImageError):
    """A picture that is refused before all of it was read."""

    def __init__(self, status: int, line: str) -> None:
        super().__init__(line)
        self.status = status


class Crowded(Unread):
    """No place for an upload now."""


def _refused(status: int, line: str, *, retry: bool = False) -> JSONResponse:
    sentence = words.sentence(line)
    # What was not read of the body must not be taken for the next request.
    headers = {"Connection": "close", **({"Retry-After": str(RETRY_SECONDS)} if retry else {})}
    return JSONResponse({"error": sentence, "detail": sentence}, status, headers)
