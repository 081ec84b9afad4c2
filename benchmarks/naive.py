"""What the benchmarks compare with: a model asked as one would by hand, by stock processor and `generate`, probe by probe."""

from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForMultimodalLM, AutoProcessor

from arena.models.pretrained import model_class
from arena.probes import Probe


class NaiveModel:
    """A repository in single precision, asked greedily, and without thoughts where its template can leave them out.

    Args:
        folder: the repository.
    """

    def __init__(self, folder: Path) -> None:
        self.processor: Any = AutoProcessor.from_pretrained(folder)
        # Some repositories keep it with the tokenizer, where the processor's own method does not look.
        self.processor.chat_template = self.processor.chat_template or self.processor.tokenizer.chat_template
        self._model: Any = model_class(folder, AutoModelForMultimodalLM).from_pretrained(folder, dtype=torch.float32).eval()

    def ask(self, probe: Probe) -> str:
        """What the model writes, without special tokens."""
        inputs = self._inputs(probe)
        return self._text(self._generate(inputs, probe)[0, inputs["input_ids"].shape[1] :])

    def margin(self, probe: Probe, other: str) -> float:
        """How much likelier the best token is than the second, in nats, where the model's own text parts from `other`."""
        inputs = self._inputs(probe)
        output = self._generate(inputs, probe, output_logits=True, return_dict_in_generate=True)
        tokens = output.sequences[0, inputs["input_ids"].shape[1] :]
        common = sum(other.startswith(self._text(tokens[: count + 1])) for count in range(len(tokens)))
        # Where this model ends, and the other goes on, the last token is the one at which they part.
        best, second = output.logits[min(common, len(tokens) - 1)][0].log_softmax(-1).topk(2).values.tolist()
        return best - second

    def _inputs(self, probe: Probe) -> Any:
        images = [{"type": "image", "image": picture.pixels()} for picture in probe.images]
        chat = [{"role": "user", "content": [*images, {"type": "text", "text": probe.prompt}]}]
        quiet = {"enable_thinking": False, "thinking": False}
        inputs = self.processor.apply_chat_template(
            chat, tokenize=True, return_dict=True, return_tensors="pt", add_generation_prompt=True, **quiet
        )
        return inputs.to(dtype=self._model.dtype)  # Llama 4's processor gives pixels in half precision

    def _generate(self, inputs: Any, probe: Probe, **options: Any) -> Any:
        with torch.inference_mode():
            return self._model.generate(
                **inputs, max_new_tokens=probe.max_new_tokens, do_sample=False, repetition_penalty=1.0, **options
            )

    def _text(self, tokens: torch.Tensor) -> str:
        return self.processor.decode(tokens, skip_special_tokens=True).strip()
