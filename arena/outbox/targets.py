"""What an outbox needs of the place where it lies."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Protocol

Content = Path | bytes


class Target(Protocol):
    """Files on the Hub, by name. Methods raise HubAway where the Hub cannot do it, and NotThere where a file is gone."""

    def create(self) -> None:
        """Make the place where it is missing, for its owners alone."""
        ...

    def check(self) -> None:
        """Raise HubAway where it is gone, or where others than its owners may read it: what is saved tells of visitors."""
        ...

    def names(self, folder: str) -> list[str]:
        """All files in a folder, with those of its folders."""
        ...

    def there(self, names: Collection[str]) -> list[str]:
        """Which of these files are there."""
        ...

    def fetch(self, names: Collection[str], folder: Path) -> None:
        """Copy files into a folder of this machine, under their names."""
        ...

    def put(self, files: Mapping[str, Content]) -> None:
        """Write files whose names say what is in them; they count for nothing until a manifest names them."""
        ...

    def publish(self, files: Mapping[str, Content], manifest: str, text: bytes) -> None:
        """Write files, and the manifest that names them last."""
        ...

    def remove(self, names: Collection[str]) -> None:
        """Delete files that are there, with all that the place remembers of them."""
        ...
