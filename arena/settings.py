"""Settings of a running arena, from the environment and the command line."""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from arena.errors import SettingsError

ON = ("1", "on", "true", "yes")
OFF = ("", "0", "off", "false", "no")
MIN_IMAGE_SIZE = 32
MAX_IMAGE_SIZE = 8192
MAX_AMOUNT = 10**9
MIN_TOKEN = 16
TOKEN = re.compile(r"[\w-]+", re.ASCII)
"""What an address holds as it is."""
PREFIX = "ARENA_"
SHARE, PLACES = "ARENA_SHARE_", "ARENA_PLACES_"
"""Beginnings of names that end in a kind of request; `arena/ui/shares.py` knows the kinds."""
ELSEWHERE: Mapping[str, str] = {
    "ARENA_BENCHMARK_DATA": "files of published benchmarks, which tests compare with",
    "ARENA_ENDPOINT_HTTP": "hosts that may be asked without encryption, comma-separated",
    "ARENA_ENDPOINT_KEY": "keys of endpoints, host=key, comma-separated",
    "ARENA_VLLM_PYTHON": "bin/python of an environment that has vLLM, for models with ?engine=vllm",
    "ARENA_VLLM_SECONDS": "how long vLLM may take to load a model, or to answer what it is asked together; 600 by default",
    "HF_TOKEN": "what the Hub and Inference Providers are asked with",
    "OPENAI_API_KEY": "what api.openai.com is asked with",
}
"""Variables that are read where they are needed, and what they mean."""
PRIVATE_NETWORKS = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")


