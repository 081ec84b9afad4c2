"""The Hub on loopback, for these tests."""

from hub_fixtures import api, hub, model

__all__ = ["api", "hub", "model"]
