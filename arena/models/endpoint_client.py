"""One question to an endpoint, and what each answer teaches of it: what it takes, and what it gives."""

import asyncio
import json
import logging
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from PIL import Image

from arena.images import picture_from_pixels
from arena.models.endpoint_failures import (
    FILTER_CODES,
    Failure,
    read_error_response,
    read_exception,
    with_address,
    without_secret,
)
from arena.models.endpoint_http import MAX_ERROR_BYTES, BodyError, Request, Response, post, session
from arena.models.endpoint_json import field_of
from arena.models.endpoint_pictures import PictureTest, may_refuse_pictures, speaks_of_pictures
from arena.models.endpoint_reference import Endpoint
from arena.models.endpoint_replies import completion_of, max_bytes, read_completion, told_of_itself
from arena.models.endpoint_requests import DISPENSABLE, Requests, chat_address
from arena.models.endpoint_scores import Tokens, option_tokens, single_token, spellings, tokenize_address
from arena.probes import Probe, Reply

Allowance = Callable[[], str | None]
"""Counts a request that is about to be sent; or says in one line why it may not be."""

SIDE = 224
"""Of the pictures that are shown to learn whether any may be, in pixels: no model finds them too small or too large."""
TOKENIZE_SECONDS = 5.0
TOKENIZE_TRIES = 2
"""After which a server that fails to tell of its tokens is asked for no more of them."""
SECRET = 16
"""Characters from which a key is one, and no word that stands for none; it is taken out of whatever a server sends."""
NAMING = (400, 404, 422, 500, 501)
"""HTTP codes of servers that do not take a parameter, and name it."""
MAX_NAMES = 20
"""Names and fingerprints of a server that are kept."""

log = logging.getLogger(__name__)


@dataclass
class Heard:
    """What the endpoint said of itself."""

    models: set[str] = field(default_factory=set)
    fingerprints: set[str] = field(default_factory=set)
    dates: list[str] = field(default_factory=list)
    """The first and the last time that it was asked."""

    def asked(self) -> None:
        """It is being asked now."""
        self.dates = [*self.dates[:1], datetime.now(UTC).isoformat(timespec="seconds")]

    def hear(self, completion: Any) -> None:
        """Take what a completion says of who wrote it."""
        for known, said in zip((self.models, self.fingerprints), told_of_itself(completion), strict=True):
            if said and len(known) < MAX_NAMES:
                known.add(said)


