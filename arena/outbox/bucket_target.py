"""An outbox in a bucket: files without history, through the API and not through a mount, so that an answer means durable."""

from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path

from huggingface_hub import HfApi
from huggingface_hub.errors import BucketNotFoundError

from arena.outbox.hub_failures import HubAway, hub_failures, refuse_public
from arena.outbox.targets import Content

MOST_FILES = 500
"""Of one request."""


class BucketTarget:
    """One bucket; see `Target`."""

    def __init__(self, api: HfApi, name: str) -> None:
        self._api = api
        self._name = name
        self._place = f"ARENA_OUTBOX: buckets/{name}"

    def create(self) -> None:
        """As `Target` says."""
        with hub_failures(self._place):
            try:
                self._check()
            except BucketNotFoundError:
                with suppress(KeyError):  # huggingface_hub looks for an address where another one was first
                    self._api.create_bucket(self._name, private=True, exist_ok=True)
                self._check()

    def check(self) -> None:
        """As `Target` says."""
        with hub_failures(self._place):
            self._check()

    def names(self, folder: str) -> list[str]:
        """As `Target` says."""
        with hub_failures(self._place):
            tree = self._api.list_bucket_tree(self._name, prefix=folder, recursive=True)
            return [one.path for one in tree if one.type == "file" and one.path.startswith(f"{folder}/")]

    def there(self, names: Collection[str]) -> list[str]:
        """As `Target` says."""
        with hub_failures(self._place):
            return [one.path for one in self._api.get_bucket_paths_info(self._name, list(names))] if names else []

    def fetch(self, names: Collection[str], folder: Path) -> None:
        """As `Target` says."""
        with hub_failures(self._place):
            wanted = [(name, folder / name) for name in names]
            self._api.download_bucket_files(self._name, wanted, raise_on_missing_files=True)  # pyright: ignore[reportArgumentType]

    def put(self, files: Mapping[str, Content]) -> None:
        """As `Target` says."""
        listed = [(content, name) for name, content in files.items()]
        with hub_failures(self._place):
            for begin in range(0, len(listed), MOST_FILES):
                self._api.batch_bucket_files(self._name, add=listed[begin : begin + MOST_FILES])  # pyright: ignore[reportArgumentType]

    def publish(self, files: Mapping[str, Content], manifest: str, text: bytes) -> None:
        """As `Target` says."""
        self.put(files)
        self.put({manifest: text})

    def remove(self, names: Collection[str]) -> None:
        """As `Target` says."""
        listed = sorted(names)
        for begin in range(0, len(listed), MOST_FILES):
            some = listed[begin : begin + MOST_FILES]
            try:
                with hub_failures(self._place):
                    self._api.batch_bucket_files(self._name, delete=some)
            except HubAway:
                if self.there(some):  # else an answer was lost, and the second try found nothing to delete
                    raise

    def _check(self) -> None:
        refuse_public(self._place, is_private=self._api.bucket_info(self._name).private)
