import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from hub_server import Hub

sys.path.insert(0, str(Path(__file__).parents[1] / "store"))
from publication_world import play, rows_of
from store_world import RULE

from arena.store import Store


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with battles of every kind; to be copied."""
    home = tmp_path_factory.mktemp("played") / "home"
    with Store.open(home, RULE) as store:
        play(store)
    return home


@pytest.fixture
def store(played: Path, tmp_path: Path) -> Iterator[Store]:
    shutil.copytree(played, tmp_path / "home")
    with Store.open(tmp_path / "home", RULE) as opened:
        yield opened


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client of the Hub tries six times, with pauses of its own; here it may be quick."""
    monkeypatch.setattr("huggingface_hub.utils._http.time", SimpleNamespace(sleep=lambda _: None))


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Hub]:
    with Hub() as running:
        running.reach(monkeypatch, tmp_path / "cache")
        monkeypatch.setenv("HF_TOKEN", running.accounts.token(running.accounts.add("ann", org="write"), "write"))
        yield running
    assert not running.rejected


@pytest.fixture
def dataset(hub, tmp_path):
    """What is on the Hub: the files of its last commit, and the rows of a table of them."""

    class Dataset:
        @property
        def files(self):
            return hub.repository("datasets", "org/battles").head.files

        @property
        def commits(self):
            return [commit["title"] for commit in hub.repository("datasets", "org/battles").history("main")]

        def folder(self):
            folder = tmp_path / "downloaded"
            for name, file in self.files.items():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_bytes(file.read())
            return folder

        def rows(self, table):
            parts = [file.read() for name, file in self.files.items() if name.startswith(f"{table}/")]
            return [row for part in parts for row in rows_of(part)]

        def everything_kept(self):
            """All that the Hub still has of it, in whatever commit or none."""
            repository = hub.repository("datasets", "org/battles")
            files = [file for commit in repository.commits.values() for file in commit.files.values()]
            contents = {file.sha256: file.read() for file in [*files, *hub.large_files.uploaded.values()]}.values()
            return "".join(repr(rows_of(content)) if content.startswith(b"PAR1") else content.decode() for content in contents)

    return Dataset()