@dataclass(frozen=True)
class Settings:
    """Where an arena keeps its state and how it runs."""

    home: Path = Path("arena-home")
    """ARENA_HOME: database, images, logs. Deleting it resets the arena."""
    database: str | None = field(default=None, repr=False)
    """ARENA_DATABASE: where several machines share one arena, `ducklake:postgres:` and what libpq connects to, such as
    `host=… dbname=…`; None where this machine is alone."""
    data_path: str | None = None
    """ARENA_DATA_PATH: with it, where the archive of facts and all pictures lie: a folder that all machines see, or `s3://…`."""
    host: str = "127.0.0.1"
    """ARENA_HOST: address to listen on; 0.0.0.0 in a Space."""
    port: int = 7860
    """ARENA_PORT: port to listen on."""
    autoplay: bool = False
    """ARENA_AUTOPLAY: play battles while nobody waits."""
    memory_gigabytes: float | None = None
    """ARENA_MEMORY: how much memory loaded models may take, with caches and pictures; by default half of what is free, on GPUs
    nearly all of theirs."""
    models: tuple[str, ...] = ()
    """ARENA_MODELS: more contestants beside the starter models, comma-separated: folders, `organisation/name@commit` or
    endpoints, with options such as `?thinking=2048` and a strategy such as `+reminder`."""
    starter_models: bool = True
    """ARENA_STARTER_MODELS: whether the models that ship take part."""
    accepts: int = 2
    """ARENA_ACCEPTS: how many distinct reviewers put a generated pair into play, or reject it."""
    editor: str | None = None
    """ARENA_EDITOR: diffusers pipeline that edits images, a folder or `organisation/name@commit`; None for the shipped one."""
    gate: Path | None = None
    """ARENA_GATE: file of thresholds that names its models, as `generators/gate/thresholds.json`; None for the shipped gate."""
    image_safety: str | None = None
    """ARENA_IMAGE_SAFETY: image classifier on the Hub, `organisation/name@commit`, that generated images must pass; None for
    none."""
    image_safety_labels: tuple[str, ...] = ()
    """ARENA_IMAGE_SAFETY_LABELS: what it calls images that are unsafe, comma-separated; empty for the usual names."""
    image_size: int = 512
    """ARENA_IMAGE_SIZE: longest edge in pixels of pictures for models whose processor would cut a larger one into many tiles
    (SmolVLM, Idefics3); 0, or `own`, for what each repository ships."""
    upload_megabytes: int = 20
    """ARENA_UPLOAD_MEGABYTES: largest file that a visitor may upload."""
    upload_megapixels: int = 64
    """ARENA_UPLOAD_MEGAPIXELS: largest picture that a visitor may upload; it is scaled down at once."""
    upload_seconds: int = 120
    """ARENA_UPLOAD_SECONDS: how long one upload may take."""
    upload_kilobytes_per_second: int = 16
    """ARENA_UPLOAD_SPEED: how fast an upload has to come on average, but for its first seconds."""
    upload_places: int = 32
    """ARENA_UPLOAD_PLACES: how many uploads may be under way at once."""
    upload_places_of_client: int = 4
    """ARENA_UPLOAD_PLACES_OF_CLIENT: how many of them one client may have."""
    upload_grace_seconds: int = 5
    """ARENA_UPLOAD_GRACE: after how many seconds the speed of an upload begins to count."""
    upload_decoders: int = 2
    """ARENA_UPLOAD_DECODERS: how many pictures are decoded at once; each may take some hundred megabytes."""
    upload_decoding_seconds: int = 60
    """ARENA_UPLOAD_DECODING_SECONDS: how long a picture may wait for a decoder and keep it."""
    body_kilobytes: int = 100
    """ARENA_BODY_KILOBYTES: largest body of a request that is no upload."""
    image_safety_threshold: float = 0.5
    """ARENA_IMAGE_SAFETY_THRESHOLD: probability above which the classifier's word makes a picture unsafe."""
    contact: str | None = None
    """ARENA_CONTACT: how visitors reach whoever runs the arena, such as a mail address; pages show it as it is."""
    uploads: bool | None = None
    """ARENA_UPLOADS: whether visitors may upload pictures, which needs a contact, too; None for who uses this machine alone."""
    reviewers: tuple[str, ...] = ()
    """ARENA_REVIEWERS: accounts and organisations that may review where visitors sign in, comma-separated; by default the owner
    of the Space."""
    review_token: str | None = field(default=None, repr=False)
    """ARENA_REVIEW_TOKEN: who knows it may review where nobody signs in; None for who uses this machine alone."""
    trusted_proxies: tuple[str, ...] = ()
    """ARENA_TRUSTED_PROXIES: addresses and networks of proxies whose X-Forwarded-For is true, comma-separated; in a Space the
    private networks, through which alone it is reached."""
    shares: Mapping[str, str] = field(default_factory=dict)
    """ARENA_SHARE_KIND: how often one client may send that kind of request; `arena/ui/shares.py` reads them."""
    places: Mapping[str, str] = field(default_factory=dict)
    """ARENA_PLACES_KIND: how many of that kind one client, and all, may have under way at once."""
    battles_beside_others: int = 2
    """ARENA_BATTLES_BESIDE_OTHERS: how many battles of one client are under way at once while others play, too."""
    board_seconds: int = 10
    """ARENA_BOARD_SECONDS: how old the ratings on boards may be while battles come; intervals follow. With 0 readers wait for
    all."""
    endpoint_requests_a_day: int = 1000
    """ARENA_ENDPOINT_REQUESTS_A_DAY: how many requests battles may send to each endpoint on one day of UTC; with 0 none."""
    endpoint_seconds: int = 60
    """ARENA_ENDPOINT_SECONDS: how long a battle waits for one answer of an endpoint."""
    autoplay_endpoints: bool = False
    """ARENA_AUTOPLAY_ENDPOINTS: whether battles that nobody asked for may ask endpoints, which may cost money."""
    accepted_loss: int = 0
    """ARENA_ACCEPT_LOSS: so many acknowledged records may be missing in the database; 0 unless a start has told of a loss."""
    model_gigabytes: float | None = None
    """ARENA_MODEL_FILES: how many gigabytes of files one model may have; by default twice the memory, and 20 at least."""
    submission_billions: float | None = None
    """ARENA_SUBMISSION_PARAMETERS: how many billions of parameters a submitted model may have; by default as many as fit."""
    submission_seconds: int = 90
    """ARENA_SUBMISSION_SECONDS: how long the checks of one submission may wait for the Hub."""
    submission_endpoints: tuple[str, ...] = ()
    """ARENA_SUBMISSION_ENDPOINTS: hosts and Inference Providers whose models may be submitted, comma-separated; by default
    none."""


