"""Endpoints as contestants."""

from functools import partial

from arena.models.endpoint import load_endpoint, unlimited
from arena.models.endpoint_budget import RequestBudget
from arena.models.endpoint_pace import Pacing
from arena.models.endpoint_reference import contestant_of_endpoint
from arena.models.entry import Entry

BATTLE_ATTEMPTS = 3
"""How often a battle asks one question of an endpoint: somebody waits."""
LONGEST_BATTLE_PAUSE = 10.0
"""Seconds between two of them."""


def endpoint_entry(reference: str, pacing: Pacing | None = None, budget: RequestBudget | None = None) -> Entry:
    """The contestant that the reference of an endpoint means. Nothing is asked yet.

    Args:
        reference: as `arena.models.endpoint_reference` tells.
        pacing: the bounds within which it is asked.
        budget: what its requests are counted in; without one it may be sent any number.

    Raises:
        SettingsError: the reference cannot be read, or its key is missing.
    """
    allowance = partial(budget.spend, contestant_of_endpoint(reference)) if budget else unlimited
    model = load_endpoint(reference, pacing=pacing, allowance=allowance)
    return Entry(model.contestant, "generative", 0, lambda: model)


def battle_pacing(seconds: float) -> Pacing:
    """How an endpoint is asked while somebody waits for so many seconds at most."""
    return Pacing(attempts=BATTLE_ATTEMPTS, timeout=seconds, patience=seconds, longest_pause=LONGEST_BATTLE_PAUSE)
