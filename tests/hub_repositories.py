"""Repositories of the Hub on loopback: commits of files, and what the Hub tells of them."""

import hashlib
import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

import yaml
from hub_http import Refusal

DAY = "2026-01-01T00:00:00.000Z"
LFS_SUFFIXES = (".safetensors", ".bin", ".pt", ".pkl", ".gguf", ".parquet", ".zip")
LFS_BYTES = 10 * 2**20
"""From which size any file is kept in LFS."""
MAX_PARSED = 2**20
"""Of what the Hub itself reads of a repository."""
AUTO_MODELS = {"contrastive": "AutoModelForZeroShotImageClassification", "generative": "AutoModelForImageTextToText"}


@dataclass(frozen=True)
class Fault:
    """What goes wrong with the requests for a repository."""

    status: int = 0
    """HTTP code that is answered; 0 for the right answer."""
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    """Seconds before the answer."""
    cut: bool = False
    """Whether the connection ends in the middle of the body."""
    on: str = ""
    """What the path of a request has in it that is hit; all have the empty text."""


@dataclass(frozen=True)
class StoredFile:
    """A file of a commit: on the disk, or in memory."""

    path: Path | None = None
    content: bytes = b""

    @property
    def size(self) -> int:
        return self.path.stat().st_size if self.path else len(self.content)

    def read(self, first: int = 0, end: int | None = None) -> bytes:
        if self.path is None:
            return self.content[first:end]
        with self.path.open("rb") as file:
            file.seek(first)
            return file.read(-1 if end is None else end - first)

    @cached_property
    def oid(self) -> str:
        """Its name in git."""
        return hashlib.sha1(b"blob %d\0" % self.size + self.read()).hexdigest()

    @cached_property
    def sha256(self) -> str:
        return hashlib.sha256(self.read()).hexdigest()

    def in_lfs(self, name: str) -> bool:
        return name.endswith(LFS_SUFFIXES) or self.size > LFS_BYTES


@dataclass(frozen=True)
class Commit:
    id: str
    files: Mapping[str, StoredFile]
    title: str = "Upload the model"
    author: str = "somebody"
    parent: str | None = None


class Repository:
    """One repository. Who serves it changes its switches: `private`, `gated`, `granted`, `disabled`, `faults`, `told`."""

    def __init__(self, name: str, kind: str, commit: Commit) -> None:
        self.name = name
        self.kind = kind
        """`models`, `datasets` or `spaces`."""
        self.commits = {commit.id: commit}
        self.refs = {"main": commit.id}
        """Branches and, as `refs/pr/1`, pull requests."""
        self.private = False
        self.gated: str | bool = False
        """`auto` or `manual` where people have to ask for access."""
        self.granted: set[str] = set()
        """Accounts that were given it."""
        self.disabled = False
        self.faults: list[Fault] = []
        self.unsafe: dict[str, str] = {}
        """File -> level that the security scan gives it."""
        self.told: dict[str, Any] = {}
        """Fields of its description that the Hub tells otherwise than its files say."""
        self.sizes: dict[str, int] = {}
        """Sizes that the Hub tells of files; for those that would be large."""
        self.large: set[str] = set()
        """SHA-256 of the large files that were committed to it, whether or not a commit still names them."""
        self.discussions: list[dict[str, Any]] = []

    @property
    def namespace(self) -> str:
        return self.name.partition("/")[0]

    @property
    def head(self) -> Commit:
        return self.commits[self.refs["main"]]

    def commit(self, revision: str) -> Commit:
        commit = self.commits.get(self.refs.get(revision, revision))
        if commit is None:
            raise Refusal(404, f"Invalid rev id: {revision}", "RevisionNotFound")
        return commit

    def add_commit(self, files: Mapping[str, StoredFile], parent: Commit, ref: str, title: str, author: str) -> Commit:
        """Put a commit on a branch or a pull request."""
        text = json.dumps([parent.id, title, {name: file.oid for name, file in files.items()}])
        commit = Commit(hashlib.sha1(text.encode()).hexdigest(), files, title, author, parent.id)
        self.commits[commit.id] = commit
        self.refs[ref] = commit.id
        return commit

    def squash(self, branch: str, title: str) -> None:
        """Let a branch have one commit; those before it are there no more."""
        last = self.commit(branch)
        text = json.dumps([title, {name: file.oid for name, file in last.files.items()}])
        commit = Commit(hashlib.sha1(text.encode()).hexdigest(), last.files, title, last.author)
        self.refs[branch] = commit.id
        kept = {commit_id: one for commit_id, one in self.commits.items() if commit_id in self.refs.values()}
        self.commits = {**kept, commit.id: commit}

    def history(self, revision: str) -> Iterator[dict[str, Any]]:
        commit = self.commit(revision)
        while True:
            yield {"id": commit.id, "title": commit.title, "message": "", "authors": [{"user": commit.author}], "date": DAY}
            if commit.parent is None:
                return
            commit = self.commits[commit.parent]

    def information(self, commit: Commit, *, blobs: bool, security: bool) -> dict[str, Any]:
        """What the Hub tells of it: `ModelInfo` and `DatasetInfo` read that."""
        siblings = [
            {"rfilename": name} | (self._blob(name, file) if blobs else {}) for name, file in sorted(commit.files.items())
        ]
        fields = _model_fields(commit) if self.kind == "models" else {"cardData": _card(commit)}
        answer = {
            "_id": hashlib.sha1(self.name.encode()).hexdigest()[:24],
            "id": self.name,
            "author": self.namespace,
            "sha": commit.id,
            "private": self.private,
            "gated": self.gated,
            "disabled": self.disabled,
            "siblings": siblings,
            "lastModified": DAY,
            "createdAt": DAY,
            "downloads": 0,
            "likes": 0,
            "tags": [],
            "usedStorage": 0,
            **fields,
        }
        if security:
            issues = [{"path": name, "level": level} for name, level in self.unsafe.items()]
            answer["securityRepoStatus"] = {"scansDone": True, "filesWithIssues": issues}
        return answer | self.told

    def tree(self, commit: Commit, folder: str, *, recursive: bool, expand: bool) -> list[dict[str, Any]]:
        prefix = f"{folder}/" if folder else ""
        inside = {name: file for name, file in sorted(commit.files.items()) if name.startswith(prefix)}
        if folder and not inside:
            raise Refusal(404, f"{folder} does not exist", "EntryNotFound")
        entries: dict[str, dict[str, Any]] = {}
        for name, file in inside.items():
            parents = [parent.as_posix() for parent in reversed(PurePosixPath(name).parents)]
            above = [parent for parent in parents if parent.startswith(prefix) and parent not in (".", folder)]
            for parent in above if recursive else above[:1]:
                entries[parent] = {
                    "type": "directory",
                    "oid": hashlib.sha1(parent.encode()).hexdigest(),
                    "size": 0,
                    "path": parent,
                }
            if recursive or not above:
                entries[name] = self.entry(commit, name, file, expand=expand)
        return list(entries.values())

    def entry(self, commit: Commit, name: str, file: StoredFile, *, expand: bool) -> dict[str, Any]:
        blob = self._blob(name, file)
        entry = {"type": "file", "oid": blob["blobId"], "size": blob["size"], "path": name}
        if "lfs" in blob:
            entry["lfs"] = {"oid": blob["lfs"]["sha256"], "size": blob["size"], "pointerSize": blob["lfs"]["pointerSize"]}
        if expand:
            level = self.unsafe.get(name, "safe")
            entry["lastCommit"] = {"id": commit.id, "title": commit.title, "date": DAY}
            entry["securityFileStatus"] = {"status": level, "avScan": {"status": level}, "pickleImportScan": None}
        return entry

    def _blob(self, name: str, file: StoredFile) -> dict[str, Any]:
        size = self.sizes.get(name, file.size)
        if not file.in_lfs(name):
            return {"size": size, "blobId": file.oid}
        pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{file.sha256}\nsize {size}\n".encode()
        oid = hashlib.sha1(b"blob %d\0" % len(pointer) + pointer).hexdigest()
        return {"size": size, "blobId": oid, "lfs": {"sha256": file.sha256, "size": size, "pointerSize": len(pointer)}}


