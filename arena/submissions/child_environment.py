"""What a limited process knows of this one: where its code is, how it reaches the Hub, and how much of the machine it takes."""

import os
from pathlib import Path

from huggingface_hub import constants, get_token

from arena.models.runtime import cores

REACH = (
    *("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "no_proxy", "all_proxy"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"),
)
"""Variables by which the Hub is reached."""
ARENA_ACCOUNT = "the arena's account"
"""Whose rights a child has at the Hub, in words for who submits: they know of no token."""


def code_environment() -> dict[str, str]:
    """Where a child finds this code. No secret."""
    return {"PYTHONPATH": os.pathsep.join(filter(None, [str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH")]))}


def child_environment() -> dict[str, str]:
    """Where a child finds this code and the models that were downloaded, and how much of the machine it takes. No secret."""
    return {
        **code_environment(),
        "HF_HUB_CACHE": constants.HF_HUB_CACHE,
        "OMP_NUM_THREADS": str(max(1, cores() // 2)),
        "TOKENIZERS_PARALLELISM": "false",
    }


def hub_environment() -> dict[str, str]:
    """How a child reaches the Hub with the rights of the arena. Only for one that loads no model."""
    reach = {name: os.environ[name] for name in REACH if name in os.environ}
    token = get_token()
    hub = {
        "HF_HUB_OFFLINE": str(int(constants.HF_HUB_OFFLINE)),
        "HF_HUB_DISABLE_XET": str(int(bool(constants.HF_HUB_DISABLE_XET))),
        "HF_ENDPOINT": constants.ENDPOINT,
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    }
    return {**reach, **hub, **({"HF_TOKEN": token} if token else {})}
