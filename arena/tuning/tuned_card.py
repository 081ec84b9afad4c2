"""The card of a tuned model: from what it comes, on what it was tuned, and where alone it may be tested."""

from huggingface_hub import ModelCard

from arena.models import RepositoryReport
from arena.models.lineage import RECORD
from arena.strategies.folds import FOLDS
from arena.tuning.tuned import Tuning

METHODS = {
    "sft": "supervised fine-tuning on replies that were right",
    "dpo": "direct preference optimisation (Rafailov et al. 2023, arXiv 2305.18290) on pairs of a right and a wrong reply",
}


def tuned_card(name: str, tuning: Tuning, base: RepositoryReport) -> str:
    """The text of README.md.

    Args:
        name: `organisation/name` of the model.
        tuning: how it was made.
        base: the model that it starts from.
    """
    recipe, data = tuning.recipe, tuning.data
    how = f"{'A LoRA adapter, trained' if recipe.lora else 'All weights, trained'} by {METHODS[recipe.method]}, with TRL"
    training = ", ".join(str(fold) for fold in range(FOLDS) if fold != data.test_fold)
    beta = f", beta {recipe.beta:g}" if recipe.method == "dpo" else ""
    control = (
        "\n\n**This is a control.** The labels were shuffled, so the replies do not depend on the images. What it gains over "
        "its base was not learnt from them."
        if recipe.shuffled
        else ""
    )
    return f"""{_front_matter(tuning, base)}

# {name}

`{base.repository}` at revision {base.revision}, tuned by `arena tune`.{control}

## How it was made

{how}: {recipe.epochs:g} epochs, {recipe.batch} rows a step, learning rate {recipe.learning_rate:g}{beta}, seed {recipe.seed}.
`{RECORD}` holds all of it.

## Data

{data.rows} rows of {data.families} families of the suite `{data.suite}`, edition {data.edition} (licence of the suite:
{data.licence}). What is right was told by {data.rater}. SHA-256 of the rows: `{tuning.data_sha256}`.

## Where it may be tested

It was tuned on the folds {training} of {FOLDS}, made of {"families" if data.grouping == "family" else "countries"}. **Only fold
{data.test_fold} tests it**: numbers on other folds of `{data.suite}`, or on pairs of the same families, tell what it remembers.

## Limits

It has the limits of its base. It was tuned to be aware of what one suite takes for a danger or a norm, which is no promise of
safety elsewhere, and it may have become worse at what was not in the data: compare it with its base.
"""


def _front_matter(tuning: Tuning, base: RepositoryReport) -> str:
    recipe = tuning.recipe
    licence = _licence(base)
    lines = [
        *([f"license: {licence}"] if licence else []),
        f"library_name: {'peft' if recipe.lora else 'transformers'}",
        "pipeline_tag: image-text-to-text",
        f"base_model: {base.repository}",
        f"base_model_relation: {'adapter' if recipe.lora else 'finetune'}",
        f"tags: [minimal-pairs, trl, {recipe.method}{', lora' if recipe.lora else ''}]",
    ]
    return "\n".join(["---", *lines, "---"])


def _licence(base: RepositoryReport) -> str:
    """That of the base, by its card; empty where nothing is said."""
    card = (base.base or base).folder / "README.md"
    if not card.exists():
        return ""
    try:
        return str(ModelCard.load(card).data.to_dict().get("license") or "")
    except ValueError:
        return ""
