"""Thresholds of the gate, as calibration writes them, and the models they hold for."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from arena.contestants import Contestant
from arena.errors import SettingsError
from arena.generators.gate.artefacts import FEATURES
from arena.generators.gate.scores import SCORES, Bounds
from arena.resources import resource

METHOD = 1
"""Rises when a score comes to mean something else."""
SHIPPED = resource("generators/gate/thresholds.json")
"""Of the gate of the drawn world; `python -m starter.gate` writes it."""


@dataclass(frozen=True)
class Thresholds:
    """What passes, score by score."""

    bounds: Mapping[str, Bounds]
    """A score that is not named here passes whatever its value."""
    artefact_weights: Mapping[str, float]
    """Of the features' differences; see `arena.generators.gate.artefacts`."""
    scorer: str = ""
    """`repository@revision` of the model that the bounds of similarity are for; empty for any."""
    checker: str = ""
    """The same of the model that answers yes or no."""

    @property
    def version(self) -> str:
        """Of the scores' meaning and of the numbers: `1-` and 8 hex digits."""
        return f"{METHOD}-{hashlib.sha256(json.dumps(self.as_json(), sort_keys=True).encode()).hexdigest()[:8]}"

    def as_json(self) -> dict[str, object]:
        """What `read_thresholds` reads."""
        return {
            "method": METHOD,
            "scorer": self.scorer,
            "checker": self.checker,
            "bounds": {name: vars(bounds) for name, bounds in self.bounds.items()},
            "artefact_weights": dict(self.artefact_weights),
        }

    def check(self, scorer: Contestant, checker: Contestant) -> None:
        """Refuse models for which these thresholds were not made: another model's numbers lie elsewhere.

        Raises:
            SettingsError: a model is another one.
        """
        for wanted, contestant in ((self.scorer, scorer), (self.checker, checker)):
            if wanted not in ("", model_name(contestant)):
                raise SettingsError(
                    f"gate: its thresholds are for {wanted}, not for {model_name(contestant)}; run python -m starter.gate anew"
                )


def model_name(contestant: Contestant) -> str:
    """`repository@revision`."""
    return f"{contestant.repository}@{contestant.revision}"


def read_thresholds(file: Path = SHIPPED) -> Thresholds:
    """The thresholds that a calibration wrote.

    Raises:
        SettingsError: the file is not there, or does not hold thresholds of this method.
    """
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        bounds = {name: Bounds(**values) for name, values in content["bounds"].items()}
        thresholds = Thresholds(bounds, content["artefact_weights"], content["scorer"], content["checker"])
    except (OSError, ValueError, TypeError, LookupError, AttributeError) as error:
        reason = type(error).__name__
        raise SettingsError(f"{file}: holds no thresholds ({reason}); run python -m starter.gate to make them") from error
    if content.get("method") != METHOD or bounds.keys() - SCORES.keys() or thresholds.artefact_weights.keys() != set(FEATURES):
        raise SettingsError(f"{file}: is of another version of the gate; run python -m starter.gate to make it anew")
    return thresholds
