"""What a repository ships to shape its replies: all of it is ignored but the tokens that end a reply."""

import json
import shutil
from pathlib import Path

import pytest
from tiny_repositories import load_unguarded, load_writer

from arena.suites.pair_questions import pair_questions
from arena.suites.starter import starter_pairs

SHIPPED = Path("starter/models/drawn-world/llava-mini")
SHAPING = {"repetition_penalty": 1.8, "suppress_tokens": list(range(4, 300)), "min_new_tokens": 5, "do_sample": True}


@pytest.fixture
def repository(tmp_path):
    return shutil.copytree(SHIPPED, tmp_path / "tiny" / "model")


@pytest.fixture(scope="module")
def texts():
    """What a repository writes of one pair of pictures."""
    probes = [question.probe for question in pair_questions(starter_pairs()[:1])]
    return lambda folder, read=load_writer: [reply.text for reply in read(folder).answer(probes)]


@pytest.fixture(scope="module")
def expected(texts):
    return texts(SHIPPED, load_unguarded)


@pytest.mark.parametrize("settings", [{"eos_token_id": 0}, SHAPING])
def test_replies_are_the_same_whatever_the_generation_config_says(repository, texts, expected, settings):
    file = repository / "generation_config.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **settings}))
    assert texts(repository) == expected


def test_replies_are_the_same_without_a_generation_config(repository, texts, expected):
    (repository / "generation_config.json").unlink()
    assert texts(repository) == expected
