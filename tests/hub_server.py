"""A Hub on this machine: an HTTP server on loopback that speaks the part of the Hub's API that huggingface_hub uses here.

It serves folders as repositories with commits, knows accounts, tokens and OAuth, and takes discussions and pull requests. What
it is sent is checked, and what its API does not know is refused with 400. Faults are switched on for each repository. It keeps
large files as the Hub does: `resolve` leads to another host, which must not see a token. Xet is spoken for buckets alone
(`hub_buckets.py`).
"""

import threading
import time
from copy import deepcopy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self, get_args

import hub_discussions
import hub_spaces
import pytest
from hub_accounts import Accounts, Token
from hub_buckets import Buckets
from hub_http import MAX_BODY, Refusal, Request, Response
from hub_large_files import LargeFiles
from hub_repositories import Commit, Fault, Repository, StoredFile, files_in
from huggingface_hub.hf_api import ExpandModelProperty_T

COMMIT = "c0ffee" * 6 + "0123"
"""Of repositories for which no other is given."""
KINDS = ("models", "datasets", "spaces")
EXPANDED = set(get_args(ExpandModelProperty_T))


class Hub:
    """A server with its repositories and accounts, which listens as long as its block lasts.

    `requested` is the log of what was asked: method, path and range. `rejected` is what was refused as malformed, and why.
    """

    def __init__(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (_Handler,), {"hub": self}))
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        self.storage = f"http://localhost:{self._server.server_port}"
        """Where large files come from."""
        self.accounts = Accounts(self.address)
        self.buckets = Buckets(self.address, self.accounts)
        self.requested: list[str] = []
        self.rejected: list[str] = []
        self.spaces: dict[str, hub_spaces.Space] = {}
        """Name -> what a Space has beside its repository."""
        self.large_files = LargeFiles(self.storage)
        self.faults: list[Fault] = []
        """What goes wrong with requests that are about no repository that is there."""
        self._repositories: dict[tuple[str, str], Repository] = {}

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self.buckets.contents.close()

    def add(self, name: str, folder: Path, *, kind: str = "models", commit: str = COMMIT) -> Repository:
        """Serve a folder as `organisation/name`; its files may change until they are asked for first."""
        assert kind in KINDS
        repository = Repository(name, kind, Commit(commit, files_in(folder)))
        self.put_in(repository)
        return repository

    def repository(self, kind: str, name: str) -> Repository | None:
        """What is there under a name."""
        return self._repositories.get((kind, name))

    def put_in(self, repository: Repository) -> None:
        """Have a repository under its name."""
        self._repositories[repository.kind, repository.name] = repository

    def become(self, other: "Hub") -> None:
        """Have the buckets and repositories of another one, which stay as they are there."""
        self.buckets.become(other.buckets)
        self._repositories = deepcopy(other._repositories)

    def reach(self, patch: pytest.MonkeyPatch, cache: Path | None = None) -> None:
        """Have huggingface_hub reach this Hub, as HF_ENDPOINT and other variables would if they were set before its import.

        Args:
            patch: undoes it.
            cache: where it keeps files, where no call says so.
        """
        constants: dict[str, object] = {"HF_HUB_OFFLINE": False, "HF_HUB_DISABLE_XET": True, "ENDPOINT": self.address}
        constants["HUGGINGFACE_CO_URL_TEMPLATE"] = f"{self.address}/{{repo_id}}/resolve/{{revision}}/{{filename}}"
        constants |= {"HF_HUB_CACHE": cache} if cache else {}
        for name, value in constants.items():
            patch.setattr(f"huggingface_hub.constants.{name}", value)

    def fault(self, request: Request) -> Fault | None:
        """What is to go wrong with a request."""
        if (fault := self.buckets.fault(request)) is not None:
            return fault
        place = self._place(request)
        repository = self._repositories.get(place[:2]) if place else None
        path = "/".join(request.path)
        return next((fault for fault in (repository.faults if repository else self.faults) if fault.on in path), None)

    def respond(self, request: Request) -> Response:
        """The answer to a request.

        Raises:
            Refusal: what it asks for is not there, not allowed or malformed.
        """
        if (answer := self._apart(request)) is not None:
            return answer
        place = self._place(request)
        if place is None:
            raise Refusal(404, f"{'/'.join(request.path)}: no such part of the API")
        kind, name, rest = place
        token = self.accounts.bearer(request)
        repository = self._readable(kind, name, token)
        if rest == ("info", "lfs", "objects", "batch"):
            hub_discussions.writing(repository, token)
            return self.large_files.batch(repository, request)
        if request.path[0] != "api":
            return self._file(repository, request, rest, token)
        if repository.kind == "spaces" and (answer := hub_spaces.respond(self, repository, request, rest, token)) is not None:
            return answer
        return self._api(repository, request, rest, token)

    def _apart(self, request: Request) -> Response | None:
        """The answer to what is about no repository that is there; None for the rest."""
        if (answer := self.accounts.respond(request) or self.buckets.respond(request)) is not None:
            return answer
        match request.method, request.path:
            case _, ("storage", "uploads", _):
                return self.large_files.put(request)
            case _, ("storage", *_):
                return self._stored(request)
            case "POST", ("api", "repos", "create"):
                return hub_spaces.create(self, request)
            case "POST", ("api", "validate-yaml"):
                return hub_spaces.validate(request)
        return None

    def _place(self, request: Request) -> tuple[str, str, tuple[str, ...]] | None:
        """Kind and name of the repository that a path is about, and what follows."""
        match request.path:
            case ("api" | "storage", ("models" | "datasets" | "spaces") as kind, owner, name, *rest):
                return kind, f"{owner}/{name}", tuple(rest)
            case (("datasets" | "spaces") as kind, owner, name, ("resolve" | "info") as part, *rest):
                return kind, f"{owner}/{name.removesuffix('.git')}", (part, *rest)
            case (owner, name, "info", *rest):
                return "models", f"{owner}/{name.removesuffix('.git')}", ("info", *rest)
            case (owner, name, "resolve", *rest):
                return "models", f"{owner}/{name}", ("resolve", *rest)
        return None

    def _readable(self, kind: str, name: str, token: Token | None) -> Repository:
        """A repository that is there for who asks. To others a private one is not there."""
        repository = self._repositories.get((kind, name))
        member = token is not None and token.may("read-repos") and token.account.belongs_to(name.partition("/")[0])
        if repository is None or (repository.private and not member):
            if token is None:
                raise Refusal(401, "Invalid username or password.", "RepoNotFound")
            raise Refusal(404, "Repository not found", "RepoNotFound")
        if repository.disabled:
            raise Refusal(403, "Access to this resource is disabled.")
        return repository

    def _check_granted(self, repository: Repository, token: Token | None) -> None:
        """Of a gated repository everybody may see the description, and only some the files."""
        if not repository.gated:
            return
        if token is None:
            raise Refusal(401, f"Access to model {repository.name} is restricted.", "GatedRepo")
        account = token.account
        if account.name not in repository.granted and not account.belongs_to(repository.namespace):
            raise Refusal(403, f"Access to model {repository.name} is restricted.", "GatedRepo")

    def _api(self, repository: Repository, request: Request, rest: tuple[str, ...], token: Token | None) -> Response:
        match request.method, rest:
            case _, ("discussions", *more):
                return hub_discussions.discuss(repository, request, tuple(more), token, self.address)
            case "POST", ("preupload", _):
                return hub_discussions.preupload(repository, request, token)
            case "POST", ("commit", revision):
                return hub_discussions.commit(repository, request, revision, token, self)
            case _, (("super-squash" | "lfs-files"), *_):
                hub_discussions.writing(repository, token)
                return self._history(repository, request, rest)
            case "GET", ("auth-check",):
                request.takes()
                self._check_granted(repository, token)
                return Response.of({})
        return Response.of(self._told(repository, request, rest))

    def _history(self, repository: Repository, request: Request, rest: tuple[str, ...]) -> Response:
        """The answer to what is asked of the history, or done to it."""
        match request.method, rest:
            case "POST", ("super-squash", branch):
                repository.squash(branch, request.json({"message": str})["message"])
                return Response.of({})
            case "GET", ("lfs-files",):
                return self.large_files.listed(repository)
            case "POST", ("lfs-files", "batch"):
                return self.large_files.delete(repository, request)
        raise Refusal(405, f"{request.method} {'/'.join(rest)}: not allowed")

    def _told(self, repository: Repository, request: Request, rest: tuple[str, ...]) -> Any:
        """What the Hub tells of a repository to all that may see it."""
        match request.method, rest:
            case "GET", ():
                return self._information(repository, request, "main")
            case "GET", ("revision", revision):
                return self._information(repository, request, revision)
            case "GET", ("tree", revision, *folder):
                request.takes("recursive", "expand")
                commit, how = repository.commit(revision), {name: request.switch(name) for name in ("recursive", "expand")}
                return repository.tree(commit, "/".join(folder), **how)
            case "POST", ("paths-info", revision):
                form, commit = request.form(("paths", "expand")), repository.commit(revision)
                wanted = {name: commit.files[name] for name in form["paths"] if name in commit.files}
                expand = form["expand"] == ["true"]
                return [repository.entry(commit, name, file, expand=expand) for name, file in wanted.items()]
            case "GET", ("commits", revision):
                request.takes()
                return list(repository.history(revision))
            case "GET", ("refs",):
                request.takes("include_prs")
                return _refs(repository)
        raise Refusal(404, f"{'/'.join(rest)}: no such part of the API")

    def _information(self, repository: Repository, request: Request, revision: str) -> dict[str, Any]:
        request.takes("blobs", "securityStatus", "expand")
        commit = repository.commit(revision)
        expand = request.query.get("expand", [])
        if unknown := set(expand) - EXPANDED:
            raise Refusal(400, f"query: expand: {', '.join(sorted(unknown))}: unknown")
        blobs, security = request.switch("blobs"), request.switch("securityStatus")
        if expand and (blobs or security):
            raise Refusal(400, "query: expand excludes blobs and securityStatus")
        told = repository.information(commit, blobs=blobs, security=security)
        if expand:
            told = {name: told[name] for name in ("_id", "id", *expand) if name in told}
        return told

    def _file(self, repository: Repository, request: Request, rest: tuple[str, ...], token: Token | None) -> Response:
        """The answer to `/resolve/REVISION/FILE`."""
        request.takes()
        if request.method not in ("GET", "HEAD"):
            raise Refusal(405, f"{request.method}: not allowed")
        self._check_granted(repository, token)
        revision, *parts = rest[1:]
        commit, name = repository.commit(revision), "/".join(parts)
        headers = {"X-Repo-Commit": commit.id}
        if name not in commit.files:
            raise Refusal(404, "Entry not found", "EntryNotFound", **headers)
        file = commit.files[name]
        if not file.in_lfs(name):
            return _content(file, request, headers | {"ETag": f'"{file.oid}"'})
        headers |= {"X-Linked-Size": str(file.size), "X-Linked-Etag": f'"{file.sha256}"'}
        place = f"{self.storage}/storage/{repository.kind}/{repository.name}/{commit.id}/{name}"
        return Response(status=302, headers=headers | {"Location": place})

    def _stored(self, request: Request) -> Response:
        """A large file, from the host that keeps them and knows nobody."""
        if "authorization" in request.headers:
            raise Refusal(400, "authorization: a token came to the host of large files")
        kind, owner, repository, commit, *parts = request.path[1:]
        name = "/".join(parts)
        file = self._repositories[kind, f"{owner}/{repository}"].commit(commit).files[name]
        return _content(file, request, {"ETag": f'"{file.sha256}"'})


