"""Orders: everything that decides how a pair comes out, so that it is made once, and can be made again bit for bit."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from arena.generators.gate import GateReport
from arena.generators.proposals import Proposal
from arena.images import Picture
from arena.pairs import MinimalPair, Provenance, Side, minimal_pair
from arena.store.generation_records import GENERATED

if TYPE_CHECKING:
    from arena.generators.edits import Edit


@dataclass(frozen=True)
class Tool:
    """What makes the other side of a pair."""

    method: str
    """Class of an editing pipeline; `drawn` where both sides are drawn."""
    repository: str
    """`organisation/name`; empty where no model is used."""
    revision: str
    settings: Mapping[str, Any] = field(default_factory=dict, hash=False)
    """What it is called with."""

    @property
    def exact(self) -> bool:
        """Whether captions hold by construction."""
        return self.method == "drawn"


@dataclass(frozen=True)
class Order:
    """One pair to make."""

    proposal: Proposal
    seed: int
    tool: Tool
    strength: float | None = None
    """How much may change, above 0 to 1; None for the tool's own."""

    @property
    def id(self) -> str:
        """Hash of all that decides how the pair comes out, 16 hex digits; where the proposal came from does not."""
        asked = {name: value for name, value in self.as_json().items() if name != "origin"}
        return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:16]

    def as_json(self) -> dict[str, Any]:
        """All of it but the pixels of the source; `order_from_json` reads it."""
        proposed = {name: value for name, value in vars(self.proposal).items() if name != "source"}
        proposed["region"] = list(self.proposal.region)
        tool = {**vars(self.tool), "settings": dict(self.tool.settings)}
        return {**proposed, "source": self.proposal.source.digest, "seed": self.seed, "strength": self.strength, "tool": tool}

    def pair(self, edit: "Edit") -> MinimalPair:
        """The pair that an edit makes.

        Raises:
            PairError: the edit changed nothing.
        """
        proposal = self.proposal
        source = Side(edit.source, proposal.source_caption, proposal.source_label)
        result = Side(edit.result, proposal.caption, proposal.label)
        return minimal_pair(
            family=proposal.family,
            domain=proposal.domain,
            category=proposal.category,
            source=GENERATED,
            sides=(source, result) if proposal.side == 0 else (result, source),
            request=proposal.request,
            region=proposal.region,
            provenance=Provenance(self.tool.method, self.seed, self._details()),
            name=self.id,
        )

    def makers(self) -> tuple[str, ...]:
        """Repositories of the models that make it: the editor, and who proposed it."""
        return tuple(name for name in (self.tool.repository, self.proposal.origin.get("model", "")) if name)

    def _details(self) -> dict[str, str]:
        details = {
            "editor": self.tool.repository,
            "editor_revision": self.tool.revision,
            "settings": json.dumps({**self.tool.settings, "strength": self.strength}, sort_keys=True),
            "instruction": self.proposal.instruction,
            "source_digest": self.proposal.source.digest,
            "origin": json.dumps(self.proposal.origin, sort_keys=True),
            "made_by": ",".join(self.makers()),
        }
        return details | ({"exact": "both sides are drawn from one scene"} if self.tool.exact else {})


def order_from_json(asked: Mapping[str, Any], source: Picture) -> Order:
    """The order that `Order.as_json` described, with the pixels of its source."""
    content = dict(asked)
    seed, strength, tool = content.pop("seed"), content.pop("strength"), Tool(**content.pop("tool"))
    left, top, right, bottom = content.pop("region")
    proposal = Proposal(**{**content, "source": source, "region": (left, top, right, bottom)})
    return Order(proposal, seed, tool, strength)


def judged(pair: MinimalPair, report: GateReport) -> MinimalPair:
    """The pair, with the gate in its provenance."""
    gate = {"gate_version": report.version, "gated_by": ",".join(report.models)}
    return replace(pair, provenance=replace(pair.provenance, details=pair.provenance.details | gate))
