"""One PostgreSQL for all tests of several machines; a database of its own for each."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest
from postgres import Postgres, postgres, programs
from store_world import RULE

from arena.store import ClusterAddress, Store

Machines = Callable[[str], Store]


@pytest.fixture(scope="session")
def server() -> Iterator[Postgres]:
    if programs() is None:
        (pytest.fail if "CI" in os.environ else pytest.skip)("no PostgreSQL is installed; `make test` installs it")
    with postgres() as running:
        yield running


@pytest.fixture
def address(server, tmp_path) -> ClusterAddress:
    return ClusterAddress(server.database(), str(tmp_path / "data"))


@pytest.fixture
def machines(address, tmp_path) -> Iterator[Machines]:
    """Opens the store of a machine by its name."""
    with ExitStack() as stack:
        opened = partial(_opened, stack, address, tmp_path)
        yield opened


def _opened(stack: ExitStack, address: ClusterAddress, folder: Path, name: str) -> Store:
    return stack.enter_context(Store.open(folder / name, RULE, cluster=address))
