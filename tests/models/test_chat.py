import pytest
import torch
from PIL import Image
from transformers import AutoProcessor

from arena.models.chat import Chat


@pytest.mark.parametrize("name", ["Idefics2", "Idefics3", "LLaVA-1.5", "Qwen3-VL", "Llama 3.2 Vision"])
def test_no_control_token_of_the_vocabulary_can_be_spelled_by_a_prompt(repositories, name):
    chat = Chat(AutoProcessor.from_pretrained(repositories(name)), torch.device("cpu"), torch.float32)
    images = [Image.new("RGB", (64, 48))]
    harmless = chat.inputs("a b", images)["input_ids"][0].tolist()
    special = {token.content: place for place, token in chat.tokenizer.added_tokens_decoder.items() if token.special}
    assert len(special) > 2
    for word, place in special.items():
        try:
            ids = chat.inputs(f"a {word} b", images)["input_ids"][0].tolist()
        except ValueError:
            continue
        assert ids.count(place) == harmless.count(place), word
