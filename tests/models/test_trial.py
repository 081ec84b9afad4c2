"""Models tried in real processes of their own; `arena models check --try` starts one from nothing."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from processes import PATIENCE, forked

from arena.errors import RepositoryError
from arena.models.loading import IMAGE_SIZE
from arena.models.trial import _end, _try, try_repository

MEMORY = 8 * 2**30


def run_trial(reference: str, memory: int, told: Path) -> None:
    """What the process of a trial does."""
    answer = json.dumps(_try(reference, memory, IMAGE_SIZE))
    told.write_text(answer)


def tried(folder: Path, told: Path, memory: int = MEMORY) -> dict:
    with forked(run_trial, str(folder), memory, told) as process:
        process.join(PATIENCE)
    return json.loads(told.read_text())


def test_a_model_that_compares_is_asked_to_choose(repositories, tmp_path):
    trial = tried(repositories("clip"), tmp_path / "told.json")
    assert trial["finding"] is None
    assert 0 < trial["seconds"] < PATIENCE
    assert 0 < trial["peak_bytes"] < MEMORY


def test_what_is_wrong_inside_is_told_in_the_same_line(repositories, tmp_path):
    folder = shutil.copytree(repositories("clip"), tmp_path / "org" / "name")
    config = json.loads((folder / "config.json").read_text())
    config["text_config"]["hidden_size"] = 64
    (folder / "config.json").write_text(json.dumps(config))
    told = tried(folder, tmp_path / "told.json")["error"]
    assert re.fullmatch(r"org/name: its weights text_model\S+ have shape .*; save both again", told)


def test_a_model_that_takes_too_long_is_ended(repositories):
    with pytest.raises(RepositoryError, match="has not answered within 1 s; give it more with --seconds"):
        try_repository(str(repositories("clip")), seconds=1, memory=MEMORY)


def test_a_model_that_takes_too_much_memory_is_told_in_one_line(repositories, tmp_path):
    folder = repositories("clip")
    told = tried(folder, tmp_path / "told.json", memory=2**26)["error"]
    assert told == f"{folder}: takes more than 64 MB of memory; give it more with --gigabytes"


@pytest.mark.parametrize(
    ("program", "says"),
    [
        (
            "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
            "was killed, as it is where memory runs out; it may take 8.0 GB",
        ),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "crashed (SIGSEGV)"),
        ("import sys; sys.exit('no\\nway')", "ended with 1 (way)"),
        ("", "ended with 0 (without a word)"),
    ],
)
def test_a_process_that_could_not_say_why_it_ended_is_told_in_one_line(program, says):
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert says in _end(done, MEMORY)