class EndpointClient:
    """Asks one endpoint. It belongs to one thread and, between `connected` and its end, to one event loop."""

    def __init__(self, endpoint: Endpoint, key: str | None, timeout: float, allowance: Allowance) -> None:
        """Nothing is asked yet.

        Args:
            endpoint: where it is.
            key: the secret of that place.
            timeout: seconds that one attempt may take.
            allowance: asked before each request.
        """
        self.heard = Heard()
        self.answered = False
        """Whether it has ever answered a question."""
        self.most_pictures: int | None = None
        """In one question, where it takes fewer than its name says."""
        self.left_out: frozenset[str] = frozenset()
        """Parameters that it does not take."""
        self._endpoint = endpoint
        self._key = key
        self._timeout = timeout
        self._allowance = allowance
        self._requests = Requests(endpoint, key)
        self._pictures = PictureTest()
        self._tokenizes = not endpoint.provider
        """Whether it may yet tell by which token an option is spelled."""
        self._tokens: dict[str, int | None] = {}
        self._tokenize_failures = 0
        self._gave_logprobs = False

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[None]:
        """Hold connections as long as the block runs."""
        # For one picture, and one token, at a time: all others wait for what is learnt.
        self._learning_pictures, self._learning_tokens = asyncio.Lock(), asyncio.Lock()
        async with session() as self._session:
            yield

    async def attempt(self, probe: Probe, *, last: bool = False) -> Reply | Failure:
        """Ask once; again at once only without a parameter that the server does not take.

        Args:
            probe: what to ask.
            last: whether it is asked no more if this fails.
        """
        self.heard.asked()
        tokens, left_out = await self._option_tokens(probe), self.left_out
        while True:
            given = await self._ask(probe, left_out, tokens)
            if isinstance(given, Reply):
                self._learn(given, len(probe.pictures), left_out, tokens)
                return given
            # Never with a traceback, whose message may repeat the key.
            log.debug("%s: %s", probe.key, given.reason)
            sent = self._dispensable(probe, left_out, tokens)
            name = _named(sent, given)
            if name is None and await self._refuses_pictures(len(probe.pictures), given, last=last):
                return Reply(not_applicable=True)
            name = name or self._suspect(sent, given)
            if name is None:
                return given
            left_out |= {name}
            tokens = None if name == "logprob_token_ids" else tokens

    async def _ask(self, probe: Probe, left_out: frozenset[str], tokens: Tokens | None) -> Reply | Failure:
        try:
            request = self._requests.chat(probe, left_out, tokens)
            response = await self._post(request, self._timeout, max_bytes(self._requests.limit(probe)))
            given = response if isinstance(response, Failure) else self._read(response, probe, tokens)
        except BodyError as error:
            given = Failure(str(error), again=False)
        except Exception as error:  # noqa: BLE001  what is raised depends on all that a server or a picture can do
            given = read_exception(error)
        return without_secret(given, self._key) if isinstance(given, Failure) else given

    def _read(self, response: Response, probe: Probe, tokens: Tokens | None) -> Reply | Failure:
        if response.status >= 300:
            failure = read_error_response(response.status, response.headers, response.body)
            known = "" if self._endpoint.provider else chat_address(self._endpoint.address).partition("?")[0]
            return with_address(failure, known) if known else failure
        completion = completion_of(response)
        if isinstance(completion, Failure):
            return completion
        self.heard.hear(completion)
        return read_completion(completion, probe, self._endpoint.thinking, tokens)

    async def _post(self, request: Request, seconds: float, most: int) -> Response | Failure:
        if (refusal := self._allowance()) is not None:
            return Failure(refusal, again=False)
        async with asyncio.timeout(seconds):
            response = await post(self._session, request, most)
        if self._key and len(self._key) >= SECRET:  # a word such as EMPTY may stand in answers
            return replace(response, body=response.body.replace(self._key.encode(), b"***"))
        return response

    def _learn(self, reply: Reply, pictures: int, left_out: frozenset[str], tokens: Tokens | None) -> None:
        """What an answer shows: which parameters it does not take, how many pictures it does, and which scores it gives."""
        if refused := left_out - self.left_out:
            log.warning("an endpoint does not take %s, and is asked without", ", ".join(sorted(refused)))
            self.left_out |= refused
        self.answered = True
        self._pictures.answered(pictures)
        self._gave_logprobs |= reply.logprobs is not None
        if tokens is not None and reply.scored_by == "top_logprobs":
            self._tokenizes = False  # it knows its tokens, and nothing of asking for them

    def _dispensable(self, probe: Probe, left_out: frozenset[str], tokens: Tokens | None) -> list[str]:
        """Which parameters were sent that may be left out."""
        scores = self._requests.scores(probe) and "logprobs" not in left_out
        parts = {"logprobs": scores, "logprob_token_ids": scores and tokens is not None, "response_format": probe.schema}
        return [name for name in DISPENSABLE if name not in left_out and parts.get(name, True)]

    def _suspect(self, sent: list[str], failure: Failure) -> str | None:
        """A parameter that a server may mean that names none: log-probabilities, if it never gave any."""
        if not _is_bad_request(failure) or failure.permanent or self._gave_logprobs or speaks_of_pictures(failure.reason):
            return None
        return next((name for name in sent if name.startswith("logprob")), None)

    async def _refuses_pictures(self, pictures: int, failure: Failure, *, last: bool) -> bool:
        """Whether a question failed for the number of its pictures; asked with small ones until that is known."""
        if not pictures or failure.code in FILTER_CODES or not may_refuse_pictures(failure, last=last):
            return False
        async with self._learning_pictures:
            while (number := self._pictures.next_question(pictures, failure)) is not None:
                given = await self._ask(_small_question(number), self.left_out, None)
                self._pictures.questions += 1
                if isinstance(given, Failure) and not may_refuse_pictures(given, last=last):
                    return False  # it may be only busy
                self._pictures.tried(number, taken=isinstance(given, Reply))
            most = self._pictures.most(pictures)
        if most is None:
            return False
        if self.most_pictures is None or most < self.most_pictures:
            log.warning("an endpoint takes at most %d images in a question: %s", most, failure.reason)
            self.most_pictures = most
        return True

    async def _option_tokens(self, probe: Probe) -> Tokens | None:
        """The tokens of the options, asked for once; None where the server does not tell, or takes no names of tokens."""
        if not self._requests.scores(probe) or {"logprobs", "logprob_token_ids"} & self.left_out:
            return None
        async with self._learning_tokens:
            for text in (text for option in probe.options for text in spellings(option)):
                if text not in self._tokens and not (self._tokenizes and await self._learn_token(text)):
                    return None
        return option_tokens(probe.options, self._tokens) if self._tokenizes else None

    async def _learn_token(self, text: str) -> bool:
        """Ask which token a text is; whether the server told."""
        request = self._requests.text(tokenize_address(self._endpoint.address), text)
        try:
            response = await self._post(request, min(TOKENIZE_SECONDS, self._timeout), MAX_ERROR_BYTES)
            answer = json.loads(response.body) if isinstance(response, Response) and response.status < 300 else None
        except Exception:  # noqa: BLE001  without it, options are scored in another way
            response = answer = None
        if isinstance(field_of(answer, "tokens"), list) and field_of(answer, "tokens"):
            self._tokens[text] = single_token(answer)
            return True
        self._tokenize_failures += 1
        passes = response is None or isinstance(response, Failure) or response.status in (429, 502, 503, 504)
        self._tokenizes = passes and self._tokenize_failures < TOKENIZE_TRIES
        return False


def _is_bad_request(failure: Failure) -> bool:
    return failure.status in (400, 422) and failure.code not in FILTER_CODES


def _named(sent: list[str], failure: Failure) -> str | None:
    """The parameter that the server names as one that it does not take."""
    if failure.status not in NAMING or failure.code in FILTER_CODES:
        return None
    if "return_tokens_as_token_ids" in failure.reason and "logprob_token_ids" in sent:
        return "logprob_token_ids"
    return next((name for name in sent if re.search(rf"\b(?:top_)?{name}\b", failure.reason)), None)


def _small_question(pictures: int) -> Probe:
    """A question that any model can be asked which takes so many pictures."""
    picture = picture_from_pixels(Image.new("RGB", (SIDE, SIDE), "white"))
    return Probe("pictures", str(pictures), "pictures/1", (picture,) * pictures, "Name a colour.", max_new_tokens=8)
