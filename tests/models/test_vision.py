"""Which pictures go through a vision encoder together, where some encoders count from the first of all their patches."""

import pytest
import torch
from PIL import Image
from transformers import AutoModelForImageTextToText

from arena.images import Picture, picture_from_pixels
from arena.models.chat import Chat
from arena.models.pretrained import load_processor
from arena.models.vision import Vision, tensors


def noise(seed: int) -> Image.Image:
    pixels = torch.randint(256, (48, 64, 3), generator=torch.Generator().manual_seed(seed), dtype=torch.uint8)
    return Image.fromarray(pixels.numpy())


@pytest.fixture
def minimal_pair() -> tuple[Picture, Picture]:
    """Two pictures of which one pixel differs, by one step."""
    first = noise(0)
    second = first.copy()
    second.putpixel((3, 3), tuple(channel ^ 1 for channel in first.crop((3, 3, 4, 4)).tobytes()))
    return picture_from_pixels(first), picture_from_pixels(second)


@pytest.fixture(params=["Molmo2", "LLaVA-1.5", "Qwen3-VL"])
def vision(repositories, request):
    """A vision encoder that nobody has asked yet, as in a model whose finding is known."""
    folder = repositories(request.param)
    model = AutoModelForImageTextToText.from_pretrained(folder, dtype=torch.float32).eval()
    chat = Chat(load_processor(request.param, folder, folder), model.device, model.dtype)
    return lambda: Vision(model, chat, alone=True)


def test_a_minimal_pair_that_comes_first_does_not_mix_up_pictures_that_come_later(vision, minimal_pair):
    pictures = [picture_from_pixels(noise(seed)) for seed in (1, 2, 3)]
    alone = [vision().encode([(picture,)])[0][0] for picture in pictures]
    used = vision()
    used.encode([(picture,) for picture in minimal_pair])
    for (image,), expected in zip(used.encode([(picture,) for picture in pictures]), alone, strict=True):
        for one, other in zip(tensors(image.features), tensors(expected.features), strict=True):
            assert torch.allclose(one, other, atol=1e-4)
