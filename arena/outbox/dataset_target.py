"""An outbox in a private dataset: commits on the last one, where there is no bucket."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi
from huggingface_hub.errors import RepositoryNotFoundError, RevisionNotFoundError

from arena.outbox.hub_failures import NotThere, hub_failures, refuse_public
from arena.outbox.targets import Content

KIND = "dataset"
MOST_NAMES = 500
"""Of one question."""
HISTORY_DUE = "history-to-be-begun-anew"
"""File that is there as long as earlier commits hold what was deleted."""


class DatasetTarget:
    """One dataset; see `Target`."""

    def __init__(self, api: HfApi, name: str) -> None:
        self._api = api
        self._name = name
        self._place = f"ARENA_OUTBOX: datasets/{name}"

    def create(self) -> None:
        """As `Target` says."""
        with hub_failures(self._place):
            try:
                self._head()
            except RepositoryNotFoundError:
                self._api.create_repo(self._name, repo_type=KIND, private=True, exist_ok=True)
                self._head()

    def check(self) -> None:
        """As `Target` says."""
        with hub_failures(self._place):
            self._head()

    def names(self, folder: str) -> list[str]:
        """As `Target` says."""
        try:
            with hub_failures(self._place):
                tree = self._api.list_repo_tree(self._name, folder, recursive=True, repo_type=KIND)
                return [one.path for one in tree if hasattr(one, "blob_id")]
        except NotThere:
            return []

    def there(self, names: Collection[str]) -> list[str]:
        """As `Target` says."""
        listed, found = list(names), []
        with hub_failures(self._place):
            for begin in range(0, len(listed), MOST_NAMES):
                found += self._api.get_paths_info(self._name, listed[begin : begin + MOST_NAMES], repo_type=KIND)
        return [one.path for one in found]

    def fetch(self, names: Collection[str], folder: Path) -> None:
        """As `Target` says."""
        with hub_failures(self._place):
            head = self._head()
            try:
                self._api.snapshot_download(
                    self._name, repo_type=KIND, revision=head, local_dir=folder, allow_patterns=list(names), etag_timeout=30
                )
            except RevisionNotFoundError as error:
                raise NotThere(f"{self._place}: its history was begun anew meanwhile") from error
            for name in names:
                if not (folder / name).is_file():
                    raise NotThere(f"{self._place}: {name} is not there")

    def put(self, files: Mapping[str, Content]) -> None:
        """As `Target` says."""
        if files:
            self._commit([CommitOperationAdd(name, content) for name, content in files.items()], "Pictures")

    def publish(self, files: Mapping[str, Content], manifest: str, text: bytes) -> None:
        """As `Target` says; all of it is one commit."""
        added = [CommitOperationAdd(name, content) for name, content in {**files, manifest: text}.items()]
        self._commit(added, manifest)

    def remove(self, names: Collection[str]) -> None:
        """As `Target` says. What went is in no commit any more; the Hub deletes large files that none names in its own time.

        Cut off on the way, the next call begins the history anew: a file says that this is to be done.
        """
        there = self.there([*names, HISTORY_DUE])
        if gone := [name for name in there if name != HISTORY_DUE]:
            deletions = [CommitOperationDelete(name) for name in gone]
            self._commit([*deletions, CommitOperationAdd(HISTORY_DUE, b"")], "Remove")
        if there:
            with hub_failures(self._place):
                self._api.super_squash_history(self._name, repo_type=KIND)
            self._commit([CommitOperationDelete(HISTORY_DUE)], "The history was begun anew")

    def _commit(self, operations: Sequence[CommitOperationAdd | CommitOperationDelete], message: str) -> None:
        with hub_failures(self._place):
            self._api.create_commit(
                self._name, list(operations), commit_message=message, repo_type=KIND, parent_commit=self._head()
            )

    def _head(self) -> str | None:
        info = self._api.dataset_info(self._name)
        refuse_public(self._place, is_private=info.private)
        return info.sha
