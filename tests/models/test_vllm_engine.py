"""vLLM in a Python of its own. A stand-in for the package answers our child script here; with VLLM_PYTHON, vLLM does."""

import math
import os
import shutil
import signal
import sys
from dataclasses import replace
from functools import cache

import pytest
from PIL import Image
from safetensors.torch import load_file, save_file

from arena.errors import ModelEnded, RepositoryError, SettingsError
from arena.images import picture_from_pixels
from arena.models import check_repository, contestant_of, load, local_contestant, local_reference
from arena.models.machine import Gpu, Machine
from arena.models.vllm_engine import VllmModel, engine_arguments
from arena.models.vllm_python import vllm_seconds
from arena.probes import Probe, Turn
from arena.resources import resource
from arena.suites.starter import starter_pairs

STAND_IN = '''
import subprocess
from types import SimpleNamespace


class SamplingParams:
    def __init__(self, temperature, max_tokens, LOGPROBS=None):
        self.max_tokens, self.ids = max_tokens, LOGPROBS or []


class LLM:
    """Writes token 5 as often as it may; the log-probability of a token is minus its number, and images of one size fail."""

    def __init__(self, folder, **settings):
        print("loading", folder)  # what is printed must not come between the answers
        if "missing" in folder:
            raise ValueError("no such architecture")

    def chat(self, chats, params, use_tqdm, chat_template_kwargs):
        return [self._one(chat, one) for chat, one in zip(chats, params)]

    def _one(self, chat, params):
        images = [part["image_pil"] for message in chat for part in message["content"] if part["type"] == "image_pil"]
        if any(image.size == (9, 9) for image in images):
            raise RuntimeError("this image\\nis too small")
        if any(image.size == (8, 8) for image in images):
            raise SystemExit("killed")
        if any(image.size == (7, 7) for image in images):
            subprocess.run(["sleep", "600"])  # a child of its own, which holds its output open
        ids = range(20) if isinstance(params.ids, int) else params.ids
        first = {token: SimpleNamespace(logprob=-float(token)) for token in ids}
        written = SimpleNamespace(token_ids=[5] * params.max_tokens, logprobs=[first], finish_reason="length")
        return SimpleNamespace(outputs=[written], prompt_token_ids=[0] * (len(chat) + len(images)))
'''


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """Makes a Python that has the stand-in, whose parameters of sampling have this name for log-probabilities."""

    @cache
    def make(logprobs: str) -> str:
        folder = tmp_path_factory.mktemp(logprobs)
        (folder / "vllm.py").write_text(STAND_IN.replace("LOGPROBS", logprobs))
        (folder / "vllm-0.32.dist-info").mkdir()
        (folder / "vllm-0.32.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: vllm\nVersion: 0.32\n")
        path = folder / "python"
        path.write_text(f'#!/bin/sh\nPYTHONPATH="{folder}" exec "{sys.executable}" "$@"\n')
        path.chmod(0o755)
        return str(path)

    return make


@pytest.fixture
def report(repositories):
    return check_repository(str(repositories("llava")))


@pytest.fixture
def model(python, monkeypatch, report):
    monkeypatch.setenv("ARENA_VLLM_PYTHON", python("logprob_token_ids"))
    return load(report, contestant_of(report, engine="vllm"))


def probe(size=(64, 48), **changes):
    picture = picture_from_pixels(Image.new("RGB", size, "teal"))
    plain = Probe("test", "", "", (picture,), "Is it A or B?", options=("A", "B"), max_new_tokens=3)
    return replace(plain, **changes)


def tokens_of(model, option):
    return model._spellings.single_tokens([option])[0]


def test_options_are_scored_by_their_tokens_and_words_are_those_of_our_tokenizer(model):
    reply, words = model.answer([probe(), probe(options=())])
    assert reply.text == words.text == model._tokenizer.decode([5, 5, 5]).strip()
    expected = [math.log(sum(math.exp(-token) for token in tokens_of(model, option))) for option in "AB"]
    assert reply.logprobs == pytest.approx(expected)
    assert words.logprobs is None
    assert (reply.tokens, reply.finished) == ((2, 3), False)


def test_a_version_that_cannot_name_tokens_scores_only_what_is_among_the_likeliest(python, monkeypatch, report):
    monkeypatch.setenv("ARENA_VLLM_PYTHON", python("logprobs"))
    model = load(report, contestant_of(report, engine="vllm"))
    (reply,) = model.answer([probe()])
    assert max(tokens_of(model, "A")) >= 20
    assert reply.logprobs is None


def test_earlier_turns_and_both_images_reach_the_chat(model):
    two = (*probe().images, *probe((32, 32)).images)
    (reply,) = model.answer([probe(images=two, before=(Turn("What is it?", "A lamp."),))])
    assert reply.tokens.read == 3 + 2


def test_a_question_that_fails_costs_no_other_its_answer(model):
    first, broken, last = model.answer([probe(), probe((9, 9)), probe()])
    assert first == last
    assert first.error is None
    assert broken.error == "RuntimeError: this image is too small"
    (refused,) = model.answer([probe(prompt=f"Is it {model._tokenizer.all_special_tokens[0]}?")])
    assert "control token" in refused.error


