"""Permanent addresses of pages, for what links to them from elsewhere. None where the arena has no address of its own."""

from urllib.parse import urlencode

from arena.contestants import Contestant
from arena.settings import Settings


def submission_address(settings: Settings, submission_id: str) -> str | None:
    """Where everybody sees how far a submission is."""
    return _page(settings, "submissions", id=submission_id)


def model_address(settings: Settings, contestant: Contestant, suite: str) -> str | None:
    """Where the numbers of a contestant on a suite are; its id names commit and settings."""
    return _page(settings, "model", model=contestant.id, suite=suite)


def _page(settings: Settings, page: str, **parameters: str) -> str | None:
    return None if settings.address is None else f"{settings.address}/{page}?{urlencode(parameters)}"
