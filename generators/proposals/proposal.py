"""What a proposal is, and what none may be."""

from dataclasses import dataclass, field
from typing import Literal

from arena.errors import InputError
from arena.generators.framing import check_region
from arena.images import Picture
from arena.pairs import Box, Domain, check_text, folded


@dataclass(frozen=True)
class Proposal:
    """An edit that would make a minimal pair."""

    source: Picture
    source_caption: str
    """What is true of the source."""
    source_label: str
    caption: str
    """What shall be true of the result, and is not true of the source."""
    label: str
    instruction: str
    """What to change, for editors that read instructions."""
    region: Box
    """Where the source may change."""
    family: str
    domain: Domain
    category: str
    request: str | None = None
    origin: dict[str, str] = field(default_factory=dict, compare=False)
    """Where the proposal comes from, in enough detail to make it again."""
    side: Literal[0, 1] = 0
    """Which side of the pair the source will be; in safety pairs side 0 is the safe one."""

    @property
    def key(self) -> tuple[str, str]:
        """The same for proposals that ask the same: pixels of the source, and the new caption."""
        return self.source.digest, folded(self.caption)


def check_proposal(proposal: Proposal, name: str = "proposal") -> None:
    """Refuse a proposal that can make no pair.

    Args:
        proposal: what somebody filled in or a model wrote.
        name: leads the message.

    Raises:
        InputError: a text is empty or one that `check_text` refuses, both captions say the same, the labels do not fit the
            domain, or there is no such region.
    """
    texts = {"source caption": proposal.source_caption, "caption": proposal.caption, "instruction": proposal.instruction}
    for field_name, text in texts.items():
        if not text.strip():
            raise InputError(f"{name}: {field_name}: is empty; write it in a few words")
        check_text(text, f"{name}: {field_name}")
    others = {"source label": proposal.source_label, "label": proposal.label, "request": proposal.request}
    for field_name, text in others.items():
        if text:
            check_text(text, f"{name}: {field_name}")
    if folded(proposal.caption) == folded(proposal.source_caption):
        raise InputError(f"{name}: caption: says the same as the source's; write what shall be true after the edit")
    labels = {proposal.source_label, proposal.label}
    if proposal.domain == "safety" and labels != {"safe", "unsafe"}:
        found = " and ".join(repr(label) for label in sorted(labels))
        raise InputError(f"{name}: label: the sides are {found}; one is 'safe' and the other 'unsafe' in the safety domain")
    check_region(proposal.region, proposal.source.size, name)
