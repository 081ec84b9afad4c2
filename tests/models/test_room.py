"""Models of real size are let in or refused by configuration and headers alone; what transformers builds is the oracle."""

import json
from dataclasses import replace
from math import prod
from typing import Any

import pytest
import torch
from transformers import AutoConfig, AutoModelForImageTextToText, DynamicCache

from arena.contestants import Contestant
from arena.errors import RepositoryError
from arena.models.demand import READ_TOGETHER, demand, token_size
from arena.models.loading import contestant_of, usual_dtype
from arena.models.machine import Gpu, Machine
from arena.models.repository import RepositoryReport, check_repository
from arena.models.room import check_room

GB = 2**30
CARD = Machine(32 * GB, (Gpu(24 * GB, (8, 9)),))
TEXT_8B = {
    "hidden_size": 4096,
    "intermediate_size": 12288,
    "num_hidden_layers": 36,
    "num_attention_heads": 32,
    "num_key_value_heads": 8,
    "vocab_size": 151936,
}
"""Sizes of the language model of Qwen3-VL-8B, by the config.json of its repository."""
TEXT_72B = {
    "hidden_size": 8192,
    "intermediate_size": 29568,
    "num_hidden_layers": 80,
    "num_attention_heads": 64,
    "num_key_value_heads": 8,
    "vocab_size": 152064,
}
"""And of Qwen2.5-VL-72B."""


@pytest.fixture(scope="module")
def real_size(repositories, tmp_path_factory):
    """A Qwen3-VL repository: the stock vision encoder, a header of bfloat16 weights, and a sparse file in their place."""

    def make(name: str, **text: int) -> RepositoryReport:
        folder = tmp_path_factory.mktemp(name)
        for path in repositories("qwen3_vl").iterdir():
            if path.suffix != ".safetensors":
                (folder / path.name).write_bytes(path.read_bytes())
        config = AutoConfig.for_model("qwen3_vl")
        for field, value in text.items():
            setattr(config.text_config, field, value)
        config.vision_config.out_hidden_size = config.text_config.hidden_size
        config.architectures = ["Qwen3VLForConditionalGeneration"]
        config.save_pretrained(folder)
        with torch.device("meta"):
            model = AutoModelForImageTextToText.from_config(config)
        header, end = {}, 0
        for tensor_name, tensor in model.state_dict().items():
            start, end = end, end + 2 * tensor.numel()
            header[tensor_name] = {"dtype": "BF16", "shape": list(tensor.shape), "data_offsets": [start, end]}
        text_of_header = json.dumps(header).encode()
        with (folder / "model.safetensors").open("wb") as file:
            file.write(len(text_of_header).to_bytes(8, "little") + text_of_header)
            file.truncate(8 + len(text_of_header) + end)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("arena.models.files.content_hash", lambda _: "0" * 40)  # gigabytes of zeros
            report = check_repository(str(folder), max_bytes=10**12)
        assert report.parameters == sum(prod(entry["shape"]) for entry in header.values())
        return report

    return make


@pytest.fixture(scope="module")
def eight(real_size) -> RepositoryReport:
    return real_size("eight", **TEXT_8B)


@pytest.fixture(scope="module")
def seventy(real_size) -> RepositoryReport:
    return real_size("seventy", **TEXT_72B)


def on(report: RepositoryReport, **settings: str) -> Contestant:
    settings = {"device": "cuda", "dtype": "bfloat16", **settings}
    return contestant_of(report, device=settings["device"], dtype=settings["dtype"])


def test_eight_billion_parameters_in_half_precision_fit_on_a_card_of_24_gigabytes(eight):
    assert 8e9 < eight.parameters < 9e9
    needs = check_room(eight, on(eight), CARD)
    assert needs.weights == 2 * eight.parameters
    assert needs.weights < needs.total < CARD.room("cuda")


