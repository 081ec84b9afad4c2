"""Memory that does not suffice costs no reply, no pixel, and keeps nothing alive; what a device bears follows the device."""

import gc
import weakref
from itertools import pairwise

import pytest
import torch
from PIL import Image

from arena.images import picture_from_pixels
from arena.models import check_repository, contestant_of, load
from arena.models.demand import READ_TOGETHER
from arena.models.device_memory import (
    FEATURES,
    MOST_PARTS,
    MOST_READ,
    PATIENCE,
    Share,
    features_size,
    free_memory,
    limits,
    weights_size,
)
from arena.models.findings import Findings
from arena.models.groups import CPU_LIMITS, Limits, bounds
from arena.probes import Probe

CPU = torch.device("cpu")
PICTURES = [picture_from_pixels(Image.new("RGB", (64, 48), colour)) for colour in ("teal", "red", "blue")]
PROBES = [
    Probe("test", "", "", (picture,), f"Is number {number} a lamp?", options=("yes", "no"), max_new_tokens=3)
    for number in range(4)
    for picture in PICTURES
]


@pytest.fixture(scope="module")
def findings(tmp_path_factory):
    return Findings(tmp_path_factory.mktemp("home") / "findings.json")


@pytest.fixture
def model(repositories, findings):
    """The guard has its say once."""
    report = check_repository(str(repositories("llava")))
    return load(report, contestant_of(report), findings)


class FullDevice:
    """Lets a language model read so many rows, and says of more that memory does not suffice, while it holds a tensor."""

    def __init__(self, model, rows):
        self.rows = rows
        self.held = []
        self.pixels = []
        model._model.base_model.language_model.register_forward_pre_hook(self.read, with_kwargs=True)
        model._model.base_model.vision_tower.register_forward_pre_hook(self.see, with_kwargs=True)

    def read(self, module, args, kwargs):
        embeddings = kwargs["inputs_embeds"]
        if len(embeddings) > self.rows:
            states = embeddings * 2
            self.held.append(weakref.ref(states))
            self.held.append(weakref.ref(embeddings))
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB")

    def see(self, module, args, kwargs):
        pixels = kwargs.get("pixel_values", args[0] if args else None)
        self.pixels.append(tuple(pixels.shape[1:]))


def assert_same(replies, others):
    for reply, other in zip(replies, others, strict=True):
        assert (reply.text, reply.error) == (other.text, other.error)
        assert reply.logprobs == pytest.approx(other.logprobs, abs=1e-4)


def test_a_batch_that_memory_cannot_hold_is_halved_until_it_can_with_the_same_answers_and_pixels(model):
    expected = model.answer(PROBES)
    model._encoder.forget()
    device = FullDevice(model, rows=5)
    assert_same(model.answer(PROBES), expected)
    assert device.held
    assert len(set(device.pixels)) == 1
    failures = len(device.held)
    model.answer(PROBES[:5])
    assert len(device.held) == failures


def test_as_much_is_read_together_again_once_memory_has_sufficed_for_long(model):
    device = FullDevice(model, rows=2)
    model.answer(PROBES[:3])
    assert model._share.parts == 2
    device.rows = 3
    readings = 0
    while model._share.parts > 1:
        model.answer(PROBES[:1])
        readings += 1
    assert PATIENCE <= readings <= 2 * PATIENCE


def test_more_is_tried_the_more_seldom_the_more_often_that_was_in_vain():
    share, tries = Share(), []
    for reading in range(500):
        share.fitted() if share.parts > 1 else share.too_much()
        tries += [reading] if share.parts == 1 else []
    pauses = [later - earlier for earlier, later in pairwise(tries)]
    assert pauses == sorted(pauses)
    assert pauses[-1] > 2 * pauses[0]
    for _ in range(100):
        share.too_much()
    assert share.parts == MOST_PARTS


def test_nothing_that_an_error_held_is_alive_when_the_batch_is_asked_again(model):
    device = FullDevice(model, rows=5)
    gc.disable()  # so that what lives on in a cycle shows
    try:
        outcome = model._attempt(PROBES)
        assert not isinstance(outcome, list)
        assert outcome.of_memory
        model._encoder.forget()
        assert [reference() for reference in device.held] == [None] * len(device.held)
    finally:
        gc.enable()


def test_a_question_that_memory_never_holds_is_an_error_that_says_so_and_costs_no_other(model):
    FullDevice(model, rows=0)
    (reply,) = model.answer(PROBES[:1])
    assert reply.error == "the memory of cpu does not suffice for one question"
    assert reply.logprobs is None


def test_a_model_that_lets_go_of_features_encodes_the_same_again(model):
    before = model.answer(PROBES)
    model._encoder.forget()
    assert_same(model.answer(PROBES), before)


def test_what_a_load_took_is_kept_beside_what_the_guard_found(model, findings):
    assert findings.memory(model.contestant) >= model.memory_bytes == weights_size(model._model)
    assert findings.get(model.contestant) == model.finding


def test_a_cpu_reads_what_its_caches_hold_and_a_gpu_what_is_free():
    assert free_memory(CPU) is None
    assert limits(None, states=10**6) == CPU_LIMITS
    assert limits(2**33, states=2**20) == Limits(read=2**11, cache=2**32, least=0)
    assert limits(2**40, states=2**10).read == MOST_READ
    assert bounds(limits(2**33, 2**20), token=2**17).cached == 2**15


def test_limits_that_were_too_much_are_divided():
    half = CPU_LIMITS.divided(2)
    assert half.read == half.least == READ_TOGETHER // 2
    assert bounds(half, token=2**40).cached == READ_TOGETHER // 2


def test_a_large_model_keeps_more_features_than_a_tiny_one(model):
    assert features_size(model._model, CPU) == FEATURES
    large = torch.nn.Linear(2**16, 2**13, bias=False, device="meta")
    assert weights_size(large) == 0
    wide = torch.nn.Module()
    wide.register_parameter("weight", torch.nn.Parameter(torch.empty(1).expand(2**28)))
    assert features_size(wide, CPU) == 2**30 // 32
