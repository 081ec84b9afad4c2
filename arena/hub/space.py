"""An arena as a Space on the Hub: made or brought up to date, and followed until it runs."""

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from huggingface_hub import (
    CommitOperationAdd,
    CommitOperationDelete,
    HfApi,
    SpaceHardware,
    SpaceRuntime,
    SpaceStage,
    Volume,
)
from huggingface_hub.errors import HfHubHTTPError, HfUriError
from huggingface_hub.utils import parse_hf_mount

from arena.errors import SettingsError
from arena.hub.owned_repository import ALWAYS_THERE, asked
from arena.hub.space_files import FOLDERS, Sdk, SpaceFiles
from arena.hub_client import is_repository_name, overload, retry_after, status_of

KEY = re.compile(r"[A-Za-z_]\w*", re.ASCII)
STAGES_UNDER_WAY = (
    SpaceStage.BUILDING,
    SpaceStage.RUNNING_BUILDING,
    SpaceStage.APP_STARTING,
    SpaceStage.RUNNING_APP_STARTING,
)
PAUSE = 3.0
"""Seconds between two looks at a Space that is being built."""
GRACE = 60.0
"""Seconds for which a Space may still tell of the commit before."""
HIDDEN = "***"
SHORTEST_LINE = 6
"""Characters of a line of a secret, or of its beginning, that are a secret, too."""
LAST_LINES = 40
"""Of a log, that are shown of a Space that failed."""


@dataclass(frozen=True)
class SpaceOrder:
    """What a Space shall be. What is not given stays as it is on a Space that is there."""

    name: str
    """`organisation/name`."""
    sdk: Sdk = "gradio"
    private: bool = False
    """Only of a Space that is made."""
    hardware: str | None = None
    sleep_seconds: int | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    volumes: Sequence[Volume] = ()

    def check(self) -> None:
        """Find what the Hub would refuse, without asking it.

        Raises:
            SettingsError: names the option that is wrong.
        """
        if not is_repository_name(self.name):
            raise SettingsError(f"{self.name}: is no name of a Space; write organisation/name")
        for option, keys in (("--variable", self.variables), ("--secret", self.secrets)):
            for key in keys:
                if not KEY.fullmatch(key):
                    raise SettingsError(f"{option}: {key!r} is no name of a variable; use letters, digits and _")
        if both := sorted(self.variables.keys() & self.secrets.keys()):
            raise SettingsError(f"--variable: {both[0]} is a secret, too, and everybody may read variables; give it once")
        if self.sleep_seconds is not None and self.hardware in (None, SpaceHardware.CPU_BASIC.value):
            raise SettingsError(
                "--sleep: cannot be chosen on cpu-basic, which sleeps after 48 hours; name other --hardware, too"
            )


@dataclass(frozen=True)
class Deployment:
    """What became of an order."""

    made: bool
    """Whether the Space is new."""
    changes: Sequence[str]
    """What was changed of one that was there, in words."""
    commit: str


@dataclass(frozen=True)
class FinalStage:
    """Where a Space came to rest."""

    stage: str
    which_log: Literal["build", "run"] | None
    """The log that says why; None where it runs, or was stopped by somebody."""

    @property
    def runs(self) -> bool:
        """Whether it answers visitors."""
        return self.stage == SpaceStage.RUNNING


def read_volume(text: str) -> Volume:
    """A volume as the command line names it: `buckets/ORG/NAME:/data`, with `:ro` to read only.

    Raises:
        SettingsError: it cannot be read.
    """
    try:
        mount = parse_hf_mount(text if text.startswith("hf://") else f"hf://{text}")
    except HfUriError as error:
        raise SettingsError(f"--volume: {text!r} cannot be read; write buckets/ORG/NAME:/data") from error
    source = mount.source
    return Volume(
        type=source.type,
        source=source.id,
        mount_path=mount.mount_path,
        revision=source.revision,
        read_only=mount.read_only,
        path=source.path_in_repo or None,
    )


