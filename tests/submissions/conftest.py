"""The Hub on loopback, for these tests, and processes with limits that nobody goes before."""

from hub_fixtures import api, hub, model
from unhindered import unhindered

__all__ = ["api", "hub", "model", "unhindered"]
