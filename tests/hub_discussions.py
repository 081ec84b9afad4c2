"""What is written to the Hub on loopback: discussions, comments, commits and pull requests, each checked before it is taken."""

import base64
import binascii
import threading
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import yaml
from hub_accounts import Token
from hub_http import Refusal, Request, Response, checked_object
from hub_large_files import LargeFiles
from hub_repositories import DAY, LFS_BYTES, LFS_SUFFIXES, Repository, StoredFile

if TYPE_CHECKING:
    from hub_server import Hub

_COMMITTING = threading.Lock()
RESULTS = ".eval_results/"
"""Folder of a model with results of benchmarks, whose files the Hub checks."""


def discuss(repository: Repository, request: Request, rest: tuple[str, ...], token: Token | None, address: str) -> Response:
    """The answer to a request for `/discussions` and what follows."""
    match request.method, rest:
        case "GET", ():
            return Response.of(_page(repository, request))
        case "POST", ():
            return Response.of(_open(repository, request, _discussing(token)))
        case "GET", (number,):
            request.takes("diff")
            return Response.of(_numbered(repository, number))
        case "POST", (number, "comment"):
            text = request.json({"comment": str})["comment"]
            if not text.strip():
                raise Refusal(400, "body: comment: is empty")
            event = _event(_discussing(token), "comment", _comment(text))
            _numbered(repository, number)["events"].append(event)
            return Response.of({"newMessage": event})
        case "POST", (number, "status"):
            change = request.json({"status": str}, {"comment": str})
            if change["status"] not in ("open", "closed"):
                raise Refusal(400, f"body: status: {change['status']} is neither open nor closed")
            discussion, writer = _numbered(repository, number), _discussing(token)
            if discussion["author"]["name"] != writer.account.name and not writer.account.owns(repository.namespace):
                raise Refusal(403, "Only its author and the owners of the repository may do that")
            event = _event(writer, "status-change", {"status": change["status"]})
            discussion |= {"status": change["status"], "events": [*discussion["events"], event]}
            return Response.of({"newStatus": event})
    raise Refusal(404, f"{address}: no such part of the API")


def preupload(repository: Repository, request: Request, token: Token | None) -> Response:
    """How each file is to be sent, and the hash of what is there under its name, so that what is the same is not sent again."""
    request.takes("create_pr")
    _discussing(token)
    files = [
        checked_object(file, {"path": str, "sample": str, "size": int})
        for file in request.json({"files": list}, {"gitIgnore": str})["files"]
    ]
    return Response.of({"files": [_mode(repository, checked_path(file["path"]), file["size"]) for file in files]})


def _mode(repository: Repository, path: str, size: int) -> dict[str, Any]:
    there = repository.head.files.get(path)
    is_large = path.endswith(LFS_SUFFIXES) or size > LFS_BYTES
    oid = (there.sha256 if is_large else there.oid) if there else None
    return {"path": path, "uploadMode": "lfs" if is_large else "regular", "shouldIgnore": False, "oid": oid}


def writing(repository: Repository, token: Token | None) -> Token:
    """Who may write to a repository."""
    writer = _discussing(token)
    if not (writer.may("write-repos") and writer.account.owns(repository.namespace)):
        raise Refusal(403, "You don't have the rights to write to this repository")
    return writer


def commit(repository: Repository, request: Request, revision: str, token: Token | None, hub: "Hub") -> Response:
    """Take a commit: onto a branch from who may write, as a pull request from who may discuss."""
    request.takes("create_pr")
    as_request = request.switch("create_pr")
    writer, address = _discussing(token) if as_request else writing(repository, token), hub.address
    header, *operations = request.lines()
    if header["key"] != "header":
        raise Refusal(400, "body: its first line is no header")
    about = checked_object(header["value"], {"summary": str, "description": str}, {"parentCommit": str})
    with _COMMITTING:  # else two commits on one parent could both be taken
        parent = repository.commit(revision)
        if about.get("parentCommit", parent.id) != parent.id:
            raise Refusal(412, "A commit has happened since. Please refresh and try again.")
        files = dict(parent.files)
        for operation in operations:
            _change(repository, hub.large_files, files, operation)
        ref, url = revision, None
        if as_request:
            discussion = _add(repository, writer, about["summary"], about["description"], pull_request=True)
            ref, url = f"refs/pr/{discussion['num']}", f"{address}/{repository.name}/discussions/{discussion['num']}"
        made = repository.add_commit(files, parent, ref, about["summary"], writer.account.name)
    answer = {"success": True, "commitOid": made.id, "commitUrl": f"{address}/{repository.name}/commit/{made.id}"}
    return Response.of(answer | ({"pullRequestUrl": url} if url else {}))


