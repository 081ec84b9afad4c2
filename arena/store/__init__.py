"""The arena's memory in DuckDB; the only place with SQL, apart from the views of suites."""

from arena.store.store import Store

__all__ = ["Store"]
