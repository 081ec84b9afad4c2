import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hub_server import Hub

sys.path.insert(0, str(Path(__file__).parents[1] / "store"))
from outbox_world import World, contents, play, wait_until_saved
from store_world import furnish


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    with Hub() as hub:
        hub.reach(monkeypatch)
        yield hub
    assert not hub.rejected


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Intervals are short here, so more of them may pass before battles pause: a busy machine is no reason."""
    monkeypatch.setattr("arena.outbox.outbox.INTERVALS", 600)
    monkeypatch.setattr("arena.outbox.outbox.PATIENT_INTERVALS", 600)


@pytest.fixture
def world(hub: Hub, tmp_path: Path) -> World:
    return World(hub, tmp_path)


@pytest.fixture(scope="session")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world whose home `first` has battles 1, 2 and 3, each saved in a part of its own, and has ended; to be copied."""
    with Hub() as hub, pytest.MonkeyPatch.context() as patch:
        hub.reach(patch)
        world = World(hub, tmp_path_factory.mktemp("lived"))
        with world.opened("first") as store:
            furnish(store)
            wait_until_saved(store)
            play(store, "1", "2", "3")
            world.stored = contents(store)
        patch.undo()
        yield world


@pytest.fixture
def later_world(hub: Hub, tmp_path: Path, lived: World) -> World:
    """A copy of `lived`."""
    return World.like(lived, hub, tmp_path)
