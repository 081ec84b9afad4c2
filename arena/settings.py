"""Settings of a running arena, from the environment and the command line."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from arena.environment import Variables, read_port

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
    "OAUTH_CLIENT_ID": "of the application of the Hub by which visitors sign in; by default nobody does",
    "OAUTH_CLIENT_SECRET": "of that application",
    "OAUTH_SCOPES": "what visitors are asked to allow; by default openid profile read-memberships write-discussions",
    "OPENAI_API_KEY": "what api.openai.com is asked with",
    "OPENID_PROVIDER_URL": "the Hub at which visitors sign in; by default https://huggingface.co",
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
    """ARENA_DATA_PATH: with ARENA_DATABASE, where the archive of facts and all pictures lie: a folder that all machines see,
    or `s3://…`."""
    outbox: str | None = None
    """ARENA_OUTBOX: where on the Hub all that is stored is saved, too, and an empty home is filled from: `buckets/ORG/NAME` or
    `datasets/ORG/NAME`, which are made where they are missing; None where it stays on this machine. Needs HF_TOKEN."""
    outbox_seconds: float | None = None
    """ARENA_OUTBOX_SECONDS: after how many seconds what was stored is saved; by default 10, and 60 where that is a dataset.
    After ten times as long without success battles and votes pause."""
    lease: str | None = None
    """ARENA_LEASE: dataset that says which copy of the arena may write to ARENA_OUTBOX; by default the name of the outbox with
    `-lease`."""
    lease_seconds: float = 120.0
    """ARENA_LEASE_SECONDS: how long the lease holds without being renewed, and so how long another copy waits for one that was
    killed."""
    host: str = "127.0.0.1"
    """ARENA_HOST: address to listen on; 0.0.0.0 in a Space."""
    port: int = 7860
    """ARENA_PORT: port to listen on."""
    root_path: str | None = None
    """ARENA_ROOT_PATH: in which folder of a larger site a proxy shows the arena, such as `/arena`, whether it takes that away
    from what it passes on or not."""
    embed_sites: tuple[str, ...] = ()
    """ARENA_EMBED_SITES: sites that may show the arena in a frame, such as `https://lab.example` and `*.lab.example`,
    comma-separated; `none` for nobody; by default all."""
    metrics_token: str | None = field(default=None, repr=False)
    """ARENA_METRICS_TOKEN: who sends it as a bearer token may read `/metrics`; None for who uses this machine alone."""
    log: str = "text"
    """ARENA_LOG: `json` makes each line of the log an object, and sends them to standard error, too; `text` for people."""
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
    address: str | None = None
    """ARENA_ADDRESS: under which visitors reach the arena, such as `https://arena.example.org`; in a Space its own. Who signs
    in is sent back there, and results that are published link there."""
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
    submissions: str = "off"
    """ARENA_SUBMISSIONS: whether organisations may submit models, and where they are evaluated: `off`; `here`, by a worker
    that the server starts beside itself; `elsewhere`, by an `arena worker` that you start."""
    submission_suites: tuple[str, ...] = ("starter",)
    """ARENA_SUBMISSION_SUITES: suites on which a submitted model is evaluated before it is listed, comma-separated."""
    submissions_a_day: int = 3
    """ARENA_SUBMISSIONS_A_DAY: how many models one account may submit in 24 hours."""
    submissions_of_organisation: int = 10
    """ARENA_SUBMISSIONS_OF_ORGANISATION: how many may be submitted in 24 hours on behalf of one organisation."""
    submission_hours: float = 6.0
    """ARENA_SUBMISSION_HOURS: how long the evaluation of one submission may take."""
    admins: tuple[str, ...] = ()
    """ARENA_ADMINS: accounts of the Hub that may pause, retry, withdraw, block and forget submissions, comma-separated."""
    publish: str | None = None
    """ARENA_PUBLISH: dataset on the Hub, `organisation/name`, to which the server adds what is new once a day; none by
    default."""
    embargo_days: int = 30
    """ARENA_EMBARGO_DAYS: for so many days after they were made, pairs drawn or edited for the arena, and all that is about
    them, are published nowhere."""
    dataset: str | None = None
    """ARENA_DATASET: where the pairs of this arena lie on the Hub, `organisation/name` or better `organisation/name@commit`:
    results of listed models name it."""


def from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings that the environment gives.

    Raises:
        SettingsError: a variable cannot be read.
    """
    default = Settings()
    read = Variables(environment)
    in_space = "SPACE_ID" in environment
    return Settings(
        home=Path(environment.get("ARENA_HOME") or default.home),
        database=read.text("ARENA_DATABASE") or default.database,
        data_path=read.text("ARENA_DATA_PATH") or default.data_path,
        outbox=read.text("ARENA_OUTBOX") or default.outbox,
        outbox_seconds=read.amount("ARENA_OUTBOX_SECONDS", "seconds"),
        lease=read.text("ARENA_LEASE") or default.lease,
        lease_seconds=read.amount("ARENA_LEASE_SECONDS", "seconds") or default.lease_seconds,
        host=environment.get("ARENA_HOST") or ("0.0.0.0" if in_space else default.host),  # noqa: S104 - a Space is reached from outside
        port=read_port(environment.get("ARENA_PORT", str(default.port)), "ARENA_PORT"),
        root_path=read.folder("ARENA_ROOT_PATH") or read.folder("GRADIO_ROOT_PATH"),
        embed_sites=read.sites("ARENA_EMBED_SITES"),
        metrics_token=read.token("ARENA_METRICS_TOKEN"),
        log=read.choice("ARENA_LOG", ("text", "json")),
        autoplay=read.switch("ARENA_AUTOPLAY", default=default.autoplay),
        memory_gigabytes=read.amount("ARENA_MEMORY", "gigabytes"),
        model_gigabytes=read.amount("ARENA_MODEL_FILES", "gigabytes"),
        submission_billions=read.amount("ARENA_SUBMISSION_PARAMETERS", "billions"),
        submission_seconds=read.count("ARENA_SUBMISSION_SECONDS", default.submission_seconds),
        submission_endpoints=tuple(name.lower() for name in read.names("ARENA_SUBMISSION_ENDPOINTS")),
        submissions=read.choice("ARENA_SUBMISSIONS", ("off", "here", "elsewhere")),
        submission_suites=read.names("ARENA_SUBMISSION_SUITES") or default.submission_suites,
        submissions_a_day=read.count("ARENA_SUBMISSIONS_A_DAY", default.submissions_a_day),
        submissions_of_organisation=read.count("ARENA_SUBMISSIONS_OF_ORGANISATION", default.submissions_of_organisation),
        submission_hours=read.amount("ARENA_SUBMISSION_HOURS", "hours") or default.submission_hours,
        admins=read.names("ARENA_ADMINS"),
        publish=read.repository("ARENA_PUBLISH"),
        embargo_days=read.count("ARENA_EMBARGO_DAYS", default.embargo_days, least=0),
        dataset=read.dataset("ARENA_DATASET"),
        models=read.names("ARENA_MODELS"),
        starter_models=read.switch("ARENA_STARTER_MODELS", default=default.starter_models),
        endpoint_requests_a_day=read.count("ARENA_ENDPOINT_REQUESTS_A_DAY", default.endpoint_requests_a_day, least=0),
        endpoint_seconds=read.count("ARENA_ENDPOINT_SECONDS", default.endpoint_seconds),
        autoplay_endpoints=read.switch("ARENA_AUTOPLAY_ENDPOINTS", default=default.autoplay_endpoints),
        accepts=read.count("ARENA_ACCEPTS", default.accepts),
        editor=read.text("ARENA_EDITOR") or default.editor,
        gate=Path(file) if (file := read.text("ARENA_GATE")) else default.gate,
        image_size=read.pixels("ARENA_IMAGE_SIZE", default.image_size),
        upload_megabytes=read.count("ARENA_UPLOAD_MEGABYTES", default.upload_megabytes),
        upload_megapixels=read.count("ARENA_UPLOAD_MEGAPIXELS", default.upload_megapixels),
        upload_seconds=read.count("ARENA_UPLOAD_SECONDS", default.upload_seconds),
        upload_kilobytes_per_second=read.count("ARENA_UPLOAD_SPEED", default.upload_kilobytes_per_second),
        upload_places=read.count("ARENA_UPLOAD_PLACES", default.upload_places),
        upload_places_of_client=read.count("ARENA_UPLOAD_PLACES_OF_CLIENT", default.upload_places_of_client),
        upload_grace_seconds=read.count("ARENA_UPLOAD_GRACE", default.upload_grace_seconds),
        upload_decoders=read.count("ARENA_UPLOAD_DECODERS", default.upload_decoders),
        upload_decoding_seconds=read.count("ARENA_UPLOAD_DECODING_SECONDS", default.upload_decoding_seconds),
        uploads=read.switch("ARENA_UPLOADS", default=False) if environment.get("ARENA_UPLOADS") else default.uploads,
        reviewers=read.names("ARENA_REVIEWERS") or read.names("SPACE_AUTHOR_NAME"),
        review_token=read.token("ARENA_REVIEW_TOKEN"),
        body_kilobytes=read.count("ARENA_BODY_KILOBYTES", default.body_kilobytes),
        trusted_proxies=read.names("ARENA_TRUSTED_PROXIES") or (PRIVATE_NETWORKS if in_space else ()),
        battles_beside_others=read.count("ARENA_BATTLES_BESIDE_OTHERS", default.battles_beside_others),
        shares=read.beginning_with(SHARE),
        places=read.beginning_with(PLACES),
        board_seconds=read.count("ARENA_BOARD_SECONDS", default.board_seconds, least=0),
        accepted_loss=read.count("ARENA_ACCEPT_LOSS", default.accepted_loss),
        image_safety=read.text("ARENA_IMAGE_SAFETY") or default.image_safety,
        image_safety_labels=read.names("ARENA_IMAGE_SAFETY_LABELS"),
        image_safety_threshold=read.share("ARENA_IMAGE_SAFETY_THRESHOLD", default.image_safety_threshold),
        address=read.address("ARENA_ADDRESS") or _address_of_space(environment),
        contact=read.text("ARENA_CONTACT") or default.contact,
    )


def _address_of_space(environment: Mapping[str, str]) -> str | None:
    """That of the first host of a Space; one with a domain of its own has two."""
    host = environment.get("SPACE_HOST", "").partition(",")[0].strip()
    return f"https://{host}" if host else None


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