def test_a_process_that_ends_is_told_with_its_last_words_and_one_that_is_not_wanted_ends(model, report, monkeypatch):
    with pytest.raises(ModelEnded, match=r"llava: the process of vllm has ended \(killed\); look at its versions"):
        model.answer([probe((8, 8))])
    other = VllmModel(model.contestant, report.folder, 0)
    process = other._process._process
    assert process.poll() is None
    del other
    assert process.wait(10) is not None


def test_a_process_that_hangs_is_ended_with_its_children_when_its_time_is_over(model):
    model._process._seconds = 0.3
    with pytest.raises(ModelEnded, match=r"llava: vllm has not answered within 0\.3 s \(.*\); raise ARENA_VLLM_SECONDS"):
        model.answer([probe(), probe((7, 7))])
    assert model._process._process.wait(10) == -signal.SIGKILL
    with pytest.raises(ModelEnded):
        model.answer([probe()])


def test_its_time_is_a_setting(monkeypatch):
    assert vllm_seconds() == 600
    monkeypatch.setenv("ARENA_VLLM_SECONDS", "30")
    assert vllm_seconds() == 30
    for nonsense in ("0", "-1", "1.5", "inf", "9" * 40, "²"):
        monkeypatch.setenv("ARENA_VLLM_SECONDS", nonsense)
        with pytest.raises(SettingsError, match=r"ARENA_VLLM_SECONDS: .* is no number of seconds"):
            vllm_seconds()


def test_what_vllm_cannot_load_is_refused_in_one_line(python, monkeypatch, report, tmp_path):
    monkeypatch.setenv("ARENA_VLLM_PYTHON", python("logprob_token_ids"))
    shutil.copytree(report.folder, tmp_path / "missing")
    with pytest.raises(RepositoryError, match=r"vllm cannot load it \(ValueError: no such architecture\); leave"):
        VllmModel(contestant_of(report, engine="vllm"), tmp_path / "missing", 0)


def test_the_engine_belongs_to_the_contestant_with_its_versions(python, monkeypatch, report):
    monkeypatch.setenv("ARENA_VLLM_PYTHON", python("logprob_token_ids"))
    contestant = local_contestant(report, local_reference("o/m?engine=vllm"), device="cpu", image_size=512)
    assert contestant.engine.startswith("generative vllm 0.32 transformers ")
    assert contestant.options == "engine=vllm"
    assert contestant.id != contestant_of(report).id


def test_what_vllm_is_not_for_is_refused(monkeypatch, report, repositories):
    with pytest.raises(SettingsError, match="engine=vllm: attention is not for it"):
        contestant_of(report, engine="vllm", attention="eager")
    with pytest.raises(SettingsError, match="engine=vllm: image_size is not for it"):
        contestant_of(report, engine="vllm", longest_edge=64)
    with pytest.raises(SettingsError, match="it runs models that write only"):
        contestant_of(check_repository(str(repositories("clip"))), engine="vllm")
    monkeypatch.delenv("ARENA_VLLM_PYTHON", raising=False)
    with pytest.raises(SettingsError, match="ARENA_VLLM_PYTHON: names no Python; install vllm in an environment of its own"):
        contestant_of(report, engine="vllm")
    monkeypatch.setenv("ARENA_VLLM_PYTHON", sys.executable)
    with pytest.raises(SettingsError, match="has no vllm; install it there"):
        contestant_of(report, engine="vllm")


def test_all_gpus_of_the_device_share_the_model(report):
    machine = Machine(2**30, (Gpu(2**34, (9, 0)),) * 4)
    assert engine_arguments(contestant_of(report, device="cuda"), machine)["tensor_parallel_size"] == 4
    assert engine_arguments(contestant_of(report, device="cuda:1"), machine)["tensor_parallel_size"] == 1
    assert "tensor_parallel_size" not in engine_arguments(contestant_of(report), machine)


@pytest.mark.skipif("VLLM_PYTHON" not in os.environ, reason="VLLM_PYTHON names no Python that has vLLM")
def test_vllm_scores_options_as_transformers_does(tmp_path, monkeypatch):
    monkeypatch.setenv("ARENA_VLLM_PYTHON", os.environ["VLLM_PYTHON"])
    shipped = resource("starter/models/drawn-world/llava-small")
    folder = shutil.copytree(shipped, tmp_path / "drawn-world" / "llava-small")
    weights = load_file(folder / "model.safetensors")
    older = {name.replace("vision_tower.", "vision_tower.vision_model.", 1): tensor for name, tensor in weights.items()}
    save_file(older, folder / "model.safetensors", {"format": "pt"})  # as vLLM 0.32 calls them
    original, renamed = check_repository(str(shipped)), check_repository(str(folder))
    ours, theirs = load(original, contestant_of(original)), load(renamed, contestant_of(renamed, engine="vllm"))
    questions = [
        asked
        for pair in starter_pairs()[:4]
        for asked in (
            probe(images=(pair.sides[0].picture,), prompt=f"Is it true? {pair.sides[1].caption}", options=("yes", "no")),
            probe(images=tuple(side.picture for side in pair.sides), prompt=f"A or B? {pair.sides[0].caption}"),
        )
    ]
    for reply, other in zip(ours.answer(questions), theirs.answer(questions), strict=True):
        assert reply.text == other.text
        assert reply.logprobs == pytest.approx(other.logprobs, abs=1e-3)
