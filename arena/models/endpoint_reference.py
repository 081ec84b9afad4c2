"""Endpoints by name: which servers may be asked for which model, and whose key goes where.

    https://host/v1#model           any server with the OpenAI interface, by its address up to /chat/completions
    http://localhost:8000/v1#model  the same on this machine, such as vLLM, llama.cpp or `transformers serve`
    together:organisation/model     a model at one of Hugging Face's Inference Providers; `auto:` lets Hugging Face choose
    openai:model                    a model of OpenAI

An address is asked as it is given, whatever its path; one without any path means `/v1`. Of a query it may hold the
`api-version` that Azure wants.

After a `?` follow, joined by `&`, what else is known of the model: `images=1`, most images in one question (2 where nothing is
said), `thinking=2048`, tokens that it may spend on thoughts before its answer (0 where nothing is said), and `turns=1` where it
shall never be asked again after an answer.

Keys come from the environment alone, and each goes to one place:

    HF_TOKEN            Inference Providers, through router.huggingface.co
    OPENAI_API_KEY      api.openai.com
    ARENA_ENDPOINT_KEY  the hosts that it names: `host=key`, several of them separated by commas

A host that none of these names is asked without a key. Plain http is for this machine only, unless ARENA_ENDPOINT_HTTP=1.
"""

import hashlib
import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from arena.contestants import Contestant
from arena.errors import SettingsError
from arena.models.reference_options import read_options

SEED = 0
IMAGES = 2
"""Most images in one question where the reference says nothing: what the pair tasks need."""
HTTP_VARIABLE = "ARENA_ENDPOINT_HTTP"
KEY_VARIABLE = "ARENA_ENDPOINT_KEY"
KEY_OF_HOST = {"router.huggingface.co": "HF_TOKEN", "api.openai.com": "OPENAI_API_KEY"}
"""Hosts that are known to be whose they are."""
FORM = "write https://host/v1#model or provider:organisation/model"

_PROVIDER = re.compile(r"(?P<provider>[a-z0-9-]+):(?!//)(?P<model>\S+)")
_QUERY = re.compile(r"api-version=[0-9A-Za-z.-]{1,32}")
"""What may follow the path of an address: nothing that could be a secret."""
_OPTIONS = ("images", "thinking", "turns")


@dataclass(frozen=True)
class Endpoint:
    """A model somewhere else. It holds no key."""

    provider: str
    """A name of Inference Providers; empty for a server that is asked by its address."""
    address: str
    """Of its API, such as `https://host/v1`, with its query; empty for a provider."""
    model: str
    """As the server calls it."""
    images: int = IMAGES
    """Most images in one question."""
    thinking: int = 0
    """Tokens that it may write beyond those of the answer."""
    turns: int = 2
    """1 for one that is never asked again after an answer."""

    @property
    def place(self) -> str:
        """The provider, or the host and port of the server."""
        return self.provider or urlsplit(self.address).netloc


def is_endpoint(reference: str) -> bool:
    """Whether `reference` has the form of an endpoint, and not of a folder or a Hub repository."""
    return reference.startswith(("http://", "https://")) or _PROVIDER.fullmatch(reference) is not None


def read_reference(reference: str, environment: Mapping[str, str] = os.environ) -> Endpoint:
    """The endpoint that a reference names.

    Raises:
        SettingsError: it has not the form of one, holds a secret, or would send questions over the net in clear.
    """
    named, _, options = reference.partition("?") if "#" not in reference else _without_options(reference)
    if found := _PROVIDER.fullmatch(named):
        _check_provider(named, found["provider"])
        return Endpoint(found["provider"], "", found["model"], **read_options(reference, options, _OPTIONS))
    if not is_endpoint(named):
        raise SettingsError(f"{named}: is no endpoint; {FORM}")
    address = _checked_address(named, environment)
    name = f"{address.scheme}://{address.netloc}"
    if not address.fragment.strip():
        raise SettingsError(f"{name}: names no model; write {name}{address.path or '/v1'}#model")
    path = (address.path.rstrip("/") or "/v1") + (f"?{address.query}" if address.query else "")
    return Endpoint("", f"{name.lower()}{path}", address.fragment.strip(), **read_options(name, options, _OPTIONS))


def contestant_of_endpoint(reference: str, environment: Mapping[str, str] = os.environ) -> Contestant:
    """Who an endpoint is in the arena.

    Nobody outside can tell which weights answer, nor when they change, so there is no commit: the revision is a hash of the
    address and the model's name, and what the server says of itself is kept with each evaluation (`EndpointModel.record`).

    Raises:
        SettingsError: as `read_reference`.
    """
    endpoint = read_reference(reference, environment)
    asked = f"{endpoint.provider}:{endpoint.address}#{endpoint.model}"
    settings: dict[str, str | int | float] = {"model": endpoint.model, "temperature": 0, "top_p": 1, "seed": SEED}
    settings |= {"provider": endpoint.provider} if endpoint.provider else {"address": endpoint.address}
    settings |= {"images": endpoint.images} if endpoint.images != IMAGES else {}
    settings |= {"thinking": endpoint.thinking} if endpoint.thinking else {}
    settings |= {"turns": endpoint.turns} if endpoint.turns == 1 else {}
    revision = hashlib.sha256(asked.encode()).hexdigest()[:40]
    engine = f"endpoint {endpoint.provider or 'openai-compatible'}"
    return Contestant(f"{endpoint.place}/{endpoint.model}", revision, engine, settings)


