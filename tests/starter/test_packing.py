"""Packed training sees what separate prompts see."""

import random
from typing import Any

import pytest
import torch
from PIL import Image
from transformers import AutoModelForImageTextToText, AutoProcessor

from arena.generators.scenes import FAMILIES
from arena.starter.train import wording
from arena.starter.train.__main__ import MODELS
from arena.starter.train.generative import WATCHED, Trainer
from arena.starter.train.habits import balanced
from arena.starter.train.packing import IGNORED, PADDING, loss_by_answer, pack, predicted


def test_a_question_sees_the_prefix_and_itself_but_no_other_question():
    packed = pack([[1, 2]], [[([3], [4]), ([5], [6])]])
    seen = packed.attention()[0, 0] == 0
    assert packed.ids.tolist() == [[1, 2, 3, 4, 5, 6]]
    assert packed.positions.tolist() == [[0, 1, 2, 3, 2, 3]]
    assert seen.tolist() == [
        [True, False, False, False, False, False],
        [True, True, False, False, False, False],
        [True, True, True, False, False, False],
        [True, True, True, True, False, False],
        [True, True, False, False, True, False],
        [True, True, False, False, True, True],
    ]


def test_only_answers_are_to_be_predicted_and_short_rows_are_padded():
    packed = pack([[1], [1]], [[([2, 3], [4])], [([5], [6])]])
    assert packed.labels.tolist() == [[IGNORED, IGNORED, IGNORED, 4], [IGNORED, IGNORED, 6, IGNORED]]
    assert packed.segments[1, -1] == PADDING


def test_a_long_answer_weighs_no_more_than_a_short_one():
    packed = pack([[0]], [[([1], [2, 2, 2]), ([1], [2])]])
    logits = torch.zeros(int(predicted(packed).sum()), 4)
    assert torch.allclose(loss_by_answer(logits, packed), torch.full((2,), 4.0).log())


@pytest.mark.parametrize("about", ["one image", "two images"])
def test_packed_questions_have_the_loss_of_the_prompts_that_the_processor_makes(about: str):
    folder = MODELS / "llava-mini"
    processor = AutoProcessor.from_pretrained(folder)
    model: Any = AutoModelForImageTextToText.from_pretrained(folder, dtype=torch.float32).eval()
    trainer = Trainer(model, processor.tokenizer, balanced)
    family, dice = next(iter(FAMILIES.values())), random.Random(0)
    both = about == "two images"
    asked = list(wording.about_both_images(family, dice) if both else wording.about_one_image(family, 0, WATCHED, dice))
    images = [Image.effect_noise((96, 96), 80 + 40 * number).convert("RGB") for number in range(len(asked[0].sides))]
    with torch.no_grad():
        pixels = processor.image_processor(images, return_tensors="pt")["pixel_values"]
        packed = trainer.loss([asked], trainer.see(pixels))
        separate = torch.stack([_prompted(model, processor, images, exchange) for exchange in asked])
    assert torch.allclose(packed, separate, atol=1e-4)


def _prompted(model, processor, images, exchange) -> torch.Tensor:
    """The loss of an answer after the prompt that the processor makes of the question."""
    content = [*({"type": "image", "image": image} for image in images), {"type": "text", "text": exchange.question}]
    conversation = [{"role": "user", "content": content}]
    settings = {"tokenize": True, "return_dict": True, "return_tensors": "pt", "add_generation_prompt": True}
    batch = processor.apply_chat_template(conversation, **settings)
    answer = torch.tensor([[*processor.tokenizer.encode(exchange.answer), processor.tokenizer.eos_token_id]])
    ids = torch.cat([batch["input_ids"], answer], 1)
    logits = model(input_ids=ids, pixel_values=batch["pixel_values"], attention_mask=torch.ones_like(ids)).logits
    return torch.nn.functional.cross_entropy(logits[0, -answer.shape[1] - 1 : -1], answer[0])
