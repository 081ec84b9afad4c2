"""What is sent to an endpoint: the chat of a probe, the parameters, and where to."""

import base64
import io
from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import urlsplit, urlunsplit

from arena.images import Picture
from arena.models.endpoint_http import Request
from arena.models.endpoint_reference import SEED, Endpoint
from arena.models.endpoint_scores import Tokens
from arena.models.runtime import Recent
from arena.probes import Probe

TOP_LOGPROBS = 5
"""Tokens whose log-probabilities are asked for: all that every server gives which gives any."""
MAX_ENCODED = 64 * 2**20
"""Characters of encoded pictures that are kept."""
DISPENSABLE = ("logprob_token_ids", "logprobs", "response_format", "seed", "top_p", "max_tokens", "temperature")
"""Parameters that are left out where a server refuses them, the least important first; `max_tokens` by its newer name."""
CHAT = "/chat/completions"
OWN_KEY_HEADER = (".azure.com",)
"""Ends of hosts that take a key in a header of their own."""


class Requests:
    """Makes the requests to one endpoint. It belongs to one thread at a time."""

    def __init__(self, endpoint: Endpoint, key: str | None) -> None:
        self._endpoint = endpoint
        self._key = key
        self._pictures: Recent[Picture, str] = Recent(MAX_ENCODED, cost=len)

    def limit(self, probe: Probe) -> int:
        """Tokens that may be written."""
        return probe.max_new_tokens + self._endpoint.thinking

    def scores(self, probe: Probe) -> bool:
        """Whether log-probabilities are asked for: not of a model that thinks first, as what it writes first is no answer."""
        return bool(probe.options) and not self._endpoint.thinking

    def chat(self, probe: Probe, left_out: frozenset[str], tokens: Tokens | None) -> Request:
        """The question of a probe.

        Args:
            probe: what to ask.
            left_out: names of parameters that the server does not take.
            tokens: of the options, whose log-probabilities are wanted.
        """
        body = {"messages": self._messages(probe), **self._parameters(probe, left_out, tokens)}
        if self._endpoint.provider:
            return self._through_provider(body)
        return self._to(chat_address(self._endpoint.address), body)

    def text(self, address: str, text: str) -> Request:
        """The question of which tokens a text is."""
        return self._to(address, {"prompt": text, "add_special_tokens": False})

    def _to(self, address: str, body: Mapping[str, Any]) -> Request:
        headers: dict[str, str] = {}
        if self._key:
            own = (urlsplit(address).hostname or "").endswith(OWN_KEY_HEADER)
            headers = {"api-key": self._key} if own else {"authorization": f"Bearer {self._key}"}
        return Request(address, headers, {"model": self._endpoint.model, **body})

    def _through_provider(self, body: dict[str, Any]) -> Request:
        """As the Hub's client would send it: it knows the address of each provider, its name of the model, and its dialect."""
        # It takes a fifth of a second to import, and not every arena asks endpoints.
        from huggingface_hub.inference._providers import get_provider_helper  # noqa: PLC0415

        model, messages = self._endpoint.model, body.pop("messages")
        helper = get_provider_helper(cast("Any", self._endpoint.provider), "conversational", model)
        made = helper.prepare_request(
            inputs=messages, parameters={**body, "model": model}, headers={}, model=model, api_key=self._key
        )
        return Request(made.url, made.headers, cast("dict[str, Any]", made.json))

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

    def _parameters(self, probe: Probe, left_out: frozenset[str], tokens: Tokens | None) -> dict[str, Any]:
        limit = self.limit(probe)
        wanted: dict[str, Any] = {"temperature": 0.0, "top_p": 1.0, "seed": SEED, "max_tokens": limit}
        parameters = {name: value for name, value in wanted.items() if name not in left_out}
        if self.scores(probe) and "logprobs" not in left_out:
            parameters |= {"logprobs": True, "top_logprobs": TOP_LOGPROBS}
            if tokens is not None:
                named = sorted(frozenset().union(*tokens))
                parameters |= {"logprob_token_ids": named, "return_tokens_as_token_ids": True}
        if probe.schema and "response_format" not in left_out:
            held_to = {"name": probe.task, "schema": probe.schema, "strict": True}
            parameters["response_format"] = {"type": "json_schema", "json_schema": held_to}
        if "max_tokens" in left_out:
            parameters["max_completion_tokens"] = limit
        return parameters


def chat_address(address: str) -> str:
    """Where chats are answered, under the address of an API: below whatever path it has, with its query."""
    parts = urlsplit(address)
    path = parts.path.rstrip("/")
    return urlunsplit(parts._replace(path=path if path.endswith(CHAT) else path + CHAT))


def _data_uri(picture: Picture) -> str:
    buffer = io.BytesIO()
    picture.pixels().save(buffer, "PNG")
    return f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}"
