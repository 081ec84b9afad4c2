"""Models that compare: dual encoders (CLIP, SigLIP and their kin), and BLIP with its head for image-text matching.

They read no prompt and write no text. They answer a probe from its parts: two captions for an image, two images for a
caption, or, with a threshold, whether a caption describes an image.
"""

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from transformers import AutoModelForZeroShotImageClassification, BlipForImageTextRetrieval, PreTrainedModel

from arena.contestants import Contestant
from arena.errors import one_line
from arena.images import Picture
from arena.models.adapters import base_folder
from arena.models.base import Capabilities
from arena.models.device_memory import release, weights_size
from arena.models.dual_encoder import DualEncoder
from arena.models.image_text_matching import ImageTextMatching
from arena.models.pretrained import from_pretrained
from arena.probes import Probe, Reply

WHOLE = "whole"
"""Value of the setting `pictures`: they are resized without a crop."""


class ContrastiveModel:
    """A loaded model that compares. `answer` is called by one thread at a time."""

    def __init__(self, contestant: Contestant, model: PreTrainedModel, processor: Any) -> None:
        self.contestant = contestant
        self.memory_bytes = weights_size(model)
        self.capabilities = Capabilities(images_per_prompt=2, writes_text=False, scores_options=True)
        self._model = model
        self._processor = processor
        encoders = ImageTextMatching if isinstance(model, BlipForImageTextRetrieval) else DualEncoder
        self._encoders = encoders(model, processor, whole=contestant.settings.get("pictures") == WHOLE)

    def answer(self, probes: Sequence[Probe]) -> list[Reply]:
        """One reply a probe, in order: scores of its options, and no text.

        The scores are log-probabilities: a softmax over the options of the model's logits, or, for yes or no, the sigmoid of
        how far the logit lies above the threshold. Without a threshold, yes or no is not applicable. Neither is a probe whose
        two pictures, or two captions, are the same once the processor has cropped, resized or cut them; nor one whose only
        caption is cut, as what is false of it may stand where it is not read.
        """
        asked = [probe for probe in probes if self._can_answer(probe)]
        try:
            self.encode(
                [picture for probe in asked for picture in probe.images],
                [caption for probe in asked for caption in probe.captions],
            )
            return [self._reply(probe) for probe in probes]
        except Exception as error:  # noqa: BLE001  a batch must survive whatever one probe does to the model
            failure = one_line(error)  # the error itself would keep alive what its frames hold
        release()
        if len(probes) == 1:
            return [Reply(error=failure)]
        return [reply for probe in probes for reply in self.answer([probe])]

    def encode(self, pictures: Sequence[Picture], captions: Sequence[str]) -> None:
        """Bring all images and captions into memory, in batches."""
        self._encoders.pictures(pictures)
        self._encoders.captions(captions)

    def logits(self, pictures: Sequence[Picture], captions: Sequence[str]) -> list[list[float]]:
        """How well each caption fits each picture, on the model's own scale: a row a picture, a column a caption."""
        return self._encoders.logits(pictures, captions)

    def features(self, pictures: Sequence[Picture], captions: Sequence[str]) -> tuple[Tensor, Tensor]:
        """Where pictures and captions lie in the model's space: vectors of length one, pictures x D and captions x D."""
        return self._encoders.features(pictures, captions)

    def _can_answer(self, probe: Probe) -> bool:
        """Its options must stand for its captions or its images in order, or be yes and no where there is a threshold."""
        shape = (len(probe.images), len(probe.captions), len(probe.options))
        return shape in ((1, 2, 2), (2, 1, 2)) or (shape == (1, 1, 2) and "threshold" in self.contestant.settings)

    def _can_see(self, probe: Probe) -> bool:
        """Whether the model is shown what makes its options differ."""
        pictures, captions = self._encoders.pictures(probe.images), self._encoders.captions(probe.captions)
        if any(len({one.digest for one in sides}) < len(sides) for sides in (pictures, captions)):
            return False
        return len(captions) > 1 or not captions[0].cut

    def _reply(self, probe: Probe) -> Reply:
        if not self._can_answer(probe) or not self._can_see(probe):
            return Reply(not_applicable=True)
        logits = [logit for row in self.logits(probe.images, probe.captions) for logit in row]
        if any(math.isnan(logit) for logit in logits):
            return Reply(error="the model's scores are not numbers")
        if len(logits) == 1:
            margin = logits[0] - float(self.contestant.settings["threshold"])
            logits = [margin, 0.0] if probe.options[0].strip().lower() == "yes" else [0.0, margin]
        return Reply(logprobs=tuple(torch.tensor(logits, dtype=torch.float64).log_softmax(0).tolist()))


def load_contrastive(contestant: Contestant, folder: Path) -> ContrastiveModel:
    """Load a checked repository; `contestant.settings` says how.

    Raises:
        RepositoryError: its weights do not fit its architecture.
    """
    config = json.loads((base_folder(contestant, folder) / "config.json").read_text(encoding="utf-8"))
    auto_class = BlipForImageTextRetrieval if config["model_type"] == "blip" else AutoModelForZeroShotImageClassification
    model, processor = from_pretrained(auto_class, contestant, folder)
    return ContrastiveModel(contestant, model, processor)
