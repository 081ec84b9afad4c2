"""Models tried in real processes of their own."""

import json
import shutil
import subprocess
import sys

import pytest

from arena.errors import RepositoryError
from arena.models.trial import _end, try_repository

MEMORY = 8 * 2**30


def test_a_model_that_compares_is_asked_to_choose(repositories):
    trial = try_repository(str(repositories("clip")), seconds=300, memory=MEMORY)
    assert trial.finding is None
    assert 0 < trial.seconds < 300
    assert 0 < trial.peak_bytes < MEMORY


def test_what_is_wrong_inside_is_told_in_the_same_line(repositories, tmp_path):
    folder = shutil.copytree(repositories("clip"), tmp_path / "org" / "name")
    config = json.loads((folder / "config.json").read_text())
    config["text_config"]["hidden_size"] = 64
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(RepositoryError, match=r"^org/name: its weights text_model\S+ have shape .*; save both again$"):
        try_repository(str(folder), seconds=300, memory=MEMORY)


def test_a_model_that_takes_too_long_is_ended(repositories):
    with pytest.raises(RepositoryError, match="has not answered within 1 s; give it more with --seconds"):
        try_repository(str(repositories("clip")), seconds=1, memory=MEMORY)


def test_a_model_that_takes_too_much_memory_is_told_in_one_line(repositories):
    with pytest.raises(RepositoryError, match="clip: ") as caught:
        try_repository(str(repositories("clip")), seconds=300, memory=2**26)
    assert "\n" not in str(caught.value)


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
