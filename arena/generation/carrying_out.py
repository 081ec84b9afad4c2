"""Carrying out orders: the other side is made, and the gate judges the pair. What fails costs nothing but itself."""

import logging
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from arena.errors import ArenaError, EditorError, InputError, one_line
from arena.generation.makers import Maker
from arena.generation.orders import Order, judged
from arena.generation.outcomes import Failed, Generated
from arena.generators.gate import Candidate, GateReport
from arena.generators.gate.duplicates import HASH, perceptual_hash, suite_hashes
from arena.generators.proposals import check_proposal
from arena.pairs import MinimalPair
from arena.store import Store

if TYPE_CHECKING:
    from arena.generators.edits import Edit

log = logging.getLogger(__name__)

Made = tuple[Order, MinimalPair]


class Judges(Protocol):
    """Something that judges pairs, as the gate does."""

    def judge(self, candidates: Sequence[Candidate]) -> list[GateReport]:
        """One report a candidate, in order."""
        ...


def carry_out(store: Store, maker: Maker, gate: Judges, orders: Sequence[Order]) -> list[Generated | Failed]:
    """Make and judge pairs, without keeping them.

    Args:
        store: knows the other pairs, none of which may be made again.
        maker: makes the other sides.
        gate: judges.
        orders: what to make; all want the same strength.
    """
    outcomes: dict[str, Generated | Failed] = {}
    fit: list[Order] = []
    for order in orders:
        try:
            check_proposal(order.proposal, order.id)
            fit.append(order)
        except InputError as error:
            outcomes[order.id] = Failed(order, str(error))
    made: list[Made] = []
    for order, edit in zip(fit, _edits(maker, fit), strict=True):
        try:
            if isinstance(edit, EditorError):
                raise edit
            made.append((order, order.pair(edit)))
        except ArenaError as error:
            outcomes[order.id] = Failed(order, str(error))
    outcomes |= {outcome.order.id: outcome for outcome in judge(store, gate, made)}
    return [outcomes[order.id] for order in orders]


def judge(store: Store, gate: Judges, made: Sequence[Made]) -> list[Generated | Failed]:
    """Put pairs to the gate, each against all pairs of the arena and against those before it."""
    if not made:
        return []
    known = store.generations.image_hashes(HASH, lambda picture: perceptual_hash(picture.pixels()), suite_hashes())
    candidates: list[Candidate] = []
    for order, pair in made:
        candidates.append(_candidate(store, order, pair, known))
        known = known | {side.picture.digest: perceptual_hash(side.picture.pixels()) for side in pair.sides}
    try:
        reports = gate.judge(candidates)
    except Exception as error:  # what models raise depends on their architecture
        if len(made) > 1:
            return [outcome for one in made for outcome in judge(store, gate, [one])]
        log.exception("the gate failed")
        ((order, _),) = made
        said = str(error) if isinstance(error, ArenaError) else one_line(error)
        return [Failed(order, f"{order.id}: the gate failed ({said}); see the log")]
    return [Generated(order, judged(pair, report), report) for (order, pair), report in zip(made, reports, strict=True)]


def _edits(maker: Maker, orders: Sequence[Order]) -> "list[Edit | EditorError]":
    """One edit an order, or why there is none. Where a batch fails, each is tried alone."""
    if not orders:
        return []
    try:
        return [*maker.make(orders)]
    except EditorError as error:
        if len(orders) == 1:
            log.exception("an edit failed")
            return [error]
        return [edit for order in orders for edit in _edits(maker, [order])]


def _candidate(store: Store, order: Order, pair: MinimalPair, known: Mapping[str, str]) -> Candidate:
    """The pair beside all images that are not its own source, whatever pair that is in."""
    proposal = order.proposal
    origin = store.pair(proposal.origin.get("pair", ""))
    own = store.generations.sources_made_of(proposal.source.digest)
    own |= {side.picture.digest for side in origin.sides} if origin else set()
    others = [value for digest, value in known.items() if digest not in own]
    return Candidate(pair, proposal.region, others, 0 if proposal.side else 1)
