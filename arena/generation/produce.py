"""Pairs in bulk: each batch is made, judged and committed whole, so that a run can be killed at any moment and goes on."""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from arena.generation.carrying_out import Judges, carry_out
from arena.generation.makers import Maker
from arena.generation.orders import Order
from arena.generation.outcomes import Failed, Generated, keep
from arena.generators.proposals import Proposal
from arena.store import Store

log = logging.getLogger(__name__)

BATCH = 8
"""Orders in one commit: what a kill costs at most."""


@dataclass
class Progress:
    """How far a run is."""

    skipped: int = 0
    """Orders that were carried out before, or whose source was taken down."""
    passed: int = 0
    refused: int = 0
    """Pairs that the gate did not let pass."""
    failed: int = 0
    """Orders that no pair came out of; the same command tries them again."""
    refused_by: Counter[str] = field(default_factory=Counter)
    """Score of the gate -> pairs that failed it."""
    errors: Counter[str] = field(default_factory=Counter)
    """Why orders failed -> how often."""

    @property
    def done(self) -> int:
        """Orders that are behind us."""
        return self.skipped + self.passed + self.refused + self.failed

    def add(self, outcome: Generated | Failed) -> None:
        """Count what became of an order."""
        if isinstance(outcome, Failed):
            self.failed += 1
            self.errors[outcome.error.removeprefix(f"{outcome.order.id}: ")] += 1
        elif outcome.report.passed:
            self.passed += 1
        else:
            self.refused += 1
            self.refused_by.update(score.name for score in outcome.report.failed())


def produce(
    store: Store,
    proposals: Iterable[Proposal],
    maker: Maker,
    gate: Judges,
    *,
    seed: int = 0,
    proposer: str,
    strength: float | None = None,
    batch: int = BATCH,
    watch: Callable[[Progress], None] = lambda _: None,
) -> Progress:
    """Make, judge and keep one pair of each proposal, without those that were carried out before or edit what was taken down.

    A failed edit is recorded with its error and does not end the run.

    Args:
        store: where the pairs go.
        proposals: what to make; drawn from as the run goes on.
        maker: makes the other sides.
        gate: judges the pairs.
        seed: of the first edit; each of the others has the next one.
        proposer: who asks for it, and may not review it.
        strength: how much may change, above 0 to 1.
        batch: orders in one commit.
        watch: told after each commit.
    """
    log.info("generating begins: %s", maker.tool.method)
    progress = Progress()
    orders = (Order(proposal, number, maker.tool, strength) for number, proposal in enumerate(proposals, start=seed))
    for together in _batches(orders, batch):
        known = store.generations.done(order.id for order in together)
        wanted = [order for order in together if store.takedowns.shows(order.proposal.source.digest)]
        left = list({order.id: order for order in wanted if order.id not in known}.values())
        progress.skipped += len(together) - len(left)
        if left:
            outcomes = carry_out(store, maker, gate, left)
            keep(store, outcomes, proposer)
            for outcome in outcomes:
                progress.add(outcome)
            log.info("%d generations committed", len(outcomes))
        watch(progress)
    return progress


def _batches(orders: Iterator[Order], size: int) -> Iterator[Sequence[Order]]:
    while together := list(islice(orders, size)):
        yield together