def _refs(repository: Repository) -> dict[str, list[dict[str, str]]]:
    refs = [(name, commit) for name, commit in repository.refs.items() if not name.startswith("refs/")]
    branches = [{"name": name, "ref": f"refs/heads/{name}", "targetCommit": commit} for name, commit in refs]
    return {"branches": branches, "tags": [], "converts": []}


def _content(file: StoredFile, request: Request, headers: dict[str, str]) -> Response:
    """A file, or the range of it that is wanted (RFC 9110, section 14)."""
    headers = {**headers, "Accept-Ranges": "bytes"}
    wanted = request.headers.get("range")
    if wanted is None:
        return Response(file.read(), 200, headers)
    unit, _, span = wanted.partition("=")
    first, dash, last = span.partition("-")
    if unit != "bytes" or not dash or not first.isdecimal() or (last and not last.isdecimal()):
        raise Refusal(400, f"range: {wanted} is none that this Hub reads")
    if int(first) >= file.size:
        raise Refusal(416, "Requested range not satisfiable", **{"Content-Range": f"bytes */{file.size}"})
    end = min(int(last) + 1 if last else file.size, file.size)
    return Response(file.read(int(first), end), 206, headers | {"Content-Range": f"bytes {first}-{end - 1}/{file.size}"})


class _Handler(BaseHTTPRequestHandler):
    """Reads a request, lets the Hub answer, and spoils the answer where a fault says so."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else the body waits until the header is acknowledged, which takes 40 ms
    hub: Hub

    def do_GET(self) -> None:
        self._answer()

    def do_HEAD(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_PUT(self) -> None:
        self._answer()

    def _answer(self) -> None:
        if (body := self._body()) is None:  # who asked was killed meanwhile
            self.close_connection = True
            return None
        request = Request.read(self.command, self.path, dict(self.headers.items()), body)
        wanted = self.headers.get("Range", "")
        self.hub.requested.append(f"{self.command} {'/'.join(request.path)} {wanted}".strip())
        fault = self.hub.fault(request) or Fault()
        time.sleep(fault.delay)
        if fault.status:
            return self._send(Response(b"", fault.status, fault.headers))
        try:
            self._send(self.hub.respond(request), cut=fault.cut)
        except Refusal as refusal:
            if refusal.status == 400:
                self.hub.rejected.append(f"{self.command} {self.path}: {refusal}")
            self._send(Response.of({"error": str(refusal)}, refusal.status, **refusal.headers))

    def _body(self) -> bytes | None:
        """What the request holds, in one piece or in chunks (RFC 9112, section 7.1); None where it breaks off."""
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            size = min(int(self.headers.get("Content-Length", 0)), MAX_BODY)
            return body if len(body := self.rfile.read(size)) == size else None
        chunks: list[bytes] = []
        while size := int(self.rfile.readline().partition(b";")[0], 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(chunks)

    def _send(self, response: Response, *, cut: bool = False) -> None:
        self.send_response(response.status)
        for name, value in {**response.headers, "Content-Length": str(len(response.body))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body[: len(response.body) // 2] if cut else response.body)
        self.close_connection = self.close_connection or cut

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name is the base class's
        """Keep the test's output clean."""