def deploy(api: HfApi, order: SpaceOrder, files: SpaceFiles) -> Deployment:
    """Make a Space, or bring one up to date. Said twice, it changes nothing.

    Raises:
        SettingsError: the Hub refuses, fails or cannot be reached.
    """
    order.check()
    try:
        made = _make(api, order)
        changes = [] if made else list(_bring_up_to_date(api, order))
        return Deployment(made, changes, _upload(api, order.name, files))
    except SettingsError as error:  # the Hub may repeat what it was sent
        raise SettingsError(without_secrets(str(error), list(order.secrets.values()))) from None


def follow(api: HfApi, name: str, commit: str, seconds: float, tell: Callable[[str], None], pause: float = PAUSE) -> FinalStage:
    """Wait until a Space runs, or does not.

    Args:
        api: the Hub.
        name: of the Space.
        commit: that it shall run.
        seconds: how long it may take.
        tell: called with each new stage.
        pause: seconds between two looks.

    Raises:
        SettingsError: it takes longer, or the Hub does not tell.
    """
    began, last = time.monotonic(), ""
    while True:
        waited = time.monotonic() - began
        try:
            runtime = asked(name, lambda: api.get_space_runtime(name))
        except SettingsError as error:
            if waited > seconds or not _passes(error):
                raise
            time.sleep(max(pause, min(retry_after(error.__cause__ or error), seconds)))
            continue
        stage = str(getattr(runtime.stage, "value", runtime.stage))
        is_older = runtime.raw.get("sha") not in (None, commit) and waited < GRACE
        if stage not in STAGES_UNDER_WAY and not is_older:
            return FinalStage(stage, _log_of(stage))
        if stage != last:
            tell(stage)
            last = stage
        if waited > seconds:
            raise SettingsError(
                f"{name}: is still {stage} after {waited:.0f} s; look at its page, or run the same command again"
            )
        time.sleep(pause)


def last_lines(api: HfApi, name: str, which: Literal["build", "run"], secrets: Sequence[str]) -> list[str]:
    """The end of a log, in which no secret is told.

    Raises:
        SettingsError: the Hub does not tell it.
    """
    told = asked(name, lambda: "".join(api.fetch_space_logs(name, build=which == "build")))
    return without_secrets(told, secrets).splitlines()[-LAST_LINES:]


def without_secrets(text: str, secrets: Sequence[str]) -> str:
    """A text in which no secret stands: whole, line by line, as in JSON, or cut off where the text ends."""
    lines = [line for secret in secrets for line in secret.splitlines() if len(line) >= SHORTEST_LINE]
    every = {*secrets, *lines, *(json.dumps(secret)[1:-1] for secret in secrets)} - {""}
    for one in sorted(every, key=len, reverse=True):
        text = text.replace(one, HIDDEN)
        cut = next((size for size in range(len(one) - 1, SHORTEST_LINE - 1, -1) if text.endswith(one[:size])), 0)
        text = text[: len(text) - cut] + (HIDDEN if cut else "")
    return text


def variables(api: HfApi, name: str) -> dict[str, str]:
    """The settings of a Space that everybody may read."""
    return {key: one.value for key, one in asked(name, lambda: api.get_space_variables(name)).items()}


def addresses(api: HfApi, name: str) -> list[str]:
    """Where people find a Space: its page on the Hub, and the app alone where the Hub tells it."""
    host = asked(name, lambda: api.space_info(name)).host
    return [f"{api.endpoint}/spaces/{name}", *([host] if host else [])]


def _make(api: HfApi, order: SpaceOrder) -> bool:
    """Make the Space; False where it is there."""

    def make() -> bool:
        try:
            api.create_repo(
                order.name,
                repo_type="space",
                private=order.private or None,
                space_sdk=order.sdk,
                space_hardware=order.hardware,  # pyright: ignore[reportArgumentType] - a name will do, the Hub knows more than the library
                space_sleep_time=order.sleep_seconds,
                space_variables=_pairs(order.variables),
                space_secrets=_pairs(order.secrets),
                space_volumes=list(order.volumes) or None,
            )
        except HfHubHTTPError as refusal:
            # The Hub may refuse to make a Space before it looks whether it is there.
            if refusal.response.status_code in (402, 403, 409) and api.repo_exists(order.name, repo_type="space"):
                return False
            raise
        return True

    return asked(order.name, make)


