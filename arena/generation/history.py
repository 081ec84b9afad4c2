"""How a pair came to be: what was asked, what was made of what, what the gate and reviewers said; and making it again."""

from dataclasses import dataclass

from arena.errors import GenerationError
from arena.generation.makers import Maker
from arena.generation.orders import Order, order_from_json
from arena.images import Picture
from arena.pairs import MinimalPair
from arena.store import ReviewRecord, Standing, Store


@dataclass(frozen=True)
class History:
    """All that is known of one generation."""

    standing: Standing
    order: Order
    source: Picture
    """The image that was edited, as it was before."""
    pair: MinimalPair | None
    """None where it failed."""
    reviews: tuple[ReviewRecord, ...]
    """What reviewers say at present."""


def history(store: Store, name: str) -> History:
    """All that is known of a generation, by its id or by that of its pair.

    Raises:
        GenerationError: there is no such generation, or it was erased.
    """
    standing = store.generations.get(name) or store.generations.get(store.generations.of_pair(name) or "")
    if standing is None:
        raise GenerationError(f"{name}: there is no such generated pair; see `arena pairs list`")
    record = standing.record
    takedown = store.takedowns.state_of(record.pair_id or record.id)
    if takedown is not None and takedown.state == "erased":
        told = f"erased on {takedown.decided_at:%Y-%m-%d} by {takedown.decided_by} ({takedown.reason})"
        raise GenerationError(f"{name}: was {told}; nothing else is left of it")
    source = store.generations.source(record)
    pair = store.pair(record.pair_id) if record.pair_id else None
    said = tuple(store.generations.reviews(record.id))
    return History(standing, order_from_json(record.asked, source), source, pair, said)


def remake(order: Order, maker: Maker) -> MinimalPair:
    """Make a pair again as it was made; on the same machine, with the same libraries, it comes out the same, bit for bit.

    Args:
        order: says how it was made.
        maker: has to be what made it.

    Raises:
        GenerationError: it was made by something else.
        EditorError: the edit failed.
    """
    if maker.tool != order.tool:
        wanted, given = (f"{tool.repository or tool.method}@{tool.revision}" for tool in (order.tool, maker.tool))
        raise GenerationError(f"{order.id}: was made by {wanted}, not by {given}, or with other settings; use the same editor")
    (edit,) = maker.make([order])
    return order.pair(edit)
