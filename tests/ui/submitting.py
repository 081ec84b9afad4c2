"""An arena that takes submissions, with the Hub of the tests behind it: people sign in there, and models come from there."""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hub_accounts import Account, Client
from hub_server import Hub
from processes import STARTERS, forked, only, run_arena, wait_until
from safetensors.numpy import load_file, save_file
from serving import ANY_NUMBER, READY, free_port
from unhindered import hinder_none

from arena.battles.scoring import ELO_RULE
from arena.store import Store

COMMIT = "beef" * 10
DATASET = "glade/pairs"
GOOD, BAD = "glade/clip-good", "glade/clip-bad"


@dataclass(frozen=True)
class Site:
    """A server that answers, and the Hub that it asks."""

    url: str
    home: Path
    hub: Hub
    output: Path
    """What it wrote to its terminal."""
    environment: dict[str, str]
    process: int
    """Number of the server's."""

    @contextmanager
    def store(self) -> Iterator[Store]:
        """The facts of the arena, through its owner."""
        with Store.open(self.home, ELO_RULE) as store:
            yield store


def good_model(folder: Path) -> Path:
    """A model that ships, with weights that are its own."""
    shutil.copytree(STARTERS / "clip-mini", folder)
    weights = load_file(folder / "model.safetensors")
    weights = {name: np.asarray(value * 1.001, value.dtype) for name, value in weights.items()}
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    return folder


def bad_model(folder: Path) -> Path:
    """One whose configuration names code of its own."""
    shutil.copytree(STARTERS / "clip-mini", folder)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "auto_map": {"AutoModel": "own.Model"}}))
    return folder


def serve_with_hub(arguments: list[str], output: Path, environment: dict[str, str], address: str) -> None:
    """What the process of the server does: huggingface_hub asks the Hub of the tests."""
    from huggingface_hub import constants

    for name, value in (("ENDPOINT", address), ("HF_HUB_OFFLINE", False), ("HF_HUB_DISABLE_XET", True)):
        setattr(constants, name, value)
    constants.HUGGINGFACE_CO_URL_TEMPLATE = f"{address}/{{repo_id}}/resolve/{{revision}}/{{filename}}"
    run_arena(arguments, output, environment)


def serve_unhindered(arguments: list[str], output: Path, environment: dict[str, str], address: str) -> None:
    """The same; checks, for which pages wait, step back behind nobody."""
    hinder_none(pytest.MonkeyPatch())
    serve_with_hub(arguments, output, environment, address)


def environment_of(client: Client, hub: Hub, **more: str) -> dict[str, str]:
    """What makes the arena an application of the Hub."""
    models = only([STARTERS / "clip-mini", STARTERS / "clip-small"])
    oauth = {"OAUTH_CLIENT_ID": client.id, "OAUTH_CLIENT_SECRET": client.secret, "OPENID_PROVIDER_URL": hub.address}
    return {
        **models,
        **ANY_NUMBER,
        **oauth,
        "ARENA_SUBMISSIONS": "elsewhere",
        "ARENA_ADMINS": "root",
        "ARENA_DATASET": DATASET,
        **more,
    }


@contextmanager
def submitting(folder: Path, serve: Callable[..., None] = serve_with_hub, **more: str) -> Iterator[Site]:
    """A server that takes submissions, until the block ends."""
    with Hub() as hub:
        hub.add(GOOD, good_model(folder / "good"), commit=COMMIT)
        hub.add(BAD, bad_model(folder / "bad"))
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        client = hub.accounts.client(f"{url}/login/callback")
        home = folder / "home"
        home.mkdir()
        output = home / "terminal.txt"
        output.touch()
        environment = environment_of(client, hub, **more)
        arguments = ["--home", str(home), "serve", "--port", str(port)]
        with forked(serve, arguments, output, environment, hub.address) as process:
            wait_until(lambda: READY in output.read_text(), process)
            assert process.pid
            yield Site(url, home, hub, output, environment, process.pid)


def ada(hub: Hub) -> Account:
    """Who writes for an organisation and reads of another."""
    return hub.accounts.add("ada", glade="write", meadow="read")
