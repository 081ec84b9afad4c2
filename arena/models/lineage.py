"""Where a tuned model comes from, by the record that `arena tune` writes beside its weights."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from arena.errors import RepositoryError

RECORD = "tuning.json"
FROM, BY, RECIPE, FOLD, GROUPING, LABELS = "tuned_from", "tuned_by", "tuning_recipe", "test_fold", "fold_of", "tuning_labels"
COUNTRY = "country"
"""Value of `GROUPING` where whole countries fall into folds; else families do."""
SHUFFLED = "shuffled"
"""Value of `LABELS` for a control: a model that was tuned on labels that mean nothing."""


def lineage(folder: Path) -> Mapping[str, str | int]:
    """What the settings of a contestant say of its tuning; nothing for a model that `arena tune` has not made.

    `FROM` is `organisation/name@revision` of its base, `BY` the method and the seed, `FOLD` the fold that tests it. Models
    of one `RECIPE` differ in that fold.

    Args:
        folder: of the repository.

    Raises:
        RepositoryError: the record cannot be read.
    """
    file = folder / RECORD
    if not file.exists():
        return {}
    try:
        told = json.loads(file.read_text("utf-8"))
        recipe, data = told["recipe"], told["data"]
        fold = data["test_fold"]
        if type(fold) is not int or not 0 <= fold < data["folds"]:
            raise ValueError(fold)
        learnt = [recipe, data["kind"], data["suite"], data["rater"], sorted(data["tasks"])]
        found = {
            FROM: str(told["base"]),
            BY: f"{recipe['method']}{', LoRA' if recipe['lora'] else ''}, seed {int(recipe['seed'])}",
            RECIPE: hashlib.sha256(json.dumps(learnt, sort_keys=True).encode()).hexdigest()[:8],
            FOLD: fold,
        }
        by_country = {GROUPING: COUNTRY} if data["grouping"] == COUNTRY else {}
        return found | by_country | ({LABELS: SHUFFLED} if recipe["shuffled"] else {})
    except (OSError, ValueError, TypeError, LookupError):
        raise RepositoryError(f"{folder}: {RECORD} is no record of a tuning; tune the model again") from None
