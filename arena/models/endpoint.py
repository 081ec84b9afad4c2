"""Models that run elsewhere: any server with OpenAI's chat interface, or one of Hugging Face's Inference Providers.

They are asked what a local model is asked: the images in order, as PNG without loss, then the prompt of the task, no word of
our own, greedily. How to name one, and whose key goes where, stands in `arena.models.endpoint_reference`.
"""

import asyncio
import os
import random
import time
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import Any

from arena.contestants import Contestant
from arena.models.base import Capabilities
from arena.models.endpoint_client import Allowance, EndpointClient
from arena.models.endpoint_failures import FILTER_CODES, Failure
from arena.models.endpoint_pace import Pace, Pacing
from arena.models.endpoint_reference import Endpoint, contestant_of_endpoint, key_for, read_reference
from arena.models.endpoint_replies import declined
from arena.probes import Probe, Reply

FIRST_ATTEMPTS = 3
"""How often one question is asked of an endpoint that never answered, and is not busy: most likely it is broken."""


def unlimited() -> None:
    """Allow every request."""


@dataclass
class _Asked:
    """A probe on its way."""

    place: int
    """In the batch."""
    probe: Probe
    attempts: int = 0
    asked_at: float = 0.0
    """When the last attempt began."""
    first_asked_at: float = 0.0


