"""Tuned models: how each was made, kept beside its weights, so that it is tested on nothing that it was trained on."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Literal

from arena.errors import TuningError
from arena.models.lineage import RECORD
from arena.tuning.data_set import Description
from arena.tuning.examples import Kind

Watch = Callable[[int, int, float | None], None]
"""Called once all is checked, and after each step: steps done, steps in all (0 where not known yet), and the last loss, where
there is one."""
Method = Literal["sft", "dpo"]
"""Supervised fine-tuning, or direct preference optimisation (Rafailov et al. 2023, arXiv 2305.18290)."""
LEARNS_FROM: dict[Method, Kind] = {"sft": "sft", "dpo": "preferences"}
RATES: dict[Method, float] = {"sft": 2e-5, "dpo": 1e-6}
"""Learning rates where none is given, for models of billions of parameters: those of TRL. Adapters get ten times as much."""


@dataclass(frozen=True)
class Recipe:
    """How a model is tuned."""

    method: Method
    lora: bool = False
    """Whether an adapter is trained, and the weights of the model stay."""
    epochs: float = 1.0
    rate: float = 0.0
    """Learning rate; 0 stands for that of `RATES`."""
    batch: int = 8
    """Rows a step."""
    beta: float = 0.1
    """Of DPO: how much it costs to move away from the model that it starts from."""
    seed: int = 0
    shuffled: bool = False
    """Whether the labels are shuffled, as a control: what is then gained was not learnt from them."""

    @property
    def learning_rate(self) -> float:
        """The one that is used."""
        return self.rate or RATES[self.method] * (10 if self.lora else 1)


@dataclass(frozen=True)
class Tuning:
    """Everything that a tuned model depends on."""

    base: str
    """`organisation/name@revision` of the model that it starts from."""
    recipe: Recipe
    data: Description
    data_sha256: str
    """Of the rows."""
    versions: dict[str, str]
    """Library -> version."""

    def as_json(self) -> dict[str, Any]:
        """For the record of the repository."""
        return asdict(self)


def read_tuning(folder: Path) -> Tuning | None:
    """How the model in a folder was tuned; None for one that no `arena tune` has made.

    Raises:
        TuningError: its record cannot be read.
    """
    file = folder / RECORD
    if not file.exists():
        return None
    try:
        told = json.loads(file.read_text("utf-8"))
        recipe = Recipe(**{field.name: told["recipe"][field.name] for field in fields(Recipe)})
        data = Description(**{field.name: told["data"][field.name] for field in fields(Description)})
        return Tuning(told["base"], recipe, data, told["data_sha256"], told["versions"])
    except (OSError, ValueError, TypeError, LookupError):
        raise TuningError(f"{file}: is no record of a tuning; tune the model again") from None


def write_tuning(folder: Path, tuning: Tuning) -> None:
    """Keep how a model was tuned beside its weights. It is part of the revision: another recipe is another contestant."""
    (folder / RECORD).write_text(json.dumps(tuning.as_json(), indent=2, ensure_ascii=False) + "\n", "utf-8")
