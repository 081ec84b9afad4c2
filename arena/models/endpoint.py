"""Models that run elsewhere: any server with OpenAI's chat interface, or one of Hugging Face's Inference Providers.

They are asked what a local model is asked: the images in order, as PNG without loss, then the prompt of the task, no word of
our own, greedily. How to name one, and whose key goes where, stands in `arena.models.endpoint_reference`.
"""

import asyncio
import base64
import io
import logging
import os
import random
import re
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, cast

from arena.contestants import Contestant
from arena.images import Picture
from arena.models.base import Capabilities
from arena.models.endpoint_pace import Pace, Pacing
from arena.models.endpoint_reference import SEED, Endpoint, contestant_of_endpoint, key_for, read_reference
from arena.models.endpoint_replies import (
    FILTER_CODES,
    Failure,
    declined,
    images_accepted,
    read_completion,
    read_failure,
    told_of_itself,
    without_secret,
)
from arena.models.runtime import Recent
from arena.probes import Probe, Reply

if TYPE_CHECKING:
    import httpx2
    from huggingface_hub import AsyncInferenceClient

TOP_LOGPROBS = 5
"""Tokens whose log-probabilities are asked for: all that every server gives which gives any."""
MAX_ENCODED = 64 * 2**20
"""Characters of encoded pictures that are kept."""
NO_KEY = "EMPTY"
"""Sent where there is no key: without any, the client would send the saved token of the Hub to whatever host it asks."""
DISPENSABLE = ("logprobs", "response_format", "seed", "top_p", "max_tokens", "temperature")
"""Parameters that are left out where a server refuses them, the least important first; `max_tokens` by its newer name."""

log = logging.getLogger(__name__)

Allowance = Callable[[], str | None]
"""Counts a request that is about to be sent; or says in one line why it may not be."""


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


