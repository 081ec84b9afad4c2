"""Proposals that a model writes for many pictures; what it wrote is kept, so that no picture is put to it twice."""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from arena.errors import InputError
from arena.generators.proposals import Proposal, model_proposals
from arena.models import Model
from arena.pairs import MinimalPair
from arena.probes import Probe, Reply
from arena.store import ReplyRecord, Store

log = logging.getLogger(__name__)


class Remembering:
    """A model whose answers are kept in the store, and given again instead of asking."""

    def __init__(self, model: Model, store: Store) -> None:
        self.contestant = model.contestant
        self.capabilities = model.capabilities
        self.memory_bytes = model.memory_bytes
        self._model = model
        self._store = store

    def answer(self, probes: Sequence[Probe]) -> list[Reply]:
        """One reply a probe, in order."""
        name = self.contestant.id
        known = self._store.replies(name, [probe.key for probe in probes])
        missing = [probe for probe in probes if probe.key not in known]
        given = dict(zip((probe.key for probe in missing), self._model.answer(missing), strict=True)) if missing else {}
        self._store.add_contestants([self.contestant])
        self._store.add_replies(ReplyRecord(name, probe.key, probe.task, given[probe.key]) for probe in missing)
        return [known.get(probe.key) or given[probe.key] for probe in probes]


def written_proposals(
    model: Model, pairs: Iterable[MinimalPair], locale: str | None = None, *, said: Callable[[str], None] = log.warning
) -> Iterator[Proposal]:
    """What a model proposes for the first side of each pair.

    Args:
        model: writes text; wrap it in `Remembering` where its answers cost something.
        pairs: known pairs.
        locale: culture only, the country or region whose customs the edits shall show.
        said: told, in one line, of a picture that no proposal came of.
    """
    for pair in pairs:
        side = pair.sides[0]
        try:
            written = model_proposals(model, side.picture, side.caption, pair.domain, locale, source_label=side.label)
        except InputError as error:
            said(f"{pair.id}: {error}")
            continue
        for proposal in written.proposals:
            origin = proposal.origin | {"pair": pair.id}
            yield replace(proposal, family=pair.family, category=pair.category, origin=origin)
