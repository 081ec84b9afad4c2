"""What becomes of an order: a pair with the gate's report, or a line saying why there is none; both are kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from arena.generation.orders import Order
from arena.generators.gate import GateReport
from arena.pairs import MinimalPair
from arena.store import GenerationRecord, Store


@dataclass(frozen=True)
class Generated:
    """A pair that was made and judged."""

    order: Order
    pair: MinimalPair
    """Its provenance names editor and gate."""
    report: GateReport

    def record(self, proposer: str) -> GenerationRecord:
        """What the store keeps of it."""
        models = tuple(dict.fromkeys((*self.order.makers(), *self.report.models)))
        return GenerationRecord(
            **_asked(self.order, proposer),
            pair_id=self.pair.id,
            gate=self.report.as_json(),
            passed=self.report.passed,
            exact=self.order.tool.exact,
            models=models,
        )


@dataclass(frozen=True)
class Failed:
    """An order that could not be carried out."""

    order: Order
    error: str
    """One line."""

    def record(self, proposer: str) -> GenerationRecord:
        """What the store keeps of it."""
        return GenerationRecord(**_asked(self.order, proposer), error=self.error)


def keep(store: Store, outcomes: Sequence[Generated | Failed], proposer: str) -> None:
    """Keep what became of orders in one commit: when this returns, it survives a `kill -9`."""
    pairs = [outcome.pair for outcome in outcomes if isinstance(outcome, Generated)]
    sources = [outcome.order.proposal.source for outcome in outcomes]
    store.generations.add([outcome.record(proposer) for outcome in outcomes], pairs, sources)


def _asked(order: Order, proposer: str) -> dict[str, Any]:
    proposal = order.proposal
    belongs = {"family": proposal.family, "domain": proposal.domain, "category": proposal.category}
    return {"id": order.id, "proposer": proposer, **belongs, "source": proposal.source.digest, "asked": order.as_json()}
