"""Large files on their way to the Hub on loopback: https://github.com/git-lfs/git-lfs/blob/main/docs/api/batch.md."""

import hashlib
from collections.abc import Mapping
from typing import Any

from hub_http import Refusal, Request, Response, checked_object
from hub_repositories import DAY, Repository, StoredFile

DIGITS = 64
"""Of a SHA-256."""


class LargeFiles:
    """What was uploaded, by its SHA-256. A commit can name only what is here, or what its repository has already."""

    def __init__(self, storage: str) -> None:
        self._storage = storage
        self.uploaded: dict[str, StoredFile] = {}

    def batch(self, repository: Repository, request: Request) -> Response:
        """Where each file is to be put; nothing is said of those that are here."""
        body = request.json({"operation": str, "transfers": list, "objects": list, "hash_algo": str}, {"ref": dict})
        if body["operation"] != "upload" or "basic" not in body["transfers"] or body["hash_algo"] != "sha256":
            raise Refusal(400, "body: is no upload by basic transfer with SHA-256")
        here = self.uploaded.keys() | {file.sha256 for file in repository.head.files.values()}
        told = [self._told(checked_object(one, {"oid": str, "size": int}), here) for one in body["objects"]]
        return Response.of({"transfer": "basic", "objects": told})

    def put(self, request: Request) -> Response:
        """Take the bytes of a file; its address says which they must be."""
        if "authorization" in request.headers:
            raise Refusal(400, "authorization: a token came to the host of large files")
        if hashlib.sha256(request.body).hexdigest() != request.path[-1]:
            raise Refusal(400, "body: is not the file that was announced")
        self.uploaded[request.path[-1]] = StoredFile(content=request.body)
        return Response()

    def committed(self, repository: Repository, value: Mapping[str, Any]) -> StoredFile:
        """The file that a commit names."""
        change = checked_object(value, {"path": str, "algo": str, "oid": str, "size": int})
        kept = {file.sha256: file for commit in repository.commits.values() for file in commit.files.values()}
        file = self.uploaded.get(change["oid"]) or kept.get(change["oid"])
        if change["algo"] != "sha256" or file is None or file.size != change["size"]:
            raise Refusal(400, f"{change['path']}: was not uploaded")
        repository.large.add(change["oid"])
        return file

    def listed(self, repository: Repository) -> Response:
        """All that a repository keeps, also what no commit names any more."""
        kept = {sha: file for sha, file in self.uploaded.items() if sha in repository.large}
        told = [
            {"fileOid": sha, "oid": file.oid, "filename": "unknown", "pushedAt": DAY, "ref": None, "size": file.size}
            for sha, file in kept.items()
        ]
        return Response.of(told)

    def delete(self, repository: Repository, request: Request) -> Response:
        """Delete some of them for good."""
        change = checked_object(request.json({"deletions": dict})["deletions"], {"sha": list, "rewriteHistory": bool})
        named = {file.sha256 for commit in repository.commits.values() for file in commit.files.values()}
        if named & set(change["sha"]):
            raise Refusal(400, "deletions: a commit still names one of these")
        for sha in change["sha"]:
            repository.large.discard(sha)
            self.uploaded.pop(sha, None)
        return Response.of({})

    def _told(self, one: Mapping[str, Any], here: set[str]) -> dict[str, Any]:
        if len(one["oid"]) != DIGITS:
            raise Refusal(400, f"oid: {one['oid']} is no SHA-256")
        upload = {"actions": {"upload": {"href": f"{self._storage}/storage/uploads/{one['oid']}"}}}
        return {**one, **({} if one["oid"] in here else upload)}
