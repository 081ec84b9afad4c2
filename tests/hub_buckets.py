"""Buckets of the Hub on loopback: files without history, whose contents go through hf_xet as on the real Hub.

`xet-write-token` and `xet-read-token` answer a folder on this machine in place of a storage server (`local://`), which hf_xet
reads and writes as it stands. That folder can be open in one process at a time, so each token gets a folder of its own, with
all that was kept so far, and a writer's joins what is kept once its batch has come. Writers take turns meanwhile.
"""

import itertools
import json
import os
import secrets
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from hub_accounts import Accounts, Token
from hub_http import Refusal, Request, Response, checked_object
from hub_repositories import DAY, Fault

PAGE = 1_000
"""Entries of one answer of `tree`."""
LONGEST_TURN = 3.0
"""Seconds that a writer may take from its token to its batch, before another one gets one."""
CONTENTS = "xet/xorbs"
INDEX = "global_dedup_lookup.redb"
SHARDS = f"{CONTENTS}/shards"
DIGITS = 16
"""Hexadecimal digits of each of the four numbers of a hash."""
HEADER, ENTRY = 48, 48
"""Bytes of what a shard says of a file, and of each of its segments."""


@dataclass
class Bucket:
    """One bucket. Who serves it changes its `faults`."""

    name: str
    files: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    """Path -> hash and size."""
    faults: list[Fault] = field(default_factory=list)
    created_by: str = ""
    private: bool = True