def files_in(folder: Path) -> dict[str, StoredFile]:
    """The files of a folder, by their names in it."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): StoredFile(path) for path in paths}


def _model_fields(commit: Commit) -> dict[str, Any]:
    """What the Hub makes of the card, the configuration and the weights of a model."""
    card, config = _card(commit), _json(commit, "config.json")
    tokenizer = {key: value for key, value in _json(commit, "tokenizer_config.json").items() if key == "chat_template"}
    told = {key: config[key] for key in ("architectures", "model_type", "auto_map") if key in config}
    fields: dict[str, Any] = {
        "cardData": card,
        "config": {**told, "tokenizer_config": tokenizer},
        "pipeline_tag": card.get("pipeline_tag"),
    }
    if "auto_map" in config:
        fields["transformersInfo"] = {"auto_model": "AutoModel", "custom_class": next(iter(config["auto_map"].values()), None)}
    elif config:
        compares = "clip" in str(config.get("model_type"))
        auto_model = AUTO_MODELS["contrastive" if compares else "generative"]
        fields["transformersInfo"] = {"auto_model": auto_model, "processor": "AutoProcessor"}
    if counts := _parameters(commit):
        fields["safetensors"] = {"parameters": counts, "total": sum(counts.values())}
    return fields


def _card(commit: Commit) -> dict[str, Any]:
    """The metadata at the top of the README."""
    text = commit.files["README.md"].read().decode(errors="replace") if "README.md" in commit.files else ""
    match = re.match(r"---\n(.*?)\n---", text, re.DOTALL)
    card = yaml.safe_load(match[1]) if match else None
    return card if isinstance(card, dict) else {}


def _json(commit: Commit, name: str) -> dict[str, Any]:
    if name not in commit.files or commit.files[name].size > MAX_PARSED:
        return {}
    try:
        content = json.loads(commit.files[name].read())
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _parameters(commit: Commit) -> dict[str, int]:
    """Parameters by dtype, where the weights are one sound file."""
    file = commit.files.get("model.safetensors")
    length = int.from_bytes(file.read(0, 8), "little") if file else 0
    if file is None or length > MAX_PARSED:
        return {}
    counts: dict[str, int] = {}
    try:
        for name, tensor in json.loads(file.read(8, 8 + length)).items():
            if name != "__metadata__":
                counts[tensor["dtype"]] = counts.get(tensor["dtype"], 0) + math.prod(map(int, tensor["shape"]))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return {}
    return counts
