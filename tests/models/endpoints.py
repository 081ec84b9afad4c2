"""Endpoints as tests ask them: without long pauses."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from endpoint_server import Served

from arena.models import load_endpoint
from arena.models.endpoint import EndpointModel
from arena.models.endpoint_pace import Pacing
from arena.probes import Reply

FAST = Pacing(first_pause=0.01, longest_pause=0.04, timeout=10.0, patience=20.0)
ONE_FIRST = replace(FAST, start=1)
"""Asks one question before all others."""


def endpoint(
    server: Served,
    base: str | None = None,
    *,
    pacing: Pacing = FAST,
    options: str = "",
    environment: Mapping[str, str] | None = None,
) -> EndpointModel:
    """The model of a server, below the path that it serves, or another one."""
    address = server.address.removesuffix("/v1") + (server.path if base is None else base)
    return load_endpoint(f"{address}#llava-mini{options}", pacing=pacing, environment=environment or {})


def texts(replies: Iterable[Reply]) -> list[str | None]:
    return [reply.text for reply in replies]


def errors(replies: Iterable[Reply]) -> list[str]:
    return [reply.error or "" for reply in replies]