def checked_path(path: str) -> str:
    """The name of a file, if one may be committed under it."""
    parts = PurePosixPath(path).parts
    clean = path == "/".join(parts) and not path.startswith("/") and not set("\\\0\n") & set(path)
    if not clean or not parts or {"..", ".git"} & set(parts):
        raise Refusal(400, f"path: {path!r} is no name of a file")
    return path


def _change(
    repository: Repository, large_files: LargeFiles, files: dict[str, StoredFile], operation: Mapping[str, Any]
) -> None:
    match operation["key"]:
        case "file":
            change = checked_object(operation["value"], {"content": str, "path": str, "encoding": str})
            if change["encoding"] != "base64":
                raise Refusal(400, f"encoding: {change['encoding']} is not base64")
            try:
                content = base64.b64decode(change["content"], validate=True)
            except binascii.Error:
                raise Refusal(400, "content: is no base64") from None
            path = checked_path(change["path"])
            if path.startswith(RESULTS):
                _check_results(path, content)
            files[path] = StoredFile(content=content)
        case "lfsFile":
            path = checked_path(operation["value"]["path"])
            files[path] = large_files.committed(repository, operation["value"])
        case "deletedFile":
            path = checked_path(checked_object(operation["value"], {"path": str})["path"])
            if files.pop(path, None) is None:
                raise Refusal(404, "A file with this name doesn't exist", "EntryNotFound")
        case unknown:
            raise Refusal(400, f"key: {unknown} is none that this Hub takes")


def _check_results(path: str, content: bytes) -> None:
    """Hold a file of results against its format: https://huggingface.co/docs/hub/eval-results."""
    try:
        entries = yaml.safe_load(content)
    except yaml.YAMLError:
        raise Refusal(400, f"{path}: is no YAML") from None
    if not path.endswith((".yaml", ".yml")) or not isinstance(entries, list) or not entries:
        raise Refusal(400, f"{path}: is no list of results in YAML")
    for entry in entries:
        checked_object(
            entry, {"dataset": dict, "value": object}, {"verifyToken": str, "date": str, "source": dict, "notes": str}
        )
        checked_object(entry["dataset"], {"id": str, "task_id": str}, {"revision": str})
        checked_object(entry.get("source", {"url": ""}), {"url": str}, {"name": str, "user": str, "org": str})


def _discussing(token: Token | None) -> Token:
    if token is None:
        raise Refusal(401, "Invalid username or password.")
    if not token.may("write-discussions"):
        raise Refusal(403, "Your token has not the scope write-discussions")
    return token


def _open(repository: Repository, request: Request, writer: Token) -> dict[str, Any]:
    body = request.json({"title": str, "description": str, "pullRequest": bool})
    if len(body["title"]) < 3:
        raise Refusal(400, "body: title: is shorter than 3 characters")
    discussion = _add(repository, writer, body["title"], body["description"], pull_request=body["pullRequest"])
    return {"num": discussion["num"], "pullRequest": body["pullRequest"]}


def _add(repository: Repository, writer: Token, title: str, description: str, *, pull_request: bool) -> dict[str, Any]:
    number = len(repository.discussions) + 1
    discussion: dict[str, Any] = {
        "num": number,
        "title": title,
        "author": {"name": writer.account.name},
        "createdAt": DAY,
        "isPullRequest": pull_request,
        "status": "open",
        "repo": {"name": repository.name, "type": repository.kind[:-1]},
        "events": [_event(writer, "comment", _comment(description))],
    }
    if pull_request:
        discussion |= {"changes": {"base": "refs/heads/main"}, "filesWithConflicts": []}
        repository.refs[f"refs/pr/{number}"] = repository.refs["main"]
    repository.discussions.append(discussion)
    return discussion


def _page(repository: Repository, request: Request) -> dict[str, Any]:
    request.takes("p", "type", "status", "author")
    tests: dict[str, Callable[[dict[str, Any], str], bool]] = {
        "type": lambda one, value: value == "all" or one["isPullRequest"] == (value == "pull_request"),
        "status": lambda one, value: value == "all" or one["status"] == value,
        "author": lambda one, value: one["author"]["name"] == value,
    }
    asked = {name: value for name in tests if (value := request.text(name)) is not None}
    fitting = [one for one in repository.discussions if all(tests[name](one, value) for name, value in asked.items())]
    return {"discussions": fitting, "count": len(fitting), "start": 0}


def _numbered(repository: Repository, number: str) -> dict[str, Any]:
    if not number.isdecimal() or not 0 < int(number) <= len(repository.discussions):
        raise Refusal(404, f"Discussion {number} does not exist")
    return repository.discussions[int(number) - 1]


def _event(writer: Token, kind: str, data: dict[str, Any]) -> dict[str, Any]:
    return {"id": f"{kind}-{id(data):x}", "type": kind, "createdAt": DAY, "author": {"name": writer.account.name}, "data": data}


def _comment(text: str) -> dict[str, Any]:
    return {"edited": False, "hidden": False, "latest": {"raw": text}}
