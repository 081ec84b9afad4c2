"""Contestants wherever they run: models of this machine in one pool, endpoints in another, and neither waits for the other."""

from collections.abc import Sequence

from arena.models.endpoint_pool import EndpointPool
from arena.models.pool import ModelPool
from arena.probes import Probe, Reply


class Pools:
    """Both pools as one. They are closed by whoever made them."""

    def __init__(self, local: ModelPool, endpoints: EndpointPool) -> None:
        self._local = local
        self._endpoints = endpoints

    def ask(self, contestant_id: str, probes: Sequence[Probe]) -> list[Reply]:
        """One reply a probe, in order; what goes wrong is an error reply."""
        pool = self._endpoints if contestant_id in self._endpoints else self._local
        return pool.ask(contestant_id, probes)

    def loaded(self) -> list[str]:
        """Ids of the contestants whose models this machine has in memory."""
        return self._local.loaded()

    def failed(self) -> dict[str, str]:
        """Who is not to be asked now, and why: id -> reason."""
        return {**self._local.failed(), **self._endpoints.failed()}
