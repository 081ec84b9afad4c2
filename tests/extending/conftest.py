"""A folder of packages on the path of Python, seen by the registries of suites and backends."""

import sys
from importlib import invalidate_caches

import pytest

from arena.models.backends import backends
from arena.suites.registry import installed_suites


@pytest.fixture
def site(tmp_path, monkeypatch):
    """An empty folder that Python imports from; what is installed there is forgotten afterwards."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    before = set(sys.modules)
    _forget()
    yield folder
    _forget()
    for name in set(sys.modules) - before:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(tmp_path)):
            del sys.modules[name]


def _forget():
    invalidate_caches()
    installed_suites.cache_clear()
    backends.cache_clear()
