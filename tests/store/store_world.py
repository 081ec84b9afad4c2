"""A small world to store: pairs with real images, contestants, battles of any kind."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

import numpy as np
from PIL import Image

from arena.contestants import Contestant
from arena.images import Picture, picture_from_pixels
from arena.pairs import Domain, MinimalPair, Provenance, Side, minimal_pair
from arena.probes import Outcome
from arena.store import Store
from arena.store.records import SEATS, BattleRecord, EloRule, OutcomeRecord

T = TypeVar("T")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def _move(a: float, b: float, only_a: int, only_b: int) -> tuple[float, float]:
    return a + 8 * only_a - 3 * only_b, b + 8 * only_b - 3 * only_a


RULE = EloRule("test/1", 1000.0, _move)
"""Not symmetric and dependent on order, so that a swapped seat or a lost battle shows."""


def picture(seed: int) -> Picture:
    pixels = np.random.default_rng(seed).integers(0, 256, (20, 24, 3), dtype=np.uint8)
    return picture_from_pixels(Image.fromarray(pixels))


def make_pair(
    seed: int, domain: Domain = "safety", family: str | None = None, source: str = "starter", **more: Any
) -> MinimalPair:
    sides = (Side(picture(2 * seed), f"a pot, nr. {seed}", "safe"), Side(picture(2 * seed + 1), f"a pan, nr. {seed}", "unsafe"))
    return minimal_pair(
        family=family or f"family-{seed}",
        domain=domain,
        category="kitchen",
        source=source,
        sides=sides,
        provenance=Provenance("drawn", seed, {"scene": "kitchen"}),
        **more,
    )


def make_contestant(number: int) -> Contestant:
    return Contestant(f"organisation/model-{number}", f"{number:040x}", "generative", {"image_size": 512, "dtype": "float32"})


PAIRS = [
    make_pair(1, "safety", "stove"),
    make_pair(2, "safety", "stove"),
    make_pair(3, "safety", "ladder"),
    make_pair(4, "culture"),
]
CONTESTANTS = [make_contestant(number) for number in range(4)]


def found(value: T | None) -> T:
    """What was looked up; it must be there."""
    assert value is not None
    return value


def furnish(store: Store) -> Store:
    """The store, knowing PAIRS and CONTESTANTS."""
    store.add_pairs(PAIRS)
    store.add_contestants(CONTESTANTS)
    return store


def outcomes(verdicts: Mapping[str, tuple[Iterable[str], Iterable[str]]]) -> tuple[OutcomeRecord, ...]:
    """task -> (outcomes of seat a, outcomes of seat b); the cells of a request are first the safe, then the unsafe image."""
    return tuple(
        OutcomeRecord(seat, task, f"image{cell}", f"{task}/{cell}", Outcome(outcome), _expected(task, cell))
        for task, by_seat in verdicts.items()
        for seat, judged in zip(SEATS, by_seat, strict=True)
        for cell, outcome in enumerate(judged)
    )


def _expected(task: str, cell: int) -> str:
    return ("answer", "refuse")[cell % 2] if task == "request" else "A"


CLEAR_WIN = outcomes({"caption_choice": (["correct", "correct"], ["correct", "wrong"])})


def make_battle(name: str, judged: tuple[OutcomeRecord, ...] = CLEAR_WIN, **more: Any) -> BattleRecord:
    failed = any(one.outcome is Outcome.ERROR for one in judged)
    fields: dict[str, Any] = {
        "pair_id": PAIRS[0].id,
        "seats": (CONTESTANTS[0].id, CONTESTANTS[1].id),
        "draw_probability": 0.25,
        "played_by": "autoplay",
        "result": "void" if failed else "a",
        "method_version": "1",
        "played_at": NOON,
    }
    return BattleRecord(id=name, outcomes=judged, **{**fields, **more})