class EndpointModel:
    """A model behind an API. `answer` is called by one thread at a time, which runs no event loop of its own."""

    memory_bytes = 0

    def __init__(
        self,
        contestant: Contestant,
        endpoint: Endpoint,
        key: str | None,
        pacing: Pacing | None = None,
        allowance: Allowance = unlimited,
    ) -> None:
        """Nothing is asked yet.

        Args:
            contestant: who it is.
            endpoint: where it is.
            key: the secret of that place; it is sent there, and kept nowhere else.
            pacing: the bounds within which it is asked.
            allowance: asked before each request.
        """
        self.contestant = contestant
        self.capabilities = Capabilities(
            images_per_prompt=endpoint.images, writes_text=True, scores_options=False, second_turn=endpoint.turns > 1
        )
        self._endpoint = endpoint
        self._pacing = pacing or Pacing()
        self._pace = Pace(self._pacing)
        self._client = EndpointClient(endpoint, key, self._pacing.timeout, allowance)
        self._last_failure = ""

    def answer(self, probes: Sequence[Probe]) -> list[Reply]:
        """One reply a probe, in order: what it wrote, and log-probabilities of the options where the server gives them.

        What fails for a while is asked again after a pause, within the bounds of the pacing; what goes on failing, or cannot
        succeed, gets an error reply. Once a failure shows that every other question would fail alike, nothing more is asked,
        and all that is left gets it as a permanent error. Ctrl-C breaks off at once. What the endpoint turns out not to take,
        such as two pictures, is not applicable.
        """
        return asyncio.run(self._answer_all(probes))

    def record(self) -> dict[str, Any]:
        """What is known of who answered, for the log of evaluations: as JSON, without any secret."""
        client, dates = self._client, self._client.heard.dates
        return {
            "provider": self._endpoint.provider or "openai-compatible",
            "place": self._endpoint.place,
            "model": self._endpoint.model,
            "models_reported": sorted(client.heard.models),
            "system_fingerprints": sorted(client.heard.fingerprints),
            "first_asked": dates[0] if dates else None,
            "last_asked": dates[-1] if dates else None,
            "parameters_refused": sorted(client.left_out),
            "images_taken": client.most_pictures,
            "client": f"httpx2 {version('httpx2')}, huggingface_hub {version('huggingface_hub')}",
        }

    async def _answer_all(self, probes: Sequence[Probe]) -> list[Reply]:
        replies: dict[int, Reply] = {}
        # At random: what comes first tells a server that counts its questions nothing about them.
        places = random.SystemRandom().sample(range(len(probes)), len(probes))
        waiting = deque(_Asked(place, probes[place]) for place in places)
        running: dict[asyncio.Task[Reply | Failure], _Asked] = {}
        rest: Reply | None = None
        self._pace.begin()
        async with self._client.connected():
            while (waiting or running) and rest is None:
                while waiting and self._pace.allows(len(running)):
                    asked = waiting.popleft()
                    if self.capabilities.can_answer(asked.probe):
                        running[asyncio.create_task(self._attempt(asked))] = asked
                    else:
                        replies[asked.place] = Reply(not_applicable=True)
                for task in await self._next_done(running, somebody_waits=bool(waiting)):
                    asked = running.pop(task)
                    if (reply := self._conclusion(task.result(), asked)) is None:
                        # Before all others: its patience runs.
                        waiting.appendleft(asked)
                        continue
                    replies[asked.place] = reply
                    rest = reply if reply.permanent else rest
                if rest is None and waiting and self._pace.hopeless():
                    replies |= dict.fromkeys((asked.place for asked in waiting), self._given_up())
                    waiting.clear()
            await _cancel(running)
        if rest is not None:
            self._pace = Pace(self._pacing)
        return [replies[place] if rest is None else replies.get(place, rest) for place in range(len(probes))]

    def _given_up(self) -> Reply:
        """The reply to questions that are not asked, as that would be in vain."""
        pause = self._pace.pause()
        asks = pause > self._pacing.longest_pause
        why = f"left alone for {pause:.0f} s, as it asks" if asks else "given up, as nothing is answered"
        return Reply(error=f"{self._last_failure} ({why})")

    async def _next_done(self, running: Iterable[asyncio.Task[Any]], *, somebody_waits: bool) -> set[asyncio.Task[Any]]:
        """The attempts that are over; none where a pause that somebody waits for is over first."""
        pause = self._pace.pause() if somebody_waits and not self._pace.hopeless() else 0.0
        if running:
            done, _ = await asyncio.wait(running, timeout=pause or None, return_when=asyncio.FIRST_COMPLETED)
            return done
        await asyncio.sleep(pause)
        return set()

    def _conclusion(self, given: Reply | Failure, asked: _Asked) -> Reply | None:
        """The reply to a probe after an attempt; None where another attempt is worth while."""
        if isinstance(given, Reply):
            self._pace.answered()
            if (most := self._client.most_pictures) is not None and most < self.capabilities.images_per_prompt:
                self.capabilities = replace(self.capabilities, images_per_prompt=most)
            return given
        if given.code in FILTER_CODES:
            return declined()
        if given.ends(answered=self._client.answered, attempts=asked.attempts):
            return Reply(error=given.reason, permanent=True)
        if not given.again:
            return Reply(error=given.reason)
        self._last_failure = given.reason
        if not given.overloaded and not self._client.answered and self._is_last(asked):
            self._pace.give_up()
        self._pace.failed(asked.asked_at, overloaded=given.overloaded, wait=given.wait)
        spent = time.monotonic() + self._pace.pause() - asked.first_asked_at
        if asked.attempts < self._pacing.attempts and spent <= self._pacing.patience:
            return None
        return Reply(error=f"{given.reason} (given up after {asked.attempts} attempts)")

    async def _attempt(self, asked: _Asked) -> Reply | Failure:
        asked.attempts += 1
        asked.asked_at = time.monotonic()
        asked.first_asked_at = asked.first_asked_at or asked.asked_at
        return await self._client.attempt(asked.probe, last=self._is_last(asked))

    def _is_last(self, asked: _Asked) -> bool:
        most = self._pacing.attempts if self._client.answered else min(FIRST_ATTEMPTS, self._pacing.attempts)
        return asked.attempts >= most


def load_endpoint(
    reference: str,
    *,
    pacing: Pacing | None = None,
    environment: Mapping[str, str] = os.environ,
    allowance: Allowance = unlimited,
) -> EndpointModel:
    """The model behind a reference. Nothing is asked yet.

    Raises:
        SettingsError: the reference cannot be read, or its key is missing.
    """
    endpoint = read_reference(reference, environment)
    contestant = contestant_of_endpoint(reference, environment)
    return EndpointModel(contestant, endpoint, key_for(endpoint, environment), pacing, allowance)


async def _cancel(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """End tasks, and wait until they have."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