def _pairs(values: Mapping[str, str]) -> list[dict[str, str]] | None:
    return [{"key": key, "value": value} for key, value in values.items()] or None


def _bring_up_to_date(api: HfApi, order: SpaceOrder) -> Iterator[str]:
    """Change what a Space that is there has otherwise, and say what that was."""
    name = order.name
    info = asked(name, lambda: api.space_info(name))
    there = {one.rfilename for one in info.siblings or ()}
    if there - set(ALWAYS_THERE) and not any(file.startswith("arena/") for file in there):
        raise SettingsError(
            f"{name}: is a Space of something else than an arena, which would be written over; name another one"
        )
    if info.sdk not in (None, order.sdk):
        yield f"sdk {order.sdk}, which was {info.sdk}"
    runtime = asked(name, lambda: api.get_space_runtime(name))
    known = variables(api, name) if order.variables else {}
    for key, value in order.variables.items():
        if known.get(key) != value:
            asked(name, lambda key=key, value=value: api.add_space_variable(name, key, value))
            yield f"variable {key}"
    for key, value in order.secrets.items():  # nobody can read what it is at present
        asked(name, lambda key=key, value=value: api.add_space_secret(name, key, value))
        yield f"secret {key}"
    if order.volumes and _mounts(runtime.volumes or ()) != _mounts(order.volumes):
        asked(name, lambda: api.set_space_volumes(name, list(order.volumes)))
        yield "volumes"
    yield from _change_hardware(api, order, runtime)


def _change_hardware(api: HfApi, order: SpaceOrder, runtime: SpaceRuntime) -> Iterator[str]:
    hardware, seconds = order.hardware, order.sleep_seconds
    if hardware is not None and hardware != (runtime.requested_hardware or runtime.hardware):
        asked(order.name, lambda: api.request_space_hardware(order.name, hardware, sleep_time=seconds))  # pyright: ignore[reportArgumentType] - as above
        yield f"hardware {hardware}"
    elif seconds is not None and seconds != runtime.sleep_time:
        asked(order.name, lambda: api.set_space_sleep_time(order.name, seconds))
        yield "sleep time"


def _passes(error: SettingsError) -> bool:
    """Whether what the Hub failed in may work a moment later."""
    cause = error.__cause__
    return cause is not None and bool(overload(cause) or not status_of(cause))


def _mounts(volumes: Sequence[Volume]) -> set[tuple[object, ...]]:
    return {(one.type, one.source, one.mount_path, one.revision, one.path, bool(one.read_only)) for one in volumes}


def _upload(api: HfApi, name: str, files: SpaceFiles) -> str:
    """Put the files in one commit, and take away what an older deployment has left. Gives the commit that is then the last."""
    head = asked(name, lambda: api.space_info(name))
    there = {one.rfilename for one in head.siblings or ()}
    left = [one for one in there if one.partition("/")[0] in FOLDERS and "/" in one and one not in files.files]
    operations = [
        *(CommitOperationAdd(path, file) for path, file in files.files.items()),
        *(CommitOperationDelete(path) for path in sorted(left)),
    ]
    made = asked(
        name,
        lambda: api.create_commit(
            name, operations, commit_message="Deploy the arena", repo_type="space", parent_commit=head.sha
        ),
    )
    return made.oid


def _log_of(stage: str) -> Literal["build", "run"] | None:
    if stage in (SpaceStage.BUILD_ERROR, SpaceStage.CONFIG_ERROR, SpaceStage.NO_APP_FILE):
        return "build"
    return "run" if stage == SpaceStage.RUNTIME_ERROR else None