def providers() -> list[str]:
    """Names that may stand before the colon of an endpoint at Inference Providers."""
    # It takes a fifth of a second to import, and not every arena asks endpoints.
    from huggingface_hub.inference._providers import PROVIDERS  # noqa: PLC0415

    return sorted(["auto", *(known for known, tasks in PROVIDERS.items() if "conversational" in tasks)])


def key_for(endpoint: Endpoint, environment: Mapping[str, str] = os.environ) -> str | None:
    """The key that belongs to the endpoint's host; None for a host that has none.

    Raises:
        SettingsError: a provider's key is missing, or ARENA_ENDPOINT_KEY cannot be read.
    """
    if endpoint.provider:
        variable = "OPENAI_API_KEY" if endpoint.provider == "openai" else "HF_TOKEN"
        key = _checked_key(variable, environment.get(variable))
        if not key:
            raise SettingsError(f"{variable}: is not set; {endpoint.provider}:{endpoint.model} needs it")
        if variable == "HF_TOKEN" and not key.startswith("hf_"):
            # With any other key the client would pass over the Hub and send it to the provider itself.
            raise SettingsError("HF_TOKEN: does not begin with hf_; make a token at hf.co/settings/tokens")
        return key
    if given := _keys_by_host(environment).get(endpoint.place):
        return given
    known = KEY_OF_HOST.get(endpoint.place) if endpoint.address.startswith("https://") else None
    return _checked_key(known, environment.get(known)) if known else None


def _without_options(reference: str) -> tuple[str, str, str]:
    """Options follow the model's name: a `?` before it is a query of the address, which is refused later."""
    address, _, model = reference.partition("#")
    model, mark, options = model.partition("?")
    return f"{address}#{model}", mark, options


def _check_provider(name: str, provider: str) -> None:
    from huggingface_hub.constants import is_offline_mode  # noqa: PLC0415 - as for `providers`

    known = providers()
    if provider not in known:
        raise SettingsError(
            f"{name}: {provider!r} is no provider of chat models; write https://host/v1#model, or one of {', '.join(known)}"
        )
    if provider != "openai" and is_offline_mode():
        raise SettingsError(f"{name}: HF_HUB_OFFLINE is set; unset it to ask Inference Providers")


def _checked_address(named: str, environment: Mapping[str, str]) -> SplitResult:
    """The parts of an address that may be stored and shown. No message repeats what could be a secret."""
    try:
        address = urlsplit(named)
        host, _ = address.hostname, address.port
    except ValueError:
        raise SettingsError(f"an endpoint's address cannot be read; {FORM}") from None
    name = f"{address.scheme}://{host}"
    if not host:
        raise SettingsError(f"{address.scheme}: the address names no host; {FORM}")
    if address.username is not None or address.password is not None:
        raise SettingsError(f"{name}: the address holds a user name or password; put the key into {KEY_VARIABLE} instead")
    if address.query and not _QUERY.fullmatch(address.query):
        raise SettingsError(f"{name}: the address has a query, which may hold a secret; leave out what follows the '?'")
    if address.scheme == "http" and not _is_loopback(host) and environment.get(HTTP_VARIABLE) != "1":
        raise SettingsError(f"{name}: plain http can be read on its way; use https, or set {HTTP_VARIABLE}=1")
    return address


def _is_loopback(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
        return address.is_loopback or address.is_unspecified
    except ValueError:
        return host == "localhost"


def _checked_key(variable: str, key: str | None) -> str | None:
    """The key without the white space around it; None where there is none."""
    key = (key or "").strip()
    if not all("!" <= character <= "~" for character in key):
        # It could not be sent, and the complaint about that would show it.
        raise SettingsError(f"{variable}: holds a character that no key has; set it again")
    return key or None


def _keys_by_host(environment: Mapping[str, str]) -> dict[str, str]:
    keys = {}
    for entry in filter(None, map(str.strip, environment.get(KEY_VARIABLE, "").split(","))):
        host, separator, key = entry.partition("=")
        if not (separator and host and key) or "/" in host:
            raise SettingsError(
                f"{KEY_VARIABLE}: write host=key, as in vlm.example.org=..., so that no other host is sent the key"
            )
        keys[host.strip().lower()] = _checked_key(KEY_VARIABLE, key) or ""
    return keys
