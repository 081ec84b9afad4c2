import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hub_server import Hub

sys.path.insert(0, str(Path(__file__).parents[1] / "store"))
from outbox_world import World


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    with Hub() as hub:
        hub.reach(monkeypatch)
        yield hub
    assert not hub.rejected


@pytest.fixture
def world(hub: Hub, tmp_path: Path) -> World:
    return World(hub, tmp_path)