def from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings that the environment gives.

    Raises:
        SettingsError: a variable cannot be read.
    """
    default = Settings()
    in_space = "SPACE_ID" in environment
    return Settings(
        home=Path(environment.get("ARENA_HOME") or default.home),
        database=environment.get("ARENA_DATABASE", "").strip() or default.database,
        data_path=environment.get("ARENA_DATA_PATH", "").strip() or default.data_path,
        host=environment.get("ARENA_HOST") or ("0.0.0.0" if in_space else default.host),  # noqa: S104 - a Space is reached from outside
        port=read_port(environment.get("ARENA_PORT", str(default.port)), "ARENA_PORT"),
        autoplay=_switch(environment, "ARENA_AUTOPLAY", default=default.autoplay),
        memory_gigabytes=_amount(environment, "ARENA_MEMORY", "gigabytes"),
        model_gigabytes=_amount(environment, "ARENA_MODEL_FILES", "gigabytes"),
        submission_billions=_amount(environment, "ARENA_SUBMISSION_PARAMETERS", "billions"),
        submission_seconds=_count(environment, "ARENA_SUBMISSION_SECONDS", default.submission_seconds),
        submission_endpoints=tuple(name.lower() for name in _names(environment, "ARENA_SUBMISSION_ENDPOINTS")),
        models=_names(environment, "ARENA_MODELS"),
        starter_models=_switch(environment, "ARENA_STARTER_MODELS", default=default.starter_models),
        endpoint_requests_a_day=_count(environment, "ARENA_ENDPOINT_REQUESTS_A_DAY", default.endpoint_requests_a_day, least=0),
        endpoint_seconds=_count(environment, "ARENA_ENDPOINT_SECONDS", default.endpoint_seconds),
        autoplay_endpoints=_switch(environment, "ARENA_AUTOPLAY_ENDPOINTS", default=default.autoplay_endpoints),
        accepts=_count(environment, "ARENA_ACCEPTS", default.accepts),
        editor=environment.get("ARENA_EDITOR", "").strip() or default.editor,
        gate=Path(file) if (file := environment.get("ARENA_GATE", "").strip()) else default.gate,
        image_size=_pixels(environment, "ARENA_IMAGE_SIZE", default.image_size),
        upload_megabytes=_count(environment, "ARENA_UPLOAD_MEGABYTES", default.upload_megabytes),
        upload_megapixels=_count(environment, "ARENA_UPLOAD_MEGAPIXELS", default.upload_megapixels),
        upload_seconds=_count(environment, "ARENA_UPLOAD_SECONDS", default.upload_seconds),
        upload_kilobytes_per_second=_count(environment, "ARENA_UPLOAD_SPEED", default.upload_kilobytes_per_second),
        upload_places=_count(environment, "ARENA_UPLOAD_PLACES", default.upload_places),
        upload_places_of_client=_count(environment, "ARENA_UPLOAD_PLACES_OF_CLIENT", default.upload_places_of_client),
        upload_grace_seconds=_count(environment, "ARENA_UPLOAD_GRACE", default.upload_grace_seconds),
        upload_decoders=_count(environment, "ARENA_UPLOAD_DECODERS", default.upload_decoders),
        upload_decoding_seconds=_count(environment, "ARENA_UPLOAD_DECODING_SECONDS", default.upload_decoding_seconds),
        uploads=_switch(environment, "ARENA_UPLOADS", default=False) if environment.get("ARENA_UPLOADS") else default.uploads,
        reviewers=_names(environment, "ARENA_REVIEWERS") or _names(environment, "SPACE_AUTHOR_NAME"),
        review_token=_token(environment, "ARENA_REVIEW_TOKEN"),
        body_kilobytes=_count(environment, "ARENA_BODY_KILOBYTES", default.body_kilobytes),
        trusted_proxies=_names(environment, "ARENA_TRUSTED_PROXIES") or (PRIVATE_NETWORKS if in_space else ()),
        battles_beside_others=_count(environment, "ARENA_BATTLES_BESIDE_OTHERS", default.battles_beside_others),
        shares=_beginning_with(SHARE, environment),
        places=_beginning_with(PLACES, environment),
        board_seconds=_count(environment, "ARENA_BOARD_SECONDS", default.board_seconds, least=0),
        accepted_loss=_count(environment, "ARENA_ACCEPT_LOSS", default.accepted_loss),
        image_safety=environment.get("ARENA_IMAGE_SAFETY", "").strip() or default.image_safety,
        image_safety_labels=_names(environment, "ARENA_IMAGE_SAFETY_LABELS"),
        image_safety_threshold=_share(environment, "ARENA_IMAGE_SAFETY_THRESHOLD", default.image_safety_threshold),
        contact=environment.get("ARENA_CONTACT", "").strip() or default.contact,
    )


def make_home(home: Path) -> None:
    """Make the folder of a home where there is none, for its owner alone: what visitors send is nobody else's."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)


