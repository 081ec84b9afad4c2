"""Weights go where a contestant's device says; on a CPU, half precision and weights left on disk are really tried."""

from typing import Any

import pytest
import torch
from tiny_repositories import load_unguarded, load_writer
from transformers import AutoModelForImageTextToText

from arena.contestants import Contestant
from arena.errors import RepositoryError
from arena.models.demand import Demand
from arena.models.findings import Findings
from arena.models.loading import contestant_of, load
from arena.models.machine import Gpu, Machine
from arena.models.placement import input_device, loading_arguments
from arena.models.pretrained import from_pretrained
from arena.models.repository import check_repository
from arena.probes import Probe

GB = 2**30
CARD = Gpu(20 * GB, (8, 9))
SMALL = Gpu(10 * GB, (8, 9))


def arguments(machine, weights=GB, working=GB, **settings):
    return loading_arguments(Contestant("o/m", "0" * 40, "generative", settings), machine, Demand(weights, working))


def test_a_cpu_and_one_gpu_take_the_whole_model():
    assert arguments(Machine(GB)) == {}
    assert arguments(Machine(GB, (CARD,)), device="cuda") == {"device_map": {"": 0}}
    assert arguments(Machine(GB, (SMALL, CARD)), device="cuda") == {"device_map": {"": 1}}
    assert arguments(Machine(GB, (SMALL, CARD)), device="cuda:0") == {"device_map": {"": "cuda:0"}}


def test_a_model_that_no_gpu_holds_is_spread_with_room_for_its_caches():
    spread = arguments(Machine(GB, (CARD, CARD)), weights=30 * GB, working=2 * GB, device="cuda")
    assert spread == {"device_map": "auto", "max_memory": dict.fromkeys(range(2), CARD.usable_bytes - GB)}
    rest = arguments(Machine(64 * GB, (CARD,)), weights=60 * GB, working=2 * GB, device="offload")
    assert rest["max_memory"] == {0: CARD.usable_bytes - GB, "cpu": 63 * GB}


def test_attention_is_that_of_the_contestant_and_what_it_needs_is_named():
    assert arguments(Machine(GB), attention="eager") == {"attn_implementation": "eager"}
    with pytest.raises(RepositoryError, match=r"o/m: attention=flash_attention_2: flash_attn is missing; install it, or"):
        arguments(Machine(GB), attention="flash_attention_2")


def test_weights_that_memory_does_not_hold_are_read_from_disk_with_the_same_answers(
    repositories, picture, monkeypatch, tmp_path
):
    report = check_repository(str(repositories("llava")))
    whole = load_unguarded(report.folder)
    offloaded, findings = contestant_of(report, device="offload"), Findings(tmp_path / "findings.json")
    findings.keep(offloaded, whole.finding)  # the guard would read the disk for each of its questions
    monkeypatch.setattr("arena.models.pretrained.this_machine", lambda: Machine(60_000))
    model: Any = load(report, offloaded, findings)
    assert "disk" in model._model.hf_device_map.values()
    assert model.memory_bytes < whole.memory_bytes
    assert input_device(model._model) == torch.device("cpu")
    probe = Probe("test", "", "", (picture(0),), "Is it a lamp?", options=("yes", "no"), max_new_tokens=2)
    (reply,), (expected,) = model.answer([probe]), whole.answer([probe])
    assert reply.text == expected.text
    assert reply.logprobs == pytest.approx(expected.logprobs, abs=1e-4)


def test_precision_is_that_of_the_contestant(repositories):
    model = load_writer(repositories("llava"), dtype="bfloat16")
    assert {tensor.dtype for tensor in model._model.parameters()} == {torch.bfloat16}
    assert model.finding.tolerance > 1e-4


def test_attention_reaches_the_model(repositories):
    report = check_repository(str(repositories("llava")))
    model, _ = from_pretrained(AutoModelForImageTextToText, contestant_of(report, attention="eager"), report.folder)
    assert model.config._attn_implementation == "eager"
