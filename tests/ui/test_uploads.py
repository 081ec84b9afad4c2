import asyncio
import io
import socket
import threading
import urllib.parse

import httpx
import pytest
from PIL import Image
from starlette.requests import Request

from arena.errors import ImageError, InputError
from arena.images import picture_from_pixels, pixel_digest
from arena.settings import Settings
from arena.ui.clients import UNKNOWN
from arena.ui.upload_policy import TERMS, UploadPolicy
from arena.ui.uploads import ADDRESS, LONGEST_SIDE, UploadLimits, Uploads

BROWSER = "0123456789abcdef" * 2
HEADERS = {"Arena-Browser": BROWSER, "Arena-Agreed": ",".join(TERMS)}


def noise(width: int = 40, height: int = 30) -> Image.Image:
    return Image.effect_noise((width, height), 80).convert("RGB")


def saved(image: Image.Image, kind: str, **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def palette_with_transparency() -> bytes:
    image = Image.new("P", (32, 32), 0)
    image.putpalette([255, 0, 0, 0, 0, 255])
    image.paste(1, (0, 0, 32, 16))
    return saved(image, "PNG", transparency=1)


def photograph_with_a_place() -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "a camera"
    exif[0x0112] = 6  # lies on its side
    return saved(noise(), "JPEG", exif=exif, comment=b"taken at home")


def posted(server, data) -> httpx.Response:
    return httpx.post(server.url + ADDRESS, content=data, headers=HEADERS, timeout=120)


@pytest.mark.parametrize(
    "data",
    [
        saved(noise(), "PNG"),
        saved(noise(), "WEBP"),
        saved(noise().convert("CMYK"), "JPEG"),
        palette_with_transparency(),
        photograph_with_a_place(),
    ],
    ids=["png", "webp", "cmyk", "palette", "exif"],
)
def test_pictures_are_taken(server, data):
    answer = posted(server, data)
    assert answer.status_code == 200
    assert list(answer.json()) == ["picture"]


def in_pieces():
    for _ in range(30):  # without saying how much it will be
        yield bytes(1_000_000)


@pytest.mark.parametrize(
    ("made", "status", "says"),
    [
        (lambda: bytes(100_000_000), 413, "larger than 20 MB"),
        (in_pieces, 413, "larger than 20 MB"),
        (lambda: b"I am a text.", 422, "not an image file"),
        (lambda: b"", 422, "not an image file"),
        (lambda: b"<svg xmlns='http://www.w3.org/2000/svg'/>", 422, "not an image file"),
        (lambda: saved(noise(), "GIF", save_all=True, append_images=[noise()]), 422, "frames; send a still image"),
        (lambda: saved(Image.new("1", (30_000, 30_000)), "PNG"), 422, "megapixels"),
        (lambda: saved(Image.new("1", (30_000, 64)), "PNG"), 422, "at most 16383 px"),
        (lambda: saved(Image.new("1", (16_000, 100)), "PNG"), 422, "too narrow"),
        (lambda: saved(noise(8, 8), "PNG"), 422, "at least 16 px"),
        (lambda: saved(noise(), "PNG")[:400], 422, "cannot be decoded"),
    ],
    ids=["100 MB", "no size", "text", "empty", "svg", "animated", "30000 px", "30000 wide", "a line", "tiny", "cut off"],
)
def test_what_is_no_picture_gets_one_line(server, made, status, says):
    answer = posted(server, made())
    assert answer.status_code == status
    line = answer.json()["error"]
    assert says in line
    assert line.startswith("Picture: ")
    assert line.endswith(".")
    assert "\n" not in line
    assert "Traceback" not in line


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_nothing_but_posting_writes(server, method):
    assert httpx.request(method, server.url + ADDRESS, content=b"x", timeout=60).status_code in (404, 405)


def test_a_picture_is_there_for_the_browser_that_sent_it_and_for_no_other():
    uploads = Uploads()
    picture = uploads.add(saved(noise(), "PNG"), BROWSER)
    assert uploads.upload(picture.digest, BROWSER).picture == picture
    for other in ("f" * 32, ""):
        with pytest.raises(InputError, match="choose the file again"):
            uploads.upload(picture.digest, other)


@pytest.mark.parametrize(
    ("policy", "changes", "status", "says"),
    [
        (UploadPolicy(), {}, 200, ""),
        (UploadPolicy(), {"x_forwarded_for": "1.2.3.4"}, 403, "Picture: uploads are off here"),
        (UploadPolicy(for_this_machine=False), {}, 403, "Picture: uploads are off here"),
        (UploadPolicy(for_everybody=True), {"x_forwarded_for": "1.2.3.4", "host": "arena.example.org"}, 200, ""),
        (UploadPolicy(), {"Arena_Agreed": "rights,people,public"}, 422, "It shows no minors."),
        (UploadPolicy(), {"Arena_Agreed": ""}, 422, "agree to all 4 points first"),
        (UploadPolicy(), {"Arena_Browser": "1"}, 422, "load the page again"),
    ],
)
def test_a_picture_is_taken_from_whom_it_may_be_and_with_all_terms_agreed_to(policy, changes, status, says):
    async def answered():
        return await Uploads(policy=policy).receive(request([saved(noise(), "PNG"), None], **changes))

    answer = asyncio.run(answered())
    assert (answer.status_code, says in bytes(answer.body).decode()) == (status, True)


@pytest.mark.parametrize("changes", [{"x_forwarded_for": "1.2.3.4"}, {"Arena_Browser": "1"}, {"Arena_Agreed": ""}], ids=str)
def test_whoever_is_refused_can_send_all_of_a_picture_and_then_read_why(changes):
    chunks = iter([b"x" * 2**20] * 5 + [None])
    answer = asyncio.run(Uploads().receive(request(chunks, **changes)))
    assert answer.status_code in (403, 422)
    assert next(chunks, "nothing is left") == "nothing is left"


def test_only_pixels_are_kept():
    data = photograph_with_a_place()
    picture = Uploads().add(data, BROWSER)
    upright = Image.open(io.BytesIO(data)).transpose(Image.Transpose.ROTATE_270)
    assert picture.digest == pixel_digest(upright)
    stored = Image.open(io.BytesIO(picture.encoded))
    assert not stored.getexif()
    assert b"camera" not in picture.encoded
    assert b"home" not in picture.encoded


def test_transparency_lies_on_white():
    picture = Uploads().add(palette_with_transparency(), BROWSER)
    assert picture.pixels().getpixel((16, 8)) == (255, 255, 255)
    assert picture.pixels().getpixel((16, 24)) == (255, 0, 0)


def test_large_pictures_are_scaled_down():
    picture = Uploads().add(saved(noise(2 * LONGEST_SIDE, LONGEST_SIDE), "PNG"), BROWSER)
    assert picture.pixels().size == (LONGEST_SIDE, LONGEST_SIDE // 2)


def test_a_picture_is_found_by_its_name_until_newer_ones_need_the_room():
    first, second = (saved(noise(), "PNG") for _ in range(2))
    room = len(picture_from_pixels(Image.open(io.BytesIO(first)), quick=True).encoded) * 3 // 2
    uploads = Uploads(keep_bytes=room)
    early = uploads.add(first, BROWSER)
    assert uploads.upload(early.digest, BROWSER).picture == early
    late = uploads.add(second, BROWSER)
    assert uploads.upload(late.digest, BROWSER).picture == late
    with pytest.raises(InputError, match="choose the file again"):
        uploads.upload(early.digest, BROWSER)


def test_limits_are_settings_and_their_defaults_are_the_same():
    assert UploadLimits.of(Settings()) == UploadLimits()
    changed = UploadLimits.of(Settings(upload_megabytes=1, upload_megapixels=2, upload_seconds=3, upload_places=4))
    assert (changed.file_bytes, changed.pixels, changed.seconds, changed.places) == (2**20, 2 * 10**6, 3, 4)
    with pytest.raises(ImageError, match="at most 1 megapixels"):
        Uploads(changed).add(saved(Image.new("L", (1100, 1100)), "PNG"), BROWSER)


def request(chunks, client="127.0.2.1", pause=0.0, **changes: str) -> Request:
    """A post that sends its chunks, and then nothing more; a chunk of None ends it."""
    messages = iter(chunks)

    async def receive():
        await asyncio.sleep(pause)
        chunk = next(messages, b"")
        if chunk == b"":
            await asyncio.sleep(3600)  # the rest never comes
        return {"type": "http.request", "body": chunk or b"", "more_body": chunk is not None}

    given = {"host": "localhost", **HEADERS, **{name.replace("_", "-"): value for name, value in changes.items()}}
    headers = [(name.lower().encode(), value.encode()) for name, value in given.items()]
    return Request({"type": "http", "method": "POST", "headers": headers, "client": (client, 4000)}, receive)


def whole(client: str) -> Request:
    return request([saved(noise(), "PNG"), None], client)


async def statuses(*answers) -> list[int]:
    return [answer.status_code for answer in await asyncio.gather(*answers)]


def test_an_upload_that_never_ends_is_let_go_and_makes_room():
    uploads = Uploads(UploadLimits(grace_seconds=0.05, places_of_client=2))

    async def crowd():
        receive = uploads.receive
        first = await statuses(*(receive(request([b"x"])) for _ in range(3)))
        return [*first, *await statuses(receive(whole("127.0.2.1")))]

    assert asyncio.run(crowd()) == [408, 408, 429, 200]


def test_slow_uploads_of_one_client_leave_others_their_places():
    uploads = Uploads(UploadLimits(grace_seconds=0.3))

    async def crowd():
        slow = [asyncio.create_task(uploads.receive(request([b"x"]))) for _ in range(16)]
        await asyncio.sleep(0)
        honest = await statuses(*(uploads.receive(whole(f"127.0.1.{number}")) for number in range(1, 9)))
        return honest, await statuses(*slow)

    honest, slow = asyncio.run(crowd())
    assert honest == [200] * 8
    assert sorted(slow) == [408] * 4 + [429] * 12


def test_visitors_who_cannot_be_told_apart_have_half_of_the_places():
    uploads = Uploads(UploadLimits(grace_seconds=0.05, places=8, places_of_client=1), client_of=lambda _: UNKNOWN)
    slow = asyncio.run(statuses(*(uploads.receive(request([b"x"])) for _ in range(6))))
    assert slow == [408] * 4 + [429] * 2


def test_more_clients_than_places_are_asked_to_come_again():
    uploads = Uploads(UploadLimits(grace_seconds=0.05, places=3))

    async def crowd():
        return await asyncio.gather(*(uploads.receive(request([b"x"], f"127.0.1.{number}")) for number in range(4)))

    *slow, refused = asyncio.run(crowd())
    assert [answer.status_code for answer in slow] == [408] * 3
    assert refused.status_code == 503
    assert int(refused.headers["retry-after"]) > 0


@pytest.mark.parametrize(("bytes_per_second", "status"), [(10**5, 408), (10**2, 200)], ids=["too slow", "fast enough"])
def test_an_upload_has_to_come_at_a_least_speed(bytes_per_second, status):
    data = saved(noise(), "PNG")
    pieces = [data[start : start + len(data) // 10] for start in range(0, len(data), len(data) // 10)]
    uploads = Uploads(UploadLimits(grace_seconds=0.1, bytes_per_second=bytes_per_second))
    assert asyncio.run(statuses(uploads.receive(request([*pieces, None], pause=0.03)))) == [status]


def test_a_picture_that_takes_too_long_to_decode_keeps_nobody_waiting(monkeypatch):
    uploads = Uploads(UploadLimits(decoders=1, decoding_seconds=0.2))
    ended = threading.Event()
    add = uploads.add

    def endless(data, browser):
        ended.wait(10)
        return add(data, browser)

    async def crowd():
        monkeypatch.setattr(uploads, "add", endless)
        first = await statuses(uploads.receive(whole("127.0.2.1")))
        second = await statuses(uploads.receive(whole("127.0.1.1")))  # the only place is taken until that thread ends
        ended.set()
        return first + second + await statuses(uploads.receive(whole("127.0.1.1")))

    assert asyncio.run(crowd()) == [503, 503, 200]


def test_a_connection_whose_upload_is_given_up_is_closed(server):
    address = urllib.parse.urlsplit(server.url)
    with socket.create_connection((address.hostname, address.port), timeout=60) as connection:
        headers = "".join(f"{name}: {value}\r\n" for name, value in {"Host": "localhost", **HEADERS}.items())
        connection.sendall(f"POST /picture HTTP/1.1\r\n{headers}Content-Length: 1000\r\n\r\nx".encode())
        answer = b"".join(iter(lambda: connection.recv(4096), b""))
    assert answer.startswith(b"HTTP/1.1 408")
    assert b"came too slowly" in answer


def test_a_picture_too_narrow_to_scale_says_so():
    with pytest.raises(ImageError, match="too narrow"):
        Uploads().add(saved(Image.new("RGB", (16_000, 100)), "PNG"), BROWSER)