def unknown_names(environment: Mapping[str, str] = os.environ) -> list[str]:
    """One line for each variable that begins as a setting does and is none, with the setting that may be meant."""
    questions = _Questions()
    from_environment(questions)
    known = {name.removeprefix(PREFIX) for name in (*questions.names, *ELSEWHERE) if name.startswith(PREFIX)}
    found = [name.removeprefix(PREFIX) for name in sorted(environment) if name.startswith(PREFIX)]
    unknown = [name for name in found if name not in known and not f"{PREFIX}{name}".startswith((SHARE, PLACES))]
    near = [get_close_matches(name, known, 1) for name in unknown]
    return [
        f"{PREFIX}{name}: is no setting" + "".join(f"; {PREFIX}{meant} is" for meant in nearest)
        for name, nearest in zip(unknown, near, strict=True)
    ]


class _Questions(Mapping[str, str]):
    """An empty environment that notes what it is asked for."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.names.add(name)
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def read_port(text: str, name: str) -> int:
    """A TCP port from 1 to 65535; `name` leads the error."""
    if not _is_number(text) or not 1 <= int(text) <= 65535:
        raise SettingsError(f"{name}: {text!r} is no port; use a number from 1 to 65535")
    return int(text)


def _names(environment: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in environment.get(name, "").split(",") if part.strip())


def _beginning_with(prefix: str, environment: Mapping[str, str]) -> dict[str, str]:
    """What follows the prefix, in lower case -> the variable's text."""
    return {name.removeprefix(prefix).lower(): text for name, text in environment.items() if name.startswith(prefix)}


def _token(environment: Mapping[str, str], name: str) -> str | None:
    text = environment.get(name, "").strip()
    if text and (len(text) < MIN_TOKEN or not TOKEN.fullmatch(text)):
        raise SettingsError(f"{name}: is too easy to guess or to mangle; use {MIN_TOKEN} or more of A-Z, a-z, 0-9, - and _")
    return text or None


def _switch(environment: Mapping[str, str], name: str, *, default: bool) -> bool:
    text = environment.get(name)
    if text is None:
        return default
    if text.strip().lower() in ON:
        return True
    if text.strip().lower() in OFF:
        return False
    raise SettingsError(f"{name}: {text!r} is neither on nor off; use 1 or 0")


def _count(environment: Mapping[str, str], name: str, default: int, least: int = 1) -> int:
    text = environment.get(name)
    if text is None:
        return default
    if not _is_number(text) or int(text) < least:
        raise SettingsError(f"{name}: {text!r} is no count; use a number from {least} up")
    return int(text)


def _is_number(text: str) -> bool:
    """Whether these are digits of ASCII; the others mean numbers, too, and nobody types them on purpose."""
    return text.isascii() and text.isdecimal()


def _share(environment: Mapping[str, str], name: str, default: float) -> float:
    text = environment.get(name)
    if text is None:
        return default
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise SettingsError(f"{name}: {text!r} is no share; give a number from 0 to 1")
    return share


def _pixels(environment: Mapping[str, str], name: str, default: int) -> int:
    text = environment.get(name, "").strip().lower()
    if not text:
        return default
    if text in ("own", "0"):
        return 0
    if not _is_number(text) or not MIN_IMAGE_SIZE <= int(text) <= MAX_IMAGE_SIZE:
        raise SettingsError(f"{name}: {text!r} is no size; give pixels from {MIN_IMAGE_SIZE} to {MAX_IMAGE_SIZE}, or own")
    return int(text)


def _amount(environment: Mapping[str, str], name: str, unit: str) -> float | None:
    text = environment.get(name)
    if text is None:
        return None
    try:
        amount = float(text)
    except ValueError:
        amount = 0.0
    if not 0 < amount <= MAX_AMOUNT:
        raise SettingsError(f"{name}: {text!r} is no amount of {unit}; give a number, for example 8")
    return amount