@dataclass
class _Heard:
    """What the endpoint said of itself."""

    models: set[str] = field(default_factory=set)
    fingerprints: set[str] = field(default_factory=set)
    dates: list[str] = field(default_factory=list)
    """The first and the last time that it was asked."""

    def asked(self) -> None:
        self.dates = [*self.dates[:1], datetime.now(UTC).isoformat(timespec="seconds")]

    def hear(self, completion: Any) -> None:
        for known, said in zip((self.models, self.fingerprints), told_of_itself(completion), strict=True):
            known.update({said} - {""})


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
        self._key = key
        self._pacing = pacing or Pacing()
        self._allowance = allowance
        self._pace = Pace(self._pacing)
        self._pictures: Recent[Picture, str] = Recent(MAX_ENCODED, cost=len)
        self._left_out: frozenset[str] = frozenset()
        self._gave_logprobs = False
        self._heard = _Heard()
        self._last_failure = ""

    def answer(self, probes: Sequence[Probe]) -> list[Reply]:
        """One reply a probe, in order: what it wrote, and log-probabilities of the options where the server gives them.

        What fails for a while is asked again after a pause, within the bounds of the pacing; what goes on failing, or cannot
        succeed, gets an error reply. Ctrl-C breaks off at once. What the server says it cannot be asked is not applicable.
        """
        return asyncio.run(self._answer_all(probes))

    def record(self) -> dict[str, Any]:
        """What is known of who answered, for the log of evaluations: as JSON, without any secret."""
        return {
            "provider": self._endpoint.provider or "openai-compatible",
            "place": self._endpoint.place,
            "model": self._endpoint.model,
            "models_reported": sorted(self._heard.models),
            "system_fingerprints": sorted(self._heard.fingerprints),
            "first_asked": self._heard.dates[0] if self._heard.dates else None,
            "last_asked": self._heard.dates[-1] if self._heard.dates else None,
            "parameters_refused": sorted(self._left_out),
            "client": f"huggingface_hub {version('huggingface_hub')}",
        }

    async def _answer_all(self, probes: Sequence[Probe]) -> list[Reply]:
        replies: dict[int, Reply] = {}
        # At random: what comes first tells a server that counts its questions nothing about them.
        places = random.SystemRandom().sample(range(len(probes)), len(probes))
        waiting = deque(_Asked(place, probes[place]) for place in places)
        running: dict[asyncio.Task[Reply | Failure], _Asked] = {}
        self._pace.begin()
        async with self._client() as client:
            while waiting or running:
                while waiting and self._pace.allows(len(running)):
                    asked = waiting.popleft()
                    if self.capabilities.can_answer(asked.probe):
                        running[asyncio.create_task(self._attempt(client, asked))] = asked
                    else:
                        replies[asked.place] = Reply(not_applicable=True)
                for task in await self._next_done(running, somebody_waits=bool(waiting)):
                    asked = running.pop(task)
                    if (reply := self._conclusion(task.result(), asked)) is not None:
                        replies[asked.place] = reply
                    else:
                        # Before all others: its patience runs.
                        waiting.appendleft(asked)
                if self._pace.hopeless():
                    rest = Reply(error=f"{self._last_failure} (left alone for {self._pace.pause():.0f} s)")
                    replies |= {asked.place: rest for asked in waiting}
                    waiting.clear()
        return [replies[place] for place in range(len(probes))]

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
            return given
        if given.code in FILTER_CODES:
            return declined()
        if (images := images_accepted(given.reason)) is not None and images < len(asked.probe.pictures):
            self.capabilities = replace(self.capabilities, images_per_prompt=images)
            return Reply(not_applicable=True)
        if not given.again:
            return Reply(error=given.reason)
        self._last_failure = given.reason
        self._pace.failed(asked.asked_at, overloaded=given.overloaded, wait=given.wait)
        spent = time.monotonic() + self._pace.pause() - asked.first_asked_at
        if asked.attempts < self._pacing.attempts and spent <= self._pacing.patience:
            return None
        return Reply(error=f"{given.reason} (given up after {asked.attempts} attempts)")

    async def _attempt(self, client: Any, asked: _Asked) -> Reply | Failure:
        """Ask once; again at once only without a parameter that the server does not take."""
        asked.attempts += 1
        asked.asked_at = time.monotonic()
        asked.first_asked_at = asked.first_asked_at or asked.asked_at
        left_out = self._left_out
        self._heard.asked()
        while True:
            given = await self._ask(client, asked.probe, left_out)
            if isinstance(given, Reply):
                self._learn(given, left_out)
                return given
            given = without_secret(given, self._key)
            # Never with a traceback, whose message may repeat the key.
            log.debug("attempt %d of %s: %s", asked.attempts, asked.probe.key, given.reason)
            name = self._refused_parameter(given, asked.probe, left_out)
            if name is None:
                return given
            left_out |= {name}

    async def _ask(self, client: Any, probe: Probe, left_out: frozenset[str]) -> Reply | Failure:
        if (refusal := self._allowance()) is not None:
            return Failure(refusal, again=False)
        try:
            messages = self._messages(probe)
            async with asyncio.timeout(self._pacing.timeout):
                completion = await client.chat_completion(messages, **self._parameters(probe, left_out))
        except Exception as error:  # noqa: BLE001  what the client raises depends on all that a server can do
            return read_failure(error)
        self._heard.hear(completion)
        return read_completion(completion, probe)

    def _client(self) -> "AsyncInferenceClient":
        # It takes a fifth of a second to import, and not every arena asks endpoints.
        from huggingface_hub import AsyncInferenceClient, set_async_client_factory  # noqa: PLC0415

        # There is one factory for the whole process; nothing else in the arena talks to the Hub asynchronously.
        set_async_client_factory(_session)
        if self._endpoint.provider:
            return AsyncInferenceClient(provider=cast("Any", self._endpoint.provider), token=self._key)
        return AsyncInferenceClient(base_url=self._endpoint.address, token=self._key or NO_KEY)

    def _learn(self, reply: Reply, left_out: frozenset[str]) -> None:
        """What an answer shows of the endpoint: which parameters it does not take, and whether it gives log-probabilities."""
        if refused := left_out - self._left_out:
            log.warning("an endpoint does not take %s, and is asked without", ", ".join(sorted(refused)))
            self._left_out |= refused
        self._gave_logprobs |= reply.logprobs is not None

    def _messages(self, probe: Probe) -> list[dict[str, Any]]:
        encoded = self._pictures.get(probe.pictures, lambda pictures: map(_data_uri, pictures))
        said = [text for turn in probe.before for text in (turn.prompt, turn.words)]
        contents: list[Any] = [*said, probe.prompt]
        shown = (*(turn.images for turn in probe.examples), probe.images)
        for place, pictures in zip(range(0, len(contents), 2), shown, strict=False):
            if pictures:  # servers of models without eyes often take nothing but plain text
                images = [{"type": "image_url", "image_url": {"url": encoded[picture]}} for picture in pictures]
                contents[place] = [*images, {"type": "text", "text": contents[place]}]
        return [{"role": ("user", "assistant")[place % 2], "content": content} for place, content in enumerate(contents)]

    def _parameters(self, probe: Probe, left_out: frozenset[str]) -> dict[str, Any]:
        limit = probe.max_new_tokens + self._endpoint.thinking
        wanted: dict[str, Any] = {"temperature": 0.0, "top_p": 1.0, "seed": SEED, "max_tokens": limit}
        parameters = {name: value for name, value in wanted.items() if name not in left_out}
        parameters["model"] = self._endpoint.model
        if self._wants_logprobs(probe) and "logprobs" not in left_out:
            parameters |= {"logprobs": True, "top_logprobs": TOP_LOGPROBS}
        if probe.schema and "response_format" not in left_out:
            # The client writes it as each provider wants it, and to other servers as JSON of that schema.
            held_to = {"name": probe.task, "schema": probe.schema, "strict": True}
            parameters["response_format"] = {"type": "json_schema", "json_schema": held_to}
        if "max_tokens" in left_out:
            parameters["extra_body"] = {"max_completion_tokens": limit}
        return parameters

    def _wants_logprobs(self, probe: Probe) -> bool:
        """Not of a model that thinks first: what it writes first is no answer."""
        return bool(probe.options) and not self._endpoint.thinking

    def _refused_parameter(self, failure: Failure, probe: Probe, left_out: frozenset[str]) -> str | None:
        """Which parameter to leave out, because the server names it, or may mean it."""
        if failure.status not in (400, 422) or failure.code in FILTER_CODES:
            return None
        parts = (("logprobs", self._wants_logprobs(probe)), ("response_format", probe.schema))
        unasked = {name for name, part in parts if not part}
        sent = [name for name in DISPENSABLE if name not in left_out | unasked]
        named = (name for name in sent if re.search(rf"\b(?:top_)?{name}\b", failure.reason))
        unsure = "logprobs" in sent and not self._gave_logprobs
        return next(named, None) or ("logprobs" if unsure and images_accepted(failure.reason) is None else None)


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


def _data_uri(picture: Picture) -> str:
    buffer = io.BytesIO()
    picture.pixels().save(buffer, "PNG")
    return f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}"


def _session() -> "httpx2.AsyncClient":
    """How the client talks HTTP.

    Other than its default, this asks servers while HF_HUB_OFFLINE forbids the Hub, those of this machine never through a proxy,
    and follows no redirection. Time limits are for whole attempts, and not for each read.
    """
    import httpx2  # noqa: PLC0415

    direct = {f"all://{host}": None for host in ("localhost", "127.0.0.1", "[::1]")}
    return httpx2.AsyncClient(timeout=None, mounts=direct, event_hooks={"response": [_refuse_redirection]})


async def _refuse_redirection(response: "httpx2.Response") -> None:
    if response.is_redirect:
        await response.aread()
        response.raise_for_status()