def test_what_does_not_fit_is_refused_with_what_would(eight, seventy):
    assert 70e9 < seventy.parameters < 75e9
    with pytest.raises(RepositoryError) as refused:
        check_room(seventy, on(seventy), CARD)
    line = str(refused.value)
    assert "M parameters take 13" in line
    assert "GB of memory as bfloat16, with " in line
    assert (
        "and 22.8 GB are there; what fits: 7 GPUs with 22.8 GB free, ?device=offload (part of it on disk, very slow), " in line
    )
    assert line.endswith("a smaller model, an endpoint that serves it")
    with pytest.raises(RepositoryError, match=r"as float32.* what fits: \?dtype=bfloat16, the model in 4 bits, 2 GPUs with"):
        check_room(eight, on(eight, dtype="float32"), CARD)
    many = Machine(0, (Gpu(24 * GB, (8, 9)),) * 7)
    assert check_room(seventy, on(seventy), many).total <= many.room("cuda")
    with pytest.raises(RepositoryError, match=r"what fits: \?device=cuda \(all GPUs\)"):
        check_room(seventy, on(seventy, device="cuda:0"), many)
    uneven = Machine(32 * GB, (Gpu(80 * GB, (9, 0)), Gpu(8 * GB, (8, 0))))
    with pytest.raises(RepositoryError, match=r"in 4 bits, 2 GPUs with 76\.0 GB free, \?device=offload"):
        check_room(seventy, on(seventy), uneven)
    full = Machine(32 * GB, (Gpu(0, (9, 0)),))
    with pytest.raises(RepositoryError, match=r"and 0 MB are there; what fits: \?device=offload"):
        check_room(eight, on(eight), full)


def test_what_is_offloaded_always_has_room(seventy):
    check_room(seventy, on(seventy, device="offload"), CARD)


def test_packed_weights_and_floats_of_eight_bits_take_what_they_are_stored_in(eight):
    packed = replace(eight, memory_bytes=5 * GB, packed_bytes=4 * GB)
    assert demand(packed, "bfloat16").weights == 4 * GB + GB // 2
    eights = replace(eight, float8_parameters=eight.parameters)
    old = Machine(0, (Gpu(24 * GB, (8, 0)),))
    assert demand(eights, "bfloat16", device="cuda", machine=CARD).weights == eight.parameters
    assert demand(eights, "bfloat16", device="cuda", machine=old).weights == 2 * eight.parameters


def test_what_was_measured_counts_in_place_of_what_headers_say(eight):
    assert check_room(eight, on(eight), CARD, measured=GB).weights == GB


def test_a_token_takes_the_keys_and_values_that_a_cache_holds_for_it(repositories):
    folder = repositories("qwen3_vl")
    model = AutoModelForImageTextToText.from_pretrained(folder)
    cache: Any = DynamicCache(config=model.config)
    model(input_ids=torch.arange(5)[None], past_key_values=cache, use_cache=True)
    held = sum(tensor.numel() * tensor.element_size() for layer in cache.layers for tensor in (layer.keys, layer.values))
    token = token_size(model.config, "float32")
    assert token.cache * 5 == held
    report = check_repository(str(folder))
    assert demand(report, "float32").working > READ_TOGETHER * token.cache


def test_precision_follows_the_machine_and_models_that_compare_stay_exact():
    old = Machine(0, (Gpu(16 * GB, (7, 5)),))
    assert usual_dtype("generative", "cpu", CARD) == "float32"
    assert usual_dtype("generative", "cuda", CARD) == usual_dtype("generative", "offload", CARD) == "bfloat16"
    assert usual_dtype("generative", "cuda:0", old) == "float16"
    mixed = Machine(0, (*CARD.gpus, *old.gpus))
    assert [usual_dtype("generative", device, mixed) for device in ("cuda:0", "cuda:1", "cuda")] == [
        *("bfloat16", "float16", "float16"),
    ]
    assert usual_dtype("generative", "offload", Machine(GB)) == "float32"
    assert usual_dtype("contrastive", "cuda", CARD) == "float32"
