"""The Hub on loopback, asked by huggingface_hub in this process although its tests have no network."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hub_server import Hub
from huggingface_hub import HfApi


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    with Hub() as hub:
        hub.reach(monkeypatch)
        yield hub
    assert not hub.rejected


@pytest.fixture
def api(hub: Hub) -> Callable[..., HfApi]:
    """How the Hub is asked with a token; without one, by nobody in particular."""
    return lambda token=False: HfApi(endpoint=hub.address, token=token)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A small folder in the form of a model."""
    import numpy as np
    from safetensors.numpy import save_file

    folder = tmp_path / "model"
    (folder / "part").mkdir(parents=True)
    (folder / "config.json").write_text('{"model_type": "clip", "architectures": ["CLIPModel"]}')
    (folder / "README.md").write_text("---\nlicense: apache-2.0\nbase_model: org/base\n---\nA model.")
    (folder / "part" / "notes.txt").write_text("notes")
    save_file({"a": np.arange(6, dtype="float32").reshape(2, 3)}, folder / "model.safetensors")
    return folder