class Contents:
    """What all buckets have in them, in folders that hf_xet knows how to read."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="hub-buckets-")
        self._kept = Path(self._folder.name) / "kept"
        self._kept.mkdir()
        self._numbers = itertools.count()
        self._changing = threading.Lock()
        self._turn = threading.Condition()
        self._writing: tuple[str, Path, float] | None = None
        """Whose turn it is, in which folder, until when."""

    def close(self) -> None:
        self._folder.cleanup()

    def for_reading(self) -> Path:
        with self._changing:
            return self._copy()

    def for_writing(self, session: str) -> Path:
        """A folder for this session, once no other one writes."""
        with self._turn:
            while self._writing and self._writing[0] != session and (rest := self._writing[2] - time.monotonic()) > 0:
                self._turn.wait(rest)
            with self._changing:
                self._writing = (session, self._copy(), time.monotonic() + LONGEST_TURN)
            return self._writing[1]

    def keep(self) -> None:
        """Take over what the writer has written whose turn it is."""
        with self._turn, self._changing:
            if self._writing:
                _take_over(self._writing[1], self._kept)
                self._writing = None
            self._turn.notify_all()

    def let_others_write(self) -> None:
        """The batch of whoever writes was refused; it may come once more, and nobody waits for that."""
        with self._turn:
            if self._writing:
                self._writing = (*self._writing[:2], time.monotonic())
            self._turn.notify_all()

    def take_over(self, other: "Contents") -> None:
        """Have what another one keeps, too."""
        _take_over(other._kept, self._kept)

    def size(self, file_hash: str) -> int | None:
        """Of the file with this hash, as the shards tell; None where none knows it."""
        parts = [file_hash[place : place + DIGITS] for place in range(0, 4 * DIGITS, DIGITS)]
        wanted = b"".join(int(part, 16).to_bytes(8, "little") for part in parts)
        for shard in (self._kept / SHARDS).glob("*.mdb"):
            content = shard.read_bytes()
            if (place := content.find(wanted)) >= 0:
                count = int.from_bytes(content[place + 36 : place + 40], "little")
                begins = range(place + HEADER, place + HEADER + count * ENTRY, ENTRY)
                return sum(int.from_bytes(content[begin + 36 : begin + 40], "little") for begin in begins)
        return None

    def _copy(self) -> Path:
        folder = Path(self._folder.name) / f"copy-{next(self._numbers)}"
        folder.mkdir()
        _take_over(self._kept, folder)
        return folder


class Buckets:
    """All buckets of a Hub."""

    def __init__(self, address: str, accounts: Accounts) -> None:
        self._address = address
        self._accounts = accounts
        self._buckets: dict[str, Bucket] = {}
        self.contents = Contents()

    def add(self, name: str) -> Bucket:
        return self._buckets.setdefault(name, Bucket(name))

    def remove(self, name: str) -> None:
        self._buckets.pop(name, None)

    def named(self, name: str) -> Bucket | None:
        return self._buckets.get(name)

    def fault(self, request: Request) -> Fault | None:
        match request.path:
            case ("api", "buckets", owner, name, *_) | ("buckets", owner, name, *_):
                bucket = self._buckets.get(f"{owner}/{name}")
                path = "/".join(request.path)
                found = next((fault for fault in (bucket.faults if bucket else []) if fault.on in path), None)
                if found and found.status and path.endswith("/batch"):
                    self.contents.let_others_write()
                return found
        return None

    def become(self, others: "Buckets") -> None:
        """Have what others have."""
        self._buckets = {name: replace(one, files=dict(one.files), faults=[]) for name, one in others._buckets.items()}
        self.contents.take_over(others.contents)

    def respond(self, request: Request) -> Response | None:
        """The answer to what is asked of buckets; None for what is not."""
        match request.path:
            case ("api", "buckets", owner, name, *rest):
                return self._api(request, f"{owner}/{name}", tuple(rest))
            case ("buckets", owner, name, "resolve", *parts):
                return self._resolve(request, self._readable(request, f"{owner}/{name}"), "/".join(parts))
        return None

    def _api(self, request: Request, name: str, rest: tuple[str, ...]) -> Response:
        match request.method, rest:
            case "POST", ():
                return self._create(request, name)
            case "POST", ("batch",):
                return self._batch(request, self._writable(request, name))
            case "GET", ("xet-write-token",):
                self._writable(request, name)
                return _token(self.contents.for_writing(request.headers.get("x-xet-session-id", "")))
        return self._told(request, self._readable(request, name), rest)

    def _told(self, request: Request, bucket: Bucket, rest: tuple[str, ...]) -> Response:
        match request.method, rest:
            case "GET", ():
                return Response.of(self._information(bucket))
            case "GET", ("tree", *folder):
                return self._tree(request, bucket, "/".join(folder))
            case "POST", ("paths-info",):
                paths = request.json({"paths": list})["paths"]
                return Response.of([_entry(path, bucket.files[path]) for path in paths if path in bucket.files])
            case "GET", ("xet-read-token",):
                return _token(self.contents.for_reading())
        raise Refusal(404, f"{'/'.join(rest)}: no such part of the API")

    def _readable(self, request: Request, name: str) -> Bucket:
        token, bucket = self._accounts.bearer(request), self._buckets.get(name)
        if bucket is None or token is None or not token.account.belongs_to(name.partition("/")[0]):
            raise Refusal(401 if token is None else 404, "Bucket not found", "RepoNotFound")
        return bucket

    def _writable(self, request: Request, name: str) -> Bucket:
        self._writer(request, name)
        return self._readable(request, name)

    def _writer(self, request: Request, name: str) -> Token:
        token = self._accounts.bearer(request)
        if token is None:
            raise Refusal(401, "Invalid username or password.")
        if not token.may("write-repos") or not token.account.owns(name.partition("/")[0]):
            raise Refusal(403, "You don't have the rights to write to this bucket")
        return token

    def _create(self, request: Request, name: str) -> Response:
        request.json({}, {"visibility": str, "resourceGroupId": str, "region": str})
        writer = self._writer(request, name)
        told = {"url": f"{self._address}/buckets/{name}", "id": name}
        if self._buckets.setdefault(name, made := Bucket(name, created_by=writer.account.name)) is not made:
            return Response.of({"error": "You already created this bucket", **told}, 409)
        return Response.of(told)

    def _information(self, bucket: Bucket) -> dict[str, Any]:
        size = sum(file["size"] for file in bucket.files.values())
        told = {"id": bucket.name, "private": bucket.private, "createdAt": DAY, "size": size, "totalFiles": len(bucket.files)}
        return {"_id": "b" * 24, **told}

    def _tree(self, request: Request, bucket: Bucket, folder: str) -> Response:
        request.takes("recursive", "cursor")
        begin = int(request.text("cursor") or 0)
        entries = list(_entries(bucket, folder, recursive=request.switch("recursive")))
        headers: dict[str, str] = {}
        if begin + PAGE < len(entries):
            recursive = f"&recursive={request.text('recursive')}" if request.text("recursive") else ""
            address = f"{self._address}/{'/'.join(request.path[:5])}{'/' + folder.replace('/', '%2F') if folder else ''}"
            headers["Link"] = f'<{address}?cursor={begin + PAGE}{recursive}>; rel="next"'
        return Response.of(entries[begin : begin + PAGE], 200, **headers)

    def _batch(self, request: Request, bucket: Bucket) -> Response:
        if request.headers.get("content-type") != "application/x-ndjson":
            raise Refusal(400, "content-type: is not application/x-ndjson")
        self.contents.keep()
        operations = [json.loads(line) for line in request.body.splitlines()]
        failed = [{"path": one["path"], "error": error} for one in operations if (error := self._carry_out(bucket, one))]
        done = len(operations) - len(failed)
        return Response.of(
            {"success": not failed, "processed": done, "succeeded": done, "failed": failed}, 200 if done else 422
        )

    def _carry_out(self, bucket: Bucket, operation: dict[str, Any]) -> str:
        """What is wrong with an operation; empty where it is done."""
        match operation.get("type"):
            case "addFile":
                kinds = {"type": str, "path": str, "xetHash": str, "mtime": int}
                checked_object(operation, kinds, {"contentType": str})
                size = self.contents.size(operation["xetHash"])
                if size is None:
                    return "its content was never uploaded"
                bucket.files[operation["path"]] = {"xetHash": operation["xetHash"], "size": size}
                return ""
            case "deleteFile":
                path = checked_object(operation, {"type": str, "path": str})["path"]
                return "" if bucket.files.pop(path, None) is not None else "File not found"
        raise Refusal(400, f"type: {operation.get('type')} is none that this Hub takes")

    def _resolve(self, request: Request, bucket: Bucket, path: str) -> Response:
        if request.method != "HEAD":
            raise Refusal(405, f"{request.method}: not allowed")
        if path not in bucket.files:
            raise Refusal(404, "Entry not found", "EntryNotFound")
        file = bucket.files[path]
        route = f"{self._address}/api/buckets/{bucket.name}/xet-read-token"
        size = str(file["size"])
        headers = {"X-Xet-Hash": file["xetHash"], "X-Xet-Refresh-Route": route, "X-Linked-Size": size}
        return Response(headers=headers)


def _entries(bucket: Bucket, folder: str, *, recursive: bool) -> Iterator[dict[str, Any]]:
    prefix = f"{folder}/" if folder else ""
    folders: set[str] = set()
    for path in sorted(bucket.files):
        if not path.startswith(prefix):
            continue
        name, *deeper = path.removeprefix(prefix).split("/")
        if recursive or not deeper:
            yield _entry(path, bucket.files[path])
        elif name not in folders:
            folders.add(name)
            yield {"type": "directory", "path": prefix + name, "uploadedAt": DAY}


def _entry(path: str, file: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "file", "path": path, **file, "mtime": DAY, "uploadedAt": DAY}


def _token(folder: Path) -> Response:
    token = f"xet_{secrets.token_hex(8)}"
    return Response.of({"casUrl": f"local://{folder}", "exp": int(time.time()) + 3600, "accessToken": token})


def _take_over(source: Path, target: Path) -> None:
    """Have in a folder what another one has; files never change, but for the index."""
    for path in (source / CONTENTS).rglob("*"):
        other = target / path.relative_to(source)
        if path.is_dir():
            other.mkdir(parents=True, exist_ok=True)
        elif path.name == INDEX:
            other.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, other)
        elif not other.exists():
            other.parent.mkdir(parents=True, exist_ok=True)
            os.link(path, other)
